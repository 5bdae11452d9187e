import { locationOf, plainText } from './locations.js'
import { byLevel, type Level, type Notice, wholeText } from './notices.js'
import type { ReportOptions } from './reporters.js'

const severities: Readonly<Record<Level, string>> = { error: 'critical', warning: 'minor', note: 'info' }

/** Notices as a Code Quality report of GitLab (docs.gitlab.com/ci/testing/code_quality, report format). */
export function renderCodeQuality(notices: readonly Notice[], { folder }: ReportOptions): string {
  const entries = byLevel(notices).flatMap(notice => {
    // An entry without a place is refused.
    if (!notice.span) return []
    const { path, start, end } = locationOf(notice.span, folder)
    return [
      {
        description: plainText(wholeText(notice)),
        check_name: notice.code,
        fingerprint: notice.fingerprint,
        severity: severities[notice.level],
        location: { path: plainText(path), lines: { begin: start.line, end: end.line } },
      },
    ]
  })
  return `${JSON.stringify(entries, null, 2)}\n`
}
