import type {
  CodeAction,
  Diagnostic,
  Hover,
  Location,
  MarkupKind,
  Position,
  Range,
  SnippetTextEdit,
  TextEdit,
} from 'vscode-languageserver'
import type { Notice } from '../report/notices.js'
import { acceptableCodes } from '../spec/accepted.js'
import { type SourceFile, type Span, sourceFile } from '../text/source.js'
import { diagnosticsOf, noticesIn, type PageOf } from './diagnostics.js'
import { acceptingEdit, canBeAccepted, type Edit, removingEdit, renamingEdit } from './fixes.js'
import { hoverOfClause, hoverOfValue } from './hover.js'
import { clausesAt, codeOf, valueAt } from './places.js'
import { locationsOf, offsetOf, rangeOf } from './positions.js'
import type { ReadProject } from './project.js'
import { acceptingInSpec } from './spec-fixes.js'

/** What an editor can do with what it is answered. */
export interface Abilities {
  readonly hover: MarkupKind
  /** Whether an edit may leave a part to be written. */
  readonly snippets: boolean
  /** Whether edits may name the versions of documents. */
  readonly documentChanges: boolean
}

/** A place in a document. */
export interface Asked {
  readonly uri: string
  readonly position: Position
}

/** What is shown of each file of the projects, by its URI. */
export function allDiagnostics(
  projects: readonly ReadProject[],
  pageOf: PageOf,
): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>()
  for (const project of projects)
    for (const [uri, entries] of diagnosticsOf(project, pageOf))
      found.set(uri, [...(found.get(uri) ?? []), ...entries])
  return found
}

/** A place as its projects know it. */
interface Known {
  readonly project: ReadProject
  readonly file: SourceFile
  readonly offset: number
}

function known(projects: readonly ReadProject[], { uri, position }: Asked): readonly Known[] {
  return projects.flatMap(project => {
    const file = fileOf(project, uri)
    return file ? [{ project, file, offset: offsetOf(file, position) }] : []
  })
}

function fileOf(project: ReadProject, uri: string): SourceFile | undefined {
  const path = project.pathOf(uri)
  const text = path === undefined ? undefined : project.files.read(path)
  return path === undefined || text === undefined ? undefined : sourceFile(path, text)
}

/** The equation of what the code computes, or of what a clause is about. */
export function hover(
  projects: readonly ReadProject[],
  asked: Asked,
  { hover: kind }: Abilities,
): Hover | null {
  for (const { project, file, offset } of known(projects, asked)) {
    const [clause] = clausesAt(project, file.path, offset)
    if (clause) return hoverOfClause(clause, kind)
    const place = isModelCode(file.path) ? valueAt(project, file.path, offset) : undefined
    if (place) return hoverOfValue(place, kind)
  }
  return null
}

/** From code to the clauses about it. */
export function clausesOfCode(projects: readonly ReadProject[], asked: Asked): readonly Location[] {
  return distinct(
    known(projects, asked).flatMap(({ project, file, offset }) => {
      if (!isModelCode(file.path)) return []
      const place = valueAt(project, file.path, offset)
      const spans = (place?.clauses ?? []).map(({ entry }) => entry.clause.span)
      return locationsOf(spans, project.uriOf)
    }),
  )
}

/** From a clause to the code that it is about. */
export function codeOfClause(projects: readonly ReadProject[], asked: Asked): readonly Location[] {
  return distinct(
    known(projects, asked).flatMap(({ project, file, offset }) =>
      locationsOf(clausesAt(project, file.path, offset).flatMap(codeOf), project.uriOf),
    ),
  )
}

function distinct(locations: readonly Location[]): readonly Location[] {
  return [...new Map(locations.map(location => [JSON.stringify(location), location])).values()]
}

/** What can be done about what is shown on the lines of a range. */
export function fixes(
  projects: readonly ReadProject[],
  { uri, range }: { readonly uri: string; readonly range: Range },
  abilities: Abilities,
): readonly CodeAction[] {
  return projects.flatMap(project => {
    const file = fileOf(project, uri)
    if (!file) return []
    const isHere = (span: Span | undefined): boolean => {
      if (span?.file.path !== file.path) return false
      const { start, end } = rangeOf(span)
      return start.line <= range.end.line && range.start.line <= end.line
    }
    const notices = noticesIn(project)
    const here = notices.filter(({ span }) => isHere(span))
    // At a clause of a spec: what differs from it.
    const differing = notices.filter(
      ({ span, related: [clause] }) => !isHere(span) && isHere(clause?.span) && !isModelCode(file.path),
    )
    return [
      ...here.flatMap(notice => fixesOf(notice, abilities, uri)),
      ...acceptingAll(here, abilities, uri),
      ...[...here, ...differing].flatMap(notice => acceptingByPaper(project, notice, abilities)),
    ]
  })
}

