import { transformSync } from 'esbuild'
import { parse } from 'yaml'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { type Dimension, isPolynomial, substitute, symbol } from '../../src/graph/dimension.js'
import {
  type Layer,
  type Model,
  type ModelGraph,
  type Parameter,
  parametersOf,
} from '../../src/graph/model.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import type { DataType } from '../../src/graph/type.js'
import { layers as layerTable } from '../../src/library/layers/table.js'
import type { Mode } from '../../src/ops/elaborate.js'
import { sizeOf } from '../../src/ops/shape.js'
import { type ReadResult, readModels } from '../../src/reading.js'
import { configDifferences } from './layer-configs.js'
import { tf } from './model-code.js'
import { inMemory } from './project.js'
import { trainedWeights } from './trained-weights.js'

/** A program, what of it to run, and what to give it. */
export interface Program {
  readonly code: string
  readonly target: string
  /** How real JavaScript calls the target, where that is more than its name with the inputs. */
  readonly call?: string
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly inputs?: Readonly<Record<string, InputDeclaration>>
  /**
   * Sizes and parameters of the target that the trace does not know, each with the values that the program is run with;
   * all have as many.
   */
  readonly open?: Readonly<Record<string, readonly number[]>>
}

/** Sizes are numbers or names of what is open. */
type Sizes = readonly (number | string)[]

export type InputDeclaration =
  | Sizes
  | {
      readonly shape: Sizes
      readonly dtype?: DataType
      readonly range?: readonly [number, number]
      /** Whether the trace is told, or has to find the shape in the code. */
      readonly told?: false
    }

/** The program of a case: code, and what of it to run with what. */
export function caseProgram(fences: ReadonlyMap<string, string>): Program {
  return { code: fences.get('js') ?? '', ...parse(fences.get('yaml') ?? 'target: createModel') } as Program
}

/** The program that a command line reads, with a number for `N`, and several for every other name of a size. */
export function commandProgram(code: string, command: string): Program {
  const target = /#(\S+)/.exec(command)?.[1] ?? ''
  const args = [...command.matchAll(/--arg (\w+)=(\S+)/g)].map(([, name, value]) => [
    name,
    JSON.parse(value!),
  ])
  const inputs = [...command.matchAll(/--input (\w+):\[(\S+)\]/g)].map(([, name, sizes]) => {
    const read = (size: string) => (size === 'N' ? batch : /^\d+$/.test(size) ? Number(size) : size)
    return [name, sizes!.split(',').map(read)] as const
  })
  const named = inputs.flatMap(([, sizes]) => sizes.filter(size => typeof size === 'string'))
  const [owner, method] = target.split('.')
  const names = (list: readonly (readonly [string, unknown])[]) => list.map(([name]) => name).join(', ')
  const call = method && `new ${owner}(${names(args as never)}).${method}(${names(inputs as never)})`
  return {
    code,
    target,
    ...(call && { call }),
    arguments: Object.fromEntries(args),
    inputs: Object.fromEntries(inputs),
    open: Object.fromEntries(named.map(name => [name, [1, 2, 5]])),
  }
}

/** How far single precision may be from double precision, relative to the numbers. */
const tolerance = 1e-4
/** The size of open batch axes: a prime that no case uses for another axis. */
const batch = 3
/** The size of other open axes. */
const open = 4

/** Every `Math.random` while code runs: then random draws of one shape are equal, and can be drawn again. */
export const fixedRandom = 0.3141592653589793

export interface Outcome {
  /** Whether TensorFlow.js runs the program, and the trace follows it. */
  readonly runs: boolean
  readonly traced: boolean
  /** Where they disagree, if both do; else why one of them does not. */
  readonly found: readonly string[]
}

/** Ways in which the trace and real TensorFlow.js disagree about a program; none if they agree. */
export const disagreements = (program: Program): readonly string[] => outcomeOf(program).found

