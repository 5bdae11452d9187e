import type { Expression, IndexRange, NameExpression } from '../math/expression.js'
import { bigPrecedence, precedences } from '../math/print.js'
import { namedFunctions } from '../math/spelling.js'
import {
  type Accent,
  type Formula,
  type Glyph,
  glyph,
  parenthesized,
  row,
  separated,
  symbol,
  word,
} from './formula.js'
import { greekMacro } from './letters.js'

type Of<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>

/**
 * An equation as a paper writes it, with its own names and in its own order. The expressions for which `isMarked` holds are
 * marked, and nothing within them.
 */
export function statedFormula(
  expression: Expression,
  isMarked: (part: Expression) => boolean = () => false,
): Formula {
  return new Writer(isMarked).write(expression, 0)
}

const signs: Readonly<Record<string, Glyph>> = {
  '+': glyph(' + '),
  '-': glyph(' - ', ' − '),
  '*': glyph(' \\odot ', ' ⊙ '),
  product: glyph('\\,', ' '),
  '=': glyph(' = '),
  '<': glyph(' < '),
  '>': glyph(' > '),
  '<=': glyph(' \\le ', ' ≤ '),
  '>=': glyph(' \\ge ', ' ≥ '),
  '!=': glyph(' \\ne ', ' ≠ '),
  '~': glyph(' \\sim ', ' ~ '),
  '<-': glyph(' \\leftarrow ', ' ← '),
  '∝': glyph(' \\propto ', ' ∝ '),
}

/** Signs that bind otherwise in print than in the equation language: `a b ⊙ c d` is a product of two. */
const printed: Readonly<Record<string, number>> = { ...precedences, '*': 2.7 }

const bigSigns: Readonly<Record<Of<'reduce'>['operator'], Glyph>> = {
  sum: glyph('\\sum', 'Σ'),
  product: glyph('\\prod', 'Π'),
  max: glyph('\\max', 'max'),
  min: glyph('\\min', 'min'),
  mean: glyph('\\mathrm{mean}', 'mean'),
  argMax: glyph('\\arg\\max', 'argmax'),
  argMin: glyph('\\arg\\min', 'argmin'),
}

/** Marks over a letter, by the subscript that the equation language has for them. */
const accents: Readonly<Record<string, Accent>> = { hat: 'hat', tilde: 'tilde', bar: 'bar', vec: 'forwards' }

const signsAbove: Readonly<Record<string, Formula>> = { '⁺': glyph('+'), '⁻': glyph('-', '−') }

/** What papers write between brackets of its own, or otherwise than as a function. */
const layouts: Readonly<Record<string, (args: readonly Formula[]) => Formula | undefined>> = {
  sqrt: ([body]) => body && { kind: 'root', body },
  expectation: ([body, ...over]) => {
    const sign = glyph('\\mathbb{E}', '𝔼')
    const head: Formula =
      over.length > 0 ? { kind: 'script', base: sign, lower: separated(over, comma) } : sign
    return body && row(head, fence('[', ']', body))
  },
  gradient: ([body, by]) =>
    body && by && row({ kind: 'script', base: glyph('\\nabla', '∇'), lower: by }, glyph('\\,', ' '), body),
  floor: ([body]) => body && fence('\\lfloor ', '\\rfloor ', body, ['⌊', '⌋']),
  ceil: ([body]) => body && fence('\\lceil ', '\\rceil ', body, ['⌈', '⌉']),
  norm: ([body]) => body && fence('\\lVert ', '\\rVert ', body, ['‖', '‖']),
  innerProduct: args => fence('\\langle ', '\\rangle ', separated(args, comma), ['⟨', '⟩']),
  logicalAnd: args => separated(args, glyph(',\\;', ', ')),
  where: ([condition, value, otherwise]) =>
    condition && value && otherwise
      ? { kind: 'cases', alternatives: [{ value, condition }, { value: otherwise }] }
      : undefined,
}

const comma = glyph(',\\,', ', ')

function fence(open: string, close: string, body: Formula, [first, last] = [open, close]): Formula {
  return { kind: 'fence', open: glyph(open, first), close: glyph(close, last), body }
}

class Writer {
  readonly #isMarked: (part: Expression) => boolean
  #isWithin = false

  constructor(isMarked: (part: Expression) => boolean) {
    this.#isMarked = isMarked
  }

