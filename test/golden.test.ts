import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import { countParameters } from '../src/equations/equations.js'
import { evaluate } from '../src/evaluate/evaluate.js'
import { type ModelGraph, parametersOf } from '../src/graph/model.js'
import { isProblem } from '../src/graph/op.js'
import type { Tensor } from '../src/graph/tensor.js'
import { layers } from '../src/library/layers/table.js'
import { check } from '../src/pipeline.js'
import { readModels } from '../src/reading.js'
import { renderMarkdown } from '../src/report/markdown.js'
import { sourceFile } from '../src/text/source.js'
import { replaceInitializers, runFixture, tf } from './support/model-code.js'
import { repository } from './support/project.js'

interface Golden {
  readonly name: string
  readonly file: string
  readonly spec: string
  /** Arguments that make the model small enough to run, by parameter name, in order. */
  readonly small?: Readonly<Record<string, unknown>>
  /** Too large to run in a test: checked on structure and counts. */
  readonly structureOnly?: boolean
  readonly inputs?: 'integers'
}

const models: readonly Golden[] = [
  { name: 'linear-regression', file: 'model.js', spec: 'linear-regression' },
  { name: 'xor', file: 'model.ts', spec: 'xor' },
  { name: 'mlp', file: 'model.ts', spec: 'mlp' },
  { name: 'lenet5', file: 'model.ts', spec: 'lenet5-modern' },
  { name: 'vgg16', file: 'model.js', spec: 'vgg16', structureOnly: true },
  { name: 'resnet18', file: 'model.ts', spec: 'resnet18', structureOnly: true },
  { name: 'mobilenet-v2', file: 'model.js', spec: 'mobilenet-v2', structureOnly: true },
  { name: 'unet', file: 'model.js', spec: 'unet', small: { size: 16, channels: 1, classes: 2, width: 3 } },
  { name: 'lstm-classifier', file: 'model.ts', spec: 'lstm-classifier', inputs: 'integers' },
  { name: 'autoencoder', file: 'model.ts', spec: 'autoencoder' },
  { name: 'two-tower', file: 'model.js', spec: 'two-tower', inputs: 'integers' },
]

beforeAll(async () => {
  await tf.setBackend('cpu')
  replaceInitializers()
})

function traced({ name, file }: Golden, args: Readonly<Record<string, unknown>> = {}): ModelGraph {
  const { models: found, diagnostics } = readModels({
    files: repository,
    path: `test/golden/${name}/${file}`,
    target: 'createModel',
    arguments: args,
  })
  expect(diagnostics).toEqual([])
  expect(found[0]?.reason).toBeUndefined()
  return found[0]!.graph!
}

/** Layers of the framework without the inputs, and with nested models in their place. */
function realLayers(model: tf.LayersModel): readonly tf.layers.Layer[] {
  return model.layers.filter(layer => layer.getClassName() !== 'InputLayer')
}

const withoutCount = (name: string) => name.replace(/\d+$/, '')

test.each(models)('$name: layers, settings and parameters are those of TensorFlow.js', golden => {
  const { model } = traced(golden, golden.small)
  const real = runFixture(`test/golden/${golden.name}/${golden.file}`).createModel!(
    ...Object.values(golden.small ?? {}),
  )
  const expected = realLayers(real)
  expect(model.layers.map(layer => withoutCount(layer.name))).toEqual(
    expected.map(layer => withoutCount(layer.name)),
  )
  for (const [i, layer] of model.layers.entries()) {
    const definition = layers[layer.kind]
    if (!definition) continue
    expect(definition.className).toBe(expected[i]!.getClassName())
    const config = expected[i]!.getConfig() as Readonly<Record<string, unknown>>
    for (const [key, { effect, kind }] of Object.entries(definition.config)) {
      if (
        effect === 'none' ||
        typeof kind !== 'string' ||
        ['activation', 'initializer', 'regularizer', 'constraint', 'layer'].includes(kind)
      )
        continue
      if (config[key] === undefined || config[key] === null || layer.config[key]?.value === null) continue
      expect([layer.name, key, [layer.config[key]?.value].flat()]).toEqual([
        layer.name,
        key,
        [config[key]].flat(),
      ])
    }
  }
  const counts = countParameters(model)
  expect(counts.total).toBe(real.countParams())
  const trainable = real.trainableWeights.reduce(
    (sum, weight) => sum + weight.shape.reduce((a, b) => a! * b!, 1)!,
    0,
  )
  expect(counts.trainable).toBe(trainable)
  const size = (weight: { shape: (number | null)[] }) => weight.shape.join('×')
  expect(
    parametersOf(model)
      .map(({ parameter }) => parameter.shape.join('×'))
      .sort(),
  ).toEqual(real.weights.map(size).sort())
})

test.each(models.filter(({ structureOnly }) => !structureOnly))(
  '$name: numbers are those of predict',
  golden => {
    const graph = traced(golden, golden.small)
    const { model } = graph
    const real = runFixture(`test/golden/${golden.name}/${golden.file}`).createModel!(
      ...Object.values(golden.small ?? {}),
    )
    const order = realLayers(real)
    const values = new Map<object, Tensor>()
    const assign = (layersOfCode: typeof model.layers, layersOfModel: readonly tf.layers.Layer[]) => {
      layersOfCode.forEach((layer, i) => {
        const actual = layersOfModel[i]!
        if (layer.model) {
          assign(layer.model.layers, realLayers(actual as tf.LayersModel))
          return
        }
        const weights = actual
          .getWeights()
          .map((weight, k) =>
            tf.randomUniform(
              weight.shape,
              layer.parameters[k]?.name === 'moving_variance' ? 0.5 : -0.4,
              layer.parameters[k]?.name === 'moving_variance' ? 1.5 : 0.4,
              'float32',
              7 + i,
            ),
          )
        actual.setWeights(weights)
        layer.parameters.forEach((parameter, k) => {
          const weight = weights[k]!
          values.set(parameter.node, {
            shape: weight.shape,
            data: Float64Array.from(weight.dataSync()),
            dtype: 'float32',
          })
        })
      })
    }
    assign(model.layers, order)
    const inputs = real.inputs.map(({ shape }) => {
      const sizes = [2, ...shape.slice(1)] as number[]
      return golden.inputs === 'integers'
        ? tf.randomUniform(sizes, 0, 900, 'int32', 3)
        : tf.randomUniform(sizes, -1, 1, 'float32', 3)
    })
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
    const predictions = [real.predict(inputs.length === 1 ? inputs[0]! : inputs)].flat() as tf.Tensor[]
    predictions.forEach((prediction, i) => {
      expect(result[i]!.shape).toEqual(prediction.shape)
      const numbers = prediction.dataSync()
      const largest = Math.max(...[...numbers].map((value, k) => Math.abs(value - result[i]!.data[k]!)))
      expect(largest).toBeLessThan(1e-5)
    })
  },
)

test.each(models)('$name is as written', ({ name, file, spec }) => {
  const outcome = check(
    { files: repository, path: `test/golden/${name}/${file}`, target: 'createModel' },
    sourceFile(`specs/${spec}.yaml`, readFileSync(`specs/${spec}.yaml`, 'utf8')),
  )
  expect(outcome.diagnostics).toEqual([])
  expect(
    outcome.comparison?.clauses
      .filter(({ verdict }) => verdict !== 'as written')
      .map(({ clause }) => clause.id),
  ).toEqual([])
  expect(outcome.verdict).toBe('as written')
  const page = readFileSync(`test/golden/${name}/report.md`, 'utf8')
  expect(renderMarkdown([outcome])).toBe(page)
})
