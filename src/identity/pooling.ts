import type { Dimension } from '../graph/dimension.js'
import { forWindows, windowsOf } from '../ops/window.js'
import type { Operation } from './operation.js'

/** What flows back through the largest elements of windows: all of it to the place of the largest, in each case. */
export const maximumGradient: Operation = ({ attributes, type }, [x, g], arithmetic) => {
  const channels = type.shape.at(-1)!
  const members = new Map<number, number[]>()
  forWindows(
    x!.shape,
    windowsOf(attributes, attributes.poolSize as readonly Dimension[]),
    (window, element) => {
      for (let c = 0; c < channels; c++) {
        const at = window * channels + c
        members.set(at, [...(members.get(at) ?? []), element * channels + c])
      }
    },
  )
  const data = x!.data.map(() => arithmetic.zero)
  for (const [at, places] of members) {
    const largest = arithmetic.comparisons.largest.placeOf(places.map(place => x!.data[place]!))
    for (const [i, place] of places.entries()) {
      const share = arithmetic.select(largest, k => (k === i ? arithmetic.one : arithmetic.zero))
      data[place] = arithmetic.add(data[place]!, arithmetic.multiply(share, g!.data[at]!))
    }
  }
  return { shape: type.shape, data, dtype: type.dtype }
}
