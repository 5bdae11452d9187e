import type { Diagnostic, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver'
import type { Code } from '../diagnostics/catalogue.js'
import { plainText } from '../report/locations.js'
import { type Level, lintNotices, type Notice, noticesOf, wholeText } from '../report/notices.js'
import { sourceFile } from '../text/source.js'
import { locationsOf, rangeOf } from './positions.js'
import type { ReadProject } from './project.js'

/** What diagnostics of this server are told from others by. */
export const source = 'aswritten'

const severities = { error: 1, warning: 2, note: 4 } satisfies Record<Level, DiagnosticSeverity>

const unnecessary: DiagnosticTag = 1

/** The page about a code, where there is one. */
export type PageOf = (code: Code) => string | undefined

/** All notices of a project that have a place, each once; one without goes where its check is listed. */
export function noticesIn({ checks, linted, folder }: ReadProject): readonly Notice[] {
  const all = [
    ...checks.flatMap(({ outcome, span }) =>
      noticesOf(outcome, folder).map(notice => (notice.span || !span ? notice : { ...notice, span })),
    ),
    ...linted.flatMap(file => lintNotices(file, folder)),
  ]
  const keyOf = ({ code, message, span }: Notice) =>
    [code, message, span?.file.path, span?.start, span?.end].join('\n')
  return [...new Map(all.map(notice => [keyOf(notice), notice])).values()].filter(({ span }) => span)
}

/** What to show of each file, by its URI. */
export function diagnosticsOf(
  project: ReadProject,
  pageOf: PageOf,
): ReadonlyMap<string, readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic[]>()
  for (const notice of noticesIn(project)) {
    const uri = notice.span && project.uriOf(notice.span.file.path)
    if (uri === undefined) continue
    const known = found.get(uri)
    const entry = diagnosticOf(notice, project, pageOf)
    if (known) known.push(entry)
    else found.set(uri, [entry])
  }
  return found
}

function diagnosticOf(notice: Notice, { uriOf }: ReadProject, pageOf: PageOf): Diagnostic {
  const { code, level, span = { file: sourceFile('', ''), start: 0, end: 0 }, accepted, related } = notice
  const by = accepted ? [{ message: 'accepted here', span: accepted.span }] : []
  const places = [...by, ...related].flatMap(({ message, span: place }) =>
    locationsOf([place], uriOf).map(location => ({ location, message: plainText(message) })),
  )
  const href = pageOf(code)
  return {
    range: rangeOf(span),
    severity: severities[level],
    code,
    ...(href !== undefined && { codeDescription: { href } }),
    source,
    message: plainText(wholeText({ ...notice, related: [] })),
    ...(code === 'unused-acceptance' && { tags: [unnecessary] }),
    ...(places.length > 0 && { relatedInformation: places }),
  }
}
