import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import { parse } from 'yaml'
import { AcceptanceRun, type Acceptor } from '../src/acceptance/acceptance.js'
import { readBaseline, updatedBaseline } from '../src/acceptance/baseline.js'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { noticesOf } from '../src/report/notices.js'
import { sourceFile } from '../src/text/source.js'
import { projectsIn } from './support/cases.js'
import { runSession, sessionsIn } from './support/console.js'
import { inMemory } from './support/project.js'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acceptance-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.each(readdirSync('test/cases/acceptance'))('%s', name => {
  test.each(sessionsIn(`test/cases/acceptance/${name}`))('$title', session => runSession(folder, session))
})

/** Cases with every code of a difference, with losses, with unverified parts, and with all that a terminal shows. */
const projects = [
  'check/cases',
  'check/findings',
  'check/losses',
  'check/soundness',
  'report/terminal',
].flatMap(name => projectsIn(`test/cases/${name}.md`))

const outcomeOf = (files: Readonly<Record<string, string>>): CheckOutcome =>
  check(
    { files: inMemory(files), path: 'model.js', target: 'createModel' },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )

const place = { file: sourceFile('baseline.yaml', ''), start: 0, end: 0 }

/** Who accepts all notices of a kind. */
const accepting = (accepts: Acceptor['accepts'], expires?: string): Acceptor => ({
  kind: 'entry',
  code: 'activation-missing',
  subject: 'all',
  acceptance: { reason: 'it is known', span: place, ...(expires !== undefined && { expires }) },
  accepts,
})

const run = (...acceptors: readonly Acceptor[]) =>
  new AcceptanceRun(acceptors, { today: '2026-06-15', folder: '' })

describe.each(projects)('$title', ({ files }) => {
  const outcome = outcomeOf(files)
  const notices = noticesOf(outcome, '')

  test('becomes accepted where all is accepted, and as written nowhere', () => {
    const accepted = run(accepting(() => true)).check(outcome)
    const isOpen = ['differs', 'unverified'].includes(outcome.verdict)
    const expected = isOpen && !outcome.cases ? 'accepted' : outcome.verdict
    expect(accepted.verdict).toBe(expected)
    const words = ({ comparison }: CheckOutcome) => comparison?.clauses.map(({ verdict }) => verdict)
    expect(words(accepted)).toEqual(words(outcome))
  })

  test('is accepted one by one, each by its fingerprint, and fails until the last', () => {
    const grave = notices.filter(({ isUnusable }) => !isUnusable)
    for (const { fingerprint } of grave) {
      const others = grave
        .filter(notice => notice.fingerprint !== fingerprint)
        .map(notice => notice.fingerprint)
      const left = run(accepting(notice => others.includes(notice.fingerprint))).check(outcome)
      const open = noticesOf(left, '').filter(({ accepted, isUnusable }) => !accepted && !isUnusable)
      expect(open.map(notice => notice.fingerprint)).toEqual(
        grave
          .filter(notice => notice.fingerprint === fingerprint && !notice.accepted)
          .map(n => n.fingerprint),
      )
    }
  })

  test('counts again after the last day', () => {
    const over = run(accepting(() => true, '2026-06-14')).check(outcome)
    expect(over.verdict).toBe(outcome.verdict)
    const last = run(accepting(() => true, '2026-06-15')).check(outcome)
    expect(last.verdict).toBe(run(accepting(() => true)).check(outcome).verdict)
  })

  test('has the same fingerprints from wherever it is checked', () => {
    const moved = Object.fromEntries(Object.entries(files).map(([path, text]) => [`lib/${path}`, text]))
    const above = check(
      { files: inMemory(moved), path: 'lib/model.js', target: 'createModel' },
      sourceFile('lib/spec.yaml', files['spec.yaml']!),
    )
    const prints = (from: CheckOutcome, start: string) =>
      noticesOf(from, start).map(({ fingerprint }) => fingerprint)
    expect(prints(above, '')).toEqual(prints(outcome, 'lib/'))
  })

  test('is written to a baseline that reads as it was written and has the schema', () => {
    const reason = "it's known: # yes\nand 'quoted'"
    const text = updatedBaseline(undefined, new Set(), notices, { reason }, 'lib/')
    const { entries, diagnostics } = readBaseline(sourceFile('aswritten-baseline.yaml', text))
    const usable = notices.filter(({ isUnusable }) => !isUnusable)
    if (usable.length < notices.length) return
    expect(diagnostics).toEqual([])
    expect(entries.map(entry => [entry.fingerprint, entry.message, entry.reason])).toEqual(
      notices.map(({ fingerprint, message }) => [fingerprint, message, reason]),
    )
    expect(isBaseline(parse(text)) ? undefined : isBaseline.errors).toBeUndefined()
  })
})

const isBaseline = new Ajv({ strict: true }).compile(
  JSON.parse(readFileSync('grammar/baseline.schema.json', 'utf8')),
)

test('what stands in a baseline stays there, comments included', () => {
  const entry = (print: string) =>
    `  # about ${print}\n  - fingerprint: ${print.repeat(32)}\n    code: activation-missing\n    target: model.js\n    message: m\n    reason: r # why\n`
  const before = `# mine\nversion: 1\naccepted:\n${entry('a')}${entry('b')}${entry('c')}`
  const after = updatedBaseline(sourceFile('b.yaml', before), new Set(['b'.repeat(32)]), [], undefined, '')
  expect(after).toBe(`# mine\nversion: 1\naccepted:\n${entry('a')}${entry('c')}`)
})
