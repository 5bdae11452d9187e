import type { Code } from '../../diagnostics/catalogue.js'
import {
  type Dimension,
  isPolynomial,
  type Polynomial,
  product,
  symbolsOf,
  type Term,
} from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { DataType, Shape } from '../../graph/type.js'
import { type Span, spanText } from '../../text/source.js'
import {
  choice,
  collected,
  elementOf,
  elementwise,
  memberOf,
  resultOf,
  someOf,
  type Tracer,
} from '../../trace/host.js'
import type { Running } from '../../trace/running.js'
import { lastKeyOf } from '../../trace/unknowns.js'
import { isObject, isUnknown, type UnknownValue, unknownIn, type Value } from '../../trace/value.js'
import { operatorOps } from './constants.js'
import { contextOf } from './context.js'
import { type GivenNumbers, inputOf } from './given-inputs.js'

/** How numbers that are not known are arranged as a tensor. */
export interface Layout {
  /** How many axes it has, where the function says it. */
  readonly rank?: number
  /** The sizes that the call asks for. */
  readonly sizes?: readonly Dimension[]
}

/**
 * Numbers that the program is given, such as the fields of the examples of a batch, as an input of the graph: a tensor of the
 * rank that the call says, with open sizes. What code computes from them is computed from inputs. Undefined for anything else,
 * for what was read out of a tensor, and where the same numbers may be in another input already: of two inputs nothing says
 * that they are equal.
 */
export function givenData(
  trace: Tracer,
  value: Value,
  layout: Layout,
  { dtype, span }: { readonly dtype: DataType | undefined; readonly span: Span },
): Node | undefined {
  const rank = layout.sizes?.length ?? layout.rank
  // One number may be a setting as well.
  if (!rank) return undefined
  const whole = new Arrangement(trace, span, rank, layout.sizes).node([value], [], true)
  // Numbers one after the other, which the call divides.
  const node =
    whole ??
    (layout.sizes && new Arrangement(trace, span, 1, [product(layout.sizes)]).node([value], [], false))
  if (!node || node.op === 'scalar' || node.op === 'constant') return undefined
  const made = dtype && dtype !== 'float32' ? trace.builder.node('cast', [node], { dtype }) : node
  return isProblem(made) ? undefined : made
}

/** One tensor that is being made; `sizes` are all of its sizes, where they are asked for. */
class Arrangement {
  readonly #trace: Tracer
  readonly #span: Span
  readonly #rank: number
  readonly #sizes: readonly Dimension[] | undefined
  /** The running numbers of which the elements are read, and their axes. */
  readonly #along = new Map<Running, number>()

  constructor(trace: Tracer, span: Span, rank: number, sizes: readonly Dimension[] | undefined) {
    this.#trace = trace
    this.#span = span
    this.#rank = rank
    this.#sizes = sizes
  }

