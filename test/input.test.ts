import { describe, expect, test } from '@jest/globals'
import { readBaseline } from '../src/acceptance/baseline.js'
import { readConfig } from '../src/cli/config.js'
import type { Diagnostic } from '../src/diagnostics/diagnostic.js'
import { readSpec } from '../src/spec/read.js'
import { formatPlace, type SourceFile, sourceFile, spanText } from '../src/text/source.js'
import { casesIn } from './support/cases.js'

/** What reads the YAML of each file of cases. */
const readers: Readonly<
  Record<string, (file: SourceFile) => { readonly diagnostics: readonly Diagnostic[] }>
> = { 'specs.md': readSpec, 'checks.md': readConfig, 'baseline.md': readBaseline }

/** What is said about a file: code, place, the first line of the text that is underlined, advice. */
function complaints(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map(({ code, span, help }) => {
      const place = span ? formatPlace(span).slice('input.yaml:'.length) : '-'
      const underlined = span ? spanText(span).split('\n')[0]! : ''
      return `${code} ${place} ${underlined}${help ? ` — ${help}` : ''}`.trim()
    })
    .join('\n')
}

describe.each(casesIn('test/cases/input'))('$title', ({ file, fences }) => {
  test('is told with its place', () => {
    const { diagnostics } = readers[file]!(sourceFile('input.yaml', fences.get('yaml')!))
    expect(`${complaints(diagnostics)}\n`).toBe(fences.get('text'))
  })
})
