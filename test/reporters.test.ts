import { describe, expect, test } from '@jest/globals'
import type { Log } from 'sarif'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { type LintedFile, lintReporters } from '../src/report/lint-reporters.js'
import { noticesOf } from '../src/report/notices.js'
import { type ReporterName, type Reporters, type ReportOptions, reporters } from '../src/report/reporters.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import { projectsIn } from './support/cases.js'
import { inMemory } from './support/project.js'

const options: ReportOptions = { color: false, width: 80, version: '1.2.3', folder: '', mathStyle: () => '' }

/** What a reporter writes of one check. */
function write(name: ReporterName, outcome: CheckOutcome, asked = options): string {
  return (reporters as Reporters<CheckOutcome>)[name]!.render([outcome], asked)
}

function outcomeOf(files: Readonly<Record<string, string>>): CheckOutcome {
  return check(
    { files: inMemory(files), path: 'model.js', target: 'createModel' },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )
}

describe.each(projectsIn('test/cases/report/formats.md'))('$title', ({ files, expected, remark }) => {
  test('is written', () => {
    expect(write(remark as ReporterName, outcomeOf(files))).toBe(expected)
  })
})

/** Cases with every code of a difference, with losses, and with all that a terminal shows. */
const everyCase = ['check/findings', 'check/losses', 'report/terminal'].flatMap(name =>
  projectsIn(`test/cases/${name}.md`),
)

describe.each(everyCase)('$title', ({ files }) => {
  const outcome = outcomeOf(files)
  const notices = noticesOf(outcome, '')

  test('has a notice for all that is not as written, and none else', () => {
    const findings = (outcome.comparison?.findings ?? []).map(({ diagnostic }) => diagnostic)
    const reasons = (outcome.comparison?.clauses ?? []).flatMap(({ reason }) => reason ?? [])
    const told = new Set(notices.map(({ code }) => code))
    const all = [...findings, ...reasons, ...outcome.diagnostics, ...(outcome.reason ? [outcome.reason] : [])]
    expect([...told].sort()).toEqual([...new Set(all.map(({ code }) => code))].sort())
    const isFine = outcome.verdict === 'as written' || outcome.verdict === 'accepted'
    expect(notices.some(({ level }) => level === 'error')).toBe(
      ['differs', 'unusable'].includes(outcome.verdict),
    )
    if (!isFine) expect(notices.length).toBeGreaterThan(0)
  })

  test('has fingerprints that tell notices apart', () => {
    const prints = notices.map(({ fingerprint }) => fingerprint)
    expect(new Set(prints).size).toBe(prints.length)
  })

  test('is SARIF whose regions are the places of what it says', () => {
    const log = JSON.parse(write('sarif', outcome)) as Log
    const [run] = log.runs
    const shown = notices.filter(({ accepted, isUnusable }) => accepted === undefined && !isUnusable)
    expect(run!.results!.length).toBe(shown.length)
    for (const { ruleId, ruleIndex, locations } of run!.results!) {
      expect(run!.tool.driver.rules![ruleIndex!]!.id).toBe(ruleId)
      for (const { physicalLocation } of locations!) {
        const { startLine, startColumn, endLine, endColumn } = physicalLocation!.region!
        expect([endLine! - startLine!, startColumn! >= 1]).toEqual([expect.any(Number), true])
        const isForward = endLine! > startLine! || (endLine === startLine && endColumn! >= startColumn!)
        expect(isForward).toBe(true)
      }
    }
    expect(run!.invocations![0]!.executionSuccessful).toBe(outcome.verdict !== 'unusable')
  })

  test('has annotations of one line each, with the line that the notice is about', () => {
    const lines = write('github', outcome).split('\n').slice(0, -1)
    expect(lines.every(line => /^::(error|warning|notice) /.test(line))).toBe(true)
    const places = notices.flatMap(({ span }) => (span ? [positionAt(span.file, span.start).line] : []))
    for (const [, line] of lines.join('\n').matchAll(/^::\w+ [^:]*\bline=(\d+)/gm))
      expect(places).toContain(Number(line))
  })

  test('counts its cases in JUnit as they are', () => {
    const text = write('junit', outcome)
    const count = (pattern: RegExp) => [...text.matchAll(pattern)].length
    const [, tests, failures, errors, skipped] =
      /<testsuites [^>]*tests="(\d+)" failures="(\d+)" errors="(\d+)" skipped="(\d+)"/.exec(text)!
    expect([tests, failures, errors, skipped].map(Number)).toEqual([
      count(/<testcase /g),
      count(/<failure/g),
      count(/<error/g),
      count(/<skipped/g),
    ])
    const isBad = !['as written', 'accepted'].includes(outcome.verdict)
    expect(Number(failures) + Number(errors) > 0).toBe(
      isBad || notices.some(({ level }) => level === 'warning'),
    )
  })
})

test.each(projectsIn('test/cases/report/terminal.md'))(
  'the fingerprints of "$title" stay where the code moves down',
  ({ files }) => {
    const prints = (text: string) =>
      noticesOf(outcomeOf({ ...files, 'model.js': text }), '').map(({ fingerprint }) => fingerprint)
    expect(prints(`\n\n\n${files['model.js']!}`)).toEqual(prints(files['model.js']!))
  },
)

test('paths start at the root of the repository', () => {
  const [project] = projectsIn('test/cases/report/formats.md')
  const outcome = outcomeOf(project!.files)
  const render = (name: ReporterName) => write(name, outcome, { ...options, folder: 'packages/a b/' })
  expect(render('sarif')).toContain('"uri": "packages/a%20b/model.js"')
  expect(render('github')).toContain('file=packages/a b/model.js,')
  expect(render('gitlab')).toContain('"path": "packages/a b/model.js"')
  expect(render('rdjson')).toContain('"path": "packages/a b/model.js"')
})

test('at most ten annotations of a level are printed, and the last says how many there are', () => {
  const layers = Array.from(
    { length: 14 },
    (_, i) => `tf.layers.dense({ units: 3, inputShape: [3], name: 'l${i}' })`,
  )
  const files = {
    'model.js': `exports.createModel = () => tf.sequential({ layers: [\n${layers.join(',\n')}\n] })`,
    'spec.yaml': `title: Deep\ninputs: { x: [3] }\nmodel:\n${layers.map(() => '  - dense: 3, relu\n').join('')}`,
  }
  const lines = reporters.github
    .render([outcomeOf(files)], options)
    .split('\n')
    .slice(0, -1)
  const errors = lines.filter(line => line.startsWith('::error'))
  expect(errors.length).toBe(10)
  expect(errors[9]).toMatch(/10 of \d+ are shown/)
})

test('every reporter of lint writes nothing found as such', () => {
  const file = { file: 'model.js', path: 'model.js', models: 1, findings: [], open: [], errors: [] }
  const written = Object.values(lintReporters as Reporters<LintedFile>).map(({ render }) =>
    render([file], options),
  )
  expect(written.every(text => typeof text === 'string')).toBe(true)
  expect(lintReporters.junit.render([file], options)).toContain(
    'tests="1" failures="0" errors="0" skipped="0"',
  )
})
