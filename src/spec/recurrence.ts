import { add, type Dimension, equals, subtract, symbol } from '../graph/dimension.js'
import type { Body, Node } from '../graph/node.js'
import { type Expression, partsOf, type Range } from '../math/expression.js'
import { Misfit } from '../ops/misfit.js'
import { batchAxis, type Placed } from '../ops/named-axes.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { type EquationGraph, isSameShape } from './equation-graph.js'
import { namesIn } from './names.js'
import type { PlannedLine } from './plan.js'
import { type Direction, shiftOf } from './times.js'

/** What is read of a sequence of the passage's surroundings, so many steps after the step itself. */
interface Read {
  readonly name: string
  readonly node: Node
  readonly shift: number
}

/** The steps, from the first to the last. */
interface Steps {
  /** The first one that is computed: 1, or 2 where the first state is that of step 1. */
  readonly first: 1 | 2
  readonly count: Dimension
  /** How many places the states have, those that are given among them. */
  readonly places: Dimension
}

/** What is computed step by step. */
interface Written {
  readonly reads: readonly Read[]
  readonly states: readonly string[]
  readonly initial: readonly Node[]
  /** Which state is the result. */
  readonly output: number
}

/** More steps stay a recurrence. */
const mostWrittenOut = 100

/** Stands for the size of the batch where there is none. */
const noBatch = symbol('no batch', true)

/**
 * Equations over time, `h_t = f(x_t, h_{t-1})` from `h_0`, or backwards, `A_t = f(A_{t+1})`: one step is the body of a
 * recurrence along the first axis, behind that of the batch, of what is read.
 */
export class Recurrence {
  readonly #graph: EquationGraph
  readonly #time: string
  readonly #direction: Direction
  readonly #steps: ReadonlyMap<string, PlannedLine>
  readonly #initial: ReadonlyMap<string, PlannedLine>
  /** States, the one that is defined last first, as the layers of the framework have them. */
  readonly #states: readonly string[]
  readonly #range: Range

