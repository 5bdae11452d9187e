import { diagnostic } from '../diagnostics/diagnostic.js'
import { directionOf } from '../evaluate/direction.js'
import { symbolsIn } from '../graph/attribute.js'
import { add, type Dimension, symbol } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Assignment, Write } from '../graph/training.js'
import { sameShape } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedDescent } from '../spec/algorithm.js'
import { clausesOf, clausesOfStep } from '../spec/clauses.js'
import { asWritten, behindDifference, byValue, differs, undecided } from './clause-verdicts.js'
import { modelPoints, numbersAgree } from './counterexample.js'
import { differingNumbers, type Sides, type Whole } from './evidence.js'
import { isDecidedByOneExample } from './example-sums.js'
import { givenNormalised } from './given-sums.js'
import { judge } from './judge.js'
import { trainableOf } from './networks.js'
import type { Effort, Meanings } from './objective.js'
import { OptimizerRule, type Stepped } from './optimizer-rule.js'
import { batch } from './sizes.js'
import { type StatedGradients, statedGradients } from './stated-gradients.js'
import { substituted } from './unrolled.js'
import type { ClauseVerdict, Evidence } from './verdict.js'

/** So many steps from the beginning are compared by numbers: what an optimizer keeps counts from the second one on. */
const comparedSteps = 3

/** Of more values that may be what an optimizer keeps, not every choice is tried. */
const mostKept = 6

/** Of as many values of a step it is asked whether they are the gradient. */
const mostAsked = 60

/** What is found out about a step as a whole. */
type Judged =
  | { readonly kind: 'same'; readonly evidence: Evidence; readonly kept: ReadonlySet<Node> }
  | { readonly kind: 'differs'; readonly evidence: Extract<Evidence, { by: 'counterexample' }> }
  | { readonly kind: 'open'; readonly reason: string }

interface Context {
  readonly nameOf: (node: Node) => string
  readonly effort: Effort
  /** The verdict about what the step goes down, where it is made of derivatives that the framework takes. */
  readonly objective?: ClauseVerdict
}

/** Far from the indices of inputs, of leaves, and of parts. */
const firstSlope = -3_000_000

/**
 * Compares a stated step of an optimizer with what a program writes into parameters itself, moments and all. Both are equal
 * where the written values are what the rule of the optimizer makes of the derivative of the stated value, what it keeps
 * being variables that the same step writes. They differ where the first steps from the beginning lead elsewhere: that does
 * not depend on what is kept, nor in which scale.
 */
export function compareWrittenStep(
  stated: StatedDescent,
  step: Assignment,
  meanings: Meanings,
  context: Context,
): readonly ClauseVerdict[] {
  return new WrittenStep(stated, step, meanings, context).verdicts()
}

class WrittenStep {
  readonly #stated: StatedDescent
  readonly #step: Assignment
  readonly #meanings: Meanings
  readonly #context: Context
  readonly #nameOf: (node: Node) => string
  /** What is written, with a leaf for each derivative that the framework takes. */
  readonly #values: ReadonlyMap<Node, Node>
  readonly #writes: ReadonlyMap<Node, Write>
  /** The parameters that are stated to move, in order. */
  readonly #parameters: readonly Node[]
  /** Leaves for the derivatives that the framework takes. */
  readonly #slopes: ReadonlyMap<Node, Node>
  /** The numbers in what is written that count rounds or calls. */
  readonly #counters: readonly string[]

  constructor(stated: StatedDescent, step: Assignment, meanings: Meanings, context: Context) {
    this.#stated = stated
    this.#step = step
    this.#meanings = meanings
    this.#context = context
    this.#nameOf = context.nameOf
    this.#writes = new Map(step.writes.map(own => [own.moved.parameter.node, own]))
    this.#parameters = stated.over.flatMap(network => trainableOf(meanings.networks.get(network)!))
    const { counters } = meanings.training.training
    const values = step.writes.flatMap(({ value }) => value ?? [])
    const used = new Set(
      nodesBelow(values).flatMap(({ attributes }) =>
        Object.values(attributes).flatMap(value => [...symbolsIn(value)]),
      ),
    )
    this.#counters = [...used].filter(name => counters.has(name))
    this.#slopes = context.objective ? slopeLeaves(step, meanings) : new Map()
    this.#values = new Map(this.#withSlopes(step))
  }

