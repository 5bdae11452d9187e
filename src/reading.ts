import { type LoadedModule, type ModuleLoader, moduleLoader } from './core/loader.js'
import { type Code, catalogue } from './diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from './diagnostics/diagnostic.js'
import { choicesOf, type FoundCustomGradient, type FoundModel, type FoundTraining } from './found.js'
import type { Model, ModelGraph, Port } from './graph/model.js'
import { descentsAmong } from './graph/training.js'
import { isDataType } from './graph/type.js'
import { tensorflow } from './library/tensorflow/library.js'
import { loadingProgram } from './library/tensorflow/loading.js'
import { gradientFailures } from './lint/custom-gradients.js'
import { lint } from './lint/lint.js'
import { lintProgram } from './lint/program.js'
import { toldOnce } from './lint/same-failure.js'
import type { Spec, StatedModel } from './spec/spec.js'
import { isJsonProblem, type Json, type JsonProblem, readJson } from './syntax/json.js'
import type { Files } from './syntax/modules.js'
import { type Span, sourceFile } from './text/source.js'
import { caseText } from './trace/assumptions.js'
import type { TensorDeclaration } from './trace/host.js'
import { javascript } from './trace/javascript.js'
import { type Site, type TraceRequest, topLevel } from './trace/site-tracer.js'
import type { StatedInput } from './trace/stated-inputs.js'
import { functionsTaking } from './trace/targets.js'
import { type TraceResult, trace, tracedCalls } from './trace/trace.js'
import type { UnknownValue } from './trace/value.js'

/** Which model code to read. Nothing is executed; `files` decides what can be seen. */
export interface ModelRequest {
  readonly files: Files
  /** The modules of the project, where they are kept between requests; `files` must not have changed since. */
  readonly modules?: ModuleLoader | undefined
  /** Relative to the project root, with forward slashes. */
  readonly path: string
  /** `createModel`, `Class.method`, `variable`; without it every model of the file. */
  readonly target?: string | undefined
  /** Values for parameters by name, nested ones by path: `{ 'config.units': 32 }`. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  /** Tensors that the target takes, by the name of the parameter: then what it computes is a model as well. */
  readonly inputs?: Readonly<Record<string, TensorDeclaration>> | undefined
  /** Inputs that a spec states, for a target that is a function over tensors and is given none. */
  readonly stated?: readonly StatedInput[] | undefined
  /** Parameters that a spec states, which such a function may take as arguments. */
  readonly weights?: readonly StatedInput[] | undefined
  /** Whether tensors of which nothing says the shape are supposed to have one, where functions of the file take some. */
  readonly supposes?: boolean | undefined
  /** Descriptions of saved models that the program loads, by place or variable: the content of each `model.json`. */
  readonly artifacts?: Readonly<Record<string, Json>> | undefined
}

