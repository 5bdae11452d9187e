import { describe, expect, test } from '@jest/globals'
import { readSpec } from '../src/spec/read.js'
import { formatPlace, sourceFile, spanText } from '../src/text/source.js'
import { casesIn } from './support/cases.js'

/** What is said about a spec: code, place, the first line of the text that is underlined, advice. */
function complaints(text: string): string {
  return readSpec(sourceFile('spec.yaml', text))
    .diagnostics.map(({ code, span, help }) => {
      const place = span ? formatPlace(span).slice('spec.yaml:'.length) : '-'
      const underlined = span ? spanText(span).split('\n')[0]! : ''
      return `${code} ${place} ${underlined}${help ? ` — ${help}` : ''}`.trim()
    })
    .join('\n')
}

describe.each(casesIn('test/cases/input').filter(({ file }) => file === 'specs.md'))(
  '$title',
  ({ fences }) => {
    test('is told with its place', () => {
      expect(`${complaints(fences.get('yaml')!)}\n`).toBe(fences.get('text'))
    })
  },
)
