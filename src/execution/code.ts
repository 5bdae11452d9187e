import type { LayersModel, Tensor, Variable } from '@tensorflow/tfjs'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { failureOf } from '../experiment/failures.js'
import type { CodeSubject, Declared } from '../experiment/protocol.js'
import { isPage } from '../syntax/scripts.js'
import { type LoadedFile, ProgramModules } from './modules.js'
import { callArguments } from './parameters.js'
import { type Runnable, runnableModel } from './subject.js'

/** The size of open axes while it is found out what a function over tensors gives. */
const triedSize = 2

/** Runs the code that a subject names, and gives what it stands for. */
export async function runCode(subject: CodeSubject, tf: TensorFlow): Promise<Runnable> {
  const { path, target, arguments: args, inputs } = subject
  if (isPage(path)) throw failureOf('page')
  const modules = new ProgramModules(subject, tf)
  const file = await modules.run(path)
  if (path.endsWith('.json')) return runnableModel(await savedModel(file, tf))
  const named = target ?? onlyTarget(file, path)
  const values = { tf, ...args }
  if (Object.keys(inputs).length === 0) {
    const result = await settled(resultOf(file, named, values))
    return runnableModel(modelIn(result, tf))
  }
  const { callable, receiver } = callableNamed(file, named, values)
  return runnableFunction(callable, receiver, { values, inputs }, tf)
}

async function savedModel(file: LoadedFile, tf: TensorFlow): Promise<LayersModel> {
  const description = file.read('default') as { readonly modelTopology?: object }
  const modelTopology = description.modelTopology ?? description
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology }))
}

/** What a file that has one thing to name stands for. */
function onlyTarget({ exported }: LoadedFile, path: string): string {
  const [only, ...others] = exported
  if (only !== undefined && others.length === 0) return only
  const example = `${path}#${only ?? 'createModel'}`
  throw failureOf('unnamed', { count: String(exported.length), example })
}

type Callable = (...given: unknown[]) => unknown
type Class = new (...given: unknown[]) => Readonly<Record<string, unknown>>

/** Whether a function is a class, which only `new` calls. */
const isClass = (value: unknown): value is Class =>
  typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value))

/** The value of a target: what a function returns, what the method of a new instance does, or a variable. */
function resultOf(file: LoadedFile, target: string, values: Readonly<Record<string, unknown>>): unknown {
  const [first, ...keys] = target.split('.')
  const owner = file.read(first!)
  if (owner === undefined) throw failureOf('target', { target })
  if (keys.length === 0) {
    if (isClass(owner)) return new owner(...callArguments(owner, values))
    return typeof owner === 'function' ? (owner as Callable)(...callArguments(owner, values)) : owner
  }
  const { callable, receiver } = callableNamed(file, target, values)
  const result = callable.apply(receiver, [...callArguments(callable, values)])
  // A method that builds may leave what it builds in the instance.
  return result === undefined ? receiver : result
}

function callableNamed(
  file: LoadedFile,
  target: string,
  values: Readonly<Record<string, unknown>>,
): { readonly callable: Callable; readonly receiver: unknown } {
  const [first, ...keys] = target.split('.')
  const owner = file.read(first!)
  if (keys.length === 0 && typeof owner === 'function' && !isClass(owner))
    return { callable: owner as Callable, receiver: undefined }
  const [key] = keys
  const isOwn = key !== undefined && isObject(owner) && key !== 'constructor' && key in owner
  const receiver = isOwn ? owner : isClass(owner) ? new owner(...callArguments(owner, values)) : owner
  const member = key === undefined ? undefined : isObject(receiver) ? receiver[key] : undefined
  if (key === 'constructor') return { callable: () => receiver, receiver }
  if (typeof member !== 'function') throw failureOf('target', { target })
  return { callable: member as Callable, receiver }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  (typeof value === 'object' && value !== null) || typeof value === 'function'

async function settled(value: unknown): Promise<unknown> {
  return await value
}

/** The model that a result is, or has in one of its fields. */
function modelIn(value: unknown, tf: TensorFlow): LayersModel {
  const isModel = (found: unknown): found is LayersModel =>
    found instanceof tf.LayersModel ||
    (isObject(found) && 'inputs' in found && typeof found.predict === 'function' && 'layers' in found)
  if (isModel(value)) return value
  const inside = isObject(value) ? Object.values(value).filter(isModel) : []
  const [model, ...others] = inside
  if (model && others.length === 0) return model
  const what = others.length > 0 ? `${inside.length} models` : wordFor(value, tf)
  throw failureOf('model', { what })
}

function wordFor(value: unknown, tf: TensorFlow): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (value instanceof tf.Tensor) return 'a tensor'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** A function over tensors: its variables are those that exist once it has been called. */
function runnableFunction(
  callable: Callable,
  receiver: unknown,
  {
    values,
    inputs,
  }: {
    readonly values: Readonly<Record<string, unknown>>
    readonly inputs: Readonly<Record<string, Declared>>
  },
  tf: TensorFlow,
): Runnable {
  const names = Object.keys(inputs)
  const call = (given: readonly Tensor[]) => {
    const tensors = Object.fromEntries(given.map((tensor, i) => [names[i]!, tensor]))
    const result = callable.apply(receiver, [...callArguments(callable, { ...values, ...tensors })])
    const found = tensorsIn(result, tf)
    if (found.length === 0) throw failureOf('inputs', { what: wordFor(result, tf) })
    return found
  }
  const tried = Object.values(inputs).map(({ shape, dtype }) =>
    tf.zeros(
      shape.map(size => size ?? triedSize),
      dtype as 'float32',
    ),
  )
  const outputs = call(tried)
  const { registeredVariables } = tf.engine() as unknown as {
    readonly registeredVariables: Readonly<Record<string, Variable>>
  }
  return {
    inputs: names.map(name => ({ name, ...inputs[name]! })),
    outputs: outputs.map(({ shape, dtype }, i) => ({
      name: `output_${i + 1}`,
      shape,
      dtype: dtype as Declared['dtype'],
    })),
    parameters: Object.values(registeredVariables).map(variable => ({
      name: variable.name,
      shape: variable.shape,
      trainable: variable.trainable,
      variable,
    })),
    apply: given => call(given),
  }
}

function tensorsIn(value: unknown, tf: TensorFlow): readonly Tensor[] {
  if (value instanceof tf.Tensor) return [value]
  if (!isObject(value)) return []
  return Object.values(value).flatMap(item => tensorsIn(item, tf))
}