/** What comes of a program in the trace and in real TensorFlow.js. */
export function outcomeOf(program: Program): Outcome {
  const { random } = Math
  Math.random = () => fixedRandom
  try {
    const outcomes = runsOf(program).map(bound => {
      tf.disposeVariables()
      const run = [...bound].map(([name, value]) => ` with ${name} = ${value}`).join()
      const outcome = compare(program, bound)
      return { ...outcome, found: outcome.found.map(text => `${text}${run}`) }
    })
    return {
      runs: outcomes.every(({ runs }) => runs),
      traced: outcomes.every(({ traced }) => traced),
      found: outcomes.flatMap(({ found }) => found),
    }
  } finally {
    Math.random = random
    tf.disposeVariables()
  }
}

/** What is open, by name. */
type Bound = ReadonlyMap<string, number>

function runsOf({ open: values = {} }: Program): readonly Bound[] {
  const count = Math.max(1, ...Object.values(values).map(({ length }) => length))
  return Array.from(
    { length: count },
    (_, i) => new Map(Object.entries(values).map(([name, list]) => [name, list[i]!])),
  )
}

function compare(program: Program, bound: Bound): Outcome {
  const values = inputValues(program, bound)
  const traced = traceProgram(program)
  const real = attempt(() => run(program, values, bound))
  const untraced = 'reason' in traced ? [`not traced: ${traced.reason}`] : []
  if ('error' in real) return { runs: false, traced: 'graph' in traced, found: [...untraced, real.error] }
  const { result } = real.value
  if ('reason' in traced) {
    const used = attempt(() => result instanceof tf.LayersModel && result.predict(inputsOf(result)))
    return { runs: !('error' in used), traced: false, found: untraced }
  }
  const { graph, diagnostics } = traced
  const possible = possibleModes(diagnostics)
  const isOpen = program.open !== undefined && result instanceof tf.LayersModel
  const compared = attempt(() =>
    isOpen
      ? compareOutputs(graph, result, bound)
      : result instanceof tf.LayersModel
        ? compareModel(graph, result, possible)
        : compareFunction(graph, real.value, values, bound),
  )
  return 'error' in compared
    ? { runs: false, traced: true, found: [compared.error] }
    : { runs: true, traced: true, found: compared.value }
}

function attempt<Result>(action: () => Result): { readonly value: Result } | { readonly error: string } {
  try {
    return { value: action() }
  } catch (error) {
    return { error: `TensorFlow.js throws: ${error instanceof Error ? error.message : error}` }
  }
}

function inputValues({ inputs = {} }: Program, bound: Bound): ReadonlyMap<string, Tensor> {
  const random = randomSource(23)
  return new Map(
    Object.entries(inputs).map(([name, declared]) => {
      const given = 'shape' in declared ? declared : { shape: declared }
      const { dtype = 'float32', range = [-1.5, 1.5] } = given
      const shape = given.shape.map(size => (typeof size === 'string' ? bound.get(size)! : size))
      const drawn = randomTensor(shape, random, { range, integers: dtype !== 'float32', dtype })
      return [name, { ...drawn, data: Float64Array.from(Float32Array.from(drawn.data)) }]
    }),
  )
}

/** What the trace finds in a program. */
export function readProgram({ code, target, arguments: args = {}, inputs = {} }: Program): ReadResult {
  return readModels({
    files: inMemory({ 'model.js': code }),
    path: 'model.js',
    target,
    arguments: args,
    inputs: Object.fromEntries(
      Object.entries(inputs).flatMap(([name, declared]) => {
        const given: Exclude<InputDeclaration, Sizes> = 'shape' in declared ? declared : { shape: declared }
        if (given.told === false) return []
        const shape = given.shape.map(size => (typeof size === 'string' ? symbol(size, true) : size))
        return [[name, { shape, dtype: given.dtype ?? 'float32' }]]
      }),
    ),
  })
}

/** The graph of a program. */
export function traceProgram(
  program: Program,
): { readonly graph: ModelGraph; readonly diagnostics: readonly Diagnostic[] } | { readonly reason: string } {
  const { models, diagnostics } = readProgram(program)
  const [found, another] = models
  if (found && found.where.length > 0 && another?.where.join() !== found.where.join())
    return { reason: `there are cases, such as ${found.where}` }
  if (found?.graph) return { graph: found.graph, diagnostics }
  return { reason: found?.reason?.message ?? diagnostics[0]?.message ?? 'no model' }
}

