import { type Dimension, equals, isPolynomial, subtract } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import { type Elaborator, isPlaced, type Value } from './elaborator.js'
import { type BoundIndex, firstPlace, indicesIn, type Position, rangeOn, sizeOfIndex } from './indices.js'
import { Misfit } from './misfit.js'
import { batchAxis, ownRank, type Placed } from './named-axes.js'

/** What stands at one axis of a value in brackets or in a subscript. */
type Place =
  | { readonly kind: 'index'; readonly position: Position }
  | { readonly kind: 'range'; readonly start: Dimension; readonly last?: Dimension }
  | { readonly kind: 'one'; readonly at: Dimension }
  | { readonly kind: 'lookup'; readonly at: Placed }

/**
 * `x_{ij}` and `x[0, 2:5]`: places along the axes from the left. The batch axis is among them if there are as many places
 * as axes, or if the first index counts the batch; else it stays as it is.
 */
export function elementOf(
  elaborator: Elaborator,
  value: Placed,
  items: readonly Expression[],
  isBracketed: boolean,
): Placed {
  const places = items.flatMap(item => placesIn(elaborator, item, isBracketed))
  const withBatch = includesBatch(value, places)
  const first = value.axes.length - (withBatch ? 1 : 0)
  const count = ownRank(value) + (withBatch ? 1 : 0)
  if (places.length > count)
    throw new Misfit(`${places.length} places of a value that has ${count} ${count === 1 ? 'axis' : 'axes'}`)
  if (withBatch && value.axes.length > 1)
    throw new Misfit('the batch axis of a value with indices cannot be named any more')
  const { axes: builder } = elaborator
  let { node } = value
  const names: (string | undefined)[] = [...value.axes.slice(0, first)]
  // From the left, where `names` is as long as the axes that are done.
  for (const [i, place] of places.entries()) {
    const axis = names.length
    const size = node.type.shape![axis]!
    if (place.kind === 'lookup') {
      if (places.length === 1 && axis === 0) {
        node = builder.node('gather', [node, place.at.node], { axis: 0 })
        return { node, axes: place.at.axes }
      }
      names.push(`${lookupAxis}${i}`)
      continue
    }
    if (place.kind === 'one') {
      if (withBatch && i === 0) throw new Misfit('an equation is read for one example, which has no number')
      const start = typeof place.at === 'number' && place.at < 0 ? fromEnd(size, place.at) : place.at
      node = builder.node('slice', [node], { axis, start, size: 1 })
      node = builder.node('squeeze', [node], { axes: [axis] })
      continue
    }
    if (place.kind === 'range') {
      const last = place.last ?? size
      node = sliced(elaborator, node, axis, size, place.start, subtract(last, place.start))
      names.push(undefined)
      continue
    }
    const { position } = place
    const { name } = position.index
    const part = rangeOn(position, size)
    if (i === 0) refuseOpenRange(value, position, size, part.size)
    if (withBatch && i === 0) position.index.isBatch = true
    node = sliced(elaborator, node, axis, size, part.start, part.size)
    if (names.includes(name)) node = onDiagonal(elaborator, node, names.indexOf(name), axis)
    else names.push(name)
  }
  const whole = named(elaborator, node, names)
  return places.reduce(
    (from, place, i) =>
      place.kind === 'lookup' ? lookedUp(elaborator, from, `${lookupAxis}${i}`, place.at) : from,
    whole,
  )
}

/** Before the number of the place that is looked up: the name of an axis that no index can have. */
const lookupAxis = '#'

/** The values along an axis at places that are values themselves, as in `z_{i, y_i}`. */
function lookedUp({ axes }: Elaborator, from: Placed, name: string, at: Placed): Placed {
  const along = from.axes.indexOf(name)
  const size = from.node.type.shape![along]!
  const counted: Placed = { node: axes.node('range', [], { start: 0, size }), axes: [name] }
  const isThere = axes.elementwise('equal', [at, counted])
  const zero: Placed = { node: axes.node('scalar', [], { value: 0 }), axes: [] }
  const chosen = axes.elementwise('where', [isThere, from, zero])
  const axis = chosen.axes.indexOf(name)
  const node = axes.node('sum', [chosen.node], { axes: [axis], keepDims: false })
  return { node, axes: chosen.axes.filter(other => other !== name) }
}

/** `k` in `1[k = y]`, where y is a class: classes are counted from 0, whatever an index counts from. */
export function asClass(elaborator: Elaborator, counter: Expression, label: Value): Placed | undefined {
  const index = counter.kind === 'name' && !counter.subscripts ? elaborator.index(counter.name) : undefined
  const isLabel = isPlaced(label) && label.node.type.dtype === 'int32'
  const size = index && isLabel ? sizeOfIndex(index) : undefined
  if (!index || size === undefined) return undefined
  const start = subtract(index.first ?? 1, firstPlace(index))
  return { node: elaborator.axes.node('range', [], { start, size }), axes: [index.name] }
}

/** Where an index counts two axes, the places at which both are the same: `C_{ii}`. */
function onDiagonal({ axes }: Elaborator, node: Node, first: number, second: number): Node {
  const letters = node.type.shape!.map((_, axis) => String.fromCharCode(97 + axis))
  const kept = letters.filter((_, axis) => axis !== second)
  const equation = `${letters.join('')},${letters[first]}${letters[second]}->${kept.join('')}`
  return axes.node('einsum', [node, axes.node('eye', [], { rows: node.type.shape![first]! })], { equation })
}

function fromEnd(size: Dimension, at: number): Dimension {
  return subtract(size, -at)
}

