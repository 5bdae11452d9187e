import { equals, isPolynomial } from '../graph/dimension.js'
import { type Expression, type IndexRange, partsOf, type Range } from '../math/expression.js'
import { type Elaborator, isDimension, type Value } from './elaborator.js'
import { elementOf } from './elements.js'
import { type BoundIndex, indicesIn, rangeOn, sizeOfIndex } from './indices.js'
import { Misfit } from './misfit.js'
import { batchAxis, ownRank, type Placed } from './named-axes.js'

type Reduction = Extract<Expression, { kind: 'reduce' }>

/** The op of each big operator, and what stands where a condition does not hold. */
const operators: Readonly<Record<Reduction['operator'], { readonly op: string; readonly neutral?: number }>> =
  {
    sum: { op: 'sum', neutral: 0 },
    product: { op: 'product', neutral: 1 },
    max: { op: 'max', neutral: Number.NEGATIVE_INFINITY },
    min: { op: 'min', neutral: Number.POSITIVE_INFINITY },
    mean: { op: 'mean' },
    argMax: { op: 'argMax', neutral: Number.NEGATIVE_INFINITY },
    argMin: { op: 'argMin', neutral: Number.POSITIVE_INFINITY },
  }

/** Operators that give a place, counted from 0 as labels are. */
const places: ReadonlySet<Reduction['operator']> = new Set(['argMax', 'argMin'])

/** `\sum_{i=1}^{n} x_i y_i`: the axes that the indices count go; sums of products become one contraction. */
export function reduce(outer: Elaborator, expression: Reduction): Value {
  const { operator, body, range } = expression
  const bounds = expression.indices.map(entry => boundsOf(outer, entry, range))
  const indices = bounds.map(({ index }) => index)
  const named = bounds.flatMap(({ member }) => member ?? [])
  const conditions = [
    ...(expression.condition ? [expression.condition] : []),
    ...bounds.flatMap(entry => entry.conditions),
  ]
  const condition = conditions.length > 0 ? conditions.reduce(both) : undefined
  const inner = named.reduce((all, { name, of, at }) => {
    const place: Expression = { kind: 'name', name: at, range }
    return all.naming(name, elementOf(all, of, [place], false))
  }, outer.binding(indices))
  learnSizes(inner, [...(expression.condition ? [expression.condition] : []), body])
  // What another index is a bound of counts along the same axis.
  for (const { index, by } of bounds) {
    const size = sizeOfIndex(index)
    if (by && size !== undefined && sizeOfIndex(by) === undefined) by.size = size
  }
  const contracted = operator === 'sum' && !condition ? contract(inner, body, indices) : undefined
  if (contracted) return contracted
  const { op, neutral } = operators[operator]
  const plain = inner.tensor(body)
  const whole = condition ? where(inner, condition, plain, neutral) : plain
  const counted = indices.map(index => axisOf(whole, index))
  const axes = counted.filter(axis => axis >= 0)
  if (places.has(operator) && (axes.length !== 1 || indices.length !== 1))
    throw new Misfit('the place of the largest or the smallest value is taken along one index', range)
  const over = places.has(operator) ? { axis: axes[0]! } : { axes, keepDims: false }
  const node = axes.length > 0 ? inner.axes.node(op, [whole.node], over) : whole.node
  const left: Placed = { node, axes: whole.axes.filter((_, i) => !axes.includes(i)) }
  return indices.reduce(
    (value, index, i) => (counted[i]! < 0 ? repeated(inner, value, operator, index) : value),
    left,
  )
}

/** What stands before the name of a member of a set, in that of the index which counts the members. */
const memberIndex = '∈'

/** An index that runs over the rows of a tensor, which are called by its name in the body: `\sum_{x \in S} ‖x‖`. */
interface Member {
  readonly name: string
  readonly of: Placed
  readonly at: string
}

/** An index with its range. A bound that depends on another index, as in `\\sum_{j=i+1}^{n}`, is a condition. */
function boundsOf(
  outer: Elaborator,
  { index: name, first: from, last: to, set }: IndexRange,
  range: Range,
): {
  readonly index: BoundIndex
  readonly conditions: readonly Expression[]
  readonly by?: BoundIndex
  readonly member?: Member
} {
  if (set) {
    const of = outer.value(set)
    if (isDimension(of)) return { index: { name, range, first: 1, last: of }, conditions: [] }
    const at = `${memberIndex}${name}`
    return { index: { name: at, range }, conditions: [], member: { name, of: outer.placed(of), at } }
  }
  const isOpen = (bound: Expression | undefined) => bound !== undefined && dependsOnIndex(outer, bound)
  if (!from && !to) return { index: { name, range }, conditions: [] }
  if (to && !isOpen(from) && !isOpen(to)) {
    const first = from ? outer.size(from) : 1
    return { index: { name, range, first, last: outer.size(to) }, conditions: [] }
  }
  const own: Expression = { kind: 'name', name, range }
  const first = from && !isOpen(from) ? outer.size(from) : undefined
  const compared = (operator: '>=' | '<=', bound: Expression): Expression => ({
    kind: 'binary',
    operator,
    left: own,
    right: bound,
    range,
  })
  const by = [from, to].flatMap(bound => (bound?.kind === 'name' ? (outer.index(bound.name) ?? []) : []))[0]
  const size = to && !isOpen(to) ? outer.size(to) : undefined
  return {
    index: { name, range, ...(first === 0 && { first }), ...(size !== undefined && { size }) },
    conditions: [
      ...(from && first !== 0 && first !== 1 ? [compared('>=', from)] : []),
      ...(to && isOpen(to) ? [compared('<=', to)] : []),
    ],
    ...(by && { by }),
  }
}