interface Run {
  readonly result: unknown
  /** Every variable in order of creation, as it was when the target was called or when it was made. */
  readonly variables: readonly { readonly name: string; readonly value: Tensor }[]
}

/** Runs the program in real TensorFlow.js. */
function run(program: Program, values: ReadonlyMap<string, Tensor>, bound: Bound): Run {
  const variables: { name: string; value: Tensor; variable: tf.Variable }[] = []
  const engine = tf.engine()
  const { makeVariable } = engine
  // `tf.variable(x)` and `x.variable()` alike; that of a layer has a name.
  engine.makeVariable = (...given) => {
    const variable = makeVariable.apply(engine, given)
    variables.push({ name: variable.name, value: tensorOf(variable), variable })
    return variable
  }
  try {
    return { result: runIn(program, values, bound, () => keep(variables)), variables }
  } finally {
    engine.makeVariable = makeVariable
  }
}

/** What code that runs later finds in variables, which the target may then change. */
function keep(variables: { value: Tensor; variable: tf.Variable }[]): void {
  for (const entry of variables) entry.value = tensorOf(entry.variable)
}

function runIn(
  { code, target, call, arguments: args = {}, inputs = {} }: Program,
  values: ReadonlyMap<string, Tensor>,
  bound: Bound,
  loaded: () => void,
): unknown {
  const module = { exports: {} as Record<string, unknown> }
  const { code: runnable } = transformSync(code, { loader: 'js', format: 'cjs' })
  new Function('require', 'module', 'exports', 'tf', `{ ${runnable}\n}`)(() => tf, module, module.exports, tf)
  loaded()
  const sizes = new Set(Object.values(inputs).flatMap(given => ('shape' in given ? given.shape : given)))
  const numbers = [...bound].filter(([name]) => !sizes.has(name))
  // What is inside of something is told by its path, and given by a call that says so.
  const paths = [...Object.keys(inputs), ...Object.keys(args), ...numbers.map(([name]) => name)]
  const names = paths.map(path => path.replaceAll(/[.()]/g, '_'))
  const tensors = [...values.values()].map(({ shape, data, dtype }) =>
    tf.tensor([...data], [...shape], dtype as 'float32'),
  )
  const text = call ?? `${target}(${names.join(', ')})`
  const exported = Object.keys(module.exports)
  return new Function(...exported, ...names, `return ${text}`)(
    ...exported.map(name => module.exports[name]),
    ...tensors,
    ...Object.values(args),
    ...numbers.map(([, value]) => value),
  )
}

function tensorOf(real: tf.Tensor): Tensor {
  return { shape: real.shape, data: Float64Array.from(real.dataSync()), dtype: real.dtype as DataType }
}

/** What random ops draw while `Math.random` is fixed. */
function drawn(node: Node, symbol: (name: string) => number | undefined): Tensor | undefined {
  const shape = (node.type.shape ?? []).map(size =>
    isPolynomial(size) ? substitute(size, symbol) : size,
  ) as number[]
  if (node.op === 'bernoulli') {
    const keep = node.attributes.probability as number
    return tensorOf(tf.floor(tf.add(tf.randomUniform(shape, 0, 1, 'float32'), keep)))
  }
  if (node.op === 'gaussian') return tensorOf(tf.randomNormal(shape, 0, node.attributes.deviation as number))
  return undefined
}

function evaluated(
  { model }: ModelGraph,
  leaves: ReadonlyMap<Node, Tensor>,
  mode: Mode,
  bound: Bound = new Map(),
): readonly Tensor[] | string {
  const symbols = new Map<string, number>([['N', batch], ...bound])
  for (const { node } of model.inputs)
    node.type.shape?.forEach((size, i) => {
      if (isPolynomial(size)) symbols.set(size.key, leaves.get(node)!.shape[i]!)
    })
  const symbol = (name: string) => symbols.get(name)
  const result = evaluate(
    model.outputs.map(({ node }) => node),
    {
      leaf: node =>
        leaves.get(node) ??
        drawn(node, symbol) ??
        (node.op === 'parameter' ? untracked(node, symbol) : undefined),
      symbol,
      mode,
    },
  )
  return isProblem(result) ? `not evaluated: ${result.problem}` : result
}

