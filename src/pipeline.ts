import { compare } from './compare/compare.js'
import type { Comparison, Verdict } from './compare/verdict.js'
import { moduleLoader } from './core/loader.js'
import { catalogue } from './diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from './diagnostics/diagnostic.js'
import type { Model, ModelGraph } from './graph/model.js'
import { tensorflow } from './library/tensorflow/library.js'
import { readSpec } from './spec/read.js'
import type { Spec } from './spec/spec.js'
import type { Files } from './syntax/modules.js'
import type { SourceFile } from './text/source.js'
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
}

/** A model that was found, or the reason why it is not known. */
export interface FoundModel {
  /** `path#target`. */
  readonly target: string
  readonly graph?: ModelGraph
  readonly reason?: Diagnostic
}

export interface ReadResult {
  readonly models: readonly FoundModel[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The outcome of one check. `unusable` means that the input has to be mended first. */
export interface CheckOutcome {
  readonly target: string
  readonly specPath: string
  readonly verdict: Verdict | 'unusable'
  readonly spec?: Spec
  readonly comparison?: Comparison
  /** Why nothing could be compared, where that is so. */
  readonly reason?: Diagnostic
  /** Errors in the input, and soft failures that were met on the way. */
  readonly diagnostics: readonly Diagnostic[]
}

/** model code → syntax → program → trace → graph, for all sites that the request names. */
export function traceModels(request: ModelRequest): TraceResult {
  return trace({
    loader: moduleLoader(request.files),
    library: tensorflow(),
    dialect: javascript,
    path: request.path,
    ...(request.target !== undefined && { target: request.target }),
    ...(request.arguments && { arguments: request.arguments }),
    ...(request.inputs && { inputs: request.inputs }),
  })
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
  return models[0] ?? { target: `${path}#body`, ...(reason && { reason }) }
}

/** The models that the request names, each as a graph or with the reason why there is none. */
export function readModels(request: ModelRequest): ReadResult {
  const result = traceModels(request)
  const { builder, provenance } = result
  const models = result.sites.flatMap(site =>
    site.models.map((model): FoundModel => {
      const target = `${request.path}#${site.target}`
      if (isModel(model)) return { target, graph: { model, builder, provenance } }
      return {
        target,
        reason: model.reason ?? diagnostic('not-a-model', { target: model.path }, { span: site.span }),
      }
    }),
  )
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
  const found = chooseModel(read.models)
  if (!found) {
    const missing = diagnostic('not-a-model', { target })
    return { ...base, spec, verdict: 'unusable', diagnostics: [...diagnostics, missing] }
  }
  if (!found.graph) {
    return {
      ...base,
      target: found.target,
      spec,
      verdict: 'unverified',
      ...(found.reason && { reason: found.reason }),
      diagnostics,
    }
  }
  const comparison = compare(spec, found.graph, found.target)
  return { ...base, target: found.target, spec, verdict: comparison.verdict, comparison, diagnostics }
}

export function isInputError({ code }: Diagnostic): boolean {
  return catalogue[code].category === 'input'
}

/** A target that yields several models means the one that is returned, which comes first. */
function chooseModel(models: readonly FoundModel[]): FoundModel | undefined {
  return models.find(({ graph }) => graph) ?? models[0]
}

function isModel(model: Model | UnknownValue): model is Model {
  return 'applications' in model
}
