import { expect } from '@jest/globals'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { type Layer, type ModelGraph, parametersOf } from '../../src/graph/model.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { layers } from '../../src/library/layers/table.js'
import { objectiveOf } from '../../src/library/objective.js'
import type { Mode } from '../../src/ops/elaborate.js'
import { readModels } from '../../src/reading.js'
import { configDifferences } from './layer-configs.js'
import { tf } from './model-code.js'
import { inMemory } from './project.js'
import { collectedWeights, trainedWeights } from './trained-weights.js'

/** What a program that defines `model`, and perhaps `layer`, yields here: the model, or why it is not known. */
export function traceProgram(code: string): {
  readonly graph?: ModelGraph
  readonly reason?: string
  readonly diagnostics: readonly Diagnostic[]
} {
  const files = inMemory({ 'model.js': code })
  // All of the file, since what is reported on the way to a variable belongs to the file.
  const { diagnostics } = readModels({ files, path: 'model.js' })
  const [found] = readModels({ files, path: 'model.js', target: 'model' }).models
  if (found?.graph) return { graph: found.graph, diagnostics }
  return { reason: found?.reason?.message ?? diagnostics[0]?.message ?? 'no model was found', diagnostics }
}

/** The `model.json` that TensorFlow.js writes, without the weights. */
export const savedModel = (model: tf.LayersModel): string =>
  JSON.stringify({ format: 'layers-model', modelTopology: model.toJSON(null, false) })

/** What TensorFlow.js loads from a `model.json`; undefined where it throws. */
export async function loadSaved(text: string): Promise<tf.LayersModel | undefined> {
  try {
    return await tf.loadLayersModel({ load: async () => JSON.parse(text) as tf.io.ModelArtifacts })
  } catch {
    return undefined
  }
}

/** A `model.json` as a target by itself. */
export function traceSaved(text: string): { readonly graph?: ModelGraph; readonly reason?: string } {
  const [found] = readModels({ files: inMemory({ 'model.json': text }), path: 'model.json' }).models
  return {
    ...(found?.graph && { graph: found.graph }),
    ...(found?.reason && { reason: found.reason.message }),
  }
}

/** The same program in TensorFlow.js. */
export function runProgram(code: string): {
  readonly model: tf.LayersModel
  readonly layer?: tf.layers.Layer
} {
  return new Function(
    'tf',
    `${code}; return { model, layer: typeof layer === 'undefined' ? undefined : layer }`,
  )(tf) as { model: tf.LayersModel; layer?: tf.layers.Layer }
}

const tensorOf = (value: tf.Tensor): Tensor => ({
  shape: value.shape,
  data: Float64Array.from(value.dataSync()),
  dtype: 'float32',
})

/** Random weights that suit their purpose: a variance is positive. */
function fill(model: tf.LayersModel): void {
  const values = model.weights.map(({ shape, originalName }, k) => {
    const positive = originalName.endsWith('moving_variance')
    return tf.randomUniform(shape as number[], positive ? 0.5 : -1, positive ? 1.5 : 1, 'float32', 11 + k)
  })
  if (values.length > 0) (model as unknown as { setWeights: (w: tf.Tensor[]) => void }).setWeights(values)
}

export interface Data {
  /** The batch, in place of 2. */
  readonly batch?: number
  /** Whole numbers below this one, for lookups. */
  readonly below?: number
  /** False where the draws of TF.js cannot be told from outside. */
  readonly training?: false
  /** Sizes of open axes. */
  readonly sizes?: Readonly<Record<string, number>>
}

/** Whether TensorFlow.js computes what a model predicts, and what it gives in training. */
export interface Possible {
  readonly predicts: boolean
  readonly trains: boolean
}

/** What a model predicts from random inputs. */
export function predict(model: tf.LayersModel, data: Data = {}): readonly tf.Tensor[] {
  const inputs = inputsOf(model, data)
  return toList(model.predict(inputs.length === 1 ? inputs[0]! : [...inputs]))
}

/** Random inputs for a model; open sizes other than the batch are taken from `sizes`. */
function inputsOf(model: tf.LayersModel, { batch = 2, below, sizes = {} }: Data): readonly tf.Tensor[] {
  return model.inputs.map(({ shape, dtype }, i) => {
    const full = shape.map((size, axis) => size ?? (axis === 0 ? batch : (sizes.T ?? 3))) as number[]
    return below === undefined
      ? tf.randomUniform(full, -2, 2, 'float32', 5 + i)
      : tf.cast(tf.randomUniform(full, 0, below, 'int32', 5 + i), dtype)
  })
}

/** The draws that TF.js makes while `Math.random` always gives the same number: they depend on the shape only. */
function drawn(node: Node): Tensor | undefined {
  if (node.op !== 'bernoulli' && node.op !== 'gaussian') return undefined
  const shape = (node.type.shape ?? []).map(size => (typeof size === 'number' ? size : 2))
  if (node.op === 'gaussian') return tensorOf(tf.randomNormal(shape, 0, node.attributes.deviation as number))
  return tensorOf(tf.floor(tf.add(tf.randomUniform(shape), node.attributes.probability as number)))
}

/**
 * Requires that a model is the one that TensorFlow.js builds: resolved configurations, parameters with names, shapes
 * and whether they train, shapes of the results, and their numbers in both modes. Says in which of them TensorFlow.js does not throw.
 */