export interface ReadResult {
  /** How else the target can be read, where it was read for batches only since the inputs of a spec have them. */
  readonly oneExample?: OneExample
  readonly models: readonly FoundModel[]
  readonly trainings: readonly FoundTraining[]
  /** Functions with gradients of their own, each where it is called first. */
  readonly customGradients: readonly FoundCustomGradient[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A function of which only the spec says that it takes batches. */
export interface OneExample {
  /** The same for one example; `calledAt` is a call that says so. */
  readonly read: (calledAt?: Span) => ReadResult
  /** The first call in the file that gives it a batch, and the first that gives it one example. */
  readonly calls: () => { readonly batch?: Span; readonly example?: Span }
}

/** model code → syntax → program → trace → graph, for all sites that the request names. */
export function traceModels(request: ModelRequest): TraceResult {
  return trace(tracing(request))
}

/** What the trace is asked for. */
function tracing(request: ModelRequest): TraceRequest {
  const {
    files,
    modules,
    path,
    target,
    arguments: args,
    inputs,
    stated,
    weights,
    supposes,
    artifacts = {},
  } = request
  const description = path.endsWith('.json') ? readDescription(files, path) : undefined
  const loader = modules ?? moduleLoader(files)
  return {
    loader: description ? { ...loader, load: () => description } : loader,
    library: tensorflow(new Map([...Object.entries(artifacts), ...(description?.artifact ?? [])])),
    dialect: javascript,
    path,
    ...(target !== undefined && { target }),
    ...(args && { arguments: args }),
    ...(inputs && { inputs }),
    ...(stated && { stated }),
    ...(weights && { weights }),
    ...(supposes && { supposes }),
  }
}

/** A `model.json` as the program that loads it. */
function readDescription(
  files: Files,
  path: string,
): LoadedModule & { readonly artifact?: readonly (readonly [string, Json])[] } {
  const text = files.read(path)
  if (text === undefined) return { diagnostics: [diagnostic('file-not-found', { path })] }
  const json = readJson(sourceFile(path, text))
  if (isJsonProblem(json)) return { diagnostics: [invalidJson(json)] }
  return { module: loadingProgram(path, json), diagnostics: [], artifact: [[path, json]] }
}

/** The message about a text that is no JSON. */
export function invalidJson({ problem, span }: JsonProblem): Diagnostic {
  return diagnostic('syntax-error', { problem }, { span })
}

/** A function as a graph, and what it does that trains, such as to write into weights. */
export interface FoundFunction extends FoundModel {
  readonly trainings: readonly FoundTraining[]
}

/** A function given by the text of its body, with `tf` and its inputs in scope, as a graph. */
export function readFunctionBody(
  body: string,
  inputs: Readonly<Record<string, TensorDeclaration>>,
): FoundFunction {
  const path = 'function.js'
  const text = `export function body(${Object.keys(inputs).join(', ')}) {\n${body}\n}\n`
  const files: Files = {
    read: name => (name === path ? text : undefined),
    exists: name => name === path,
  }
  const { models, diagnostics, trainings } = readModels({ files, path, target: 'body', inputs })
  const [reason] = diagnostics
  const span = { file: sourceFile(path, text), start: 0, end: 0 }
  const missing = { target: `${path}#body`, where: [], returned: true, ...(reason && { reason }), span }
  return { ...(models[0] ?? missing), trainings }
}

/** The models that the request names, each as a graph or with the reason why there is none. */
export function readModels(request: ModelRequest): ReadResult {
  const { target, arguments: args, inputs, ...file } = request
  if (target === undefined && [args, inputs].some(given => Object.keys(given ?? {}).length > 0))
    return readBound(request, readModels(file))
  const result = traceModels(request)
  if (!result.diagnostics.some(({ code }) => code === 'unknown-target')) return foundIn(result, request.path)
  return readListed(request) ?? foundIn(result, request.path)
}

/** Values for parameters without a target are for the one that the file has. */
function readBound({ path, ...request }: ModelRequest, { models, diagnostics }: ReadResult): ReadResult {
  const choices = choicesOf(models)
  const [model] = choices[0] ?? []
  if (choices.length > 1)
    return { models: [], trainings: [], customGradients: [], diagnostics: [severalModels(path, choices)] }
  if (!model)
    return {
      models,
      trainings: [],
      customGradients: [],
      diagnostics: [...diagnostics, ...namelessTarget({ path, ...request })],
    }
  return readModels({ ...request, path, target: model.target.slice(path.length + 1) })
}

/** Functions take tensors too, but only a target that names one says which is meant. */
function namelessTarget({
  files,
  modules,
  path,
  arguments: args,
  inputs,
}: ModelRequest): readonly Diagnostic[] {
  const { module } = (modules ?? moduleLoader(files)).load(path)
  if (!module) return []
  const given = [...Object.keys(inputs ?? {}), ...Object.keys(args ?? {})].map(name => name.split('.')[0]!)
  const found = functionsTaking(module, given)
  const related = found
    .slice(0, mostListed)
    .map(({ name, span }) => ({ message: `\`${path}#${name}\``, span }))
  const help = found[0]
    ? `name a function as the target, such as \`${path}#${found[0].name}\``
    : `no function of the file takes ${given.map(name => `\`${name}\``).join(' and ')}; name one as the target, \`${path}#name\``
  return [diagnostic('not-a-model', { target: path }, { related, help })]
}

