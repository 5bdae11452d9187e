import { symbolsIn } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import {
  add,
  type Dimension,
  dimensionText,
  equals,
  multiply,
  substitute,
  subtract,
  symbol,
} from '../graph/dimension.js'
import type { Attribute, Body, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { Misfit } from './misfit.js'
import { resolveAxis } from './shape.js'

/** A value that rounds hand on: before the first one, what stands for it in a round, and what the round makes of it. */
export interface HandedOn {
  readonly name: string
  readonly initial: Node
  readonly standIn: Node
  readonly next: Node
}

/** One round of a loop, computed from stand-ins. */
export interface Round {
  /** The symbol that is the number of the round, from 0 on. */
  readonly round: string
  /** Whether a symbol stands for something else in each round. */
  readonly isOfRound: (name: string) => boolean
  readonly count: Dimension
  readonly states: readonly HandedOn[]
  /** What is computed beside. */
  readonly others: readonly Node[]
  /** Nodes of this id or a later one were made in the round. */
  readonly since: number
  /** For inputs that are others in each round, one with all of them along a first axis. */
  readonly given: ReadonlyMap<Node, Node>
}

/** Where one element of a tensor is read: at `slope · round + start` along an axis. */
interface Read {
  readonly tensor: Node
  readonly axis: number
  readonly slope: 1 | -1
  readonly start: Dimension
}

/** For ops that read one element along the axis of their attribute, its place. */
const placesRead: Readonly<Record<string, (node: Node) => Attribute | undefined>> = {
  slice: ({ attributes }) => (attributes.size === 1 ? attributes.start : undefined),
  gather: ({ inputs: [, index], attributes }) =>
    attributes.batchDims === 0 && index ? numberIn(index) : undefined,
}

/** The one number in a constant. */
function numberIn({ op, attributes, type }: Node): Attribute | undefined {
  if (op === 'scalar') return attributes.value
  const isOne = op === 'constant' && type.shape!.every(size => size === 1)
  return isOne ? (attributes.values as readonly Attribute[])[0] : undefined
}

/** A loop whose rounds are one computation, as a recurrence. */
export class RoundRecurrence {
  readonly #builder: GraphBuilder
  readonly #round: Round
  readonly #below: readonly Node[]
  /** What is another node in each round. */
  readonly #varying = new Set<Node>()
  readonly #reads = new Map<string, Read & { readonly standIn: Node }>()
  /** The parameters that the round makes, the inputs that are others in each, and those of all rounds along a first axis. */
  readonly #made = new Map<Node, Node>()
  readonly #stays = new Map<Node, Node>()
  readonly #copies = new Map<Node, Node>()
  readonly #inputs: readonly Node[]
  readonly #body: Body
  readonly #isReversed: boolean

  /** Throws a `Misfit` that says why the rounds are not one computation. */
  constructor(builder: GraphBuilder, round: Round) {
    this.#builder = builder
    this.#round = round
    const results = [...round.states.map(({ next }) => next), ...round.others]
    this.#below = nodesBelow(results)
    this.#findMade()
    this.#findVarying()
    const reads = this.#findReads()
    const slopes = new Set([...this.#reads.values()].map(({ slope }) => slope))
    this.#isReversed = slopes.size === 1 && slopes.has(-1)
    const states = round.states.map(({ name, standIn }, i) =>
      this.#placeholder(name, this.#reads.size + i, standIn),
    )
    round.states.forEach(({ standIn }, i) => {
      this.#copies.set(standIn, states[i]!)
    })
    const outputs = results.map(node => this.#copy(node, reads))
    const elements = [...this.#reads.values()]
    this.#body = {
      inputs: [...elements.map(read => read.standIn), ...states, ...this.#stays.values()],
      outputs,
    }
    this.#inputs = [
      ...elements.map(read => this.#sequence(read)),
      ...round.states.map(({ initial }) => initial),
      ...this.#stays.keys(),
    ]
  }

  /** The value of a state or of another result after the last round, or after every round along an axis. */
  result(output: number, axis?: number): Node {
    const read = [...this.#reads.values()].findIndex(({ standIn }) => standIn === this.#body.outputs[output])
    // What each round only reads is what there was.
    if (read >= 0 && axis === [...this.#reads.values()][read]!.axis && !this.#isReversed)
      return this.#inputs[read]!
    const along = [...this.#reads.values()].map(read => read.axis)
    return this.#node('recurrence', this.#inputs, {
      body: { kind: 'body', body: this.#body },
      along,
      states: this.#round.states.length,
      steps: along.length > 0 ? null : this.#round.count,
      output,
      sequences: axis !== undefined,
      ...(axis !== undefined && { axis }),
      reverse: this.#isReversed,
    })
  }

  /** What the nodes of the round are in the body. */
  get copies(): ReadonlyMap<Node, Node> {
    return this.#copies
  }

  /** For each parameter that the round makes, one for all rounds, with an axis in front that counts them. */
  get made(): ReadonlyMap<Node, Node> {
    return this.#made
  }

  #findMade(): void {
    const { since, count, given } = this.#round
    for (const node of this.#below) {
      const { id, op, attributes, type } = node
      const all = given.get(node)
      if (all) this.#readInTurn(node, all, 'x')
      if (id < since) continue
      if ('site' in attributes) throw new Misfit('random numbers are drawn anew in every round')
      if (op === 'parameter')
        this.#readInTurn(node, this.#node(op, [], { ...attributes, shape: [count, ...type.shape!] }), 'w')
    }
  }

  /** A node of the round, which is the next one of `all` in each round. */
  #readInTurn(node: Node, all: Node, name: string): void {
    if (Object.values(node.attributes).some(value => this.#counts(value)))
      throw new Misfit('what a round computes depends on its number')
    const standIn = this.#placeholder(name, this.#reads.size, node)
    this.#made.set(node, all)
    this.#copies.set(node, standIn)
    this.#reads.set(`node ${node.id}`, { tensor: all, axis: 0, slope: 1, start: 0, standIn })
  }

  #findVarying(): void {
    const { states } = this.#round
    const standIns = new Set(states.map(({ standIn }) => standIn))
    for (const node of this.#below) {
      const isOwn =
        standIns.has(node) ||
        this.#made.has(node) ||
        Object.values(node.attributes).some(value => this.#counts(value))
      if (isOwn || node.inputs.some(input => this.#varying.has(input))) this.#varying.add(node)
      for (const value of Object.values(node.attributes)) {
        if (typeof value !== 'object' || value === null || !('body' in value)) continue
        const inner = nodesBelow(value.body.outputs)
        if (inner.some(({ attributes }) => Object.values(attributes).some(own => this.#counts(own))))
          throw new Misfit('a loop inside of it depends on the number of the round')
      }
    }
  }

  #counts(value: Attribute): boolean {
    return [...symbolsIn(value)].some(this.#round.isOfRound)
  }

  /** The nodes that read one element of something that stays, at a place that moves with the rounds. */
  #findReads(): ReadonlyMap<Node, Node> {
    const found = new Map<Node, Node>()
    for (const node of this.#below) {
      const read = this.#varying.has(node) ? this.#readOf(node) : undefined
      if (!read) continue
      const { tensor, axis, slope, start } = read
      const key = [tensor.id, axis, slope, dimensionText(start)].join()
      const known = this.#reads.get(key)
      const { dtype, shape } = tensor.type
      const type = { dtype, shape: shape!.toSpliced(axis, 1) }
      const standIn = known?.standIn ?? this.#placeholder('x_t', this.#reads.size, { type })
      this.#reads.set(key, { ...read, standIn })
      found.set(node, standIn)
    }
    return found
  }

  #readOf(node: Node): Read | undefined {
    const { inputs, attributes } = node
    const [tensor] = inputs
    const shape = tensor?.type.shape
    if (!tensor || !shape || this.#varying.has(tensor)) return undefined
    const at = Object.hasOwn(placesRead, node.op) ? placesRead[node.op]!(node) : undefined
    const axis = resolveAxis(attributes.axis, shape.length)
    const place = at === undefined ? undefined : this.#line(at)
    return place && typeof axis === 'number' ? { tensor, axis, ...place } : undefined
  }

  /** A quantity that moves by one with each round. */
  #line(value: Attribute): Pick<Read, 'slope' | 'start'> | undefined {
    const { round } = this.#round
    const whole = value as Dimension
    const at = (k: number) => substitute(whole, name => (name === round ? k : undefined))
    const start = at(0)
    const slope = subtract(at(1), start)
    if ((slope !== 1 && slope !== -1) || this.#counts(start)) return undefined
    return equals(add(multiply(slope, symbol(round, true)), start), whole) ? { slope, start } : undefined
  }

  /** What a read goes through, from the first round to the last, or backwards. */
  #sequence({ tensor, axis, slope, start }: Read): Node {
    const { count } = this.#round
    const first = slope === 1 ? start : subtract(start, subtract(count, 1))
    const isWhole = first === 0 && equals(tensor.type.shape![axis]!, count)
    const part = isWhole ? tensor : this.#node('slice', [tensor], { axis, start: first, size: count })
    return slope === 1 || this.#isReversed ? part : this.#node('reverse', [part], { axis })
  }

  #copy(root: Node, reads: ReadonlyMap<Node, Node>): Node {
    const needed = new Set([root])
    for (const node of needed)
      if (this.#varying.has(node) && !reads.has(node) && !this.#copies.has(node))
        for (const input of node.inputs) needed.add(input)
    for (const node of [...needed].sort((a, b) => a.id - b.id))
      if (!this.#copies.has(node)) this.#copies.set(node, this.#copyOf(node, reads))
    return this.#copies.get(root)!
  }

  #copyOf(node: Node, reads: ReadonlyMap<Node, Node>): Node {
    if (!this.#varying.has(node)) return this.#kept(node)
    const element = reads.get(node)
    if (element) {
      const axis = resolveAxis(node.attributes.axis, node.inputs[0]!.type.shape!.length) as number
      return node.type.shape!.length === element.type.shape!.length
        ? element
        : this.#node('expandDims', [element], { axes: [axis] })
    }
    const [first] = node.inputs
    const read = first && reads.get(first)
    // An element whose axis of one goes again is the element.
    if (read && ['squeeze', 'reshape'].includes(node.op) && isSameShape(node.type.shape!, read.type.shape!))
      return read
    if (Object.values(node.attributes).some(value => this.#counts(value)))
      throw new Misfit('what a round computes depends on its number')
    return this.#node(
      node.op,
      node.inputs.map(input => this.#copies.get(input)!),
      node.attributes,
    )
  }

  /** What is computed from parameters alone is read where it stands; all else that stays is handed to each round. */
  #kept(node: Node): Node {
    const isGiven = nodesBelow([node]).some(
      ({ op, attributes }) => op === 'input' || (op === 'scalar' && typeof attributes.value !== 'number'),
    )
    if (!isGiven) return node
    const known = this.#stays.get(node)
    if (known) return known
    const place = this.#reads.size + this.#round.states.length + this.#stays.size
    const standIn = this.#placeholder('c', place, node)
    this.#stays.set(node, standIn)
    return standIn
  }

  #placeholder(name: string, place: number, { type: { shape, dtype } }: Pick<Node, 'type'>): Node {
    return this.#node('input', [], { name, index: -1 - place, shape: shape!, dtype })
  }

  #node(op: string, inputs: readonly Node[], attributes: Readonly<Record<string, Attribute>>): Node {
    const node = this.#builder.node(op, inputs, attributes)
    if (isProblem(node)) throw new Misfit(node.problem)
    return node
  }
}

function isSameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => equals(size, b[axis]!))
}
