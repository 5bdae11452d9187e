import { algorithmOf, type Listing } from '../equations/algorithm.js'
import { algorithmJson } from '../equations/algorithm-json.js'
import { customGradientJson, customGradientListing } from '../equations/custom-gradients.js'
import { type Expansion, equationsOf } from '../equations/equations.js'
import { type GradientRequest, gradientEquations } from '../equations/gradients.js'
import { algorithmLatex, algorithmMarkdown, latexLines, toMarkdown } from '../equations/markdown.js'
import { renderParameters } from '../equations/parameters.js'
import { renderPlain } from '../equations/plain.js'
import { specText } from '../equations/spec-text.js'
import type { EquationSystem } from '../equations/system.js'
import { renderAlgorithm, renderEquations } from '../equations/terminal.js'
import { outermost, titleOf } from '../found.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem } from '../graph/op.js'
import { printModel } from '../meanings/print.js'
import type { Mode } from '../ops/elaborate.js'
import { isInputError } from '../pipeline.js'
import { type ReadResult, readModels } from '../reading.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { exitCodes } from './exit.js'
import { whyNoProgram } from './files.js'
import { print } from './output.js'
import { pathInProject, projectOf, splitTarget } from './project.js'
import { tell } from './tell.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly format: keyof typeof formats
  readonly expand: Expansion
  readonly mode?: Mode
  readonly gradient: readonly GradientRequest[]
}

interface Titled {
  readonly target: string
  readonly system: EquationSystem
  readonly graph: ModelGraph
}

/** What stands beside the models of a target: its training, and gradients of its own. */
export interface TitledListing {
  readonly target: string
  readonly listing: Listing
  readonly data: Readonly<Record<string, unknown>>
}

const formats = {
  text: (systems: readonly Titled[], listings: readonly TitledListing[] = []) =>
    [
      ...systems.map(({ target, system }) => `${target}\n\n${renderEquations(system)}\n`),
      ...listings.map(({ listing }) => `${renderAlgorithm(listing)}\n`),
    ].join('\n'),
  markdown: (systems: readonly Titled[], listings: readonly TitledListing[] = []) =>
    [
      ...systems.map(({ system }) => toMarkdown(system)),
      ...listings.map(({ listing }) => algorithmMarkdown(listing)),
    ].join('\n'),
  latex: (systems: readonly Titled[], listings: readonly TitledListing[] = []) =>
    `${[...systems.flatMap(({ system }) => allLines(system)), ...listings.flatMap(({ listing }) => algorithmLatex(listing))].join('\n')}\n`,
  json: (systems: readonly Titled[], listings: readonly TitledListing[] = []) => {
    const models = systems.map(({ target, system }) => ({
      target,
      title: system.title,
      latex: allLines(system),
    }))
    const others = listings.map(({ target, listing, data }) => ({
      target,
      title: listing.title,
      latex: algorithmLatex(listing),
      ...data,
    }))
    return `${JSON.stringify([...models, ...others], null, 2)}\n`
  },
  plain: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${renderPlain(graph)}\n`).join('\n'),
  'plain-latex': (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `% ${target}\n${renderPlain(graph, 'latex')}\n`).join('\n'),
  spec: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${specText(graph)}\n`).join('---\n'),
  'spec-latex': (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${specText(graph, 'latex')}\n`).join('---\n'),
  parameters: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `${target}\n\n${renderParameters(graph)}\n`).join('\n'),
  graph: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${printModel(graph)}`).join('\n'),
} as const

/** Formats that do not print equations as people read them. */
const ofModels: ReadonlySet<string> = new Set([
  'plain',
  'plain-latex',
  'spec',
  'spec-latex',
  'parameters',
  'graph',
])

/** `aswritten equations`: prints the models of a file as equations. */
export function equations(
  text: string,
  { arg, input, artifact, format, expand, mode, gradient }: Options,
): number {
  if (gradient.length > 0 && ofModels.has(format))
    throw new UsageError(`\`--format ${format}\` shows a model, and no gradients`)
  const here = process.cwd()
  const { path, target } = splitTarget(text, here)
  const { artifacts, diagnostics } = readArtifacts(artifact, here)
  const problem = whyNoProgram(path, { shown: path })
  if (problem || diagnostics.length > 0) throw new InputError([...(problem ? [problem] : []), ...diagnostics])
  const project = projectOf(path)
  const result = readModels({
    files: project.files,
    path: pathInProject(project, path),
    target,
    arguments: arg,
    inputs: input,
    artifacts,
  })
  const systemOf = (graph: ModelGraph, name: string): EquationSystem => {
    if (gradient.length === 0) return equationsOf(graph, { expand, ...(mode && { mode }) })
    const system = gradientEquations(graph, gradient, mode)
    if (isProblem(system)) throw new UsageError(`no gradients of \`${name}\`: ${system.problem}`)
    return system
  }
  const systems = outermost(result.models).flatMap(({ graph, ...model }) => {
    const name = titleOf(model)
    return graph ? [{ target: name, graph, system: systemOf(graph, name) }] : []
  })
  const reasons = result.models.flatMap(({ reason }) => (reason ? [reason] : []))
  tell([...result.diagnostics, ...reasons])
  const listings = gradient.length > 0 ? [] : listingsOf(result)
  if (systems.length > 0 || listings.length > 0) print(formats[format](systems, listings))
  if (result.diagnostics.some(isInputError)) return exitCodes.unusable
  if (result.models.length === 0 && listings.length === 0) {
    process.stderr.write(`aswritten: \`${text}\` builds no model that was recognised\n`)
    return exitCodes.unusable
  }
  return reasons.length > 0 ? exitCodes.unverified : exitCodes.asWritten
}

/** The training programs and gradients of their own that were read, as they are printed. */
export function listingsOf({ trainings, customGradients }: ReadResult): readonly TitledListing[] {
  const trained = trainings.map((found): TitledListing => {
    const target = titleOf(found)
    const listing = algorithmOf(found.graph, target)
    return { target, listing, data: { training: algorithmJson(listing) } }
  })
  const targets = new Set(customGradients.map(titleOf))
  const own = [...targets].map((target): TitledListing => {
    const found = customGradients.filter(custom => titleOf(custom) === target)
    const listing = customGradientListing(found, target)
    return { target, listing, data: { customGradients: found.map(customGradientJson) } }
  })
  return [...trained, ...own]
}

function allLines(system: EquationSystem): readonly string[] {
  const { items, definitions, training, parts } = system
  return [...latexLines([...items, ...definitions, ...training]), ...parts.flatMap(allLines)]
}
