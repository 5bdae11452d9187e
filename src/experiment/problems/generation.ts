import { integral } from '../expectations.js'
import { classTargets, crossEntropy } from '../objectives.js'
import type { Problem } from '../problem.js'
import { drawn, type Random, times } from '../random.js'

/** How far the modes are from the middle, and the standard deviation of each. */
const [radius, deviation] = [2, 0.3]

/** The variance of the mixture along every axis. */
const varianceIn = (d: number) => radius ** 2 / d + deviation ** 2

/** A point near one of the 2 d points at a distance from the middle on the axes. */
function fromMixture(random: Random, d: number): readonly number[] {
  const [axis, side] = [random.below(d), 2 * random.below(2) - 1]
  return times(d, i => (i === axis ? side * radius : 0) + deviation * random.normal())
}

/** E‖X‖ for X normal with variance τ² along each of d axes around a point at a distance: τ√2 Γ((d+1)/2)/Γ(d/2) ₁F₁(−½; d/2; −μ²/2τ²). */
export function meanLength(d: number, distance: number, tau: number): number {
  let ratio = d % 2 === 1 ? 1 / Math.sqrt(Math.PI) : Math.sqrt(Math.PI) / 2
  for (let n = d % 2 === 1 ? 1 : 2; n < d; n += 2) ratio *= (n + 1) / n
  const x = distance ** 2 / (2 * tau ** 2)
  // Kummer: ₁F₁(a; b; −x) = e^−x ₁F₁(b − a; b; x), of which all terms are positive.
  let sum = 0
  let term = 1
  for (let k = 0; term > 1e-17 * sum; k++) {
    sum += term
    term *= (((d + 1) / 2 + k) * x) / ((d / 2 + k) * (k + 1))
  }
  return tau * Math.SQRT2 * ratio * Math.exp(-x) * sum
}

/** The squared energy distance of the mixture and the normal distribution of its mean and variance. */
function gaussianDistance(d: number): number {
  const variance = varianceIn(d)
  const own = Math.SQRT2 * deviation
  const between = meanLength(d, radius, Math.sqrt(variance + deviation ** 2))
  const within =
    (meanLength(d, 0, own) +
      meanLength(d, 2 * radius, own) +
      (2 * d - 2) * meanLength(d, Math.SQRT2 * radius, own)) /
    (2 * d)
  return 2 * between - within - meanLength(d, 0, Math.sqrt(2 * variance))
}

const normalDensity = (d: number, square: number, variance: number) =>
  Math.exp(-square / (2 * variance)) / (2 * Math.PI * variance) ** (d / 2)

/** The least cross-entropy of telling the mixture from the normal distribution of its mean and variance, in one or two dimensions. */
function bayesLoss(d: number): number {
  const variance = varianceIn(d)
  const reach = radius + 10 * deviation
  const at = (point: readonly number[]) => {
    const square = point.reduce((sum, x) => sum + x * x, 0)
    const modes = point.map(x =>
      [radius, -radius].reduce(
        (sum, mode) => sum + normalDensity(d, square - x * x + (x - mode) ** 2, deviation ** 2),
        0,
      ),
    )
    const mixture = modes.reduce((a, b) => a + b) / (2 * d)
    const other = normalDensity(d, square, variance)
    return (mixture * Math.log1p(other / mixture) + other * Math.log1p(mixture / other)) / 2
  }
  const range = [-reach, reach] as const
  const inner =
    d === 1
      ? integral(x => at([x]), range, 400)
      : integral(x => integral(y => at([x, y]), range, 400), range, 400)
  return inner
}

/** Distances of all points of one batch to all of another; a little is added, since a root has no derivative at 0. */
const lengths = (a: string, b: string) =>
  `sqrt(sum[[-1]](square(expandDims[[1]](${a}) - expandDims[[0]](${b}))) + 0.000000000001)`

const pairs = (name: string) =>
  `sum(${lengths(name, name)}) / (extent[0](${name}) * (extent[0](${name}) - 1))`

const modesText = String.raw`
The mixture has $2d$ modes of equal weight at the points $\pm 2 e_i$ on the axes of $d$ dimensions, each normal with the standard deviation $\sigma = 0.3$. Its mean is 0 and its
covariance $s^2 I$ with $s^2 = \tfrac{4}{d} + \sigma^2$.`

