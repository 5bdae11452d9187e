import type { Fit, OutputPattern, Problem } from '../problem.js'
import { drawn, times } from '../random.js'

/** The variance of the noise around the latent plane, and of the plane along each of its directions. */
const [noise, spread] = [0.25, 2]

const numbers = (size: string): OutputPattern => ({ shape: [size], stands: ['real'] })

const evidence = (D: number, reconstruction: string, mean: string, logVariance: string) =>
  `sum[[-1]](square(x - ${reconstruction})) / ${2 * noise} + ${(D / 2) * Math.log(2 * Math.PI * noise)} + sum[[-1]](exp(${logVariance}) + square(${mean}) - 1 - ${logVariance}) / 2`

const objectiveOf = ({ pattern, sizes: { D } }: Fit) => ({
  name: 'negative evidence lower bound',
  equation: pattern === 0 ? evidence(D!, 'p_1', 'p_2', 'p_3') : evidence(D!, 'p_3', 'p_1', 'p_2'),
})

export const latent = {
  'probabilistic-pca': {
    title: 'Probabilistic PCA',
    asks: 'A variational autoencoder is to find the plane that its inputs lie near.',
    letters: { D: 'numbers', K: 'latent variables' },
    accepts: [
      [numbers('D'), numbers('K'), numbers('K')],
      [numbers('K'), numbers('K'), numbers('D')],
    ].map(outputs => ({
      inputs: [{ shape: ['D'] }],
      outputs,
      sizes: { D: { least: 2, most: 128 } },
    })),
    derivation: String.raw`
The model gives the reconstruction $r$ with the mean $m$ and the log variance $v$ of the latent variables, or $m$, $v$ and $r$, where $r$ is computed from a draw of $\mathcal{N}(m, e^v)$. The
data are those of probabilistic PCA, with orthogonal columns of $W$ that are reflected so that no axis is one of the data's:
$$x = Wz + \sigma\varepsilon, \quad z \sim \mathcal{N}(0, I_K), \quad \varepsilon \sim \mathcal{N}(0, I_D), \quad W^\top W = 2 I_K, \quad \sigma^2 = 0.25.$$
The objective is the negative evidence lower bound for $p(x \mid z) = \mathcal{N}(r, \sigma^2 I)$ and $p(z) = \mathcal{N}(0, I)$,
$$\frac{\|x - r\|^2}{2\sigma^2} + \frac D2 \ln 2\pi\sigma^2 + \frac12 \sum_k \left( e^{v_k} + m_k^2 - 1 - v_k \right).$$

*Bound.* The evidence lower bound is at most the log likelihood, which for any model is in the mean at most that of the truth: the least loss is the entropy of $x \sim \mathcal{N}(0, C)$
with $C = WW^\top + \sigma^2 I$, that is $\tfrac12 \left( D \ln 2\pi e + K \ln(2 + \sigma^2) + (D - K) \ln \sigma^2 \right)$. It is reached, since the posterior
$\mathcal{N}(M^{-1} W^\top x, \sigma^2 M^{-1})$ has a diagonal $M = W^\top W + \sigma^2 I = (2 + \sigma^2) I$, and its mean is linear in $x$.

*Baseline.* If the posterior collapses, $m = v = 0$ and $r$ is the mean 0 of the data. That leaves $\mathrm{tr}\, C = 2K + D\sigma^2$, so that the loss
is $\tfrac D2 \ln 2\pi\sigma^2 + \tfrac{2K + D\sigma^2}{2\sigma^2}$.`,
    source:
      'Tipping and Bishop, Probabilistic Principal Component Analysis, 1999, equations 6 and 7; the objective is that of Kingma and Welling, Auto-Encoding Variational Bayes, 2014.',
    instance: fit => {
      const [D, K] = [fit.sizes.D!, fit.sizes.K!]
      if (K >= D)
        return {
          misfit: `the model has ${K} latent variables for ${D} numbers`,
          would: 'a model with fewer latent variables than numbers',
        }
      return {
        sizes: `${D} numbers, ${K} latent variables`,
        objective: objectiveOf(fit),
        bound: {
          loss:
            (D * Math.log(2 * Math.PI * Math.E) + K * Math.log(spread + noise) + (D - K) * Math.log(noise)) /
            2,
          of: 'the true posterior',
        },
        baseline: {
          loss: (D / 2) * Math.log(2 * Math.PI * noise) + (spread * K + D * noise) / (2 * noise),
          of: 'a posterior that has collapsed',
        },
        below:
          'the reconstruction is not decoded from a draw of the distribution that is given, so that the loss is no bound: as with too small a standard deviation of the draws, or the mean in their place',
        training: { steps: 1500, examples: 64, optimizer: 'adam', learningRate: 0.01, measuredOn: 4096 },
        batch: (random, examples) => {
          const rows = times(examples, () => {
            const z = times(D, k => (k < K ? Math.sqrt(spread) * random.normal() : 0))
            const sum = z.reduce((a, b) => a + b)
            return z.map(value => value - (2 * sum) / D + Math.sqrt(noise) * random.normal())
          }).flat()
          return { inputs: [drawn([examples, D], i => rows[i]!)], targets: [] }
        },
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
