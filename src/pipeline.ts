import { compare, compareTrainingProgram } from './compare/compare.js'
import { optionsFor, remarkedInputs } from './compare/remarked-inputs.js'
import type { Comparison, Verdict } from './compare/verdict.js'
import { type LoadedModule, type ModuleLoader, moduleLoader } from './core/loader.js'
import { type Code, catalogue } from './diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from './diagnostics/diagnostic.js'
import { choicesOf, type FoundCustomGradient, type FoundModel, type FoundTraining } from './found.js'
import type { Model } from './graph/model.js'
import type { Step } from './graph/training.js'
import { isDataType } from './graph/type.js'
import { tensorflow } from './library/tensorflow/library.js'
import { loadingProgram } from './library/tensorflow/loading.js'
import { gradientFailures, judgeGradient } from './lint/custom-gradients.js'
import { lint } from './lint/lint.js'
import { lintProgram } from './lint/program.js'
import type { StatedAlgorithm } from './spec/algorithm.js'
import { readSpec } from './spec/read.js'
import type { Spec, StatedModel } from './spec/spec.js'
import { isJsonProblem, type Json, type JsonProblem, readJson } from './syntax/json.js'
import type { Files } from './syntax/modules.js'
import { type SourceFile, type Span, sourceFile } from './text/source.js'
import { caseText } from './trace/assumptions.js'
import type { TensorDeclaration } from './trace/host.js'
import { javascript } from './trace/javascript.js'
import { type Site, topLevel } from './trace/site-tracer.js'
import type { StatedInput } from './trace/stated-inputs.js'
import { type TraceResult, trace } from './trace/trace.js'
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
  /** Descriptions of saved models that the program loads, by place or variable: the content of each `model.json`. */
  readonly artifacts?: Readonly<Record<string, Json>> | undefined
}

export interface ReadResult {
  readonly models: readonly FoundModel[]
  readonly trainings: readonly FoundTraining[]
  /** Functions with gradients of their own, each where it is called first. */
  readonly customGradients: readonly FoundCustomGradient[]
  readonly diagnostics: readonly Diagnostic[]
}

export interface CaseVerdict {
  /** What holds in this case: `kind = 'lstm'`. */
  readonly where: readonly string[]
  readonly verdict: Verdict
}

/** The outcome of one check. `unusable` means that the input has to be mended first. */
export interface CheckOutcome {
  readonly target: string
  readonly specPath: string
  readonly verdict: Verdict | 'unusable'
  readonly spec?: Spec
  readonly comparison?: Comparison
  /** The cases that were told apart, where the target builds different models in different cases. */
  readonly cases?: readonly CaseVerdict[]
  /** Why nothing could be compared, where that is so. */
  readonly reason?: Diagnostic
  /** Errors in the input, and soft failures that were met on the way. */
  readonly diagnostics: readonly Diagnostic[]
}

