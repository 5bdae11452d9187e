import { expect, test } from '@jest/globals'
import { parametersOf } from '../src/graph/model.js'
import { readModels } from '../src/reading.js'
import { isJsonProblem, type Json, readJson } from '../src/syntax/json.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import { inMemory } from './support/project.js'

/** As `model.to_json()` of Keras 2.15 writes it, keys without a counterpart in TensorFlow.js included. */
const keras = JSON.stringify({
  class_name: 'Functional',
  config: {
    name: 'small',
    layers: [
      {
        class_name: 'InputLayer',
        name: 'image',
        config: {
          batch_input_shape: [null, 7, 5, 3],
          dtype: 'float32',
          sparse: false,
          ragged: false,
          name: 'image',
        },
        inbound_nodes: [],
      },
      {
        class_name: 'Conv2D',
        name: 'conv_1',
        config: {
          name: 'conv_1',
          trainable: false,
          filters: 2,
          kernel_size: [3, 3],
          groups: 1,
          padding: 'same',
          data_format: 'channels_last',
          activation: 'relu',
          use_bias: true,
          kernel_initializer: { class_name: 'GlorotUniform', config: { seed: null } },
          kernel_regularizer: { class_name: 'L2', config: { l2: 0.01 } },
        },
        inbound_nodes: [[['image', 0, 0, {}]]],
      },
      {
        class_name: 'Flatten',
        name: 'flat',
        config: { name: 'flat' },
        inbound_nodes: [[['conv_1', 0, 0, {}]]],
      },
      {
        class_name: 'Dense',
        name: 'scores',
        config: { name: 'scores', units: 11, activation: 'softmax' },
        inbound_nodes: [[['flat', 0, 0, {}]]],
      },
    ],
    input_layers: [['image', 0, 0]],
    output_layers: [['scores', 0, 0]],
  },
  keras_version: '2.15.0',
})

const read = (text: string): Json => {
  const json = readJson(sourceFile('saved/model.json', text))
  if (isJsonProblem(json)) throw new Error(json.problem)
  return json
}

function counts(files: Readonly<Record<string, string>>, artifacts: Readonly<Record<string, Json>> = {}) {
  const path = Object.keys(files)[0]!
  const target = path.endsWith('.json') ? undefined : 'model'
  const [found] = readModels({ files: inMemory(files), path, target, artifacts }).models
  return found?.graph
    ? parametersOf(found.graph.model).map(
        ({ parameter, trainable }) => `${parameter.shape.join('×')}${trainable ? '' : ' frozen'}`,
      )
    : found?.reason?.message
}

const own = ['3×3×3×2 frozen', '2 frozen', '70×11', '11']

test('the JSON of Keras is a target', () => {
  expect(counts({ 'model.json': keras })).toEqual(own)
})

test.each([
  ['its variable', 'base'],
  ['its place', 'https://example.com/small/model.json'],
  ['the end of its place', 'small/model.json'],
  ['the folder that it is in', 'small'],
])('a model that code loads is found by %s', (_, name) => {
  const code = `
const base = await tf.loadLayersModel('https://example.com/small/model.json')
const cut = tf.model({ inputs: base.inputs, outputs: base.getLayer('conv_1').output })
const model = tf.sequential({ layers: [cut, tf.layers.flatten(), tf.layers.dense({ units: 13 })] })
`
  const expected = ['3×3×3×2 frozen', '2 frozen', '70×13', '13']
  expect(counts({ 'model.js': code }, { [name]: read(keras) })).toEqual(expected)
  expect(counts({ 'model.js': code })).toContain('`--artifact small=path/model.json`')
})

