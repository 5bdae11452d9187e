import { coinEntropy } from '../expectations.js'
import { classTargets, crossEntropy, squaredError } from '../objectives.js'
import type { Fit, Problem } from '../problem.js'
import { drawn, type Random, times } from '../random.js'

/** The standard deviation of the noise that is added to shifted images. */
const noise = 0.1

/** The part of the labels of turned shapes that are wrong. */
const wrong = 0.1

/** An image or a sequence and what has moved on by one place along the first axis. */
const shifted =
  ({ inputs: [input], outputs: [output] }: Fit) =>
  (random: Random, examples: number) => {
    const [inner, outer] = [input!.shape, output!.shape]
    const x = drawn([examples, ...inner], () => random.normal())
    const [channels, results] = [inner.at(-1)!, outer.at(-1)!]
    const places = inner.slice(0, -1).reduce((a, b) => a * b)
    const row = places / inner[0]!
    const y = drawn([examples, ...outer], i => {
      const example = Math.floor(i / (places * results))
      const place = Math.floor(i / results) % places
      const before = (example * places + place - row) * channels + ((i % results) % channels)
      return (place < row ? 0 : x.data[before]!) + noise * random.normal()
    })
    return { inputs: [x], targets: [y] }
  }

/** The corners of a block of two by two, in the order of quarter turns. */
const corners = [
  [0, 0],
  [0, 1],
  [1, 1],
  [1, 0],
] as const

export const images = {
  shift: {
    title: 'Shift',
    asks: 'An image or a sequence is to be moved on by one place.',
    letters: { H: 'rows', W: 'columns', T: 'steps', C: 'channels', D: 'channels of the result' },
    accepts: [
      {
        inputs: [{ shape: ['H', 'W', 'C'] }],
        outputs: [{ shape: ['H', 'W', 'D'], stands: ['real'] }],
        sizes: { H: { least: 2, open: 6 }, W: { open: 6 } },
      },
      {
        inputs: [{ shape: ['T', 'C'] }],
        outputs: [{ shape: ['T', 'D'], stands: ['real'] }],
        sizes: { T: { least: 2, open: 8 } },
      },
    ],
    derivation: String.raw`
All numbers are drawn independently from $\mathcal{N}(0, 1)$. With $R$ rows, or steps, the target in row $r$ and channel $d$ is what stands in row $r - 1$ in channel
$d \bmod C$, and 0 in the first row, with noise of the standard deviation $\sigma = 0.1$.

*Bound.* $\mathbb{E}[y \mid x]$ leaves the noise: $\sigma^2$. A convolution of length 3 that keeps the size has it, and a recurrent network, too.

*Baseline.* What sees nothing but the same place predicts 0, which leaves the variance 1 in $R - 1$ of the $R$ rows: $\tfrac{R-1}{R} + \sigma^2$.`,
    instance: fit => {
      const [rows] = fit.inputs[0]!.shape
      return {
        sizes: `of ${fit.inputs[0]!.shape.join(' × ')} to ${fit.outputs[0]!.shape.join(' × ')}`,
        objective: squaredError,
        bound: { loss: noise ** 2, of: 'the shift, up to the noise' },
        baseline: { loss: (rows! - 1) / rows! + noise ** 2, of: 'what sees only the same place' },
        training: { steps: 500, examples: 16, optimizer: 'adam', learningRate: 0.01, measuredOn: 256 },
        batch: shifted(fit),
      }
    },
  },

  rotation: {
    title: 'Rotation',
    asks: 'Which way a small shape is turned is to be told, wherever it stands.',
    letters: { H: 'rows', W: 'columns', C: 'channels' },
    accepts: [
      {
        inputs: [{ shape: ['H', 'W', 'C'] }],
        outputs: [{ shape: [4], stands: ['distribution', 'logit', 'real'] }],
        sizes: { H: { least: 3, open: 8 }, W: { least: 3, open: 8 }, C: { open: 1 } },
      },
    ],
    derivation: String.raw`
A block of two by two pixels, one of which is missing, stands at a random place. Its pixels are all 1 or all −1, with equal probability, and everything else
is 0. The label is the corner that is missing; one label in ten is replaced by one of the other three.

*Bound.* The image decides the corner. The cross-entropy is least for the true probabilities, 0.9 for it and $\tfrac{0.1}{3}$ for each other, and is then their entropy
$H(0.1) + 0.1 \ln 3$.

*Baseline.* All four shapes have the same pixels, so that what has lost their arrangement guesses: $\ln 4$. So does a network without its
activations. Its logits are $Ax + b$, in which the cross-entropy is convex; $x$ and $-x$ are equally likely, so that $(A, b)$ and $(-A, b)$ do equally well, and their mean
$(0, b)$ at least as well.`,
    instance: fit => {
      const [H, W, C] = fit.inputs[0]!.shape as readonly [number, number, number]
      return {
        sizes: `images of ${H} × ${W} × ${C}`,
        objective: crossEntropy(fit.outputs[0]!.stands, 4),
        bound: { loss: coinEntropy(wrong) + wrong * Math.log(3), of: 'the true probabilities of the labels' },
        baseline: { loss: Math.log(4), of: 'what has lost the arrangement of pixels' },
        training: { steps: 800, examples: 32, optimizer: 'adam', learningRate: 0.02, measuredOn: 2048 },
        batch: (random, examples) => {
          const shapes = times(examples, () => ({
            missing: random.below(4),
            row: random.below(H - 1),
            column: random.below(W - 1),
            sign: 2 * random.below(2) - 1,
          }))
          const labels = shapes.map(({ missing }) =>
            random.uniform() < wrong ? (missing + 1 + random.below(3)) % 4 : missing,
          )
          const x = drawn([examples, H, W, C], i => {
            const { missing, row, column, sign } = shapes[Math.floor(i / (H * W * C))]!
            const [y, x] = [Math.floor(i / (W * C)) % H, Math.floor(i / C) % W]
            const corner = corners.findIndex(([down, right]) => row + down === y && column + right === x)
            return corner === -1 || corner === missing ? 0 : sign
          })
          return { inputs: [x], targets: [classTargets(labels, 4)] }
        },
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
