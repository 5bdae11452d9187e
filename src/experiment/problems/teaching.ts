import type { Tensor } from '../../graph/tensor.js'
import { squaredError } from '../objectives.js'
import type { Fit, Problem, Teacher } from '../problem.js'
import { drawn, type Random, randomOf } from '../random.js'

/** Examples by which the variance of what a teacher says is known. */
const examined = 4096

const inputsOf =
  ({ inputs }: Fit) =>
  (random: Random, examples: number): readonly Tensor[] =>
    inputs.map(({ shape, below }) =>
      below === undefined
        ? drawn([examples, ...shape], () => random.normal())
        : drawn([examples, ...shape], () => random.below(below), 'int32'),
    )

/** The mean over outputs, places and examples of the square of what the mean of each place leaves. */
function varianceOf(outputs: readonly Tensor[]): number {
  const squares = outputs.map(({ shape: [examples], data }) => {
    const places = data.length / examples!
    let sum = 0
    for (let place = 0; place < places; place++) {
      let [total, squared] = [0, 0]
      for (let at = place; at < data.length; at += places) {
        total += data[at]!
        squared += data[at]! ** 2
      }
      sum += squared / examples! - (total / examples!) ** 2
    }
    return sum / places
  })
  return squares.reduce((a, b) => a + b, 0)
}

export const teaching = {
  'teacher-student': {
    title: 'Teacher and student',
    asks: 'The outputs of the spec with random weights are to be learned.',
    accepts: 'any',
    derivation: `
The teacher is the graph of the spec with random weights. The inputs are standard normal, or tokens that are drawn evenly, and the targets are the outputs of the teacher. The loss is the
mean squared error, summed over the outputs, also where these are probabilities.

*Bound.* A model that is as written has the weights of the teacher among its own: 0. Training finds other weights, or none, so that runs of the spec as a
student stand beside those of the model.

*Baseline.* What ignores the inputs predicts the mean of each output, which leaves its variance. It is measured on 4096 examples of this
teacher.`,
    instance: (fit, teacher) => {
      if (!teacher)
        return { misfit: 'there is no spec whose outputs could be learned', would: 'a model with a spec' }
      const batchFor = (random: Random, examples: number) => {
        const inputs = inputsOf(fit)(random, examples)
        return { inputs, targets: teacher(inputs) }
      }
      const equation = fit.outputs.map((_, i) => `mean(square(y_${i + 1} - p_${i + 1}))`).join(' + ')
      return {
        sizes: `${fit.inputs.length} inputs, ${fit.outputs.length} outputs`,
        objective: fit.outputs.length === 1 ? squaredError : { name: squaredError.name, equation },
        bound: { loss: 0, of: 'the teacher itself' },
        baseline: { loss: varianceAt(teacher, fit), of: 'the mean of what the teacher says' },
        training: { steps: 1500, examples: 64, optimizer: 'adam', learningRate: 0.005, measuredOn: 2048 },
        batch: batchFor,
      }
    },
  },
} satisfies Readonly<Record<string, Problem>>

const varianceAt = (teacher: Teacher, fit: Fit) => varianceOf(teacher(inputsOf(fit)(randomOf(0), examined)))
