import type { GraphBuilder } from '../graph/builder.js'
import { add, type Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Expression } from '../math/expression.js'
import { plainExpression, plainName, plainSize } from '../ops/plain.js'
import { recurrenceForm } from '../ops/recurrence.js'
import { subscriptText } from '../ops/spelled-names.js'
import { isRecurrence, reachable } from './lines.js'
import type { UniqueNames } from './plain-names.js'
import type { Run } from './recurrence.js'
import { spelled } from './spelled.js'

/** What a loop is written with. */
export interface LoopSetting {
  readonly builder: GraphBuilder
  readonly names: UniqueNames
  /** The name of a value outside, which gets a line of its own if it has none yet. */
  readonly named: (node: Node) => string
  /** Whether the first axis counts the examples of a batch. */
  readonly hasBatch: (node: Node) => boolean
  /** A name for a number of steps that is computed from sizes. */
  readonly sizeNamed: (size: Dimension) => string
}

/** The equations of a loop, and how what it leaves is computed from the values that these define. */
export interface PlainLoop {
  readonly lines: readonly Expression[]
  /** Values that the equations define, by name. */
  readonly defined: ReadonlyMap<string, Node>
  /** What reads the results otherwise laid out, as the code has them. */
  readonly laidOut: ReadonlyMap<Node, Node>
}

const range = [0, 0] as const

/** Ends the writing of one loop; it never leaves this file. */
class NoWords extends Error {}

/** A recurrence in the equation language: `h_t = f(x_t, h_{t-1})` from `h_0`; a problem says what has no words. */
export function plainLoop(run: Run, setting: LoopSetting): PlainLoop | Problem {
  try {
    return new LoopWriter(run, setting).write()
  } catch (thrown) {
    if (thrown instanceof NoWords) return { problem: thrown.message }
    throw thrown
  }
}

class LoopWriter {
  readonly #run: Run
  readonly #setting: LoopSetting
  /** The names of what a step reads and computes, without the step. */
  readonly #stems = new Map<Node, { readonly stem: string; readonly shift: number }>()
  /** What stays from step to step, by what stands for it. */
  readonly #stays = new Map<Node, Node>()
  readonly #counter: string
  readonly #states: readonly string[]