  /** The expression in brackets, if it binds less than `above`. */
  write(expression: Expression, above: number): Formula {
    if (this.#isWithin || !this.#isMarked(expression)) return this.#bracketed(expression, above)
    this.#isWithin = true
    const body = this.#bracketed(expression, above)
    this.#isWithin = false
    return { kind: 'mark', body }
  }

  #bracketed(expression: Expression, above: number): Formula {
    const formula = this.#layout(expression)
    return precedenceOf(expression) < above ? parenthesized(formula) : formula
  }

  #layout(expression: Expression): Formula {
    switch (expression.kind) {
      case 'number':
        return glyph(/^[\d.]+$/.test(expression.text) ? expression.text : String(expression.value))
      case 'name':
        return this.#name(expression)
      case 'text':
        return word(`'${expression.value}'`)
      case 'ellipsis':
        return glyph('\\ldots', '…')
      case 'list':
        return fence('[', ']', this.#all(expression.items))
      case 'matrix': {
        const rows = expression.rows.map(cells =>
          separated(
            cells.map(cell => this.write(cell, 0)),
            glyph(' & ', ', '),
          ),
        )
        const body = separated(rows, glyph(' \\\\ ', '; '))
        return row(glyph('\\begin{bmatrix} ', '['), body, glyph(' \\end{bmatrix}', ']'))
      }
      case 'absolute':
        return fence('|', '|', this.write(expression.operand, 0))
      case 'transpose':
        return {
          kind: 'script',
          base: this.write(expression.operand, 6),
          upper: glyph('\\top', '⊤'),
        }
      case 'negate':
        return row(
          glyph('-', '−'),
          this.write(expression.operand, expression.operand.kind === 'reduce' ? 0 : negation),
        )
      case 'set':
        return this.#set(expression)
      case 'slice':
        return row(...this.#optional(expression.first), glyph(':'), ...this.#optional(expression.last))
      case 'element': {
        const { operand, at, from } = expression
        const base = this.write(operand, 7)
        return from === 0
          ? row(base, fence('[', ']', this.#all(at)))
          : { kind: 'script', base, lower: this.#all(at) }
      }
      case 'reduce':
        return this.#reduction(expression)
      case 'family': {
        const { equation, index, first, last } = expression
        const between = glyph(', \\ldots, ', ', …, ')
        return row(
          this.write(equation, 0),
          glyph(' \\quad \\text{for } ', '  for '),
          letter(index),
          glyph(' = '),
          this.write(first, 0),
          between,
          this.write(last, 0),
        )
      }
      case 'call':
        return this.#call(expression)
      case 'binary':
        return this.#binary(expression)
    }
  }

  #name({
    name,
    stem,
    subscripts = [],
    label,
  }: Pick<NameExpression, 'name' | 'stem' | 'subscripts' | 'label'>) {
    const [first, ...rest] = subscripts
    const mark = first?.length === 1 && first[0]!.kind === 'name' ? first[0]!.name : ''
    const isAccent = Object.hasOwn(accents, mark)
    const head = letter(stem ?? name, isAccent ? mark : undefined)
    const groups = (isAccent ? rest : subscripts).map(items => this.#subscript(items))
    const lower = groups.length > 0 ? separated(groups, glyph(',')) : undefined
    if (!lower && !label) return head
    return {
      kind: 'script',
      base: head,
      ...(lower && { lower }),
      ...(label && { upper: letter(label) }),
    } as const
  }

  #subscript(items: readonly Expression[]): Formula {
    const [only, ...others] = items
    return only?.kind === 'name' && others.length === 0 && severalIndices.test(only.name)
      ? row(...[...only.name].map(index => symbol(index)))
      : this.#all(items)
  }

  #call(call: Of<'call'>): Formula {
    const { name, stem, subscripts, attributes } = call
    const layout = Object.hasOwn(layouts, name) ? layouts[name] : undefined
    const isOwn = layout && attributes.length === 0
    const special =
      isOwn || name === 'norm' ? layout?.(call.arguments.map(arg => this.write(arg, 0))) : undefined
    if (special) return special
    const head = stem ? this.#name({ name, stem, ...(subscripts && { subscripts }) }) : functionName(name)
    const given = attributes.map(({ name: key, value }) => {
      const written = this.write(value, 0)
      return key ? row(word(key), glyph(' = '), written) : written
    })
    const settings = given.length > 0 ? [glyph('['), separated(given, comma), glyph(']')] : []
    return row(head, ...settings, parenthesized(this.#all(call.arguments)))
  }

  #binary({ operator, left, right }: Of<'binary'>): Formula {
    if (operator === '/') return { kind: 'fraction', top: this.write(left, 0), bottom: this.write(right, 0) }
    if (operator === '^') return { kind: 'script', base: this.write(left, 6), upper: this.write(right, 0) }
    const precedence = printed[operator]!
    const isFactor = precedence > bigPrecedence
    const first = this.write(left, isFactor && endsInReduction(left) ? atomic : precedence)
    // A reduction takes all that stands behind it anyway.
    const isLast = isFactor && right.kind === 'reduce'
    const second = this.write(right, isLast ? 0 : precedence + 0.1)
    const isApart = operator === 'product' && left.kind === 'name' && isBracket(second)
    return row(first, isApart ? glyph(' \\cdot ', ' · ') : signs[operator]!, second)
  }

  #reduction({ operator, indices, condition, body }: Of<'reduce'>): Formula {
    const last = indices[0]?.last
    const bounds = [
      ...indices.map(({ index, first, set }: IndexRange) => {
        if (set) return row(letter(index), member, this.write(set, 0))
        return first ? row(letter(index), glyph('='), this.write(first, 2)) : letter(index)
      }),
      ...(condition ? [this.write(condition, 0)] : []),
    ]
    return row(
      {
        kind: 'script',
        base: bigSigns[operator],
        lower: separated(bounds, glyph(',\\,', ', ')),
        ...(last && { upper: this.write(last, 0) }),
      },
      glyph('\\,', ' '),
      this.write(body, bigPrecedence + 0.1),
    )
  }

  #set({ index, within, first, last, condition }: Of<'set'>): Formula {
    const between = glyph(', \\ldots, ', ', …, ')
    const range = first && last ? row(this.write(first, 0), between, this.write(last, 0)) : undefined
    const outer = within ? this.write(within, 0) : range && fence('\\{', '\\}', range)
    if (!condition) return fence('\\{', '\\}', range ?? glyph(''))
    const head = outer ? row(letter(index), member, outer) : letter(index)
    return fence('\\{', '\\}', row(head, glyph(' : '), this.write(condition, 0)))
  }

