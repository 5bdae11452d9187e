import type { CallExpression, Expression, IndexRange, NameExpression } from './expression.js'
import { accents, definedSigns, greekMacros, namedFunctions } from './spelling.js'

export const precedences: Readonly<Record<string, number>> = {
  '=': 1,
  '~': 1,
  '<-': 1,
  '∝': 1,
  '<': 1,
  '>': 1,
  '<=': 1,
  '>=': 1,
  '!=': 1,
  '+': 2,
  '-': 2,
  '*': 3,
  '/': 3,
  product: 3,
  '^': 5,
}

/** `\\odot` is looser than juxtaposition. */
const elementwisePrecedence = 2.7

/** A big operator takes all that is multiplied after it. */
export const bigPrecedence = 2.5

/** The two ways to write one expression. */
interface Spelling {
  /** Where a sign of this spelling binds otherwise than its operator. */
  readonly precedences: Readonly<Record<string, number>>
  readonly signs: Readonly<Record<string, string>>
  readonly open: string
  readonly close: string
  readonly bars: readonly [string, string]
  readonly doubleBars: readonly [string, string]
  readonly member: string
  readonly transpose: string
  readonly dots: string
  readonly name: (name: NameExpression) => string
  readonly word: (text: string) => string
  readonly big: (operator: string) => string
  /** What is laid out otherwise than as signs in a row, from the printed parts. */
  readonly fraction?: (top: string, bottom: string) => string
  readonly calls: Readonly<Record<string, (args: readonly string[]) => string>>
  readonly matrix: (rows: readonly (readonly string[])[]) => string
  readonly family: (index: string, first: string, last: string) => string
}

const plain: Spelling = {
  precedences: {},
  signs: { product: ' ', apart: ' · ' },
  open: '(',
  close: ')',
  bars: ['|', '|'],
  doubleBars: ['‖', '‖'],
  member: '∈',
  transpose: '^⊤',
  dots: '…',
  name: ({ name }) => name,
  word: text => text,
  big: operator => operator,
  calls: { innerProduct: args => `⟨${args.join(', ')}⟩` },
  matrix: rows => `[${rows.map(row => row.join(', ')).join('; ')}]`,
  family: (index, first, last) => ` for ${index} = ${first}..${last}`,
}

const bigSigns: Readonly<Record<string, string>> = {
  sum: '\\sum',
  product: '\\prod',
  max: '\\max',
  min: '\\min',
  argMax: '\\arg\\max',
  argMin: '\\arg\\min',
}

const latex: Spelling = {
  precedences: { '*': elementwisePrecedence },
  signs: {
    product: ' ',
    apart: ' \\cdot ',
    '*': ' \\odot ',
    '<=': ' \\le ',
    '>=': ' \\ge ',
    '!=': ' \\ne ',
    '~': ' \\sim ',
    '<-': ' \\leftarrow ',
    '∝': ' \\propto ',
  },
  open: '\\left(',
  close: '\\right)',
  bars: ['\\left|', '\\right|'],
  doubleBars: ['\\left\\|', '\\right\\|'],
  member: '\\in',
  transpose: '^\\top',
  dots: '\\ldots',
  name: latexName,
  word: latexWord,
  big: operator => bigSigns[operator] ?? `\\mathrm{${operator}}`,
  fraction: (top, bottom) => `\\frac{${top}}{${bottom}}`,
  calls: {
    innerProduct: args => `\\langle ${args.join(', ')} \\rangle`,
    sqrt: ([argument]) => `\\sqrt{${argument}}`,
    where: ([condition, value, rest]) =>
      `\\begin{cases} ${value} & \\text{if } ${condition} \\\\ ${rest} & \\text{otherwise} \\end{cases}`,
  },
  matrix: rows => `\\begin{bmatrix} ${rows.map(row => row.join(' & ')).join(' \\\\ ')} \\end{bmatrix}`,
  family: (index, first, last) => ` \\quad \\text{for } ${index} = ${first}, \\ldots, ${last}`,
}

/** The spellings of the language, by name. */
export const spellings = { plain, latex } as const

export type SpellingName = keyof typeof spellings

/** An expression in one spelling; reading it back gives the same tree, ranges aside. */
export function printExpression(expression: Expression, spelling: SpellingName = 'plain'): string {
  return new Printer(spellings[spelling]).print(expression, 0)
}

