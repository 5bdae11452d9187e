import type { Optimizer, Tensor as RealTensor, Scalar, Variable } from '@tensorflow/tfjs'
import { type CompiledGraph, compileGraph } from '../experiment/compile/compile.js'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { failureOf } from '../experiment/failures.js'
import { instanceOf } from '../experiment/fit.js'
import { measureOf, type ObjectiveGraph, objectiveGraph } from '../experiment/objective-graph.js'
import { type Batch, type Instance, isMisfit, reach, type Teacher } from '../experiment/problem.js'
import { problems } from '../experiment/problems/table.js'
import type { AskedOptimizer, Questions, TrainingRun } from '../experiment/protocol.js'
import { randomOf } from '../experiment/random.js'
import { hasArrived, isFalling, longest, looks } from '../experiment/settling.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { assignWeights, realTensor, tensorOf, tidied } from './outputs.js'
import type { Runnable } from './subject.js'

type Asked = Questions['train']['asked']

/** As many points of a curve are kept. */
const curvePoints = 120

/** So many examples are measured at a time. */
const measuredAtOnce = 512

/** So many examples say while a run trains how far it is. */
const glancedOn = 256

/** Trains a subject as it starts on a problem, and measures it on examples that it has not seen. */
export async function train(
  runnable: Runnable,
  asked: Asked,
  tf: TensorFlow,
  { teacher, progress }: { readonly teacher?: Teacher; readonly progress: (part: number) => void },
): Promise<TrainingRun> {
  const start = performance.now()
  const seconds = () => (performance.now() - start) / 1000
  const instance = instanceFor(asked, teacher)
  const { optimizer, name } = optimizerOf(runnable, asked.optimizer, tf)
  const variables = runnable.parameters.flatMap(({ trainable, variable }) => (trainable ? [variable] : []))
  if (variables.length === 0) throw failureOf('untrained')
  if (asked.weights) assignWeights(runnable.parameters, asked.weights, tf)
  refuseLostNumbers(runnable, instance, asked.seed, tf)
  const random = randomOf(asked.seed, 0)
  const objective = new CompiledObjective(instance, tf)
  const curve: (readonly [step: number, loss: number])[] = []
  const { steps, examples, measuredOn } = instance.training
  const every = Math.max(1, Math.floor(steps / curvePoints))
  const lookEvery = Math.max(1, Math.floor(steps / looks))
  const exam = instance.batch(randomOf(asked.seed, 1), measuredOn)
  const glance = instance.batch(randomOf(asked.seed, 2), Math.min(measuredOn, glancedOn))
  const looked: number[] = []
  let step = 0
  let end: End | undefined
  while (!end) {
    const isLate = seconds() >= asked.seconds
    if (isLate) end = { loss: measured(runnable, instance, exam, tf), unfinished: true }
    else {
      const batch = instance.batch(random, examples)
      const loss = descend(runnable, batch, { objective, optimizer, variables }, tf)
      if (!Number.isFinite(loss)) end = { loss: Number.NaN }
      else if ((step + 1) % lookEvery === 0) {
        looked.push(measured(runnable, instance, glance, tf))
        end = endAt(step + 1, looked, instance, () => measured(runnable, instance, exam, tf))
      }
      if (step % every === 0 || end) curve.push([step, loss])
      step++
    }
    if (step % every === 0) {
      progress(Math.min(1, step / steps))
      // Lets messages out.
      await new Promise(done => setImmediate(done))
    }
  }
  return {
    seed: asked.seed,
    curve,
    steps: step,
    baseline: instance.baseline.loss,
    optimizer: name,
    seconds: seconds(),
    ...end,
  }
}

type End = Pick<TrainingRun, 'loss' | 'unfinished' | 'falling'>

/**
 * How a run ends after so many steps, if it does: as soon as it has arrived at the bound, else with the last step of the problem, or later as
 * long as it falls.
 */
function endAt(
  step: number,
  looked: readonly number[],
  instance: Instance,
  examined: () => number,
): End | undefined {
  const { steps } = instance.training
  if (step < steps && !hasArrived(looked, instance)) return undefined
  const loss = examined()
  if (loss <= reach(instance)) return { loss }
  if (step < steps) return undefined
  const falling = isFalling(looked, instance)
  if (falling && step < longest * steps) return undefined
  return { loss, ...(falling && { falling }) }
}

function instanceFor({ problem, signature }: Asked, teacher: Teacher | undefined): Instance {
  const found = instanceOf(problems[problem as keyof typeof problems], signature, teacher)
  if (isMisfit(found)) throw failureOf('shape', { message: `${found.misfit} is no ${found.would}` })
  return found
}

