import { forBroadcast, resolveAxes, resolveAxis, sizeOf } from '../ops/shape.js'
import { isInfinite } from './algebra.js'
import type { Arithmetic } from './arithmetic.js'
import { lookups } from './lookups.js'
import type { Operation } from './operation.js'
import { maximumGradient } from './pooling.js'
import { type Id, OutOfReach } from './values.js'

function elementwise(f: (arithmetic: Arithmetic, ...ids: readonly Id[]) => Id): Operation {
  return ({ type }, inputs, arithmetic) => {
    const data = new Float64Array(sizeOf(type.shape))
    forBroadcast(
      type.shape,
      inputs.map(({ shape }) => shape),
      (at, offsets) => {
        data[at] = f(arithmetic, ...inputs.map((input, k) => input.data[offsets[k]!]!))
      },
    )
    return { shape: type.shape, data, dtype: type.dtype }
  }
}

/** Only moves elements: the op does to ids what it does to numbers. Attributes named here hold numbers themselves. */
function moves(...numbers: readonly string[]): Operation {
  return ({ op, attributes, type }, inputs, arithmetic, context) => {
    const fills = numbers.map(name => [name, arithmetic.number(attributes[name] as number)])
    return op.evaluate(inputs, { ...attributes, ...Object.fromEntries(fills) }, type, context)
  }
}

/** Has a value that depends on sizes and attributes only. */
const known: Operation = ({ op, attributes, type }, inputs, arithmetic, context) => {
  const { data, shape, dtype } = op.evaluate(inputs, attributes, type, context)
  return { shape, dtype, data: data.map(x => arithmetic.number(x)) }
}

/** Combines all elements along one axis or several. */
function folds(f: (arithmetic: Arithmetic, ids: readonly Id[]) => Id): Operation {
  return ({ attributes, type }, [x], arithmetic) => {
    const gone = resolveAxes(attributes.axes ?? attributes.axis, x!.shape.length) as readonly number[]
    const kept = x!.shape.map((size, i) => (gone.includes(i) ? 1 : size))
    const groups = Array.from({ length: sizeOf(kept as readonly number[]) }, (): Id[] => [])
    forBroadcast(x!.shape, [kept], (at, [to]) => groups[to!]!.push(x!.data[at]!))
    return {
      shape: type.shape,
      data: Float64Array.from(groups, ids => f(arithmetic, ids)),
      dtype: type.dtype,
    }
  }
}

/** Each result combines those elements of x that it depends on, which the op itself tells when it is tried on them. */
function gathers(
  f: (arithmetic: Arithmetic, ids: readonly Id[], weights: readonly number[]) => Id,
): Operation {
  return ({ op, attributes, type }, [x], arithmetic, context) => {
    const size = sizeOf(type.shape)
    const ids = Array.from({ length: size }, (): Id[] => [])
    const weights = Array.from({ length: size }, (): number[] => [])
    for (let i = 0; i < x!.data.length; i++) {
      const unit = { ...x!, data: new Float64Array(x!.data.length) }
      unit.data[i] = 1
      op.evaluate([unit], attributes, type, context).data.forEach((weight, at) => {
        if (weight === 0) return
        ids[at]!.push(x!.data[i]!)
        weights[at]!.push(weight)
      })
    }
    return {
      shape: type.shape,
      data: Float64Array.from(ids, (group, at) => f(arithmetic, group, weights[at]!)),
      dtype: type.dtype,
    }
  }
}

/** Linear in x, with coefficients that the op itself tells. */
const linear = gathers((a, ids, weights) =>
  a.dot(
    ids,
    weights.map(weight => a.number(weight)),
  ),
)

/**
 * Sums of products of an element of x and one of y, of which no two have the same element of y: so for each element
 * of y the op itself tells the element of x that goes with it.
 */
const bilinear: Operation = ({ op, attributes, type }, [x, y], arithmetic, context) => {
  const size = sizeOf(type.shape)
  const left = Array.from({ length: size }, (): Id[] => [])
  const right = Array.from({ length: size }, (): Id[] => [])
  const places = { ...x!, data: x!.data.map((_, i) => i + 1) }
  const squares = { ...x!, data: places.data.map(i => i * i) }
  for (let j = 0; j < y!.data.length; j++) {
    const unit = { ...y!, data: new Float64Array(y!.data.length) }
    unit.data[j] = 1
    const found = op.evaluate([places, unit], attributes, type, context).data
    const check = op.evaluate([squares, unit], attributes, type, context).data
    found.forEach((place, at) => {
      if (place === 0) return
      if (place * place !== check[at])
        throw new OutOfReach('a product of tensors adds elements before it multiplies them')
      left[at]!.push(x!.data[place - 1]!)
      right[at]!.push(y!.data[j]!)
    })
  }
  return {
    shape: type.shape,
    data: Float64Array.from(left, (ids, at) => arithmetic.dot(ids, right[at]!)),
    dtype: type.dtype,
  }
}

