import { coinEntropy, integral, softplus } from '../expectations.js'
import { classTargets, crossEntropy } from '../objectives.js'
import type { Fit, Pattern, Problem, SizeRange } from '../problem.js'
import { drawn } from '../random.js'

/** One number for two classes, or one for each of them. */
const twoClasses = (
  inputs: number | string,
  sizes: Readonly<Record<string, SizeRange>> = {},
): readonly Pattern[] => [
  {
    inputs: [{ shape: [inputs] }],
    outputs: [{ shape: [1], stands: ['probability', 'logit', 'real'] }],
    sizes,
  },
  {
    inputs: [{ shape: [inputs] }],
    outputs: [{ shape: [2], stands: ['distribution', 'logit', 'real'] }],
    sizes,
  },
]

const objectiveOf = ({ outputs: [output] }: Fit) => crossEntropy(output!.stands, output!.shape[0]!)

/** The part of the labels of the spirals that are flipped. */
const flipped = 0.05

/** Where the spirals begin and end, in radians; their radius is half of the angle. */
const [firstAngle, lastAngle] = [Math.PI / 2, (5 / 2) * Math.PI]

const onSpiral = (angle: number, arm: number): readonly [number, number] => {
  const radius = ((arm === 0 ? 1 : -1) * angle) / 2
  return [radius * Math.cos(angle), radius * Math.sin(angle)]
}

/** The cross-entropy of the logit a x₁ + b x₂ on both spirals: by symmetry, that on the first one, whose label is 0. */
function linearLoss([a, b]: readonly [number, number]): number {
  const length = lastAngle - firstAngle
  const loss = (angle: number) => {
    const [x, y] = onSpiral(angle, 0)
    const logit = a * x + b * y
    return softplus(logit) - flipped * logit
  }
  return integral(loss, [firstAngle, lastAngle], 400) / length
}

/** The least of a smooth convex function of two numbers, by descent with steps along the axes that shrink. */
function leastOf(f: (at: readonly [number, number]) => number): number {
  let at: readonly [number, number] = [0, 0]
  let best = f(at)
  for (let step = 1; step > 1e-6; ) {
    const around = [
      [step, 0],
      [-step, 0],
      [0, step],
      [0, -step],
    ].map(([dx, dy]) => [at[0] + dx!, at[1] + dy!] as const)
    const values = around.map(f)
    const least = Math.min(...values)
    if (least < best) {
      at = around[values.indexOf(least)]!
      best = least
    } else step /= 2
  }
  return best
}

export const classification = {
  parity: {
    title: 'Parity',
    asks: 'Whether an odd number of the first bits is set is to be told; further bits say nothing.',
    letters: { n: 'bits' },
    accepts: twoClasses('n', { n: { least: 2, most: 16 } }),
    derivation: String.raw`
The inputs $x_1, \dots, x_n$ are −1 or 1, independently and with probability ½, and the label says whether an odd number of the first $k = \min(n, 3)$
is 1. For two inputs this is the exclusive or.

*Bound.* The inputs decide the label: the cross-entropy can come as near to 0 as logits grow.

*Baseline.* A network without its activations gives a logit $a^\top x + b$, in which the cross-entropy is convex. Turning the signs of two of the
first $k$ inputs, or of one of the others, changes no label: $a$ and its image do equally well, and their mean at least as well. Any $a_i$ can be made 0 so,
one after the other, and by the symmetry of the labels $b$, too. The best linear logit is 0, with a loss of $\ln 2$.`,
    source: 'Minsky and Papert, Perceptrons, 1969.',
    instance: fit => {
      const n = fit.sizes.n!
      const counted = Math.min(n, 3)
      return {
        sizes: counted === n ? `${n} bits` : `${counted} of ${n} bits`,
        objective: objectiveOf(fit),
        bound: { loss: 0, of: 'the parity itself' },
        baseline: { loss: Math.LN2, of: 'the best linear logit, which is 0' },
        training: { steps: 600, examples: 64, optimizer: 'adam', learningRate: 0.01, measuredOn: 2048 },
        batch: (random, examples) => {
          const x = drawn([examples, n], () => 2 * random.below(2) - 1)
          const labels = Array.from({ length: examples }, (_, i) => {
            const bits = x.data.subarray(i * n, i * n + counted)
            return bits.filter(bit => bit > 0).length % 2
          })
          return { inputs: [x], targets: [classTargets(labels, fit.outputs[0]!.shape[0]!)] }
        },
      }
    },
  },
  'two-spirals': {
    title: 'Two spirals',
    asks: 'Two spirals that are wound into each other are to be told apart.',
    accepts: twoClasses(2),
    derivation: String.raw`
Points lie on two spirals, one of each label: $x = \pm\tfrac{\theta}{2}(\cos\theta, \sin\theta)$ with $\theta$ drawn evenly from $[\tfrac{\pi}{2}, \tfrac{5\pi}{2}]$. One label in twenty is
flipped.

*Bound.* The spirals do not meet, so that the point decides the label up to the flips. The cross-entropy is least for the true
probabilities 0.95 and 0.05 and is then their entropy, $H(0.05)$.

*Baseline.* The cross-entropy of a logit $a^\top x + b$ is convex in $a$ and $b$. Turning all by half a turn exchanges the spirals, so that $(a, b)$ and
$(a, -b)$ do equally well, and their mean $(a, 0)$ at least as well. What remains is an integral over $\theta$ with two numbers $a$, whose least value is
found numerically; steps of $10^{-6}$ and 400 intervals leave an error far below the digits that are shown.`,
    source:
      'Lang and Witbrock, Learning to Tell Two Spirals Apart, 1988; here with fewer turns, and labels that are flipped.',
    instance: fit => ({
      sizes: 'points in the plane',
      objective: objectiveOf(fit),
      bound: { loss: coinEntropy(flipped), of: 'the true probabilities of the labels' },
      baseline: { loss: leastOf(linearLoss), of: 'the best linear logit' },
      training: { steps: 800, examples: 128, optimizer: 'adam', learningRate: 0.01, measuredOn: 4096 },
      batch: (random, examples) => {
        const arms = Array.from({ length: examples }, () => random.below(2))
        const points = arms.flatMap(arm =>
          onSpiral(firstAngle + (lastAngle - firstAngle) * random.uniform(), arm),
        )
        const labels = arms.map(arm => (random.uniform() < flipped ? 1 - arm : arm))
        const classes = fit.outputs[0]!.shape[0]!
        return { inputs: [drawn([examples, 2], i => points[i]!)], targets: [classTargets(labels, classes)] }
      },
    }),
  },
} satisfies Readonly<Record<string, Problem>>