/** For a target that the file does not declare: a model that a function or the file builds, by the name it is listed as. */
function readListed(request: ModelRequest): ReadResult | undefined {
  const { target = '', ...file } = request
  const owner = target.slice(0, Math.max(0, target.lastIndexOf('.')))
  const isBound = [file.arguments, file.inputs].some(given => Object.keys(given ?? {}).length > 0)
  const wider = [...(owner ? [{ ...file, target: owner }] : []), ...(isBound ? [] : [file])]
  for (const larger of wider) {
    const { sites } = traceModels(larger)
    const named = `${file.path}#${target}`
    const isNamed = (model: FoundModel) =>
      model.target === named || model.target.replace(/ \(\d+\)$/, '') === named
    const found = sites
      .map(site => foundIn({ sites: [site], diagnostics: [] }, file.path))
      .filter(({ models }) => models.some(isNamed))
    if (found.length === 0) continue
    const models = found.flatMap(site => site.models.filter(isNamed))
    return {
      models,
      trainings: [],
      customGradients: [],
      diagnostics: found.flatMap(({ diagnostics }) => diagnostics),
    }
  }
  return undefined
}

function foundIn({ sites, diagnostics }: TraceResult, path: string): ReadResult {
  return {
    models: sites.flatMap(site => modelsOf(site, path)),
    trainings: sites.flatMap(site => trainingOf(site, path)),
    customGradients: sites.flatMap(site => customGradientsOf(site, path)),
    diagnostics: [
      ...diagnostics,
      ...sites.flatMap(site => [
        ...site.diagnostics,
        ...site.customGradients.flatMap(custom => gradientFailures(custom, site.builder)),
      ]),
    ],
  }
}

/** Soft failures of all that was read; `asked` are codes of rules that are off by default. */
export function softFailures(
  { models, trainings, diagnostics }: ReadResult,
  asked: readonly Code[] = [],
): readonly Diagnostic[] {
  const graphs = models.flatMap(({ graph }) => graph ?? [])
  const found = [
    ...diagnostics.filter(({ code }) => catalogue[code].category === 'soft-failure'),
    ...[...graphs, ...stepsBeside(graphs, trainings)].flatMap(graph => lint(graph, asked)),
    ...lintProgram({ models: graphs, trainings: trainings.map(({ graph }) => graph) }),
  ]
  return toldOnce(found)
}

/** Losses of steps that are no models by themselves, as that of a function which gives its loss back. */
function stepsBeside(
  graphs: readonly ModelGraph[],
  trainings: readonly FoundTraining[],
): readonly ModelGraph[] {
  const known = new Set(
    graphs.flatMap(({ model }) => (model.isMinimized ? model.outputs[0]?.node : undefined)),
  )
  return trainings.flatMap(({ graph: { training, ...rest } }) =>
    descentsAmong(training.steps).flatMap(({ loss }) => {
      if (!loss?.isMinimized || known.has(loss.outputs[0]?.node)) return []
      known.add(loss.outputs[0]?.node)
      return [{ model: loss, ...rest }]
    }),
  )
}

function customGradientsOf(
  { target, customGradients, assumptions, builder, provenance }: Site,
  path: string,
): readonly FoundCustomGradient[] {
  const shown = target === topLevel ? path : `${path}#${target}`
  const where = caseText(assumptions)
  return customGradients.map(custom => ({ target: shown, where, custom, builder, provenance }))
}

function trainingOf(
  { target, training, assumptions, ...site }: Site,
  path: string,
): readonly FoundTraining[] {
  if (!training) return []
  const shown = target === topLevel ? path : `${path}#${target}`
  return [{ target: shown, where: caseText(assumptions), graph: { training, ...graphOf(site) } }]
}

const graphOf = ({
  builder,
  provenance,
  isSupposed,
}: Pick<Site, 'builder' | 'provenance' | 'isSupposed'>) => ({
  builder,
  provenance,
  ...(isSupposed && { isSupposed }),
})

/** The models of a site: one that it stands for has its name, the others have names of their own in it. */
function modelsOf(site: Site, path: string): readonly FoundModel[] {
  const { assumptions, returns, models, span } = site
  const where = caseText(assumptions)
  const names = models.map((model, i): string => {
    const standsAlone =
      (returns && i === 0) || !isModel(model) || (models.length === 1 && site.target !== topLevel)
    return standsAlone ? site.target : nameInSite(site, model)
  })
  return models.map((model, i): FoundModel => {
    const returned = returns && i === 0
    const own = toldApart(site, names, i)
    const common = { target: `${path}#${own}`, where, returned }
    if (isModel(model)) return { ...common, graph: { model, ...graphOf(site) }, span: model.origin.span }
    const reason = model.reason ?? diagnostic('not-a-model', { target: model.path }, { span })
    return { ...common, reason, span: reason.span ?? span }
  })
}

