/**
 * The public API: one function per arrow of the line from model code to a report, and `check`, which composes them.
 * No function reads files, runs the code it reads, or throws on user input.
 */
export { compare } from './compare/compare.js'
export type {
  ClauseVerdict,
  Comparison,
  Counterexample,
  Evidence,
  Finding,
  Verdict,
} from './compare/verdict.js'
export { type Code, catalogue } from './diagnostics/catalogue.js'
export type { Diagnostic } from './diagnostics/diagnostic.js'
export { equationsOf } from './equations/equations.js'
export { toMarkdown } from './equations/markdown.js'
export type { EquationSystem } from './equations/system.js'
export { renderEquations } from './equations/terminal.js'
export type { FoundModel } from './found.js'
export type { Layer, LayerApplication, Model, ModelGraph, Parameter } from './graph/model.js'
export type { Node } from './graph/node.js'
export { type CheckOutcome, check } from './pipeline.js'
export { type ModelRequest, type ReadResult, readFunctionBody, readModels } from './reading.js'
export { type ReporterName, reporters } from './report/reporters.js'
export { readSpec } from './spec/read.js'
export type { Clause, Spec } from './spec/spec.js'
export type { Files } from './syntax/modules.js'
export { type SourceFile, sourceFile } from './text/source.js'
export type { TensorDeclaration } from './trace/host.js'
