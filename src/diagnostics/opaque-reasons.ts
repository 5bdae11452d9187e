import type { Definition } from './catalogue.js'

/** Something that the trace cannot follow. */
export const opaqueReasons = {
  'unknown-package': {
    category: 'opaque',
    title: 'Package that is not read',
    message: '`{specifier}` is not part of the project and not a library that is modelled',
    why: 'Only the project itself is read; what another package returns is not known.',
  },
  'unknown-global': {
    category: 'opaque',
    title: 'Global name that is not modelled',
    message: '`{name}` is not declared in the project and not modelled',
    why: 'What the surroundings of a program provide is not known from its text.',
  },
  'unknown-branch': {
    category: 'opaque',
    title: 'Branch on an unknown condition',
    message: '`{what}` depends on the condition `{condition}`, which is not known',
    why: 'Both ways were walked and they end in different results, so no single model can be stated.',
  },
  'verdict-by-case': {
    category: 'opaque',
    title: 'Another verdict in another case',
    message: '`{target}` is {verdicts}',
    why: 'The target builds different models in different cases, and the spec states one.',
  },
  'unknown-loop': {
    category: 'opaque',
    title: 'Loop of unknown length',
    message: '`{what}` changes in a loop whose length is not known: `{condition}`',
    why: 'How often the body runs is not known, so what it builds is not known either.',
  },
  'earlier-calls': {
    category: 'opaque',
    title: 'Changed by each call',
    message: '`{what}` changes in each call, and how often it was called before is not known',
    why: 'A function that trains is called again and again, and finds what its earlier calls left.',
  },
  'set-elsewhere': {
    category: 'opaque',
    title: 'Set by another function',
    message: 'what `{what}` holds when this is called is not known: it is set by {by}',
    why: 'Without that, the code would throw, so another function was called before; with what, is not known.',
  },
  'changed-around': {
    category: 'opaque',
    title: 'Changed around a function',
    message: '`{what}` changes after `{target}` is made, so what a call finds in it is not known',
    why: 'A function inside of another can be called at any time after it is made.',
  },
  'changed-in-training': {
    category: 'opaque',
    title: 'Changed while `fit` trains',
    message:
      'callbacks of `fit` change `{what}`, and what it is then does not follow from the number of the epoch',
    why: 'Callbacks run between epochs and batches, and may do something else each time.',
  },
  'unknown-callbacks': {
    category: 'opaque',
    title: 'Callbacks that are not known',
    message: '`fit` is given callbacks that are not known, and they may change `{what}`',
    why: 'Callbacks run between epochs and batches, and have the optimizer of the model.',
  },
  'unknown-recursion': {
    category: 'opaque',
    title: 'Recursion of unknown depth',
    message:
      '`{what}` is decided by calls of a function by itself, and how deep they go is not known: `{call}`',
    why: 'How often the function calls itself is not known, so what it gives and changes is not known either.',
  },
  'no-recurrence': {
    category: 'opaque',
    title: 'Loop of unknown length that is no recurrence',
    message:
      '`{what}` changes in a loop whose length is not known, `{condition}`, and which is no recurrence: {problem}',
    why: 'The rounds of a loop are stated as one equation only where they are one computation.',
  },
  'long-loop': {
    category: 'opaque',
    title: 'Loop that is too long',
    message: '`{what}` changes in a loop that is too long to walk every round: `{condition}`',
    why: 'The trace walks some rounds of a loop; what more rounds would build is not known.',
  },
  'unknown-key': {
    category: 'opaque',
    title: 'Field whose name is not known',
    message: 'which field `{target}` names is not known',
    why: 'Any field may be the one that is read or written, so none of them is known.',
  },
  'unsupported-syntax': {
    category: 'opaque',
    title: 'Syntax that is not followed',
    message: '{what} is not followed',
    why: 'What the expression yields is not known.',
  },
  'opaque-callee': {
    category: 'opaque',
    title: 'Call of an unknown function',
    message: 'the result of `{call}` is not known, because the function that is called is not known',
    why: 'What an unknown function returns cannot be proved or refuted; what calls of a parameter give can be stated: numbers and texts as `--arg game.size()=9`, tensors as `--input data.next():[N,4]`, and in a check of training models by their shapes, as `--artifact critic=[4],[2]->[1]`.',
  },
  'unmodelled-call': {
    category: 'opaque',
    title: 'Call that is not modelled',
    message: 'the result of `{call}` is not known: {reason}',
    why: 'What depends on a value that was not followed cannot be proved or refuted.',
  },
  'run-time-value': {
    category: 'opaque',
    title: 'Value that only a run has',
    message: '`{call}` gives what is known only when the code runs',
    why: 'Files, devices and the numbers in a tensor are not in the text of a program, and neither is what they decide.',
  },
  'trained-value': {
    category: 'opaque',
    title: 'Value after training',
    message: 'the value of `{variable}` is not known after `{call}`, which trains it',
    why: 'Training moves a variable by gradients over data, and both are known only when the code runs.',
  },
  'opaque-gradient': {
    category: 'opaque',
    title: 'Gradient that is not followed',
    message: 'the gradients that `{call}` computes are not followed',
    why: 'What the code does with gradients after it has them is neither proved nor refuted.',
  },
  'varying-loss': {
    category: 'opaque',
    title: 'Loss that changes between rounds',
    message: 'the loss that `{call}` is given is not the same each time',
    why: 'A training step that means something else from round to round is not one equation.',
  },
  'unbound-setting': {
    category: 'opaque',
    title: 'Setting that depends on an unbound parameter',
    message: 'the setting depends on `{path}`, which has no value',
    why: 'A setting that is not a number cannot be carried as a symbol; a value can be given with `--arg`.',
  },
  'unbound-tensor': {
    category: 'opaque',
    title: 'Tensor without a value',
    message: '`{call}` is given `{path}`, of which neither value nor shape is known',
    why: 'What a function computes depends on the ranks of its tensors; `--input` gives their shapes and `--arg` gives numbers.',
  },
  'unmodelled-layer': {
    category: 'opaque',
    title: 'Layer that is not modelled',
    message: 'the layer `{layer}` is not modelled',
    why: 'What it computes is not known, and neither is anything that depends on it.',
  },
  'open-shape': {
    category: 'opaque',
    title: 'Sizes that are not known to fit',
    message: 'nothing says that the sizes fit in {layer}: {problem}',
    why: 'The sizes are those that a type or a comment in the code leaves open, so it is not known whether they fit.',
  },
  'remarked-shape': {
    category: 'opaque',
    title: 'Shape that only a remark in the code gives',
    message: 'the shape of `{input}` is that of a {by} in the code, and it is none of the inputs of the spec',
    why: 'A type leaves sizes open and a comment may be wrong, so what differs for such a shape may not differ for others.',
  },
  'batch-not-said': {
    category: 'opaque',
    title: 'Batch of which the code says nothing',
    message:
      '`{target}` differs for a batch of examples and is as written for one; nothing in the code says which of both it takes',
    why: 'An equation is about one example, and code with fewer axes may compute just that, or may mix the examples of a batch.',
  },
  'inputs-not-said': {
    category: 'opaque',
    title: 'Inputs that neither names nor shapes tell from weights',
    message:
      'nothing says which of the tensors that `{target}` takes are the inputs of the spec; with the first ones it differs',
    why: 'A function that takes its weights computes another thing if data are taken for weights, so that difference may be none.',
  },
  'contradicting-shapes': {
    category: 'opaque',
    title: 'Shapes that contradict each other',
    message: 'the {by} of `{input}` says {shape}, and the spec says {stated}',
    why: 'Both cannot hold, so what the code computes from such a tensor is not what the spec is about.',
  },
  'shape-mismatch': {
    category: 'opaque',
    title: 'Shapes that do not fit',
    message: '{layer}: {problem}',
    why: 'For sizes that do not fit TensorFlow.js throws, so without knowing that they do there is no model to check.',
  },
  'repeated-layer-name': {
    category: 'opaque',
    title: 'Two layers of one name',
    message: 'two layers of the model `{model}` have the name `{name}`',
    why: 'TensorFlow.js would throw where the model is made, so there is no model to check.',
  },
  'unbuilt-model': {
    category: 'opaque',
    title: 'Model without an input shape',
    message: 'the model `{model}` has no input shape',
    why: 'Without the shape of the input the parameters have no shapes.',
  },
  'uncaught-error': {
    category: 'opaque',
    title: 'The code throws',
    message: 'the code throws here: {message}',
    why: 'When the code runs like this it builds no model.',
  },
  'saved-model': {
    category: 'opaque',
    title: 'Loaded model without its description',
    message:
      'the layers of the loaded model are in a file that is not given; `--artifact {name}=path/model.json` gives it',
    why: 'A saved model is data, and its layers are known only from its `model.json`.',
  },
  'unreadable-model': {
    category: 'opaque',
    title: 'File that describes no model of layers',
    message: '`{path}` describes no model of layers: {reason}',
    why: 'Without its layers nothing is known of the model.',
  },
  'not-compiled': {
    category: 'opaque',
    title: 'Model is not compiled here',
    message: 'the code that was read does not compile the model, so its {what} is not known',
    why: 'Loss and optimizer may be set in another place, which was not read.',
  },
  'opaque-loss': {
    category: 'opaque',
    title: 'Loss or optimizer that cannot be followed',
    message: 'the {what} is not known: {reason}',
    why: 'What is not followed can be neither proved nor refuted.',
  },
  'not-decided': {
    category: 'opaque',
    title: 'Equality not decided',
    message: 'whether code and spec agree here is not decided: {reason}',
    why: 'Without a proof and without a counterexample the honest answer is that it is not known.',
  },
  'behind-difference': {
    category: 'opaque',
    title: 'Clause behind a difference',
    message: 'whether this holds as well is not known, since {where} differs',
    why: 'Values that depend on one that differs differ with it, whatever else is true of them.',
  },
  'symbolic-count': {
    category: 'opaque',
    title: 'Number depends on unbound parameters',
    message: 'the number of parameters is {count}, which depends on unbound parameters',
    why: 'A number can be compared with a formula only when the parameters have values, which `--arg` gives.',
  },
  'symbolic-value': {
    category: 'opaque',
    title: 'Value depends on unbound parameters',
    message: '{what} is {actual}, which depends on unbound parameters; specified is {expected}',
    why: 'Whether the value is the stated one depends on what the code is called with, which `--arg` gives.',
  },
  'budget-exceeded': {
    category: 'opaque',
    title: 'Budget exceeded',
    message: 'the trace was stopped: {budget}',
    why: 'Limits keep time and memory bounded on any input, also on code that never ends.',
  },
} as const satisfies Record<string, Definition>