/**
 * The starting value of a parameter that TensorFlow.js does not count as the model's, or of one that stands for the
 * parameters of as many layers as a loop makes.
 */
function untracked({ type }: Node, symbol: (name: string) => number | undefined): Tensor {
  const [first, ...rest] = type.shape!.map(size => substitute(size, symbol)) as number[]
  if (!isPolynomial(type.shape![0])) {
    const shape = type.shape as readonly number[]
    return { shape, data: Float64Array.from(startOf(shape)), dtype: 'float32' }
  }
  const one = [...startOf(rest)]
  const data = Float64Array.from(Array.from({ length: first! }, () => one).flat())
  return { shape: [first!, ...rest], data, dtype: 'float32' }
}

/** Numbers that depend on nothing but the shape, for all initializers. */
function startOf(shape: readonly number[]): Float32Array {
  const values = randomTensor(shape, randomSource(shape.reduce((seed, size) => seed * 31 + size, 7)), {
    range: [0.1, 0.9],
  })
  return Float32Array.from(values.data)
}

/** Makes every initializer of TensorFlow.js give numbers that depend on nothing but the shape. */
export function fixInitializers(): void {
  for (const make of Object.values(tf.initializers)) {
    try {
      const made = (make as (config: object) => object)({ value: 0.5, scale: 1 })
      let at = Object.getPrototypeOf(made) as { apply?: unknown } | null
      while (at && !Object.hasOwn(at, 'apply')) at = Object.getPrototypeOf(at) as { apply?: unknown } | null
      if (at) at.apply = (shape: number[]) => tf.tensor(startOf(shape), shape)
    } catch {}
  }
}

function close(actual: Tensor, expected: Tensor, what: string): readonly string[] {
  if (actual.shape.join() !== expected.shape.join())
    return [`${what}: shape [${actual.shape}] is not [${expected.shape}]`]
  // Sums of large numbers that cancel have the error of the large ones.
  const rounding =
    (tolerance / 10) * expected.data.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 0)
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [actual.data[i]!, expected.data[i]!]
    if (Number.isNaN(a) && Number.isNaN(b)) continue
    if (a !== b && !(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)) + rounding))
      return [`${what}: element ${i} is ${a}, not ${b}`]
  }
  return []
}

/** Tensors in a result by the place where they are, as the trace names them. */
function flattened(value: unknown, path = ''): readonly (readonly [string, tf.Tensor])[] {
  if (value instanceof tf.Tensor) return [[path || 'output', value]]
  if (typeof value === 'number') return path === '' ? [] : [[path, tf.scalar(value)]]
  if (Array.isArray(value))
    return value.flatMap((item, i) => flattened(item, path ? `${path}[${i}]` : `output_${i + 1}`))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => flattened(item, path ? `${path}.${key}` : key))
}

function compareFunction(
  graph: ModelGraph,
  { result, variables }: Run,
  values: ReadonlyMap<string, Tensor>,
  bound: Bound,
): readonly string[] {
  const { model } = graph
  const leaves = new Map<Node, Tensor>(model.inputs.map(({ node, name }) => [node, values.get(name)!]))
  // TensorFlow.js numbers the variables that are given no name.
  const unnamed = variables.filter(({ name }) => /^\d+$/.test(name))
  for (const { name, node } of model.variables ?? []) {
    const index = /^variable_(\d+)$/.exec(name)?.[1]
    const real = index === undefined ? variables.find(other => other.name === name) : unnamed[Number(index)]
    if (!real) return [`there is no variable ${name}`]
    leaves.set(node, real.value)
  }
  const expected = flattened(result)
  const names = model.outputs.map(({ name }) => name)
  if (names.join() !== expected.map(([name]) => name).join())
    return [`outputs are ${names}, not ${expected.map(([name]) => name)}`]
  const actual = evaluated(graph, leaves, 'inference', bound)
  if (typeof actual === 'string') return [actual]
  return expected.flatMap(([name, tensor], i) => {
    const { dtype } = model.outputs[i]!.node.type
    return dtype === tensor.dtype
      ? close(actual[i]!, tensorOf(tensor), name)
      : [`${name}: type ${dtype} is not ${tensor.dtype}`]
  })
}

