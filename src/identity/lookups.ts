import type { Tensor } from '../graph/tensor.js'
import { resolveAxis, sizeOf } from '../ops/shape.js'
import type { Arithmetic } from './arithmetic.js'
import type { Operation } from './operation.js'
import { type Id, OutOfReach } from './values.js'

/** How an op reads: each result is read at one row of positions, which run along axes of these sizes. */
interface Layout {
  readonly sizes: readonly number[]
  readonly rowOf: (result: number) => number
}

/** Calls back with each row of positions that may be, in the cases in which it is. */
function atPositions(
  row: readonly Id[],
  sizes: readonly number[],
  arithmetic: Arithmetic,
  at: (positions: readonly number[]) => Id,
  before: readonly number[] = [],
): Id {
  const [first, ...rest] = row
  if (first === undefined) return at(before)
  return arithmetic.select(first, position => {
    if (position < 0 || position >= sizes[before.length]!)
      throw new OutOfReach('a position lies outside of the table that is read')
    return atPositions(rest, sizes, arithmetic, at, [...before, position])
  })
}

/** Reads x at positions: for positions that are not known, once for all that they can be. */
function reads(
  layout: (attributes: Readonly<Record<string, unknown>>, x: Tensor, indices: Tensor) => Layout,
): Operation {
  return ({ op, attributes, type }, inputs, arithmetic, context) => {
    const [x, indices] = inputs as readonly [Tensor, Tensor]
    const { sizes, rowOf } = layout(attributes, x, indices)
    const found = new Map<string, Float64Array>()
    const readAt = (positions: readonly number[]): Float64Array => {
      const key = positions.join()
      const data = indices.data.map((_, i) => positions[i % sizes.length]!)
      const result = found.get(key) ?? op.evaluate([x, { ...indices, data }], attributes, type, context).data
      found.set(key, result)
      return result
    }
    const data = Float64Array.from({ length: sizeOf(type.shape) }, (_, i) => {
      const start = rowOf(i) * sizes.length
      const row = [...indices.data.subarray(start, start + sizes.length)]
      return atPositions(row, sizes, arithmetic, positions => readAt(positions)[i]!)
    })
    return { shape: type.shape, data, dtype: type.dtype }
  }
}

/** Writes updates at positions, one after the other; `write` says what becomes of what was there. */
function writes(write: (arithmetic: Arithmetic, before: Id, update: Id) => Id): Operation {
  return ({ type }, inputs, arithmetic) => {
    const [indices, updates] = [inputs.at(-2)!, inputs.at(-1)!]
    const start = inputs.length > 2 ? inputs[0]!.data : undefined
    const depth = indices.shape.at(-1)!
    const sizes = type.shape.slice(0, depth)
    const block = sizeOf(type.shape.slice(depth))
    const data = Float64Array.from({ length: sizeOf(type.shape) }, (_, i) => start?.[i] ?? arithmetic.zero)
    for (let row = 0; row < indices.data.length / depth; row++) {
      const own = [...indices.data.subarray(row * depth, (row + 1) * depth)]
      const reals = own.map(id => arithmetic.get(id).real)
      for (let cell = 0; cell < data.length / block; cell++) {
        const place = sizes.map((_, k) => Math.floor(cell / sizeOf(sizes.slice(k + 1))) % sizes[k]!)
        if (reals.some((real, k) => real !== undefined && real !== place[k])) continue
        for (let k = 0; k < block; k++) {
          const before = data[cell * block + k]!
          const after = write(arithmetic, before, updates.data[row * block + k]!)
          data[cell * block + k] = atPositions(own, sizes, arithmetic, positions =>
            positions.every((position, axis) => position === place[axis]) ? after : before,
          )
        }
      }
    }
    return { shape: type.shape, data, dtype: type.dtype }
  }
}

/** Ops that read or write at positions. */
export const lookups: Readonly<Record<string, Operation>> = {
  gather: reads((attributes, table, indices) => {
    const along = resolveAxis(attributes.axis as number, table.shape.length) as number
    const common = attributes.batchDims as number
    const inner = sizeOf(table.shape.slice(along + 1))
    const batches = sizeOf(table.shape.slice(0, common))
    const between = sizeOf(table.shape.slice(common, along))
    const count = indices.data.length / batches
    return {
      sizes: [table.shape[along]!],
      rowOf: result => {
        const outer = Math.floor(result / inner / count)
        return Math.floor(outer / between) * count + (Math.floor(result / inner) % count)
      },
    }
  }),
  gatherND: reads((_, x, indices) => {
    const depth = indices.shape.at(-1)!
    const block = sizeOf(x.shape.slice(depth))
    return { sizes: x.shape.slice(0, depth), rowOf: result => Math.floor(result / block) }
  }),
  scatterND: writes((arithmetic, before, update) => arithmetic.add(before, update)),
  tensorScatterUpdate: writes((_, __, update) => update),
}
