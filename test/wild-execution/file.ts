import { readFileSync } from 'node:fs'
import { pathInProject, projectOf } from '../../src/cli/project.js'
import type { FoundModel } from '../../src/found.js'
import { readModels } from '../../src/reading.js'
import type { Files } from '../../src/syntax/modules.js'
import { compareModel, fixedRandom, fixInitializers, possibleModes } from '../support/execution.js'
import { anything, type ForeignFile, runForeign, silence } from '../support/foreign-code.js'
import { tf } from '../support/model-code.js'

/*
 * One file of foreign code: every model that is traced in it is built by TensorFlow.js as well, and compared. Runs in a
 * process of its own, and writes a line of JSON for each site.
 */

/** Expressions that build models, by the end of the path of the file that has what they call. */
type Calls = Readonly<Record<string, readonly string[]>>

export interface Outcome {
  readonly site: string
  /** `agrees` and `differs` are of what was traced and run; `untraced` was run only, and `not run` maybe traced. */
  readonly status: 'agrees' | 'differs' | 'untraced' | 'not run'
  readonly traced: boolean
  readonly why: readonly string[]
  /** Whether numbers were compared too, and not the structure alone. */
  readonly numbers?: boolean
}

/** Larger models are compared without running them. */
const mostParameters = 3_000_000
const mostInput = 70_000

const [path = '', folder, callsPath] = process.argv.slice(2)
const write = process.stdout.write.bind(process.stdout)
const calls: Calls = callsPath ? (JSON.parse(readFileSync(callsPath, 'utf8')) as Calls) : {}

// What the code starts and does not wait for may fail by itself.
for (const event of ['unhandledRejection', 'uncaughtException']) process.on(event, () => undefined)

await tf.setBackend('cpu')
fixInitializers()
silence()
const project = projectOf(path, folder)
const name = pathInProject(project, path)
const report = (outcome: Outcome) => write(`${JSON.stringify(outcome)}\n`)

/** The target that a site belongs to: without the name that a model has in it. */
const expressions = Object.entries(calls).flatMap(([end, list]) => (path.endsWith(end) ? list : []))
const more = expressions.map((text, i) => `function site_${i}() {\n  return ${text}\n}`).join('\n')
const files: Files = {
  ...project.files,
  read: other => {
    const text = project.files.read(other)
    return other === name && text !== undefined ? `${text}\n${more}` : text
  },
}
/** The target that a site belongs to: without the name that a model has in it. */
const read = readModels({ files, path: name })
const sites = groups(read.models)
const possible = possibleModes(read.diagnostics)
let file: ForeignFile | undefined
let failure = ''
try {
  file = runForeign(project.root, name, more)
  // What the file starts on its own goes on in later rounds.
  await new Promise(done => setTimeout(done, 300))
} catch (error) {
  failure = message(error)
}
const atTop = file?.made() ?? []
for (const [target, models] of sites) if (!/^site_\d+$/.test(target)) await compareSite(target, models)
for (const i of expressions.keys())
  await compareSite(`site_${i}`, readModels({ files, path: name, target: `site_${i}` }).models)
process.exit(0)

function groups(models: readonly FoundModel[]): ReadonlyMap<string, readonly FoundModel[]> {
  const found = new Map<string, FoundModel[]>()
  for (const model of models) {
    const own = model.target.slice(name.length + 1)
    const target = isCallable(own) ? own : isCallable(parent(own)) ? parent(own) : ''
    found.set(target, [...(found.get(target) ?? []), model])
  }
  return found
}

function parent(target: string): string {
  return target.slice(0, Math.max(0, target.lastIndexOf('.')))
}

/** Whether a target is a function or a method by the text of the file. */
function isCallable(target: string): boolean {
  if (target === '') return false
  const own = target.split('.').at(-1)!
  const text = files.read(name) ?? ''
  return new RegExp(
    `(function\\*?\\s+${own}\\s*\\(|\\b${own}\\s*[:=]\\s*(async\\s*)?(function|\\(|\\w+\\s*=>)|^\\s*(\\w+\\s+)*(async\\s+)?${own}\\s*(<[^>]*>)?\\([^)]*\\)\\s*(:[^{]*)?\\{)`,
    'm',
  ).test(text)
}