const withoutCount = (name: string) => name.replace(/\d+$/, '')

/** Layers without the inputs. */
const realLayers = (model: tf.LayersModel): readonly tf.layers.Layer[] =>
  model.layers.filter(layer => layer.getClassName() !== 'InputLayer')

/** In which modes TensorFlow.js computes a model, by what was said of it. */
export const possibleModes = (diagnostics: readonly Diagnostic[]): Readonly<Record<Mode, boolean>> => ({
  inference: !diagnostics.some(({ code }) => code === 'prediction-throws'),
  training: !diagnostics.some(({ code }) => code === 'training-throws'),
})

/**
 * Layers, configurations, parameters and numbers of a model that was traced and of the one that was built. Numbers are
 * left out for models that would take long.
 */
export function compareModel(
  graph: ModelGraph,
  real: tf.LayersModel,
  possible: Readonly<Record<Mode, boolean>>,
  numbers = true,
): readonly string[] {
  const { model } = graph
  const found: string[] = []
  const leaves = new Map<Node, Tensor>()
  compareLayers(model, realLayers(real), leaves, found)
  if (found.length > 0) return found
  const size = ({ shape }: { readonly shape: readonly unknown[] }) => shape.join('×')
  const own = parametersOf(model)
  const listed = (parameters: readonly Parameter[]) => parameters.map(size).sort().join(' ')
  const all = listed(own.map(({ parameter }) => parameter))
  if (all !== real.weights.map(size).sort().join(' '))
    return [`parameters are ${all}, not ${real.weights.map(size).sort().join(' ')}`]
  const trained = listed(own.filter(({ trainable }) => trainable).map(({ parameter }) => parameter))
  const reallyTrained = [...new Set(trainedWeights(real))].map(size).sort().join(' ')
  if (trained !== reallyTrained) return [`trainable parameters are ${trained}, not ${reallyTrained}`]
  if (!numbers) return found
  const inputs = inputsOf(real, i => isTableIndex(graph, i))
  model.inputs.forEach(({ node }, i) => {
    leaves.set(node, tensorOf(inputs[i]!))
  })
  for (const mode of ['inference', 'training'] as const) {
    const actual = evaluated(graph, leaves, mode)
    if (typeof actual === 'string') return [`${mode}: ${actual}`]
    const given = inputs.length === 1 ? inputs[0]! : [...inputs]
    const outputs = attempt(
      () =>
        [
          mode === 'training' ? real.apply(given, { training: true }) : real.predict(given),
        ].flat() as tf.Tensor[],
    )
    if ('error' in outputs === possible[mode])
      return [`in ${mode}, ${'error' in outputs ? outputs.error : 'TensorFlow.js does not throw'}`]
    if ('error' in outputs) continue
    outputs.value.forEach((output, i) => {
      found.push(...close(actual[i]!, tensorOf(output), `${mode}, output ${i + 1}`))
    })
  }
  return found
}

/** Random inputs for a model: whole numbers where it looks something up. */
function inputsOf(real: tf.LayersModel, isIndex: (i: number) => boolean = () => false): tf.Tensor[] {
  const random = randomSource(5)
  return real.inputs.map(({ shape, dtype }, i) => {
    const sizes = shape.map((dimension, axis) => dimension ?? (axis === 0 ? batch : open))
    const integers = dtype === 'int32' || isIndex(i)
    const value = randomTensor(sizes, random, { range: integers ? [0, 2] : [-1, 1], integers })
    return tf.tensor([...value.data], sizes, dtype as 'float32')
  })
}