function fixesOf(notice: Notice, abilities: Abilities, uri: string): readonly CodeAction[] {
  const { code, span, accepted, diagnostics } = notice
  if (!span) return []
  const renaming = renamingEdit(notice)
  const removed = diagnostics[0]?.values.subject
  const removing =
    code === 'unused-acceptance' && removed !== undefined ? removingEdit(span, removed) : undefined
  const isOpen = isModelCode(span.file.path) && canBeAccepted(code) && !accepted
  const accepting = isOpen ? acceptingEdit(span, [code]) : undefined
  return [
    ...(renaming ? [action(`Write \`${renaming.text}\``, renaming, true, abilities, uri)] : []),
    ...(removing
      ? [action(`Remove \`${removed}\`, which accepts nothing`, removing, true, abilities, uri)]
      : []),
    ...(accepting
      ? [action(`Accept \`${code}\` here, with a reason`, accepting, false, abilities, uri)]
      : []),
  ]
}

/** One comment for all that is found at the place of the first. */
function acceptingAll(notices: readonly Notice[], abilities: Abilities, uri: string): readonly CodeAction[] {
  const open = notices.filter(({ code, accepted }) => canBeAccepted(code) && !accepted)
  const [first] = open
  if (!first?.span || !isModelCode(first.span.file.path)) return []
  const { line } = rangeOf(first.span).start
  const here = open.filter(({ span }) => span && rangeOf(span).start.line === line)
  const codes = [...new Set(here.map(({ code }) => code))]
  const edit = codes.length > 1 ? acceptingEdit(first.span, codes) : undefined
  return edit
    ? [action(`Accept ${codes.length} findings here, with a reason`, edit, false, abilities, uri)]
    : []
}

/** What a spec accepts holds for all code that is checked against it, as long as it has the value that differs now. */
function acceptingByPaper(
  project: ReadProject,
  { code, spec: path, clauses, accepted, diagnostics }: Notice,
  abilities: Abilities,
): readonly CodeAction[] {
  if (path === undefined || clauses.length === 0 || accepted || !acceptableCodes.includes(code)) return []
  const text = project.files.read(path)
  const uri = project.uriOf(path)
  if (text === undefined || uri === undefined) return []
  const values = new Set(diagnostics.map(({ values: { actual } }) => actual))
  const [value] = values.size === 1 ? values : []
  const deviations = clauses.map(clause => ({ clause, code, ...(value !== undefined && { value }) }))
  const edit = acceptingInSpec(sourceFile(path, text), deviations)
  const subject = clauses.length === 1 ? `\`${clauses[0]}\`` : `${clauses.length} clauses`
  return edit
    ? [action(`Accept \`${code}\` of ${subject} in the spec, with a reason`, edit, false, abilities, uri)]
    : []
}

function action(
  title: string,
  edit: Edit,
  isPreferred: boolean,
  { snippets, documentChanges }: Abilities,
  uri: string,
): CodeAction {
  const range = rangeOf(edit.span)
  const plain: TextEdit = { range, newText: edit.text }
  const change: TextEdit | SnippetTextEdit =
    edit.asked && snippets
      ? { range, snippet: { kind: 'snippet', value: snippetOf(edit.text, edit.asked) } }
      : plain
  return {
    title,
    kind: 'quickfix',
    ...(isPreferred && { isPreferred }),
    edit: documentChanges
      ? { documentChanges: [{ textDocument: { uri, version: null }, edits: [change] }] }
      : { changes: { [uri]: [plain] } },
  }
}

/** What is written at the first place stands at all of them. */
function snippetOf(text: string, asked: readonly (readonly [number, number])[]): string {
  const plain = (part: string) => part.replace(/[\\$}]/g, '\\$&')
  let snippet = ''
  let last = 0
  for (const [start, end] of asked) {
    snippet += `${plain(text.slice(last, start))}\${1:${plain(text.slice(start, end))}}`
    last = end
  }
  return `${snippet}${plain(text.slice(last))}`
}

/** Whether a file is model code, by its name. */
export const isModelCode = (path: string): boolean => /\.([cm]?[jt]sx?|html?)$/i.test(path)
