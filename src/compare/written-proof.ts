import { add, type Dimension, symbol } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { sameShape } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { choices } from './drawings.js'
import type { Sides, Whole } from './evidence.js'
import { isDecidedByOneExample } from './example-sums.js'
import { judge } from './judge.js'
import type { Meanings } from './objective.js'
import type { OptimizerRule } from './optimizer-rule.js'
import { batch } from './sizes.js'
import type { StatedGradients } from './stated-gradients.js'
import { substituted } from './unrolled.js'
import type { Evidence } from './verdict.js'
import type { WrittenValues } from './written-values.js'

/** Of more values that may be what an optimizer keeps, not every choice is tried. */
const mostKept = 6

/** That a written step is the stated one, and the variables in which it keeps what the optimizer keeps. */
export interface WrittenProof {
  readonly evidence: Evidence
  readonly kept: ReadonlySet<Node>
}

/** A proof that each parameter, and what is kept for it, becomes what the rule makes of it, whatever they are before. */
export const provedStep = (
  written: WrittenValues,
  rule: OptimizerRule,
  derived: StatedGradients,
): WrittenProof | Problem => new Prover(written, rule, derived).proved()

class Prover {
  readonly #written: WrittenValues
  readonly #rule: OptimizerRule
  readonly #derived: StatedGradients

  constructor(written: WrittenValues, rule: OptimizerRule, derived: StatedGradients) {
    this.#written = written
    this.#rule = rule
    this.#derived = derived
  }

  /** The number of the step, from 1, as the code counts it; one that it does not count is any number. */
  get #time(): Dimension {
    return add(symbol(this.#written.counters[0] ?? 'number of the step', true), 1)
  }

  proved(): WrittenProof | Problem {
    if (this.#written.counters.length > 1) return { problem: 'the code counts in several ways' }
    const kept = new Set<Node>()
    let evidence: Evidence | undefined
    for (const [i, parameter] of this.#written.parameters.entries()) {
      const found = this.#provedOf(parameter, this.#derived.gradients[i]!)
      if (isProblem(found)) return found
      for (const node of found.kept) kept.add(node)
      evidence = found.evidence
    }
    return evidence ? { evidence, kept } : { problem: 'no parameter is stated to move' }
  }

  #provedOf(
    parameter: Node,
    gradient: Node,
  ): { readonly evidence: Evidence; readonly kept: readonly Node[] } | Problem {
    let why: string | undefined
    for (const kept of this.#keptChoices(parameter))
      for (const scales of scalesFor(this.#rule, kept.length)) {
        const sides = this.#sides({ parameter, gradient, kept, scales })
        if (isProblem(sides)) return sides
        const proof = this.#proofOf(sides)
        if (!isProblem(proof)) return { evidence: proof, kept }
        why ??= proof.problem
      }
    return {
      problem: why ?? `nothing that is written can be what ${this.#written.stated.optimizer!.kind} keeps`,
    }
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
  *#keptChoices(parameter: Node): Generator<readonly Node[]> {
    const own = new Set(this.#written.parameters)
    const read = new Set(nodesBelow([this.#written.values.get(parameter)!]))
    const candidates = [...this.#written.writes.keys()].filter(
      node => !own.has(node) && read.has(node) && sameShape(node.type.shape, parameter.type.shape),
    )
    if (candidates.length > mostKept) return
    yield* choices(candidates, this.#rule.states.size)
  }

  #sides({
    parameter,
    gradient,
    kept,
    scales,
  }: {
    readonly parameter: Node
    readonly gradient: Node
    readonly kept: readonly Node[]
    readonly scales: readonly number[]
  }): Sides | Problem {
    const rule = this.#rule
    const { isConstrained, constrained } = this.#derived
    const { builder } = this.#written.meanings.training
    const scaled = (node: Node, factor: number) => (factor === 1 ? node : times(node, factor, builder))
    const states = new Map<string, Node>()
    for (const [i, [name, start]] of [...rule.states].entries()) {
      const own = kept[i]!
      if (this.#written.startOf(own) !== start || (start !== 0 && scales[i] !== 1))
        return { problem: `what \`${this.#written.nameOf(own)}\` starts with is not what the optimizer does` }
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
    const implemented = [parameter, ...kept].map(node => this.#written.values.get(node)!)
    return this.#written.sides(
      isConstrained ? constrained(specified) : specified,
      isConstrained ? constrained(implemented) : implemented,
      [parameter, ...kept].map(this.#written.nameOf),
    )
  }
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
