import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, isPolynomial, multiply } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { CallExpression, Expression, NameExpression } from '../math/expression.js'
import { printExpression } from '../math/print.js'
import { blockMatrix } from './blocks.js'
import type { Environment } from './elaborate.js'
import { asClass, elementOf } from './elements.js'
import { type BoundIndex, firstPlace, sizeOfIndex } from './indices.js'
import { concatenated, counted } from './joined.js'
import { Misfit } from './misfit.js'
import { AxisBuilder, batchAxis, ownRank, type Placed } from './named-axes.js'
import { reduce } from './reduce.js'
import { nameOf, outerSubscripts, subscriptText } from './spelled-names.js'
import { identityBeside, identityMatrix, isIdentity, powerOfMatrix } from './square.js'
import { opTable } from './table.js'
import { arithmetic, constants, measures, ofSeveral, opNamed, signs } from './vocabulary.js'

/** A tensor with named axes, or a number, a size, a text or a list. */
export type Value = Placed | Attribute

export function isPlaced(value: Value): value is Placed {
  return typeof value === 'object' && value !== null && 'node' in value
}

/** Definitions that call one another deeper than this are refused. */
const deepestCalls = 60

/** More values between two are refused. */
const mostBetween = 1000

/** Builds the graph of one expression. Every failure is a `Misfit` with the part that it is about. */
export class Elaborator {
  readonly environment: Environment
  readonly builder: GraphBuilder
  readonly axes: AxisBuilder
  readonly #indices: ReadonlyMap<string, BoundIndex>
  readonly #locals: ReadonlyMap<string, Value>
  readonly #depth: number

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
    this.#depth = depth
  }

  /** The same with more indices bound. */
  binding(indices: readonly BoundIndex[]): Elaborator {
    const all = new Map([...this.#indices, ...indices.map(index => [index.name, index] as const)])
    return new Elaborator(this.environment, this.builder, all, this.#locals, this.#depth)
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
        return this.#call(expression)
      case 'reduce':
        return reduce(this, expression)
      case 'element':
        return elementOf(this, this.tensor(expression.operand), expression.at, expression.from === 0)
      case 'slice':
        throw new Misfit('a range stands in brackets behind a name: `x[2:5]`')
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
    return typeof given === 'object' && given !== null && 'op' in given ? this.#given(given) : given
  }

  #given(node: Node): Placed {
    return { node, axes: this.environment.example?.hasBatch(node) ? [batchAxis] : [] }
  }

  #name(name: NameExpression): Value {
    const index = name.subscripts ? undefined : this.index(name.name)
    if (index) return this.#counted(index)
    const found = this.lookup(name)
    const member = found ? undefined : this.#member(name)
    if (member) return member
    if (!found && this.environment.example && isIdentity(name)) return identityMatrix(this, name)
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
    const groups = subscripts.map(items => items.map(item => this.#numbered(item)))
    // `h_L` is the last of `h_1, …, h_L`, unless something is called that.
    const bySize = subscripts.map(items => items.map(item => this.#numbered(item, true)))
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
  #numbered(item: Expression, withSizes = false): string {
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
        `the range of \`${index.name}\` is not known here: write \`\\sum_{${index.name}=1}^{n}\``,
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

  #binary({ operator, left: first, right: second, range }: Extract<Expression, { kind: 'binary' }>): Value {
    const isSum = this.environment.example !== undefined && (operator === '+' || operator === '-')
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
    if (this.environment.example) return this.axes.product(this.placed(left), this.placed(right))
    const isMatrix = isPlaced(right) && (right.node.type.shape?.length ?? 2) >= 2
    const isScalar = !isPlaced(left) || left.node.type.shape?.length === 0
    return this.#elementwise(isMatrix && !isScalar ? 'matMul' : 'multiply', [left, right])
  }

  #call(call: CallExpression): Value {
    const args = this.#arguments(call.arguments)
    const definition = this.#definition(call)
    if (definition) return this.#apply(call, definition.name, args)
    const inputs = args.map(arg => this.placed(arg))
    const measure = Object.hasOwn(measures, call.name) ? measures[call.name] : undefined
    if (measure && inputs[0] && inputs.length === 1) {
      const own = this.environment.apply?.(call.name, [inputs[0].node], {})
      if (own === undefined) {
        const given = call.attributes.map(({ value }) => this.value(value))
        return measure(inputs[0].node, given)
      }
      if (isProblem(own)) throw new Misfit(own.problem)
      return this.#given(own)
    }
    return this.#operation(call, inputs)
  }

  /** The arguments, with what `…` stands for between two numbered values. */
  #arguments(items: readonly Expression[]): readonly Value[] {
    return items.flatMap((item, i): readonly Value[] => {
      if (items[i - 1]?.kind === 'ellipsis') return []
      return item.kind === 'ellipsis' ? this.#between(item, items[i - 1], items[i + 1]) : [this.value(item)]
    })
  }

  /** The values from behind one numbered value up to another. */
  #between(
    item: Expression,
    before: Expression | undefined,
    after: Expression | undefined,
  ): readonly Value[] {
    if (before?.kind !== 'name' || after?.kind !== 'name' || !before.stem) return [this.value(item)]
    const [from, to] = [before, after].map(({ subscripts }) => {
      const last = subscripts?.at(-1)?.[0]
      return last && this.size(last)
    })
    if (typeof from !== 'number' || typeof to !== 'number' || to - from > mostBetween)
      throw new Misfit('how many values `…` stands for is not known as a number', item.range)
    return Array.from({ length: Math.max(0, to - from) }, (_, k) => {
      const name = nameOf(before.stem!, [...outerSubscripts(before), [String(from + 1 + k)]], before.label)
      const value = this.defined(name)
      if (value === undefined) throw new Misfit(`\`${name}\` is not defined`, item.range)
      return value
    })
  }

  /** The function of the paper's that a call names, numbers in its subscripts filled in. */
  #definition(call: CallExpression) {
    const example = this.environment.example
    if (!example) return undefined
    const { stem, subscripts } = call
    const name =
      stem && subscripts
        ? nameOf(
            stem,
            subscripts.map(items => items.map(item => this.#numbered(item))),
          )
        : call.name
    return example.definition(name) ? { name } : undefined
  }

  #apply(call: CallExpression, name: string, args: readonly Value[]): Value {
    const { parameters, body, numbers } = this.environment.example!.definition(name)!
    if (args.length !== parameters.length)
      throw new Misfit(`\`${name}\` takes ${parameters.length} arguments, not ${args.length}`)
    if (this.#depth >= deepestCalls) throw new Misfit(`\`${name}\` calls itself`)
    const locals = new Map(parameters.map((parameter, i) => [parameter, args[i]!] as const))
    // What counts goes on counting inside.
    const counters = parameters.flatMap((parameter, i) => {
      const given = call.arguments[i]
      const index = given?.kind === 'name' && !given.subscripts ? this.index(given.name) : undefined
      return index ? [[parameter, index] as const] : []
    })
    const example = { ...this.environment.example!, ...(numbers && { numbers }) }
    const inner = new Elaborator(
      { ...this.environment, example },
      this.builder,
      new Map(counters),
      locals,
      this.#depth + 1,
    )
    try {
      const value = inner.value(body)
      if (isPlaced(value))
        example.onApplied?.(
          name,
          value.node,
          args.filter(isPlaced).map(arg => arg.node),
        )
      return value
    } catch (problem) {
      if (problem instanceof Misfit)
        throw new Misfit(
          `${problem.message}, in \`${name}(${parameters.join(', ')}) = ${printExpression(body)}\``,
          call.range,
        )
      throw problem
    }
  }

  #operation(call: CallExpression, inputs: readonly Placed[]): Placed {
    const over = this.#over(call)
    const name = over.length > 0 ? call.stem! : call.name
    const opName = opNamed(name)
    const several =
      inputs.length > 1 && opName !== undefined && Object.hasOwn(ofSeveral, opName)
        ? ofSeveral[opName]
        : undefined
    if (several)
      return inputs
        .slice(1)
        .reduce((left, right) => this.axes.elementwise(several, [left, right]), inputs[0]!)
    const op = opName === undefined ? undefined : opTable[opName]
    const given = this.#attributes(call, op ? Object.keys(op.attributes) : [])
    const own = this.environment.apply?.(
      name,
      inputs.map(({ node }) => node),
      given,
    )
    if (own !== undefined) {
      if (isProblem(own)) throw new Misfit(own.problem)
      if (inputs.some(({ axes }) => axes.some(axis => axis !== batchAxis)))
        throw new Misfit(`\`${name}\` of a value with indices is not known: take the places of the result`)
      return this.#given(own)
    }
    if (opName === undefined || !op) throw new Misfit(`there is no function \`${name}\``, undefined, name)
    const [only, ...others] = inputs
    if (over.length > 0) {
      if (!only || others.length > 0 || over.length > 1 || op.attributes.axis?.default !== -1)
        throw new Misfit(`\`${name}\` is not taken over indices`)
      const index = over[0]!
      const last = this.axes.asLast(only, index.name)
      const node = this.axes.node(opName, [last.node], { ...given, axis: -1 })
      const rank = node.type.shape!.length
      const permutation = [...last.axes.keys(), rank - 1, ...range(last.axes.length, rank - 1)]
      const isInPlace = permutation.every((axis, i) => axis === i)
      const moved = isInPlace ? node : this.axes.node('transpose', [node], { permutation })
      return { node: moved, axes: [...last.axes, index.name] }
    }
    if (op.elementwise) return this.axes.elementwise(opName, inputs, given)
    if (opName === 'concat' && given.axis === undefined && this.environment.example)
      return concatenated(this.axes, inputs)
    return this.#wholeTensors(name, opName, inputs, given)
  }

  /** `f_i` where i counts and each `f_1`, `f_2`, … is a value of its own. */
  #member({ stem, subscripts = [], label }: NameExpression): Placed | undefined {
    const last = subscripts.at(-1)
    const [only] = last ?? []
    const index = last?.length === 1 && only?.kind === 'name' ? this.index(only.name) : undefined
    const size = index && sizeOfIndex(index)
    if (!stem || !index || typeof size !== 'number' || size > mostBetween) return undefined
    const from = index.first ?? 1
    const before = subscripts.slice(0, -1).map(items => items.map(item => this.#numbered(item)))
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

  /** An op that reads along axes: those of the tensors, or counted from the last where indices stand in front. */
  #wholeTensors(
    name: string,
    opName: string,
    inputs: readonly Placed[],
    given: Record<string, Attribute>,
  ): Placed {
    const op = opTable[opName]!
    const node = this.axes.node(
      opName,
      inputs.map(input => input.node),
      given,
    )
    const axes = this.axes.union(inputs)
    if (axes.every(axis => axis === batchAxis)) return this.#given(node)
    const [only, ...others] = inputs
    const kinds = Object.entries(op.attributes).filter(([, { kind }]) => kind === 'axis' || kind === 'axes')
    const places = kinds.flatMap(([key]) => node.attributes[key] as Attribute)
    const isWithin =
      only &&
      others.length === 0 &&
      places.length > 0 &&
      places.every(place => typeof place === 'number' && place < 0 && place >= -ownRank(only))
    if (!isWithin)
      throw new Misfit(`\`${name}\` of a value with indices is not known: take the places of the result`)
    return { node, axes }
  }

  /** The indices in the subscript of a function: `softmax_j(S_{ij})`. */
  #over({ stem, subscripts }: CallExpression): readonly BoundIndex[] {
    if (!stem || !subscripts) return []
    const all = subscripts.flat().map(item => (item.kind === 'name' ? this.index(item.name) : undefined))
    return all.every(index => index !== undefined) ? (all as readonly BoundIndex[]) : []
  }

  #attributes(call: CallExpression, positions: readonly string[]): Record<string, Attribute> {
    const given: Record<string, Attribute> = {}
    for (const [i, attribute] of call.attributes.entries()) {
      const key = attribute.name ?? positions[i]
      if (key === undefined) throw new Misfit(`\`${call.name}\` takes ${positions.length} attributes`)
      const value = this.value(attribute.value)
      if (isPlaced(value))
        throw new Misfit(
          `the attribute \`${key}\` of \`${call.name}\` must be a number, not a tensor`,
          attribute.value.range,
        )
      given[key] = value
    }
    return given
  }
}

export function isDimension(value: Value): value is Dimension {
  return typeof value === 'number' || isPolynomial(value)
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)
