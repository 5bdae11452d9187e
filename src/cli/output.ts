import type { ReportOptions } from '../report/reporters.js'

/** What the terminal can show. `NO_COLOR` and `FORCE_COLOR` are honoured (no-color.org). */
export function reportOptions(): ReportOptions {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  const color = NO_COLOR
    ? false
    : FORCE_COLOR
      ? FORCE_COLOR !== '0'
      : process.stdout.isTTY === true && TERM !== 'dumb'
  return { color, width: Math.min(process.stdout.columns ?? 100, 120) }
}

export function print(text: string): void {
  process.stdout.write(text)
}
