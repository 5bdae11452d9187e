import { add, type Dimension, isPolynomial, termsForPrinting } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import { notationOf } from '../ops/notation.js'
import type { Notation, Op } from '../ops/op.js'
import { resolveAxes } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { attributeFormula, dimensionFormula, shownAttributes, sizes } from './attributes.js'
import { type Formula, glyph, number, parenthesized, row, separated, word } from './formula.js'

/** What the printer of expressions has to be told. */
export interface ExpressionStyle {
  /** How a node is written where it stands by itself; undefined writes out the expression that computes it. */
  readonly name: (node: Node) => Formula | undefined
  /** A function of the author's, such as a layer, that computes a node from other nodes. */
  readonly call?: (node: Node) => { readonly head: Formula; readonly inputs: readonly Node[] } | undefined
  /** What is written in place of a node, such as its expansion. */
  readonly replace?: (node: Node) => Node
  /** Parts say which nodes they stand for: the id that a node is known by. */
  readonly idOf?: (node: Node) => number
}

/** The expression that computes a node, down to the values that have names. */
export function expressionOf(node: Node, style: ExpressionStyle): Formula {
  return new Writer(style).write(node, [], 0).formula
}

/** Tighter than any operator: needs no parentheses anywhere. */
const atomic = 1000

/** As `add` and `multiply` in the op table. */
const [sumPrecedence, productPrecedence] = [10, 20]

/** How tightly a big operator holds its operand: looser than a product, tighter than a sum. */
const bigPrecedence = 18

/** Formulas deeper than this are cut; the callers name values before it comes to that. */
const maximumDepth = 80

/** Letters for places along an axis, from the last axis backwards. */
const letters = ['k', 'j', 'i', 'm', 'p', 'q', 'r', 's']

/** For each axis of a value, the letter of the place along it, where one is bound by an operator around it. */
type Positions = readonly (Formula | undefined)[]

interface Written {
  readonly formula: Formula
  readonly precedence: number
  /** Where a minus stands in front of it all: the same without the minus. */
  readonly positive?: Written
}

/** One node while it is written. */
interface Context {
  readonly node: Node
  readonly op: Op
  /** Whether it is written for single elements. */
  readonly isPlaced: boolean
  readonly written: (input: Node | undefined) => Written
  /** An input by itself. */
  readonly plain: (input: Node | undefined) => Formula
  /** An input in brackets if it binds less than `above`, or as much and `strict`. */
  readonly bracketed: (input: Node | undefined, above: number, strict?: boolean) => Formula
}

type Form<Name extends Notation['form']> = Extract<Notation, { form: Name }>

const comma = glyph(',\\,', ', ')
const atom = (formula: Formula): Written => ({ formula, precedence: atomic })

