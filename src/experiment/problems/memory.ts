import { classTargets, crossEntropy, squaredError } from '../objectives.js'
import type { Problem } from '../problem.js'
import { drawn, times } from '../random.js'

const training = {
  steps: 800,
  examples: 16,
  optimizer: 'adam',
  learningRate: 0.02,
  measuredOn: 2048,
} as const

/**
 * The last steps of a sequence that count, at most. Over longer ones right networks stay on a plateau for as long as one cares to wait (Hochreiter
 * and Schmidhuber 1997), and then nothing tells them from those that forget.
 */
const spans = { adding: 20, copy: 12, recall: 8 } as const

/** The standard deviation of what is not to be recalled. */
const distraction = 0.3

export const memory = {
  adding: {
    title: 'Adding problem',
    asks: 'Of a sequence of numbers, the two that are marked are to be added.',
    letters: { T: 'steps' },
    accepts: [
      {
        inputs: [{ shape: ['T', 2] }],
        outputs: [{ shape: [1], stands: ['real'] }],
        sizes: { T: { least: 4, open: 10 } },
      },
    ],
    derivation: String.raw`
Each step has a number, drawn evenly from $[0, 1]$, and a mark, which is 1 at one step of the first half and at one of the second half of the last
$\min(T, 20)$ steps, and 0 elsewhere. The target is the sum of the two marked numbers $u$ and $v$.

*Bound.* The sequence decides the target: 0.

*Baseline.* What remembers nothing predicts the mean 1 and leaves the variance of the sum, $\mathrm{Var}(u) + \mathrm{Var}(v) = 2 \cdot \tfrac{1}{12} = \tfrac16
\approx 0.167$. What remembers only one of the two numbers leaves $\tfrac{1}{12}$.`,
    source:
      'Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, 5.4; with the numbers and the baseline of Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, 4.2.',
    instance: ({ sizes: { T } }) => ({
      sizes: T! > spans.adding ? `${spans.adding} of ${T} steps` : `${T} steps`,
      objective: squaredError,
      bound: { loss: 0, of: 'the sum itself' },
      baseline: { loss: 1 / 6, of: 'what remembers nothing' },
      training,
      batch: (random, examples) => {
        const span = Math.min(T!, spans.adding)
        const [start, half] = [T! - span, Math.floor(span / 2)]
        const marks = times(
          examples,
          () => [start + random.below(half), start + half + random.below(span - half)] as const,
        )
        const x = drawn([examples, T!, 2], i => {
          const step = Math.floor(i / 2) % T!
          return i % 2 === 0 ? random.uniform() : Number(marks[Math.floor(i / (2 * T!))]!.includes(step))
        })
        const marked = (example: number, step: number) => x.data[(example * T! + step) * 2]!
        const y = drawn([examples, 1], i => marks[i]!.reduce((sum, step) => sum + marked(i, step), 0))
        return { inputs: [x], targets: [y] }
      },
    }),
  },

  copy: {
    title: 'Copy task',
    asks: 'Symbols at the beginning are to be said again at the end, after a sign.',
    letters: {
      L: 'steps',
      D: 'symbols, a blank and the sign',
      C: 'classes, the sign not being one of them or never the right one',
    },
    accepts: [
      {
        inputs: [{ shape: ['L'], below: 'D' }],
        outputs: [{ shape: ['L', 'C'], stands: ['distribution', 'logit', 'real'] }],
        sizes: { L: { least: 6, open: 12 }, D: { least: 4 }, C: { least: 3 } },
      },
      {
        inputs: [{ shape: ['L', 'D'] }],
        outputs: [{ shape: ['L', 'C'], stands: ['distribution', 'logit', 'real'] }],
        sizes: { L: { least: 6, open: 12 }, D: { least: 4, open: 6 }, C: { least: 3, open: 6 } },
      },
    ],
    derivation: String.raw`
Of the last $T + 2K = \min(L, 12)$ of $L$ steps, $K = \lfloor (T + 2K) / 3 \rfloor$ at the beginning have symbols, drawn evenly from $S = D - 2$; then follow $T - 1$ blanks, the sign, and $K$
blanks. All steps before are blank. The targets are $L - K$ blanks and the $K$ symbols in their order. The loss is the mean cross-entropy of the steps.

*Bound.* The symbols decide the targets: 0.

*Baseline.* What remembers nothing knows the blanks and guesses the symbols evenly, which costs $\ln S$ each: $K \ln S / L$.`,
    source:
      'Hochreiter and Schmidhuber 1997; as in Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, 4.1, with fewer symbols and a shorter delay.',
    instance: ({ sizes: { L, D, C }, outputs: [output], inputs: [input] }) => {
      if (C !== D && C !== D! - 1)
        return {
          misfit: `the model tells ${C} classes of ${D} inputs`,
          would: `a model that tells ${D! - 1} or ${D}: the symbols, the blank, and maybe the sign`,
        }
      const span = Math.min(L!, spans.copy)
      const K = Math.floor(span / 3)
      const symbols = D! - 2
      const [blank, sign] = [symbols, symbols + 1]
      return {
        sizes: `${K} of ${symbols} symbols in ${L} steps`,
        objective: crossEntropy(output!.stands, C!),
        bound: { loss: 0, of: 'the symbols themselves' },
        baseline: { loss: (K * Math.log(symbols)) / L!, of: 'what remembers nothing' },
        training: { ...training, steps: 1200, learningRate: 0.03 },
        batch: (random, examples) => {
          const texts = times(examples, () => times(K, () => random.below(symbols)))
          const shown = texts.flatMap(text => [
            ...times(L! - span, () => blank),
            ...text,
            ...times(span - 2 * K - 1, () => blank),
            sign,
            ...times(K, () => blank),
          ])
          const wanted = texts.flatMap(text => [...times(L! - K, () => blank), ...text])
          const steps = [examples, L!]
          return {
            inputs: [
              input!.below === undefined
                ? classTargets(shown, D!, steps)
                : drawn(steps, i => shown[i]!, 'int32'),
            ],
            targets: [classTargets(wanted, C!, steps)],
          }
        },
      }
    },
  },

  'delayed-recall': {
    title: 'Delayed recall',
    asks: 'The numbers of a step are to be told after seven more, or those of the first step of a shorter sequence.',
    letters: { T: 'steps', F: 'numbers of a step', m: 'numbers to recall' },
    accepts: [
      {
        inputs: [{ shape: ['T', 'F'] }],
        outputs: [{ shape: ['m'], stands: ['real'] }],
        sizes: { T: { least: 2, open: 8 } },
      },
      {
        inputs: [{ shape: ['T', 'F'] }],
        outputs: [{ shape: ['m'], stands: ['probability'] }],
        sizes: { T: { least: 2, open: 8 } },
      },
    ],
    derivation: String.raw`
The step to recall is the eighth from the end, or the first of a shorter sequence. Its numbers are drawn independently from $\mathcal{N}(0, 1)$, those of the other steps from
$\mathcal{N}(0, 0.3^2)$. The targets are its first $m$ numbers, or, for probabilities, whether these are positive.

*Bound.* The sequence decides the targets: 0. The cross-entropy comes as near to it as logits grow.

*Baseline.* The other steps say nothing of this one. What has forgotten it predicts the mean 0, which leaves the variance 1, or the probability
½, which costs $\ln 2$.`,
    instance: ({ sizes: { T, F, m }, outputs: [output] }) => {
      if (m! > F!)
        return {
          misfit: `the model gives ${m} numbers, and a step has ${F}`,
          would: 'a model that gives at most as many numbers as it takes at each step',
        }
      const isBit = output!.stands === 'probability'
      const asked = Math.max(0, T! - spans.recall)
      return {
        sizes: `${m} of ${F} numbers, ${Math.min(T!, spans.recall)} steps from the end of ${T}`,
        objective: isBit ? crossEntropy('probability', 1) : squaredError,
        bound: { loss: 0, of: 'the step itself' },
        baseline: { loss: isBit ? Math.LN2 : 1, of: 'what has forgotten the step' },
        training: { ...training, steps: 500 },
        batch: (random, examples) => {
          const x = drawn(
            [examples, T!, F!],
            i => (Math.floor(i / F!) % T! === asked ? 1 : distraction) * random.normal(),
          )
          const y = drawn([examples, m!], i => {
            const number = x.data[(Math.floor(i / m!) * T! + asked) * F! + (i % m!)]!
            return isBit ? Number(number > 0) : number
          })
          return { inputs: [x], targets: [y] }
        },
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