function dependsOnIndex(elaborator: Elaborator, bound: Expression): boolean {
  if (bound.kind === 'name' && !bound.subscripts) return elaborator.index(bound.name) !== undefined
  return partsOf(bound).some(part => dependsOnIndex(elaborator, part))
}

/** Both of two conditions. */
export const both = (left: Expression, right: Expression): Expression => ({
  kind: 'call',
  name: 'logicalAnd',
  attributes: [],
  arguments: [left, right],
  range: right.range,
})

function axisOf({ axes }: Placed, { name }: BoundIndex): number {
  return axes.indexOf(name)
}

function where(inner: Elaborator, condition: Expression, value: Placed, neutral: number | undefined): Placed {
  if (neutral === undefined)
    throw new Misfit('a mean under a condition is not known: divide a sum by a count')
  return inner.axes.elementwise('where', [inner.tensor(condition), value, inner.placed(neutral)])
}

/** What does not depend on the index counts as often as it has values. */
function repeated(
  inner: Elaborator,
  value: Placed,
  operator: Reduction['operator'],
  index: BoundIndex,
): Placed {
  if (operator !== 'sum' && operator !== 'product') return value
  const size = sizeOfIndex(index)
  if (size === undefined)
    throw new Misfit(`\`${index.name}\` counts nothing here, and its range is not given`, index.range)
  const count = inner.placed(size)
  return operator === 'sum'
    ? inner.axes.elementwise('multiply', [count, value])
    : inner.axes.elementwise('power', [value, count])
}

/** The factors of a product, however they are multiplied. */
function factorsOf(expression: Expression): readonly Expression[] {
  return expression.kind === 'binary' && (expression.operator === 'product' || expression.operator === '*')
    ? [...factorsOf(expression.left), ...factorsOf(expression.right)]
    : [expression]
}

/** A sum over a product of several places of tensors, as one Einstein summation. */
function contract(inner: Elaborator, body: Expression, indices: readonly BoundIndex[]): Placed | undefined {
  const factors = factorsOf(body)
  if (factors.length < 2) return undefined
  const values = factors.map(factor => inner.tensor(factor))
  if (values.some(value => ownRank(value) > 0)) return undefined
  const depends = (value: Placed) => indices.some(({ name }) => value.axes.includes(name))
  const inside = values.filter(depends)
  const isEach = indices.every(({ name }) => inside.some(({ axes }) => axes.includes(name)))
  if (inside.length < 2 || !isEach) return undefined
  const union = inner.axes.union(inside)
  const letters = new Map(union.map((name, i) => [name, String.fromCharCode(97 + i)]))
  const kept = union.filter(name => !indices.some(index => index.name === name))
  const spelled = (names: readonly string[]) => names.map(name => letters.get(name)).join('')
  const equation = `${inside.map(({ axes }) => spelled(axes)).join(',')}->${spelled(kept)}`
  const node = inner.axes.node(
    'einsum',
    inside.map(value => value.node),
    { equation },
  )
  const product: Placed = { node, axes: kept }
  return values
    .filter(value => !depends(value))
    .reduce((whole, factor) => inner.axes.elementwise('multiply', [factor, whole]), product)
}

/** Finds the sizes of indices by the axes that they count, before anything else needs them. */
export function learnSizes(elaborator: Elaborator, expressions: readonly Expression[]): void {
  const pending = [...expressions]
  for (let current = pending.pop(); current; current = pending.pop()) {
    pending.push(...partsOf(current))
    if (current.kind === 'element' && current.from === undefined) {
      const operand = known(elaborator, current.operand)
      if (operand) learnFrom(elaborator, operand, current.at)
    }
    if (current.kind !== 'name' || !current.subscripts) continue
    const found = elaborator.lookup(current)
    if (!found || typeof found.value !== 'object' || found.value === null || !('node' in found.value))
      continue
    learnFrom(elaborator, found.value, found.rest)
  }
}

/** A value that can be computed while sizes of indices are not known. */
function known(elaborator: Elaborator, expression: Expression): Placed | undefined {
  try {
    return elaborator.tensor(expression)
  } catch (problem) {
    if (problem instanceof Misfit) return undefined
    throw problem
  }
}

function learnFrom(elaborator: Elaborator, value: Placed, items: readonly Expression[]): void {
  const places = items.flatMap(
    (item): readonly (BoundIndex | undefined)[] =>
      indicesIn(item, name => elaborator.index(name)) ?? [undefined],
  )
  const shape = value.node.type.shape ?? []
  const first = places[0]
  const batch = value.axes.includes(batchAxis) ? shape[0] : undefined
  const size = first && sizeOfIndex(first)
  const isWhole =
    places.length === ownRank(value) + 1 ||
    first?.isBatch === true ||
    (isPolynomial(batch) && size !== undefined && equals(size, batch))
  const start = value.axes.length - (batch !== undefined && isWhole ? 1 : 0)
  for (const [i, index] of places.entries()) {
    const axis = shape[start + i]
    if (!index || axis === undefined || sizeOfIndex(index) !== undefined) continue
    rangeOn({ index, offset: 0 }, axis)
    if (start === 0 && i === 0 && batch !== undefined) index.isBatch = true
  }
}
