import type { Batch, OutputPort, Port, Signature, Standing, Teacher } from '../../src/experiment/problem.js'
import type { ProblemName } from '../../src/experiment/problems/table.js'
import { randomOf } from '../../src/experiment/random.js'
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

/** One output of a shape that is worked out row by row. */
const rowwise =
  (shape: number | readonly number[], of: (row: readonly number[]) => readonly number[]): Predictor =>
  ({ inputs: [x] }) => [tensor([x!.shape[0]!, ...[shape].flat()], rowsOf(x!).flatMap(of))]

const logit = (p: number) => Math.log(p / (1 - p))

const onFirstSpiral = ([a, b]: readonly number[]) => {
  const angle = 2 * Math.hypot(a!, b!)
  return Math.cos(angle) * a! + Math.sin(angle) * b! > 0
}

/** The logits (a, b) of least cross-entropy for spirals, by gradient descent on points of a fine grid. */
function linearSpirals(): readonly [number, number] {
  const angles = Array.from({ length: 4000 }, (_, i) => Math.PI / 2 + ((i + 0.5) / 4000) * 2 * Math.PI)
  let [a, b] = [0, 0]
  for (let step = 0; step < 400; step++) {
    let [da, db] = [0, 0]
    for (const angle of angles) {
      const [x, y] = [Math.cos, Math.sin].map(f => (f(angle) * angle) / 2) as [number, number]
      const error = 1 / (1 + Math.exp(-a * x - b * y)) - 0.05
      da += error * x
      db += error * y
    }
    a -= (0.5 * da) / angles.length
    b -= (0.5 * db) / angles.length
  }
  return [a, b]
}

const [spiralA, spiralB] = linearSpirals()

/** Scores of classes: all for one class, or evenly for several; shares of 1, or logits of a size. */
function scores(
  classes: number,
  rows: readonly (readonly (number | readonly number[])[])[],
  size?: number,
): readonly Tensor[] {
  const data = rows.flat().flatMap(wanted => {
    const all = typeof wanted === 'number' ? [wanted] : wanted
    return Array.from({ length: classes }, (_, i) => (all.includes(i) ? (size ?? 1 / all.length) : 0))
  })
  return [tensor([rows.length, rows[0]!.length, classes], data)]
}

/** Tokens that are given as one of several inputs that is 1. */
const tokensOf = (x: Tensor, classes: number) =>
  rowsOf(x).map(row =>
    Array.from({ length: row.length / classes }, (_, i) => row.slice(i * classes).indexOf(1)),
  )

/** How often each of three tokens is at each place of five that are sorted, by counting all texts. */
const sortedShares = (() => {
  const counts = Array<number>(15).fill(0)
  for (let text = 0; text < 3 ** 5; text++) {
    const tokens = Array.from({ length: 5 }, (_, i) => Math.floor(text / 3 ** i) % 3).sort()
    tokens.forEach((token, place) => {
      counts[place * 3 + token]! += 1 / 3 ** 5
    })
  }
  return counts
})()

/** The corner that is missing beside three equal pixels, in the order of quarter turns. */
function missingCorner(image: readonly number[], width: number): number {
  const set = image.flatMap((pixel, i) => (pixel === 0 ? [] : [[Math.floor(i / width), i % width] as const]))
  const [top, left] = [0, 1].map(axis => Math.min(...set.map(place => place[axis]!))) as [number, number]
  return [
    [0, 0],
    [0, 1],
    [1, 1],
    [1, 0],
  ].findIndex(
    ([down, right]) => !set.some(([row, column]) => row === top + down! && column === left + right!),
  )
}

const noise = randomOf(99)

