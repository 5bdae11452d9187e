import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { check, readModels } from '../../src/pipeline.js'
import { positionAt, sourceFile } from '../../src/text/source.js'
import { runSource, tf } from './model-code.js'
import { type Mutation, mutationsOf } from './mutations.js'
import { repository } from './project.js'

export interface GoldenModel {
  readonly name: string
  readonly file: string
  readonly spec: string
  /** Takes TensorFlow.js too long in plain JavaScript. */
  readonly isLarge?: boolean
}

export const goldenModels: readonly GoldenModel[] = [
  { name: 'linear-regression', file: 'model.js', spec: 'linear-regression' },
  { name: 'xor', file: 'model.ts', spec: 'xor' },
  { name: 'mlp', file: 'model.ts', spec: 'mlp' },
  { name: 'lenet5', file: 'model.ts', spec: 'lenet5-modern' },
  { name: 'vgg16', file: 'model.js', spec: 'vgg16', isLarge: true },
  { name: 'resnet18', file: 'model.ts', spec: 'resnet18', isLarge: true },
  { name: 'unet', file: 'model.js', spec: 'unet', isLarge: true },
  { name: 'lstm-classifier', file: 'model.ts', spec: 'lstm-classifier' },
  { name: 'autoencoder', file: 'model.ts', spec: 'autoencoder' },
  { name: 'two-tower', file: 'model.js', spec: 'two-tower' },
]

const pathOf = ({ name, file }: GoldenModel) => `test/golden/${name}/${file}`
const sourceOf = (golden: GoldenModel) => readFileSync(pathOf(golden), 'utf8')

export function mutantsOf(golden: GoldenModel): readonly Mutation[] {
  return mutationsOf(sourceOf(golden), golden.file)
}

/** What TensorFlow.js makes of a mutant: the same numbers, others, or an error. */
export type Truth = 'the same' | 'another' | 'refused'

export interface Judgement {
  readonly verdict: string
  /** Whether the model could be read; else there is nothing to compare. */
  readonly isRead: boolean
  /** Why it is unverified. */
  readonly reason: string
  /** Whether a finding names the change at its place. */
  readonly isFound: boolean
  /** Not known for large models. */
  readonly truth?: Truth
  readonly milliseconds: number
}

/** Checks a mutant against the spec of the original, and runs both. */
export function judge(golden: GoldenModel, mutant: Mutation): Judgement {
  const path = pathOf(golden)
  const files = {
    ...repository,
    read: (name: string) => (name === path ? mutant.source : repository.read(name)),
  }
  const spec = sourceFile(`specs/${golden.spec}.yaml`, fullSpec(golden))
  const start = performance.now()
  const { verdict, comparison, reason } = check({ files, path, target: 'createModel' }, spec)
  const milliseconds = performance.now() - start
  const isFound = (comparison?.findings ?? []).some(({ diagnostic: { code, span } }) => {
    const line = span && positionAt(span.file, span.start).line
    return line !== undefined && mutant.codes.includes(code) && mutant.lines.includes(line)
  })
  const open = reason ?? comparison?.clauses.find(clause => clause.reason)?.reason
  const truth = golden.isLarge ? {} : { truth: truthOf(sourceOf(golden), mutant.source, golden.file) }
  return {
    verdict,
    isRead: comparison !== undefined,
    reason: open?.message ?? '',
    isFound,
    milliseconds,
    ...truth,
  }
}

/** The spec, with the loss and the optimizer of the model with all settings, so that no change of them is left open. */
function fullSpec(golden: GoldenModel): string {
  const text = readFileSync(`specs/${golden.spec}.yaml`, 'utf8')
  const { models } = readModels({ files: repository, path: pathOf(golden), target: 'createModel' })
  const compilation = models[0]?.graph?.model.compilation
  if (!compilation) return text
  const spec = parse(text) as Record<string, unknown>
  const { optimizer, losses } = compilation
  if (losses.length === 1) spec.loss = losses[0]!.kind
  if (optimizer && optimizer.kind !== 'opaque') {
    const settings = Object.entries(optimizer.settings).map(([key, { value }]) => [key, value] as const)
    spec.optimizer = { [optimizer.kind]: Object.fromEntries(settings) }
  }
  return stringify(spec)
}

const seeds = [1, 2, 3]

/** Runs both in both modes with the same weights and inputs; random draws are all the same. */
function truthOf(original: string, mutant: string, file: string): Truth {
  const draw = Math.random
  try {
    const [a, b] = [original, mutant].map(source => runSource(source, file).createModel!())
    if (shapesOf(a!) !== shapesOf(b!) || trainingOf(a!) !== trainingOf(b!)) return 'another'
    for (const seed of seeds) {
      const inputs = a!.inputs.map(({ shape }, i) => inputFor(shape, a!, seed + i))
      const weights = weightsOf(a!).map(({ shape, name }, i) =>
        weightsFor(shape as number[], name, seed * 50 + i),
      )
      for (const training of [false, true]) {
        const [first, second] = [a!, b!].map(model => {
          weightsOf(model).forEach((variable, i) => {
            variable.write(weights[i]!)
          })
          Math.random = () => 0.7
          const given = inputs.length === 1 ? inputs[0]! : inputs
          return ([model.apply(given, { training })].flat() as tf.Tensor[]).flatMap(output => [
            ...output.dataSync(),
          ])
        })
        if (first!.some((value, i) => Math.abs(value - second![i]!) > 1e-6 * (1 + Math.abs(value))))
          return 'another'
      }
    }
    return 'the same'
  } catch {
    return 'refused'
  } finally {
    Math.random = draw
  }
}

/** By the names that the code gives, and else in the order of the model. */
function weightsOf(model: tf.LayersModel): readonly tf.LayersModel['weights'][number][] {
  const given = (name: string) => (/_[A-Z]\w*\d+\//.test(name) ? '' : name)
  return [...model.weights].sort((a, b) => given(a.name).localeCompare(given(b.name)))
}

/** Such that most numbers stay where activations tell them apart. */
function weightsFor(shape: number[], name: string, seed: number): tf.Tensor {
  const scale = shape.length < 2 ? 0.8 : 2 / Math.sqrt(shape.reduce((a, b) => a * b, 1) / shape.at(-1)!)
  return /variance/.test(name)
    ? tf.randomUniform(shape, 0.5, 1.5, 'float32', seed)
    : tf.randomUniform(shape, -scale, scale, 'float32', seed)
}

const shapesOf = (model: tf.LayersModel) =>
  [...model.inputs, ...model.outputs, ...weightsOf(model)].map(({ shape }) => shape.join('×')).join()

/** Losses, optimizer and initializers: what is compared beside numbers. */
function trainingOf(model: tf.LayersModel): string {
  const optimizer = model.optimizer as tf.Optimizer | undefined
  const starts = model.layers.map(layer => {
    const { kernelInitializer } = layer.getConfig()
    return kernelInitializer ?? null
  })
  return JSON.stringify([model.loss ?? null, optimizer?.getClassName(), optimizer?.getConfig(), starts])
}

function inputFor(shape: readonly (number | null)[], model: tf.LayersModel, seed: number): tf.Tensor {
  const sizes = [3, ...(shape.slice(1) as number[])]
  const isIndex = model.layers.some(layer => layer.getClassName() === 'Embedding')
  return isIndex
    ? tf.randomUniform(sizes, 0, 900, 'int32', seed)
    : tf.randomUniform(sizes, -1, 1, 'float32', seed)
}
