import { compare } from './compare/compare.js'
import type { Comparison, Verdict } from './compare/verdict.js'
import { type LoadedModule, moduleLoader } from './core/loader.js'
import { catalogue } from './diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from './diagnostics/diagnostic.js'
import type { Model, ModelGraph } from './graph/model.js'
import { tensorflow } from './library/tensorflow/library.js'
import { loadingProgram } from './library/tensorflow/loading.js'
import { readSpec } from './spec/read.js'
import type { Spec } from './spec/spec.js'
import { isJsonProblem, type Json, type JsonProblem, readJson } from './syntax/json.js'
import type { Files } from './syntax/modules.js'
import { type SourceFile, sourceFile } from './text/source.js'
import { caseText } from './trace/assumptions.js'
import type { TensorDeclaration } from './trace/host.js'
import { javascript } from './trace/javascript.js'
import { type TraceResult, trace } from './trace/trace.js'
import type { UnknownValue } from './trace/value.js'

/** Which model code to read. Nothing is executed; `files` decides what can be seen. */
export interface ModelRequest {
  readonly files: Files
  /** Relative to the project root, with forward slashes. */
  readonly path: string
  /** `createModel`, `Class.method`, `variable`; without it every model of the file. */
  readonly target?: string | undefined
  /** Values for parameters by name, nested ones by path: `{ 'config.units': 32 }`. */
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  /** Tensors that the target takes, by the name of the parameter: then what it computes is a model as well. */
  readonly inputs?: Readonly<Record<string, TensorDeclaration>> | undefined
  /** Descriptions of saved models that the program loads, by place or variable: the content of each `model.json`. */
  readonly artifacts?: Readonly<Record<string, Json>> | undefined
}

/** A model that was found, or the reason why it is not known. */
export interface FoundModel {
  /** `path#target`. */
  readonly target: string
  /** The case in which the target builds this model: `kind = 'lstm'`, `not useBias`. Empty where there is one. */
  readonly where: readonly string[]
  /** Whether it is what the target gives, and not just built on the way. */
  readonly returned: boolean
  readonly graph?: ModelGraph
  readonly reason?: Diagnostic
}

/** The target and, where there are several, the case: `model.js#make where kind = 'lstm'`. */
export function titleOf({ target, where }: Pick<FoundModel, 'target' | 'where'>): string {
  return where.length === 0 ? target : `${target} where ${where.join(', ')}`
}

export interface ReadResult {
  readonly models: readonly FoundModel[]
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
  const { files, path, target, arguments: args, inputs, artifacts = {} } = request
  const description = path.endsWith('.json') ? readDescription(files, path) : undefined
  const loader = moduleLoader(files)
  return trace({
    loader: description ? { ...loader, load: () => description } : loader,
    library: tensorflow(new Map([...Object.entries(artifacts), ...(description?.artifact ?? [])])),
    dialect: javascript,
    path,
    ...(target !== undefined && { target }),
    ...(args && { arguments: args }),
    ...(inputs && { inputs }),
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
  return models[0] ?? { target: `${path}#body`, where: [], returned: true, ...(reason && { reason }) }
}

/** The models that the request names, each as a graph or with the reason why there is none. */
export function readModels(request: ModelRequest): ReadResult {
  const result = traceModels(request)
  const models = result.sites.flatMap(site => {
    const { builder, provenance, assumptions, returns } = site
    const target = `${request.path}#${site.target}`
    const where = caseText(assumptions)
    return site.models.map((model, i): FoundModel => {
      const common = { target, where, returned: returns && i === 0 }
      if (isModel(model)) return { ...common, graph: { model, builder, provenance } }
      const reason = model.reason ?? diagnostic('not-a-model', { target: model.path }, { span: site.span })
      return { ...common, reason }
    })
  })
  return { models, diagnostics: [...result.diagnostics, ...result.sites.flatMap(site => site.diagnostics)] }
}

/** Compares the model that the request names with a spec. */
export function check(request: ModelRequest, specFile: SourceFile): CheckOutcome {
  const target = `${request.path}${request.target === undefined ? '' : `#${request.target}`}`
  const base = { target, specPath: specFile.path }
  const { spec, diagnostics: specDiagnostics } = readSpec(specFile)
  const read = readModels(request)
  const diagnostics = [...specDiagnostics, ...read.diagnostics]
  if (!spec || diagnostics.some(isInputError)) return { ...base, verdict: 'unusable', diagnostics }
  const found = chooseModels(read.models)
  const [first] = found
  if (!first) {
    const missing = diagnostic('not-a-model', { target })
    return { ...base, spec, verdict: 'unusable', diagnostics: [...diagnostics, missing] }
  }
  const outcomes = found.map(model => checkModel(spec, model))
  const [outcome] = outcomes
  const whole = { ...base, target: first.target, spec, diagnostics }
  if (outcomes.length === 1) return { ...whole, ...outcome! }
  const cases = found.map(({ where }, i) => ({ where, verdict: outcomes[i]!.verdict }))
  if (cases.every(({ verdict }) => verdict === cases[0]!.verdict)) return { ...whole, ...outcome!, cases }
  const verdicts = cases.map(({ where, verdict }) => `${verdict} where ${where.join(', ')}`).join('; ')
  const help = 'say which case is meant: --arg NAME=VALUE'
  const reason = diagnostic('verdict-by-case', { target: first.target, verdicts }, { help })
  return { ...whole, verdict: 'unverified', reason, cases }
}

function checkModel(
  spec: Spec,
  { target, graph, reason }: FoundModel,
): Pick<CheckOutcome, 'comparison' | 'reason'> & { readonly verdict: Verdict } {
  if (!graph) return { verdict: 'unverified', ...(reason && { reason }) }
  const comparison = compare(spec, graph, target)
  return { verdict: comparison.verdict, comparison }
}

export function isInputError({ code }: Diagnostic): boolean {
  return catalogue[code].category === 'input'
}

/** In each case, a target that yields several models means the one that it gives, else the first that is known. */
function chooseModels(models: readonly FoundModel[]): readonly FoundModel[] {
  const target = models.find(({ graph }) => graph)?.target ?? models[0]?.target
  // The models of one case share its description; two cases may read alike.
  const byCase = new Map<FoundModel['where'], FoundModel[]>()
  for (const model of models.filter(other => other.target === target))
    byCase.set(model.where, [...(byCase.get(model.where) ?? []), model])
  return [...byCase.values()].map(
    found => found.find(({ returned }) => returned) ?? found.find(({ graph }) => graph) ?? found[0]!,
  )
}

function isModel(model: Model | UnknownValue): model is Model {
  return 'applications' in model
}