/** model code → syntax → program → trace → graph, for all sites that the request names. */
export function traceModels(request: ModelRequest): TraceResult {
  const { files, modules, path, target, arguments: args, inputs, stated, artifacts = {} } = request
  const description = path.endsWith('.json') ? readDescription(files, path) : undefined
  const loader = modules ?? moduleLoader(files)
  return trace({
    loader: description ? { ...loader, load: () => description } : loader,
    library: tensorflow(new Map([...Object.entries(artifacts), ...(description?.artifact ?? [])])),
    dialect: javascript,
    path,
    ...(target !== undefined && { target }),
    ...(args && { arguments: args }),
    ...(inputs && { inputs }),
    ...(stated && { stated }),
  })
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

/** A function given by the text of its body, with `tf` and its inputs in scope, as a graph. */
export function readFunctionBody(
  body: string,
  inputs: Readonly<Record<string, TensorDeclaration>>,
): FoundModel {
  const path = 'function.js'
  const text = `export function body(${Object.keys(inputs).join(', ')}) {\n${body}\n}\n`
  const files: Files = {
    read: name => (name === path ? text : undefined),
    exists: name => name === path,
  }
  const { models, diagnostics } = readModels({ files, path, target: 'body', inputs })
  const [reason] = diagnostics
  const span = { file: sourceFile(path, text), start: 0, end: 0 }
  return models[0] ?? { target: `${path}#body`, where: [], returned: true, ...(reason && { reason }), span }
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
  if (!model) return { models, trainings: [], customGradients: [], diagnostics }
  return readModels({ ...request, path, target: model.target.slice(path.length + 1) })
}

/** For a target that the file does not declare: a model that a function or the file builds, by the name it is listed as. */
function readListed(request: ModelRequest): ReadResult | undefined {
  const { target = '', ...file } = request
  const owner = target.slice(0, Math.max(0, target.lastIndexOf('.')))
  const isBound = [file.arguments, file.inputs].some(given => Object.keys(given ?? {}).length > 0)
  const wider = [...(owner ? [{ ...file, target: owner }] : []), ...(isBound ? [] : [file])]
  for (const larger of wider) {
    const { sites } = traceModels(larger)
    const isNamed = (model: FoundModel) => model.target === `${file.path}#${target}`
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
    ...graphs.flatMap(graph => lint(graph, asked)),
    ...lintProgram({ models: graphs, trainings: trainings.map(({ graph }) => graph) }),
  ]
  const keyOf = ({ code, message, span }: Diagnostic) =>
    [code, message, span?.file.path, span?.start].join('\n')
  return [...new Map(found.map(entry => [keyOf(entry), entry])).values()]
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
  { target, training, assumptions, builder, provenance }: Site,
  path: string,
): readonly FoundTraining[] {
  if (!training) return []
  const shown = target === topLevel ? path : `${path}#${target}`
  return [{ target: shown, where: caseText(assumptions), graph: { training, builder, provenance } }]
}

/** The models of a site: one that it stands for has its name, the others have names of their own in it. */
function modelsOf(site: Site, path: string): readonly FoundModel[] {
  const { builder, provenance, assumptions, returns, models, span } = site
  const where = caseText(assumptions)
  return models.map((model, i): FoundModel => {
    const returned = returns && i === 0
    const standsAlone = returned || !isModel(model) || (models.length === 1 && site.target !== topLevel)
    const own = standsAlone ? site.target : nameInSite(site, model)
    const common = { target: `${path}#${own}`, where, returned }
    if (isModel(model)) return { ...common, graph: { model, builder, provenance }, span: model.origin.span }
    const reason = model.reason ?? diagnostic('not-a-model', { target: model.path }, { span })
    return { ...common, reason, span: reason.span ?? span }
  })
}

/** What a program builds outside of functions is known by the variable that holds it, else by its own name. */
function nameInSite({ target, variables }: Site, model: Model): string {
  return target === topLevel ? (variables.get(model) ?? model.name) : `${target}.${model.name}`
}

/** Runs a part of the line, and may note how long it takes. */
export type Measure = <Result>(phase: string, run: () => Result) => Result

/** Compares the model that the request names with a spec. */
export function check(
  request: ModelRequest,
  specFile: SourceFile,
  measure: Measure = (_phase, run) => run(),
): CheckOutcome {
  const { spec, diagnostics } = readSpec(specFile)
  const read = measure('trace', () => readForSpec(request, spec))
  return checkReading(request, { path: specFile.path, spec, diagnostics }, read, measure)
}

/** What the request names, with the inputs that a spec states: for a batch, or for one example where the code says so. */
export function readForSpec(request: ModelRequest, spec: Spec | undefined): ReadResult {
  const readAs = (stated: StatedModel | undefined) =>
    readModels({ ...request, stated: stated && statedInputs(stated) })
  const read = readAs(spec)
  return spec?.withBatch && isContradicted(read) ? readAs(spec.withBatch(() => false)) : read
}

/** A spec that was read, or what is wrong with it. */
export interface SpecReading {
  readonly path: string
  readonly spec: Spec | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Compares what was read with a spec. */
export function checkReading(
  { path, target: name }: Pick<ModelRequest, 'path' | 'target'>,
  { path: specPath, spec, diagnostics: specDiagnostics }: SpecReading,
  read: ReadResult,
  measure: Measure = (_phase, run) => run(),
): CheckOutcome {
  const target = `${path}${name === undefined ? '' : `#${name}`}`
  const base = { target, specPath }
  const diagnostics = [...specDiagnostics, ...read.diagnostics]
  if (!spec || diagnostics.some(isInputError)) return { ...base, verdict: 'unusable', diagnostics }
  const whole = { ...base, spec, diagnostics }
  const { algorithm } = spec
  if (algorithm) return measure('compare', () => checkPrograms(spec, algorithm, read, whole))
  const [found, ...others] = choicesOf(read.models)
  if (others.length > 0 && found)
    return { ...whole, verdict: 'unusable', diagnostics: [severalModels(target, [found, ...others])] }
  if (!found?.[0]) {
    const missing = diagnostic('not-a-model', { target })
    return { ...whole, verdict: 'unusable', diagnostics: [...diagnostics, missing] }
  }
  return inCases(
    whole,
    found.map(model => ({ ...model, outcome: measure('compare', () => checkModel(spec, model)) })),
  )
}

/** What is found out about one case. */
type CaseOutcome = Pick<CheckOutcome, 'comparison' | 'reason'> & { readonly verdict: Verdict }

/** The outcome for all cases of a target: one verdict if they share it. */
function inCases(
  whole: Omit<CheckOutcome, 'verdict'>,
  found: readonly (Pick<FoundModel, 'target' | 'where'> & { readonly outcome: CaseOutcome })[],
): CheckOutcome {
  const [{ target, outcome }] = found as readonly [(typeof found)[number]]
  const named = { ...whole, target }
  if (found.length === 1) return { ...named, ...outcome }
  const cases = found.map(({ where, outcome: { verdict } }) => ({ where, verdict }))
  if (cases.every(({ verdict }) => verdict === outcome.verdict)) return { ...named, ...outcome, cases }
  const verdicts = cases.map(({ where, verdict }) => `${verdict} where ${where.join(', ')}`).join('; ')
  const help = 'say which case is meant: --arg NAME=VALUE'
  const reason = diagnostic('verdict-by-case', { target, verdicts }, { help })
  return { ...named, verdict: 'unverified', reason, cases }
}

/** Compares the training programs of a target with what a spec says of training. */
function checkPrograms(
  spec: Spec,
  algorithm: StatedAlgorithm,
  { trainings, models, customGradients }: ReadResult,
  whole: Omit<CheckOutcome, 'verdict'>,
): CheckOutcome {
  const { target, diagnostics } = whole
  const names = [...new Set(trainings.map(training => training.target))]
  const [named] = names
  if (named === undefined || names.length > 1) {
    const listed = names.map(name => `\`${name}\``).join(', ')
    const entry =
      named === undefined
        ? diagnostic('no-training', { target })
        : diagnostic(
            'several-trainings',
            { target, listed },
            { help: `name one as the target: \`${named}\`` },
          )
    return { ...whole, verdict: 'unusable', diagnostics: [...diagnostics, entry] }
  }
  return inCases(
    whole,
    trainings.map(training => ({ ...training, outcome: checkProgram(training) })),
  )

  function checkProgram({ target: own, where, graph }: FoundTraining): CaseOutcome {
    const isHere = (found: Pick<FoundModel, 'where'>) => found.where.join() === where.join()
    const made = models.flatMap(model =>
      model.graph?.builder === graph.builder && isHere(model) ? [model.graph.model] : [],
    )
    const altered = customGradients.find(
      ({ custom, builder }) => builder === graph.builder && judgeGradient(custom, builder).kind !== 'equal',
    )
    const gradients =
      altered && 'a function of the program has a gradient of its own, which is not its derivative'
    const span = placeOf(graph.training.steps[0]!)
    const program = { training: graph, models: made, span, ...(gradients !== undefined && { gradients }) }
    const comparison = compareTrainingProgram(spec, algorithm, program, own)
    // What would make more known of the code is said of what it gives.
    const asked = models.find(model => isHere(model) && model.reason?.help !== undefined)
    return comparison.verdict === 'unverified' && asked?.reason
      ? { verdict: comparison.verdict, comparison, reason: asked.reason }
      : { verdict: comparison.verdict, comparison }
  }
}

/** Where a training begins. */
function placeOf(step: Step): Span {
  if ('origin' in step) return step.origin.span
  return step.kind === 'alternatives' ? step.condition : (step.condition ?? placeOf(step.steps[0]!))
}

/** Whether what the code says of its tensors cannot be what the spec says. */
const isContradicted = ({ models }: ReadResult): boolean =>
  models.some(({ reason }) => reason?.code === 'contradicting-shapes')

/** The inputs of a spec as tensors for a function. */
export function statedInputs({ inputs }: StatedModel): readonly StatedInput[] {
  return inputs.map(({ name, shape, dtype, clause: { span } }) => {
    const stated = { by: 'spec', input: name, span } as const
    return { name, declaration: { shape, dtype: isDataType(dtype) ? dtype : 'float32', stated } }
  })
}

/** A difference must not rest on what a type or a comment says of a tensor. */
function checkModel(spec: Spec, { target, graph, reason }: FoundModel): CaseOutcome {
  if (!graph) return { verdict: 'unverified', ...(reason && { reason }) }
  const comparison = compare(spec, graph, target)
  const [remarked] = remarkedInputs(graph.model)
  if (comparison.verdict !== 'differs' || !remarked?.stated)
    return { verdict: comparison.verdict, comparison }
  const { by, span: place } = remarked.stated
  const values = { input: remarked.name, by }
  const help = `give the shapes that the spec is about: \`${optionsFor(graph.model)}\``
  return { verdict: 'unverified', reason: diagnostic('remarked-shape', values, { span: place, help }) }
}

export function isInputError({ code }: Diagnostic): boolean {
  return catalogue[code].category === 'input'
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