const matrixProduct: Operation = ({ type }, [x, y], arithmetic) => {
  const inner = x!.shape.at(-1)!
  const columns = y!.shape.at(-1)!
  const rows = x!.shape.length > 1 ? x!.shape.at(-2)! : 1
  const data = new Float64Array(sizeOf(type.shape))
  const outer: readonly number[] = type.shape.slice(0, x!.shape.length > 1 ? -2 : -1)
  forBroadcast(outer, [x!.shape.slice(0, -2), y!.shape.slice(0, -2)], (at, [a, b]) => {
    for (let j = 0; j < columns; j++) {
      const column = Array.from({ length: inner }, (_, k) => y!.data[(b! * inner + k) * columns + j]!)
      for (let i = 0; i < rows; i++) {
        const start = (a! * rows + i) * inner
        data[(at * rows + i) * columns + j] = arithmetic.dot(
          [...x!.data.subarray(start, start + inner)],
          column,
        )
      }
    }
  })
  return { shape: type.shape, data, dtype: type.dtype }
}

/** A function of which nothing is used but its name, its parity, and its values at numbers. */
function unknown(settings: { readonly odd?: boolean; readonly smooth?: boolean } = {}): Operation {
  return (application, inputs, arithmetic, context) => {
    const { name, op, attributes, type } = application
    const value = (x: number) =>
      op.evaluate(
        [{ shape: [], data: Float64Array.of(x), dtype: type.dtype }],
        attributes,
        { ...type, shape: [] },
        context,
      ).data[0]!
    return elementwise((a, x) => a.functions.unknown(name, x!, value, settings))(
      application,
      inputs,
      arithmetic,
      context,
    )
  }
}

const absolute = (a: Arithmetic, x: Id) => a.functions.absolute(x)

/** Accumulates along an axis. */
function scans(
  f: (arithmetic: Arithmetic, x: Id, y: Id) => Id,
  start: (arithmetic: Arithmetic) => Id,
): Operation {
  return ({ attributes, type }, [x], arithmetic) => {
    const { axis, exclusive, reverse } = attributes
    const along = resolveAxis(axis, x!.shape.length) as number
    const count = x!.shape[along]!
    const inner = sizeOf(x!.shape.slice(along + 1))
    const data = new Float64Array(x!.data.length)
    for (let line = 0; line < data.length / Math.max(count, 1); line++) {
      const first = Math.floor(line / inner) * inner * count + (line % inner)
      let total = start(arithmetic)
      for (let k = 0; k < count; k++) {
        const place = first + (reverse ? count - 1 - k : k) * inner
        const next = f(arithmetic, total, x!.data[place]!)
        data[place] = exclusive ? total : next
        total = next
      }
    }
    return { shape: type.shape, data, dtype: type.dtype }
  }
}

/** Of more elements than this, all but the largest are variables. */
const mostRanked = 4

/** The element of a rank, by its place: where another one is the largest, it is found among the rest. */
function ranked(a: Arithmetic, ids: readonly Id[], rank: number, at: (place: number) => Id): Id {
  return a.select(a.comparisons.largest.placeOf(ids), place => {
    if (rank === 0) return at(place)
    const rest = ids.map((_, i) => i).filter(i => i !== place)
    return ranked(
      a,
      rest.map(i => ids[i]!),
      rank - 1,
      i => at(rest[i]!),
    )
  })
}