export function compareModels(
  graph: ModelGraph,
  real: { readonly model: tf.LayersModel },
  data: Data = {},
): Possible {
  const { model } = graph
  compareLayers(model.layers, real.model.layers)
  const own = parametersOf(model)
  const collected = collectedWeights(real.model)
  const trained = new Set(trainedWeights(real.model))
  const listed = collected ? real.model.layers.flatMap(layer => layer.weights) : real.model.weights
  // TensorFlow.js lists what two layers share twice.
  const all = [...new Set(listed)]
  const weights = [
    ...all.filter(weight => trained.has(weight)),
    ...all.filter(weight => !trained.has(weight)),
  ]
  const sorted = [...own.filter(({ trainable }) => trainable), ...own.filter(({ trainable }) => !trainable)]
  expect(sorted.map(({ parameter, trainable }) => [parameter.shape.join('×'), trainable])).toEqual(
    weights.map(weight => [weight.shape.join('×'), trained.has(weight)]),
  )
  model.outputs.forEach(({ node }, i) => {
    compareShapes(node, real.model.outputs[i]!.shape)
  })
  fill(real.model)
  const values = new Map<Node, Tensor>()
  for (const [k, { parameter }] of sorted.entries()) values.set(parameter.node, tensorOf(weights[k]!.read()))
  const inputs = inputsOf(real.model, data)
  for (const [i, { node }] of model.inputs.entries()) values.set(node, tensorOf(inputs[i]!))
  const random = Math.random
  Math.random = () => 0.4242
  try {
    const given = inputs.length === 1 ? inputs[0]! : [...inputs]
    const predicted = attempt(() => toList(real.model.predict(given)))
    if (predicted) {
      compareNumbers(graph, values, predicted, 'inference', data)
      compareLosses(graph, values, real.model, inputs, data)
    }
    const result = attempt(() =>
      toList(real.model.apply([...inputs], { training: true }) as tf.Tensor | tf.Tensor[]),
    )
    if (result && data.training !== false) compareNumbers(graph, values, result, 'training', data)
    return { predicts: predicted !== undefined, trains: result !== undefined }
  } finally {
    Math.random = random
  }
}

/** The losses that the program computes, on random labels. */
function compareLosses(
  { model, builder }: ModelGraph,
  values: ReadonlyMap<Node, Tensor>,
  real: tf.LayersModel,
  inputs: readonly tf.Tensor[],
  { batch = 2 }: Data,
): void {
  const terms = model.compilation?.losses.flatMap(({ function: own }) => own ?? []) ?? []
  if (terms.length === 0) return
  const labels = real.outputs.map(({ shape }, i) =>
    tf.randomUniform(
      shape.map(size => size ?? batch),
      0.1,
      0.9,
      'float32',
      31 + i,
    ),
  )
  const sums = toList(real.evaluate([...inputs], labels, { batchSize: batch }) as tf.Scalar | tf.Scalar[])
  const known = new Map([...values, ...terms.map((term, i) => [term.labels, tensorOf(labels[i]!)] as const)])
  const means = terms.map(({ value }) => objectiveOf(builder, value))
  const problem = means.find(isProblem)
  if (problem || means.length !== labels.length)
    throw new Error(problem?.problem ?? 'not all losses are known')
  const options = { leaf: (node: Node) => known.get(node), symbol: () => batch, mode: 'inference' } as const
  const result = evaluate(means as readonly Node[], options)
  if (isProblem(result)) throw new Error(result.problem)
  const sum = result.reduce((before, { data: [value] }) => before + value!, 0)
  // The sums so far: `makeTestFunction`.
  expect(sum).toBeCloseTo(sums[terms.length - 1]!.dataSync()[0]!, 4)
}

const toList = (value: tf.Tensor | tf.Tensor[]): readonly tf.Tensor[] =>
  Array.isArray(value) ? value : [value]

export function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action()
  } catch {
    return undefined
  }
}

/** Sizes that TF.js knows are the same here; others may be known here. */
function compareShapes({ type }: Node, real: readonly (number | null)[]): void {
  const known = (type.shape ?? []).map((size, i) => (real[i] === null ? null : size))
  expect(known).toEqual([...real])
}

function compareLayers(own: readonly Layer[], real: readonly tf.layers.Layer[]): void {
  const applied = real.filter(layer => layer.getClassName() !== 'InputLayer')
  expect(own.length).toBe(applied.length)
  own.forEach((layer, i) => {
    if (layer.kind === 'model') return
    const definition = layers[layer.kind]!
    expect(definition.className).toBe(applied[i]!.getClassName())
    expect(configDifferences(layer, applied[i]!)).toEqual([])
    const names = applied[i]!.weights.map(weight =>
      weight.originalName.split('/').at(-1)!.replace(/_\d+$/, ''),
    )
    expect(layer.parameters.map(({ name }) => names.find(other => name.endsWith(other)))).not.toContain(
      undefined,
    )
  })
}

function compareNumbers(
  { model }: ModelGraph,
  values: ReadonlyMap<Node, Tensor>,
  real: readonly tf.Tensor[],
  mode: Mode,
  { batch = 2, sizes = {} }: Data,
): void {
  const result = evaluate(
    model.outputs.map(({ node }) => node),
    {
      leaf: node => values.get(node) ?? drawn(node),
      symbol: name => (name === 'N' ? batch : sizes[name]),
      mode,
    },
  )
  if (isProblem(result)) throw new Error(`${mode}: ${result.problem}`)
  expect(result.length).toBe(real.length)
  real.forEach((output, i) => {
    expect(result[i]!.shape).toEqual(output.shape)
    const numbers = output.dataSync()
    const scale = Math.max(1, ...[...numbers].map(Math.abs))
    const largest = Math.max(0, ...[...numbers].map((number, k) => Math.abs(number - result[i]!.data[k]!)))
    if (!(largest / scale < 1e-5)) throw new Error(`${mode}: output ${i} differs by ${largest}`)
  })
}
