import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { type Loader, transformSync } from 'esbuild'
import { inlineScripts, isPage } from '../../src/syntax/scripts.js'
import { tf } from './model-code.js'

/*
 * Runs code that was written by others: packages, pages and servers that it talks to are replaced by one value that can
 * be anything, files are those below one folder, and nothing is trained. Only for a process of its own.
 */

/** What a file has in scope, and the models that it made since it was asked last. */
export interface ForeignFile {
  read(expression: string): unknown
  made(): readonly tf.LayersModel[]
}

const read = (key: string | symbol): unknown => {
  if (key === 'then') return undefined
  if (key === Symbol.toPrimitive) return () => 1
  if (key === Symbol.iterator) return [][Symbol.iterator]
  return key === 'length' ? 0 : anything
}

/** What imports of a package become is made of its prototype, so that this has all fields as well. */
const prototype = new Proxy(Object.create(null) as object, { get: (_, key) => read(key), has: () => true })

/** A value that can be called, constructed and read in any way, and gives itself. */
export const anything: object = new Proxy(
  // A function that can be constructed, as no arrow can.
  Object.setPrototypeOf(function replaced() {}, prototype) as () => object,
  {
    get: (_, key) => read(key),
    set: () => true,
    has: () => true,
    apply: () => anything,
    construct: () => anything,
  },
)

const made: tf.LayersModel[] = []
const keep = <Model extends tf.LayersModel>(model: Model): Model => {
  made.push(model)
  return model
}

/** TensorFlow.js without what needs other machines or takes time. */
const library: Record<string, unknown> = {
  ...tf,
  sequential: (...given: Parameters<typeof tf.sequential>) => keep(tf.sequential(...given)),
  model: (...given: Parameters<typeof tf.model>) => keep(tf.model(...given)),
  ...Object.fromEntries(
    ['loadLayersModel', 'loadGraphModel', 'loadModel', 'loadFrozenModel'].map(name => [
      name,
      () => Promise.reject(new Error('a model is loaded')),
    ]),
  ),
  setBackend: () => Promise.resolve(true),
  nextFrame: () => Promise.resolve(),
}

const history = { epoch: [1], history: new Proxy({}, { get: () => [0.5] }) }
const silent: Readonly<Record<string, unknown>> = {
  fit: async () => history,
  fitDataset: async () => history,
  trainOnBatch: async () => [0.5],
  evaluateDataset: async () => [tf.scalar(1), tf.scalar(1)],
  save: async () => ({}),
  summary: () => undefined,
}

export function silence(): void {
  for (const type of [tf.LayersModel, tf.Sequential]) Object.assign(type.prototype, silent)
  for (const name of ['log', 'warn', 'error', 'info', 'debug', 'time', 'timeEnd', 'table'] as const)
    console[name] = () => undefined
}

const extensions = [
  '',
  '.ts',
  '.tsx',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.json',
  '/index.ts',
  '/index.js',
  '/index.tsx',
]

function fileAt(path: string): string | undefined {
  const stem = path.replace(/\.js$/, '')
  return [...extensions.map(end => path + end), ...extensions.map(end => stem + end)].find(
    candidate => existsSync(candidate) && statSync(candidate).isFile(),
  )
}

/** Names that mean in foreign code what they mean in JavaScript. */
const language = new Set(
  'Object Array Map Set WeakMap WeakSet Math JSON Number String Boolean Symbol BigInt Date RegExp Error TypeError RangeError Promise Float32Array Float64Array Int32Array Uint8Array Uint8ClampedArray Int8Array Uint16Array ArrayBuffer DataView Proxy Reflect Intl parseInt parseFloat isNaN isFinite NaN Infinity undefined eval arguments console encodeURIComponent decodeURIComponent performance structuredClone'.split(
    ' ',
  ),
)

const modules = new Map<string, { exports: Record<string, unknown>; read: (expression: string) => unknown }>()

/** The scripts of a page as one: those of its own files first, which come before it. */
function pageText(path: string, root: string, text: string): string {
  const { before, text: inline } = inlineScripts(text)
  const files = before.flatMap(source => {
    const found = fileAt(resolve(dirname(path), source))
    const isOwn = found && !relative(root, found).startsWith('..') && statSync(found).size < longestScript
    return isOwn ? [readFileSync(found, 'utf8')] : []
  })
  return [...files, inline].join('\n;')
}

const longestScript = 200_000

/** What pages find under global names that they did not set: a library may have been replaced, and the rest is not there. */
const surroundings = new Set(
  'document location navigator addEventListener removeEventListener innerWidth innerHeight localStorage history screen'.split(
    ' ',
  ),
)

/** The object whose fields are the names that code has in scope. */
function globalObject(own: Record<string, unknown>): object {
  return new Proxy(own, {
    get: (target, key) =>
      Object.hasOwn(target, key)
        ? target[key as string]
        : surroundings.has(String(key))
          ? anything
          : undefined,
  })
}

function load(
  path: string,
  root: string,
  more = '',
): { exports: Record<string, unknown>; read: (expression: string) => unknown } {
  const known = modules.get(path)
  if (known) return known
  const module: { exports: Record<string, unknown>; read: (expression: string) => unknown } = {
    exports: {},
    read: () => undefined,
  }
  modules.set(path, module)
  const text = readFileSync(path, 'utf8')
  if (path.endsWith('.json')) {
    module.exports = JSON.parse(text) as Record<string, unknown>
    return module
  }
  const source = `${isPage(path) ? pageText(path, root, text) : text}\n${more}`
  const loader = (isPage(path) ? 'js' : extname(path).slice(1).replace(/^[mc]/, '')) as Loader
  const { code } = transformSync(source, {
    loader: loader === 'js' ? 'jsx' : loader,
    format: 'cjs',
    logLevel: 'silent',
    supported: { 'dynamic-import': false },
  })
  const required = (specifier: string): unknown => {
    if (/^@tensorflow\/tfjs/.test(specifier)) return library
    const found = specifier.startsWith('.') ? fileAt(resolve(dirname(path), specifier)) : undefined
    return found && !relative(root, found).startsWith('..') ? load(found, root).exports : anything
  }
  const own: Record<string, unknown> = {
    require: required,
    module,
    exports: module.exports,
    tf: library,
    __dirname: dirname(path),
    __filename: path,
    setTimeout: () => 0,
    setInterval: () => 0,
    requestAnimationFrame: () => 0,
    clearTimeout: () => undefined,
    clearInterval: () => undefined,
    Buffer: anything,
  }
  for (const name of ['window', 'self', 'globalThis']) own[name] = globalObject(own)
  const scope = new Proxy(own, {
    has: (target, key) => typeof key === 'string' && (Object.hasOwn(target, key) || !language.has(key)),
    get: (target, key) =>
      key === Symbol.unscopables ? undefined : Object.hasOwn(target, key) ? target[key as string] : anything,
  })
  new Function('scope', `with (scope) {\n${code}\n;module.read = text => eval(text)\n}`)(scope)
  module.exports = own.module === module ? module.exports : module.exports
  return module
}

/** Runs a file of a project with more code at its end, and the files that it imports. */
export function runForeign(root: string, path: string, more = ''): ForeignFile {
  const module = load(join(root, path), root, more)
  return {
    read: expression => module.read(expression),
    made: () => made.splice(0),
  }
}
