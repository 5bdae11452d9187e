/**
 * The layout language of equations: what stands where, without saying in which notation. The printers turn it into
 * LaTeX or into text. Parentheses are already decided here.
 */
export type Formula =
  | NamedSymbol
  /** A word or sign with a spelling for each notation. */
  | { readonly kind: 'glyph'; readonly latex: string; readonly text: string }
  | { readonly kind: 'row'; readonly items: readonly Formula[] }
  | { readonly kind: 'fraction'; readonly top: Formula; readonly bottom: Formula }
  | { readonly kind: 'root'; readonly body: Formula }
  | { readonly kind: 'script'; readonly base: Formula; readonly lower?: Formula; readonly upper?: Formula }
  | { readonly kind: 'fence'; readonly open: Glyph; readonly close: Glyph; readonly body: Formula }
  /** A big operator in front of its operand: `\\sum_{k=1}^{d}`; a bound without a last value shows its letter only. */
  | { readonly kind: 'big'; readonly sign: Glyph; readonly bounds: readonly Bound[] }
  /** The value of the first alternative whose condition holds; the last has none. */
  | { readonly kind: 'cases'; readonly alternatives: readonly { value: Formula; condition?: Formula }[] }
  /** A whole number that may differ between the rounds of a repetition, such as the size of an axis. */
  | { readonly kind: 'size'; readonly value: number }
  /** A part to be pointed at, such as the difference between two equations. */
  | { readonly kind: 'mark'; readonly body: Formula }
  /** A part that stands for values of the graph, by their ids, so that what computes them can be shown. */
  | { readonly kind: 'term'; readonly nodes: readonly number[]; readonly body: Formula }

export type Glyph = Extract<Formula, { kind: 'glyph' }>

export interface Bound {
  readonly letter: Formula
  readonly last?: Formula
}

/** Signs over a letter. */
export type Accent = 'hat' | 'tilde' | 'bar' | 'forwards' | 'backwards'

/** The name of a value: a letter or word, with indices that folding can generalise. */
export interface NamedSymbol {
  readonly kind: 'symbol'
  /** One letter, a Greek letter by its LaTeX name (`\\gamma`), or a word. */
  readonly base: string
  readonly accent?: Accent
  /** A label in words: `hidden`. */
  readonly label?: string
  readonly index?: Index
  /** The step of a recurrence: `t`, `t-1`, or the last one. */
  readonly time?: Formula
  /** Places along axes: the `k` of `y_k`. */
  readonly positions?: readonly Formula[]
  /** `2` for the variance `σ²`. */
  readonly power?: number
  /** Which layer of a stack, as a superscript: `h_t^{(2)}`. */
  readonly layer?: Index
}

/** An index of a value: a number, or `step·l + offset` after folding. */
export type Index = number | { readonly step: number; readonly offset: number; readonly variable: string }

export function glyph(latex: string, text = latex): Glyph {
  return { kind: 'glyph', latex, text }
}

/** A word in upright letters. */
export function word(text: string): Glyph {
  return glyph(`\\mathrm{${escapeLatexWord(text)}}`, text)
}

export function row(...items: readonly Formula[]): Formula {
  return items.length === 1
    ? items[0]!
    : { kind: 'row', items: items.flatMap(i => (i.kind === 'row' ? i.items : [i])) }
}

export function symbol(base: string, rest: Omit<NamedSymbol, 'kind' | 'base'> = {}): NamedSymbol {
  return { kind: 'symbol', base, ...rest }
}

/** The formula itself, where it says which values it stands for. */
export function bodyOf(formula: Formula): Formula {
  return formula.kind === 'term' ? bodyOf(formula.body) : formula
}

/** The formula with nothing in it that says what it stands for. */
export function withoutTerms(formula: Formula): Formula {
  const strip = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    if (Array.isArray(inner)) return inner.map(strip)
    const { kind, body, items } = inner as { kind?: string; body?: unknown; items?: readonly Formula[] }
    if (kind === 'term') return strip(body)
    if (kind === 'row') return row(...(strip(items) as readonly Formula[]))
    return Object.fromEntries(Object.entries(inner).map(([name, part]) => [name, strip(part)]))
  }
  return strip(formula) as Formula
}

