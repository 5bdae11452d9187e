import type { LintedFile } from './lint-reporters.js'

/** How many findings, models and files there are. */
export interface LintCounts {
  readonly findings: number
  readonly accepted: number
  readonly open: number
  readonly errors: number
}

export function lintCounts(files: readonly LintedFile[]): LintCounts {
  const total = (of: (file: LintedFile) => number) => files.map(of).reduce((a, b) => a + b, 0)
  const accepted = total(file => file.findings.filter(entry => entry.accepted).length)
  return {
    findings: total(file => file.findings.length) - accepted,
    accepted,
    open: total(file => file.open.length),
    errors: total(file => file.errors.length),
  }
}

/** `3 findings, 1 accepted, in 4 models in 2 files`. */
export function lintSummary(files: readonly LintedFile[]): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`
  const { findings, accepted } = lintCounts(files)
  const models = files.reduce((sum, file) => sum + file.models, 0)
  const read = `${count(models, 'model')} in ${count(files.length, 'file')}`
  return `${count(findings, 'finding')}${accepted > 0 ? `, ${accepted} accepted,` : ''} in ${read}`
}