function ungrouped(expression: Expression): Expression {
  if (!('isGroup' in expression)) return expression
  const { isGroup: _, ...inner } = expression
  return inner
}

class Printer {
  readonly #spelling: Spelling

  constructor(spelling: Spelling) {
    this.#spelling = spelling
  }

  print(expression: Expression, above: number): string {
    const { bars, transpose, dots, name, word, calls, family, open, close } = this.#spelling
    if ('isGroup' in expression && expression.isGroup)
      return `${open}${this.print(ungrouped(expression), 0)}${close}`
    switch (expression.kind) {
      case 'number':
        return expression.text
      case 'name':
        return name(expression)
      case 'text':
        return `'${expression.value}'`
      case 'ellipsis':
        return dots
      case 'list':
        return `[${this.#all(expression.items)}]`
      case 'matrix':
        return this.#matrix(expression.rows)
      case 'absolute':
        return this.#bracket(`${bars[0]}${this.print(expression.operand, 3)}${bars[1]}`, 2, above)
      case 'transpose':
        return `${this.print(expression.operand, 6)}${transpose}`
      case 'negate':
        return this.#bracket(`-${this.print(expression.operand, 4)}`, 4, above)
      case 'set':
        return this.#set(expression)
      case 'slice':
        return `${this.#optional(expression.first)}:${this.#optional(expression.last)}`
      case 'element': {
        const { operand, at, from } = expression
        return from === 0
          ? `${this.print(operand, 7)}[${this.#all(at)}]`
          : `${this.print(operand, 7)}_{${this.#all(at)}}`
      }
      case 'reduce':
        return this.#bracket(this.#reduction(expression), bigPrecedence, above)
      case 'family': {
        const { equation, index, first, last } = expression
        return `${this.print(equation, 0)}${family(word(index), this.print(first, 0), this.print(last, 0))}`
      }
      case 'call': {
        const { attributes, arguments: args } = expression
        const [left, right] = args
        const sign = definedSigns.get(expression.name)
        if (sign && left && right) {
          const precedence = sign.isLoose ? precedences['+']! : elementwisePrecedence
          const text = `${this.print(left, precedence)} ${word(expression.name)} ${this.print(right, precedence + 0.1)}`
          return this.#bracket(text, precedence, above)
        }
        const layout = Object.hasOwn(calls, expression.name) ? calls[expression.name] : undefined
        if (layout && attributes.length === 0 && args.length > 0 && args.length < 4)
          return layout(args.map(item => this.print(item, 0)))
        const [bar, end] = this.#spelling.doubleBars
        if (expression.name === 'norm' && expression.rank !== undefined)
          return `${bar}${this.#all(args)}${end}${this.#order(expression)}`
        const given = attributes.map(
          ({ name: key, value }) => `${key ? `${word(key)} = ` : ''}${this.print(value, 0)}`,
        )
        const head = expression.stem ? name({ ...expression, kind: 'name' }) : word(expression.name)
        const list = given.length > 0 ? `[${given.join(', ')}]` : ''
        return `${head}${list}${this.#spelling.open}${this.#all(args)}${this.#spelling.close}`
      }
      case 'binary':
        return this.#binary(expression, above)
    }
  }

