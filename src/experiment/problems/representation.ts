import type { Problem } from '../problem.js'
import { drawn, times } from '../random.js'

/** The squared correlation of the moon with the best linear function of a point, in closed form. */
const correlation = (() => {
  const [x, y] = [1, 1 / 2 - 4 / Math.PI]
  const [varianceX, varianceY] = [1 / 2, 1 / 2 - (2 / Math.PI) ** 2]
  const between = (x ** 2 / varianceX + y ** 2 / varianceY) / 4
  return between / (1 + between)
})()

export const representation = {
  'two-moons': {
    title: 'Two moons, contrasted',
    asks: 'Points of the same moon are to be represented alike, by pairs alone.',
    letters: { k: 'numbers of a representation' },
    accepts: [
      {
        inputs: [{ shape: [2] }],
        outputs: [{ shape: ['k'], stands: ['real'] }],
        sizes: { k: { least: 2, most: 64 } },
      },
    ],
    derivation: String.raw`
The points come in pairs, both of one moon: $(\cos t, \sin t)$ or $(1 - \cos t, \tfrac12 - \sin t)$ with $t$ drawn evenly from $[0, \pi]$. The objective is the spectral contrastive loss of the
representations $f$, with all points of other pairs as negatives,
$$-2\,\mathbb{E}[f(x)^\top f(x^+)] + \mathbb{E}[(f(x)^\top f(x'))^2].$$

*Bound.* Up to a constant it is the squared error of approaching the kernel $\tfrac{p(x, x^+)}{p(x) p(x^+)}$ by $f(x)^\top f(x^+)$. As the points of a pair are independent once the moon is known,
the kernel is 2 for points of one moon and 0 otherwise, and has two eigenvalues other than 0, both 1, with the indicators of the moons. By the theorem of Eckart and Young, the least
loss for $k \ge 2$ is minus the sum of their squares: −2.

*Baseline.* For representations $f = A\phi$ with orthonormal functions $\phi$ the least loss is minus the sum of the $k$ largest squared eigenvalues of $\mathbb{E}[\phi(x)\phi(x^+)^\top]$. For the linear
functions of a point these are 1, of the constant, and the squared correlation $R^2$ of the moon with its best linear prediction. The moons differ by $\delta = (1, \tfrac12 - \tfrac4\pi)$ in
their means, and have the same covariance, $\mathrm{diag}(\tfrac12, \tfrac12 - \tfrac{4}{\pi^2})$; so $R^2 = \tfrac{b}{1 + b}$ with $b = \tfrac14 \delta^\top \Sigma^{-1} \delta$, and the
floor of the linearised network is $-1 - R^4$. What represents all points alike has −1.`,
    source:
      'HaoChen, Wei, Gaidon and Ma, Provable Guarantees for Self-Supervised Deep Learning with Spectral Contrastive Loss, 2021, lemma 3.2.',
    instance: () => ({
      sizes: 'points in the plane',
      objective: {
        name: 'spectral contrastive loss',
        equation: 'sum(y_2 * square(matMul(p, transpose(p))) - 2 * y_1 * matMul(p, transpose(p)))',
      },
      bound: { loss: -2, of: 'the indicators of the moons' },
      baseline: { loss: -1 - correlation ** 2, of: 'the best linear representation' },
      training: { steps: 1000, examples: 128, optimizer: 'adam', learningRate: 0.01, measuredOn: 512 },
      batch: (random, asked) => {
        const examples = 2 * Math.ceil(asked / 2)
        const points = times(examples / 2, () => random.below(2)).flatMap(moon =>
          times(2, () => {
            const angle = Math.PI * random.uniform()
            const [x, y] = [Math.cos(angle), Math.sin(angle)]
            return moon === 0 ? [x, y] : [1 - x, 1 / 2 - y]
          }).flat(),
        )
        const square = [examples, examples]
        const [row, column] = [(i: number) => Math.floor(i / examples), (i: number) => i % examples]
        const isPair = (i: number) => Math.floor(row(i) / 2) === Math.floor(column(i) / 2)
        return {
          inputs: [drawn([examples, 2], i => points[i]!)],
          targets: [
            drawn(square, i => (isPair(i) && row(i) !== column(i) ? 1 / examples : 0)),
            drawn(square, i => (isPair(i) ? 0 : 1 / (examples * (examples - 2)))),
          ],
        }
      },
    }),
  },
} satisfies Readonly<Record<string, Problem>>
