import { crossEntropy, squaredError } from '../objectives.js'
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
    asks: 'The exclusive or of two bits is to be told beside a linear function of all bits, in one number or in two.',
    letters: { n: 'bits' },
    accepts: [
      ...vectorTo(1, { n: { least: 2, most: 64 } }),
      {
        inputs: [{ shape: ['n'] }],
        outputs: [
          { shape: [1], stands: ['probability', 'logit'] },
          { shape: [1], stands: ['real'] },
        ],
        sizes: { n: { least: 2, most: 64 } },
      },
    ],
    derivation: String.raw`
The bits $x_1, \dots, x_n$ are 0 or 1, independently and with probability ½. A model with one output is to give the sum of
$x_1 \oplus x_2$ and $v$, where
$$v = w^\top x + \sigma\varepsilon, \quad \varepsilon \sim \mathcal{N}(0, 1), \quad \sigma = 0.1, \quad w_i = \tfrac12 (-1)^{i+1};$$
one with two outputs the exclusive or as a probability and $v$. Its loss is the sum of the cross-entropy of the one and the squared error of the other.

*Bound.* The squared error is least for the mean given $x$, which leaves the noise: $\sigma^2$. The cross-entropy comes as near to 0 as logits grow.

*Baseline.* A network without its activations is linear in $x$, up to the sigmoid of a probability. $w^\top x$ is predicted without error. With $s_i = 1 - 2x_i$ the
exclusive or is $\tfrac12 - \tfrac12 s_1 s_2$. The product $s_1 s_2$ is orthogonal to 1 and to the $s_i$, so that its best linear prediction is the constant ½ and
leaves $\mathrm{Var}(x_1 \oplus x_2) = \tfrac14$: the floor of the linearised network with one output is $\tfrac14 + \sigma^2$. For a linear logit the cross-entropy is convex in its
coefficients. Exchanging 0 and 1 in both of the first two bits, or in one of the others, changes no label, and the mean of coefficients that do equally well does at least as well; so the best logit is 0, with $\ln 2$. With two
outputs the floor is $\ln 2 + \sigma^2$.`,
    source: 'Minsky and Papert, Perceptrons, 1969, for the exclusive or.',
    instance: ({ sizes: { n }, outputs: [first], pattern }) => {
      const isOne = pattern === 0
      const exclusive = (x: Float64Array) => Math.abs(x[0]! - x[1]!)
      const linear = (x: Float64Array) => x.reduce((sum, bit, i) => sum + (turns(i) / 2) * bit, 0)
      const probability = crossEntropy(first!.stands, 1)
      const batchOf = noisy(
        { inputs: n!, outputs: 1 },
        random => random.below(2),
        x => linear(x) + (isOne ? exclusive(x) : 0),
      )
      return {
        sizes: `${n} bits`,
        objective: isOne
          ? squaredError
          : {
              name: `${probability.name} + ${squaredError.name}`,
              equation: `${probability.equation} + square(y_2 - p_2)`,
            },
        bound: { loss: noise ** 2, of: 'the exclusive or with the linear function, up to the noise' },
        baseline: {
          loss: (isOne ? 1 / 4 : Math.LN2) + noise ** 2,
          of: 'the network without its activations',
        },
        training: { ...training, steps: isOne ? 600 : 800 },
        batch: (random, examples) => {
          const { inputs, targets } = batchOf(random, examples)
          if (isOne) return { inputs, targets }
          const { data } = inputs[0]!
          const labels = drawn([examples, 1], i => exclusive(data.subarray(i * n!, (i + 1) * n!)))
          return { inputs, targets: [labels, ...targets] }
        },
      }
    },
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
      training: { ...training, steps: 800 },
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