  /**
   * The tensor of values that are at the places of the first axes, one after the other; those of a list of unknown length are
   * one value. `isOpen` says that values may have further axes.
   */
  node(found: readonly Value[], axes: Shape, isOpen: boolean): Node | undefined {
    if (axes.length > this.#rank) return undefined
    const values = found.map(value => madeByLoop(this.#trace, value) ?? value)
    const [first] = values
    if (values.every(value => typeof value === 'number')) return this.#constant(values, axes)
    const lists = values.map(value => (typeof value === 'string' ? undefined : this.#trace.elements(value)))
    if (lists.every(list => list !== undefined)) {
      const length = lists[0]!.length
      if (length === 0 || lists.some(list => list.length !== length)) return undefined
      const items = lists.flatMap(list => list.map(({ value }) => value))
      return this.node(items, [...axes, length], isOpen)
    }
    if (values.every(isPolynomial)) return this.#polynomials(values, axes)
    if (!values.every(isUnknown)) return undefined
    const operations = values.map(value => this.#trace.operation(value))
    const { operator = '', operands = [] } = operations[0] ?? {}
    if ((operator === elementwise || operator === collected) && values.length === 1)
      return this.#elements(first as UnknownValue, operands[1], axes, isOpen)
    if (values.every(value => isGiven(this.#trace, value)))
      return this.#read(values, this.#shape(axes, isOpen ? nameOf(first as UnknownValue) : undefined, values))
    if (operations.some(other => other?.operator !== operator)) return undefined
    if (axes.length < this.#rank) return undefined
    const parts = operands.map((_, i) => operations.map(operation => operation!.operands[i]))
    if (operator === 'number') return this.node(parts[0]!, axes, false)
    if (operator === choice || operator === 'not') return this.#chosen(operator, parts, values, axes)
    const op = operatorOps[operator]
    const inputs = parts.map(part => this.node(part, axes, false))
    return op && inputs.every(input => input !== undefined) ? this.#op(op, inputs) : undefined
  }

  /** The values of a list, of which there is one that stands for any. */
  #elements(list: UnknownValue, element: Value, axes: Shape, isOpen: boolean): Node | undefined {
    const running = this.#trace.running.over(list, this.#span)
    // Each element with each other: one value cannot stand for both.
    if (running.count === undefined || this.#along.has(running)) return undefined
    const { exampleCounts } = contextOf(this.#trace)
    if (axes.length === 0) for (const name of symbolsOf(running.count)) exampleCounts.add(name)
    this.#along.set(running, axes.length)
    const node = this.node([element], [...axes, running.count], isOpen)
    this.#along.delete(running)
    return node
  }

  /** Sums of products, as arithmetic on numbers that are not known gives them: of the same form at all places. */
  #polynomials(values: readonly Polynomial[], axes: Shape): Node | undefined {
    const [first] = values
    const terms = first!.terms.map((_, i) => values.map(({ terms: own }) => own[i]))
    if (values.some(({ terms: own }) => own.length !== first!.terms.length)) return undefined
    const sums = terms.map(alike => this.#term(alike as readonly Term[], axes))
    return sums.reduce((sum, term) => this.#op('add', [sum, term]))
  }

  #term(terms: readonly Term[], axes: Shape): Node | undefined {
    const [{ coefficient, factors }] = terms as readonly [Term]
    const isAlike = terms.every(
      other =>
        other.coefficient.numerator === coefficient.numerator &&
        other.coefficient.denominator === coefficient.denominator &&
        other.factors.length === factors.length &&
        other.factors.every(([, atom, power], i) => atom.kind === 'symbol' && power === factors[i]![2]),
    )
    if (!isAlike || factors.some(([, , power]) => power < 1)) return undefined
    const number = Number(coefficient.numerator) / Number(coefficient.denominator)
    if (factors.some(([, atom]) => atom.kind === 'symbol' && this.#trace.counters.has(atom.name)))
      return undefined
    const reads = factors.flatMap(([, , power], i) => {
      const named = terms.map(term => {
        const [, atom] = term.factors[i]!
        return atom.kind === 'symbol' ? this.#trace.unknownNamed(atom.name) : undefined
      })
      return new Array<Node | undefined>(power).fill(this.node(named, axes, false))
    })
    const scale = number === 1 && reads.length > 0 ? [] : [this.#constant([number], [])]
    return [...scale, ...reads].reduce((made, read) => this.#op('multiply', [made, read]))
  }

  #constant(values: readonly number[], axes: Shape): Node | undefined {
    const [first] = values
    const isOne = values.every(value => value === first)
    const made = isOne
      ? this.#trace.builder.node('scalar', [], { value: first! })
      : this.#trace.builder.node('constant', [], { shape: axes, values, dtype: 'float32' })
    return isProblem(made) ? undefined : made
  }

  /** One of two numbers, by a condition that is 1 where it holds and else 0. */
  #chosen(
    operator: string,
    parts: readonly (readonly Value[])[],
    values: readonly UnknownValue[],
    axes: Shape,
  ): Node | undefined {
    const holds = operator === 'not' ? this.#truth(values, axes) : this.#truth(parts[0]!, axes)
    if (operator === 'not' || !holds) return holds
    const [yes, no] = [this.node(parts[1]!, axes, false), this.node(parts[2]!, axes, false)]
    const rest = yes && no && this.#complement(holds)
    return rest && this.#op('add', [this.#op('multiply', [holds, yes]), this.#op('multiply', [rest, no])])
  }

  #truth(values: readonly Value[], axes: Shape): Node | undefined {
    if (!values.every(isUnknown)) return undefined
    const operations = values.map(value => this.#trace.operation(value))
    if (operations.every(operation => operation?.operator === 'not')) {
      const holds = this.#truth(
        operations.map(operation => operation!.operands[0]),
        axes,
      )
      return holds && this.#complement(holds)
    }
    return values.every(value => isGiven(this.#trace, value))
      ? this.#read(values, this.#shape(axes, undefined, values), 'truth of ')
      : undefined
  }

  #complement(holds: Node): Node | undefined {
    const one = this.#trace.builder.node('scalar', [], { value: 1 })
    return isProblem(one) ? undefined : this.#op('subtract', [one, holds])
  }

  #op(op: string, inputs: readonly (Node | undefined)[]): Node | undefined {
    if (!inputs.every(input => input !== undefined)) return undefined
    const made = this.#trace.builder.node(op, inputs, {})
    return isProblem(made) ? undefined : made
  }

  /** The sizes of what is read: those asked for, those of the lists, and open ones under `name`. */
  #shape(axes: Shape, name: string | undefined, values: readonly UnknownValue[]): Shape | undefined {
    if (this.#sizes) return name === undefined && axes.length < this.#rank ? undefined : this.#sizes
    if (name === undefined) return axes.length === this.#rank ? axes : undefined
    const key = keyOf(this.#trace, values)
    const { remarkedSizes, exampleCounts } = contextOf(this.#trace)
    const sizes = Array.from({ length: this.#rank - axes.length }, (_, i) => {
      const axis = axes.length + i
      const { value, isOpen } = this.#trace.ownSize(`${name}.shape[${axis}]`, `size ${axis} of ${key}`)
      for (const own of isOpen ? symbolsOf(value) : []) {
        remarkedSizes.set(own, name)
        if (axis === 0) exampleCounts.add(own)
      }
      return value
    })
    return [...axes, ...sizes]
  }

  /** The input that numbers are: of the elements that are read, and of the rounds that are walked. */
  #read(values: readonly UnknownValue[], shape: Shape | undefined, prefix = ''): Node | undefined {
    if (!shape) return undefined
    const trace = this.#trace
    const along = [...this.#along.keys()]
    // What is the same in all rounds would be numbers of which nothing says that they are equal.
    const depends = values.map(value => trace.running.in([value], this.#span))
    if (depends.some(own => along.some(running => !own.includes(running)))) return undefined
    const within = [...new Set(depends.flat())].filter(running => !along.includes(running))
    if (!within.every(running => trace.running.isOpen(running))) return undefined
    const isGuess = values.some(value => restsOnLoop(trace, value))
    const isWhole = values.some(value => isOfLoop(trace, value))
    const name = isWhole ? nameWritten(this.#span) : nameOf(values[0]!)
    // Axes in front of those that run are of numbers of their own.
    const places = along.map((running, i) => (this.#along.get(running) === i ? '' : ` at ${i}`)).join('')
    const numbers: GivenNumbers = {
      name,
      key: prefix + keyOf(trace, values) + places,
      signatures: new Set(values.map(value => signatureOf(trace, value))),
      along,
      within,
      ...(isGuess && { stated: { by: 'loop', isGuess: true, span: this.#span } as const }),
      origin: trace.origin(this.#span),
    }
    return inputOf(trace, numbers, shape)
  }
}

/** Whether a value is as the program was given it: itself, or a part of something that was. */
function isGiven(trace: Tracer, value: Value): boolean {
  if (!isUnknown(value)) return false
  const operation = trace.operation(value)
  if (!operation) return (value.reason === undefined && !trace.running.has(value)) || isOfLoop(trace, value)
  const { operator, operands } = operation
  // A list of parts of what was given, as of examples at places that code has drawn.
  return operator === elementwise
    ? isGiven(trace, operands[1])
    : partOf.has(operator) && isGiven(trace, operands[0])
}

/**
 * Whether a value is what a loop of unknown length leaves, of numbers that the program was given: no others are there before
 * some are read out of a tensor.
 */
function isOfLoop(trace: Tracer, value: UnknownValue): boolean {
  return ofLoops.has(value.reason?.code) && !trace.operation(value) && !contextOf(trace).hasReadNumbers
}

/** Whether a value is what such a loop leaves, or a part of it. */
function restsOnLoop(trace: Tracer, value: Value): boolean {
  if (!isUnknown(value)) return false
  const { operator = '', operands = [] } = trace.operation(value) ?? {}
  if (operator === elementwise) return restsOnLoop(trace, operands[1])
  return partOf.has(operator) ? restsOnLoop(trace, operands[0]) : isOfLoop(trace, value)
}

/** Why what a loop changes is not known. */
const ofLoops: ReadonlySet<Code | undefined> = new Set(['unknown-loop', 'long-loop', 'no-recurrence'])

/** What a list holds that a loop has filled: what its rounds have collected, or that it is not known what it holds. */
function madeByLoop(trace: Tracer, value: Value): Value {
  const whole = trace.whole(value)
  if (isUnknown(whole)) return whole
  const held = isObject(value) ? unknownIn(value) : undefined
  return held && ofLoops.has(held.reason?.code) ? held : undefined
}

/** The operators whose result is a part of the first operand, or what it gives. */
const partOf: ReadonlySet<string> = new Set([memberOf, elementOf, someOf, resultOf])

/** Which numbers a value is, without which element of a list it is of, and which elements a list has. */
function signatureOf(trace: Tracer, value: UnknownValue): string {
  const { operator, operands } = trace.operation(value) ?? { operator: '', operands: [] }
  const [whole, element] = operands
  if (operator === elementwise && isUnknown(element)) return signatureOf(trace, element)
  if (!whole || !isUnknown(whole) || !partOf.has(operator)) return trace.keyOf(value)
  const inside = signatureOf(trace, whole)
  if (operator === someOf) return inside
  return `${inside}.${operator === memberOf ? lastKeyOf(value) : operator}`
}

const keyOf = (trace: Tracer, values: readonly UnknownValue[]): string =>
  values.map(value => trace.keyOf(value)).join()

/** What a call calls the list that it is given. */
const nameWritten = (call: Span): string => /\(\s*(?:[\w$]+\.)*([\w$]+)/.exec(spanText(call))?.[1] ?? 'list'

/** What numbers are called: by their field, or as the code writes them. */
const nameOf = (value: UnknownValue): string => lastKeyOf(value) || value.path