/** Models with as many layers as a loop has rounds: their parameters as they start, and the numbers of their outputs. */
function compareOutputs(graph: ModelGraph, real: tf.LayersModel, bound: Bound): readonly string[] {
  for (const layer of real.layers)
    layer.setWeights(layer.getWeights().map(({ shape }) => tf.tensor(startOf(shape), shape)))
  const size = (shape: readonly Dimension[]) =>
    shape.reduce((product: number, one) => product * (substitute(one, name => bound.get(name)) as number), 1)
  const count = parametersOf(graph.model).reduce((sum, { parameter }) => sum + size(parameter.shape), 0)
  if (count !== real.countParams()) return [`there are ${count} parameters, not ${real.countParams()}`]
  const random = randomSource(5)
  const inputs = real.inputs.map(({ shape }) =>
    randomTensor([batch, ...(shape.slice(1) as number[])], random),
  )
  const leaves = new Map(graph.model.inputs.map(({ node }, i) => [node, inputs[i]!]))
  const actual = evaluated(graph, leaves, 'inference', bound)
  if (typeof actual === 'string') return [actual]
  const given = inputs.map(({ shape, data }) => tf.tensor([...data], [...shape]))
  const outputs = [real.predict(given.length === 1 ? given[0]! : given)].flat()
  return outputs.flatMap((output, i) => close(actual[i]!, tensorOf(output), `output ${i + 1}`))
}

/** Whether an input is read as positions in a table. */
function isTableIndex({ model }: ModelGraph, i: number): boolean {
  const input = model.inputs[i]?.node
  return model.applications.some(({ layer, inputs }) => layer.kind === 'embedding' && inputs[0] === input)
}

/** The weights of a layer as TensorFlow.js lists them: of layers inside, those that it says are its own. */
function weightsIn({ listed, parameters }: Layer, model: Model): readonly Parameter[] {
  if (!listed || listed === 'unknown') return parameters
  const all = parametersOf(model).map(({ parameter }) => parameter)
  return [
    ...listed.flatMap(node => all.find(parameter => parameter.node === node) ?? []),
    ...parameters.filter(({ trainable }) => !trainable),
  ]
}

function compareLayers(
  model: Model,
  real: readonly tf.layers.Layer[],
  leaves: Map<Node, Tensor>,
  found: string[],
): void {
  const names = (list: readonly { readonly name: string }[]) =>
    list.map(({ name }) => withoutCount(name)).join(', ')
  const traced = model.layers
  if (names(traced) !== names(real)) {
    found.push(`layers are ${names(traced)}, not ${names(real)}`)
    return
  }
  traced.forEach((layer, i) => {
    const other = real[i]!
    if (layer.model) {
      compareLayers(layer.model, realLayers(other as tf.LayersModel), leaves, found)
      return
    }
    const className = layerTable[layer.kind]?.className ?? layer.className
    if (className !== other.getClassName()) {
      found.push(`${layer.name} is a ${className}, not a ${other.getClassName()}`)
      return
    }
    if (layerTable[layer.kind]) found.push(...configDifferences(layer, other))
    const own = weightsIn(layer, model)
    const weights = other.getWeights().map((weight, k) => {
      const isVariance = own[k]?.name.includes('ariance')
      // Sums that grow from layer to layer would cancel at last, and single precision be all that is left of them.
      const most = Math.min(0.6, Math.sqrt(3 / sizeOf(weight.shape.slice(0, -1))))
      return tf.tensor(
        [
          ...randomTensor(weight.shape, randomSource(100 * i + k), {
            range: isVariance ? [0.5, 1.5] : [-most, most],
          }).data,
        ],
        weight.shape,
      )
    })
    if (weights.length !== own.length) {
      found.push(`${layer.name} has ${own.length} parameters, not ${weights.length}`)
      return
    }
    other.setWeights(weights)
    own.forEach(({ node }, k) => {
      leaves.set(node, tensorOf(weights[k]!))
    })
  })
}