/** Reconstruction, mean and log variance of a draw from the posterior: W has the first two columns of I − 2/5 (1 1ᵀ), times √2. */
function posterior(x: Tensor): readonly Tensor[] {
  const W = Array.from({ length: 5 }, (_, i) => [0, 1].map(k => Math.SQRT2 * ((i === k ? 1 : 0) - 2 / 5)))
  const means = rowsOf(x).map(row =>
    [0, 1].map(k => row.reduce((sum, value, i) => sum + value * W[i]![k]!, 0) / 2.25),
  )
  const drawn = means.map(mean => mean.map(value => value + Math.sqrt(0.25 / 2.25) * noise.normal()))
  const reconstructed = drawn.flatMap(z => W.map(weights => weights[0]! * z[0]! + weights[1]! * z[1]!))
  const rows = x.shape[0]!
  return [
    tensor([rows, 5], reconstructed),
    tensor([rows, 2], means.flat()),
    tensor([rows, 2], Array(2 * rows).fill(Math.log(0.25 / 2.25))),
  ]
}

/** Twice 0.75 times the sum of the first features of the nodes that a node is connected with. */
function communityLogits(x: Tensor, a: Tensor, features: number): readonly number[] {
  return rowsOf(a).flatMap((edges, example) => {
    const nodes = Math.sqrt(edges.length)
    return Array.from({ length: nodes }, (_, node) =>
      edges
        .slice(node * nodes, (node + 1) * nodes)
        .reduce((sum, edge, i) => sum + (edge > 0 ? 1.5 * x.data[(example * nodes + i) * features]! : 0), 0),
    )
  })
}

const twoShares = (log: number) => [1 / (1 + Math.exp(log)), 1 / (1 + Math.exp(-log))]

const meansOf = (values: readonly (readonly number[])[]) =>
  values[0]!.map((_, action) => values.reduce((sum, row) => sum + row[action]!, 0) / values.length)

/** What is earned from each state of a corridor of five, by the better end. */
const corridorBest = Array.from({ length: 5 }, (_, state) => Math.max(0.3 * 0.8 ** state, 0.8 ** (4 - state)))

const corridorValues = corridorBest.map((_, state) => [
  state === 0 ? 0.3 : 0.8 * corridorBest[state - 1]!,
  state === 4 ? 1 : 0.8 * corridorBest[state + 1]!,
])

/** A grid of 3 × 3 with the pit at cell 4 and the goal at cell 8; from each cell but these, steps to the goal around the pit. */
const stepsToGoal: Readonly<Record<number, number>> = { 0: 4, 1: 3, 2: 2, 3: 3, 5: 1, 6: 2, 7: 1 }

const gridValues = new Map(
  Object.keys(stepsToGoal).map(key => {
    const cell = Number(key)
    const [row, column] = [Math.floor(cell / 3), cell % 3]
    const next = [
      row === 0 ? cell : cell - 3,
      row === 2 ? cell : cell + 3,
      column === 0 ? cell : cell - 1,
      column === 2 ? cell : cell + 1,
    ]
    const value = (to: number) => (to === 8 ? 1 : to === 4 ? -1 : 0.8 * 0.8 ** (stepsToGoal[to]! - 1))
    return [cell, next.map(value)]
  }),
)

const onUpperMoon = ([x, y]: readonly number[]) => Math.abs(Math.hypot(x!, y!) - 1) < 1e-9 && y! >= 0

