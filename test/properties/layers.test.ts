import { beforeAll, expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { keysOf } from '../../src/library/config.js'
import { layers } from '../../src/library/layers/table.js'
import { readModels } from '../../src/pipeline.js'
import { replaceInitializers, tf } from '../support/model-code.js'
import { inMemory } from '../support/project.js'

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
  readonly integers?: boolean
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
    integers: true,
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
]

test('every layer of the table is covered', () => {
  expect([...new Set(cases.map(({ kind }) => kind))].sort()).toEqual(Object.keys(layers).sort())
})

const program = ({ kind, config, shapes }: Case) => `
const inputs = ${JSON.stringify(shapes)}.map(shape => tf.input({ shape }))
const layer = tf.layers.${kind}(${config})
const model = tf.model({ inputs, outputs: layer.apply(${shapes.length === 1 ? 'inputs[0]' : 'inputs'}) })
`

test.each(cases.map((entry, i) => ({ ...entry, title: `${i + 1}. ${entry.kind}(${entry.config})` })))(
  '$title is the layer of TensorFlow.js',
  entry => {
    const { kind, shapes, integers } = entry
    const code = program(entry)
    const found = readModels({ files: inMemory({ 'model.js': code }), path: 'model.js', target: 'model' })
    expect(found.models[0]?.reason?.message).toBeUndefined()
    const { model } = found.models[0]!.graph!
    const real = new Function('tf', `${code}; return { model, layer }`)(tf) as {
      model: tf.LayersModel
      layer: tf.layers.Layer
    }
    const [layer] = model.layers
    const definition = layers[kind]!

    expect(definition.className).toBe(real.layer.getClassName())
    const known = Object.keys(keysOf(definition))
    expect(Object.keys(real.layer.getConfig()).filter(key => !known.includes(key))).toEqual([])
    expect(layer!.parameters.map(({ name, shape, trainable }) => [name, shape.join('×'), trainable])).toEqual(
      real.layer.weights.map(weight => [
        weight.originalName.split('/').at(-1)!.replace(/_\d+$/, ''),
        weight.shape.join('×'),
        weight.trainable,
      ]),
    )

    const values = new Map<object, Tensor>()
    const weights = real.layer.getWeights().map((weight, k) => {
      const positive = layer!.parameters[k]!.name === 'moving_variance'
      return tf.randomUniform(weight.shape, positive ? 0.5 : -1, positive ? 1.5 : 1, 'float32', 11 + k)
    })
    if (weights.length > 0) real.layer.setWeights(weights)
    weights.forEach((weight, k) => {
      values.set(layer!.parameters[k]!.node, {
        shape: weight.shape,
        data: Float64Array.from(weight.dataSync()),
        dtype: 'float32',
      })
    })
    const inputs = shapes.map((shape, i) =>
      integers
        ? tf.randomUniform([2, ...shape], 0, 11, 'int32', 5)
        : tf.randomUniform([2, ...shape], -2, 2, 'float32', 5 + i),
    )
    model.inputs.forEach(({ node }, i) => {
      values.set(node, {
        shape: inputs[i]!.shape,
        data: Float64Array.from(inputs[i]!.dataSync()),
        dtype: 'float32',
      })
    })
    const result = evaluate(
      model.outputs.map(({ node }) => node),
      { leaf: node => values.get(node), symbol: name => (name === 'N' ? 2 : undefined) },
    )
    if (isProblem(result)) throw new Error(result.problem)
    const prediction = real.model.predict(inputs.length === 1 ? inputs[0]! : inputs) as tf.Tensor
    expect(result[0]!.shape).toEqual(prediction.shape)
    const numbers = prediction.dataSync()
    const largest = Math.max(...[...numbers].map((number, k) => Math.abs(number - result[0]!.data[k]!)))
    expect(largest).toBeLessThan(2e-5)
  },
)
