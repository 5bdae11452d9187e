import { type Formula, type NamedSymbol, printable } from './formula.js'
import { indexText } from './latex.js'

/** A formula as one line of text, with the ranges of its marked parts in characters. */
export interface MarkedText {
  readonly text: string
  readonly marks: readonly (readonly [start: number, end: number])[]
}

const greek: Readonly<Record<string, string>> = {
  '\\alpha': 'α',
  '\\beta': 'β',
  '\\gamma': 'γ',
  '\\delta': 'δ',
  '\\epsilon': 'ε',
  '\\varepsilon': 'ε',
  '\\theta': 'θ',
  '\\lambda': 'λ',
  '\\mu': 'μ',
  '\\rho': 'ρ',
  '\\sigma': 'σ',
  '\\tau': 'τ',
  '\\phi': 'φ',
  '\\omega': 'ω',
}

const subscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789+-aehijklmnoprstuvx'].map((c, i) => [c, [...'₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ'][i] ?? c]),
)
const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789+-−nT⊤'].map((c, i) => [c, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿᵀᵀ'][i] ?? c]),
)

/** A formula in Unicode, for terminals. */
export function toText(formula: Formula): string {
  return toMarkedText(formula).text
}

export function toMarkedText(formula: Formula): MarkedText {
  const writer = new Writer()
  writer.write(formula)
  return { text: writer.text, marks: writer.marks }
}

class Writer {
  text = ''
  readonly marks: (readonly [number, number])[] = []

  write(formula: Formula): void {
    switch (formula.kind) {
      case 'symbol':
        this.text += symbolText(formula)
        return
      case 'glyph':
        this.text += formula.text
        return
      case 'row':
        for (const item of formula.items) this.write(item)
        return
      case 'fraction':
        this.#operand(formula.top)
        this.text += ' / '
        this.#operand(formula.bottom)
        return
      case 'root':
        this.text += '√'
        this.#operand(formula.body)
        return
      case 'script':
        this.write(formula.base)
        if (formula.lower) this.#script(formula.lower, subscripts, '_')
        if (formula.upper) this.#script(formula.upper, superscripts, '^')
        return
      case 'fence':
        this.text += formula.open.text
        this.write(formula.body)
        this.text += formula.close.text
        return
      case 'mark': {
        const start = this.text.length
        this.write(formula.body)
        this.marks.push([start, this.text.length])
        return
      }
    }
  }

  /** Something that fraction bars and roots hold together in print and that a line of text has to bracket. */
  #operand(formula: Formula): void {
    const bare = toText(formula)
    const simple = formula.kind !== 'row' && formula.kind !== 'fraction'
    if (!simple && !/^[\p{L}\p{N}.]+$/u.test(bare)) this.text += '('
    this.write(formula)
    if (!simple && !/^[\p{L}\p{N}.]+$/u.test(bare)) this.text += ')'
  }

  #script(formula: Formula, table: Readonly<Record<string, string>>, sign: string): void {
    const plain = toText(formula)
    this.text += raise(plain, table) ?? (/^[\p{L}\p{N}]+$/u.test(plain) ? sign + plain : `${sign}{${plain}}`)
  }
}

function raise(text: string, table: Readonly<Record<string, string>>): string | undefined {
  const characters = [...text].map(c => table[c])
  return characters.every(c => c !== undefined) ? characters.join('') : undefined
}

function symbolText({ base, label, index, hat }: NamedSymbol): string {
  const letter = (greek[base] ?? printable(base.replace(/^\\/, ''))) + (hat ? '\u0302' : '')
  const lower = [
    ...(label === undefined ? [] : [printable(label)]),
    ...(index === undefined ? [] : [indexText(index)]),
  ].join(',')
  if (!lower) return letter
  return (
    letter +
    ((label === undefined || lower.length <= 3 ? raise(lower, subscripts) : undefined) ?? `_${lower}`)
  )
}
