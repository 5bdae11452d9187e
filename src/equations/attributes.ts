import { sameAttribute } from '../graph/attribute.js'
import { type Dimension, isPolynomial, type PlainTerm, termsForPrinting } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import type { Op, Shown } from '../ops/op.js'
import { type Formula, glyph, number, parenthesized, row, separated, word } from './formula.js'

/** The attributes that a notation shows, as one subscript; undefined if all go without saying. */
export function shownAttributes({ attributes }: Node, op: Op, shown: Shown): Formula | undefined {
  const parts = shown.flatMap((entry, i) => {
    const { attribute, label, like } =
      typeof entry === 'string'
        ? { attribute: entry, label: i === 0 ? undefined : entry, like: undefined }
        : entry
    const value = attributes[attribute]
    const declaration = op.attributes[attribute]
    if (value === undefined || value === null) return []
    if (declaration && sameAttribute(declaration.default, value)) return []
    if (like !== undefined && sameAttribute(attributes[like], value)) return []
    if (typeof value === 'string' || label === undefined) return [attributeFormula(value)]
    const [first, ...rest] = Array.isArray(value) ? (value as readonly Attribute[]) : [value]
    const isUniform = first !== undefined && rest.every(item => sameAttribute(first, item))
    const written = attributeFormula(isUniform ? first : value, declaration?.kind === 'axes' ? ',' : '×')
    return [row(glyph(`\\text{${label} }`, `${label} `), written)]
  })
  return parts.length > 0 ? separated(parts, glyph(',\\,', ', ')) : undefined
}

/** An attribute's value; a list of sizes is written with crosses, as in `3×3`, a list of axes with commas. */
export function attributeFormula(value: Attribute, separator: '×' | ',' = '×'): Formula {
  if (typeof value === 'number') return sizeFormula(value)
  if (typeof value === 'string') return word(value)
  if (typeof value === 'boolean' || value === null) return word(String(value))
  if (isPolynomial(value)) return dimensionFormula(value)
  if (Array.isArray(value)) {
    return separated(
      value.map(item => attributeFormula(item, separator)),
      separator === '×' ? glyph(' \\times ', '×') : glyph(','),
    )
  }
  return glyph('\\cdots', '…')
}

/** The sizes of a shape: `N×10`. */
export const sizes = (shape: Shape): Formula =>
  separated(shape.map(dimensionFormula), glyph(' \\times ', '×'))

/** A set of tensors by their shape: `ℝ^{N×10}`. */
export function spaceFormula(shape: Shape): Formula {
  const upper = sizes(shape)
  const base = glyph('\\mathbb{R}', 'ℝ')
  return shape.length === 0 ? base : { kind: 'script', base, upper }
}

function sizeFormula(value: number): Formula {
  return Number.isInteger(value) && value >= 0 ? { kind: 'size', value } : number(value)
}

/** A size or hyper-parameter; symbols named by a path print as words. */
export function dimensionFormula(dimension: Dimension): Formula {
  if (typeof dimension === 'number') return sizeFormula(dimension)
  const terms = termsForPrinting(dimension).map(({ coefficient, factors }) => {
    const { numerator, denominator } = coefficient
    const size = numerator < 0n ? -numerator : numerator
    const over = factors.filter(({ power }) => power > 0)
    const divisors = factors.filter(({ power }) => power < 0)
    const written = isReadable(size, denominator)
      ? { top: product(glyph(String(size)), size === 1n, over), bottom: denominator }
      : { top: product(number(Number(size) / Number(denominator)), false, over), bottom: 1n }
    const formula: Formula =
      written.bottom === 1n && divisors.length === 0
        ? written.top
        : {
            kind: 'fraction',
            top: written.top,
            bottom: product(glyph(String(written.bottom)), written.bottom === 1n, divisors),
          }
    return { negative: numerator < 0n, formula }
  })
  return row(
    ...terms.flatMap(({ negative, formula }, i) =>
      i === 0
        ? negative
          ? [glyph('-', '−'), formula]
          : [formula]
        : [glyph(negative ? ' - ' : ' + ', negative ? ' − ' : ' + '), formula],
    ),
  )
}

/** Whether a fraction is one that people write; others, as of numbers with many digits, are written as decimals. */
const isReadable = (numerator: bigint, denominator: bigint): boolean =>
  denominator < 100n || (denominator <= 10_000n && numerator === 1n)

/** A number times atoms to the size of their powers; a 1 is written only where it stands alone. */
function product(size: Formula, isOne: boolean, factors: PlainTerm['factors']): Formula {
  const powers = factors.map(({ atom, power }): Formula => {
    const base =
      atom.kind === 'symbol' ? symbolName(atom.name) : applicationFormula(atom.name, atom.arguments)
    return Math.abs(power) === 1 ? base : { kind: 'script', base, upper: glyph(String(Math.abs(power))) }
  })
  return separated([...(isOne && powers.length > 0 ? [] : [size]), ...powers], glyph('\\,', ' '))
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
  if (name === 'power' && first && second) {
    const isPlain = typeof args[0] === 'number' || isSymbol(args[0]!)
    return { kind: 'script', base: isPlain ? first : parenthesized(first), upper: second }
  }
  const fence = fences[name]
  if (fence && first) {
    const [[open, close], [openText, closeText]] = fence
    return { kind: 'fence', open: glyph(open, openText), close: glyph(close, closeText), body: first }
  }
  return row(word(name), parenthesized(separated(args.map(dimensionFormula), glyph(',\\,', ', '))))
}

/** Whether a size is a symbol by itself. */
function isSymbol(dimension: Dimension): boolean {
  if (typeof dimension === 'number') return false
  const [term, ...others] = termsForPrinting(dimension)
  const [factor, ...more] = term?.factors ?? []
  return (
    others.length + more.length === 0 &&
    factor?.power === 1 &&
    factor.atom.kind === 'symbol' &&
    term!.coefficient.numerator === 1n &&
    term!.coefficient.denominator === 1n
  )
}

/** A letter with a subscript, as papers name sizes: `d_k`, `d_model`. */
const subscripted = /^(\p{Letter})_(\p{Letter}+|\d+)$/u

function symbolName(name: string): Formula {
  const [, base, lower] = subscripted.exec(name) ?? []
  if (base !== undefined && lower !== undefined)
    return { kind: 'script', base: glyph(base), lower: symbolName(lower) }
  return [...name].length === 1 ? glyph(name) : word(name)
}