test('a model that code loads by the former name of the function is found, and it is said that this throws now', () => {
  const code = `
const base = await tf.loadModel('https://example.com/small/model.json')
const model = tf.sequential({ layers: [base, tf.layers.dense({ units: 13 })] })
`
  const files = inMemory({ 'model.js': code })
  const { diagnostics } = readModels({ files, path: 'model.js', artifacts: { base: read(keras) } })
  expect(counts({ 'model.js': code }, { base: read(keras) })).toEqual([...own, '11×13', '13'])
  expect(diagnostics.map(({ message }) => message)).toContain(
    '`tf.loadModel` is no function of TensorFlow.js 4.22, which throws here: it is read as `tf.loadLayersModel`, its name of today',
  )
})

test('a model that a function is given is found by the name of the parameter', () => {
  const code = `
export const model = base =>
  tf.sequential({ layers: [tf.model({ inputs: base.inputs, outputs: base.layers[1].output }), tf.layers.flatten()] })
`
  expect(counts({ 'model.js': code }, { base: read(keras) })).toEqual(['3×3×3×2 frozen', '2 frozen'])
})

test('a model of which the place is not known is asked for by the name of its variable', () => {
  const code = `
export async function model(place) {
  const base = await tf.loadLayersModel(place)
  return tf.model({ inputs: base.inputs, outputs: base.getLayer('conv_1').output })
}
`
  expect(counts({ 'model.js': code })).toContain('`--artifact base=path/model.json`')
  expect(counts({ 'model.js': code }, { base: read(keras) })).toEqual(['3×3×3×2 frozen', '2 frozen'])
})

test('a setting that TensorFlow.js does not use is told where it is not the default', () => {
  const withRate = (rate: number) =>
    keras
      .replace('"data_format":', `"dilation_rate":[${rate},${rate}],"data_format":`)
      .replace('Conv2D', 'DepthwiseConv2D')
  const told = (text: string) =>
    readModels({ files: inMemory({ 'model.json': text }), path: 'model.json' })
      .diagnostics.filter(({ code }) => code === 'ignored-config-key')
      .some(({ message }) => message.includes('dilationRate'))
  expect(told(withRate(1))).toBe(false)
  expect(told(withRate(2))).toBe(true)
})

test.each([
  ['{"format": "graph-model", "modelTopology": {"node": []}}', 'it holds a graph of operations, not layers'],
  ['{"weights": []}', 'an entry has no `class_name`'],
])('%s is no model of layers', (text, reason) => {
  expect(counts({ 'model.json': text })).toBe(`\`model.json\` describes no model of layers: ${reason}`)
})

test('a layer that is not known is named', () => {
  expect(counts({ 'model.json': keras.replace('Flatten', 'TFOpLambda') })).toContain('TFOpLambda')
})

test.each([
  ['{"a": 1,}', 9, 'expected a key in quotes'],
  ['[1 2]', 4, 'expected a comma or ]'],
  ['[1', 3, 'expected a comma or ]'],
  ['[01]', 3, 'expected a comma or ]'],
  ['{"a" 1}', 6, 'expected a colon'],
  ['["\n"]', 2, 'a text holds a character that must be escaped'],
  ['1 1', 3, 'expected the end of the file'],
  ['[nul]', 2, 'expected a value'],
  ['['.repeat(1000), 202, 'more than 200 levels are nested'],
])('%s is no JSON', (text, column, problem) => {
  const json = readJson(sourceFile('a.json', text))
  expect(isJsonProblem(json) && [json.problem, positionAt(json.span.file, json.span.start).column]).toEqual([
    problem,
    column,
  ])
})

test('JSON is read as JavaScript reads it', () => {
  const plain = (json: Json): unknown =>
    json.kind === 'list'
      ? json.items.map(plain)
      : json.kind === 'record'
        ? Object.fromEntries([...json.fields].map(([key, value]) => [key, plain(value)]))
        : json.value
  const text = ' {"a": [1, -2.5e3, "\\u00e9\\n", true, null, {}, []],\n"b": {"c": "x"}} '
  expect(plain(read(text))).toEqual(JSON.parse(text))
  expect(plain(read(keras))).toEqual(JSON.parse(keras))
})
