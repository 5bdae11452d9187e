import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import { shapeText } from '../graph/type.js'
import { proveShared } from '../identity/shared.js'
import { type Expression, partsOf, type Range } from '../math/expression.js'
import { normalize } from '../normal/normalize.js'
import type { Definition, Environment, ExampleReading } from '../ops/elaborate.js'
import { Elaborator } from '../ops/elaborator.js'
import type { BoundIndex } from '../ops/indices.js'
import { Misfit } from '../ops/misfit.js'
import { batchAxis, type Placed } from '../ops/named-axes.js'
import { learnSizes } from '../ops/reduce.js'
import { drawnValue } from './draws.js'
import { applyPaperFunction } from './functions.js'
import { type Grid, gridsOf } from './grid.js'
import type { PlannedLine, PlannedPassage } from './plan.js'
import { Recurrence } from './recurrence.js'
import type { StandardDraw } from './spec.js'
import { wholeAxis } from './whole-axes.js'

/** Multiplications and additions that the proof of one claim may spend. */
const proofBudget = 10_000_000

/** What equations may use that is not theirs, and how leaves are made. */
export interface EquationHost {
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  readonly value: (name: string) => Node | undefined
  readonly size: (name: string) => Dimension | undefined
  /** The names of sizes that equal one. */
  readonly sizeNames: (size: Dimension) => readonly string[]
  /** Whether a leaf is given for each example. */
  readonly countsExamples: (leaf: Node) => boolean
  /** The size of the axis that counts examples. */
  readonly batch: () => Dimension | undefined
  /** Whether a node stands for something of which no gradient can be taken. */
  readonly isOpaque: (node: Node) => boolean
  /** Whether equations over time are written out step by step, where it is known how many steps there are. */
  readonly isWrittenOut: boolean
  /** The node of standard draws of a shape, for a name. */
  readonly draw: (draw: StandardDraw, name: string, shape: readonly Dimension[]) => Node
  /** Is told that a value is what a clause says, of what is given. */
  readonly state: (clause: string, node: Node, given?: readonly Node[]) => void
  /** Is told each value that a part of an equation has. */
  readonly onValue?: ((part: Expression, value: Node) => void) | undefined
  /** What an output of a network is for some values; undefined where no network has the name. */
  readonly network: (name: string, args: readonly Node[]) => Node | Problem | undefined
}

/** The values of equations: each is computed when it is asked for, so that their order does not matter. */
export class EquationGraph {
  readonly host: EquationHost
  readonly #outer: EquationGraph | undefined
  readonly #definitions = new Map<string, Definition>()
  /** What the clause of a name is called. */
  readonly #clauses = new Map<string, string>()
  readonly #pending = new Map<string, () => Node>()
  readonly #grids = new Map<string, Grid>()
  readonly #open = new Set<string>()
  readonly #ranges = new Map<string, Range>()
  readonly #values = new Map<string, Node>()
  readonly #dependent = new Map<Node, boolean>()
  #inferring: Dimension | undefined
  #countsFromZero = false

  /** `outer` are equations whose functions can be used here. */
  constructor(host: EquationHost, outer?: EquationGraph) {
    this.host = host
    this.#outer = outer
  }

  /** Notes that a value is what an equation says. */
  #state(name: string, node: Node, given?: readonly Node[]): void {
    const clause = this.#clauses.get(name)
    if (clause !== undefined) this.host.state(clause, node, given)
    else if (this.#outer) this.#outer.#state(name, node, given)
  }

