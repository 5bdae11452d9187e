import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, isPolynomial, multiply } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Expression, NameExpression } from '../math/expression.js'
import { blockMatrix } from './blocks.js'
import { callOf } from './calls.js'
import type { Environment, ExampleReading } from './elaborate.js'
import { asClass, elementOf } from './elements.js'
import { type BoundIndex, firstPlace, sizeOfIndex } from './indices.js'
import { concatenated, counted } from './joined.js'
import { Misfit } from './misfit.js'
import { AxisBuilder, batchAxis, ownRank, type Placed } from './named-axes.js'
import { isOnes, onesIn, onesOf } from './ones.js'
import { reduce } from './reduce.js'
import { dot, nameOf, subscriptText } from './spelled-names.js'
import { identityBeside, identityMatrix, isIdentity, powerOfMatrix } from './square.js'
import { arithmetic, constants, signs } from './vocabulary.js'

/** A tensor with named axes, or a number, a size, a text or a list. */
export type Value = Placed | Attribute

export function isPlaced(value: Value): value is Placed {
  return typeof value === 'object' && value !== null && 'node' in value
}

/** A vector of several numbers that does not stand as a row. */
const isColumn = (value: Placed): boolean =>
  ownRank(value) === 1 && !value.isRow && value.node.type.shape?.at(-1) !== 1

/** Families of more values are not put together. */
const mostMembers = 1000

/** Builds the graph of one expression. Every failure is a `Misfit` with the part that it is about. */
export class Elaborator {
  readonly environment: Environment
  readonly builder: GraphBuilder
  readonly axes: AxisBuilder
  readonly #indices: ReadonlyMap<string, BoundIndex>
  readonly #locals: ReadonlyMap<string, Value>
  /** How many definitions are open around it. */
  readonly depth: number

  constructor(
    environment: Environment,
    builder: GraphBuilder,
    indices: ReadonlyMap<string, BoundIndex> = new Map(),
    locals: ReadonlyMap<string, Value> = new Map(),
    depth = 0,
  ) {
    this.environment = environment
    this.builder = builder
    this.axes = new AxisBuilder(builder, environment.example?.inferring)
    this.#indices = indices
    this.#locals = locals
    this.depth = depth
  }