/** What a program builds outside of functions is known by the variable that holds it, else by its own name. */
function nameInSite({ target, variables }: Site, model: Model): string {
  return target === topLevel ? (variables.get(model) ?? model.name) : `${target}.${model.name}`
}

/** Models of one name in one place are numbered, but for one that a variable of the module holds, which has its name. */
function toldApart({ models, variables }: Site, names: readonly string[], i: number): string {
  const name = names[i]!
  const isOne = (j: number) => names[j] === name && isModel(models[j]!)
  const same = [...names.keys()].filter(isOne)
  if (same.length < 2 || !same.includes(i) || variables.has(models[i]!)) return name
  return `${name} (${same.indexOf(i) + 1})`
}

/** What the request names, with the inputs that a spec states: for a batch, or for one example where the code says so. */
export function readForSpec(request: ModelRequest, spec: Spec | undefined): ReadResult {
  const readAs = (stated: StatedModel | undefined, calledAt?: Span) =>
    readModels({
      ...request,
      stated: stated && statedInputs(stated, calledAt),
      weights: stated && statedWeights(stated),
    })
  const read = readAs(spec)
  const { withBatch } = spec ?? {}
  if (!withBatch) return read
  const readOne = (calledAt?: Span) =>
    readAs(
      withBatch(() => false),
      calledAt,
    )
  if (isContradicted(read)) return readOne()
  const batches = read.models.flatMap(({ graph }) => graph?.model.inputs.filter(isOfSpec) ?? [])
  if (batches.length === 0) return read
  return { ...read, oneExample: { read: readOne, calls: () => callsWith(request, batches) } }
}

/** Whether only a spec says how many axes an input has. */
export const isOfSpec = ({ stated }: Port): boolean => stated?.by === 'spec' && !stated.isRankSaid

/** Which calls of a target give it tensors that have as many axes as these, and which give it one axis less. */
function callsWith(request: ModelRequest, batches: readonly Port[]): ReturnType<OneExample['calls']> {
  let [batch, example]: (Span | undefined)[] = []
  for (const { shapes, span } of tracedCalls(tracing(request))) {
    const missing = batches.flatMap(({ name, node }) => {
      const rank = shapes.get(name)?.length
      return rank === undefined ? [] : [(node.type.shape?.length ?? rank) - rank]
    })
    if (missing.includes(0)) batch ??= span
    else if (missing.includes(1)) example ??= span
  }
  return { ...(batch && { batch }), ...(example && { example }) }
}

/** Whether what the code says of its tensors cannot be what the spec says. */
const isContradicted = ({ models }: ReadResult): boolean =>
  models.some(({ reason }) => reason?.code === 'contradicting-shapes')

/** The inputs of a spec as tensors for a function. */
export function statedInputs({ inputs }: StatedModel, calledAt?: Span): readonly StatedInput[] {
  return inputs.map(({ name, shape, dtype, below, clause: { span } }) => {
    const stated = { by: 'spec', input: name, span, ...(calledAt && { calledAt }) } as const
    return {
      name,
      declaration: {
        shape,
        dtype: isDataType(dtype) ? dtype : below === undefined ? 'float32' : 'int32',
        stated,
      },
    }
  })
}

/** The parameters of the equations of a spec as tensors for a function that takes them. */
function statedWeights({ equationParameters, clauses }: StatedModel): readonly StatedInput[] {
  const [clause] = clauses
  if (!clause) return []
  return equationParameters.map(({ name, shape }) => {
    const stated = { by: 'spec', parameter: name, isRankSaid: true, span: clause.span } as const
    return { name, declaration: { shape, dtype: 'float32', stated } }
  })
}

/** As many models are listed where one has to be named. */
const mostListed = 12

/** The message that a target stands for several models, of which one has to be named. */
export function severalModels(target: string, choices: readonly (readonly FoundModel[])[]): Diagnostic {
  const all = choices.flatMap(([model]) => (model ? [model] : []))
  const related = all
    .slice(0, mostListed)
    .map(model => ({ message: `\`${model.target}\``, span: model.span }))
  const named = all.find(model => all.every(other => other === model || other.target !== model.target))
  const help = named
    ? `name one of them as the target, such as \`${named.target}\``
    : 'give each of them a `name` in the code, and name one'
  return diagnostic('several-models', { target, count: String(choices.length) }, { related, help })
}

function isModel(model: Model | UnknownValue): model is Model {
  return 'applications' in model
}