/** The k largest elements in descending order, by what is known of the largest and of the others by their number. */
function ordered(
  first: (arithmetic: Arithmetic, ids: readonly Id[]) => Id,
  others: (arithmetic: Arithmetic, name: string, ids: readonly Id[]) => Id,
  element: (arithmetic: Arithmetic, ids: readonly Id[], place: number) => Id,
): Operation {
  return ({ attributes, type }, [x], arithmetic) => {
    const k = attributes.k as number
    const count = x!.shape.at(-1)!
    const data = Float64Array.from({ length: sizeOf(type.shape) }, (_, at) => {
      const line = Math.floor(at / k)
      const ids = [...x!.data.subarray(line * count, (line + 1) * count)]
      const rank = at % k
      if (rank === 0) return first(arithmetic, ids)
      if (count <= mostRanked) return ranked(arithmetic, ids, rank, place => element(arithmetic, ids, place))
      return others(arithmetic, `rank ${rank} of ${ids.toSorted((a, b) => a - b)}`, ids)
    })
    return { shape: type.shape, data, dtype: type.dtype }
  }
}

/** ⌊x / y⌋. */
const wholeQuotient = (a: Arithmetic, x: Id, y: Id) =>
  a.functions.unknown('floor', a.divide(x, y), Math.floor)

const half = (arithmetic: Arithmetic, x: Id) => arithmetic.multiply(arithmetic.number(0.5), x)

const cast: Operation = ({ attributes, type }, [x], arithmetic) => {
  const { dtype } = attributes
  const whole = x!.dtype === 'int32' || x!.dtype === 'bool'
  if (dtype === 'bool' && x!.dtype !== 'bool')
    return { shape: type.shape, data: x!.data.map(id => arithmetic.truth(id)), dtype: type.dtype }
  if (dtype !== 'int32' || whole) return { ...x!, dtype: type.dtype }
  const cut = (id: Id): Id => {
    const { real, split } = arithmetic.get(id)
    if (real !== undefined) return arithmetic.number(Math.trunc(real))
    if (split?.kind === 'cases') return arithmetic.mapCases(split, cut)
    throw new OutOfReach('a number that is not known is cut to a whole one')
  }
  return { shape: type.shape, data: x!.data.map(cut), dtype: type.dtype }
}