/** How each form of notation is laid out. */
const forms: {
  readonly [Name in Notation['form']]?: (notation: Form<Name>, context: Context) => Written
} = {
  leaf: ({ latex, text }, { node }) =>
    latex === undefined
      ? { formula: leaf(node), precedence: precedenceOf(node.attributes.value) }
      : atom(glyph(latex, text)),
  count: ({ over }, { node }) => {
    const shape = node.inputs[0]?.type.shape ?? []
    const axes = resolveAxes(node.attributes[over], shape.length)
    const counted = Array.isArray(axes) ? (axes as readonly number[]) : []
    const factors = counted.map(axis => dimensionFormula(shape[axis]!))
    return atom(separated(factors.length > 0 ? factors : [number(1)], glyph(' \\cdot ', '·')))
  },
  function: ({ latex, text, shown }, { node, op, plain }) => {
    const name = glyph(latex, text)
    const lower = shownAttributes(node, op, shown ?? [])
    const head: Formula = lower ? { kind: 'script', base: name, lower } : name
    return atom(row(head, parenthesized(separated(node.inputs.map(plain), comma))))
  },
  draw: ({ latex, text, of }, { node: { attributes, type } }) => {
    const shape = type.shape ?? []
    const name = glyph(latex, text)
    // One draw for all positions of an axis is told by the shape.
    const head: Formula = shape.includes(1) ? { kind: 'script', base: name, upper: sizes(shape) } : name
    const parameters = of.map(entry => {
      if (typeof entry === 'number') return number(entry)
      if (typeof entry === 'string') return attributeFormula(attributes[entry]!)
      const value = attributes[entry.square]!
      if (value === 1) return number(1)
      return { kind: 'script', base: attributeFormula(value), upper: number(2) } as const
    })
    return atom(row(head, parenthesized(separated(parameters, comma))))
  },
  infix: (notation, context) => {
    const { node, bracketed } = context
    const { precedence, associative } = notation
    const last = node.inputs.length - 1
    const parts = node.inputs.map((input, i) => {
      const tight =
        associative === 'both' || (associative === 'left' ? i === 0 : associative === 'right' && i === last)
      const part = bracketed(input, precedence, !tight)
      return i > 0 && startsWith(part, /^[-−]/) ? parenthesized(part) : part
    })
    const between = infixSign(notation, context, parts)
    return {
      formula: row(...parts.flatMap((part, i) => (i > 0 ? [between, part] : [part]))),
      precedence,
    }
  },
  prefix: ({ latex, text, precedence }, { node, written, bracketed }) => {
    const whole = written(node.inputs[0])
    const isBig = whole.precedence === bigPrecedence
    const body = isBig ? whole.formula : bracketed(node.inputs[0], precedence, true)
    const positive: Written = { formula: body, precedence: isBig ? bigPrecedence : precedence }
    return {
      ...positive,
      formula: row(glyph(latex, text), body),
      ...(latex === '-' && { positive }),
    }
  },
  fraction: (_, { node, plain }) => {
    const [top, bottom] = node.inputs.length > 1 ? node.inputs : [undefined, node.inputs[0]]
    return atom({ kind: 'fraction', top: top ? plain(top) : glyph('1'), bottom: plain(bottom) })
  },
  power: ({ exponent }, { node, plain, bracketed }) =>
    atom({
      kind: 'script',
      base: bracketed(node.inputs[0], atomic),
      upper: exponent === undefined ? plain(node.inputs[1]) : glyph(String(exponent)),
    }),
  root: (_, { node, plain }) => atom({ kind: 'root', body: plain(node.inputs[0]) }),
  transpose: (_, { node, bracketed }) => {
    const order = orderShown(node)
    const mark = glyph('\\top', '⊤')
    const upper = order ? row(mark, parenthesized(separated(order.map(number), glyph(',')))) : mark
    return atom({ kind: 'script', base: bracketed(node.inputs[0], atomic), upper })
  },
  fence: ({ latex, text, separator, shown }, { node, op, plain }) => {
    const between = separator === ',' ? comma : glyph(`${separator ?? ','}\\;`, `${separator ?? ','} `)
    const fence: Formula = {
      kind: 'fence',
      open: glyph(latex[0], text[0]),
      close: glyph(latex[1], text[1]),
      body: separated(node.inputs.map(plain), between),
    }
    const lower = shownAttributes(node, op, shown ?? [])
    return atom(lower ? { kind: 'script', base: fence, lower } : fence)
  },
  around: ({ latex, text, precedence }, { node, bracketed }) => ({
    formula: row(glyph(latex[0], text[0]), bracketed(node.inputs[0], 10), glyph(latex[1], text[1])),
    precedence,
  }),
  cases: ({ conditions }, { node: { inputs }, plain }) => {
    const alternatives = conditions
      ? conditions.map((text, i) => ({
          value: plain(inputs[i]),
          condition: glyph(`\\text{${text}}`, text),
        }))
      : [{ value: plain(inputs[1]), condition: plain(inputs[0]) }, { value: plain(inputs[2]) }]
    return atom({ kind: 'cases', alternatives })
  },
  lookup: (_, { node: { inputs }, plain, bracketed }) =>
    atom(row(bracketed(inputs[0], atomic), squareBrackets(separated(inputs.slice(1).map(plain), comma)))),
  range: (_, { node, bracketed }) => {
    const { axis, start, size, step } = node.attributes
    const rank = node.type.shape?.length ?? 1
    const along = typeof axis === 'number' ? (axis < 0 ? axis + rank : axis) : 0
    const isSize = (value: unknown): value is Dimension => typeof value === 'number' || isPolynomial(value)
    const isByOne = step === undefined || step === 1
    const end = isByOne && isSize(start) && isSize(size) ? [dimensionFormula(add(start, size))] : []
    const every = isByOne ? [] : [glyph(':'), attributeFormula(step ?? null)]
    const range = row(attributeFormula(start ?? null), glyph(':'), ...end, ...every)
    const places = Array.from({ length: along + 1 }, (_, i) => (i === along ? range : glyph(':')))
    const rest =
      along < rank - 1 && rank > 1 ? Array.from({ length: rank - 1 - along }, () => glyph(':')) : []
    return atom(
      row(bracketed(node.inputs[0], atomic), squareBrackets(separated([...places, ...rest], comma))),
    )
  },
  recurrence: ({ latex, text }, { node, plain }) =>
    atom(row(glyph(latex, text), parenthesized(separated(node.inputs.map(plain), comma)))),
}

class Writer {
  readonly #style: ExpressionStyle
  /** The indices of the operators around what is being written. */
  readonly #bound: string[] = []

