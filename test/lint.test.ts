import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type Code, catalogue } from '../src/diagnostics/catalogue.js'
import { rulesOnRequest } from '../src/lint/lint.js'
import { softFailures } from '../src/pipeline.js'
import { positionAt } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { caseProgram, readProgram } from './support/execution.js'

const cases = casesIn('test/cases/lint')

test.each(cases)('$file: $title', ({ fences }) => {
  const read = readProgram(caseProgram(fences))
  expect(read.models.flatMap(({ reason }) => reason?.message ?? [])).toEqual([])
  expect(read.models.length + read.trainings.length).toBeGreaterThan(0)
  const also = (fences.get('also')?.trim().split('\n') ?? []) as Code[]
  const found = softFailures(read, also).map(({ code, message, span }) => {
    const { line = 0, column = 0 } = span ? positionAt(span.file, span.start) : {}
    return { line, column, text: `${code} ${line}:${column} ${message}` }
  })
  found.sort((a, b) => a.line - b.line || a.column - b.column)
  expect(found.map(({ text }) => text).join('\n')).toBe(fences.get('text')?.trim() ?? '')
})

test('every code of a rule has a case, and as many cases have nothing wrong with them', () => {
  const shown = cases.map(({ fences }) => fences.get('text') ?? '').join('\n')
  const codes = Object.keys(catalogue).filter(code => shown.includes(`${code} `))
  expect(codes.sort()).toEqual([
    'batch-crossed',
    'blocked-gradient',
    'choice-over-batch',
    'constant-weights',
    'custom-gradient-differs',
    'fresh-parameter',
    'ignored-call-argument',
    'inert-in-training',
    'linear-collapse',
    'loss-input-mismatch',
    'masked-mean',
    'norm-over-batch',
    'output-activation-loss-mismatch',
    'scrambled-axes',
    'shared-noise',
    'single-choice',
    'softmax-twice',
    'unequal-reductions',
    'unlisted-weights',
    'unread-setting',
    'unused-layer',
    'unused-parameter',
    'unused-regularizer',
    'variance-as-deviation',
    'zero-gradient',
  ])
  expect(cases.filter(({ fences }) => !fences.has('text')).length).toBeGreaterThanOrEqual(codes.length)
})

test('a rule that is off by default says so on its page', () => {
  for (const code of Object.keys(rulesOnRequest))
    expect(readFileSync(`docs/findings/${code}.md`, 'utf8')).toContain(`--also ${code}`)
})