  /** What stands below the bars of a norm, where that is no norm of order 2 of a vector. */
  #order({ attributes, rank }: CallExpression): string {
    const order = attributes.find(({ name }) => name === 'order')
    if (order) return order.value.kind === 'name' ? '_{∞}' : `_{${this.print(order.value, 0)}}`
    return rank === 2 ? '_{F}' : ''
  }

  #binary({ operator, left, right }: Extract<Expression, { kind: 'binary' }>, above: number): string {
    const { fraction, signs } = this.#spelling
    const precedence = this.#spelling.precedences[operator] ?? precedences[operator]!
    if (operator === '^')
      return this.#bracket(`${this.print(left, 6)}^{${this.print(right, 0)}}`, precedence, above)
    if (operator === '/' && fraction)
      return this.#bracket(fraction(this.print(left, 0), this.print(right, 0)), precedence, above)
    const strict = operator === 'product' ? 5 : precedence + 0.1
    const factor = this.print(right, strict)
    // A name before brackets would be a function.
    const isApart = operator === 'product' && /^(\(|\[|\\left)/.test(factor)
    const sign = (isApart ? signs.apart : signs[operator]) ?? ` ${operator} `
    return this.#bracket(`${this.print(left, precedence)}${sign}${factor}`, precedence, above)
  }

  #reduction({ operator, indices, condition, body }: Extract<Expression, { kind: 'reduce' }>): string {
    const { big, word, member } = this.#spelling
    const lasts = indices.flatMap(({ last }) => (last ? [this.print(last, 0)] : []))
    // Above the sign stands one last value for all indices, or one for each.
    const areAbove = lasts.length === indices.length
    const bounds = indices.map(({ index, first, last, set }: IndexRange) => {
      if (set) return `${word(index)} ${member} ${this.print(set, 0)}`
      if (first && last && !areAbove) return this.#between(first, word(index), last)
      return first ? `${word(index)}=${this.print(first, 2)}` : word(index)
    })
    const conditions = conditionsOf(condition).map(inner => this.print(inner, 0))
    const above = new Set(lasts).size > 1 ? lasts.join(', ') : lasts[0]
    const upper = areAbove && above !== undefined ? `^{${above}}` : ''
    return `${big(operator)}_{${[...bounds, ...conditions].join(', ')}}${upper} ${this.print(body, 2.6)}`
  }

  /** `\{ u ∈ S : A_{vu} = 1 \}`, or from the first to the last number. */
  #set({ index, within, first, last, condition }: Extract<Expression, { kind: 'set' }>): string {
    const { member, dots, word } = this.#spelling
    const range = first && last ? `${this.print(first, 0)}, ${dots}, ${this.print(last, 0)}` : undefined
    if (!condition) return `\\{${range}\\}`
    const outer = within ? this.print(within, 0) : range && `\\{${range}\\}`
    const head = outer === undefined ? word(index) : `${word(index)} ${member} ${outer}`
    return `\\{${head} : ${this.print(condition, 0)}\\}`
  }

  /** `1 <= i <= n`. */
  #between(first: Expression, index: string, last: Expression): string {
    const atMost = this.#spelling.signs['<='] ?? ' <= '
    return `${this.print(first, 2)}${atMost}${index}${atMost}${this.print(last, 2)}`
  }

  /** A column in plain text is laid out as well: `[a; b]` are features one behind the other. */
  #matrix(rows: readonly (readonly Expression[])[]): string {
    const { matrix } = rows[0]!.length === 1 ? latex : this.#spelling
    return matrix(rows.map(row => row.map(cell => this.print(cell, 0))))
  }

  #all(items: readonly Expression[]): string {
    return items.map(item => this.print(item, 0)).join(', ')
  }

  #optional(expression: Expression | undefined): string {
    return expression ? this.print(expression, 0) : ''
  }

  #bracket(text: string, precedence: number, above: number): string {
    return precedence < above ? `${this.#spelling.open}${text}${this.#spelling.close}` : text
  }
}

function conditionsOf(condition: Expression | undefined): readonly Expression[] {
  if (!condition) return []
  return condition.kind === 'call' && condition.name === 'logicalAnd'
    ? condition.arguments.flatMap(conditionsOf)
    : [condition]
}

/** Words of several letters stand upright, so that they are not read as products. */
function latexWord(text: string): string {
  const macro = greekMacros.get(text) ?? definedSigns.get(text)?.macro
  if (macro) return macro
  if (namedFunctions.has(text)) return `\\${text}`
  return [...text.replace(/'+$/, '')].length > 1 ? `\\mathrm{${text}}` : text
}

function latexName({ name, stem, subscripts = [], label }: NameExpression): string {
  const printer = new Printer(latex)
  const base = stem ?? name
  const [first, ...rest] = subscripts
  const mark = first?.length === 1 && first[0]!.kind === 'name' ? first[0]!.name : ''
  const head = accents.has(mark) ? `\\${mark}{${upright(base)}}` : upright(base)
  const groups = accents.has(mark) ? rest : subscripts
  const lower = groups.map(items => `_{${items.map(item => printer.print(item, 0)).join(', ')}}`)
  return `${head}${lower.join('')}${label ? `^{${label}}` : ''}`
}

function upright(text: string): string {
  const [, word = text, primes = ''] = /^(.*?)('*)$/.exec(text) ?? []
  if (word === '𝟏') return '\\mathbf{1}'
  const macro = greekMacros.get(word)
  if (macro) return `${macro}${primes}`
  return [...word].length > 1 ? `\\mathrm{${word}}${primes}` : text
}
