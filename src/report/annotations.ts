import { locationOf, plainText } from './locations.js'
import { byLevel, type Level, type Notice, wholeText } from './notices.js'
import type { ReportOptions } from './reporters.js'

/** GitHub shows this many annotations of a level and step, and drops the rest without a word. */
const mostOfLevel = 10

const commands: Readonly<Record<Level, string>> = { error: 'error', warning: 'warning', note: 'notice' }

/** Notices as workflow commands of GitHub Actions, which annotate lines of a pull request. */
export function renderAnnotations(notices: readonly Notice[], { folder }: ReportOptions): string {
  const levels: readonly Level[] = ['error', 'warning', 'note']
  const lines = levels.flatMap(level => {
    const all = byLevel(notices).filter(notice => notice.level === level)
    const shown = all.slice(0, mostOfLevel)
    return shown.map((notice, i) => {
      const isLast = i === mostOfLevel - 1 && all.length > mostOfLevel
      const more = isLast ? `\n\n${mostOfLevel} of ${all.length} are shown; the report has the others.` : ''
      return commandLine(notice, more, folder)
    })
  })
  return lines.map(line => `${line}\n`).join('')
}

function commandLine(notice: Notice, more: string, folder: string): string {
  const place = notice.span && locationOf(notice.span, folder)
  const properties = [
    ...(place ? [`file=${escapeProperty(place.path)}`, `line=${place.start.line}`] : []),
    ...(place ? [`endLine=${place.end.line}`] : []),
    // Columns are taken only where both are in one line.
    ...(place && place.start.line === place.end.line
      ? [`col=${place.start.column}`, `endColumn=${place.end.column}`]
      : []),
    `title=${escapeProperty(`aswritten: ${notice.code}`)}`,
  ]
  return `::${commands[notice.level]} ${properties.join(',')}::${escapeData(wholeText(notice) + more)}`
}

/** As the runner reads it back: `%`, and what would end the line. */
function escapeData(text: string): string {
  return plainText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
