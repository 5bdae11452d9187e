import { directionOf } from '../evaluate/direction.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { sameShape } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { modelPoints, numbersAgree } from './counterexample.js'
import { differingNumbers } from './evidence.js'
import { givenNormalised } from './given-sums.js'
import type { OptimizerRule, Stepped } from './optimizer-rule.js'
import type { StatedGradients } from './stated-gradients.js'
import { substituted } from './unrolled.js'
import type { Evidence } from './verdict.js'
import type { WrittenValues } from './written-values.js'

/** So many steps from the beginning are compared by numbers: what an optimizer keeps counts from the second one on. */
const comparedSteps = 3

/** Of as many values of a step it is asked whether they are the gradient. */
const mostAsked = 60

/** The first steps that a program writes, in numbers beside those that are stated. */
export class FirstSteps {
  readonly #written: WrittenValues
  readonly #rule: OptimizerRule
  readonly #derived: StatedGradients

  constructor(written: WrittenValues, rule: OptimizerRule, derived: StatedGradients) {
    this.#written = written
    this.#rule = rule
    this.#derived = derived
  }

  /** Numbers that show that the first steps lead elsewhere. */
  refuted(): Extract<Evidence, { by: 'counterexample' }> | Problem {
    const both = this.#steps()
    if (isProblem(both)) return both
    for (const [i, { specified, implemented }] of both.entries()) {
      const after = i === 0 ? '' : ` after ${i + 1} steps`
      const sides = this.#written.sides(
        specified,
        implemented,
        this.#written.parameters.map(this.#written.nameOf),
      )
      if (isProblem(sides)) return sides
      const subject = (name: string) => `what ${name} becomes${after}`
      const found = differingNumbers(sides, 'distinct', subject)
      if (isProblem(found)) continue
      const reason = this.#equalWithLabels({ specified, implemented })
      return reason === undefined ? found : { problem: reason }
    }
    return { problem: 'the first steps agree in numbers' }
  }

  /** Why a difference says nothing: there is none where numbers of an input add up to one, as those of labels do. */
  #equalWithLabels({
    specified,
    implemented,
  }: {
    readonly specified: readonly Node[]
    readonly implemented: readonly Node[]
  }): string | undefined {
    if (this.#derived.isConstrained) return undefined
    const { builder } = this.#written.meanings.training
    for (const [name, node] of this.#written.meanings.inputs) {
      if ((node.type.shape?.length ?? 0) < 2) continue
      const given = (nodes: readonly Node[]) => givenNormalised(nodes, new Map([[node, 1]]), builder)
      const sides = this.#written.sides(
        given(specified),
        given(implemented),
        this.#written.parameters.map(this.#written.nameOf),
      )
      if (!isProblem(sides) && differingNumbers(sides, 'distinct') === numbersAgree)
        return `both agree only where the numbers of \`${name}\` add up to one: if they do, \`sums: 1\` beside its shape says so`
    }
    return undefined
  }

  /** The parameters after each of the first steps, as the spec says and as the code does. */
  #steps():
    | readonly { readonly specified: readonly Node[]; readonly implemented: readonly Node[] }[]
    | Problem {
    const rule = this.#rule
    const { gradients: all, isConstrained, constrained } = this.#derived
    const { builder } = this.#written.meanings.training
    if (this.#written.counters.length > 1) return { problem: 'the code counts in several ways' }
    const [counter] = this.#written.counters
    const filled = (node: Node, value: unknown) =>
      typeof value === 'number' && node.type.shape
        ? builder.node('fill', [], { shape: node.type.shape, value })
        : { problem: `what \`${this.#written.nameOf(node)}\` starts with is not known` }
    const own = new Set(this.#written.parameters)
    let held = new Map<Node, Node>()
    for (const node of this.#written.writes.keys()) {
      const start = own.has(node) ? node : filled(node, this.#written.startOf(node))
      if (isProblem(start)) return start
      held.set(node, start)
    }
    let stepped: Stepped[] = []
    for (const parameter of this.#written.parameters) {
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
        [...held.keys()].map(node => this.#written.values.get(node)!),
        builder,
        new Map([...held, ...own]),
        at,
      )
      if (isProblem(written)) return written
      held = new Map([...held.keys()].map((node, i) => [node, written[i]!]))
      const now = new Map(this.#written.parameters.map((node, i) => [node, stepped[i]!.theta]))
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
        this.#written.parameters.map(node => held.get(node)!),
      ].map(nodes => (isConstrained ? constrained(nodes) : nodes))
      if (isProblem(specified!)) return specified
      if (isProblem(implemented!)) return implemented
      found.push({ specified: specified!, implemented: implemented! })
    }
    return found
  }

  /** Leaves for derivatives, which are others in each step. */
  #slopesAt(step: number): ReadonlyMap<Node, Node> | Problem {
    const { builder } = this.#written.meanings.training
    const found = new Map<Node, Node>()
    for (const leaf of this.#written.slopes.values()) {
      const { attributes } = leaf
      const index = Number(attributes.index) - step * this.#written.slopes.size
      const own = builder.node('input', [], { ...attributes, index })
      if (isProblem(own)) return own
      found.set(leaf, own)
    }
    return found
  }

  /** Whether what a parameter becomes is made of the derivative, as far as numbers tell. */
  reads(parameter: Node, gradient: Node): boolean {
    const { isConstrained, constrained } = this.#derived
    const value = this.#written.values.get(parameter)!
    const asked = nodesBelow([value])
      .filter(node => node.op !== 'parameter' && sameShape(node.type.shape, gradient.type.shape))
      .slice(0, mostAsked)
    return asked.some(node => {
      const pair = isConstrained ? constrained([gradient, node]) : [gradient, node]
      if (isProblem(pair)) return false
      const sides = this.#written.sides([pair[0]!], [pair[1]!], [''])
      return (
        pair[0] === pair[1] || (!isProblem(sides) && differingNumbers(sides, 'distinct') === numbersAgree)
      )
    })
  }

  /** How far the first step goes the way that is stated. */
  directionText(): string {
    const both = this.#steps()
    if (isProblem(both)) return 'its numbers are others'
    const { builder } = this.#written.meanings.training
    const [first] = both
    const steps = (nodes: readonly Node[]) =>
      nodes.map((node, i) => builder.node('subtract', [node, this.#written.parameters[i]!]))
    const [stated, own] = [steps(first!.specified), steps(first!.implemented)]
    if (stated.some(isProblem) || own.some(isProblem)) return 'its numbers are others'
    const search = { specified: stated as Node[], implemented: own as Node[] }
    const points = modelPoints({ ...search, kind: 'distinct', symbols: this.#written.meanings.assumed })
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