/** A model whose outputs are no numbers before it has learned anything cannot learn. */
function refuseLostNumbers(runnable: Runnable, instance: Instance, seed: number, tf: TensorFlow): void {
  const { inputs } = instance.batch(randomOf(seed, 0), 2)
  const outputs = tidied(tf, () =>
    runnable
      .apply(
        inputs.map(input => realTensor(input, tf)),
        false,
      )
      .map(tensorOf),
  )
  const at = outputs.findIndex(({ data }) => data.some(value => !Number.isFinite(value)))
  if (at < 0) return
  const message = `before training, \`${runnable.outputs[at]?.name}\` is not finite for examples of the problem`
  throw failureOf('numbers', { message })
}

function optimizerOf(
  { compiled }: Runnable,
  asked: AskedOptimizer | undefined,
  tf: TensorFlow,
): { readonly optimizer: Optimizer; readonly name: string } {
  if (!asked) {
    const { optimizer } = compiled!
    const { learningRate } = optimizer as unknown as { readonly learningRate?: number }
    const rate = typeof learningRate === 'number' ? ` with the learning rate ${learningRate}` : ''
    return { optimizer, name: `${optimizer.getClassName()}${rate}, as compiled` }
  }
  const { kind, learningRate } = asked
  const title = { adam: 'Adam', sgd: 'SGD' }[kind]
  return { optimizer: tf.train[kind](learningRate), name: `${title} with the learning rate ${learningRate}` }
}

/** One step of the optimizer; the objective before it. */
function descend(
  runnable: Runnable,
  batch: Batch,
  {
    objective,
    optimizer,
    variables,
  }: {
    readonly objective: CompiledObjective
    readonly optimizer: Optimizer
    readonly variables: Variable[]
  },
  tf: TensorFlow,
): number {
  return tidied(tf, () => {
    const inputs = batch.inputs.map(input => realTensor(input, tf))
    const targets = batch.targets.map(target => realTensor(target, tf))
    const cost = optimizer.minimize(
      () => objective.of(inputs, targets, runnable.apply(inputs, true)) as Scalar,
      true,
      variables,
    )
    return cost!.dataSync()[0]!
  })
}

/** The mean of an objective's equation, as TensorFlow.js computes it. */
class CompiledObjective {
  readonly #instance: Instance
  readonly #tf: TensorFlow
  #made: { readonly graph: ObjectiveGraph; readonly run: CompiledGraph } | undefined

  constructor(instance: Instance, tf: TensorFlow) {
    this.#instance = instance
    this.#tf = tf
  }

  of(
    inputs: readonly RealTensor[],
    targets: readonly RealTensor[],
    outputs: readonly RealTensor[],
  ): RealTensor {
    this.#made ??= this.#make(inputs, targets, outputs)
    const { graph, run } = this.#made
    const values = new Map([
      ...graph.inputs.map((node, i) => [node, inputs[i]!] as const),
      ...graph.targets.map((node, i) => [node, targets[i]!] as const),
      ...graph.outputs.map((node, i) => [node, outputs[i]!] as const),
    ])
    return this.#tf.mean(run(node => values.get(node))[0]!)
  }

  #make(inputs: readonly RealTensor[], targets: readonly RealTensor[], outputs: readonly RealTensor[]) {
    const typed = (tensors: readonly RealTensor[]) =>
      tensors.map(({ shape, dtype }) => ({ shape, dtype: dtype as Tensor['dtype'] }))
    const shapes = { inputs: typed(inputs), targets: typed(targets), outputs: typed(outputs) }
    const graph = objectiveGraph(this.#instance.objective, shapes)
    if (isProblem(graph)) throw failureOf('shape', { message: graph.problem })
    const run = compileGraph([graph.value], this.#tf, { mode: 'training' })
    if (isProblem(run)) throw failureOf('graph', { message: run.problem })
    return { graph, run }
  }
}

function measured(runnable: Runnable, instance: Instance, batch: Batch, tf: TensorFlow): number {
  const examples = batch.inputs[0]!.shape[0]!
  const parts: (readonly Tensor[])[] = []
  for (let from = 0; from < examples; from += measuredAtOnce) {
    const inputs = batch.inputs.map(input => rows(input, from, Math.min(examples, from + measuredAtOnce)))
    const outputs = tidied(tf, () =>
      runnable
        .apply(
          inputs.map(input => realTensor(input, tf)),
          false,
        )
        .map(tensorOf),
    )
    parts.push(outputs)
  }
  const outputs = parts[0]!.map((_, i) => joined(parts.map(part => part[i]!)))
  return measureOf(instance, batch, outputs)
}

/** The examples of a tensor from one up to another. */
function rows({ shape, data, dtype }: Tensor, from: number, to: number): Tensor {
  const size = data.length / shape[0]!
  return { shape: [to - from, ...shape.slice(1)], data: data.subarray(from * size, to * size), dtype }
}

function joined(parts: readonly Tensor[]): Tensor {
  const [first] = parts
  const data = new Float64Array(parts.reduce((sum, part) => sum + part.data.length, 0))
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  const count = parts.reduce((sum, { shape }) => sum + shape[0]!, 0)
  return { shape: [count, ...first!.shape.slice(1)], data, dtype: first!.dtype }
}
