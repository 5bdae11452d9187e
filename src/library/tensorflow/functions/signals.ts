import type { Dimension } from '../../../graph/dimension.js'
import {
  type Arguments,
  flag,
  number,
  type Result,
  real,
  type TensorFunction,
  type TensorFunctions,
} from './function.js'

/** More numbers than this are not written out. */
const longest = 100_000

/** `a - b·cos(2πi / length)`, with one more place in the length where it is even (tfjs-core/src/ops/signal_ops_util.ts). */
function cosineWindow(given: Arguments, length: unknown, a: unknown, b: unknown): Result {
  if (typeof length !== 'number' || typeof a !== 'number' || typeof b !== 'number' || length > longest)
    return { problem: 'the numbers of the window are not known' }
  const even = 1 - (length % 2)
  const values = Array.from({ length }, (_, i) => a - b * Math.cos((2 * Math.PI * i) / (length + even - 1)))
  return `constant[${given.put([length])}, ${given.put(values)}, 'float32']()`
}

const named = (a: number, b: number, source: string): TensorFunction => ({
  arguments: [number('windowLength')],
  means: given => cosineWindow(given, given.value('windowLength'), a, b),
  examples: [[6], [7]],
  source: `tfjs-core/src/ops/signal/${source}.ts`,
})

/** Overlapping pieces of a signal, one in each row. */
function frames(given: Arguments): Result {
  const [size] = given.tensor('signal').shape!
  const [length, step] = ['frameLength', 'frameStep'].map(name => given.value(name))
  if (typeof size !== 'number' || typeof length !== 'number' || typeof step !== 'number' || step < 1)
    return { problem: 'the length of the signal is not known' }
  const starts: number[] = []
  const isWhole = (start: number) => start + length <= size
  for (let start = 0; given.flag('padEnd') ? start < size : isWhole(start); start += step) starts.push(start)
  if (starts.length === 0 || starts.length * length > longest)
    return { problem: 'there are too many or no frames' }
  const missing = Math.max(0, starts.at(-1)! + length - size)
  const positions: Dimension[] = starts.flatMap(start => Array.from({ length }, (_, i) => start + i))
  const padded = missing === 0 ? 'signal' : `pad[0, 0, ${missing}, padValue](signal)`
  return `gather[0](${padded}, constant[${given.put([starts.length, length])}, ${given.put(positions)}, 'int32']())`
}

/** `tf.signal` without complex numbers. */
export const signals: TensorFunctions = {
  cosineWindow: {
    arguments: [number('windowLength'), number('a'), number('b')],
    means: given => cosineWindow(given, given.value('windowLength'), given.value('a'), given.value('b')),
    examples: [[5, 0.4, 0.6]],
    source: 'tfjs-core/src/ops/signal_ops_util.ts',
  },
  'signal.hannWindow': named(0.5, 0.5, 'hann_window'),
  'signal.hammingWindow': named(0.54, 0.46, 'hamming_window'),
  'signal.frame': {
    arguments: [
      real('signal'),
      number('frameLength'),
      number('frameStep'),
      flag('padEnd'),
      number('padValue', 0),
    ],
    means: frames,
    examples: [
      [{ shape: [7] }, 3, 2],
      [{ shape: [7] }, 4, 2, true, 1.5],
    ],
    source: 'tfjs-core/src/ops/signal/frame.ts',
  },
}
