import { classTargets, crossEntropy, squaredError } from '../objectives.js'
import type { Problem } from '../problem.js'
import { drawn, times } from '../random.js'

const training = {
  steps: 1500,
  examples: 64,
  optimizer: 'adam',
  learningRate: 0.01,
  measuredOn: 2048,
} as const

export const memory = {
  adding: {
    title: 'Adding problem',
    asks: 'Of a sequence of numbers, the two that are marked are to be added.',
    letters: { T: 'steps' },
    accepts: [
      {
        inputs: [{ shape: ['T', 2] }],
        outputs: [{ shape: [1], stands: ['real'] }],
        sizes: { T: { least: 4, open: 20 } },
      },
    ],
    derivation: String.raw`
Each step has a number, drawn evenly from $[0, 1]$, and a mark, which is 1 at one step of the first half and at one of the second, and
0 elsewhere. The target is the sum of the two marked numbers $u$ and $v$.

*Bound.* The sequence decides the target: 0.

*Baseline.* What remembers nothing predicts the mean 1 and leaves the variance of the sum, $\mathrm{Var}(u) + \mathrm{Var}(v) = 2 \cdot \tfrac{1}{12} = \tfrac16
\approx 0.167$. What remembers only one of the two numbers leaves $\tfrac{1}{12}$.`,
    source:
      'Hochreiter and Schmidhuber, Long Short-Term Memory, 1997, 5.4; with the numbers and the baseline of Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, 4.2.',
    instance: ({ sizes: { T } }) => ({
      sizes: `${T} steps`,
      objective: squaredError,
      bound: { loss: 0, of: 'the sum itself' },
      baseline: { loss: 1 / 6, of: 'what remembers nothing' },
      training,
      batch: (random, examples) => {
        const half = Math.floor(T! / 2)
        const marks = times(examples, () => [random.below(half), half + random.below(T! - half)] as const)
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
Of the $L = T + 2K$ steps, $K = \min(10, \lfloor L/3 \rfloor)$ at the beginning have symbols, drawn evenly from $S = D - 2$; then follow $T - 1$ blanks, the sign, and $K$
blanks. The targets are $T + K$ blanks and the $K$ symbols in their order. The loss is the mean cross-entropy of the steps.

*Bound.* The symbols decide the targets: 0.

*Baseline.* What remembers nothing knows the blanks and guesses the symbols evenly, which costs $\ln S$ each: $K \ln S / L$. With $K = 10$ and $S = 8$ this is
$10 \ln 8 / (T + 20)$.`,
    source:
      'Hochreiter and Schmidhuber 1997; as in Arjovsky, Shah and Bengio, Unitary Evolution Recurrent Neural Networks, 2016, 4.1, with fewer symbols in short sequences.',
    instance: ({ sizes: { L, D, C }, outputs: [output], inputs: [input] }) => {
      if (C !== D && C !== D! - 1)
        return {
          misfit: `the model tells ${C} classes of ${D} inputs`,
          would: `a model that tells ${D! - 1} or ${D}: the symbols, the blank, and maybe the sign`,
        }
      const K = Math.min(10, Math.floor(L! / 3))
      const symbols = D! - 2
      const [blank, sign] = [symbols, symbols + 1]
      return {
        sizes: `${K} of ${symbols} symbols in ${L} steps`,
        objective: crossEntropy(output!.stands, C!),
        bound: { loss: 0, of: 'the symbols themselves' },
        baseline: { loss: (K * Math.log(symbols)) / L!, of: 'what remembers nothing' },
        training: { ...training, steps: 2000 },
        batch: (random, examples) => {
          const texts = times(examples, () => times(K, () => random.below(symbols)))
          const shown = texts.flatMap(text => [
            ...text,
            ...times(L! - 2 * K - 1, () => blank),
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
    asks: 'The numbers of the first step of a sequence are to be told after the last one.',
    letters: { T: 'steps', F: 'numbers of a step', m: 'numbers to recall' },
    accepts: [
      {
        inputs: [{ shape: ['T', 'F'] }],
        outputs: [{ shape: ['m'], stands: ['real'] }],
        sizes: { T: { least: 2, open: 10 } },
      },
      {
        inputs: [{ shape: ['T', 'F'] }],
        outputs: [{ shape: ['m'], stands: ['probability'] }],
        sizes: { T: { least: 2, open: 10 } },
      },
    ],
    derivation: String.raw`
All numbers are drawn independently from $\mathcal{N}(0, 1)$. The targets are the first $m$ numbers of the first step, or, for probabilities, whether these are
positive.

*Bound.* The sequence decides the targets: 0. The cross-entropy comes as near to it as logits grow.

*Baseline.* The later steps say nothing of the first one. What has forgotten it predicts the mean 0, which leaves the variance 1, or the probability
½, which costs $\ln 2$.`,
    instance: ({ sizes: { T, F, m }, outputs: [output] }) => {
      if (m! > F!)
        return {
          misfit: `the model gives ${m} numbers, and a step has ${F}`,
          would: 'a model that gives at most as many numbers as it takes at each step',
        }
      const isBit = output!.stands === 'probability'
      return {
        sizes: `${m} of ${F} numbers over ${T} steps`,
        objective: isBit ? crossEntropy('probability', 1) : squaredError,
        bound: { loss: 0, of: 'the first step itself' },
        baseline: { loss: isBit ? Math.LN2 : 1, of: 'what has forgotten the first step' },
        training,
        batch: (random, examples) => {
          const x = drawn([examples, T!, F!], () => random.normal())
          const y = drawn([examples, m!], i => {
            const number = x.data[Math.floor(i / m!) * T! * F! + (i % m!)]!
            return isBit ? Number(number > 0) : number
          })
          return { inputs: [x], targets: [y] }
        },
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>
