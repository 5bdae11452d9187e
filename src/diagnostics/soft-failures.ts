import type { Definition } from './catalogue.js'

/** Suspicious without a spec. */
export const softFailures = {
  'unknown-config-key': {
    category: 'soft-failure',
    title: 'Unknown configuration key',
    message: '`{layer}` has no key `{key}`: TensorFlow.js ignores it without a word',
    why: 'A misspelled key leaves the default in force, and nothing complains.',
  },
  'ignored-config-key': {
    category: 'soft-failure',
    title: 'Configuration key without effect',
    message: '`{layer}` takes `{key}` and does not use it: {reason}',
    why: 'The code reads as if it set something, and what is computed does not depend on it.',
  },
  'ignored-call-argument': {
    category: 'soft-failure',
    title: 'Argument without effect',
    message: '`{call}` takes `{argument}` and does not use it: {reason}',
    why: 'The code reads as if it set something, and what is computed does not depend on it.',
  },
  'surplus-argument': {
    category: 'soft-failure',
    title: 'Argument that the function does not take',
    message: '`{call}` takes no more than {count}: `{argument}` is ignored without a word',
    why: 'The code reads as if it set something, and what is computed does not depend on it.',
  },
  'ignored-assignment': {
    category: 'soft-failure',
    title: 'Assignment without effect',
    message:
      '`{field}` of the optimizer is assigned, and {optimizer} goes on with the value that it was made with: {remedy}',
    why: 'The code reads as if the learning rate fell, and every step is as long as the first one.',
  },
  'former-name': {
    category: 'soft-failure',
    title: 'Function that has another name now',
    message:
      '`{call}` is no function of TensorFlow.js 4.22, which throws here: it is read as `{now}`, its name of today',
    why: 'The code was written for an older version, in which other things may have been different as well.',
  },
  'training-throws': {
    category: 'soft-failure',
    title: 'Model that cannot be trained',
    message: '`{layer}` throws in training: {reason}',
    why: 'Prediction works, so the error shows only when `fit` is called.',
  },
  'prediction-throws': {
    category: 'soft-failure',
    title: 'Model that cannot predict',
    message: '`{layer}` throws in prediction: {reason}',
    why: 'Training works, so the error shows only when the model is used or validated.',
  },
  'invalid-config-value': {
    category: 'soft-failure',
    title: 'Configuration value of the wrong kind',
    message: '`{key}` of `{layer}` is `{value}`, expected {expected}',
    why: 'The framework may throw, or compute something else than was meant.',
  },
  'missing-config-key': {
    category: 'soft-failure',
    title: 'Required configuration key missing',
    message: '`{layer}` needs `{key}`',
    why: 'Without it the layer has no meaning, and TensorFlow.js throws.',
  },
  'unset-config-key': {
    category: 'soft-failure',
    title: 'Setting without a value',
    message: '`{layer}` is not given `{key}`: {effect}',
    why: 'TensorFlow.js does not complain about a setting that is misspelt or undefined, and the layer computes something else than was meant.',
  },
  'output-activation-loss-mismatch': {
    category: 'soft-failure',
    title: 'Output activation does not fit the loss',
    message: 'the loss `{loss}` on {output} takes {expected}, and the output is {actual}',
    why: 'A loss that is given the wrong kind of number still goes down, towards something else.',
  },
  'softmax-twice': {
    category: 'soft-failure',
    title: 'Softmax of a softmax, or sigmoid of a sigmoid',
    message: 'the {op} is taken of values that already are {first}',
    why: 'The second one of numbers between 0 and 1 gives no class more than e times the weight of another, and a sigmoid only numbers from 0.5 to 0.73, so the model cannot become sure.',
  },
  'loss-input-mismatch': {
    category: 'soft-failure',
    title: 'Loss of the wrong kind of number',
    message: 'the {loss} takes {expected}, and it is given {actual}',
    why: 'A loss that is given the wrong kind of number still goes down, towards something else.',
  },
  'single-choice': {
    category: 'soft-failure',
    title: 'Choice of one',
    message:
      'the {op} goes along axis {axis} of {shape}, which has one position: it is {value} for every input',
    why: 'What is the same for every input has no gradient, and nothing is learned through it.',
  },
  'choice-over-batch': {
    category: 'soft-failure',
    title: 'Choice among the examples of a batch',
    message: 'the {op} goes along the batch axis of {shape} ({meanings})',
    why: 'What the model gives for one example then depends on the other examples of its batch.',
  },
  'unused-layer': {
    category: 'soft-failure',
    title: 'Layer without effect',
    message: 'the {kind} layer `{layer}` takes no part in any model: {how}',
    why: 'The code reads as if the model had the layer, and what it computes does not depend on it.',
  },
  'unused-parameter': {
    category: 'soft-failure',
    title: 'Parameter without effect',
    message: '{parameter} is made, and no result depends on it',
    why: 'A parameter on which no result depends has no gradient: it keeps its first value, and the equation that should have it lacks it.',
  },
  'fresh-parameter': {
    category: 'soft-failure',
    title: 'Parameter that is made anew at each call',
    message: '{parameter} is made anew at each call, with random values, and forgotten afterwards',
    why: 'What was learned in one call is not there in the next, so the model computes with random weights for ever, and no error is thrown.',
  },
  'unread-setting': {
    category: 'soft-failure',
    title: 'Setting that nothing reads',
    message: '`{name}` of `{owner}` is set, and nothing reads it',
    why: 'The code reads as if the model had this setting, and changing it changes nothing.',
  },
  'linear-collapse': {
    category: 'soft-failure',
    title: 'Two linear maps in a row',
    message:
      '`{second}` is applied to what `{first}` gives, with nothing nonlinear in between: the two are one linear map',
    why: 'Two linear maps compute no more than one does: the network is a layer shallower than it reads, and it still trains.',
  },
  'blocked-gradient': {
    category: 'soft-failure',
    title: 'Parameter that no gradient reaches',
    message: 'no gradient reaches {parameter}: it ends at the {op}, since {reason}',
    why: 'The parameter keeps its first value, and the loss goes down by what the others can do.',
  },
  'custom-gradient-differs': {
    category: 'soft-failure',
    title: 'Gradient that is not the derivative',
    message:
      'this gradient is not the derivative of what the function computes: where an argument is {value}, it gives {given} and the derivative is {derived}; over {points} random points the cosine between the two is {cosine}',
    why: 'A gradient that is only correlated with the derivative still goes down, to another place and more slowly, and no error is thrown.',
  },
  'inert-in-training': {
    category: 'soft-failure',
    title: 'Layer that does not know that it trains',
    message: 'the {what} acts as in inference in this training step: it is not applied with `training: true`',
    why: 'Without it, dropout drops nothing, and batch normalisation uses statistics that it never updates; only `fit` says it by itself.',
  },
  'unused-regularizer': {
    category: 'soft-failure',
    title: 'Penalty that no loss has',
    message: '`{key}` of `{layer}` adds nothing to the loss of this training step',
    why: 'Only `fit` and `trainOnBatch` add the penalties of layers to the loss; a step that is written by hand has to add them itself.',
  },
  'batch-crossed': {
    category: 'soft-failure',
    title: 'Batch axes across each other',
    message:
      '{left} and {right} give {result}: the batch axis of one lies along the {meaning} axis of the other',
    why: 'Every example is combined with every other one, and the mean over all of that is not the loss that is meant.',
  },
  'unlisted-weights': {
    category: 'soft-failure',
    title: 'Weights that fit never trains',
    message: '`fit` does not train {weights} of `{layer}`, which `{owner}` holds: {reason}',
    why: 'These weights keep their random first values however long `fit` runs, and `save`, `getWeights` and `setWeights` leave them out.',
  },
  'untrained-parameter': {
    category: 'soft-failure',
    title: 'Random numbers that no step changes',
    message: 'the loss of `{call}` reads {owner}, and no step changes it: it keeps its random first values',
    why: 'What no step trains and nothing is copied into stays noise; a target network is then a random function, and the other one learns to follow it.',
  },
  'idle-variable': {
    category: 'soft-failure',
    title: 'Variable that a step is told to train, and does not',
    message: '`{call}` is told to train {variables}, and its loss does not depend on it: no step changes it',
    why: 'TensorFlow.js skips a variable without a gradient and says nothing, so what should be learned keeps its first value.',
  },
  'label-out-of-range': {
    category: 'soft-failure',
    title: 'Label that the output cannot come to',
    message: '`{output}` gives numbers {range}, and its labels go {actual}',
    why: 'The loss falls until the output is at its bound, where its gradient vanishes, and stays there.',
  },
  'equal-operands': {
    category: 'soft-failure',
    title: 'Value compared with itself',
    message: 'both operands of this {op} are one value: {effect}, whatever the network learns',
    why: 'Two networks were meant, as a teacher and a student, or two critics: the loss is smaller for it, and teaches nothing of the difference.',
  },
  'shared-optimizer': {
    category: 'soft-failure',
    title: 'Optimizer shared by different parameters',
    message: '`{call}` goes on with what the optimizer kept for the other parameters of `{other}`',
    why: 'TensorFlow.js keeps the averages of an optimizer by the place of a parameter in the list, and not by the parameter: those of one network steer the other, or their shapes do not fit and it throws.',
  },
  'fresh-optimizer': {
    category: 'soft-failure',
    title: 'Optimizer that is made anew for each step',
    message:
      '`{call}` takes one step with {optimizer} that is made for it and forgotten afterwards: it never has more than one gradient to go by',
    why: 'The averages that such an optimizer keeps start at zero in each step, so Adam moves each parameter by the learning rate whatever the gradient is, and momentum gains nothing.',
  },
  'own-assignment': {
    category: 'soft-failure',
    title: 'Parameters that are given their own values',
    message: '`{call}` gives {parameters} the values that they have: what is written is what is read',
    why: 'A copy of a model into itself changes nothing; where a target network and the network that trains are one object, there is no target.',
  },
  'unlisted-variables': {
    category: 'soft-failure',
    title: 'Step that trains more than is meant',
    message: '`{call}` is given no list of variables, so it also changes {owner}: {reason}',
    why: 'An optimizer without a list trains all that the loss depends on, also the network that should only judge or be followed.',
  },
  'reused-noise': {
    category: 'soft-failure',
    title: 'Noise that is drawn once',
    message:
      'the same random numbers of shape {noise} are used in every step: they are drawn before the first one',
    why: 'With one draw for all steps the model fits that draw: it learns to take the noise back, and knows nothing about others.',
  },
  'discarded-value': {
    category: 'soft-failure',
    title: 'Result that is thrown away',
    message: '`{call}` gives a new tensor, and nothing takes it',
    why: 'Tensors never change: a call gives a new one, and what is not assigned or returned is as if it were not written.',
  },
  'unread-tensor': {
    category: 'soft-failure',
    title: 'Tensor that nothing reads',
    message: '`{name}` is computed, as `{call}`, and nothing reads it',
    why: 'The code reads as if a step, a term or a normalisation were there, and what is computed goes on without it.',
  },
  'masked-mean': {
    category: 'soft-failure',
    title: 'Mean that counts what is masked',
    message:
      'the mean over {shape} divides by all positions, also by those that the mask of {mask} leaves out, and nothing divides by how many it leaves',
    why: 'A batch with much padding counts less than one with little, and the loss that is shown falls where there is more padding.',
  },
  'unequal-reductions': {
    category: 'soft-failure',
    title: 'Sum over the batch beside a mean over it',
    message:
      'one term of the loss is the sum over {sum} with its batch axis, and another one the mean over {mean}: how they weigh depends on the size of the batch',
    why: 'The larger the batch, the more the sum counts against the mean, so the loss is another one for each batch size.',
  },
  'norm-over-batch': {
    category: 'soft-failure',
    title: 'Norm of a whole batch',
    message: 'this norm goes over all of {shape}, with the batch axis: it is one number for all examples',
    why: 'A norm of each example is what penalties and similarities are stated with; that of the batch is about its root times larger, and mixes the examples.',
  },
  'scrambled-axes': {
    category: 'soft-failure',
    title: 'Axes moved by a reshape',
    message:
      '{before} is read as {after}: the axis of size {size} is at another place, with parts of several others',
    why: 'A reshape keeps the elements in order, so moving an axis with it mixes positions, heads, or examples; only a transpose moves axes.',
  },
  'shared-noise': {
    category: 'soft-failure',
    title: 'One draw for the whole batch',
    message: 'noise of shape {noise} is combined with {data}: all examples of the batch get the same draw',
    why: 'The gradient of a batch averages over independent draws; with one draw for all it has the noise of a single example.',
  },
  'variance-as-deviation': {
    category: 'soft-failure',
    title: 'Variance used as a deviation',
    message:
      'noise is scaled by exp of `{value}`, of which the divergence is that of a logarithm of a variance',
    why: 'The samples have another width than the divergence says, and the loss still goes down.',
  },
  'constant-weights': {
    category: 'soft-failure',
    title: 'Weights that start as one number',
    message: '{parameter} starts as one number everywhere: {effect}',
    why: 'Units that start equal and are read alike get equal gradients, so the layer never is more than one unit wide.',
  },
  'outside-domain': {
    category: 'soft-failure',
    title: 'Function of numbers that it has no value for',
    message: 'the {op} is taken of what `{layer}` gives without an activation: below 0 it is no number',
    why: 'The first score below 0 makes the loss NaN, and with it all weights after the next step; what was meant is a probability.',
  },
  'zero-gradient': {
    category: 'soft-failure',
    title: 'Parameter with a gradient that is zero',
    message:
      '{parameter} has no influence on what training sees: its gradient is zero whatever the numbers are',
    why: 'It is counted and stored, and training never changes it by the loss.',
  },
  'unused-acceptance': {
    category: 'soft-failure',
    title: 'Acceptance of what is not there',
    message: 'the {kind} accepts `{subject}`, and nothing of that kind is there',
    why: 'What nobody needs any more would accept the next mistake in the same place without a word.',
  },
} as const satisfies Record<string, Definition>