/** A part of an axis; the whole axis is itself. */
function sliced(
  { axes }: Elaborator,
  node: Node,
  axis: number,
  whole: Dimension,
  start: Dimension,
  size: Dimension,
): Node {
  const [from, count, all] = [start, size, whole].map(value =>
    typeof value === 'number' ? value : undefined,
  )
  if (from !== undefined && count !== undefined && (from < 0 || count < 1))
    throw new Misfit(`the places from ${from} on, ${count} of them, are not all on the axis`)
  if (from !== undefined && count !== undefined && all !== undefined && from + count > all)
    throw new Misfit(`the places reach past the end of an axis of size ${all}`)
  return equals(start, 0) && equals(size, whole) ? node : axes.node('slice', [node], { axis, start, size })
}

/** Names in front of the axes that have none. */
function named({ axes }: Elaborator, node: Node, names: readonly (string | undefined)[]): Placed {
  const rank = node.type.shape!.length
  const all = Array.from({ length: rank }, (_, i) => i)
  const withName = all.filter(i => names[i] !== undefined)
  const permutation = [...withName, ...all.filter(i => names[i] === undefined)]
  const isInOrder = permutation.every((axis, i) => axis === i)
  return {
    node: isInOrder ? node : axes.node('transpose', [node], { permutation }),
    axes: withName.map(i => names[i]!),
  }
}

/**
 * A paper's m or B in `\frac{1}{m} \sum_{i=1}^m` is the size of the batch, which no shape says: read as an open number of places of
 * an axis, or as a part of the batch, it would state another model. An open size is therefore a part only of an axis with an open size.
 */
function refuseOpenRange(value: Placed, { index }: Position, axis: Dimension, size: Dimension): void {
  const at = value.axes.indexOf(batchAxis)
  if (at < 0 || typeof size === 'number' || typeof subtract(axis, size) === 'number') return
  const batch = value.node.type.shape![at]!
  if (typeof axis !== 'number' && !equals(axis, batch)) return
  const [end, examples] = [size, batch].map(each => (typeof each === 'number' ? String(each) : each.key))
  throw new Misfit(
    `\`${index.name}\` runs to \`${end}\`, which is no size of an axis here: the examples of a batch are \`${examples}\`, as in \`\\sum_{${index.name}=1}^{${examples}}\``,
    index.range,
  )
}

function includesBatch(value: Placed, places: readonly Place[]): boolean {
  const at = value.axes.indexOf(batchAxis)
  if (at < 0) return false
  if (places.length === ownRank(value) + 1) return true
  const [first] = places
  if (first?.kind !== 'index') return false
  const { index } = first.position
  const size = sizeOfIndex(index)
  const batch = value.node.type.shape![at]!
  return index.isBatch === true || (isPolynomial(batch) && size !== undefined && equals(size, batch))
}

function placesIn(elaborator: Elaborator, item: Expression, isBracketed: boolean): readonly Place[] {
  const { example } = elaborator.environment
  const bound = (name: string): BoundIndex | undefined => elaborator.index(name)
  const indices = indicesIn(item, bound)
  if (indices) return indices.map(index => ({ kind: 'index', position: { index, offset: 0 } }) as const)
  if (item.kind === 'slice') {
    const isFromOne = !isBracketed && (item.first !== undefined || item.last !== undefined)
    if (isFromOne && (!example || example.countsFromZero))
      throw new Misfit('a range stands in brackets, counted from 0: `x[0:5]`', item.range)
    const first = item.first ? elaborator.size(item.first) : undefined
    if (isFromOne && typeof first === 'number' && first < 1)
      throw new Misfit(
        'places in a subscript count from 1, and those in brackets from 0: `x[0:5]`',
        item.range,
      )
    const start = first === undefined ? 0 : isFromOne ? subtract(first, 1) : first
    return [{ kind: 'range', start, ...(item.last && { last: elaborator.size(item.last) }) }]
  }
  const shifted = shiftedIn(elaborator, item, bound)
  if (shifted) return [{ kind: 'index', position: shifted }]
  const value = elaborator.value(item)
  if (typeof value === 'number' || isPolynomial(value)) {
    const at = value as Dimension
    return [{ kind: 'one', at: isBracketed ? at : subtract(placeFromOne(elaborator, at, item), 1) }]
  }
  const at = elaborator.placed(value)
  if (at.node.type.dtype === 'int32') return [{ kind: 'lookup', at }]
  throw new Misfit('a place is a whole number; write a product with a space: `W [a; b]`', item.range)
}

/** A numbered place in a subscript, which counts from 1; where something else counts from 0, that is not sure. */
function placeFromOne(
  { environment: { example } }: Elaborator,
  at: Dimension,
  { range }: Expression,
): Dimension {
  if (typeof at !== 'number') return at
  if (!example || example.countsFromZero || at < 1)
    throw new Misfit('no value has this subscript; places stand in brackets, counted from 0: `x[0]`', range)
  return at
}

/** `i + 1`, `i - k`: an index and a size. */
function shiftedIn(
  elaborator: Elaborator,
  item: Expression,
  bound: (name: string) => BoundIndex | undefined,
): Position | undefined {
  if (item.kind !== 'binary' || (item.operator !== '+' && item.operator !== '-')) return undefined
  const index = item.left.kind === 'name' && !item.left.subscripts ? bound(item.left.name) : undefined
  if (!index) return undefined
  const offset = elaborator.size(item.right)
  return { index, offset: item.operator === '-' ? subtract(0, offset) : offset }
}