/** The primitive ops that the identity test can follow. A graph with another op is not decided by it. */
export const operations: Readonly<Record<string, Operation>> = {
  constant: known,
  scalar: known,
  fill: known,
  range: known,
  position: known,
  size: known,

  add: elementwise((a, x, y) => a.add(x!, y!)),
  subtract: elementwise((a, x, y) => a.subtract(x!, y!)),
  multiply: elementwise((a, x, y) => a.multiply(x!, y!)),
  divide: elementwise((a, x, y) => a.divide(x!, y!)),
  floorDivide: elementwise((a, x, y) => wholeQuotient(a, x!, y!)),
  modulo: elementwise((a, x, y) => a.subtract(x!, a.multiply(y!, wholeQuotient(a, x!, y!)))),
  power: elementwise((a, x, y) => a.functions.power(x!, y!)),
  maximum: elementwise((a, x, y) => a.comparisons.maximum(x!, y!)),
  minimum: elementwise((a, x, y) => a.minimum(x!, y!)),
  greater: elementwise((a, x, y) => a.comparisons.greater(x!, y!, true)),
  greaterEqual: elementwise((a, x, y) => a.comparisons.greater(x!, y!, false)),
  less: elementwise((a, x, y) => a.comparisons.greater(y!, x!, true)),
  lessEqual: elementwise((a, x, y) => a.comparisons.greater(y!, x!, false)),
  equal: elementwise((a, x, y) => a.comparisons.areEqual(x!, y!)),
  notEqual: elementwise((a, x, y) => a.not(a.comparisons.areEqual(x!, y!))),
  logicalAnd: elementwise((a, x, y) => a.multiply(x!, y!)),
  logicalOr: elementwise((a, x, y) => a.not(a.multiply(a.not(x!), a.not(y!)))),
  logicalXor: elementwise((a, x, y) => a.comparisons.choose(x!, a.not(y!), y!)),
  logicalNot: elementwise((a, x) => a.not(x!)),
  all: folds((a, ids) => ids.reduce((x, y) => a.multiply(x, y), a.one)),
  any: folds((a, ids) => a.not(ids.reduce((x, y) => a.multiply(x, a.not(y)), a.one))),
  where: elementwise((a, condition, x, y) => a.comparisons.choose(a.truth(condition!), x!, y!)),

  negate: elementwise((a, x) => a.negate(x!)),
  absolute: elementwise((a, x) => absolute(a, x!)),
  sign: elementwise((a, x) =>
    a.subtract(a.comparisons.positive(x!, true), a.comparisons.positive(a.negate(x!), true)),
  ),
  exp: elementwise((a, x) => a.functions.exp(x!)),
  expm1: elementwise((a, x) => a.subtract(a.functions.exp(x!), a.one)),
  log: elementwise((a, x) => a.functions.log(x!)),
  log1p: elementwise((a, x) => a.functions.log(a.add(a.one, x!))),
  sqrt: elementwise((a, x) => a.functions.sqrt(x!)),
  square: elementwise((a, x) => a.multiply(x!, x!)),
  reciprocal: elementwise((a, x) => a.inverse(x!)),
  sin: elementwise((a, x) => a.functions.angles.sin(x!)),
  cos: elementwise((a, x) => a.functions.angles.cos(x!)),
  tanh: elementwise((a, x) => a.functions.tanh(x!)),
  sigmoid: elementwise((a, x) => a.functions.sigmoid(x!)),
  erf: unknown({ odd: true, smooth: true }),
  floor: unknown(),
  ceil: unknown(),
  round: unknown(),
  tan: elementwise((a, x) => a.divide(a.functions.angles.sin(x!), a.functions.angles.cos(x!))),
  asin: elementwise((a, x) => a.functions.angles.asin(x!)),
  acos: elementwise((a, x) => a.functions.angles.acos(x!)),
  atan: elementwise((a, x) => a.functions.angles.atan(x!)),
  sinh: elementwise((a, x) => half(a, a.subtract(a.functions.exp(x!), a.functions.exp(a.negate(x!))))),
  cosh: elementwise((a, x) => half(a, a.add(a.functions.exp(x!), a.functions.exp(a.negate(x!))))),
  asinh: elementwise((a, x) => a.functions.asinh(x!)),
  acosh: elementwise((a, x) => a.functions.acosh(x!)),
  atanh: elementwise((a, x) => a.functions.atanh(x!)),
  isNaN: elementwise(a => a.zero),
  isInfinite: elementwise((a, x) => (isInfinite(a.get(x!)) ? a.one : a.zero)),
  isFinite: elementwise((a, x) => (isInfinite(a.get(x!)) ? a.zero : a.one)),
  stopGradient: moves(),
  cast,

  sum: folds((a, ids) => a.sum(ids)),
  product: folds((a, ids) => ids.reduce((x, y) => a.multiply(x, y), a.one)),
  max: folds((a, ids) => a.comparisons.largest.of(ids)),
  min: folds((a, ids) => a.negate(a.comparisons.largest.of(ids.map(id => a.negate(id))))),

  matMul: matrixProduct,
  conv2d: bilinear,
  depthwiseConv2d: bilinear,
  conv2dTranspose: bilinear,
  conv3d: bilinear,
  conv3dTranspose: bilinear,
  averagePool2d: linear,
  averagePool3d: linear,
  interpolate: linear,
  maxPool3d: gathers((a, ids) => a.comparisons.largest.of(ids)),
  maxPool2dGradient: maximumGradient,
  maxPool3dGradient: maximumGradient,
  maxPool2d: gathers((a, ids) => a.comparisons.largest.of(ids)),

  argMax: folds((a, ids) => a.comparisons.largest.placeOf(ids)),
  argMin: folds((a, ids) => a.comparisons.largest.placeOf(ids.map(id => a.negate(id)))),

  cumsum: scans(
    (a, x, y) => a.add(x, y),
    a => a.zero,
  ),
  cumprod: scans(
    (a, x, y) => a.multiply(x, y),
    a => a.one,
  ),
  topValues: ordered(
    (a, ids) => a.comparisons.largest.of(ids),
    (a, name) => a.values.atom(name, { analytic: false }),
    (_, ids, place) => ids[place]!,
  ),
  topIndices: ordered(
    (a, ids) => a.comparisons.largest.placeOf(ids),
    (a, name, ids) =>
      a.comparisons.choice(
        `${name} in ${ids}`,
        ids.map((_, i) => a.number(i)),
      ),
    (a, _, place) => a.number(place),
  ),

  reshape: moves(),
  flatten: moves(),
  expandDims: moves(),
  squeeze: moves(),
  transpose: moves(),
  slice: moves(),
  pad: moves('value'),
  reverse: moves(),
  repeat: moves(),
  tile: moves(),
  concat: moves(),
  stack: moves(),
  broadcastTo: moves(),
  ...lookups,
  recurrence: moves(),
}
