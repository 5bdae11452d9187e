import { squaredError } from '../objectives.js'
import type { Pattern, Problem, Training } from '../problem.js'
import { drawn, type Random } from '../random.js'

/** The standard deviation of the noise that is added to targets. */
const noise = 0.1

const training: Training = {
  steps: 600,
  examples: 64,
  optimizer: 'adam',
  learningRate: 0.01,
  measuredOn: 4096,
}

const vectorTo = (outputs: number | string, sizes: Pattern['sizes']): readonly Pattern[] => [
  { inputs: [{ shape: ['n'] }], outputs: [{ shape: [outputs], stands: ['real'] }], ...(sizes && { sizes }) },
]

/** Inputs drawn one number after the other, and a target for each output that is a function of the inputs, with noise. */
function noisy(
  { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  draw: (random: Random) => number,
  value: (x: Float64Array, output: number) => number,
) {
  return (random: Random, examples: number) => {
    const x = drawn([examples, inputs], () => draw(random))
    const rows = Array.from({ length: examples }, (_, i) => x.data.subarray(i * inputs, (i + 1) * inputs))
    const y = drawn(
      [examples, outputs],
      i => value(rows[Math.floor(i / outputs)]!, i % outputs) + noise * random.normal(),
    )
    return { inputs: [x], targets: [y] }
  }
}

/** +1 and −1 in turns. */
const turns = (i: number): number => (i % 2 === 0 ? 1 : -1)

/** What is added to linear targets, so that a network without biases is seen. */
const offset = 0.5

/** The polynomials of Legendre of degrees 1 to 3, of variance 1 on [−1, 1]. */
const legendre: readonly ((x: number) => number)[] = [
  x => Math.sqrt(3) * x,
  x => (Math.sqrt(5) * (3 * x * x - 1)) / 2,
  x => (Math.sqrt(7) * (5 * x ** 3 - 3 * x)) / 2,
]

export const regression = {
  'xor-plus-linear': {
    title: 'XOR plus linear regression',
    asks: 'The exclusive or of two bits is to be told beside a linear function of all bits.',
    letters: { n: 'bits' },
    accepts: vectorTo(1, { n: { least: 2, most: 64 } }),
    derivation: String.raw`
The bits $x_1, \dots, x_n$ are 0 or 1, independently and with probability ½, and
$$y = (x_1 \oplus x_2) + w^\top x + \sigma\varepsilon, \quad \varepsilon \sim \mathcal{N}(0, 1), \quad \sigma = 0.1, \quad w_i = \tfrac12 (-1)^{i+1}.$$

*Bound.* The mean squared error is least for $\mathbb{E}[y \mid x]$, which leaves the noise: $\sigma^2$.

*Baseline.* A network without its activations is linear in $x$, and the best linear prediction of a sum is the sum of the best ones. $w^\top x$ is
predicted without error. With $s_i = 1 - 2x_i$ the exclusive or is $\tfrac12 - \tfrac12 s_1 s_2$. The products $s_1 s_2$, the $s_i$ and 1
are orthogonal, so that the best linear prediction of it is the constant ½ and leaves $\mathrm{Var}(x_1 \oplus x_2) = \tfrac14$. The
floor of the linearised network is $\tfrac14 + \sigma^2$.`,
    source: 'The exclusive or is that of Minsky and Papert, Perceptrons, 1969.',
    instance: ({ sizes: { n } }) => ({
      sizes: `${n} bits`,
      objective: squaredError,
      bound: { loss: noise ** 2, of: 'the exclusive or with the linear function, up to the noise' },
      baseline: { loss: 1 / 4 + noise ** 2, of: 'the best linear function of the bits' },
      training: { ...training, steps: 800 },
      batch: noisy(
        { inputs: n!, outputs: 1 },
        random => random.below(2),
        x => Math.abs(x[0]! - x[1]!) + x.reduce((sum, bit, i) => sum + (turns(i) / 2) * bit, 0),
      ),
    }),
  },

  'polynomial-regression': {
    title: 'Polynomial regression',
    asks: 'A sum of polynomials of degree 3, one of each input, is to be found in noisy values.',
    letters: { n: 'numbers' },
    accepts: vectorTo(1, { n: { most: 16 } }),
    derivation: String.raw`
The numbers $x_1, \dots, x_n$ are drawn evenly from $[-1, 1]$. With the polynomials of Legendre, $\int_{-1}^{1} P_j P_k = \tfrac{2}{2k+1}\delta_{jk}$,
$$y = \frac{1}{\sqrt{3n}} \sum_{i=1}^{n} \sum_{k=1}^{3} \sqrt{2k+1}\, P_k(x_i) + \sigma\varepsilon, \quad \varepsilon \sim \mathcal{N}(0, 1), \quad \sigma = 0.1.$$

*Bound.* $\mathbb{E}[y \mid x]$ leaves the noise: $\sigma^2$.

*Baseline.* The terms $\sqrt{2k+1}\,P_k(x_i)$ have variance 1 and are uncorrelated, and with 1 those of $k = 1$ span the linear functions. The best linear
function leaves the other two of three terms of each input: $\tfrac{1}{3n} \cdot 2n + \sigma^2 = \tfrac23 + \sigma^2$.`,
    instance: ({ sizes: { n } }) => ({
      sizes: n === 1 ? 'one number' : `${n} numbers`,
      objective: squaredError,
      bound: { loss: noise ** 2, of: 'the polynomials, up to the noise' },
      baseline: { loss: 2 / 3 + noise ** 2, of: 'the best linear function' },
      training: { ...training, steps: 1500 },
      batch: noisy(
        { inputs: n!, outputs: 1 },
        random => 2 * random.uniform() - 1,
        x =>
          x.reduce((sum, number) => legendre.reduce((inner, p) => inner + p(number), sum), 0) /
          Math.sqrt(3 * n!),
      ),
    }),
  },

  'linear-regression': {
    title: 'Linear regression',
    asks: 'A linear function with an offset is to be found in noisy values.',
    forLinear: true,
    letters: { n: 'numbers', m: 'outputs' },
    accepts: vectorTo('m', {}),
    derivation: String.raw`
The numbers $x_1, \dots, x_n$ are standard normal, and for each output $k$
$$y_k = w_k^\top x + \tfrac12 + \sigma\varepsilon_k, \quad \varepsilon_k \sim \mathcal{N}(0, 1), \quad \sigma = 0.1, \quad w_{ki} = \frac{(-1)^{i+k}}{\sqrt n}.$$

*Bound.* $\mathbb{E}[y \mid x]$ leaves the noise: $\sigma^2$.

*Baseline.* What ignores $x$ does best to predict the mean ½ of all values, and leaves their variance $\|w_k\|^2 + \sigma^2 = 1 + \sigma^2$. A linear network
without biases lies between the two, since it leaves the square of the offset: $\tfrac14 + \sigma^2$.`,
    instance: ({ sizes: { n, m } }) => ({
      sizes: `${n} numbers, ${m} outputs`,
      objective: squaredError,
      bound: { loss: noise ** 2, of: 'the linear function, up to the noise' },
      baseline: { loss: 1 + noise ** 2, of: 'the mean of the targets' },
      training,
      batch: noisy(
        { inputs: n!, outputs: m! },
        random => random.normal(),
        (x, k) => offset + x.reduce((sum, number, i) => sum + turns(i + k) * number, 0) / Math.sqrt(n!),
      ),
    }),
  },
} satisfies Readonly<Record<string, Problem>>
