import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { product } from '../graph/dimension.js'
import type { Tensor } from '../graph/tensor.js'

/** A stream of random numbers that is the same for the same seed on every machine. */
export interface Random {
  /** In [0, 1). */
  readonly uniform: () => number
  /** Standard normal: Box and Muller 1958. */
  readonly normal: () => number
  /** A whole number from 0 up to a bound. */
  readonly below: (bound: number) => number
  /** An order of the numbers from 0 up to a bound: Fisher and Yates. */
  readonly order: (bound: number) => readonly number[]
}

/**
 * Streams of different places, such as training and measuring, have no numbers in common: each is 2⁶⁴ numbers ahead. The
 * first place is ahead, too, since the first numbers of seeds side by side are alike.
 */
export function randomOf(seed: number, place = 0): Random {
  const generator = xoroshiro128plus(seed | 0)
  for (let jumps = 0; jumps <= place; jumps++) generator.jump()
  const uniform = () => uniformFloat64(generator)
  const below = (bound: number) => uniformInt(generator, 0, bound - 1)
  return {
    uniform,
    below,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    order: bound => {
      const order = Array.from({ length: bound }, (_, i) => i)
      for (let i = bound - 1; i > 0; i--) {
        const j = below(i + 1)
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      return order
    },
  }
}

/** A tensor of what is drawn element by element. */
export function drawn(
  shape: readonly number[],
  draw: (index: number) => number,
  dtype: 'float32' | 'int32' = 'float32',
): Tensor {
  return { shape, dtype, data: Float64Array.from({ length: product(shape) as number }, (_, i) => draw(i)) }
}

/** What is drawn one after the other. */
export function times<T>(count: number, draw: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => draw(i))
}
