import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { type Judged, judge, type Original, readOriginal } from '../../src/mutation/judge.js'
import { type Program, readProgram } from '../../src/mutation/program.js'
import { type Mutant, mutantsOf as mutantsOfProgram } from '../../src/mutation/table.js'
import { readModels } from '../../src/reading.js'
import { readSpec } from '../../src/spec/read.js'
import { sourceFile } from '../../src/text/source.js'
import { runSource, tf } from './model-code.js'
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

/** The program of a path, which has no syntax errors. */
export function programAt(path: string, text: string): Program {
  const program = readProgram(sourceFile(path, text))
  if ('diagnostics' in program) throw new Error(program.diagnostics.map(({ message }) => message).join('\n'))
  return program
}

export const mutantsOf = (golden: GoldenModel): readonly Mutant[] =>
  mutantsOfProgram(programAt(pathOf(golden), sourceOf(golden)))

/** A golden model with its spec, which says all that there is to say. */
export function originalOf(golden: GoldenModel): Original {
  const { spec, diagnostics } = readSpec(sourceFile(`specs/${golden.spec}.yaml`, fullSpec(golden)))
  const request = { files: repository, path: pathOf(golden), target: 'createModel' }
  return readOriginal(request, { path: `specs/${golden.spec}.yaml`, spec, diagnostics })
}

/** What TensorFlow.js makes of a mutant: the same numbers, others, or an error. */
export type Truth = 'the same' | 'another' | 'refused'

/** What is said of a mutant, and what TensorFlow.js makes of it. */
export function judgeBoth(
  golden: GoldenModel,
  original: Original,
  mutant: Mutant,
): Judged & { readonly truth: Truth } {
  const truth = truthOf(sourceOf(golden), mutant.file.text, golden.file)
  return { ...judge(original, mutant), truth }
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
