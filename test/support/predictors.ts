import type { Batch, OutputPort, Port, Signature, Standing, Teacher } from '../../src/experiment/problem.js'
import type { ProblemName } from '../../src/experiment/problems/table.js'
import type { Tensor } from '../../src/graph/tensor.js'

/** Outputs for a batch, by what is known of the distribution and not by training. */
type Predictor = (batch: Batch) => readonly Tensor[]

/** What should reach the bound of a problem, and what its baseline, written down a second time. */
interface Case {
  readonly signature: Signature
  readonly teacher?: Teacher
  readonly bound: Predictor
  readonly baseline: Predictor
}

const takes = (...shape: readonly (number | null)[]): Port => ({ shape })
const gives = (stands: Standing, ...shape: readonly (number | null)[]): OutputPort => ({ shape, stands })

const tensor = (shape: readonly number[], data: readonly number[]): Tensor => ({
  shape,
  dtype: 'float32',
  data: Float64Array.from(data),
})

/** Rows of the first input. */
function rowsOf({ shape, data }: Tensor): readonly (readonly number[])[] {
  const width = shape.slice(1).reduce((a, b) => a * b, 1)
  return Array.from({ length: shape[0]! }, (_, i) => [...data.subarray(i * width, (i + 1) * width)])
}

/** One output that is worked out row by row. */
const rowwise =
  (width: number, of: (row: readonly number[]) => readonly number[]): Predictor =>
  ({ inputs: [x] }) => [tensor([x!.shape[0]!, width], rowsOf(x!).flatMap(of))]

const logit = (p: number) => Math.log(p / (1 - p))

const onFirstSpiral = ([a, b]: readonly number[]) => {
  const angle = 3 * Math.PI * Math.hypot(a!, b!)
  return Math.cos(angle) * a! + Math.sin(angle) * b! > 0
}

/** The logits (a, b) of least cross-entropy for spirals, by gradient descent on points of a fine grid. */
function linearSpirals(): readonly [number, number] {
  const angles = Array.from({ length: 4000 }, (_, i) => Math.PI / 2 + ((i + 0.5) / 4000) * 2.5 * Math.PI)
  let [a, b] = [0, 0]
  for (let step = 0; step < 400; step++) {
    let [da, db] = [0, 0]
    for (const angle of angles) {
      const [x, y] = [Math.cos, Math.sin].map(f => (f(angle) * angle) / (3 * Math.PI)) as [number, number]
      const error = 1 / (1 + Math.exp(-a * x - b * y)) - 0.05
      da += error * x
      db += error * y
    }
    a -= (8 * da) / angles.length
    b -= (8 * db) / angles.length
  }
  return [a, b]
}

const [spiralA, spiralB] = linearSpirals()

export const predictors: Readonly<Record<ProblemName, readonly [Case, ...Case[]]>> = {
  'xor-plus-linear': [
    {
      signature: { inputs: [takes(5)], outputs: [gives('real', 1)] },
      bound: rowwise(1, ([a, b, c, d, e]) => [(a! === b! ? 0 : 1) + (a! - b! + c! - d! + e!) / 2]),
      baseline: rowwise(1, ([a, b, c, d, e]) => [0.5 + (a! - b! + c! - d! + e!) / 2]),
    },
  ],
  'polynomial-regression': [
    {
      signature: { inputs: [takes(2)], outputs: [gives('real', 1)] },
      bound: rowwise(1, xs => [
        xs
          .map(x => 3 ** 0.5 * x + 5 ** 0.5 * (1.5 * x ** 2 - 0.5) + 7 ** 0.5 * (2.5 * x ** 3 - 1.5 * x))
          .reduce((a, b) => a + b) /
          6 ** 0.5,
      ]),
      baseline: rowwise(1, ([a, b]) => [(a! + b!) / 2 ** 0.5]),
    },
  ],
  'linear-regression': [
    {
      signature: { inputs: [takes(4)], outputs: [gives('real', 2)] },
      bound: rowwise(2, ([a, b, c, d]) => [(a! - b! + c! - d! + 1) / 2, (-a! + b! - c! + d! + 1) / 2]),
      baseline: rowwise(2, () => [0.5, 0.5]),
    },
  ],
  'two-spirals': [
    {
      signature: { inputs: [takes(2)], outputs: [gives('probability', 1)] },
      bound: rowwise(1, row => [onFirstSpiral(row) ? 0.05 : 0.95]),
      baseline: rowwise(1, ([x, y]) => [1 / (1 + Math.exp(-spiralA * x! - spiralB * y!))]),
    },
    {
      signature: { inputs: [takes(2)], outputs: [gives('logit', 2)] },
      bound: rowwise(2, row => (onFirstSpiral(row) ? [3, 3 + logit(0.05)] : [1, 1 + logit(0.95)])),
      baseline: rowwise(2, ([x, y]) => [0, spiralA * x! + spiralB * y!]),
    },
  ],
  parity: [
    {
      signature: { inputs: [takes(5)], outputs: [gives('real', 1)] },
      bound: rowwise(1, ([a, b, c]) => [40 * a! * b! * c!]),
      baseline: rowwise(1, () => [0]),
    },
    {
      signature: { inputs: [takes(2)], outputs: [gives('distribution', 2)] },
      bound: rowwise(2, ([a, b]) => (a === b ? [1, 0] : [0, 1])),
      baseline: rowwise(2, () => [0.5, 0.5]),
    },
  ],
}
