import { type Accent, type Formula, type NamedSymbol, printable, withoutTerms } from './formula.js'
import { indexText, isPhrase } from './latex.js'
import { letterText } from './letters.js'

/** A formula as one line of text, with the ranges of its marked parts in characters. */
export interface MarkedText {
  readonly text: string
  readonly marks: readonly (readonly [start: number, end: number])[]
}

const subscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789+-−aehijklmnoprstuvx,'].map((c, i) => [c, [...'₀₁₂₃₄₅₆₇₈₉₊₋₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ,'][i] ?? c]),
)
const superscripts: Readonly<Record<string, string>> = Object.fromEntries(
  [...'0123456789+-−nT⊤()l'].map((c, i) => [c, [...'⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿᵀᵀ⁽⁾ˡ'][i] ?? c]),
)

/** Combining characters. */
const accents: Readonly<Record<Accent, string>> = {
  hat: '\u0302',
  tilde: '\u0303',
  bar: '\u0304',
  forwards: '\u20d7',
  backwards: '\u20d6',
}

/** A formula in Unicode, for terminals. */
export function toText(formula: Formula): string {
  return toMarkedText(formula).text
}

export function toMarkedText(formula: Formula): MarkedText {
  const writer = new Writer()
  writer.write(withoutTerms(formula))
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
      case 'size':
        this.text += String(formula.value)
        return
      case 'row':
        formula.items.forEach((item, i) => {
          const isFactor = !separates(formula.items[i - 1]) || !separates(formula.items[i + 1])
          if (isFactor && isLoose(item)) this.#bracketed(item)
          else this.write(item)
        })
        return
      case 'fraction': {
        const tight = isWord(formula.top) && isWord(formula.bottom)
        if (isProduct(formula.top)) this.write(formula.top)
        else this.#operand(formula.top)
        this.text += tight ? '/' : ' / '
        this.#operand(formula.bottom)
        return
      }
      case 'root':
        this.text += '√'
        this.#operand(formula.body)
        return
      case 'script':
        if (isLoose(formula.base)) this.#bracketed(formula.base)
        else this.write(formula.base)
        if (formula.lower) this.text += scriptText(toText(formula.lower), subscripts, '_')
        if (formula.upper) this.text += scriptText(toText(formula.upper), superscripts, '^')
        return
      case 'fence':
        this.text += formula.open.text
        this.write(formula.body)
        this.text += formula.close.text
        return
      case 'big':
        this.text += `${formula.sign.text}${scriptText(formula.bounds.map(({ letter }) => toText(letter)).join(','), subscripts, '_')} `
        return
      case 'cases':
        this.text += '{'
        formula.alternatives.forEach(({ value, condition }, i) => {
          if (i > 0) this.text += '; '
          this.write(value)
          this.text += condition ? (isPhrase(condition) ? ' ' : ' if ') : ' otherwise'
          if (condition) this.write(condition)
        })
        this.text += '}'
        return
      case 'mark': {
        const start = this.text.length
        this.write(formula.body)
        this.marks.push([start, this.text.length])
        return
      }
      case 'term':
        this.write(formula.body)
        return
    }
  }

  /** Something that fraction bars and roots hold together in print and that a line of text has to bracket. */
  #operand(formula: Formula): void {
    if (isWord(formula)) this.write(formula)
    else this.#bracketed(formula)
  }

  #bracketed(formula: Formula): void {
    this.text += '('
    this.write(formula)
    this.text += ')'
  }
}

const bare = (formula: Formula): Formula => (formula.kind === 'mark' ? bare(formula.body) : formula)

/** Whether it binds at least as much as a division does: factors side by side or with a sign of a product. */
function isProduct(formula: Formula): boolean {
  if (formula.kind === 'mark') return isProduct(formula.body)
  return (
    formula.kind === 'row' &&
    formula.items
      .map(bare)
      .every(
        (item, i) =>
          (item.kind !== 'glyph' || /^[\p{L}\p{N}\p{M}.\s⊙·]*$/u.test(item.text)) &&
          ['glyph', 'symbol', 'size', 'script', 'fence', 'root'].includes(item.kind) &&
          (i > 0 || item.kind !== 'glyph' || item.text.trim() !== ''),
      )
  )
}

/** Whether it reads as one thing without brackets: a word, a number, a function of something. */
function isWord(formula: Formula): boolean {
  if (formula.kind === 'mark') return isWord(formula.body)
  if (formula.kind === 'fraction') return false
  if (formula.kind === 'row' && formula.items.length === 2) {
    const [head, body] = formula.items
    if (body?.kind === 'fence' && body.open.text === '(' && head && isWord(head)) return true
  }
  return formula.kind !== 'row' || /^[\p{L}\p{N}.\p{M}]+$/u.test(toText(formula))
}

/** A fraction that a line of text cannot hold together; `1/N` is short enough to be read as one. */
function isLoose(formula: Formula): boolean {
  if (formula.kind === 'mark') return isLoose(formula.body)
  return formula.kind === 'fraction' && !(isWord(formula.top) && isWord(formula.bottom))
}

/** Whether what stands beside a fraction binds it less than the fraction does. */
function separates(neighbour: Formula | undefined): boolean {
  if (!neighbour) return true
  if (neighbour.kind === 'mark') return separates(neighbour.body)
  return neighbour.kind === 'glyph' && ['+', '−', '-', ',', ';', '='].includes(neighbour.text.trim())
}

function scriptText(plain: string, table: Readonly<Record<string, string>>, sign: string): string {
  // A word in tiny letters is hard to read; a letter or a number is not.
  const raised = /\p{L}{2}/u.test(plain) ? undefined : raise(plain, table)
  return raised ?? (/^[\p{L}\p{N}]+$/u.test(plain) ? sign + plain : `${sign}{${plain}}`)
}

function raise(text: string, table: Readonly<Record<string, string>>): string | undefined {
  const characters = [...text].map(c => table[c])
  return characters.every(c => c !== undefined) ? characters.join('') : undefined
}

function symbolText({ base, accent, label, index, time, positions, power, layer }: NamedSymbol): string {
  const letter = `${printable(letterText(base))}${accent ? accents[accent] : ''}`
  const number = index === undefined ? '' : indexText(index)
  const name = label === undefined ? number : `${printable(label)}${/^\d*$/.test(number) ? '' : ','}${number}`
  const lower = [name, ...[...(time ? [time] : []), ...(positions ?? [])].map(toText)]
    .filter(Boolean)
    .join(',')
  const upper = `${power ?? ''}${layer === undefined ? '' : `(${indexText(layer)})`}`
  return letter + (lower && labelText(lower)) + (upper && scriptText(upper, superscripts, '^'))
}

/** `W_hidden,2` needs no braces: nothing that follows can be taken for a part of it. */
function labelText(lower: string): string {
  const raised = /\p{L}{2}/u.test(lower) ? undefined : raise(lower, subscripts)
  return raised ?? `_${lower}`
}
