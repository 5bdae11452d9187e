import { transformSync } from 'esbuild'
import { tf } from './model-code.js'

/** What one call that trains changed: the names of the variables, sorted. */
export interface Change {
  readonly call: string
  readonly changed: readonly string[]
}

/** A call in real JavaScript, what comes before it, and tensors by name. */
export interface TrainingCall {
  readonly setup?: string
  readonly call: string
  readonly inputs?: Readonly<Record<string, readonly number[]>>
}

type Method = (this: unknown, ...args: unknown[]) => unknown

/** Where TensorFlow.js changes variables, by the object whose method it is. */
const places: readonly (readonly [object, readonly string[]])[] = [
  [tf.Optimizer.prototype, ['minimize', 'applyGradients']],
  ...Object.values(tf.train).map(
    make =>
      [
        Object.getPrototypeOf((make as (rate: number, other: number) => object)(0.1, 0.9)),
        ['applyGradients'],
      ] as const,
  ),
  [tf.LayersModel.prototype, ['fit', 'trainOnBatch', 'setWeights']],
  [tf.layers.Layer.prototype, ['setWeights']],
  [tf.Variable.prototype, ['assign']],
]

/** Runs code in real TensorFlow.js, and tells what each outermost call that trains changed, in order. */
export async function changesOf(
  code: string,
  { setup = '', call, inputs = {} }: TrainingCall,
): Promise<readonly Change[]> {
  tf.disposeVariables()
  const module = { exports: {} as Record<string, unknown> }
  const { code: runnable } = transformSync(code, { loader: 'js', format: 'cjs' })
  const changes: Change[] = []
  let depth = 0
  let isOn = false
  const undo: (() => void)[] = []
  for (const [object, names] of places)
    for (const name of names) {
      if (!Object.hasOwn(object, name)) continue
      const methods = object as Record<string, Method>
      const original = methods[name]!
      undo.push(() => {
        methods[name] = original
      })
      methods[name] = function (...args) {
        if (!isOn || depth > 0) return original.apply(this, args)
        const before = snapshot()
        depth++
        const finish = () => {
          depth--
          changes.push({ call: name, changed: difference(before, snapshot()) })
        }
        const result = original.apply(this, args)
        if (!(result instanceof Promise)) {
          finish()
          return result
        }
        return result.finally(finish)
      }
    }
  try {
    new Function('require', 'module', 'exports', 'tf', `{ ${runnable}\n}`)(
      () => tf,
      module,
      module.exports,
      tf,
    )
    const exported = Object.keys(module.exports)
    // What calls give is up to the functions that the call passes.
    const named = Object.entries(inputs).filter(([name]) => !name.includes('()'))
    const tensors = named.map(([, shape]) => tf.randomNormal([...shape], 0, 1, 'float32', 5))
    const names = [...exported, ...named.map(([name]) => name)]
    const run = new Function(...names, 'begin', `${setup}; begin(); return ${call}`)
    await run(...exported.map(name => module.exports[name]), ...tensors, () => {
      isOn = true
    })
    return changes
  } finally {
    for (const restore of undo) restore()
    tf.disposeVariables()
  }
}

type Snapshot = ReadonlyMap<string, Float32Array>

function snapshot(): Snapshot {
  const variables = Object.values(tf.engine().state.registeredVariables)
  return new Map(variables.map(variable => [variable.name, variable.dataSync().slice() as Float32Array]))
}

/** What changed, without what TensorFlow.js adds to a name that there was before; what an optimizer keeps has a number. */
function difference(before: Snapshot, after: Snapshot): readonly string[] {
  const changed = [...after].filter(([name, values]) => {
    const old = /^\d+$/.test(name) ? undefined : before.get(name)
    return old?.some((value, i) => !Object.is(value, values[i]))
  })
  // A layer that a layer of the program builds has the names of both in front.
  return changed.map(([name]) => name.replace(/_\d+$/, '').split('/').slice(-2).join('/')).sort()
}