  constructor(
    graph: EquationGraph,
    time: { readonly name: string; readonly direction: Direction },
    lines: readonly PlannedLine[],
  ) {
    this.#graph = graph
    this.#time = time.name
    this.#direction = time.direction
    const own = lines.filter(({ kind, indices }) => kind === 'step' && indices[0] === time.name)
    this.#range = own[0]!.range
    this.#steps = new Map(own.map(line => [line.output, line]))
    this.#initial = new Map(lines.flatMap(line => (line.kind === 'initial' ? [[line.output, line]] : [])))
    const moved = own.flatMap(({ expression }) => [...this.#readsIn(expression)])
    const read = new Set(moved.flatMap(({ name, shift }) => (shift === -time.direction ? [name] : [])))
    this.#states = [...this.#steps.keys()].filter(name => read.has(name)).reverse()
    const far = moved.find(
      ({ name, shift }) => this.#steps.has(name) && ![0, -time.direction].includes(shift),
    )
    if (far)
      throw new Misfit(
        `a step reads \`${far.name}\` at the step itself and at the one ${time.direction === 1 ? 'before' : 'after'} it, no other`,
        this.#range,
      )
  }

  /** How to make each value: all steps of it, and the one that is computed last where its number has a name. */
  values(): readonly (readonly [string, () => Node])[] {
    const names = [...this.#steps.keys()]
    return names.flatMap(name => {
      const all = [name, () => this.#recur(name, true)] as const
      const ends = this.#direction === 1 ? this.#namesOfTheEnd() : ['1']
      return [all, ...ends.map(end => [nameOf(name, [[end]]), () => this.#recur(name, false)] as const)]
    })
  }

  #namesOfTheEnd(): readonly string[] {
    const [first] = this.#reads().filter(({ shift }) => shift === 0)
    const size = first ? first.node.type.shape?.[this.#axisOf(first.node)] : this.#stated()
    return size === undefined ? [] : this.#graph.host.sizeNames(size)
  }

  /** What an expression reads at some step: names without the step, and how far it is. */
  *#readsIn(expression: Expression): Generator<{ readonly name: string; readonly shift: number }> {
    if (expression.kind === 'name' && expression.stem) {
      for (const [i, [item, ...others]] of expression.subscripts!.entries()) {
        if (!item || others.length > 0) continue
        const shift = shiftOf(item, this.#time)
        if (shift === 0 && subscriptText(item) !== this.#time) continue
        const groups = expression.subscripts!.slice(0, i).map(items => items.map(subscriptText))
        yield { name: nameOf(expression.stem, groups, expression.label), shift }
      }
    }
    for (const part of partsOf(expression)) yield* this.#readsIn(part)
  }

  #reads(): readonly Read[] {
    const found = new Map<string, Read>()
    for (const { expression } of this.#steps.values())
      for (const { name, shift } of this.#readsIn(expression)) {
        if (this.#steps.has(name) || this.#graph.value(this.#at(name, shift))) continue
        const node = this.#graph.value(name)
        if (node && node.type.shape?.[this.#axisOf(node)] === undefined)
          throw new Misfit(`\`${name}\` has no axis that \`${this.#time}\` counts`, this.#range)
        if (node) found.set(this.#at(name, shift), { name, node, shift })
      }
    return [...found.values()]
  }

  #at(name: string, shift = 0): string {
    const step = shift === 0 ? this.#time : `${this.#time}${shift < 0 ? '-' : '+'}${Math.abs(shift)}`
    return nameOf(name, [[step]])
  }

  #axisOf(node: Node): 0 | 1 {
    return this.#graph.hasBatch(node) ? 1 : 0
  }

  /** How many steps there are said to be. */
  #stated(): Dimension | undefined {
    const [first, ...others] = [...this.#steps.values()].flatMap(({ steps }) =>
      steps ? [{ size: this.#graph.elaborator().size(steps), range: steps.range }] : [],
    )
    const other = others.find(({ size }) => !equals(size, first!.size))
    if (other)
      throw new Misfit(
        `\`${this.#time}\` counts ${sizeText(first!.size)} and ${sizeText(other.size)} steps`,
        other.range,
      )
    return first?.size
  }

  /** How many steps there are: as many as what is read has places for, or as is said. */
  #count(reads: readonly Read[]): Steps {
    const stated = this.#stated()
    if (reads.length === 0 && stated === undefined)
      throw new Misfit(
        `nothing is read at each step \`${this.#time}\`, so that how many there are is not known`,
        this.#range,
      )
    const sizes = [...new Set(reads.map(({ node }) => node))].map(node => {
      const own = reads.filter(read => read.node === node)
      const size = node.type.shape![this.#axisOf(node)]!
      return subtract(size, Math.max(0, ...own.map(({ shift }) => shift)))
    })
    const places = sizes[0] ?? stated!
    const other = [...sizes, stated ?? places].find(size => !equals(size, places))
    if (other !== undefined)
      throw new Misfit(
        `\`${this.#time}\` counts axes of two sizes, ${sizeText(places)} and ${sizeText(other)}`,
        this.#range,
      )
    const given = this.#states.flatMap(name => this.#initial.get(name) ?? [])
    const isAtEnd = given.map(line => this.#isWithin(line, places))
    if (new Set(isAtEnd).size > 1)
      throw new Misfit('the first states are given for different steps', given[0]!.range)
    const isGiven = isAtEnd[0] ?? false
    const first = isGiven && this.#direction === 1 ? 2 : 1
    return { first, places, count: isGiven ? subtract(places, 1) : places }
  }

  /** Whether a first state is that of step 1, or of the last one, and not that of step 0, or of the one behind. */
  #isWithin({ places, range }: PlannedLine, last: Dimension): boolean {
    const at = this.#graph.elaborator().size(places![0]!)
    const [outside, inside] = this.#direction === 1 ? [0, 1] : [add(last, 1), last]
    if (equals(at, outside)) return false
    if (equals(at, inside)) return true
    const [one, other] = [outside, inside].map(sizeText)
    throw new Misfit(`the first state is that of step ${one} or ${other}, not ${sizeText(at)}`, range)
  }

  /** The size of the batch, where a step reads something for each example, or begins with it. */
  #batch(reads: readonly Read[]): Dimension | undefined {
    const lines = reads.length > 0 ? [] : [...this.#steps.values(), ...this.#initial.values()]
    const names = lines.flatMap(({ expression }) => [...namesIn(expression)].map(({ name }) => name))
    const nodes = [...reads.map(({ node }) => node), ...names.flatMap(name => this.#graph.value(name) ?? [])]
    return nodes.find(node => this.#graph.hasBatch(node))?.type.shape?.[0]
  }

  /** What a step reads, which are counted from 1. */
  #element(read: Read, step: number): Node {
    const { node, shift } = read
    const axis = this.#axisOf(node)
    const start = step + shift - 1
    if (start < 0) return this.#before(read, -start)
    const part = this.#graph.node('slice', [node], { axis, start, size: 1 })
    return this.#graph.node('squeeze', [part], { axes: [axis] })
  }

  /** What is read so many steps before the first place of a sequence. */
  #before({ name, node }: Read, steps: number): Node {
    const line = this.#initial.get(name)
    if (line && steps === 1) return this.#firstOf(line, node.type.shape!.toSpliced(this.#axisOf(node), 1))
    throw new Misfit(
      `\`${name}\` is read ${steps === 1 ? 'one step' : `${steps} steps`} before its first: say what is there, as \`${name}_0 = 0\``,
      this.#range,
    )
  }

  /** The places of a sequence that the steps read. */
  #sequence(read: Read, { first, count }: Steps): Node {
    const { node, shift } = read
    const axis = this.#axisOf(node)
    const start = first + shift - 1
    if (start >= 0) {
      if (start === 0 && equals(node.type.shape![axis]!, count)) return node
      return this.#graph.node('slice', [node], { axis, start, size: count })
    }
    const before = this.#graph.node('expandDims', [this.#before(read, -start)], { axes: [axis] })
    const rest = this.#graph.node('slice', [node], { axis, start: 0, size: subtract(count, 1) })
    return this.#graph.node('concat', [before, rest], { axis })
  }

  #recur(wanted: string, isSequence: boolean): Node {
    const reads = this.#reads()
    const steps = this.#count(reads)
    const sequences = reads.map(read => this.#sequence(read, steps))
    const along = sequences.map(node => this.#axisOf(node))
    const elements = new Map(
      reads.map(({ name, shift }, i) => {
        const shape = sequences[i]!.type.shape!.toSpliced(along[i]!, 1)
        return [this.#at(name, shift), this.#placeholder('x_t', i, shape)]
      }),
    )
    const states = this.#states.includes(wanted) ? this.#states : [...this.#states, wanted]
    const batch = this.#batch(reads)
    const shapes = this.#shapesOf(states, elements, batch)
    const initial = states.map((name, i) => this.#initialOf(name, shapes[i]!))
    const output = states.indexOf(wanted)
    if (this.#graph.host.isWrittenOut && typeof steps.count === 'number' && steps.count <= mostWrittenOut)
      return this.#writtenOut({ reads, states, initial, output }, steps, isSequence)
    const placeholders = states.map((name, i) => this.#placeholder(name, sequences.length + i, shapes[i]!))
    const next = this.#oneStep(states, placeholders, elements)
    for (const [i, { node }] of next.entries())
      if (!isSameShape(node.type.shape ?? [], shapes[i]!))
        throw new Misfit(
          `\`${states[i]}\` has another shape after a step than before`,
          this.#steps.get(states[i]!)!.range,
        )
    const body: Body = {
      inputs: [...elements.values(), ...placeholders],
      outputs: next.map(({ node }) => node),
    }
    const axis = next[output]!.axes.includes(batchAxis) ? 1 : 0
    const found = this.#graph.node('recurrence', [...sequences, ...initial], {
      body: { kind: 'body', body },
      along,
      states: states.length,
      ...(along.length === 0 && { steps: steps.count }),
      output,
      sequences: isSequence,
      axis,
      reverse: this.#direction === -1,
    })
    if (!isSequence) return found
    // The op gives steps in the order in which they are computed.
    const computed = this.#direction === 1 ? found : this.#graph.node('reverse', [found], { axis })
    if (equals(steps.count, steps.places)) return computed
    if (!this.#states.includes(wanted))
      throw new Misfit(`what \`${wanted}\` is at its first step is not given`, this.#range)
    const given = this.#graph.node('expandDims', [initial[output]!], { axes: [axis] })
    const inOrder = this.#direction === 1 ? [given, computed] : [computed, given]
    return this.#graph.node('concat', inOrder, { axis })
  }

  /** One step after the other. */
  #writtenOut(
    { reads, states, initial, output }: Written,
    { first, count, places }: Steps,
    isSequence: boolean,
  ): Node {
    const wanted = states[output]!
    let current = initial
    const all: Placed[] = []
    const last = Number(count) - 1
    for (let k = 0; k <= last; k++) {
      const start = this.#direction === 1 ? k : last - k
      const elements = new Map(
        reads.map(read => [this.#at(read.name, read.shift), this.#element(read, first + start)]),
      )
      const next = this.#oneStep(states, current, elements)
      current = next.map(({ node }) => node)
      all.push(next[output]!)
    }
    if (!isSequence || all.length === 0) return current[output]!
    const axis = all[0]!.axes.includes(batchAxis) ? 1 : 0
    if (count !== places && !this.#states.includes(wanted))
      throw new Misfit(`what \`${wanted}\` is at its first step is not given`, this.#range)
    const inOrder = [...(count === places ? [] : [initial[output]!]), ...all.map(({ node }) => node)]
    return this.#graph.node('stack', this.#direction === 1 ? inOrder : inOrder.reverse(), { axis })
  }

  #placeholder(name: string, place: number, shape: readonly Dimension[]): Node {
    return this.#graph.node('input', [], { name, index: -1 - place, shape, dtype: 'float32' })
  }

  #oneStep(
    states: readonly string[],
    placeholders: readonly Node[],
    reads: ReadonlyMap<string, Node>,
  ): readonly Placed[] {
    const done = new Map<string, Node>(reads)
    for (const [i, name] of states.entries()) done.set(this.#at(name, -this.#direction), placeholders[i]!)
    const placed = new Map<string, Placed>()
    const open = new Set<string>()
    const valueAt = (name: string): Node | undefined => {
      const known = done.get(name)
      if (known) return known
      const line = [...this.#steps.values()].find(({ output }) => this.#at(output) === name)
      if (!line) return undefined
      if (open.has(name)) throw new Misfit(`\`${name}\` depends on itself`, line.range)
      open.add(name)
      const value = this.#graph.placed(line, line.indices.slice(1), valueAt)
      this.#graph.host.provenance.setName(value.node, name)
      placed.set(name, value)
      done.set(name, value.node)
      return value.node
    }
    return states.map(name => {
      valueAt(this.#at(name))
      return placed.get(this.#at(name))!
    })
  }

  /** The shapes of states: that of the first one where it has one, else what the equations make of what is read. */
  #shapesOf(
    states: readonly string[],
    reads: ReadonlyMap<string, Node>,
    batch: Dimension | undefined,
  ): readonly (readonly Dimension[])[] {
    const first = states.map(name => {
      const line = this.#initial.get(name)
      if (!line || line.expression.kind === 'number') return undefined
      const { node, axes } = this.#graph.placed(line, line.indices)
      const shape = node.type.shape!
      const own = batch !== undefined && !axes.includes(batchAxis) ? [batch, ...shape] : shape
      return shape.length > 0 ? own : undefined
    })
    if (first.every(shape => shape !== undefined)) return first as readonly (readonly Dimension[])[]
    const unknown = states.map((name, i) => {
      const shape = first[i]
      const place = reads.size + i
      return shape ? this.#placeholder(name, place, shape) : this.#graph.unknown(name, place)
    })
    const guessed = this.#graph.inferring(batch ?? noBatch, () => this.#oneStep(states, unknown, reads))
    return states.map((_, i) => {
      const shape = first[i] ?? guessed[i]?.node.type.shape?.filter(size => size !== noBatch)
      // What is combined with nothing but numbers is one.
      return shape ?? (batch === undefined ? [] : [batch])
    })
  }

  #initialOf(name: string, shape: readonly Dimension[]): Node {
    const line = this.#initial.get(name)
    if (line) return this.#firstOf(line, shape)
    if (!this.#states.includes(name)) return this.#graph.node('zeros', [], { shape })
    const before = this.#direction === 1 ? '0' : `{T+1}`
    throw new Misfit(`the first state is not given: write \`${name}_${before} = 0\``, this.#range)
  }

  /** A first state in the shape of the others; a number, and what all examples share, is repeated. */
  #firstOf(line: PlannedLine, shape: readonly Dimension[]): Node {
    const { expression, indices, numbers, range } = line
    const elaborator = this.#graph.elaborator(numbers)
    if (expression.kind === 'number' && elaborator.value(expression) === 0)
      return this.#graph.node('zeros', [], { shape })
    const { node } = this.#graph.placed(line, indices)
    const own = node.type.shape ?? []
    if (isSameShape(own, shape)) return node
    if (isSameShape(own, shape.slice(1)) || own.length === 0)
      return this.#graph.node('broadcastTo', [node], { shape })
    throw new Misfit('the first state has another shape than the next', range)
  }
}

const sizeText = (size: Dimension): string => (typeof size === 'number' ? String(size) : size.key)