  /** The same with more indices bound. */
  binding(indices: readonly BoundIndex[]): Elaborator {
    const all = new Map([...this.#indices, ...indices.map(index => [index.name, index] as const)])
    return new Elaborator(this.environment, this.builder, all, this.#locals, this.depth)
  }

  /** The same with another name for a value. */
  naming(name: string, value: Value): Elaborator {
    const locals = new Map([...this.#locals, [name, value] as const])
    return new Elaborator(this.environment, this.builder, this.#indices, locals, this.depth)
  }

  /** For what a definition stands for, of which nothing around is seen but what it is given. */
  inside(
    example: ExampleReading,
    indices: ReadonlyMap<string, BoundIndex>,
    locals: ReadonlyMap<string, Value>,
  ): Elaborator {
    return new Elaborator({ ...this.environment, example }, this.builder, indices, locals, this.depth + 1)
  }

  index(name: string): BoundIndex | undefined {
    return this.#indices.get(name)
  }

  tensor(expression: Expression): Placed {
    return this.placed(this.value(expression))
  }

  placed(value: Value): Placed {
    if (isPlaced(value)) return value
    if (!isDimension(value)) throw new Misfit('expected a tensor or a number')
    return { node: this.axes.node('scalar', [], { value }), axes: [] }
  }

  /** A number or a size, as bounds of sums and slices are. */
  size(expression: Expression): Dimension {
    const value = this.value(expression)
    if (isDimension(value)) return value
    throw new Misfit('expected a number or a size', expression.range)
  }

  value(expression: Expression): Value {
    try {
      const value = this.#value(expression)
      if (isPlaced(value)) this.environment.example?.onValue?.(expression, value.node)
      return value
    } catch (problem) {
      if (problem instanceof Misfit) problem.range ??= expression.range
      throw problem
    }
  }

  #value(expression: Expression): Value {
    switch (expression.kind) {
      case 'number':
      case 'text':
        return expression.value
      case 'name':
        return this.#name(expression)
      case 'list':
        return this.#list(expression.items)
      case 'matrix':
        return blockMatrix(this, expression)
      case 'negate': {
        const value = this.value(expression.operand)
        return isDimension(value) ? multiply(-1, value) : this.#elementwise('negate', [value])
      }
      case 'transpose':
        return this.#transpose(this.tensor(expression.operand))
      case 'absolute':
        return this.#elementwise('absolute', [this.value(expression.operand)])
      case 'binary':
        return this.#binary(expression)
      case 'call':
        return callOf(this, expression)
      case 'reduce':
        return reduce(this, expression)
      case 'element':
        return elementOf(this, this.tensor(expression.operand), expression.at, expression.from === 0)
      case 'slice':
        throw new Misfit('a range stands in brackets behind a name: `x[2:5]`')
      case 'set':
        throw new Misfit('a set stands where an index runs over it: `\\sum_{u \\in S} x_u`')
      case 'ellipsis':
        throw new Misfit('`…` stands between two numbered values: `x_1, …, x_n`')
      case 'family':
        throw new Misfit('`for` stands behind an equation')
    }
  }

  /** What is defined under a name, without indices. */
  defined(name: string): Value | undefined {
    const local = this.#locals.get(name)
    if (local !== undefined) return local
    const given = this.environment.value(name)
    if (given === undefined) return constants.get(name)
    return typeof given === 'object' && given !== null && 'op' in given ? this.given(given) : given
  }

  /** A whole tensor as a value of an equation. */
  given(node: Node): Placed {
    return { node, axes: this.environment.example?.hasBatch(node) ? [batchAxis] : [] }
  }

  #name(name: NameExpression): Value {
    const index = name.subscripts ? undefined : this.index(name.name)
    if (index) return this.#counted(index)
    const found = this.lookup(name)
    const member = found ? undefined : this.#member(name)
    if (member) return member
    if (!found && this.environment.example && isIdentity(name)) return identityMatrix(this, name)
    if (!found && this.environment.example && isOnes(name)) return onesOf(this, name)
    if (!found) throw new Misfit(`\`${name.name}\` is not defined`)
    if (found.rest.length === 0) return found.value
    return elementOf(this, this.placed(found.value), found.rest, false)
  }

  /**
   * What the longest part of a name stands for that is defined, and the subscripts that are left. Two readings that both
   * hold are a problem.
   */
  lookup(name: NameExpression): { readonly value: Value; readonly rest: readonly Expression[] } | undefined {
    const { stem, subscripts = [], label } = name
    if (!stem) {
      const value = this.defined(name.name)
      return value === undefined ? undefined : { value, rest: [] }
    }
    const groups = subscripts.map(items => items.map(item => this.numbered(item)))
    // `h_L` is the last of `h_1, …, h_L`, unless something is called that.
    const bySize = subscripts.map(items => items.map(item => this.numbered(item, true)))
    let first: { readonly value: Value; readonly rest: readonly Expression[] } | undefined
    for (let count = groups.length; count >= 0; count--) {
      const rest = subscripts.slice(count).flat()
      // What is found by its whole name has another reading only if the rest are indices.
      const isIndexed = rest.every(item => item.kind === 'name' && this.index(item.name))
      if (first && !isIndexed) continue
      const value =
        this.defined(nameOf(stem, groups.slice(0, count), label)) ??
        this.defined(nameOf(stem, bySize.slice(0, count), label))
      if (value === undefined) continue
      if (first)
        throw new Misfit(`\`${name.name}\` may be a value of that name or a place of another: rename one`)
      first = { value, rest }
      if (rest.length > 0) break
    }
    return first
  }

  /** A subscript with the numbers of the indices that stand for one value at a time, and of sizes if they count. */
  numbered(item: Expression, withSizes = false): string {
    const value = this.#number(item, withSizes)
    return value === undefined ? subscriptText(item) : String(value)
  }

  #number(item: Expression, withSizes: boolean): number | undefined {
    const { example } = this.environment
    if (item.kind === 'number') return item.value
    if (item.kind === 'name') {
      const size = withSizes ? example?.size?.(item.name) : undefined
      return example?.numbers?.get(item.name) ?? (typeof size === 'number' ? size : undefined)
    }
    if (item.kind !== 'binary') return undefined
    const [left, right] = [this.#number(item.left, withSizes), this.#number(item.right, withSizes)]
    const exact = arithmetic[item.operator]
    if (!exact || left === undefined || right === undefined) return undefined
    const result = exact(left, right)
    return typeof result === 'number' ? result : undefined
  }

  /** The values that an index takes, as a tensor along its axis. */
  #counted(index: BoundIndex): Placed {
    const size = sizeOfIndex(index)
    if (size === undefined)
      throw new Misfit(
        `the range of \`${index.name}\` is not known here: write \`\\sum_{${index.name}=1}^{n}\`, or \`for ${index.name} = 1, …, n\` behind the equation`,
      )
    const start = index.first ?? firstPlace(index)
    return { node: this.axes.node('range', [], { start, size }), axes: [index.name] }
  }

  #list(items: readonly Expression[]): Value {
    const values = items.map(item => this.value(item))
    if (!values.some(isPlaced)) return (values as Attribute[]).flat()
    if (!this.environment.example) throw new Misfit('a list may hold numbers only')
    const [only, ...others] = values
    if (others.length === 0) return only!
    return concatenated(
      this.axes,
      values.map(value => this.placed(value)),
    )
  }

  #elementwise(op: string, operands: readonly Value[], attributes = {}): Placed {
    return this.axes.elementwise(
      op,
      operands.map(operand => this.placed(operand)),
      attributes,
    )
  }

  #transpose(value: Placed): Placed {
    const rank = ownRank(value)
    if (this.environment.example && rank === 0) return value
    if (this.environment.example && rank === 1) return { ...value, isRow: !value.isRow }
    return { node: this.axes.node('transpose', [value.node]), axes: value.axes }
  }

