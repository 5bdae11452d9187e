import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { failureOf } from '../experiment/failures.js'
import type { Backend, BackendName } from '../experiment/protocol.js'

export interface ChosenFramework {
  readonly tf: TensorFlow
  readonly backend: Backend
  /** The package that has plain JavaScript, where it is another one. */
  readonly plainFrom?: string
}

/** A backend with the packages that have it, the likeliest first. */
const packages = {
  node: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  wasm: ['@tensorflow/tfjs-backend-wasm'],
  cpu: ['@tensorflow/tfjs'],
} as const satisfies Readonly<Record<BackendName, readonly string[]>>

/**
 * TensorFlow.js as the user has it: looked for in the folders, in their order. The native backend comes first where it
 * loads, which only loading it shows; then plain JavaScript, which has all ops and is fast enough for small models.
 */
export async function chooseFramework(
  folders: readonly string[],
  asked: BackendName | undefined,
): Promise<ChosenFramework> {
  let instead: string | undefined
  if (asked === undefined || asked === 'node') {
    const native = nativeFramework(folders)
    if ('tf' in native) return native
    if (asked === 'node')
      throw failureOf('backend', { backend: asked, message: native.message, package: packages.node[0] })
    if (native.isInstalled) instead = `${packages.node[0]} does not load: ${native.message}`
  }
  const found = firstThatLoads(folders, packages.cpu)
  if (!('module' in found)) throw failureOf('no-framework')
  const tf = found.module as TensorFlow
  const plain = { tf, backend: { name: 'cpu', from: found.from, ...(instead && { instead }) } } as const
  if (asked === 'wasm') {
    const wasm = firstThatLoads(folders, packages.wasm)
    const refuse = (message: string) =>
      failureOf('backend', { backend: asked, message, package: packages.wasm[0] })
    if (!('module' in wasm)) throw refuse(wasm.message)
    if (!(await tf.setBackend('wasm'))) throw refuse('it is of another TensorFlow.js than the project')
    await tf.ready()
    return { tf, backend: { name: 'wasm', from: wasm.from }, plainFrom: found.from }
  }
  await usePlainJavaScript(tf)
  return plain
}

/** The same framework in plain JavaScript, for what a faster backend does not have. */
export async function fallBack(
  { tf, backend, plainFrom = backend.from }: ChosenFramework,
  why: string,
): Promise<ChosenFramework> {
  await usePlainJavaScript(tf)
  return { tf, backend: { name: 'cpu', from: plainFrom, instead: `${backend.name} gave way: ${why}` } }
}

/**
 * On its first use it tells that there is something faster, unless it is in a test (tfjs-backend-cpu/src/backend_cpu.ts). That is so for this
 * use alone: in a test, the engine takes for a leak what custom gradients and the WASM backend keep (tfjs-core/src/engine.ts,
 * `checkKernelForMemLeak`).
 */
async function usePlainJavaScript(tf: TensorFlow): Promise<void> {
  await tf.setBackend('cpu')
  await tf.ready()
  tf.env().set('IS_TEST', true)
  tf.scalar(0).dispose()
  tf.env().set('IS_TEST', false)
}

type Native = ChosenFramework | { readonly isInstalled: boolean; readonly message: string }

function nativeFramework(folders: readonly string[]): Native {
  restoreRemovedUtilities()
  const found = firstThatLoads(folders, packages.node)
  if (!('module' in found)) return found
  return { tf: found.module as TensorFlow, backend: { name: 'node', from: found.from } }
}

/** tfjs-node 4.22 calls functions that Node took out in version 23 (tfjs issue 8609). */
function restoreRemovedUtilities(): void {
  const removed = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
    isUndefined: (value: unknown) => value === undefined,
  }
  const own = util as unknown as Record<string, unknown>
  for (const [name, restored] of Object.entries(removed)) own[name] ??= restored
}

type Loaded =
  | { readonly module: unknown; readonly from: string }
  | { readonly isInstalled: boolean; readonly message: string }

/** The first of some packages that loads from a folder. That one is there says little: its native part may be missing. */
function firstThatLoads(folders: readonly string[], names: readonly string[]): Loaded {
  let isInstalled = false
  let message = `${names[0]} is not installed`
  for (const folder of folders)
    for (const name of names) {
      const require = createRequire(join(folder, 'package.json'))
      try {
        const path = require.resolve(name)
        isInstalled = true
        return { module: require(path), from: `${name} ${versionOf(path)}` }
      } catch (error) {
        if (isInstalled) message = error instanceof Error ? error.message.split('\n')[0]! : String(error)
      }
    }
  return { isInstalled, message }
}

/** The version in the nearest package.json above a file that has one. */
function versionOf(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    try {
      const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        readonly version?: string
      }
      if (version !== undefined) return version
    } catch {}
  return ''
}