/** The best linear function of a point for two moons, with variance 1, scaled to the root of its eigenvalue. */
const moonScore = (() => {
  const points = [0, 1].flatMap(moon =>
    Array.from({ length: 4000 }, (_, i) => {
      const angle = ((i + 0.5) / 4000) * Math.PI
      const [x, y] = [Math.cos(angle), Math.sin(angle)]
      return moon === 0 ? ([x, y, 1] as const) : ([1 - x, 0.5 - y, -1] as const)
    }),
  )
  const mean = (of: (point: readonly [number, number, number]) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [mx, my] = [mean(([x]) => x), mean(([, y]) => y)]
  const [xx, xy, yy] = [
    mean(([x]) => (x - mx) ** 2),
    mean(([x, y]) => (x - mx) * (y - my)),
    mean(([, y]) => (y - my) ** 2),
  ]
  const [xs, ys] = [mean(([x, , s]) => (x - mx) * s), mean(([, y, s]) => (y - my) * s)]
  const determinant = xx * yy - xy * xy
  const [a, b] = [(yy * xs - xy * ys) / determinant, (xx * ys - xy * xs) / determinant]
  // The variance of the prediction is the squared correlation, which is the eigenvalue; so f = prediction has both.
  return ([x, y]: readonly number[]) => a * (x! - mx) + b * (y! - my)
})()

/** A point near one of four modes: which one by the quadrant of normal noise. */
const nearMode = (a: number, b: number): readonly number[] => {
  const quadrant = (a > 0 ? 1 : 0) + (b > 0 ? 2 : 0)
  const axis = quadrant % 2
  const side = quadrant < 2 ? 2 : -2
  const [u, v] = [0.3 * noise.normal(), 0.3 * noise.normal()]
  return axis === 0 ? [side + u, v] : [u, side + v]
}

/** Other points of the mixture. */
const otherPoints = (y: Tensor) =>
  rowsOf(y).flatMap(() => {
    const axis = noise.below(3)
    const side = noise.below(2) === 0 ? 2 : -2
    return [0, 1, 2].map(i => (i === axis ? side : 0) + 0.3 * noise.normal())
  })

/** The logarithm of the density of the mixture over that of the normal distribution of its variance. */
function mixtureLogit(point: readonly number[]): number {
  const d = point.length
  const variance = 4 / d + 0.09
  const modes = point.flatMap((_, axis) => [2, -2].map(side => point.map((_, i) => (i === axis ? side : 0))))
  const density = (square: number, own: number) =>
    Math.exp(-square / (2 * own)) / (2 * Math.PI * own) ** (d / 2)
  const squareTo = (mode: readonly number[]) => point.reduce((sum, x, i) => sum + (x - mode[i]!) ** 2, 0)
  const mixture = modes.reduce((sum, mode) => sum + density(squareTo(mode), 0.09) / modes.length, 0)
  return Math.log(mixture / density(squareTo(point.map(() => 0)), variance))
}

export const predictors: Readonly<Record<ProblemName, readonly [Case, ...Case[]]>> = {
  'xor-plus-linear': [
    {
      signature: { inputs: [takes(5)], outputs: [gives('real', 1)] },
      bound: rowwise(1, ([a, b, c, d, e]) => [(a! === b! ? 0 : 1) + (a! - b! + c! - d! + e!) / 2]),
      baseline: rowwise(1, ([a, b, c, d, e]) => [0.5 + (a! - b! + c! - d! + e!) / 2]),
    },
    {
      signature: { inputs: [takes(3)], outputs: [gives('probability', 1), gives('real', 1)] },
      bound: ({ inputs: [x] }) => [
        tensor(
          [x!.shape[0]!, 1],
          rowsOf(x!).map(([a, b]) => (a === b ? 0 : 1)),
        ),
        tensor(
          [x!.shape[0]!, 1],
          rowsOf(x!).map(([a, b, c]) => (a! - b! + c!) / 2),
        ),
      ],
      baseline: ({ inputs: [x] }) => [
        tensor(
          [x!.shape[0]!, 1],
          rowsOf(x!).map(() => 0.5),
        ),
        tensor(
          [x!.shape[0]!, 1],
          rowsOf(x!).map(([a, b, c]) => (a! - b! + c!) / 2),
        ),
      ],
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
  adding: [
    {
      signature: { inputs: [takes(null, 2)], outputs: [gives('real', 1)] },
      bound: rowwise(1, row => [
        row.reduce((sum, mark, i) => (i % 2 === 1 ? sum + mark * row[i - 1]! : sum), 0),
      ]),
      baseline: rowwise(1, () => [1]),
    },
    {
      signature: { inputs: [takes(50, 2)], outputs: [gives('real', 1)] },
      bound: rowwise(1, row => [
        row.slice(60).reduce((sum, mark, i) => (i % 2 === 1 ? sum + mark * row[59 + i]! : sum), 0),
      ]),
      baseline: rowwise(1, () => [1]),
    },
  ],
  copy: [
    {
      signature: { inputs: [{ shape: [12], below: 6 }], outputs: [gives('logit', 12, 6)] },
      bound: ({ inputs: [x] }) =>
        scores(
          6,
          rowsOf(x!).map(row => [...Array(8).fill(4), ...row.slice(0, 4)]),
          40,
        ),
      baseline: ({ inputs: [x] }) =>
        scores(
          6,
          rowsOf(x!).map(() => [...Array(8).fill([4]), ...Array(4).fill([0, 1, 2, 3])]),
          40,
        ),
    },
    {
      signature: { inputs: [takes(30, 10)], outputs: [gives('distribution', 30, 9)] },
      bound: ({ inputs: [x] }) =>
        scores(
          9,
          tokensOf(x!, 10).map(row => [...Array(26).fill(8), ...row.slice(18, 22)]),
        ),
      baseline: ({ inputs: [x] }) =>
        scores(
          9,
          tokensOf(x!, 10).map(() => [...Array(26).fill(8), ...Array(4).fill([0, 1, 2, 3, 4, 5, 6, 7])]),
        ),
    },
  ],
  'delayed-recall': [
    {
      signature: { inputs: [takes(6, 3)], outputs: [gives('real', 2)] },
      bound: rowwise(2, ([a, b]) => [a!, b!]),
      baseline: rowwise(2, () => [0, 0]),
    },
    {
      signature: { inputs: [takes(20, 1)], outputs: [gives('probability', 1)] },
      bound: rowwise(1, row => [row[12]! > 0 ? 1 : 0]),
      baseline: rowwise(1, () => [0.5]),
    },
  ],
  sorting: [
    {
      signature: { inputs: [{ shape: [5], below: 3 }], outputs: [gives('distribution', 5, 3)] },
      bound: ({ inputs: [x] }) =>
        scores(
          3,
          rowsOf(x!).map(row => [...row].sort()),
        ),
      baseline: ({ inputs: [x] }) => [
        tensor(
          [x!.shape[0]!, 5, 3],
          rowsOf(x!).flatMap(() => sortedShares),
        ),
      ],
    },
  ],
  induction: [
    {
      signature: { inputs: [takes(7, 4)], outputs: [gives('logit', 7, 4)] },
      bound: ({ inputs: [x] }) =>
        scores(
          4,
          tokensOf(x!, 4).map(row => row.map((_, i) => (i < 2 ? [0, 1, 2, 3] : row[i - 2]!))),
          40,
        ),
      baseline: ({ inputs: [x] }) => [
        tensor(
          x!.shape,
          [...x!.data].map(() => 1),
        ),
      ],
    },
  ],
  shift: [
    {
      signature: { inputs: [takes(4, 3, 2)], outputs: [gives('real', 4, 3, 1)] },
      bound: rowwise([4, 3, 1], row =>
        Array.from({ length: 12 }, (_, place) => (place < 3 ? 0 : row[(place - 3) * 2]!)),
      ),
      baseline: rowwise([4, 3, 1], () => Array(12).fill(0)),
    },
    {
      signature: { inputs: [takes(null, 1)], outputs: [gives('real', null, 1)] },
      bound: rowwise([8, 1], row => [0, ...row.slice(0, -1)]),
      baseline: rowwise([8, 1], () => Array(8).fill(0)),
    },
  ],
  rotation: [
    {
      signature: { inputs: [takes(4, 5, 1)], outputs: [gives('distribution', 4)] },
      bound: rowwise(4, row => {
        const missing = missingCorner(row, 5)
        return [0, 1, 2, 3].map(corner => (corner === missing ? 0.9 : 0.1 / 3))
      }),
      baseline: rowwise(4, () => [0.25, 0.25, 0.25, 0.25]),
    },
  ],
  'probabilistic-pca': [
    {
      signature: { inputs: [takes(5)], outputs: [gives('real', 5), gives('real', 2), gives('real', 2)] },
      bound: ({ inputs: [x] }) => posterior(x!),
      baseline: ({ inputs: [x] }) =>
        [5, 2, 2].map(size => tensor([x!.shape[0]!, size], Array(x!.shape[0]! * size).fill(0))),
    },
  ],
  communities: [
    {
      signature: { inputs: [takes(12, 2), takes(12, 12)], outputs: [gives('logit', 12, 1)] },
      bound: ({ inputs: [x, a] }) => [tensor([x!.shape[0]!, 12, 1], communityLogits(x!, a!, 2))],
      baseline: ({ inputs: [x] }) => [
        tensor(
          [x!.shape[0]!, 12, 1],
          [...x!.data].filter((_, i) => i % 2 === 0).map(feature => 1.5 * feature),
        ),
      ],
    },
    {
      signature: { inputs: [takes(10, 10), takes(10, 1)], outputs: [gives('distribution', 10, 2)] },
      bound: ({ inputs: [a, x] }) => [
        tensor([x!.shape[0]!, 10, 2], communityLogits(x!, a!, 1).flatMap(twoShares)),
      ],
      baseline: ({ inputs: [, x] }) => [
        tensor(
          [x!.shape[0]!, 10, 2],
          [...x!.data].flatMap(feature => twoShares(1.5 * feature)),
        ),
      ],
    },
  ],
  'contextual-bandit': [
    {
      signature: { inputs: [takes(3)], outputs: [gives('distribution', 3)] },
      bound: rowwise(3, ([a, b]) => (a! * b! > 0 ? [1, 0, 0] : [0, 1, 0])),
      baseline: rowwise(3, () => [0.2, 0.3, 0.5]),
    },
    {
      signature: { inputs: [takes(2)], outputs: [gives('logit', 2)] },
      bound: rowwise(2, ([a, b]) => [a! * b! > 0 ? 60 : -60, 0]),
      baseline: rowwise(2, () => [-60, 0]),
    },
  ],
  corridor: [
    {
      signature: { inputs: [takes(5)], outputs: [gives('real', 2)] },
      bound: rowwise(2, row => corridorValues[row.indexOf(1)]!),
      baseline: rowwise(2, () => meansOf(corridorValues)),
    },
  ],
  'grid-world': [
    {
      signature: { inputs: [takes(3, 3, 1)], outputs: [gives('real', 4)] },
      bound: rowwise(4, row => gridValues.get(row.indexOf(1))!),
      baseline: rowwise(4, () => meansOf([...gridValues.values()])),
    },
  ],
  'two-moons': [
    {
      signature: { inputs: [takes(2)], outputs: [gives('real', 3)] },
      bound: rowwise(3, row => (onUpperMoon(row) ? [0, Math.SQRT2, 0] : [0, 0, Math.SQRT2])),
      baseline: rowwise(3, row => [1, moonScore(row), 0]),
    },
  ],
  'mixture-generator': [
    {
      signature: { inputs: [takes(2)], outputs: [gives('real', 2)] },
      bound: rowwise(2, ([a, b]) => nearMode(a!, b!)),
      baseline: rowwise(2, row => row.map(number => Math.sqrt(2.09) * number)),
    },
    {
      signature: { inputs: [takes(3)], outputs: [gives('real', 3)] },
      bound: ({ targets: [y] }) => [tensor(y!.shape, otherPoints(y!))],
      baseline: rowwise(3, row => row.map(number => Math.sqrt(4 / 3 + 0.09) * number)),
    },
  ],
  'mixture-discriminator': [
    {
      signature: { inputs: [takes(1)], outputs: [gives('logit', 1)] },
      bound: rowwise(1, row => [mixtureLogit(row)]),
      baseline: rowwise(1, () => [0]),
    },
    {
      signature: { inputs: [takes(2)], outputs: [gives('probability', 1)] },
      bound: rowwise(1, row => [1 / (1 + Math.exp(-mixtureLogit(row)))]),
      baseline: rowwise(1, () => [0.5]),
    },
  ],
  'teacher-student': [
    {
      signature: { inputs: [takes(2)], outputs: [gives('real', 1)] },
      teacher: ([x]) => [
        tensor(
          [x!.shape[0]!, 1],
          rowsOf(x!).map(([a, b]) => Math.tanh(a!) * b!),
        ),
      ],
      bound: rowwise(1, ([a, b]) => [Math.tanh(a!) * b!]),
      baseline: rowwise(1, () => [0]),
    },
  ],
}
