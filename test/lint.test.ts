import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { type Code, catalogue } from '../src/diagnostics/catalogue.js'
import { rulesOnRequest } from '../src/lint/lint.js'
import { readModels, softFailures } from '../src/reading.js'
import { positionAt } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { caseProgram, readProgram } from './support/execution.js'
import { inMemory } from './support/project.js'

const cases = casesIn('test/cases/lint')

test.each(cases)('$file: $title', ({ fences }) => {
  const read = readProgram(caseProgram(fences))
  expect(read.models.length + read.trainings.length).toBeGreaterThan(0)
  const also = (fences.get('also')?.trim().split('\n') ?? []) as Code[]
  // A step in a loop of unknown length is not one model; what is said of its training is.
  const reasons = read.trainings.length > 0 ? [] : read.models.flatMap(({ reason }) => reason ?? [])
  const found = [...softFailures(read, also), ...reasons].map(({ code, message, span }) => {
    const { line = 0, column = 0 } = span ? positionAt(span.file, span.start) : {}
    return { line, column, text: `${code} ${line}:${column} ${message}` }
  })
  found.sort((a, b) => a.line - b.line || a.column - b.column)
  expect(found.map(({ text }) => text).join('\n')).toBe(fences.get('text')?.trim() ?? '')
})

test.each(casesIn('test/cases/lint-whole'))('as a whole, $file: $title', ({ fences }) => {
  const [language = 'js', text = ''] = [...fences].find(([name]) => ['js', 'ts'].includes(name)) ?? []
  const path = `model.${language}`
  const find = (supposes: boolean) =>
    softFailures(readModels({ files: inMemory({ [path]: text }), path, supposes }))
  const shown = find(true).map(({ code, message, span }) => {
    const { line = 0, column = 0 } = span ? positionAt(span.file, span.start) : {}
    return `${code} ${line}:${column} ${message}`
  })
  expect(shown.join('\n')).toBe(fences.get('text')?.trim() ?? '')
  expect(find(false)).toHaveLength(0)
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
    'discarded-value',
    'equal-operands',
    'former-name',
    'fresh-optimizer',
    'fresh-parameter',
    'idle-variable',
    'ignored-assignment',
    'ignored-call-argument',
    'inert-in-training',
    'invalid-config-value',
    'label-out-of-range',
    'linear-collapse',
    'loss-input-mismatch',
    'masked-mean',
    'norm-over-batch',
    'output-activation-loss-mismatch',
    'outside-domain',
    'own-assignment',
    'prediction-throws',
    'reused-noise',
    'scrambled-axes',
    'shape-mismatch',
    'shared-noise',
    'shared-optimizer',
    'single-choice',
    'softmax-twice',
    'surplus-argument',
    'training-throws',
    'unequal-reductions',
    'unknown-config-key',
    'unlisted-variables',
    'unlisted-weights',
    'unread-setting',
    'unread-tensor',
    'untrained-parameter',
    'unused-layer',
    'unused-parameter',
    'unused-regularizer',
    'variance-as-deviation',
    'zero-gradient',
  ])
  expect(cases.filter(({ fences }) => !fences.has('text')).length).toBeGreaterThanOrEqual(codes.length)
})

test('what is compared with NeuraLint has a case for each code, and style has none', () => {
  const [, section = ''] = readFileSync('docs/lint.md', 'utf8').split('## Compared with NeuraLint')
  const rows = section
    .split('\n')
    .filter(line => line.startsWith('| '))
    .slice(1)
    .map(line => line.split('|').map(cell => cell.trim()))
  expect(rows).toHaveLength(21)
  const shown = cases.flatMap(({ fences }) => fences.get('text')?.split('\n') ?? [])
  for (const [, rule, verdict, codes] of rows) {
    const named = [...codes!.matchAll(/\[`([a-z-]+)`\]/g)].map(([, code]) => code!)
    expect({ rule, verdict: named.length > 0 ? ['have', 'better'] : ['style'] }).toEqual({
      rule,
      verdict: expect.arrayContaining([verdict]),
    })
    for (const code of named)
      expect({ code, isShown: shown.some(line => line.startsWith(`${code} `)) }).toEqual({
        code,
        isShown: true,
      })
  }
})

test('a rule that is off by default says so on its page', () => {
  for (const code of Object.keys(rulesOnRequest))
    expect(readFileSync(`docs/findings/${code}.md`, 'utf8')).toContain(`--also ${code}`)
})
