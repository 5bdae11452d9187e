import { type Expansion, equationsOf } from '../equations/equations.js'
import { latexLines, toMarkdown } from '../equations/markdown.js'
import { renderPlain } from '../equations/plain.js'
import type { EquationSystem } from '../equations/system.js'
import { renderEquations } from '../equations/terminal.js'
import { outermost, titleOf } from '../found.js'
import type { ModelGraph } from '../graph/model.js'
import { printModel } from '../meanings/print.js'
import type { Mode } from '../ops/elaborate.js'
import { isInputError, readModels } from '../pipeline.js'
import { renderReason } from '../report/terminal-findings.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import { exitCodes } from './exit.js'
import { print, reportOptions } from './output.js'
import { pathInProject, projectOf, readNamedFile, splitTarget } from './project.js'

interface Options {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, string>>
  readonly format: keyof typeof formats
  readonly expand: Expansion
  readonly mode?: Mode
}

interface Titled {
  readonly target: string
  readonly system: EquationSystem
  readonly graph: ModelGraph
}

const formats = {
  text: (systems: readonly Titled[]) =>
    systems.map(({ target, system }) => `${target}\n\n${renderEquations(system)}\n`).join('\n'),
  markdown: (systems: readonly Titled[]) => systems.map(({ system }) => toMarkdown(system)).join('\n'),
  latex: (systems: readonly Titled[]) => `${systems.flatMap(({ system }) => allLines(system)).join('\n')}\n`,
  json: (systems: readonly Titled[]) =>
    `${JSON.stringify(
      systems.map(({ target, system }) => ({ target, title: system.title, latex: allLines(system) })),
      null,
      2,
    )}\n`,
  plain: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${renderPlain(graph)}\n`).join('\n'),
  graph: (systems: readonly Titled[]) =>
    systems.map(({ target, graph }) => `# ${target}\n${printModel(graph)}`).join('\n'),
} as const

/** `aswritten equations`: prints the models of a file as equations. */
export function equations(text: string, { arg, input, artifact, format, expand, mode }: Options): number {
  const { path, target } = splitTarget(text)
  readNamedFile(path)
  const project = projectOf(path)
  const result = readModels({
    files: project.files,
    path: pathInProject(project, path),
    target,
    arguments: arg,
    inputs: input,
    artifacts: readArtifacts(artifact),
  })
  const options = reportOptions()
  const systems = outermost(result.models).flatMap(({ graph, ...model }) =>
    graph
      ? [{ target: titleOf(model), graph, system: equationsOf(graph, { expand, ...(mode && { mode }) }) }]
      : [],
  )
  const reasons = result.models.flatMap(({ reason }) => (reason ? [reason] : []))
  for (const entry of [...result.diagnostics, ...reasons]) {
    process.stderr.write(`${renderReason(entry, options)}\n\n`)
  }
  if (systems.length > 0) print(formats[format](systems))
  if (result.diagnostics.some(isInputError)) return exitCodes.unusable
  if (result.models.length === 0) {
    process.stderr.write(`aswritten: \`${text}\` builds no model that was recognised\n`)
    return exitCodes.unusable
  }
  return reasons.length > 0 ? exitCodes.unverified : exitCodes.asWritten
}

function allLines(system: EquationSystem): readonly string[] {
  const { items, definitions, training, parts } = system
  return [...latexLines([...items, ...definitions, ...training]), ...parts.flatMap(allLines)]
}
