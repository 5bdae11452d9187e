import { expect, test } from '@jest/globals'
import { catalogue } from '../src/diagnostics/catalogue.js'
import { lint } from '../src/lint/lint.js'
import { positionAt } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { caseProgram, traceProgram } from './support/execution.js'

const cases = casesIn('test/cases/lint')

test.each(cases)('$file: $title', ({ fences }) => {
  const traced = traceProgram(caseProgram(fences))
  if ('reason' in traced) throw new Error(traced.reason)
  const found = lint(traced.graph).map(({ code, message, span }) => {
    const place = span && positionAt(span.file, span.start)
    return `${code} ${place?.line}:${place?.column} ${message}`
  })
  expect(found.join('\n')).toBe(fences.get('text')?.trim() ?? '')
})

test('every code of a rule has a case, and as many cases have nothing wrong with them', () => {
  const shown = cases.map(({ fences }) => fences.get('text') ?? '').join('\n')
  const codes = Object.keys(catalogue).filter(code => shown.includes(`${code} `))
  expect(codes.sort()).toEqual([
    'batch-crossed',
    'choice-over-batch',
    'loss-input-mismatch',
    'output-activation-loss-mismatch',
    'single-choice',
    'softmax-twice',
  ])
  expect(cases.filter(({ fences }) => !fences.has('text')).length).toBeGreaterThanOrEqual(codes.length)
})
