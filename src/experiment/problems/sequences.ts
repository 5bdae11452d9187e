import { entropy } from '../expectations.js'
import { classTargets, crossEntropy } from '../objectives.js'
import type { Fit, Pattern, Problem } from '../problem.js'
import { drawn, type Random, times } from '../random.js'

/** Tokens by number or as one of V, and for each place scores of all tokens. */
const tokensToTokens = (least: number): readonly Pattern[] => [
  {
    inputs: [{ shape: ['T'], below: 'V' }],
    outputs: [{ shape: ['T', 'V'], stands: ['distribution', 'logit', 'real'] }],
    sizes: { T: { least, open: 8 }, V: { least: 2 } },
  },
  {
    inputs: [{ shape: ['T', 'V'] }],
    outputs: [{ shape: ['T', 'V'], stands: ['distribution', 'logit', 'real'] }],
    sizes: { T: { least, open: 8 }, V: { least: 2, open: 8 } },
  },
]

/** Texts of tokens as what a model reads and what it should give. */
const texts =
  (
    { inputs: [input], sizes: { T, V } }: Fit,
    text: (random: Random) => readonly [readonly number[], readonly number[]],
  ) =>
  (random: Random, examples: number) => {
    const pairs = times(examples, () => text(random))
    const shown = pairs.flatMap(([own]) => own)
    const wanted = pairs.flatMap(([, own]) => own)
    const places = [examples, T!]
    return {
      inputs: [
        input!.below === undefined ? classTargets(shown, V!, places) : drawn(places, i => shown[i]!, 'int32'),
      ],
      targets: [classTargets(wanted, V!, places)],
    }
  }

const training = {
  steps: 500,
  examples: 32,
  optimizer: 'adam',
  learningRate: 0.005,
  measuredOn: 1024,
} as const

/** The probability that at least k of T independent events happen, each with probability q. */
function atLeast(k: number, T: number, q: number): number {
  let sum = 0
  let ways = 1
  for (let j = 0; j <= T; j++) {
    if (j >= k) sum += ways * q ** j * (1 - q) ** (T - j)
    ways = (ways * (T - j)) / (j + 1)
  }
  return sum
}

/** Nats of the k-th smallest of T tokens that are drawn evenly from V. */
function sortedEntropy(k: number, T: number, V: number): number {
  const upTo = (v: number) => atLeast(k, T, v / V)
  return entropy(times(V, v => Math.max(0, upTo(v + 1) - upTo(v))))
}

export const sequences = {
  sorting: {
    title: 'Sorting',
    asks: 'Tokens are to be put in order.',
    letters: { T: 'places', V: 'tokens' },
    accepts: tokensToTokens(2),
    derivation: String.raw`
The $T$ tokens are drawn evenly and independently from $V$, and the target of place $k$ is the $k$-th smallest. The loss is the mean cross-entropy of the places.

*Bound.* The tokens decide their order: 0.

*Baseline.* What looks at no token knows how the $k$-th smallest is distributed: at least $k$ tokens are at most $v$ with the
probability $F_k(v) = \sum_{j \ge k} \binom{T}{j} q^j (1-q)^{T-j}$, $q = \tfrac{v}{V}$ with tokens counted from 1. The least cross-entropy is the mean of the entropies of the $T$ distributions
$F_k(v) - F_k(v-1)$.`,
    instance: fit => {
      const [T, V] = [fit.sizes.T!, fit.sizes.V!]
      const entropies = times(T, i => sortedEntropy(i + 1, T, V))
      return {
        sizes: `${T} of ${V} tokens`,
        objective: crossEntropy(fit.outputs[0]!.stands, V),
        bound: { loss: 0, of: 'the order itself' },
        baseline: { loss: entropies.reduce((a, b) => a + b) / T, of: 'what knows the place but no token' },
        training,
        batch: texts(fit, random => {
          const text = times(T, () => random.below(V))
          return [text, [...text].sort((a, b) => a - b)]
        }),
      }
    },
  },

  induction: {
    title: 'Induction',
    asks: 'The next token is to be told where a text repeats itself.',
    letters: { T: 'places', V: 'tokens' },
    accepts: tokensToTokens(4),
    derivation: String.raw`
A text of $T + 1$ tokens begins with $k = \lfloor T/2 \rfloor$ that are drawn evenly and independently from $V$, and then repeats them over and over. The model reads the
first $T$ tokens, and its target at each place is the token that comes next. The loss is the mean cross-entropy of the places.

*Bound.* At the first $k - 1$ places the next token is new, and nothing before it says anything of it: $\ln V$ each. At the other places it is the one $k$ places earlier. The
least loss of a model that sees only what comes before is $\tfrac{k-1}{T} \ln V$. A model with a loss below that sees the tokens that it should predict.

*Baseline.* What does not look back finds every token equally likely: $\ln V$.`,
    source: 'Olsson et al., In-context Learning and Induction Heads, 2022: repeated texts at random.',
    instance: fit => {
      const [T, V] = [fit.sizes.T!, fit.sizes.V!]
      const period = Math.floor(T / 2)
      return {
        sizes: `${T} places, ${V} tokens`,
        objective: crossEntropy(fit.outputs[0]!.stands, V),
        bound: { loss: ((period - 1) / T) * Math.log(V), of: 'copying what stood one period earlier' },
        baseline: { loss: Math.log(V), of: 'what does not look back' },
        below: 'the model sees the tokens that it should predict, as without a causal mask',
        training: { ...training, steps: 300 },
        batch: texts(fit, random => {
          const fresh = times(period, () => random.below(V))
          const text = times(T + 1, i => fresh[i % period]!)
          return [text.slice(0, T), text.slice(1)]
        }),
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
