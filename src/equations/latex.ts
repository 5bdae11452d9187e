import {
  type Accent,
  type Bound,
  bodyOf,
  escapeLatexWord,
  type Formula,
  type Index,
  type NamedSymbol,
  row,
} from './formula.js'

/** How parts are written that mean something beside their mathematics. */
export interface LatexStyle {
  /** What differs. `\boxed` shows without colour and is accepted wherever LaTeX is. */
  readonly mark: (body: string) => string
  /** What stands for values of the graph. */
  readonly term: (body: string, nodes: readonly number[]) => string
}

const plain: LatexStyle = { mark: body => `\\boxed{${body}}`, term: body => body }

/** A formula in LaTeX, in math mode, using only macros that KaTeX and MathJax both accept. */
export function toLatex(formula: Formula, style: LatexStyle = plain): string {
  const write = (inner: Formula) => toLatex(inner, style)
  switch (formula.kind) {
    case 'symbol':
      return symbolToLatex(formula, write)
    case 'glyph':
      return formula.latex
    case 'size':
      return String(formula.value)
    case 'row':
      return joinMarks(formula.items).reduce((done, item) => join(done, write(item)), '')
    case 'fraction':
      return `\\frac{${write(formula.top)}}{${write(formula.bottom)}}`
    case 'root':
      return `\\sqrt{${write(formula.body)}}`
    case 'script': {
      const base = write(formula.base)
      const hasScript = /[_^]/.test(base) && bodyOf(formula.base).kind !== 'fence'
      const lower = formula.lower ? subscript(write(formula.lower)) : ''
      const upper = formula.upper ? `^{${write(formula.upper)}}` : ''
      return `${hasScript && !onlyAdds(base, lower, upper) ? `{${base}}` : base}${lower}${upper}`
    }
    case 'fence': {
      const { open, close, body } = formula
      return isTall(body)
        ? `\\left${open.latex}${write(body)}\\right${close.latex}`
        : join(join(open.latex, write(body)), close.latex)
    }
    case 'big':
      return formula.bounds.some(({ last }) => last)
        ? formula.bounds.map(bound => `${formula.sign.latex}${limits(bound, write)}`).join('')
        : `${formula.sign.latex}_{${formula.bounds.map(({ letter }) => write(letter)).join(',')}}`
    case 'cases': {
      const lines = formula.alternatives.map(
        ({ value, condition }) =>
          `${write(value)} & ${condition ? `${isPhrase(condition) ? '' : '\\text{if } '}${write(condition)}` : '\\text{otherwise}'}`,
      )
      return `\\begin{cases} ${lines.join(' \\\\ ')} \\end{cases}`
    }
    case 'mark':
      return style.mark(write(formula.body))
    case 'term':
      return style.term(write(formula.body), formula.nodes)
  }
}

/** What is marked side by side is marked as one. */
function joinMarks(items: readonly Formula[]): readonly Formula[] {
  const joined: Formula[] = []
  for (const item of items) {
    const last = joined.at(-1)
    if (item.kind === 'mark' && last?.kind === 'mark')
      joined[joined.length - 1] = { kind: 'mark', body: row(last.body, item.body) }
    else joined.push(item)
  }
  return joined
}

/** A condition in words says by itself how it follows the value: `in training`. */
export function isPhrase(condition: Formula): boolean {
  return condition.kind === 'glyph' && condition.latex.startsWith('\\text{')
}

function limits({ letter, last }: Bound, write: (formula: Formula) => string): string {
  return last ? `_{${write(letter)}=1}^{${write(last)}}` : `_{${write(letter)}}`
}

/** Whether brackets around it have to grow. */
function isTall(formula: Formula): boolean {
  switch (formula.kind) {
    case 'fraction':
    case 'cases':
      return true
    case 'big':
      return formula.bounds.some(({ last }) => last)
    case 'row':
      return formula.items.some(isTall)
    case 'root':
    case 'mark':
    case 'term':
    case 'fence':
      return isTall(formula.body)
    case 'script':
      return isTall(formula.base) || hasLimits(formula)
    default:
      return false
  }
}

/** Whether it is a sign with what it goes over written below and above it. */
function hasLimits({ base, lower, upper }: Extract<Formula, { kind: 'script' }>): boolean {
  return lower !== undefined && upper !== undefined && base.kind === 'glyph' && isBigSign.test(base.latex)
}

const isBigSign = /^\\(sum|prod)$/

/** Whether the new scripts can stand beside those of the base: `W_1^{\top}` needs no braces, `x^2^2` does. */
function onlyAdds(base: string, lower: string, upper: string): boolean {
  return !(lower && base.includes('_')) && !(upper && base.includes('^'))
}

const accents: Readonly<Record<Accent, string>> = {
  hat: '\\hat',
  tilde: '\\tilde',
  bar: '\\bar',
  forwards: '\\overrightarrow',
  backwards: '\\overleftarrow',
}

function symbolToLatex(
  { base, accent, label, index, time, positions, power, layer }: NamedSymbol,
  write: (formula: Formula) => string,
): string {
  const single = [...base].length === 1 || base.startsWith('\\')
  const letter = base.startsWith('\\')
    ? base
    : single
      ? escapeLatexWord(base)
      : `\\mathrm{${escapeLatexWord(base)}}`
  const number = index === undefined ? '' : indexText(index)
  const lower = [
    ...(label === undefined ? (number ? [number] : []) : [labelToLatex(label, number)]),
    ...(time ? [write(time)] : []),
    ...(positions ?? []).map(write),
  ].join(',')
  const upper = [
    ...(power === undefined ? [] : [String(power)]),
    ...(layer === undefined ? [] : [`(${indexText(layer)})`]),
  ].join('')
  const head = accent ? `${accents[accent]}{${letter}}` : letter
  return `${head}${lower && subscript(lower)}${upper && `^{${upper}}`}`
}

function subscript(text: string): string {
  return text.length === 1 ? `_${text}` : `_{${text}}`
}

/** A single letter is a variable, anything longer a word; a number follows directly. */
function labelToLatex(label: string, number: string): string {
  if (/^[a-z]$/i.test(label) && !number) return label
  return /^\d*$/.test(number)
    ? `\\mathrm{${escapeLatexWord(label)}${number}}`
    : `\\mathrm{${escapeLatexWord(label)}},${number}`
}

/** `3`, `l`, `l-1`, `2l+1`. */
export function indexText(index: Index): string {
  if (typeof index === 'number') return String(index)
  const { step, offset, variable } = index
  const head = step === 1 ? variable : step === -1 ? `-${variable}` : `${step}${variable}`
  if (offset === 0) return head
  if (step < 0 && offset > 0) return `${offset}${head}`
  return `${head}${offset > 0 ? '+' : '-'}${Math.abs(offset)}`
}

/** Puts a space where a macro's name would otherwise run into a letter. */
function join(left: string, right: string): string {
  return /\\[a-zA-Z]+$/.test(left) && /^[a-zA-Z]/.test(right) ? `${left} ${right}` : left + right
}