async function compareSite(target: string, models: readonly FoundModel[]): Promise<void> {
  const [, index] = /^site_(\d+)$/.exec(target) ?? []
  const site = `${path}#${index === undefined ? target : expressions[Number(index)]}`
  const traced = models.some(({ graph }) => graph)
  if (!file) {
    report({ site, status: 'not run', traced, why: [`the file: ${failure}`] })
    return
  }
  if (target === '') {
    for (const model of models) {
      // A variable of a function that the file calls may have the name of one of the file.
      const isOnly = models.every(other => other === model || other.target !== model.target)
      if (isOnly) compareVariable(model)
      else {
        const why = [`several models of the file are called \`${model.target.slice(name.length + 1)}\``]
        report({ site, status: 'not run', traced: !!model.graph, why })
      }
    }
    return
  }
  const args = guessed(target)
  const again = args && readModels({ files, path: name, target, arguments: args }).models
  let result: unknown
  let made: readonly tf.LayersModel[]
  try {
    file.made()
    result = await settled(call(target, args ?? {}))
    made = file.made()
  } catch (error) {
    report({ site, status: 'not run', traced, why: [message(error)] })
    return
  }
  const found = again ?? models
  const [returned] = modelsIn(result)
  const built = returned && !made.includes(returned) ? [...made, returned] : made
  if (built.length === 0) {
    report({ site, status: 'not run', traced, why: ['the call builds no model'] })
    return
  }
  // Cases are what is left open by values that a run has.
  const first = found.filter(({ where }) => where.join() === found[0]?.where.join())
  if (found.some(({ where }) => where.join() !== found[0]?.where.join())) {
    report({
      site,
      status: 'not run',
      traced,
      why: ['the trace has cases, and the call decides for one of them'],
    })
    return
  }
  const pairs =
    first.length === 1 && returned ? [[first[0]!, returned] as const] : paired(first, built, returned)
  if (!pairs) {
    report({
      site,
      status: 'not run',
      traced,
      why: [`${built.length} models are built, and ${first.length} traced`],
    })
    return
  }
  for (const [model, real] of pairs) compareOne(model, real)
}

/** Traced models and those that were built, in the order in which they were made. */
function paired(
  models: readonly FoundModel[],
  built: readonly tf.LayersModel[],
  returned: tf.LayersModel | undefined,
): readonly (readonly [FoundModel, tf.LayersModel])[] | undefined {
  if (models.length !== built.length) return undefined
  const [first, ...rest] = models
  if (!returned || !first?.returned) return models.map((model, i) => [model, built[i]!])
  const others = built.filter(model => model !== returned)
  return [[first, returned], ...rest.map((model, i) => [model, others[i]!] as const)]
}

function compareVariable(model: FoundModel): void {
  const own = model.target.slice(name.length + 1)
  let value: unknown
  try {
    value = file!.read(own)
  } catch {}
  const [real] = modelsIn(value)
  const only = atTop.length === 1 ? atTop[0] : undefined
  const found = real ?? only
  if (found) compareOne(model, found)
  else {
    const why = [`${atTop.length} models are built by the file, and none is \`${own}\``]
    report({ site: `${path}#${own}`, status: 'not run', traced: !!model.graph, why })
  }
}

function compareOne({ target, graph, reason }: FoundModel, real: tf.LayersModel): void {
  const site = `${path}#${target.slice(name.length + 1)}`
  // What is made small in training is no model that TensorFlow.js builds.
  if (graph?.model.isMinimized) return
  if (!graph) {
    report({ site, status: 'untraced', traced: false, why: [`${reason?.code}: ${reason?.message}`] })
    return
  }
  const { random } = Math
  Math.random = () => fixedRandom
  try {
    const inputs = real.inputs.map(({ shape }) => shape.reduce((size: number, one) => size * (one ?? 3), 1))
    const numbers = real.countParams() < mostParameters && inputs.every(size => size < mostInput)
    const differences = compareModel(graph, real, possible, numbers)
    const status = differences.length === 0 ? 'agrees' : 'differs'
    report({ site, status, traced: true, why: differences, numbers })
  } catch (error) {
    report({ site, status: 'not run', traced: true, why: [message(error)] })
  } finally {
    Math.random = random
  }
}

/** Numbers for parameters that have no value, where all of them are plain names. */
function guessed(target: string): Readonly<Record<string, unknown>> | undefined {
  const value = target.includes('.') ? undefined : file?.read(target)
  if (typeof value !== 'function') return undefined
  const [, list = ''] = /^[^(]*\(([^)]*)\)/.exec(String(value)) ?? []
  const names = list
    .split(',')
    .map(text => text.trim())
    .filter(Boolean)
  if (names.length === 0 || names.some(text => !/^\w+$/.test(text))) return undefined
  const sizes = [7, 5, 11, 3, 13, 2]
  return Object.fromEntries(names.map((text, i) => [text, sizes[i % sizes.length]]))
}

function call(target: string, args: Readonly<Record<string, unknown>>): unknown {
  const values = Object.values(args)
  const [owner, method] = target.split('.')
  const value = file!.read(owner!) as (new (...given: unknown[]) => Record<string, unknown>) | undefined
  if (typeof value !== 'function') throw new Error(`${owner} is not a function`)
  if (method === undefined) return (value as unknown as (...given: unknown[]) => unknown)(...values)
  const object = method === 'constructor' ? new value(...values) : new value()
  if (method === 'constructor') return Object.values(object).find(field => field instanceof tf.LayersModel)
  const result = (object[method] as (...given: unknown[]) => unknown)(...values)
  return result ?? object.model
}

async function settled(value: unknown): Promise<unknown> {
  if (value === anything || !(value instanceof Promise)) return value
  const late = new Promise((_, fail) => setTimeout(() => fail(new Error('the call does not end')), 3000))
  return Promise.race([value, late])
}

function modelsIn(value: unknown): readonly tf.LayersModel[] {
  if (value instanceof tf.LayersModel) return [value]
  if (value === anything || typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(item => (item instanceof tf.LayersModel ? [item] : []))
}

function message(error: unknown): string {
  return error instanceof Error ? error.message.slice(0, 200) : String(error)
}