  #binary(expression: Extract<Expression, { kind: 'binary' }>): Value {
    const { operator, left: first, right: second, range } = expression
    const isSum = this.environment.example !== undefined && (operator === '+' || operator === '-')
    const ofOnes = this.environment.example && onesIn(this, expression)
    if (ofOnes) return ofOnes
    const left = (isSum && identityBeside(this, first, () => this.value(second))) || this.value(first)
    const right = (isSum && identityBeside(this, second, () => left)) || this.value(second)
    const exact = arithmetic[operator]
    if (exact && isDimension(left) && isDimension(right)) return exact(left, right)
    if (operator !== 'product') {
      const op = signs[operator]
      if (!op) throw new Misfit('expected a value here, not what one is drawn from or becomes', range)
      const matrix =
        op === 'power' && this.environment.example
          ? powerOfMatrix(this, { value: left, written: first }, right)
          : undefined
      if (matrix) return matrix
      const isEquality = this.environment.example !== undefined && ['equal', 'notEqual'].includes(op)
      const [one, other] = isEquality ? [asClass(this, first, right), asClass(this, second, left)] : []
      return this.#elementwise(op, [one ?? left, other ?? right])
    }
    if (this.environment.example) {
      const factors = [this.placed(left), this.placed(right)] as const
      const isDefined = expression.isDot && this.environment.example.definition(dot)
      return isDefined && factors.every(isColumn)
        ? callOf(this, { kind: 'call', name: dot, attributes: [], arguments: [first, second], range })
        : this.axes.product(...factors, expression.isDot)
    }
    const isMatrix = isPlaced(right) && (right.node.type.shape?.length ?? 2) >= 2
    const isScalar = !isPlaced(left) || left.node.type.shape?.length === 0
    return this.#elementwise(isMatrix && !isScalar ? 'matMul' : 'multiply', [left, right])
  }

  /** `f_i` where i counts and each `f_1`, `f_2`, … is a value of its own. */
  #member({ stem, subscripts = [], label }: NameExpression): Placed | undefined {
    const last = subscripts.at(-1)
    const [only] = last ?? []
    const index = last?.length === 1 && only?.kind === 'name' ? this.index(only.name) : undefined
    const size = index && sizeOfIndex(index)
    if (!stem || !index || typeof size !== 'number' || size > mostMembers) return undefined
    const from = index.first ?? 1
    const before = subscripts.slice(0, -1).map(items => items.map(item => this.numbered(item)))
    const members = Array.from({ length: size }, (_, k) =>
      this.defined(nameOf(stem, [...before, [String(Number(from) + k)]], label)),
    )
    if (members.length === 0 || !members.every(member => member !== undefined)) return undefined
    return counted(
      this.axes,
      members.map(member => this.placed(member)),
      index.name,
    )
  }
}

export function isDimension(value: Value): value is Dimension {
  return typeof value === 'number' || isPolynomial(value)
}