export const generation = {
  'mixture-generator': {
    title: 'Generating a mixture',
    asks: 'Noise is to be turned into points of a mixture with several modes.',
    letters: { k: 'numbers of noise', d: 'dimensions' },
    accepts: [
      {
        inputs: [{ shape: ['k'] }],
        outputs: [{ shape: ['d'], stands: ['real'] }],
        sizes: { d: { most: 16 } },
      },
    ],
    derivation: String.raw`
The generator takes standard normal noise.${modesText}

The objective is the squared energy distance of what is generated, $p$, and the mixture, $y$, estimated without bias from all pairs of a batch:
$$2\,\mathbb{E}\|p - y\| - \mathbb{E}\|p - p'\| - \mathbb{E}\|y - y'\|.$$

It takes the place of a discriminator, so that one network alone has an objective with a known least value.

*Bound.* The distance is never negative, and 0 for equal distributions only.

*Baseline.* What has the mean and covariance of the mixture but no modes: a normal distribution with variance $s^2$ along each axis, as a generator without
activations makes. For a normal $X$ with variance $\tau^2$ along $d$ axes around a point at the distance $\mu$,
$\mathbb{E}\|X\| = \tau \sqrt2 \, \frac{\Gamma((d+1)/2)}{\Gamma(d/2)} \, {}_1F_1\left(-\tfrac12; \tfrac d2; -\tfrac{\mu^2}{2\tau^2}\right)$. Differences of two points are normal so, around 0, $2$, $4$ or
$2\sqrt2$: the two modes are the same with probability $\tfrac{1}{2d}$, opposite with the same, and else at right angles.`,
    source:
      'Székely and Rizzo, Energy statistics, 2013, for the distance; Li, Swersky and Zemel, Generative Moment Matching Networks, 2015, for generators that are trained by one.',
    instance: ({ sizes: { k, d } }) => ({
      sizes: `${2 * d!} modes in ${d} dimensions`,
      objective: {
        name: 'squared energy distance',
        equation: `2 * mean(${lengths('p', 'y')}) - ${pairs('p')} - ${pairs('y')}`,
      },
      bound: { loss: 0, of: 'the mixture itself' },
      baseline: {
        loss: gaussianDistance(d!),
        of: 'the normal distribution with the same mean and covariance',
      },
      training: { steps: 1500, examples: 128, optimizer: 'adam', learningRate: 0.005, measuredOn: 1024 },
      batch: (random, examples) => {
        const points = times(examples, () => fromMixture(random, d!)).flat()
        return {
          inputs: [drawn([examples, k!], () => random.normal())],
          targets: [drawn([examples, d!], i => points[i]!)],
        }
      },
    }),
  },

  'mixture-discriminator': {
    title: 'Telling a mixture from a normal distribution',
    asks: 'Points of a mixture are to be told from those of a generator without modes.',
    letters: { d: 'dimensions' },
    accepts: [
      {
        inputs: [{ shape: ['d'] }],
        outputs: [{ shape: [1], stands: ['probability', 'logit', 'real'] }],
        sizes: { d: { most: 2 } },
      },
    ],
    derivation: String.raw`
Half of the points are of the mixture, with the label 1, the others of $\mathcal{N}(0, s^2 I)$, with the label 0.${modesText}

*Bound.* The best discriminator is $\tfrac{p}{p + q}$ with the densities $p$ and $q$ of the two, and has the cross-entropy $\ln 2 - \mathrm{JSD}(p, q)$. It is integrated numerically, on
intervals of less than a thirtieth of the standard deviation of a mode in one dimension, and a twentieth in two. For equal distributions it would be $\ln 2$, which is half of the
$\log 4$ that the discriminator and the generator of a GAN meet at.

*Baseline.* A linear logit $a^\top x + b$ does no better than 0: the cross-entropy is convex in $a$ and $b$, both densities are even, so that $(a, b)$ and $(-a, b)$ do
equally well, and their mean at least as well. The labels are balanced: $\ln 2$.`,
    source: 'Goodfellow et al., Generative Adversarial Nets, 2014, proposition 1 and theorem 1.',
    instance: ({ sizes: { d }, outputs: [output] }) => ({
      sizes: `${2 * d!} modes in ${d} dimensions`,
      objective: crossEntropy(output!.stands, 1),
      bound: { loss: bayesLoss(d!), of: 'the best discriminator' },
      baseline: { loss: Math.LN2, of: 'the best linear logit, which is 0' },
      training: { steps: 1500, examples: 128, optimizer: 'adam', learningRate: 0.01, measuredOn: 4096 },
      batch: (random, examples) => {
        const labels = times(examples, () => random.below(2))
        const scale = Math.sqrt(varianceIn(d!))
        const points = labels.flatMap(label =>
          label === 1 ? fromMixture(random, d!) : times(d!, () => scale * random.normal()),
        )
        return { inputs: [drawn([examples, d!], i => points[i]!)], targets: [classTargets(labels, 1)] }
      },
    }),
  },
} satisfies Readonly<Record<string, Problem>>
