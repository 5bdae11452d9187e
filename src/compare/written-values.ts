import { symbolsIn } from '../graph/attribute.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Assignment, Write } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedDescent } from '../spec/algorithm.js'
import type { Sides } from './evidence.js'
import { trainableOf } from './networks.js'
import type { Meanings } from './objective.js'
import { type StatedGradients, statedGradients } from './stated-gradients.js'
import { substituted } from './unrolled.js'

/** Far from the indices of inputs, of leaves, and of parts. */
const firstSlope = -3_000_000

/** What a step that a program writes itself makes of parameters, beside what is stated of them. */
export class WrittenValues {
  readonly stated: StatedDescent
  readonly step: Assignment
  readonly meanings: Meanings
  readonly nameOf: (node: Node) => string
  /** What is written, with a leaf for each derivative that the framework takes. */
  readonly values: ReadonlyMap<Node, Node>
  readonly writes: ReadonlyMap<Node, Write>
  /** The parameters that are stated to move, in order. */
  readonly parameters: readonly Node[]
  /** Leaves for the derivatives that the framework takes. */
  readonly slopes: ReadonlyMap<Node, Node>
  /** The numbers in what is written that count rounds or calls. */
  readonly counters: readonly string[]

  /** `takesDerivatives`: whether the step is made of derivatives that the framework takes. */
  constructor(
    stated: StatedDescent,
    step: Assignment,
    meanings: Meanings,
    nameOf: (node: Node) => string,
    takesDerivatives: boolean,
  ) {
    this.stated = stated
    this.step = step
    this.meanings = meanings
    this.nameOf = nameOf
    this.writes = new Map(step.writes.map(own => [own.moved.parameter.node, own]))
    this.parameters = stated.over.flatMap(network => trainableOf(meanings.networks.get(network)!))
    const { counters } = meanings.training.training
    const values = step.writes.flatMap(({ value }) => value ?? [])
    const used = new Set(
      nodesBelow(values).flatMap(({ attributes }) =>
        Object.values(attributes).flatMap(value => [...symbolsIn(value)]),
      ),
    )
    this.counters = [...used].filter(name => counters.has(name))
    this.slopes = takesDerivatives ? slopeLeaves(step, meanings) : new Map()
    this.values = new Map(this.#withSlopes(step))
  }

  #withSlopes({ writes }: Assignment): readonly (readonly [Node, Node])[] {
    const known = writes.flatMap(({ value }) => value ?? [])
    const { builder } = this.meanings.training
    const found = this.slopes.size > 0 ? substituted(known, builder, this.slopes) : known
    const values = isProblem(found) ? known : found
    const byNode = new Map(known.map((node, i) => [node, values[i]!]))
    return writes.flatMap(({ moved, value }) =>
      value ? [[moved.parameter.node, byNode.get(value)!] as const] : [],
    )
  }

  /** The derivatives by the parameters: leaves, where the framework takes them. */
  derived(): StatedGradients | Problem {
    if (this.slopes.size === 0) return statedGradients(this.stated, this.parameters, this.meanings)
    const leaves = new Map(
      this.step.writes
        .flatMap(({ slopes = [] }) => slopes)
        .map(({ parameter, node }) => [parameter, this.slopes.get(node)!]),
    )
    const all = this.parameters.map(node => leaves.get(node))
    const missing = this.parameters.find(node => !leaves.has(node))
    if (missing) return { problem: `no derivative by \`${this.nameOf(missing)}\` is taken` }
    return { gradients: all.flatMap(node => node ?? []), isConstrained: false, constrained: nodes => nodes }
  }

  /** The same values as the spec says and as the code does. */
  sides(
    specified: readonly Node[] | Problem,
    implemented: readonly Node[] | Problem,
    names: readonly string[],
  ): Sides | Problem {
    if (isProblem(specified)) return specified
    if (isProblem(implemented)) return implemented
    const { training, assumed } = this.meanings
    return {
      specified,
      implemented,
      names,
      nameOf: this.nameOf,
      assumed,
      builder: training.builder,
      complete: true,
    }
  }

  /** What a variable holds before the first step, where it is one number everywhere. */
  startOf(node: Node): number | undefined {
    const { initializer } = this.writes.get(node)!.moved.parameter
    if (initializer.kind === 'zeros') return 0
    const { value } = initializer.settings
    return initializer.kind === 'constant' && typeof value === 'number' ? value : undefined
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
