import { lineText, type Position, type Span } from '../text/source.js'
import { locationOf, plainText } from './locations.js'
import { byLevel, type Level, type Notice, wholeText } from './notices.js'
import type { ReportOptions } from './reporters.js'

const severities: Readonly<Record<Level, string>> = { error: 'ERROR', warning: 'WARNING', note: 'INFO' }

/** Notices in the Reviewdog Diagnostic Format (reviewdog, proto/rdf/reviewdog.proto). */
export function renderRdjson(notices: readonly Notice[], { folder }: ReportOptions): string {
  const diagnostics = byLevel(notices).flatMap(notice => {
    // A diagnostic has to have a place.
    if (!notice.span) return []
    return [
      {
        message: plainText(wholeText(notice)),
        location: locationJson(notice.span, folder),
        severity: severities[notice.level],
        code: { value: notice.code },
        ...(notice.related.length > 0 && {
          related_locations: notice.related.map(entry => ({
            message: plainText(entry.message),
            location: locationJson(entry.span, folder),
          })),
        }),
      },
    ]
  })
  const document = {
    source: { name: 'aswritten', url: 'https://www.npmjs.com/package/aswritten' },
    severity: 'WARNING',
    diagnostics,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

function locationJson(span: Span, folder: string): object {
  const { path, start, end } = locationOf(span, folder)
  const inBytes = ({ line, column }: Position) => ({
    line,
    // Columns of the format count bytes of UTF-8.
    column: Buffer.byteLength(lineText(span.file, line).slice(0, column - 1)) + 1,
  })
  return { path: plainText(path), range: { start: inBytes(start), end: inBytes(end) } }
}
