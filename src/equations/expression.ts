import { sameAttribute } from '../graph/attribute.js'
import type { Dimension } from '../graph/dimension.js'
import { isPolynomial, termsForPrinting } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Op } from '../ops/op.js'
import { opTable } from '../ops/table.js'
import { type Formula, glyph, number, parenthesized, row, separated, word } from './formula.js'

/** What the printer of expressions has to be told. */
export interface ExpressionStyle {
  /** How a node is written where it stands by itself; undefined writes out the expression that computes it. */
  readonly name: (node: Node) => Formula | undefined
  /** Whether a node's own sign is part of a difference. */
  readonly isMarked?: (node: Node) => boolean
  /** What is written in place of a node, such as its expansion. */
  readonly replace?: (node: Node) => Node
}

/** Tighter than any operator: needs no parentheses anywhere. */
const atomic = 1000

/** Formulas deeper than this are cut; the callers name values before it comes to that. */
const maximumDepth = 80

/** The expression that computes a node, down to the values that have names. */
export function expressionOf(node: Node, style: ExpressionStyle): Formula {
  return write(node, style, 0).formula
}

interface Written {
  readonly formula: Formula
  readonly precedence: number
}

function write(original: Node, style: ExpressionStyle, depth: number): Written {
  const node = style.replace?.(original) ?? original
  if (depth > maximumDepth) return { formula: glyph('\\cdots', '…'), precedence: atomic }
  const operand = (input: Node): Written => {
    const name = style.name(input)
    return name ? { formula: name, precedence: atomic } : write(input, style, depth + 1)
  }
  const bracketed = (input: Node, above: number, strict = false): Formula => {
    const { formula, precedence } = operand(input)
    return precedence < above || (strict && precedence === above) ? parenthesized(formula) : formula
  }
  const sign = (formula: Formula): Formula =>
    style.isMarked?.(node) ? { kind: 'mark', body: formula } : formula
  const op = opTable[node.op]
  const first = node.inputs[0]
  if (!op) return { formula: word(node.op), precedence: atomic }
  const { notation } = op
  switch (notation.form) {
    case 'leaf':
      return { formula: sign(leaf(node)), precedence: atomic }
    case 'transparent':
      return first ? operand(first) : { formula: word(node.op), precedence: atomic }
    case 'function': {
      const name = glyph(notation.latex, notation.text)
      const shown = shownAttributes(node, op, notation.shown ?? [])
      const head = sign(shown ? { kind: 'script', base: name, lower: shown } : name)
      const body = separated(
        node.inputs.map(input => operand(input).formula),
        glyph(',\\,', ', '),
      )
      return { formula: row(head, parenthesized(body)), precedence: atomic }
    }
    case 'infix': {
      const { precedence, associative } = notation
      const symbol = notation.latex.trim()
        ? glyph(` ${notation.latex} `, padded(notation.text))
        : glyph('\\,', ' ')
      const last = node.inputs.length - 1
      const parts = node.inputs.map((input, i) => {
        const tight =
          associative === 'both' || (associative === 'left' ? i === 0 : associative === 'right' && i === last)
        return bracketed(input, precedence, !tight)
      })
      return { formula: separatedBy(parts, sign(symbol)), precedence }
    }
    case 'prefix':
      return {
        formula: row(
          sign(glyph(notation.latex, notation.text)),
          first ? bracketed(first, notation.precedence) : row(),
        ),
        precedence: notation.precedence,
      }
    case 'fraction':
      return {
        formula: sign({
          kind: 'fraction',
          top: first ? operand(first).formula : row(),
          bottom: node.inputs[1] ? operand(node.inputs[1]).formula : row(),
        }),
        precedence: atomic,
      }
    case 'power':
      return {
        formula: {
          kind: 'script',
          base: first ? bracketed(first, atomic) : row(),
          upper: sign(node.inputs[1] ? operand(node.inputs[1]).formula : row()),
        },
        precedence: atomic,
      }
    case 'root':
      return {
        formula: sign({ kind: 'root', body: first ? operand(first).formula : row() }),
        precedence: atomic,
      }
    case 'transpose':
      return {
        formula: {
          kind: 'script',
          base: first ? bracketed(first, atomic) : row(),
          upper: sign(glyph('\\top', '⊤')),
        },
        precedence: atomic,
      }
    case 'fence': {
      const [open, close] = notation.latex
      const [openText, closeText] = notation.text
      return {
        formula: sign({
          kind: 'fence',
          open: glyph(open, openText),
          close: glyph(close, closeText),
          body: first ? operand(first).formula : row(),
        }),
        precedence: atomic,
      }
    }
    case 'reduction': {
      const axes = node.attributes.axes
      const lower = axes === undefined || axes === null ? undefined : attributeFormula(axes)
      const head: Formula = {
        kind: 'script',
        base: glyph(notation.latex, notation.text),
        ...(lower && { lower }),
      }
      return {
        formula: row(sign(head), parenthesized(first ? operand(first).formula : row())),
        precedence: atomic,
      }
    }
  }
}

