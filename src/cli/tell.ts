import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { renderReason } from '../report/terminal-findings.js'
import { terminalOptions } from './output.js'

/** Writes what there is to say beside the result, so that the result can be piped into a program. */
export function tell(diagnostics: readonly Diagnostic[]): void {
  const options = terminalOptions(process.stderr)
  for (const entry of diagnostics) process.stderr.write(`${renderReason(entry, options)}\n\n`)
}