  constructor(run: Run, setting: LoopSetting) {
    this.#run = run
    this.#setting = setting
    const { body } = run
    const { along, states: count } = recurrenceForm(run.results[0]!.attributes)
    if (reachable(body.outputs, node => node.inputs).some(isRecurrence))
      throw new NoWords('a loop in a loop has no spelling')
    const { inputs } = run.results[0]!
    for (const [i, axis] of along.entries())
      this.#stems.set(body.inputs[i]!, { stem: setting.named(this.#inFront(inputs[i]!, axis)), shift: 0 })
    this.#states = run.states.map(state => setting.names.first(spelled(state), 'h'))
    const before = run.isReversed ? 1 : -1
    this.#states.forEach((stem, k) => {
      this.#stems.set(body.inputs[along.length + k]!, { stem, shift: before })
    })
    body.inputs.slice(along.length + count).forEach((placeholder, k) => {
      this.#stays.set(placeholder, inputs[along.length + count + k]!)
    })
    this.#states.forEach((stem, k) => {
      const output = body.outputs[k]!
      if (!this.#stems.has(output)) this.#stems.set(output, { stem, shift: 0 })
    })
    for (const line of run.lines) {
      if (this.#stems.has(line)) continue
      const own = run.local.get(line)
      const stem = setting.names.unique(own ? spelled(own) : 'y')
      this.#stems.set(line, { stem, shift: 0 })
    }
    this.#counter = setting.names.counter(run.index)
  }

  write(): PlainLoop {
    const { run, lines } = { run: this.#run, lines: [...this.#initial(), ...this.#steps()] }
    const defined = new Map<string, Node>()
    const laidOut = new Map<Node, Node>()
    for (const result of run.results) {
      const { output, sequences, axis, reverse } = recurrenceForm(result.attributes)
      const stem = this.#stemOf(output)
      if (!sequences) {
        defined.set(`${stem}_${this.#end()}`, result)
        continue
      }
      const expected = this.#setting.hasBatch(run.body.outputs[output]!) ? 1 : 0
      const moved = this.#node('recurrence', result.inputs, { ...result.attributes, axis: expected })
      const inPlace = reverse ? this.#node('reverse', [moved], { axis: expected }) : moved
      defined.set(stem, inPlace)
      if (inPlace === result) continue
      const again = reverse ? this.#node('reverse', [inPlace], { axis: expected }) : inPlace
      laidOut.set(result, axis === expected ? again : this.#moved(again, expected, axis))
    }
    return { lines, defined, laidOut }
  }

  #stemOf(output: number): string {
    return this.#states[output] ?? this.#stems.get(this.#run.body.outputs[output]!)!.stem
  }

  /** The last step that is computed. */
  #end(): string {
    const { isReversed, steps } = this.#run
    if (isReversed) return '1'
    return typeof steps === 'number' ? String(steps) : this.#setting.sizeNamed(steps)
  }

  #initial(): readonly Expression[] {
    const { results, isReversed, steps } = this.#run
    const { along } = recurrenceForm(results[0]!.attributes)
    const { inputs } = results[0]!
    const place = isReversed ? this.#size(add(steps, 1)) : '0'
    return this.#states.map((stem, k) => {
      const value = inputs[along.length + k]!
      const own = this.#setting.names.value(value)
      // The shape of a state is that of what is read with it.
      const isInferred = value.op === 'zeros' && this.#readsSequence()
      const right =
        isInferred && own === undefined
          ? ({ kind: 'number', value: 0, text: '0', range } as const)
          : this.#value(value)
      return equation(this.#name(`${stem}_{${place}}`), right)
    })
  }

  #steps(): readonly Expression[] {
    const { body, lines } = this.#run
    const left = (stem: string) => this.#name(`${stem}_${this.#counter}`)
    const written = lines.map(line => equation(left(this.#stems.get(line)!.stem), this.#value(line, true)))
    // A state that is another value of the step, or of the one before.
    const copies = this.#states.flatMap((stem, k) => {
      const value = body.outputs[k]!
      const own = this.#stems.get(value)!
      return own.stem === stem && own.shift === 0 ? [] : [equation(left(stem), this.#value(value))]
    })
    const all = [...written, ...copies]
    if (this.#readsSequence()) return all
    const last = this.#sizeExpression(this.#run.steps)
    const first: Expression = { kind: 'number', value: 1, text: '1', range }
    return all.map(line => ({ kind: 'family', equation: line, index: this.#counter, first, last, range }))
  }

  /** Whether what is read at each step says how many steps there are. */
  #readsSequence(): boolean {
    const { body, results } = this.#run
    const { along } = recurrenceForm(results[0]!.attributes)
    const read = new Set(reachable(body.outputs, node => node.inputs))
    return body.inputs.slice(0, along.length).some(element => read.has(element))
  }

  /** What a step, or what is around it, computes. */
  #value(node: Node, isWrittenOut = false): Expression {
    const { names } = this.#setting
    const known = (inner: Node): string | Expression | undefined => {
      const own = this.#stems.get(inner)
      if (own) return this.#at(own.stem, own.shift)
      const outside = this.#stays.get(inner)
      if (!outside) return names.value(inner)
      return outside.op === 'scalar' ? this.#value(outside) : this.#setting.named(outside)
    }
    const text = isWrittenOut ? undefined : known(node)
    if (typeof text === 'string') return this.#name(text)
    return text ?? this.#sound(plainExpression(node, { value: known, size: own => names.size(own) }))
  }

  #at(stem: string, shift: number): string {
    return shift === 0 ? `${stem}_${this.#counter}` : `${stem}_{${this.#counter}${shift < 0 ? '-' : '+'}1}`
  }

  #name(text: string): Expression {
    return this.#sound(plainName(text))
  }

  #sizeExpression(size: Dimension): Expression {
    return this.#sound(plainSize(size, own => this.#setting.names.size(own)))
  }

  #size(size: Dimension): string {
    return subscriptText(this.#sizeExpression(size))
  }

  /** A sequence with its steps along the first axis, behind that of the batch. */
  #inFront(node: Node, axis: number): Node {
    const expected = this.#setting.hasBatch(node) && axis > 0 ? 1 : 0
    return axis === expected ? node : this.#moved(node, axis, expected)
  }

  #moved(node: Node, from: number, to: number): Node {
    const places = node.type.shape!.map((_, i) => i).filter(i => i !== from)
    return this.#node('transpose', [node], { permutation: places.toSpliced(to, 0, from) })
  }

  #node(op: string, inputs: readonly Node[], attributes: Node['attributes']): Node {
    return this.#sound(this.#setting.builder.node(op, inputs, attributes))
  }

  #sound<Value extends object>(value: Value | Problem): Value {
    if (isProblem(value)) throw new NoWords(value.problem)
    return value as Value
  }
}

const equation = (left: Expression, right: Expression): Expression => ({
  kind: 'binary',
  operator: '=',
  left,
  right,
  range,
})