function separatedBy(parts: readonly Formula[], sign: Formula): Formula {
  return row(...parts.flatMap((part, i) => (i === 0 ? [part] : [sign, part])))
}

function padded(text: string): string {
  return text.trim() ? ` ${text.trim()} ` : ' '
}

/** A leaf without a name: its value, or the kind of leaf that it is. */
function leaf(node: Node): Formula {
  const { value, values, name } = node.attributes
  if (value !== undefined) return attributeFormula(value)
  if (Array.isArray(values) && values.length === 1 && typeof values[0] === 'number') return number(values[0])
  return word(typeof name === 'string' ? name : node.op)
}

function shownAttributes(node: Node, op: Op, names: readonly string[]): Formula | undefined {
  const parts = names.flatMap((name, i) => {
    const value = node.attributes[name]
    const declaration = op.attributes[name]
    if (value === undefined || value === null) return []
    if (declaration && sameAttribute(declaration.default, value)) return []
    const formula = attributeFormula(value)
    return [
      i === 0 || typeof value === 'string' ? formula : row(glyph(`\\text{${name} }`, `${name} `), formula),
    ]
  })
  return parts.length > 0 ? separated(parts, glyph(',\\,', ', ')) : undefined
}

/** An attribute's value; a list of sizes is written with crosses, as in `3×3`. */
export function attributeFormula(value: Attribute): Formula {
  if (typeof value === 'number') return number(value)
  if (typeof value === 'string') return word(value)
  if (typeof value === 'boolean' || value === null) return word(String(value))
  if (isPolynomial(value)) return dimensionFormula(value)
  if (Array.isArray(value)) {
    return separated(
      value.map(item => attributeFormula(item)),
      glyph(' \\times ', '×'),
    )
  }
  return glyph('\\cdots', '…')
}

/** A size or hyper-parameter; symbols named by a path print as words. */
export function dimensionFormula(dimension: Dimension): Formula {
  if (typeof dimension === 'number') return number(dimension)
  const terms = termsForPrinting(dimension).map(({ coefficient, factors }) => {
    const { numerator, denominator } = coefficient
    const size = numerator < 0n ? -numerator : numerator
    const symbols = factors.map(({ atom, power }): Formula => {
      const base =
        atom.kind === 'symbol' ? symbolName(atom.name) : applicationFormula(atom.name, atom.arguments)
      return power === 1 ? base : { kind: 'script', base, upper: glyph(String(power)) }
    })
    const product = separated(
      [...(size === 1n && symbols.length > 0 ? [] : [glyph(String(size))]), ...symbols],
      glyph('\\,', ' '),
    )
    const formula: Formula =
      denominator === 1n ? product : { kind: 'fraction', top: product, bottom: glyph(String(denominator)) }
    return { negative: numerator < 0n, formula }
  })
  return row(
    ...terms.flatMap(({ negative, formula }, i) =>
      i === 0
        ? negative
          ? [glyph('-', '−'), formula]
          : [formula]
        : [glyph(negative ? ' - ' : ' + '), formula],
    ),
  )
}

const fences: Readonly<
  Record<string, readonly [latex: readonly [string, string], text: readonly [string, string]]>
> = {
  floor: [
    ['\\lfloor ', '\\rfloor '],
    ['⌊', '⌋'],
  ],
  ceil: [
    ['\\lceil ', '\\rceil '],
    ['⌈', '⌉'],
  ],
}

function applicationFormula(name: string, args: readonly Dimension[]): Formula {
  const [first, second] = args.map(dimensionFormula)
  if (name === 'quotient' && first && second) return { kind: 'fraction', top: first, bottom: second }
  if (name === 'sqrt' && first) return { kind: 'root', body: first }
  const fence = fences[name]
  if (fence && first) {
    const [[open, close], [openText, closeText]] = fence
    return { kind: 'fence', open: glyph(open, openText), close: glyph(close, closeText), body: first }
  }
  return row(word(name), parenthesized(separated(args.map(dimensionFormula), glyph(',\\,', ', '))))
}

function symbolName(name: string): Formula {
  return [...name].length === 1 ? glyph(name) : word(name)
}
