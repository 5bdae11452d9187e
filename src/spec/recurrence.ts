import type { Dimension } from '../graph/dimension.js'
import type { Body, Node } from '../graph/node.js'
import { type Expression, partsOf, type Range } from '../math/expression.js'
import { Misfit } from '../ops/misfit.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { type EquationGraph, isSameShape } from './equation-graph.js'
import type { PlannedLine } from './plan.js'

/** What is read at a step: a sequence of the passage's surroundings. */
interface Sequence {
  readonly name: string
  readonly node: Node
}

/**
 * Equations over time, `h_t = f(x_t, h_{t-1})` from `h_0`: one step is the body of a recurrence over the axis behind the
 * batch of what is read.
 */
export class Recurrence {
  readonly #graph: EquationGraph
  readonly #time: string
  readonly #steps: ReadonlyMap<string, PlannedLine>
  readonly #initial: ReadonlyMap<string, PlannedLine>
  /** States, the one that is defined last first, as the layers of the framework have them. */
  readonly #states: readonly string[]
  readonly #range: Range

  constructor(graph: EquationGraph, time: string, lines: readonly PlannedLine[]) {
    this.#graph = graph
    this.#time = time
    const own = lines.filter(({ kind, indices }) => kind === 'step' && indices[0] === time)
    this.#range = own[0]!.range
    this.#steps = new Map(own.map(line => [line.output, line]))
    this.#initial = new Map(lines.flatMap(line => (line.kind === 'initial' ? [[line.output, line]] : [])))
    const read = new Set(own.flatMap(({ expression }) => [...this.#before(expression)]))
    this.#states = [...this.#steps.keys()].filter(name => read.has(name)).reverse()
  }

  /** How to make each value: the sequence of every step, and its last element where the size of time has a name. */
  values(): readonly (readonly [string, () => Node])[] {
    const names = [...this.#steps.keys()]
    return names.flatMap(name => {
      const sequence = [name, () => this.#recur(name, true)] as const
      const [first] = this.#sequences()
      const time = first?.node.type.shape?.[1]
      const lasts = time === undefined ? [] : this.#graph.host.sizeNames(time)
      return [
        sequence,
        ...lasts.map(last => [nameOf(name, [[last]]), () => this.#recur(name, false)] as const),
      ]
    })
  }

  *#before(expression: Expression): Generator<string> {
    if (expression.kind === 'name' && expression.stem) {
      const groups = expression.subscripts!.map(items => items.map(subscriptText))
      if (groups.at(-1)?.join() === `${this.#time}-1`) yield nameOf(expression.stem, groups.slice(0, -1))
    }
    for (const part of partsOf(expression)) yield* this.#before(part)
  }

  *#now(expression: Expression): Generator<string> {
    if (expression.kind === 'name' && expression.stem) {
      const groups = expression.subscripts!.map(items => items.map(subscriptText))
      if (groups.at(-1)?.join() === this.#time) yield nameOf(expression.stem, groups.slice(0, -1))
    }
    for (const part of partsOf(expression)) yield* this.#now(part)
  }

  #sequences(): readonly Sequence[] {
    const names = new Set([...this.#steps.values()].flatMap(({ expression }) => [...this.#now(expression)]))
    return [...names].flatMap(name => {
      if (this.#steps.has(name) || this.#graph.value(this.#at(name))) return []
      const node = this.#graph.value(name)
      return node ? [{ name, node }] : []
    })
  }

  #at(name: string): string {
    return `${name}_${this.#time}`
  }

  #recur(wanted: string, isSequence: boolean): Node {
    const sequences = this.#sequences()
    const [first] = sequences
    if (!first)
      throw new Misfit(
        `nothing is read at each step \`${this.#time}\`, so that how many there are is not known`,
        this.#range,
      )
    const graph = this.#graph
    const [batch] = first.node.type.shape as readonly [Dimension, ...Dimension[]]
    const reads = new Map(
      sequences.map(({ name, node }, i) => {
        const [size, , ...rest] = node.type.shape as readonly [Dimension, Dimension, ...Dimension[]]
        return [this.#at(name), this.#placeholder('x_t', i, [size, ...rest])]
      }),
    )
    const states = this.#states.includes(wanted) ? this.#states : [...this.#states, wanted]
    const shapes = this.#shapesOf(states, reads, batch)
    const placeholders = states.map((name, i) => this.#placeholder(name, sequences.length + i, shapes[i]!))
    const outputs = this.#oneStep(states, placeholders, reads)
    for (const [i, output] of outputs.entries())
      if (!isSameShape(output.type.shape ?? [], shapes[i]!))
        throw new Misfit(
          `\`${states[i]}\` has another shape after a step than before`,
          this.#steps.get(states[i]!)!.range,
        )
    const initial = states.map((name, i) => this.#initialOf(name, shapes[i]!))
    const body: Body = { inputs: [...reads.values(), ...placeholders], outputs }
    return graph.node('recurrence', [...sequences.map(({ node }) => node), ...initial], {
      body: { kind: 'body', body },
      along: sequences.map(() => 1),
      states: states.length,
      output: states.indexOf(wanted),
      sequences: isSequence,
    })
  }

  #placeholder(name: string, place: number, shape: readonly Dimension[]): Node {
    return this.#graph.node('input', [], { name, index: -1 - place, shape, dtype: 'float32' })
  }

  #oneStep(
    states: readonly string[],
    placeholders: readonly Node[],
    reads: ReadonlyMap<string, Node>,
  ): readonly Node[] {
    const done = new Map<string, Node>(reads)
    for (const [i, name] of states.entries()) done.set(`${name}_{${this.#time}-1}`, placeholders[i]!)
    const open = new Set<string>()
    const valueAt = (name: string): Node | undefined => {
      const known = done.get(name)
      if (known) return known
      const line = [...this.#steps.values()].find(({ output }) => this.#at(output) === name)
      if (!line) return undefined
      if (open.has(name)) throw new Misfit(`\`${name}\` depends on itself`, line.range)
      open.add(name)
      const { node } = this.#graph.elaborator(line.numbers, valueAt).tensor(line.expression)
      this.#graph.host.provenance.setName(node, name)
      done.set(name, node)
      return node
    }
    return states.map(name => valueAt(this.#at(name))!)
  }

  /** The shapes of states: that of the first one where it has one, else what the equations make of what is read. */
  #shapesOf(
    states: readonly string[],
    reads: ReadonlyMap<string, Node>,
    batch: Dimension,
  ): readonly (readonly Dimension[])[] {
    const first = states.map(name => {
      const line = this.#initial.get(name)
      const value = line && this.#graph.elaborator(line.numbers).tensor(line.expression).node
      return value && value.type.shape!.length > 0 ? value.type.shape! : undefined
    })
    if (first.every(shape => shape !== undefined)) return first as readonly (readonly Dimension[])[]
    const unknown = states.map((name, i) => this.#graph.unknown(name, reads.size + i))
    const guessed = this.#graph.inferring(batch, () => this.#oneStep(states, unknown, reads))
    return states.map((name, i) => {
      const shape = first[i] ?? guessed[i]?.type.shape
      if (shape) return shape
      throw new Misfit(`the shape of \`${name}\` is not known; give it with its first value`, this.#range)
    })
  }

  #initialOf(name: string, shape: readonly Dimension[]): Node {
    const line = this.#initial.get(name)
    if (!line) {
      if (!this.#states.includes(name)) return this.#graph.node('zeros', [], { shape })
      throw new Misfit(`the first state is not given: write \`${name}_0 = 0\``, this.#range)
    }
    const elaborator = this.#graph.elaborator(line.numbers)
    const value = elaborator.value(line.expression)
    if (value === 0) return this.#graph.node('zeros', [], { shape })
    const { node } = elaborator.placed(value)
    if (isSameShape(node.type.shape ?? [], shape)) return node
    throw new Misfit('the first state has another shape than the next', line.range)
  }
}
