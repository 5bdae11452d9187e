import type { Definition } from './catalogue.js'

/** Code and spec disagree. */
export const differences = {
  'activation-missing': {
    category: 'difference',
    title: 'Activation missing',
    message: 'the activation `{expected}` after {layer} is missing',
    why: 'Two linear layers with nothing between them are one linear layer: whatever only a nonlinear model can represent cannot be learned.',
  },
  'activation-extra': {
    category: 'difference',
    title: 'Activation that is not specified',
    message: 'the activation `{actual}` after {layer} is not specified',
    why: 'An activation where the paper has none restricts what the layer can output and what gradient flows back.',
  },
  'activation-different': {
    category: 'difference',
    title: 'Another activation',
    message: 'the activation after {layer} is `{actual}`, specified is `{expected}`',
    why: 'Activations differ in range, slope and saturation, and with them the model and its training.',
  },
  'layer-missing': {
    category: 'difference',
    title: 'Layer missing',
    message: 'the layer `{expected}` is missing {where}',
    why: 'A layer that is not there takes its parameters and its function with it.',
  },
  'residual-missing': {
    category: 'difference',
    title: 'Residual connection missing',
    message: 'the residual connection from {from} to the result of {to} is missing',
    why: 'A block without its shortcut has to learn the identity before it can learn anything else, and deep stacks of such blocks train badly.',
  },
  'layer-extra': {
    category: 'difference',
    title: 'Layer that is not specified',
    message: 'the layer {layer} is not specified',
    why: 'A layer that the paper does not have makes another model.',
  },
  'layer-kind-different': {
    category: 'difference',
    title: 'Layer of another kind',
    message: 'the layer {layer} is `{actual}`, specified is `{expected}`',
    why: 'Another kind of layer computes another function.',
  },
  'layer-order': {
    category: 'difference',
    title: 'Layers in another order',
    message: 'the layer {layer} stands in another place than specified',
    why: 'Layers do not commute: normalising before or after an activation, say, are different models.',
  },
  'config-different': {
    category: 'difference',
    title: 'Setting of a layer differs',
    message: '`{key}` of {layer} is {actual}, specified is {expected}',
    why: 'The setting changes the function that the layer computes or how it trains.',
  },
  'framework-default-differs': {
    category: 'difference',
    title: 'Framework default that is not the paper’s',
    message: '`{key}` of {layer} is left at the default {actual}, specified is {expected}',
    why: 'Defaults of frameworks are not those of papers, and nothing in the code shows them.',
  },
  'initializer-different': {
    category: 'difference',
    title: 'Initializer differs',
    message: '`{key}` of {layer} is {actual}, specified is {expected}',
    why: 'Where training starts decides whether deep networks train at all.',
  },
  'parameter-count-different': {
    category: 'difference',
    title: 'Number of parameters differs',
    message: 'the model has {actual} {kind} parameters, specified are {expected}',
    why: 'Models with different numbers of parameters are different models.',
  },
  'input-shape-different': {
    category: 'difference',
    title: 'Shape of an input differs',
    message: 'the input {input} has the shape {actual}, specified is {expected}',
    why: 'Every size that follows depends on the input.',
  },
  'output-different': {
    category: 'difference',
    title: 'Outputs differ',
    message: 'the model has {actual} outputs, specified are {expected}',
    why: 'A task whose output is missing is not learned.',
  },
  'sharing-lost': {
    category: 'difference',
    title: 'Shared layer is not shared',
    message:
      'the layer `{expected}` is specified once and applied {times} times; the code has {actual} separate layers',
    why: 'Without sharing the copies drift apart in training and the number of parameters grows.',
  },
  'sharing-extra': {
    category: 'difference',
    title: 'Layer is shared that should not be',
    message: 'the layer {layer} is applied in places where the spec has separate layers',
    why: 'Places that share parameters cannot learn different things.',
  },
  'connection-different': {
    category: 'difference',
    title: 'Layers connected otherwise',
    message: 'the layer {layer} does not read what is specified',
    why: 'A skip connection that is missing or leads elsewhere makes another model.',
  },
  'model-different': {
    category: 'difference',
    title: 'Output computed otherwise',
    message: 'the output {output} is not what is specified, and no single layer explains it',
    why: 'The two models give different numbers for the same inputs and parameters.',
  },
  'loss-different': {
    category: 'difference',
    title: 'Another loss',
    message: 'the loss on {output} is `{actual}`, specified is `{expected}`',
    why: 'The loss decides what is learned.',
  },
  'loss-missing': {
    category: 'difference',
    title: 'Loss missing',
    message: 'there is no loss on {output}, specified is `{expected}`',
    why: 'An output without a loss is not trained.',
  },
  'loss-extra': {
    category: 'difference',
    title: 'Loss that the spec does not have',
    message: 'the loss `{actual}` on {output} is not specified',
    why: 'What is minimised is the sum of all losses, and this one is not part of the stated one.',
  },
  'loss-weight-different': {
    category: 'difference',
    title: 'Weight of a loss differs',
    message: 'the weight of the loss on {output} is {actual}, specified is {expected}',
    why: 'The weights decide how tasks compete for the shared layers.',
  },
  'optimizer-different': {
    category: 'difference',
    title: 'Another optimizer',
    message: 'the optimizer is `{actual}`, specified is `{expected}`',
    why: 'Optimizers take different steps and end in different places.',
  },
  'optimizer-setting-different': {
    category: 'difference',
    title: 'Setting of the optimizer differs',
    message: '`{key}` of the optimizer is {actual}, specified is {expected}',
    why: 'Step size and momentum decide whether and where training converges.',
  },
} as const satisfies Record<string, Definition>
