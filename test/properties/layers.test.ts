import { beforeAll, expect, test } from '@jest/globals'
import { layerNamed, layers } from '../../src/library/layers/table.js'
import {
  compareModels,
  type Data,
  loadSaved,
  runProgram,
  savedModel,
  traceProgram,
  traceSaved,
} from '../support/layer-comparison.js'
import { replaceInitializers, tf } from '../support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  replaceInitializers()
})

interface Case {
  readonly kind: string
  /** The configuration as it is written in code. */
  readonly config: string
  /** Shapes of the inputs without the batch axis. */
  readonly shapes: readonly (readonly number[])[]
  readonly data?: Data
  /** A layer between the first input and the layer, as code. */
  readonly after?: string
}

const on = (kind: string, shape: readonly number[], ...configs: readonly string[]): readonly Case[] =>
  configs.map(config => ({ kind, config, shapes: [shape] }))
const many = (
  kind: string,
  shapes: readonly (readonly number[])[],
  ...configs: readonly string[]
): readonly Case[] => configs.map(config => ({ kind, config, shapes }))

const image = [7, 5, 3]
const cases: readonly Case[] = [
  ...on(
    'dense',
    [5],
    '{ units: 3 }',
    "{ units: 3, activation: 'relu', useBias: false }",
    "{ units: 3, activation: 'softmax' }",
    "{ units: 2, activation: 'hardSigmoid' }",
  ),
  ...on('dense', [4, 5], "{ units: 3, activation: 'tanh' }"),
  ...on(
    'activation',
    [5],
    "{ activation: 'elu' }",
    "{ activation: 'selu' }",
    "{ activation: 'softplus' }",
    "{ activation: 'softsign' }",
    "{ activation: 'swish' }",
    "{ activation: 'relu6' }",
    "{ activation: 'gelu' }",
    "{ activation: 'gelu_new' }",
    "{ activation: 'mish' }",
    "{ activation: 'linear' }",
  ),
  ...on('dropout', [5], '{ rate: 0.4 }', '{ rate: 0 }'),
  ...on('flatten', image, '{}'),
  ...on(
    'reshape',
    image,
    '{ targetShape: [5, 21] }',
    '{ targetShape: [3, -1] }',
    '{ targetShape: [null, 35] }',
  ),
  ...on('permute', [4, 5], '{ dims: [2, 1] }'),
  ...on('repeatVector', [5], '{ n: 3 }'),
  ...on('gaussianNoise', [5], '{ stddev: 0.3 }'),
  {
    kind: 'embedding',
    config: '{ inputDim: 11, outputDim: 3, inputLength: 4 }',
    shapes: [[4]],
    data: { below: 11 },
  },
  ...on(
    'conv2d',
    image,
    '{ filters: 2, kernelSize: 3 }',
    "{ filters: 2, kernelSize: [3, 2], strides: 2, padding: 'same', activation: 'relu' }",
    '{ filters: 2, kernelSize: 2, strides: [2, 1], useBias: false }',
    '{ filters: 2, kernelSize: 2, dilationRate: 2 }',
  ),
  ...on(
    'conv1d',
    [7, 3],
    '{ filters: 2, kernelSize: 3 }',
    "{ filters: 2, kernelSize: 2, strides: 2, padding: 'same' }",
  ),
  ...on(
    'conv2dTranspose',
    image,
    '{ filters: 2, kernelSize: 3 }',
    "{ filters: 2, kernelSize: 3, strides: 2, padding: 'same' }",
    '{ filters: 2, kernelSize: 2, strides: 2 }',
  ),
  ...on(
    'depthwiseConv2d',
    image,
    '{ kernelSize: 3 }',
    "{ kernelSize: 2, depthMultiplier: 2, padding: 'same' }",
  ),
  ...on(
    'separableConv2d',
    image,
    '{ filters: 4, kernelSize: 3 }',
    "{ filters: 4, kernelSize: 2, strides: 2, padding: 'same', depthMultiplier: 2 }",
  ),
  ...on('upSampling2d', image, '{}', '{ size: [3, 2] }'),
  ...on('zeroPadding2d', image, '{}', '{ padding: 2 }', '{ padding: [[1, 0], [2, 3]] }'),
  ...on('maxPooling2d', image, '{}', '{ poolSize: 3, strides: 2 }', "{ poolSize: [2, 3], padding: 'same' }"),
  ...on('averagePooling2d', image, '{ poolSize: 2 }', "{ poolSize: 3, strides: 2, padding: 'same' }"),
  ...on('maxPooling1d', [7, 3], '{}', '{ poolSize: 3, strides: 2 }'),
  ...on('averagePooling1d', [7, 3], '{ poolSize: 2 }'),
  ...on('globalAveragePooling1d', [7, 3], '{}'),
  ...on('globalAveragePooling2d', image, '{}'),
  ...on('globalMaxPooling1d', [7, 3], '{}'),
  ...on('globalMaxPooling2d', image, '{}'),
  ...many('add', [[5], [5], [5]], '{}'),
  ...many('multiply', [[5], [5]], '{}'),
  ...many('average', [[5], [5], [5]], '{}'),
  ...many('maximum', [[5], [5]], '{}'),
  ...many('minimum', [[5], [5]], '{}'),
  ...many('concatenate', [[5], [3]], '{}'),
  ...many(
    'concatenate',
    [
      [4, 3],
      [2, 3],
    ],
    '{ axis: 1 }',
  ),
  ...many('dot', [[5], [5]], '{ axes: 1 }'),
  ...many(
    'dot',
    [
      [4, 5],
      [3, 5],
    ],
    '{ axes: [2, 2] }',
  ),
  ...many(
    'dot',
    [
      [4, 5],
      [3, 5],
    ],
    '{ axes: -1 }',
  ),
  ...on('batchNormalization', image, '{}', '{ epsilon: 0.1, center: false }', '{ scale: false }'),
  ...on('layerNormalization', [4, 5], '{}', '{ epsilon: 0.1 }', '{ axis: [1, 2] }'),
  ...on('reLU', [5], '{}', '{ maxValue: 6 }', '{ maxValue: 0.5 }'),
  ...on('leakyReLU', [5], '{}', '{ alpha: 0.1 }'),
  ...on('elu', [5], '{}'),
  ...on('thresholdedReLU', [5], '{}', '{ theta: 0.2 }'),
  ...on('softmax', [5], '{}', '{ axis: -1 }'),
  ...on('prelu', [4, 5], '{}', '{ sharedAxes: [1] }'),
  ...on(
    'simpleRNN',
    [4, 3],
    '{ units: 2 }',
    "{ units: 2, returnSequences: true, activation: 'relu' }",
    '{ units: 2, goBackwards: true, useBias: false }',
  ),
  ...on('gru', [4, 3], '{ units: 2 }', "{ units: 2, returnSequences: true, recurrentActivation: 'sigmoid' }"),
  ...on(
    'lstm',
    [4, 3],
    '{ units: 2 }',
    "{ units: 2, returnSequences: true, recurrentActivation: 'sigmoid' }",
    '{ units: 2, goBackwards: true, unitForgetBias: true }',
  ),
  ...on(
    'simpleRNN',
    [4, 3],
    '{ units: 2, returnState: true }',
    '{ units: 2, goBackwards: true, returnSequences: true, returnState: true }',
    '{ units: 2, dropout: 0.4, recurrentDropout: 0.3, unroll: true }',
    "{ units: 2, kernelInitializer: 'heNormal', recurrentRegularizer: tf.regularizers.l2({ l2: 0.5 }), biasConstraint: 'nonNeg' }",
  ),
  ...on(
    'gru',
    [4, 3],
    '{ units: 2, dropout: 0.4, recurrentDropout: 0.3, returnSequences: true, returnState: true }',
    '{ units: 2, activation: null, recurrentActivation: null, implementation: 1 }',
  ),
  ...on(
    'lstm',
    [4, 3],
    '{ units: 2, returnState: true, useBias: false }',
    '{ units: 2, dropout: 0.4, recurrentDropout: 0.3 }',
    "{ units: 2, activation: 'relu', trainable: false }",
  ),
  ...on(
    'rnn',
    [4, 3],
    '{ cell: tf.layers.lstmCell({ units: 2 }) }',
    "{ cell: tf.layers.simpleRNNCell({ units: 2, activation: 'relu' }), returnSequences: true }",
    '{ cell: tf.layers.gruCell({ units: 2, useBias: false }), goBackwards: true }',
    '{ cell: [tf.layers.lstmCell({ units: 2 }), tf.layers.gruCell({ units: 5 })], returnState: true }',
    "{ cell: [2, 3, 5].map(units => tf.layers.lstmCell({ units, recurrentActivation: 'sigmoid' })), returnSequences: true, returnState: true }",
    '{ cell: tf.layers.stackedRNNCells({ cells: [tf.layers.simpleRNNCell({ units: 2 }), tf.layers.lstmCell({ units: 3, trainable: false })] }) }',
  ),
  ...on(
    'convLstm2d',
    [3, 7, 5, 2],
    '{ filters: 3, kernelSize: 3 }',
    "{ filters: 2, kernelSize: [3, 2], padding: 'same', strides: 2, returnSequences: true, returnState: true }",
    '{ filters: 2, kernelSize: 2, dilationRate: 2, useBias: false, goBackwards: true }',
    '{ filters: 2, kernelSize: 2, dropout: 0.4, recurrentDropout: 0.3, unitForgetBias: true }',
  ),
  ...on(
    'bidirectional',
    [4, 3],
    '{ layer: tf.layers.lstm({ units: 2 }) }',
    '{ layer: tf.layers.gru({ units: 2, returnSequences: true }) }',
    "{ layer: tf.layers.simpleRNN({ units: 2, returnSequences: true }), mergeMode: 'sum' }",
    "{ layer: tf.layers.simpleRNN({ units: 2, goBackwards: true }), mergeMode: 'mul' }",
    "{ layer: tf.layers.lstm({ units: 2, returnState: true }), mergeMode: 'ave' }",
    '{ layer: tf.layers.lstm({ units: 2, returnState: true, returnSequences: true }), mergeMode: null }',
    '{ layer: tf.layers.lstm({ units: 2, dropout: 0.3 }), mergeMode: null }',
    '{ layer: tf.layers.lstm({ units: 2, trainable: false }), trainable: true }',
  ),
  ...on(
    'timeDistributed',
    [4, 3],
    "{ layer: tf.layers.dense({ units: 2, activation: 'tanh' }) }",
    '{ layer: tf.layers.batchNormalization() }',
    '{ layer: tf.layers.repeatVector({ n: 2 }) }',
    '{ layer: tf.layers.dense({ units: 2 }), trainable: false }',
    '{ layer: tf.layers.dense({ units: 2, trainable: false }) }',
    "{ layer: tf.sequential({ layers: [tf.layers.dense({ units: 5, inputShape: [3], activation: 'relu' }), tf.layers.batchNormalization(), tf.layers.dense({ units: 2 })] }) }",
  ),
  ...on(
    'timeDistributed',
    [3, 7, 5, 2],
    '{ layer: tf.layers.conv2d({ filters: 2, kernelSize: 3 }) }',
    '{ layer: tf.layers.flatten() }',
    '{ layer: tf.layers.globalAveragePooling2d({}) }',
  ),
  {
    kind: 'timeDistributed',
    config: '{ layer: tf.layers.dropout({ rate: 0.4 }) }',
    shapes: [[4, 3]],
    data: { training: false },
  },
  ...on(
    'timeDistributed',
    [2, 4, 3],
    '{ layer: tf.layers.lstm({ units: 2 }) }',
    '{ layer: tf.layers.conv1d({ filters: 2, kernelSize: 2 }) }',
  ),
  ...on('masking', [4, 3], '{}', '{ maskValue: 1 }'),
  ...on('spatialDropout1d', [4, 3], '{ rate: 0.4 }'),
  ...on('gaussianDropout', [5], '{ rate: 0.4 }', '{ rate: 1 }'),
  ...on('alphaDropout', [5], '{ rate: 0.4 }', '{ rate: 0 }'),
  ...on(
    'upSampling2d',
    image,
    "{ interpolation: 'bilinear' }",
    "{ size: [3, 2], interpolation: 'bilinear' }",
  ),
  ...on(
    'upSampling2d',
    [3, 7, 5],
    "{ dataFormat: 'channelsFirst', size: [3, 2], interpolation: 'bilinear' }",
  ),
  ...on('cropping2D', image, '{ cropping: 1 }', '{ cropping: [2, 1] }', '{ cropping: [[1, 0], [2, 1]] }'),
  ...on('cropping2D', [3, 7, 5], "{ cropping: [[1, 0], [2, 1]], dataFormat: 'channelsFirst' }"),
  ...on('rescaling', [5], '{ scale: 0.5 }', '{ scale: 2, offset: -1 }'),
  {
    kind: 'centerCrop',
    config: '{ height: 3, width: 2 }',
    shapes: [[35, 3]],
    after: 'reshape({ targetShape: [7, 5, 3] })',
  },
  {
    kind: 'centerCrop',
    config: '{ height: 5, width: 5 }',
    shapes: [[121, 2]],
    after: 'reshape({ targetShape: [11, 11, 2] })',
  },
  ...['{ numTokens: 11 }', "{ numTokens: 11, outputMode: 'count' }"].map(
    (config): Case => ({
      kind: 'categoryEncoding',
      config,
      shapes: [[2, 2]],
      data: { below: 11 },
      after: 'reshape({ targetShape: [4] })',
    }),
  ),
  {
    kind: 'categoryEncoding',
    config: "{ numTokens: 11, outputMode: 'oneHot' }",
    shapes: [[1, 1]],
    data: { below: 11 },
    after: 'reshape({ targetShape: [1] })',
  },
  ...on('softmax', [4, 5], '{ axis: -1 }', '{ axis: [1, 2] }'),
  ...on('elu', [5], '{ alpha: 1 }'),
  ...many('dot', [[5], [5]], '{ axes: 1, normalize: true }', '{ axes: -1, normalize: false }'),
  ...many(
    'dot',
    [
      [5, 3],
      [4, 5],
    ],
    '{ axes: [1, 2] }',
    '{ axes: [1, 2], normalize: true }',
  ),
  ...many('add', [[4, 5], [5]], '{}'),
  ...on(
    'conv3d',
    [5, 4, 3, 2],
    '{ filters: 2, kernelSize: 3 }',
    "{ filters: 2, kernelSize: [3, 2, 1], strides: 2, padding: 'same', activation: 'relu' }",
    '{ filters: 2, kernelSize: 2, strides: [2, 1, 1], useBias: false }',
  ),
  ...on(
    'conv3dTranspose',
    [3, 4, 2, 2],
    '{ filters: 3, kernelSize: 2 }',
    "{ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }",
  ),
  ...on('conv3d', [2, 5, 4, 3], "{ filters: 3, kernelSize: 2, dataFormat: 'channelsFirst' }"),
  ...on('maxPooling3d', [2, 5, 4, 6], "{ dataFormat: 'channelsFirst' }"),
  ...on('maxPooling3d', [5, 4, 6, 2], '{}', "{ poolSize: [2, 3, 2], strides: 1, padding: 'same' }"),
  ...on('averagePooling3d', [5, 4, 6, 2], '{}', '{ poolSize: 2, strides: [1, 2, 3] }'),
]

