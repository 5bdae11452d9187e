/**
 * The positions along one axis of a tensor in classes, such that a tensor has the same numbers at all positions of a
 * class. `null`: each position is a class of its own.
 */
export type Partition = Classes | null

export interface Classes {
  /** How many positions there are. */
  readonly length: number
  /** The class of a position: 0, 1, … in the order in which they first appear. */
  readonly classOf: (position: number) => number
  /** The first position of each class. */
  readonly first: readonly number[]
  /** How many positions each class has. */
  readonly sizes: readonly number[]
}

/** The positions below a length, those with one key in one class. */
export function partition(length: number, key: (position: number) => number | string): Partition {
  const known = new Map<number | string, number>()
  const classes = new Int32Array(length)
  const first: number[] = []
  const sizes: number[] = []
  for (let position = 0; position < length; position++) {
    const value = key(position)
    let at = known.get(value)
    if (at === undefined) {
      at = first.length
      known.set(value, at)
      first.push(position)
      sizes.push(0)
    }
    classes[position] = at
    sizes[at]!++
  }
  return first.length === length ? null : { length, classOf: position => classes[position]!, first, sizes }
}

/** All positions in one class. */
export const uniform = (length: number): Partition =>
  length === 1 ? null : { length, classOf: () => 0, first: [0], sizes: [length] }

/** How many classes an axis of a length has. */
export const classCount = (own: Partition, length: number): number => own?.first.length ?? length

/** The class of a position. */
export const classAt = (own: Partition, position: number): number => own?.classOf(position) ?? position

/** The coarsest partition that is finer than all. */
export function refine(...parts: readonly Partition[]): Partition {
  let common: Partition | undefined
  for (const part of parts) {
    if (common === undefined || common === part) common = part
    else if (common === null || part === null) return null
    else if (common.first.length === 1) common = part
    else if (part.first.length > 1) common = product(common, part)
  }
  return common ?? null
}

function product(a: Classes, b: Classes): Partition {
  return partition(a.length, position => a.classOf(position) * b.first.length + b.classOf(position))
}

/** Of an axis that has some positions of another one, in the given order; outside of it all are alike. */
export function selected(own: Partition, positions: ArrayLike<number>): Partition {
  return partition(positions.length, i => (positions[i]! < 0 ? -1 : classAt(own, positions[i]!)))
}

/** Of the one axis that several become in row-major order. */
export function merged(parts: readonly Partition[], lengths: readonly number[]): Partition {
  return parts.reduce<readonly [Partition, number]>(
    ([before, length], part, i) => [mergedPair(before, length, part, lengths[i]!), length * lengths[i]!],
    [null, 1],
  )[0]
}

function mergedPair(outer: Partition, outerLength: number, inner: Partition, innerLength: number): Partition {
  if (outer === null && inner === null) return null
  if (outerLength === 1) return inner
  if (innerLength === 1) return outer
  const count = classCount(inner, innerLength)
  const combined = (a: readonly number[], b: readonly number[], both: (x: number, y: number) => number) =>
    a.flatMap(x => b.map(y => both(x, y)))
  const firsts = (own: Partition, length: number) => own?.first ?? Array.from({ length }, (_, i) => i)
  const sizes = (own: Partition, length: number) => own?.sizes ?? new Array<number>(length).fill(1)
  return {
    length: outerLength * innerLength,
    classOf: position =>
      classAt(outer, Math.floor(position / innerLength)) * count + classAt(inner, position % innerLength),
    first: combined(firsts(outer, outerLength), firsts(inner, innerLength), (x, y) => x * innerLength + y),
    sizes: combined(sizes(outer, outerLength), sizes(inner, innerLength), (x, y) => x * y),
  }
}

/** Of several axes one behind the other. */
export function joined(parts: readonly Partition[], lengths: readonly number[]): Partition {
  if (parts.every(part => part === null)) return null
  const keys = parts.flatMap((part, i) =>
    Array.from({ length: lengths[i]! }, (_, position) => `${i} ${classAt(part, position)}`),
  )
  return partition(keys.length, position => keys[position]!)
}
