import type { ProblemName } from '../../src/experiment/problems/table.js'

/** A model of test/toy-models/, and what must be said of it. */
export interface TrainedModel {
  readonly target: string
  /** What is wrong about it; absent for a right one. */
  readonly fault?: string
  readonly verdict: 'reaches' | 'stays above' | 'below'
  readonly spec?: string
}

const right = (target: string, spec?: string): TrainedModel => ({
  target,
  verdict: 'reaches',
  ...(spec !== undefined && { spec }),
})

const faulty = (
  target: string,
  fault: string,
  { verdict = 'stays above', spec }: Partial<Pick<TrainedModel, 'verdict' | 'spec'>> = {},
): TrainedModel => ({ target, fault, verdict, ...(spec !== undefined && { spec }) })

/** An ordinary model that fits a problem, and some that have one fault that TensorFlow.js does not complain of. */
export const trainedModels: Readonly<Record<ProblemName, readonly TrainedModel[]>> = {
  'xor-plus-linear': [
    right('perceptrons.js#exclusiveOr'),
    faulty('perceptrons.js#exclusiveOrWithoutActivation', 'no activation in the hidden layer'),
  ],
  'polynomial-regression': [
    right('perceptrons.js#polynomial'),
    faulty('perceptrons.js#polynomialAboveZero', 'ReLU after the last layer'),
  ],
  'linear-regression': [
    right('perceptrons.js#linear'),
    faulty('perceptrons.js#linearWithoutBias', 'no bias'),
  ],
  parity: [right('perceptrons.js#parity'), faulty('perceptrons.js#parityWithSoftmaxTwice', 'softmax twice')],
  'two-spirals': [
    right('perceptrons.js#spirals'),
    faulty('perceptrons.js#spiralsWithRectifiedLogit', 'ReLU before the sigmoid'),
  ],
  adding: [
    right('recurrent.js#adding'),
    faulty('recurrent.js#addingFromFirstStep', 'output of the first step instead of the last'),
  ],
  copy: [right('recurrent.js#copying'), faulty('recurrent.js#copyingOneStep', 'one output for all steps')],
  'delayed-recall': [
    right('recurrent.js#recalling'),
    faulty('recurrent.js#recallingWithoutState', 'state not handed on'),
  ],
  sorting: [right('attention.js#sorting'), faulty('attention.js#sortingWithoutPositions', 'no positions')],
  induction: [
    right('attention.js#induction'),
    faulty('attention.js#inductionWithoutMask', 'no causal mask', { verdict: 'below' }),
  ],
  shift: [right('images.js#shift'), faulty('images.js#shiftTransposed', 'image transposed')],
  rotation: [
    right('images.js#rotation'),
    faulty('images.js#rotationPooledFirst', 'pooled before the convolution'),
  ],
  'probabilistic-pca': [
    right('autoencoders.js#variational'),
    faulty('autoencoders.js#variationalWithVariance', 'variance in place of the standard deviation', {
      verdict: 'below',
    }),
    faulty('autoencoders.js#variationalFromVariance', 'log variance decoded in place of the sample', {
      verdict: 'below',
    }),
  ],
  communities: [
    right('graphs.js#communities'),
    faulty('graphs.js#communitiesWithoutEdges', 'adjacency not used'),
  ],
  'contextual-bandit': [
    right('perceptrons.js#policy'),
    faulty('perceptrons.js#policyWithSoftmaxTwice', 'softmax twice'),
  ],
  corridor: [
    right('perceptrons.js#corridorValues'),
    faulty('perceptrons.js#corridorValuesWithoutActivation', 'no activations'),
  ],
  'grid-world': [
    right('images.js#gridValues'),
    faulty('images.js#gridValuesPooled', 'mean over all places before the dense layers'),
  ],
  'two-moons': [
    right('perceptrons.js#moons'),
    faulty('perceptrons.js#moonsWithoutActivation', 'no activations'),
  ],
  'mixture-generator': [
    right('perceptrons.js#generator'),
    faulty('perceptrons.js#generatorWithTanh', 'tanh after the last layer'),
  ],
  'mixture-discriminator': [
    right('perceptrons.js#discriminator'),
    faulty('perceptrons.js#discriminatorWithRectifiedLogit', 'ReLU before the sigmoid'),
  ],
  'teacher-student': [
    right('students.js#student', 'xor'),
    faulty('students.js#studentWithoutActivation', 'no activation in the hidden layer', { spec: 'xor' }),
  ],
}