  constructor(style: ExpressionStyle) {
    this.#style = style
  }

  write(original: Node, positions: Positions, depth: number): Written {
    return this.#term(original, this.#layout(original, positions, depth))
  }

  /** The same, saying which node it stands for. */
  #term(node: Node, written: Written): Written {
    const { idOf } = this.#style
    if (!idOf) return written
    return { ...written, formula: { kind: 'term', nodes: [idOf(node)], body: written.formula } }
  }

  #layout(original: Node, positions: Positions, depth: number): Written {
    if (depth > maximumDepth) return atom(glyph('\\cdots', '…'))
    const call = this.#style.call?.(original)
    if (call) {
      const inputs = call.inputs.map(input => this.#operand(input, [], depth).formula)
      return placed(atom(row(call.head, parenthesized(separated(inputs, comma)))), positions)
    }
    const node = this.#style.replace?.(original) ?? original
    if (node !== original && this.#style.name(node)) return this.#operand(node, positions, depth)
    const op = opTable[node.op]
    const notation = notationOf(node)
    if (!op || !notation) return atom(word(node.op))
    if (notation.form === 'transparent') {
      const [only] = node.inputs
      return only
        ? this.#operand(only, acrossUnitAxes(positions, node.type.shape, only.type.shape), depth)
        : atom(word(node.op))
    }
    if (notation.form === 'reduction') return this.#reduction(notation, node, positions, depth)
    const inner = op.elementwise ? positions : []
    const written = (input: Node | undefined): Written =>
      input ? this.#operand(input, broadcastTo(input.type.shape, node.type.shape, inner), depth) : atom(row())
    const layout = forms[notation.form] as (notation: Notation, context: Context) => Written
    const result = layout(notation, {
      node,
      op,
      isPlaced: inner.some(place => place !== undefined),
      written,
      plain: input => written(input).formula,
      bracketed: (input, above, strict = false) => {
        const { formula, precedence } = written(input)
        return precedence < above || (strict && precedence === above) ? parenthesized(formula) : formula
      },
    })
    return op.elementwise ? result : placed(result, positions)
  }

  #operand(input: Node, positions: Positions, depth: number): Written {
    const name = this.#style.name(input)
    return name ? this.#term(input, placed(atom(name), positions)) : this.write(input, positions, depth + 1)
  }

  #reduction(
    { latex, text, over, average, limits, linear }: Form<'reduction'>,
    node: Node,
    positions: Positions,
    depth: number,
  ): Written {
    const x = node.inputs[0]!
    const shape = x.type.shape ?? []
    const axes = resolveAxes(node.attributes[over], shape.length)
    const gone = Array.isArray(axes) ? (axes as readonly number[]) : shape.map((_, i) => i)
    const reduced = gone.filter(axis => shape[axis] !== 1)
    const isKept = shape.length > 0 && node.type.shape?.length === shape.length
    const taken = new Set(this.#bound)
    let outer = 0
    const inner = shape.map((size, axis): Formula | undefined => {
      if (!gone.includes(axis)) return positions[isKept ? axis : outer++]
      if (!reduced.includes(axis)) return undefined
      const usual = typeof size !== 'number' && size.key === 'N' ? 'n' : letters[shape.length - 1 - axis]
      const letter = [usual, ...letters].find(candidate => candidate && !taken.has(candidate)) ?? 'k'
      taken.add(letter)
      return glyph(letter)
    })
    const bounds = reduced.map(axis => ({
      letter: inner[axis]!,
      ...(limits && { last: dimensionFormula(shape[axis]!) }),
    }))
    // A sign in front of all that is summed stands in front of the sum.
    const own = inner.flatMap((place, axis) =>
      place?.kind === 'glyph' && reduced.includes(axis) ? [place.text] : [],
    )
    this.#bound.push(...own)
    const whole = this.#operand(x, inner, depth)
    this.#bound.length -= own.length
    if (reduced.length === 0 && limits) return whole
    const body = (linear && whole.positive) || whole
    const sign: Formula = { kind: 'big', sign: glyph(latex, text), bounds }
    const count = separated(
      reduced.map(axis => dimensionFormula(shape[axis]!)),
      glyph(' \\cdot ', '·'),
    )
    const divided: Formula[] = average
      ? [{ kind: 'fraction', top: glyph('1'), bottom: count }, glyph('', ' ')]
      : []
    const formula = row(
      ...divided,
      sign,
      glyph('', ''),
      limits && body.precedence >= bigPrecedence ? body.formula : parenthesized(body.formula),
    )
    const positive: Written = { formula, precedence: bigPrecedence }
    return body === whole ? positive : { ...positive, formula: row(glyph('-', '−'), formula), positive }
  }
}

