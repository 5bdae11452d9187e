/** Between which numbers a value is known to be. */
interface Bounds {
  readonly low: number
  readonly high: number
}

/** Between which numbers the product of two values is. */
export function product(x: Bounds, y: Bounds): readonly [low: number, high: number] {
  const ends = [x.low * y.low, x.low * y.high, x.high * y.low, x.high * y.high].map(end =>
    Number.isNaN(end) ? 0 : end,
  )
  return [Math.min(...ends), Math.max(...ends)]
}

/** Between which numbers the square of a value is. */
export function squared({ low, high }: Bounds): readonly [low: number, high: number] {
  const [a, b] = [low * low, high * high]
  return [low <= 0 && high >= 0 ? 0 : Math.min(a, b), Math.max(a, b)]
}