  #definition(name: string): Definition | undefined {
    return this.#definitions.get(name) ?? (this.#outer ? this.#outer.#definition(name) : undefined)
  }

  /** The values of a passage, by name. A failure is a `Misfit` with its place in the passage. */
  evaluate({ lines, claims, draws, times }: PlannedPassage): ReadonlyMap<string, Node> {
    this.#countsFromZero ||= lines.some(
      ({ expression, numbers }) => [...numbers.values()].includes(0) || countsFromZero(expression),
    )
    for (const line of lines) {
      const { output, parameters, expression: body, numbers } = line
      this.#ranges.set(output, line.range)
      if (line.clause !== undefined) this.#clauses.set(output, line.clause)
      if (line.kind === 'function') this.#definitions.set(output, { parameters, body, numbers })
      if (line.kind === 'value') this.#pending.set(output, () => this.#value(line))
      if (line.kind === 'draw')
        this.#pending.set(output, () => drawnValue(this, line, draws.get(output) as readonly Dimension[]))
    }
    for (const { kind, output, expression } of claims) {
      const defined = kind === 'function' ? this.#definitions.get(output) : undefined
      if (defined) this.#definitions.set(output, { ...defined, also: [...(defined.also ?? []), expression] })
    }
    for (const [time, direction] of times) {
      const recurrence = new Recurrence(this, { name: time, direction }, lines)
      for (const [name, make] of recurrence.values()) this.#pending.set(name, make)
    }
    for (const [name, cells] of gridsOf(this, lines)) this.#grids.set(name, cells)
    const names = [...this.#pending.keys()]
    const values = new Map(names.map(name => [name, this.value(name)!] as const))
    for (const claim of claims)
      if (claim.kind !== 'function') this.#verify(values.get(claim.output)!, this.#value(claim), claim.range)
    return values
  }

  /** A value has to be what else it is said to be, or the spec contradicts itself. */
  #verify(value: Node, stated: Node, range: Range): void {
    const { builder } = this.host
    for (const mode of ['inference', 'training'] as const) {
      const [first, second] = [value, stated].map(node => normalize([node], builder, mode).outputs)
      if (first![0] === second![0]) continue
      const proof = proveShared({ first: first!, second: second! }, builder, { mode, budget: proofBudget })
      if (proof.kind === 'undecided')
        throw new Misfit('its right sides are not known to be equal: keep one of them', range)
    }
  }

  value(name: string): Node | undefined {
    const known = this.#values.get(name)
    if (known) return known
    const make = this.#pending.get(name)
    if (!make) return this.#cell(name) ?? this.host.value(name)
    if (this.#open.has(name)) throw new Misfit(`\`${name}\` depends on itself`, this.#ranges.get(name))
    this.#open.add(name)
    const node = make()
    this.#open.delete(name)
    this.#pending.delete(name)
    this.#values.set(name, node)
    this.host.provenance.setName(node, name)
    this.#state(name, node)
    return node
  }

  /** `r_{3,2}` of a grid r. */
  #cell(name: string): Node | undefined {
    const [, stem = '', places = ''] = /^([^_]+)_\{?(-?\d+(?:,-?\d+)*)\}?$/.exec(name) ?? []
    return this.#grids.get(stem)?.cell(places.split(',').map(Number))
  }

  /** Notes that a cell of a grid is what a line says. */
  stateCell({ clause }: PlannedLine, name: string, node: Node): void {
    this.host.provenance.setName(node, name)
    if (clause !== undefined) this.host.state(clause, node)
  }

  #value(line: PlannedLine): Node {
    const { indices: places, range } = line
    const indices = places.filter(place => place !== wholeAxis)
    const { node, axes } = this.placed(line, indices)
    if (places.length > indices.length) return this.#inPlaces({ node, axes }, line)
    if (new Set(indices).size === indices.length) return node
    // `D_{ii} = …` states a diagonal matrix.
    if (indices.length > 2 || axes.includes(batchAxis))
      throw new Misfit('an index stands twice on the left side: only `D_{ii}` is known, of a matrix', range)
    return this.node('diagonal', [node], {})
  }

  /** `U_{*,i} = …`: a value with its own axes where the left side has them. */
  #inPlaces({ node, axes }: Placed, { indices, range }: PlannedLine): Node {
    const own = node.type.shape!.map((_, axis) => axis).slice(axes.length)
    const wanted = indices.filter(place => place === wholeAxis).length
    if (own.length !== wanted || new Set(axes).size + wanted < indices.length)
      throw new Misfit(
        `the left side has ${wanted} whole axes, and the right side ${own.length} for one place`,
        range,
      )
    const batch = axes.includes(batchAxis) ? [0] : []
    const permutation = [
      ...batch,
      ...indices.map(place => (place === wholeAxis ? own.shift()! : axes.indexOf(place))),
    ]
    const isInOrder = permutation.every((axis, i) => axis === i)
    return isInOrder ? node : this.node('transpose', [node], { permutation })
  }

  /** What a line says for each value of some indices, in their order; `own` are values that count there alone. */
  placed(
    { expression, numbers, range, counts }: PlannedLine,
    indices: readonly string[],
    own?: Environment['value'],
  ): Placed {
    const bound = indices.map(
      (name): BoundIndex =>
        name === counts?.index ? { name, range, first: counts.first, last: counts.last } : { name, range },
    )
    const elaborator = this.elaborator(numbers, own).binding(bound)
    learnSizes(elaborator, [expression])
    const value = elaborator.tensor(expression)
    const missing = indices.find(index => !value.axes.includes(index))
    if (missing !== undefined && value.node.type.shape !== null)
      throw new Misfit(`the right side has no axis that \`${missing}\` counts`, range)
    const left = value.axes.filter(axis => axis !== batchAxis && !indices.includes(axis))
    if (left.length > 0) throw new Misfit(`\`${left[0]}\` is left over on the right side`, range)
    return elaborator.axes.inOrder(value, [batchAxis, ...new Set(indices)])
  }

  environment(numbers: ReadonlyMap<string, number> = new Map(), own?: Environment['value']): Environment {
    const example: ExampleReading = {
      hasBatch: node => this.hasBatch(node),
      definition: name => this.#definition(name),
      onApplied: (name, node, given) => this.#state(name, node, given),
      onClaimed: (value, claimed, { range }) => this.#verify(value, claimed, range),
      ...(this.host.onValue && { onValue: this.host.onValue }),
      numbers,
      countsFromZero: this.#countsFromZero,
      size: name => this.host.size(name),
      ...(this.#inferring !== undefined && { inferring: this.#inferring }),
    }
    const value = (name: string) =>
      numbers.get(name) ?? own?.(name) ?? this.value(name) ?? this.host.size(name)
    const apply = (name: string, args: readonly Node[]) =>
      this.host.network(name, args) ??
      applyPaperFunction(name, args, {
        builder: this.host.builder,
        hasBatch: node => this.hasBatch(node),
        isOpaque: this.host.isOpaque,
      })
    return { value, example, apply }
  }

  elaborator(numbers?: ReadonlyMap<string, number>, own?: Environment['value']): Elaborator {
    return new Elaborator(this.environment(numbers, own), this.host.builder)
  }

  /** Whether the first axis of a value counts examples: its size does, and the value depends on an input. */
  hasBatch(node: Node): boolean {
    const batch = this.host.batch()
    const first = node.type.shape?.[0]
    return batch !== undefined && first !== undefined && equals(batch, first) && this.#depends(node)
  }

  #depends(root: Node): boolean {
    const pending = [root]
    for (let node = pending.at(-1); node; node = pending.at(-1)) {
      const missing = this.#dependent.has(node)
        ? []
        : node.inputs.filter(input => !this.#dependent.has(input))
      if (missing.length > 0) {
        pending.push(...missing)
        continue
      }
      pending.pop()
      const isDrawn = node.attributes.site !== undefined
      const own =
        this.host.countsExamples(node) || isDrawn || node.inputs.some(input => this.#dependent.get(input))
      this.#dependent.set(node, own || node.op === 'zeros')
    }
    return this.#dependent.get(root)!
  }

  /** Runs an elaboration in which values without a shape take that of what they are combined with. */
  inferring<Result>(batch: Dimension, run: () => Result): Result {
    this.#inferring = batch
    try {
      return run()
    } finally {
      this.#inferring = undefined
    }
  }

  /** A value whose shape is to be inferred. */
  unknown(name: string, place: number): Node {
    return this.node('input', [], { name, index: -1 - place, shape: null, dtype: 'float32' })
  }

  /** A node, or a `Misfit` about a part of the equation. */
  node(
    op: string,
    inputs: readonly Node[],
    attributes: Readonly<Record<string, Attribute>>,
    at?: Expression,
  ): Node {
    const node = this.host.builder.node(op, inputs, attributes)
    if ('problem' in node) throw new Misfit(node.problem, at?.range)
    return node
  }
}

/** Whether a sum or its like is over an index from 0. */
const countsFromZero = (expression: Expression): boolean =>
  (expression.kind === 'reduce' &&
    expression.indices.some(({ first }) => first?.kind === 'number' && first.value === 0)) ||
  partsOf(expression).some(countsFromZero)

/** Whether two shapes are one. */
export function isSameShape(a: readonly Attribute[], b: readonly Attribute[]): boolean {
  return shapeText(a as readonly Dimension[]) === shapeText(b as readonly Dimension[])
}
