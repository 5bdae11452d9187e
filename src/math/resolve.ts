import type { CallExpression, Expression, IndexRange, NameExpression, Range } from './expression.js'
import { printExpression } from './print.js'
import { definedSigns } from './spelling.js'

const sums = 'may be a sum or put one behind the other: write `+`, or `[a; b]`'
const products = 'may be a product of each element or an outer one: write `\\odot`, or `x y^\\top`'

/** What the names of an equation may stand for. */
export interface Declarations {
  readonly isValue: (name: string) => boolean
  readonly isFunction: (name: string) => boolean
}

/** Why a part of an equation has no one reading. */
export interface ReadingProblem {
  readonly problem: string
  readonly range: Range
}

export function isReadingProblem(value: Expression | ReadingProblem): value is ReadingProblem {
  return 'problem' in value
}

/**
 * Reads what the text alone leaves open, by what is declared: whether `QK` is one name or a product, `W^Q` a power or
 * a name, `a(b + c)` a call or a product. What both readings fit is a problem that says how to write either.
 */
export function resolve(expression: Expression, declarations: Declarations): Expression | ReadingProblem {
  try {
    return new Resolver(declarations).read(expression)
  } catch (problem) {
    if (problem instanceof Ambiguity) return { problem: problem.message, range: problem.range }
    throw problem
  }
}

/** Ends the reading of one equation; it never leaves this file. */
class Ambiguity extends Error {
  readonly range: Range

  constructor(problem: string, range: Range) {
    super(problem)
    this.range = range
  }
}

type Binary = Extract<Expression, { kind: 'binary' }>
type Element = Extract<Expression, { kind: 'element' }>

class Resolver {
  readonly #declarations: Declarations

  constructor(declarations: Declarations) {
    this.#declarations = declarations
  }

