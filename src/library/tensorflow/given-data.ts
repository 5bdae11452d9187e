import type { Code } from '../../diagnostics/catalogue.js'
import {
  type Dimension,
  equals,
  isPolynomial,
  type Polynomial,
  product,
  symbol,
  symbolsOf,
  type Term,
} from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { DataType, Shape } from '../../graph/type.js'
import { type Span, spanText } from '../../text/source.js'
import { choice, elementOf, elementwise, memberOf, resultOf, someOf, type Tracer } from '../../trace/host.js'
import { lastKeyOf } from '../../trace/unknowns.js'
import { isObject, isUnknown, type UnknownValue, unknownIn, type Value } from '../../trace/value.js'
import { operatorOps } from './constants.js'
import { contextOf } from './context.js'
import type { TensorState } from './state.js'
import { tensorType } from './types.js'

/** How numbers that are not known are arranged as a tensor. */
export interface Layout {
  /** How many axes it has, where the function says it. */
  readonly rank?: number
  /** The sizes that the call asks for. */
  readonly sizes?: readonly Dimension[]
}

/** Numbers that a program was given, and the input of the graph that they are. */
export interface GivenNumbers {
  readonly node: Node
  /** Which numbers they are, without which of the elements of a list. */
  readonly signatures: ReadonlySet<string>
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
    const values = found.map(value => filledByLoop(value) ?? value)
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
    if (operator === elementwise && values.length === 1) {
      const [list, element] = operands
      if (!isUnknown(list) || !isGiven(this.#trace, list)) return undefined
      const length = this.#trace.get(list, 'length', this.#span)
      return isUnknown(length)
        ? this.node([element], [...axes, symbol(length.path, true)], isOpen)
        : undefined
    }
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
    const scale = this.#trace.builder.node('scalar', [], { value: number })
    const reads = factors.flatMap(([, , power], i) => {
      const named = terms.map(term => {
        const [, atom] = term.factors[i]!
        return atom.kind === 'symbol' ? this.#trace.unknownNamed(atom.name) : undefined
      })
      return new Array<Node | undefined>(power).fill(this.node(named, axes, false))
    })
    if (isProblem(scale)) return undefined
    return reads.reduce((made, read) => this.#op('multiply', [made, read]), scale as Node | undefined)
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

  /** The input that numbers are: the same one wherever they are read, in whatever shape. */
  #read(values: readonly UnknownValue[], shape: Shape | undefined, prefix = ''): Node | undefined {
    if (!shape) return undefined
    const { given, givenByCalls, counters, statements } = contextOf(this.#trace)
    const key = prefix + keyOf(this.#trace, values)
    const known = given.get(key)
    if (known) return this.#reshaped(known.node, shape)
    const signatures = new Set(values.map(value => signatureOf(this.#trace, value)))
    if ([...given.values()].some(other => mayShare(other.signatures, signatures))) return undefined
    const [value] = values
    const name = isOfLoop(this.#trace, value!) ? nameWritten(this.#span) : nameOf(value!)
    const { builder, provenance } = this.#trace
    const node = builder.node('input', [], { name, index: counters.next('input'), shape, dtype: 'float32' })
    if (isProblem(node)) return undefined
    provenance.setName(node, name)
    if (values.some(value => isOfLoop(this.#trace, value)))
      statements.set(node, { by: 'loop', isGuess: true, span: this.#span })
    given.set(key, { node, signatures })
    const origin = this.#trace.origin(this.#span)
    givenByCalls.push(
      this.#trace.host<TensorState>(tensorType, { node, symbolic: false, inputName: name, origin }),
    )
    return node
  }

  #reshaped(node: Node, shape: Shape): Node | undefined {
    const own = node.type.shape!
    if (own.length === shape.length && own.every((size, i) => equals(size, shape[i]!))) return node
    if (!equals(product(own), product(shape))) return undefined
    const made = this.#trace.builder.node('reshape', [node], { shape })
    return isProblem(made) ? undefined : made
  }
}

/** Whether a value is as the program was given it: itself, or a part of something that was. */
function isGiven(trace: Tracer, value: Value): boolean {
  if (!isUnknown(value)) return false
  const operation = trace.operation(value)
  if (!operation) return value.reason === undefined || isOfLoop(trace, value)
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

/** Why what a loop changes is not known. */
const ofLoops: ReadonlySet<Code | undefined> = new Set(['unknown-loop', 'long-loop', 'no-recurrence'])

/** What a list holds of which a loop has made it unknown what it holds. */
function filledByLoop(value: Value): Value {
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

/** Whether some numbers may be others, or a part of them. */
const mayShare = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  [...some].some(a => [...others].some(b => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`)))

const keyOf = (trace: Tracer, values: readonly UnknownValue[]): string =>
  values.map(value => trace.keyOf(value)).join()

/** What a call calls the list that it is given. */
const nameWritten = (call: Span): string => /\(\s*(?:[\w$]+\.)*([\w$]+)/.exec(spanText(call))?.[1] ?? 'list'

/** What numbers are called: by their field, or as the code writes them. */
const nameOf = (value: UnknownValue): string => lastKeyOf(value) || value.path