  #withSlopes({ writes }: Assignment): readonly (readonly [Node, Node])[] {
    const known = writes.flatMap(({ value }) => value ?? [])
    const { builder } = this.#meanings.training
    const found = this.#slopes.size > 0 ? substituted(known, builder, this.#slopes) : known
    const values = isProblem(found) ? known : found
    const byNode = new Map(known.map((node, i) => [node, values[i]!]))
    return writes.flatMap(({ moved, value }) =>
      value ? [[moved.parameter.node, byNode.get(value)!] as const] : [],
    )
  }

  /** The derivatives by the parameters: leaves, where the framework takes them. */
  #derived(): StatedGradients | Problem {
    if (this.#slopes.size === 0) return statedGradients(this.#stated, this.#parameters, this.#meanings)
    const leaves = new Map(
      this.#step.writes
        .flatMap(({ slopes = [] }) => slopes)
        .map(({ parameter, node }) => [parameter, this.#slopes.get(node)!]),
    )
    const all = this.#parameters.map(node => leaves.get(node))
    const missing = this.#parameters.find(node => !leaves.has(node))
    if (missing) return { problem: `no derivative by \`${this.#nameOf(missing)}\` is taken` }
    return { gradients: all.flatMap(node => node ?? []), isConstrained: false, constrained: nodes => nodes }
  }

  verdicts(): readonly ClauseVerdict[] {
    const { optimizer, clauses, over } = this.#stated
    const { span } = this.#step.origin
    const forgotten = this.#parameters.filter(node => !this.#writes.has(node))
    if (forgotten.length > 0) {
      const expected = over.map(({ parameters }) => parameters).join(', ')
      const actual = `not ${forgotten.map(this.#nameOf).join(', ')}`
      const place = { span, related: [{ message: 'specified here', span: clauses.over.span }] }
      const entry = diagnostic('trained-parameters', { call: this.#step.call, expected, actual }, place)
      return [
        differs(clauses.over, entry, byValue(expected, actual)),
        behindDifference(clauses.objective, clauses.over, span),
        ...(optimizer ? clausesOf(optimizer) : []).map(clause =>
          behindDifference(clause, clauses.over, span),
        ),
      ]
    }
    const unknown = this.#step.writes.find(({ value }) => !value)
    if (unknown) return this.#open(`what is written is not known: ${unknown.reason ?? 'it was not followed'}`)
    if (!optimizer) return this.#open('the code writes these parameters itself, and no optimizer is stated')
    const rule = new OptimizerRule(optimizer, name => this.#meanings.bindings.get(name))
    if (rule.missing !== undefined) return this.#open(`the spec does not say \`${rule.missing}\``)
    const derived = this.#derived()
    if (isProblem(derived)) return this.#open(derived.problem)
    const judged = this.#judge(rule, derived)
    switch (judged.kind) {
      case 'same':
        return this.#same(judged)
      case 'differs':
        return this.#differs(rule, derived, judged.evidence)
      case 'open':
        return this.#open(judged.reason)
    }
  }

  #open(reason: string): readonly ClauseVerdict[] {
    const frequency = new Set([this.#stated.timesClause, this.#stated.every?.clause])
    const amounts = new Set(this.#stated.amounts.map(({ clause }) => clause))
    const { objective } = this.#context
    return clausesOfStep(this.#stated)
      .filter(clause => !frequency.has(clause) && !amounts.has(clause))
      .map(clause =>
        clause === objective?.clause ? objective : undecided(clause, reason, this.#step.origin.span),
      )
  }

  #same({ evidence, kept }: Extract<Judged, { kind: 'same' }>): readonly ClauseVerdict[] {
    const { optimizer, clauses, over } = this.#stated
    const own = new Set(this.#parameters)
    const others = [...this.#writes.keys()].filter(node => !own.has(node) && !kept.has(node))
    const expected = over.map(({ parameters }) => parameters).join(', ')
    const moved =
      others.length === 0
        ? asWritten(clauses.over, byValue(expected, expected))
        : undecided(
            clauses.over,
            `\`${this.#step.call}\` writes ${others.map(this.#nameOf).join(', ')} besides`,
            this.#step.origin.span,
          )
    return [
      this.#context.objective ?? asWritten(clauses.objective, evidence),
      moved,
      ...(optimizer ? clausesOf(optimizer) : []).map(clause => asWritten(clause, evidence)),
    ]
  }

  #judge(rule: OptimizerRule, derived: StatedGradients): Judged {
    const proved = this.#proved(rule, derived)
    if (!isProblem(proved)) return proved
    if (this.#context.effort === 'form') return { kind: 'open', reason: proved.problem }
    if (!rule.isComplete)
      return { kind: 'open', reason: `${proved.problem}, with the defaults of what the spec does not say` }
    const found = this.#refuted(rule, derived)
    if (isProblem(found))
      return { kind: 'open', reason: `${found.problem}; nor is it proved: ${proved.problem}` }
    return { kind: 'differs', evidence: found }
  }

  /** The number of the step, from 1, as the code counts it; one that it does not count is any number. */
  get #time(): Dimension {
    return add(symbol(this.#counters[0] ?? 'number of the step', true), 1)
  }

  /** A proof that each parameter, and what is kept for it, becomes what the rule makes of it, whatever they are before. */
  #proved(rule: OptimizerRule, derived: StatedGradients): Extract<Judged, { kind: 'same' }> | Problem {
    if (this.#counters.length > 1) return { problem: 'the code counts in several ways' }
    const kept = new Set<Node>()
    let evidence: Evidence | undefined
    for (const [i, parameter] of this.#parameters.entries()) {
      const found = this.#provedOf(rule, derived, parameter, derived.gradients[i]!)
      if (isProblem(found)) return found
      for (const node of found.kept) kept.add(node)
      evidence = found.evidence
    }
    return evidence ? { kind: 'same', evidence, kept } : { problem: 'no parameter is stated to move' }
  }

  #provedOf(
    rule: OptimizerRule,
    derived: StatedGradients,
    parameter: Node,
    gradient: Node,
  ): { readonly evidence: Evidence; readonly kept: readonly Node[] } | Problem {
    let why: string | undefined
    for (const kept of this.#keptChoices(rule, parameter))
      for (const scales of scalesFor(rule, kept.length)) {
        const sides = this.#sides(rule, derived, { parameter, gradient, kept, scales })
        if (isProblem(sides)) return sides
        const proof = this.#proofOf(sides)
        if (!isProblem(proof)) return { evidence: proof, kept }
        why ??= proof.problem
      }
    return { problem: why ?? `nothing that is written can be what ${this.#stated.optimizer!.kind} keeps` }
  }

  /** A proof that both sides are equal; for batches of any size by one example, where that decides. */
  #proofOf(sides: Sides): Evidence | Problem {
    const open = (): Whole => ({ kind: 'open', problem: 'no numbers are looked for' })
    const judgement = judge([sides], open)
    if (judgement.kind === 'same') return judgement.evidence
    const problem = { problem: judgement.kind === 'open' ? judgement.problem : 'their shapes differ' }
    const { specified, implemented, builder } = sides
    const isDecided = specified.every((node, i) => isDecidedByOneExample(node, implemented[i]!, builder))
    if (!isDecided) return problem
    const one = [specified, implemented].map(nodes =>
      substituted(nodes, builder, new Map(), { name: batch, value: 1 }),
    )
    if (isProblem(one[0]!) || isProblem(one[1]!)) return problem
    const judged = judge([{ ...sides, specified: one[0]!, implemented: one[1]! }], open)
    return judged.kind === 'same' ? judged.evidence : problem
  }

  /** The ways to choose what the optimizer keeps for a parameter: variables of its shape that its new value reads. */
  *#keptChoices(rule: OptimizerRule, parameter: Node): Generator<readonly Node[]> {
    const own = new Set(this.#parameters)
    const read = new Set(nodesBelow([this.#values.get(parameter)!]))
    const candidates = [...this.#writes.keys()].filter(
      node => !own.has(node) && read.has(node) && sameShape(node.type.shape, parameter.type.shape),
    )
    if (candidates.length > mostKept) return
    yield* choices(candidates, rule.states.size)
  }

  #sides(
    rule: OptimizerRule,
    { isConstrained, constrained }: StatedGradients,
    {
      parameter,
      gradient,
      kept,
      scales,
    }: {
      readonly parameter: Node
      readonly gradient: Node
      readonly kept: readonly Node[]
      readonly scales: readonly number[]
    },
  ): Sides | Problem {
    const { builder } = this.#meanings.training
    const scaled = (node: Node, factor: number) => (factor === 1 ? node : times(node, factor, builder))
    const states = new Map<string, Node>()
    for (const [i, [name, start]] of [...rule.states].entries()) {
      const own = kept[i]!
      if (this.#startOf(own) !== start || (start !== 0 && scales[i] !== 1))
        return { problem: `what \`${this.#nameOf(own)}\` starts with is not what the optimizer does` }
      const state = scaled(own, 1 / scales[i]!)
      if (isProblem(state)) return state
      states.set(name, state)
    }
    const next = rule.step({ theta: parameter, states, gradient, time: this.#time }, builder)
    if (isProblem(next)) return next
    const specified: Node[] = [next.theta]
    for (const [i, name] of [...rule.states.keys()].entries()) {
      const state = scaled(next.states.get(name)!, scales[i]!)
      if (isProblem(state)) return state
      specified.push(state)
    }
    const implemented = [parameter, ...kept].map(node => this.#values.get(node)!)
    return this.#asSides(
      isConstrained ? constrained(specified) : specified,
      isConstrained ? constrained(implemented) : implemented,
      [parameter, ...kept].map(this.#nameOf),
    )
  }

  #asSides(
    specified: readonly Node[] | Problem,
    implemented: readonly Node[] | Problem,
    names: readonly string[],
  ): Sides | Problem {
    if (isProblem(specified)) return specified
    if (isProblem(implemented)) return implemented
    const { training, assumed } = this.#meanings
    return {
      specified,
      implemented,
      names,
      nameOf: this.#nameOf,
      assumed,
      builder: training.builder,
      complete: true,
    }
  }

  /** What a variable holds before the first step, where it is one number everywhere. */
  #startOf(node: Node): number | undefined {
    const { initializer } = this.#writes.get(node)!.moved.parameter
    if (initializer.kind === 'zeros') return 0
    const { value } = initializer.settings
    return initializer.kind === 'constant' && typeof value === 'number' ? value : undefined
  }

  /** Numbers that show that the first steps lead elsewhere. */
  #refuted(
    rule: OptimizerRule,
    derived: StatedGradients,
  ): Extract<Evidence, { by: 'counterexample' }> | Problem {
    const both = this.#firstSteps(rule, derived)
    if (isProblem(both)) return both
    for (const [i, { specified, implemented }] of both.entries()) {
      const after = i === 0 ? '' : ` after ${i + 1} steps`
      const sides = this.#asSides(specified, implemented, this.#parameters.map(this.#nameOf))
      if (isProblem(sides)) return sides
      const subject = (name: string) => `what ${name} becomes${after}`
      const found = differingNumbers(sides, 'distinct', subject)
      if (isProblem(found)) continue
      const reason = this.#equalWithLabels(derived, { specified, implemented })
      return reason === undefined ? found : { problem: reason }
    }
    return { problem: 'the first steps agree in numbers' }
  }

  /** Why a difference says nothing: there is none where numbers of an input add up to one, as those of labels do. */
  #equalWithLabels(
    { isConstrained }: StatedGradients,
    {
      specified,
      implemented,
    }: { readonly specified: readonly Node[]; readonly implemented: readonly Node[] },
  ): string | undefined {
    if (isConstrained) return undefined
    const { builder } = this.#meanings.training
    for (const [name, node] of this.#meanings.inputs) {
      if ((node.type.shape?.length ?? 0) < 2) continue
      const given = (nodes: readonly Node[]) => givenNormalised(nodes, new Map([[node, 1]]), builder)
      const sides = this.#asSides(given(specified), given(implemented), this.#parameters.map(this.#nameOf))
      if (!isProblem(sides) && differingNumbers(sides, 'distinct') === numbersAgree)
        return `both agree only where the numbers of \`${name}\` add up to one: if they do, \`sums: 1\` beside its shape says so`
    }
    return undefined
  }

  /** The parameters after each of the first steps, as the spec says and as the code does. */
  #firstSteps(
    rule: OptimizerRule,
    { gradients: all, isConstrained, constrained }: StatedGradients,
  ): readonly { readonly specified: readonly Node[]; readonly implemented: readonly Node[] }[] | Problem {
    const { builder } = this.#meanings.training
    if (this.#counters.length > 1) return { problem: 'the code counts in several ways' }
    const [counter] = this.#counters
    const filled = (node: Node, value: unknown) =>
      typeof value === 'number' && node.type.shape
        ? builder.node('fill', [], { shape: node.type.shape, value })
        : { problem: `what \`${this.#nameOf(node)}\` starts with is not known` }
    const own = new Set(this.#parameters)
    let held = new Map<Node, Node>()
    for (const node of this.#writes.keys()) {
      const start = own.has(node) ? node : filled(node, this.#startOf(node))
      if (isProblem(start)) return start
      held.set(node, start)
    }
    let stepped: Stepped[] = []
    for (const parameter of this.#parameters) {
      const states = new Map<string, Node>()
      for (const [name, start] of rule.states) {
        const state = filled(parameter, start)
        if (isProblem(state)) return state
        states.set(name, state)
      }
      stepped.push({ theta: parameter, states })
    }
    const found: { readonly specified: readonly Node[]; readonly implemented: readonly Node[] }[] = []
    for (let step = 1; step <= comparedSteps; step++) {
      const at = counter === undefined ? undefined : { name: counter, value: step - 1 }
      const own = this.#slopesAt(step)
      if (isProblem(own)) return own
      const written = substituted(
        [...held.keys()].map(node => this.#values.get(node)!),
        builder,
        new Map([...held, ...own]),
        at,
      )
      if (isProblem(written)) return written
      held = new Map([...held.keys()].map((node, i) => [node, written[i]!]))
      const now = new Map(this.#parameters.map((node, i) => [node, stepped[i]!.theta]))
      const slopes = substituted(all, builder, new Map([...now, ...own]))
      if (isProblem(slopes)) return slopes
      const next: Stepped[] = []
      for (const [i, before] of stepped.entries()) {
        const after = rule.step({ ...before, gradient: slopes[i]!, time: step }, builder)
        if (isProblem(after)) return after
        next.push(after)
      }
      stepped = next
      const [specified, implemented] = [
        stepped.map(({ theta }) => theta),
        this.#parameters.map(node => held.get(node)!),
      ].map(nodes => (isConstrained ? constrained(nodes) : nodes))
      if (isProblem(specified!)) return specified
      if (isProblem(implemented!)) return implemented
      found.push({ specified: specified!, implemented: implemented! })
    }
    return found
  }

  /** Leaves for derivatives, which are others in each step. */
  #slopesAt(step: number): ReadonlyMap<Node, Node> | Problem {
    const { builder } = this.#meanings.training
    const found = new Map<Node, Node>()
    for (const leaf of this.#slopes.values()) {
      const { attributes } = leaf
      const index = Number(attributes.index) - step * this.#slopes.size
      const own = builder.node('input', [], { ...attributes, index })
      if (isProblem(own)) return own
      found.set(leaf, own)
    }
    return found
  }

  #differs(
    rule: OptimizerRule,
    derived: StatedGradients,
    evidence: Extract<Evidence, { by: 'counterexample' }>,
  ): readonly ClauseVerdict[] {
    const { optimizer, clauses, name, over } = this.#stated
    const { span } = this.#step.origin
    const { objective } = this.#context
    const isDerivative =
      objective !== undefined ||
      this.#parameters.every((node, i) => this.#reads(node, derived, derived.gradients[i]!))
    const expected = over.map(({ parameters }) => parameters).join(', ')
    const first = isDerivative ? optimizer!.clause : clauses.objective
    const values = {
      call: this.#step.call,
      optimizer: optimizer!.kind,
      objective: name,
      remark: this.#directionText(rule, derived),
    }
    const place = { span, related: [{ message: 'specified here', span: first.span }] }
    const rest = clausesOf(optimizer!).filter(clause => clause !== first)
    return [
      differs(first, diagnostic('written-step-different', values, place), evidence),
      ...(objective ? [objective] : []),
      ...(isDerivative && !objective
        ? [
            undecided(
              clauses.objective,
              'the gradients agree in numbers, and the step with them does not',
              span,
            ),
          ]
        : []),
      asWritten(clauses.over, byValue(expected, expected)),
      ...rest.map(clause => behindDifference(clause, first, span)),
    ]
  }

  /** Whether what a parameter becomes is made of the derivative, as far as numbers tell. */
  #reads(parameter: Node, { isConstrained, constrained }: StatedGradients, gradient: Node): boolean {
    const value = this.#values.get(parameter)!
    const asked = nodesBelow([value])
      .filter(node => node.op !== 'parameter' && sameShape(node.type.shape, gradient.type.shape))
      .slice(0, mostAsked)
    return asked.some(node => {
      const pair = isConstrained ? constrained([gradient, node]) : [gradient, node]
      if (isProblem(pair)) return false
      const sides = this.#asSides([pair[0]!], [pair[1]!], [''])
      return (
        pair[0] === pair[1] || (!isProblem(sides) && differingNumbers(sides, 'distinct') === numbersAgree)
      )
    })
  }

  /** How far the first step goes the way that is stated. */
  #directionText(rule: OptimizerRule, derived: StatedGradients): string {
    const both = this.#firstSteps(rule, derived)
    if (isProblem(both)) return 'its numbers are others'
    const { builder } = this.#meanings.training
    const [first] = both
    const steps = (nodes: readonly Node[]) =>
      nodes.map((node, i) => builder.node('subtract', [node, this.#parameters[i]!]))
    const [stated, own] = [steps(first!.specified), steps(first!.implemented)]
    if (stated.some(isProblem) || own.some(isProblem)) return 'its numbers are others'
    const search = { specified: stated as Node[], implemented: own as Node[] }
    const points = modelPoints({ ...search, kind: 'distinct', symbols: this.#meanings.assumed })
    const found = directionOf(search.specified, search.implemented, points)
    if (isProblem(found) || found.cosine === undefined) return 'its numbers are others'
    const cosine = Number(found.cosine.toPrecision(4))
    if (cosine < 1) return `the cosine between its first step and the stated one is ${cosine}`
    const ratio = Number(found.ratio.toPrecision(4))
    return ratio === 1
      ? 'its first step goes the stated way and as far, in four digits, and its numbers are others all the same'
      : `its first step goes the stated way, ${ratio} times as far`
  }
}

function slopeLeaves({ writes }: Assignment, { training }: Meanings): ReadonlyMap<Node, Node> {
  const found = new Map<Node, Node>()
  for (const { node } of writes.flatMap(({ slopes = [] }) => slopes)) {
    if (found.has(node)) continue
    const { shape, dtype } = node.type
    const leaf =
      shape && training.builder.node('input', [], { name: 'g', index: firstSlope - found.size, shape, dtype })
    if (leaf && !isProblem(leaf)) found.set(node, leaf)
  }
  return found
}

/** The ways to choose some of a list, in order. */
function* choices<Item>(items: readonly Item[], count: number): Generator<readonly Item[]> {
  if (count === 0) {
    yield []
    return
  }
  for (const [i, item] of items.entries())
    for (const rest of choices(items.toSpliced(i, 1), count - 1)) yield [item, ...rest]
}

/**
 * Scales in which programs keep what an optimizer keeps: as the rule has it, with the rate in it, of the other sign, or
 * without the factor that makes a sum an average.
 */
function* scalesFor({ numbers }: OptimizerRule, count: number): Generator<readonly number[]> {
  const own = numbers.flatMap(number => [number, -number, 1 - number, 1 / (1 - number)])
  const scales = [1, -1, ...own].filter(scale => Number.isFinite(scale) && scale !== 0)
  const all = [...new Set(scales)]
  yield Array.from({ length: count }, () => 1)
  if (count === 1) for (const scale of all.slice(1)) yield [scale]
}

const times = (node: Node, factor: number, builder: Meanings['training']['builder']): Node | Problem => {
  const scalar = builder.node('scalar', [], { value: factor })
  return isProblem(scalar) ? scalar : builder.node('multiply', [node, scalar])
}
