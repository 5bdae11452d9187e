import type { ClauseVerdict, Comparison } from '../compare/verdict.js'
import { namedLines } from '../equations/equations.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { ReadResult } from '../reading.js'
import { type AlignedLines, alignedLines, linesByValue } from '../report/aligned-lines.js'
import type { Span } from '../text/source.js'
import { originsOf, type Pointed, pointedAt } from './pointed.js'
import { isIn } from './positions.js'
import type { ReadProject } from './project.js'

/** A clause as a check judges it. */
export interface JudgedClause {
  readonly comparison: Comparison
  readonly entry: ClauseVerdict
}

/** What the code at a place computes, and what specs say of it. */
export interface ValuePlace {
  readonly graph: ModelGraph
  readonly pointed: Pointed
  readonly clauses: readonly JudgedClause[]
}

/** A clause at a place of a spec, with the values of the code that it is about. */
export interface ClausePlace extends JudgedClause {
  readonly values: readonly Node[]
}

/**
 * What the model code at an offset computes: in a model that is checked, else in any model of the file, else in what the
 * function around it computes.
 */
export function valueAt(project: ReadProject, path: string, offset: number): ValuePlace | undefined {
  const checked = project.checks.flatMap(({ outcome: { comparison } }) => {
    const pointed = comparison && pointedAt(comparison.code, path, offset)
    return comparison && pointed ? [{ comparison, pointed }] : []
  })
  const [first] = checked
  if (first) {
    const clauses = checked.flatMap(({ comparison, pointed }) =>
      clausesOf(comparison, pointed).map(entry => ({ comparison, entry })),
    )
    return { graph: first.comparison.code, pointed: first.pointed, clauses }
  }
  return pointedIn(project.modelsOf(path), path, offset) ?? inFunction(project, path, offset)
}

function inFunction(project: ReadProject, path: string, offset: number): ValuePlace | undefined {
  const around = project.targetsOf(path).filter(({ span }) => isIn(span, offset))
  const [smallest] = around.toSorted((a, b) => a.span.end - a.span.start - (b.span.end - b.span.start))
  return smallest && pointedIn(project.modelsOf(path, smallest.name), path, offset)
}

function pointedIn({ models }: ReadResult, path: string, offset: number): ValuePlace | undefined {
  for (const { graph } of models) {
    const pointed = graph && pointedAt(graph, path, offset)
    if (pointed) return { graph, pointed, clauses: [] }
  }
  return undefined
}

/** The smallest clause around an offset of a spec, as each check by this spec judges it. */
export function clausesAt({ checks }: ReadProject, path: string, offset: number): readonly ClausePlace[] {
  const found = checks.flatMap(({ outcome: { comparison } }) =>
    (comparison?.clauses ?? []).flatMap(entry => {
      const { span } = entry.clause
      return comparison && span.file.path === path && isIn(span, offset) ? [{ comparison, entry }] : []
    }),
  )
  const size = ({ entry }: JudgedClause) => entry.clause.span.end - entry.clause.span.start
  const least = Math.min(...found.map(size))
  return found
    .filter(place => size(place) === least)
    .map(place => ({ ...place, values: valuesOf(place.comparison, place.entry) }))
}

/** The code that a clause is about: what computes its values, else what is found about it, else the model. */
export function codeOf({ comparison, entry, values }: ClausePlace): readonly Span[] {
  const { code } = comparison
  const computed = values.flatMap(value => originsOf(code, value).slice(0, 1))
  if (computed.length > 0) return computed
  const told = [
    ...entry.findings.map(({ diagnostic }) => diagnostic),
    ...(entry.reason ? [entry.reason] : []),
  ]
  const found = told.flatMap(({ span }) => (span && span.file !== entry.clause.span.file ? [span] : []))
  return found.length > 0 ? found : [code.model.origin.span]
}

const known = new WeakMap<Comparison, AlignedLines>()

function linesOf(comparison: Comparison): AlignedLines | undefined {
  const { specified } = comparison
  if (!specified || comparison.partners.size === 0) return undefined
  const made = known.get(comparison) ?? alignedLines(comparison, specified)
  known.set(comparison, made)
  return made
}

/**
 * The clauses about what an expression computes. Where the spec is in equations, it is not known which of them is about
 * which part of the code: then they are all that state the output, where there is one, for what is written in its equation.
 */
function clausesOf(comparison: Comparison, { values }: Pointed): readonly ClauseVerdict[] {
  const { code, clauses } = comparison
  const aligned = linesOf(comparison)
  const lineOf = aligned?.lineOf ?? linesByValue(namedLines(code).lines)
  const lines = new Set(values.map(value => lineOf.get(value) ?? value))
  if (aligned) return [...new Set([...lines].flatMap(line => aligned.clausesOf.get(line) ?? []))]
  const [output, ...others] = code.model.outputs
  const isOutput = output && others.length === 0 && lines.has(output.node)
  if (!isOutput) return []
  const equations = clauses.filter(({ clause }) => clause.kind === 'equation')
  return equations.length > 0 ? equations : clauses.filter(({ clause }) => clause.kind === 'output')
}

function valuesOf(comparison: Comparison, { clause, findings }: ClauseVerdict): readonly Node[] {
  const lines = linesOf(comparison)?.linesOf(clause) ?? []
  if (lines.length > 0) return lines
  const found = findings.flatMap(({ implemented }) => implemented ?? [])
  if (found.length > 0) return [...new Set(found)]
  return clause.kind === 'output' || clause.kind === 'equation'
    ? comparison.code.model.outputs.map(({ node }) => node)
    : []
}
