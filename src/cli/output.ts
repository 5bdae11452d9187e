import type { ReportOptions } from '../report/reporters.js'

/** What a terminal can show. `NO_COLOR` and `FORCE_COLOR` are honoured (no-color.org). */
export function reportOptions(stream: NodeJS.WriteStream = process.stdout): ReportOptions {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  const color = NO_COLOR
    ? false
    : FORCE_COLOR
      ? !['0', 'false'].includes(FORCE_COLOR)
      : stream.isTTY === true && TERM !== 'dumb'
  return { color, width: Math.min(stream.columns ?? 100, 120) }
}

export function print(text: string): void {
  process.stdout.write(text)
}