/** The formula with the parts marked that stand for some values, and nothing within them. */
export function markTerm(formula: Formula, isMarked: (node: number) => boolean): Formula {
  const mark = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    if (Array.isArray(inner)) return inner.map(mark)
    const { kind, nodes } = inner as { kind?: string; nodes?: readonly number[] }
    if (kind === 'term' && nodes?.some(isMarked)) return { kind: 'mark', body: inner }
    return Object.fromEntries(Object.entries(inner).map(([name, part]) => [name, mark(part)]))
  }
  return mark(formula) as Formula
}

/** The parts of a formula that are marked, in order; what is marked within them is a part of them. */
export function markedParts(formula: Formula): readonly Formula[] {
  const find = (inner: unknown): readonly Formula[] => {
    if (typeof inner !== 'object' || inner === null) return []
    const { kind, body } = inner as { kind?: string; body?: Formula }
    return kind === 'mark' && body ? [body] : Object.values(inner).flatMap(find)
  }
  return find(formula)
}

export function parenthesized(body: Formula): Formula {
  return { kind: 'fence', open: glyph('('), close: glyph(')'), body }
}

export function separated(items: readonly Formula[], separator: Glyph): Formula {
  return row(...items.flatMap((item, i) => (i === 0 ? [item] : [separator, item])))
}

/** The same formula, or anything that holds formulas, with one symbol in place of another. */
export function replaceSymbol<Value>(value: Value, from: NamedSymbol, to: NamedSymbol): Value {
  const key = JSON.stringify(from)
  const replace = (inner: unknown): unknown => {
    if (typeof inner !== 'object' || inner === null) return inner
    if (Array.isArray(inner)) return inner.map(replace)
    const { time, positions, ...rest } = inner as Partial<NamedSymbol>
    if (rest.kind === 'symbol' && JSON.stringify(rest) === key)
      return { ...to, ...(time && { time }), ...(positions && { positions }) }
    return Object.fromEntries(Object.entries(inner).map(([name, part]) => [name, replace(part)]))
  }
  return replace(value) as Value
}

/** A number as it is printed: whole, decimal, or as a power of ten. */
export function number(value: number): Formula {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value)
      ? glyph('\\mathrm{NaN}', 'NaN')
      : glyph(value < 0 ? '-\\infty' : '\\infty', value < 0 ? '−∞' : '∞')
  }
  const plain = String(value)
  const scientific = /^(-?)([\d.]+)e([+-]?\d+)$/.exec(
    Math.abs(value) < 1e-3 && value !== 0 ? value.toExponential() : plain,
  )
  if (!scientific) return glyph(plain, plain.replace('-', '−'))
  const [, sign = '', mantissa = '', exponent = ''] = scientific
  const power: Formula = { kind: 'script', base: glyph('10'), upper: glyph(String(Number(exponent))) }
  const signed = sign ? [glyph('-', '−')] : []
  return mantissa === '1'
    ? row(...signed, power)
    : row(...signed, glyph(mantissa), glyph(' \\cdot ', '·'), power)
}

const latexSpecial: Readonly<Record<string, string>> = {
  '\\': '\\backslash ',
  '{': '\\{',
  '}': '\\}',
  $: '\\$',
  '&': '\\&',
  '#': '\\#',
  '^': '\\hat{}',
  '`': '\\grave{}',
  _: '\\_',
  '~': '\\sim ',
  '%': '\\%',
  ' ': '\\ ',
}

/** Text of the user's, made harmless inside `\mathrm{…}`; control and other invisible characters become `?`. */
export function escapeLatexWord(text: string): string {
  return printable(text).replace(/[\\{}$&#^_~%` ]/g, c => latexSpecial[c] ?? c)
}

/** The text with everything that is not visible, or that reorders text, replaced by `?`. */
export function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, '?')
}

/** The same for names: at most 60 characters long. */
export function printable(text: string): string {
  const visible = withoutControls(text)
  return visible.length > 60 ? `${visible.slice(0, 59)}…` : visible
}