  #all(items: readonly Expression[]): Formula {
    return separated(
      items.map(item => this.write(item, 0)),
      comma,
    )
  }

  #optional(expression: Expression | undefined): readonly Formula[] {
    return expression ? [this.write(expression, 0)] : []
  }
}

const member = glyph(' \\in ', ' ∈ ')

/** Nothing binds more. */
const atomic = 1000

/** A minus in front binds more than a product does. */
const negation = 4

function endsInReduction(expression: Expression): boolean {
  return (
    expression.kind === 'reduce' ||
    (expression.kind === 'negate' && endsInReduction(expression.operand)) ||
    (expression.kind === 'binary' && endsInReduction(expression.right))
  )
}

/** Whether it starts with a bracket, behind which a name would be a function. */
function isBracket(formula: Formula): boolean {
  const first = formula.kind === 'row' ? formula.items[0]! : formula
  return first.kind === 'fence' || (first.kind === 'script' && isBracket(first.base))
}

function precedenceOf(expression: Expression): number {
  if (expression.kind === 'binary')
    return expression.operator === '/' ? atomic : printed[expression.operator]!
  if (expression.kind === 'negate') return negation
  if (expression.kind === 'reduce') return bigPrecedence
  return atomic
}

/** Indices that are written without a comma between them, as in `x_{ij}`. */
const severalIndices = /^[ijklt]{2,3}$/

/** A name without subscripts: one letter, or a word in upright letters, with its primes or its sign. */
function letter(text: string, accent?: string): Formula {
  const [, own = text, primes = '', sign = ''] = /^(.*?)('*)([⁺⁻]?)$/.exec(text) ?? []
  if (sign) return { kind: 'script', base: letter(own + primes, accent), upper: signsAbove[sign]! }
  const base = greekMacro(own) ?? own
  const named = symbol(base, accent ? { accent: accents[accent]! } : {})
  return primes ? row(named, glyph(primes, '′'.repeat(primes.length))) : named
}

function functionName(name: string): Formula {
  return namedFunctions.has(name) ? glyph(`\\${name}`, name) : letter(name)
}