/** Adds letters to a value as a whole: `y_k`, `(x W)_k`. */
function placed(written: Written, positions: Positions): Written {
  const places = positions.filter(place => place !== undefined)
  if (places.length === 0) return written
  const { formula, precedence } = written
  if (formula.kind === 'symbol')
    return atom({ ...formula, positions: [...(formula.positions ?? []), ...places] })
  return atom({
    kind: 'script',
    base: precedence < atomic ? parenthesized(formula) : formula,
    lower: separated(places, glyph(',')),
  })
}

/** The places of an operand in an elementwise result: aligned at the last axis, none along a broadcast axis. */
function broadcastTo(own: Shape | null, result: Shape | null, positions: Positions): Positions {
  if (!own || positions.length === 0) return []
  return own.map((size, axis) => {
    const at = positions.length - own.length + axis
    const whole = result?.[result.length - own.length + axis]
    return size === 1 && whole !== undefined && whole !== 1 ? undefined : positions[at]
  })
}

/** The places of the input of a change of shape that only adds or drops axes of size 1. */
function acrossUnitAxes(positions: Positions, from: Shape | null, to: Shape | null): Positions {
  if (positions.length === 0 || !from || !to) return []
  const rest = positions.filter((_, axis) => from[axis] !== 1)
  return to.map(size => (size === 1 ? undefined : rest.shift()))
}

function squareBrackets(body: Formula): Formula {
  return { kind: 'fence', open: glyph('['), close: glyph(']'), body }
}

/** The order of axes of a transpose, unless it only swaps the last two. */
function orderShown({ attributes: { permutation } }: Node): readonly number[] | undefined {
  if (!Array.isArray(permutation)) return undefined
  const order = permutation as readonly number[]
  const rank = order.length
  const isSwap = order.every((axis, i) => axis === (i < rank - 2 ? i : i === rank - 2 ? rank - 1 : rank - 2))
  return isSwap ? undefined : order
}

function infixSign(
  { latex, text, shown, juxtaposedScalars }: Form<'infix'>,
  { node, op, isPlaced }: Context,
  parts: readonly Formula[],
): Formula {
  const hasScalar = isPlaced || node.inputs.some(({ type }) => type.shape?.length === 0)
  if (juxtaposedScalars && hasScalar) {
    // Two numbers side by side would read as one.
    return parts.slice(1).some(part => startsWith(part, /^\d/)) ? glyph(' \\cdot ', ' · ') : glyph('\\,', ' ')
  }
  const lower = shownAttributes(node, op, shown ?? [])
  if (lower) return row(glyph(' '), { kind: 'script', base: glyph(latex, text), lower }, glyph(' '))
  return latex.trim() ? glyph(` ${latex} `, ` ${text.trim()} `) : glyph('\\,', ' ')
}

/** Whether the first sign of a formula is such a text. */
function startsWith(formula: Formula, pattern: RegExp): boolean {
  switch (formula.kind) {
    case 'row': {
      const first = formula.items.find(item => item.kind !== 'glyph' || item.text !== '')
      return first !== undefined && startsWith(first, pattern)
    }
    case 'mark':
    case 'term':
      return startsWith(formula.body, pattern)
    case 'script':
      return startsWith(formula.base, pattern)
    case 'size':
      return pattern.test(String(formula.value))
    case 'glyph':
      return pattern.test(formula.text)
    default:
      return false
  }
}

/** How tightly a number holds together that is computed from sizes: as the sum or the product that it is written as. */
function precedenceOf(value: Attribute | undefined): number {
  if (!isPolynomial(value)) return atomic
  const [term, ...others] = termsForPrinting(value)
  if (others.length > 0) return sumPrecedence
  const isOneFactor =
    term?.factors.length === 1 &&
    term.factors[0]!.power > 0 &&
    term.coefficient.numerator === term.coefficient.denominator
  return isOneFactor ? atomic : productPrecedence
}

/** A leaf without a name: its value, or the kind of leaf that it is. */
function leaf(node: Node): Formula {
  const { value, values, name, shape } = node.attributes
  if (value !== undefined) return typeof value === 'number' ? number(value) : attributeFormula(value)
  if (Array.isArray(values) && values.length === 1 && typeof values[0] === 'number') return number(values[0])
  if (Array.isArray(values) && values.length <= 6 && Array.isArray(shape) && shape.length === 1)
    return squareBrackets(
      separated(
        values.map(item => (typeof item === 'number' ? number(item) : attributeFormula(item as number))),
        comma,
      ),
    )
  return word(typeof name === 'string' ? name : node.op)
}