/** Layers that TensorFlow.js runs in no model. */
const outside = ['resizing', 'randomWidth', 'convLstm2dCell', 'inputLayer']

const program = ({ kind, config, shapes, after }: Case) => `
const inputs = ${JSON.stringify(shapes)}.map(shape => tf.input({ shape }))
const layer = tf.layers.${kind}(${config})
const x = ${after ? `tf.layers.${after}.apply(inputs[0])` : shapes.length === 1 ? 'inputs[0]' : 'inputs'}
const model = tf.model({ inputs, outputs: layer.apply(x) })
`

test('every layer factory of TensorFlow.js is in the table', () => {
  // These two make inputs, not layers that compute.
  const inputs = ['input', 'inputLayer']
  const factories = Object.keys(tf.layers).filter(name => /^[a-z]/.test(name) && !inputs.includes(name))
  expect(factories.filter(name => !layerNamed(name))).toEqual([])
})

test('every layer of the table is covered', () => {
  const used = new Set(
    cases.flatMap(entry => [...program(entry).matchAll(/tf\.layers\.(\w+)/g)].map(([, kind]) => kind)),
  )
  expect(Object.keys(layers).filter(kind => !used.has(kind) && !outside.includes(kind))).toEqual([])
})

test.each(cases.map((entry, i) => ({ ...entry, title: `${i + 1}. ${entry.kind}(${entry.config})` })))(
  '$title is the layer of TensorFlow.js',
  entry => {
    const code = program(entry)
    const { graph, reason } = traceProgram(code)
    expect(reason).toBeUndefined()
    compareModels(graph!, runProgram(code), entry.data)
  },
)

test.each(cases.map((entry, i) => ({ ...entry, title: `${i + 1}. ${entry.kind}(${entry.config})` })))(
  '$title is what TensorFlow.js loads from a saved model',
  async entry => {
    const saved = savedModel(runProgram(program(entry)).model)
    const { graph } = traceSaved(saved)
    const real = await loadSaved(saved)
    expect(graph === undefined).toBe(real === undefined)
    if (graph && real) compareModels(graph, { model: real }, entry.data)
  },
)