  read(expression: Expression): Expression {
    switch (expression.kind) {
      case 'name':
        return this.#name(expression)
      case 'call':
        return this.#call(expression)
      case 'binary':
        return this.#binary(expression)
      case 'transpose':
        return this.#marked(expression.operand, operand => ({ ...expression, operand }))
      case 'negate':
      case 'absolute':
        return { ...expression, operand: this.read(expression.operand) }
      case 'list':
        return { ...expression, items: expression.items.map(item => this.read(item)) }
      case 'matrix':
        return { ...expression, rows: expression.rows.map(row => row.map(cell => this.read(cell))) }
      case 'element': {
        const call = this.#bracketedCall(expression)
        if (call) return this.#call(call)
        return this.#marked(expression.operand, operand => ({
          ...expression,
          operand,
          at: expression.at.map(item => this.read(item)),
        }))
      }
      case 'slice':
        return { ...expression, ...this.#bounds(expression) }
      case 'set': {
        const { within, condition } = expression
        return {
          ...expression,
          ...this.#bounds(expression),
          ...(within && { within: this.read(within) }),
          ...(condition && { condition: this.read(condition) }),
        }
      }
      case 'reduce': {
        const { condition } = expression
        return {
          ...expression,
          indices: expression.indices.map(entry => ({ ...entry, ...this.#bounds(entry) })),
          ...(condition && { condition: this.read(condition) }),
          body: this.read(expression.body),
        }
      }
      case 'family':
        return {
          ...expression,
          equation: this.read(expression.equation),
          first: this.read(expression.first),
          last: this.read(expression.last),
        }
      case 'number':
      case 'text':
      case 'ellipsis':
        return expression
    }
  }

  /** `K[u, v]` where K is a function, and no value of which these are places. */
  #bracketedCall({ operand, at, from, range }: Element): CallExpression | undefined {
    const { isFunction, isValue } = this.#declarations
    if (from !== 0 || operand.kind !== 'name') return undefined
    const { kind: _, range: own, ...id } = operand
    const base = id.stem ?? id.name
    if (base === 'E' && at.length === 1 && !isValue('E') && !isValue(id.name) && !isFunction(id.name)) {
      const over = id.subscripts?.flat() ?? []
      return { kind: 'call', name: 'expectation', attributes: [], arguments: [...at, ...over], range }
    }
    const isCalled = isFunction(id.name) || (id.stem !== undefined && isFunction(id.stem))
    if (!isCalled || isValue(id.name) || (id.stem !== undefined && isValue(id.stem))) return undefined
    return { kind: 'call', ...id, attributes: [], arguments: at, range: [own[0], range[1]] }
  }

  /** A mark after a word or a call that is a product belongs to its last factor: `QK^⊤`. */
  #marked(given: Expression, mark: (operand: Expression) => Expression): Expression {
    const read = this.read(given)
    return isHidden(read, given) ? product(read.left, mark(read.right)) : mark(read)
  }

  #bounds({ first, last, set }: Omit<IndexRange, 'index'>) {
    return {
      ...(first && { first: this.read(first) }),
      ...(last && { last: this.read(last) }),
      ...(set && { set: this.read(set) }),
    }
  }

  /** A word that nothing declares is the product of its letters, if all of them are declared. */
  #name(name: NameExpression): Expression {
    const { isValue } = this.#declarations
    const factors = this.#lettersOf(name)
    return factors?.every(factor => isValue(factor.name) || isValue(factor.stem ?? factor.name))
      ? productOf(factors)
      : name
  }

  /** The letters of a word that is not declared, the last one with its subscripts. */
  #lettersOf(name: NameExpression): readonly NameExpression[] | undefined {
    const { isValue } = this.#declarations
    const base = name.stem ?? name.name
    const letters = [...base]
    if (isValue(name.name) || isValue(base) || letters.length < 2 || name.label || /\d/.test(base))
      return undefined
    const [start] = name.range
    return letters.map((letter, i): NameExpression => {
      const isLast = i === letters.length - 1
      const range: Range = [start + i, isLast ? name.range[1] : start + i + 1]
      const rest = name.name.slice(base.length)
      return isLast && name.subscripts
        ? { kind: 'name', name: `${letter}${rest}`, stem: letter, subscripts: name.subscripts, range }
        : { kind: 'name', name: letter, range }
    })
  }

  #call({ isGroup: _, ...call }: CallExpression): Expression {
    const { isFunction, isValue } = this.#declarations
    const args = call.arguments.map(item => this.read(item))
    const attributes = call.attributes.map(entry => ({ ...entry, value: this.read(entry.value) }))
    const read: CallExpression = { ...call, arguments: args, attributes }
    const isCalled = isFunction(call.name) || (call.stem !== undefined && isFunction(call.stem))
    // A function of the whole name leaves nothing to the name without its subscripts.
    const isProduct =
      isValue(call.name) || (!isFunction(call.name) && call.stem !== undefined && isValue(call.stem))
    const [only, ...others] = args
    const written = call.name
    const sign = definedSigns.get(written)
    if (sign && !isCalled)
      throw new Ambiguity(
        `\`${sign.macro}\` ${sign.isLoose ? sums : products}; or say what it means: \`a ${sign.macro} b = …\``,
        call.range,
      )
    if (isCalled && isProduct && only && others.length === 0 && attributes.length === 0)
      throw new Ambiguity(
        `\`${written}(…)\` may be a call or a product, since \`${written}\` is a value and a function; write \`${written} * (…)\` for a product, or rename one`,
        call.range,
      )
    if (isCalled || !isProduct) {
      const split = isCalled ? undefined : this.#factors(call)
      return split ? product(split, only!) : read
    }
    if (attributes.length > 0 || !only || others.length > 0)
      throw new Ambiguity(`\`${written}\` is a value, not a function`, call.range)
    return product(this.#factor(call), only)
  }

  /** What stands before the brackets, as a value. */
  #factor({ name, stem, subscripts, range }: CallExpression): NameExpression {
    const own: Range = [range[0], range[0] + name.length]
    return { kind: 'name', name, ...(stem && { stem }), ...(subscripts && { subscripts }), range: own }
  }

  /** A word before brackets as a product of letters, where nothing else declares it. */
  #factors(call: CallExpression): Expression | undefined {
    if (call.arguments.length !== 1 || call.attributes.length > 0) return undefined
    const factor = this.#factor(call)
    const read = this.#name(factor)
    return read === factor ? undefined : read
  }

  #binary({ isBar, ...expression }: Binary): Expression {
    const { operator } = expression
    const label = operator === '^' ? this.#labelled(expression) : undefined
    if (label) return label
    const right = this.read(expression.right)
    if (operator === '^' && this.#isEuler(expression.left)) {
      const { range } = expression
      return { kind: 'call', name: 'exp', attributes: [], arguments: [right], range }
    }
    if (operator === '^') return this.#marked(expression.left, left => ({ ...expression, left, right }))
    const applied = operator === 'product' ? this.#appliedToList(expression) : undefined
    if (applied) return applied
    const left = this.read(expression.left)
    if (operator === '/' && !isBar && isHidden(right, expression.right) && expression.right.kind === 'call')
      throw new Ambiguity(
        `what is divided by here: write \`/ (${printExpression(right)})\`, or \`*\` for a product`,
        expression.right.range,
      )
    if (operator === 'product' && isHidden(right, expression.right))
      return product({ ...expression, left, right: right.left }, right.right)
    return { ...expression, left, right }
  }

  /** `\mathrm{tr}\left[ A B \right]`: a function before a list is applied to what is in it. */
  #appliedToList({ left, right, range }: Binary): Expression | undefined {
    const { isFunction, isValue } = this.#declarations
    if (left.kind !== 'name' || right.kind !== 'list' || !isFunction(left.name) || isValue(left.name))
      return undefined
    const { kind: _, range: __, ...id } = left
    return this.#call({ kind: 'call', ...id, attributes: [], arguments: right.items, range })
  }

  /** `e^x` is the exponential of x, unless something is called e. */
  #isEuler(base: Expression): boolean {
    return base.kind === 'name' && base.name === 'e' && !this.#declarations.isValue('e')
  }

  /** `W^Q` where that is declared, under this spelling. */
  #labelled({ left, right, range }: Binary): Expression | undefined {
    if (left.kind !== 'name') return undefined
    const isLabel = right.kind === 'name' || right.kind === 'number'
    if (!isLabel) return undefined
    const label = printExpression(right)
    const candidate: NameExpression = {
      ...left,
      name: `${left.name}^${label}`,
      stem: left.stem ?? left.name,
      label,
      range,
    }
    const { isValue } = this.#declarations
    const isLabelled = ({ name, stem }: NameExpression) => isValue(name) || isValue(`${stem}^${label}`)
    if (isLabelled(candidate)) return candidate
    // `QW^Q` is Q W^Q.
    const letters = this.#lettersOf(left)
    const last = letters?.at(-1)
    if (!letters || !last) return undefined
    const own: NameExpression = {
      ...last,
      name: `${last.name}^${label}`,
      stem: last.stem ?? last.name,
      label,
      range: [last.range[0], range[1]],
    }
    const before = letters.slice(0, -1)
    return isLabelled(own) && before.every(({ name }) => isValue(name))
      ? productOf([...before, own])
      : undefined
  }
}

type Product = Binary & { readonly operator: 'product' }

function isProduct(expression: Expression): expression is Product {
  return expression.kind === 'binary' && expression.operator === 'product'
}

/** Whether a product shows only by what is declared. */
function isHidden(read: Expression, given: Expression): read is Product {
  const isGroup = 'isGroup' in given && given.isGroup === true
  return isProduct(read) && !isProduct(given) && !isGroup
}

function product(left: Expression, right: Expression): Product {
  return { kind: 'binary', operator: 'product', left, right, range: [left.range[0], right.range[1]] }
}

function productOf(factors: readonly NameExpression[]): Expression {
  return factors.slice(1).reduce<Expression>(product, factors[0]!)
}
