import { escapeLatexWord, type Formula, type Index, type NamedSymbol } from './formula.js'

/** How a marked part is written: `\boxed` shows without colour and is accepted wherever LaTeX is. */
export type LatexMark = (body: string) => string

const boxed: LatexMark = body => `\\boxed{${body}}`

/** A formula in LaTeX, in math mode, using only macros that KaTeX and MathJax both accept. */
export function toLatex(formula: Formula, mark: LatexMark = boxed): string {
  switch (formula.kind) {
    case 'symbol':
      return symbolToLatex(formula)
    case 'glyph':
      return formula.latex
    case 'row':
      return formula.items.reduce((done, item) => join(done, toLatex(item, mark)), '')
    case 'fraction':
      return `\\frac{${toLatex(formula.top, mark)}}{${toLatex(formula.bottom, mark)}}`
    case 'root':
      return `\\sqrt{${toLatex(formula.body, mark)}}`
    case 'script': {
      const base = toLatex(formula.base, mark)
      const hasScript = /[_^]/.test(base) && formula.base.kind !== 'fence'
      const lower = formula.lower ? `_{${toLatex(formula.lower, mark)}}` : ''
      const upper = formula.upper ? `^{${toLatex(formula.upper, mark)}}` : ''
      return `${hasScript && !onlyAdds(base, lower, upper) ? `{${base}}` : base}${lower}${upper}`
    }
    case 'fence':
      return `\\left${formula.open.latex}${toLatex(formula.body, mark)}\\right${formula.close.latex}`
    case 'mark':
      return mark(toLatex(formula.body, mark))
  }
}

/** Whether the new scripts can stand beside those of the base: `W_1^{\top}` needs no braces, `x^2^2` does. */
function onlyAdds(base: string, lower: string, upper: string): boolean {
  return !(lower && base.includes('_')) && !(upper && base.includes('^'))
}

function symbolToLatex({ base, label, index, hat }: NamedSymbol): string {
  const single = [...base].length === 1 || base.startsWith('\\')
  const letter = single
    ? base.startsWith('\\')
      ? base
      : escapeLatexWord(base)
    : `\\mathrm{${escapeLatexWord(base)}}`
  const parts = [
    ...(label === undefined
      ? []
      : [/^[a-z](?:[-+]\d+)?$/.test(label) ? label : `\\mathrm{${escapeLatexWord(label)}}`]),
    ...(index === undefined ? [] : [indexText(index)]),
  ]
  const script = parts.join(',')
  return `${hat ? `\\hat{${letter}}` : letter}${script && (script.length === 1 ? `_${script}` : `_{${script}}`)}`
}

/** `3`, `l`, `l-1`, `2l+1`. */
export function indexText(index: Index): string {
  if (typeof index === 'number') return String(index)
  const { step, offset, variable } = index
  const head = step === 1 ? variable : `${step}${variable}`
  return offset === 0 ? head : `${head}${offset > 0 ? '+' : '-'}${Math.abs(offset)}`
}

/** Puts a space where a macro's name would otherwise run into a letter. */
function join(left: string, right: string): string {
  return /\\[a-zA-Z]+$/.test(left) && /^[a-zA-Z]/.test(right) ? `${left} ${right}` : left + right
}
