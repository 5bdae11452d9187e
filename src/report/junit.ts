import { isAccepted } from '../compare/accepted.js'
import type { ClauseVerdict } from '../compare/verdict.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace } from '../text/source.js'
import { evidenceText, groundText } from './facts.js'
import type { LintedFile } from './lint-reporters.js'
import { lintNotices, type Notice, noticesOf, wholeText } from './notices.js'
import type { ReportOptions } from './reporters.js'

interface TestCase {
  readonly name: string
  readonly result: 'passed' | 'failure' | 'error' | 'skipped'
  readonly type?: string
  readonly message?: string
  readonly text?: string
}

/**
 * Checks as JUnit XML: a suite for each check, a case for each clause, and one for each finding that no clause states. What
 * is unverified is an `error`, since it must not look as if it had passed; what is accepted is `skipped`.
 */
export function renderJunit(outcomes: readonly CheckOutcome[], { folder }: ReportOptions): string {
  return document(
    outcomes.map(outcome => {
      const notices = noticesOf(outcome, folder)
      const clauses = (outcome.comparison?.clauses ?? []).map(entry => clauseCase(entry, notices))
      const loose = notices.filter(
        ({ clauses: concerned, isUnusable }) => concerned.length === 0 || isUnusable,
      )
      return {
        name: `${outcome.target} against ${outcome.specPath}`,
        cases: [...clauses, ...loose.map(noticeCase)],
      }
    }),
  )
}

/** Linted files as JUnit XML: a suite for each file, and one case that passes where nothing was found. */
export function renderLintJunit(files: readonly LintedFile[], { folder }: ReportOptions): string {
  return document(
    files.map(file => {
      const found = lintNotices(file, folder).map(notice => {
        const told = noticeCase(notice)
        return notice.accepted ? told : { ...told, result: 'failure' as const }
      })
      const open = file.open.map(
        ({ target, reason }): TestCase => ({
          name: target,
          result: 'skipped',
          message: `not followed: ${reason.message}`,
        }),
      )
      const none: TestCase = { name: 'no soft failure', result: 'passed' }
      return { name: file.file, cases: found.length > 0 ? [...found, ...open] : [none, ...open] }
    }),
  )
}

function clauseCase(entry: ClauseVerdict, notices: readonly Notice[]): TestCase {
  const { clause, verdict, evidence } = entry
  const name = `${clause.id}: ${clause.statement}`
  const concerned = notices.filter(({ clauses }) => clauses.includes(clause.id))
  const text = concerned.map(textOf).join('\n\n')
  if (isAccepted(entry)) {
    const reasons = concerned.flatMap(({ accepted }) => accepted?.reason ?? [])
    return { name, result: 'skipped', message: `accepted: ${reasons.join('; ')}` }
  }
  if (verdict === 'as written') return { name, result: 'passed' }
  const message = concerned[0]?.message ?? (evidence ? evidenceText(evidence) : verdict)
  const type = [verdict, groundText(entry)].filter(Boolean).join(': ')
  return { name, result: verdict === 'differs' ? 'failure' : 'error', type, message, text }
}

function noticeCase(notice: Notice): TestCase {
  const { code, level, accepted, message } = notice
  const name = `${code}: ${message}`
  if (accepted) return { name, result: 'skipped', message: `accepted: ${accepted.reason}` }
  return { name, result: level === 'error' ? 'failure' : 'error', type: code, message, text: textOf(notice) }
}

function textOf(notice: Notice): string {
  return `${notice.span ? `${formatPlace(notice.span)}\n` : ''}${wholeText(notice)}`
}

interface Suite {
  readonly name: string
  readonly cases: readonly TestCase[]
}

function document(suites: readonly Suite[]): string {
  const body = suites.map(({ name, cases }) => {
    const inner = cases.map(entry => caseXml(entry, name)).join('\n')
    return `  <testsuite name="${escapeXml(name)}"${countsOf(cases)}>\n${inner}\n  </testsuite>`
  })
  const all = suites.flatMap(({ cases }) => cases)
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="aswritten"${countsOf(all)}>\n${body.join('\n')}\n</testsuites>\n`
}

function countsOf(cases: readonly TestCase[]): string {
  const count = (result: TestCase['result']) => cases.filter(entry => entry.result === result).length
  return ` tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`
}

function caseXml({ name, result, type, message, text }: TestCase, suite: string): string {
  const head = `    <testcase classname="${escapeXml(suite)}" name="${escapeXml(name)}"`
  if (result === 'passed') return `${head}/>`
  const attributes = [
    ...(message === undefined ? [] : [` message="${escapeXml(message)}"`]),
    ...(type === undefined || result === 'skipped' ? [] : [` type="${escapeXml(type)}"`]),
  ].join('')
  const inside = text === undefined ? '/>' : `>${escapeXml(text).replaceAll('&#10;', '\n')}</${result}>`
  return `${head}>\n      <${result}${attributes}${inside}\n    </testcase>`
}

/** Text inside XML 1.0, which has no way to write most control characters; those become a question mark. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu, '?')
    .replace(/[&<>"'\n\t]/g, character => `&#${character.codePointAt(0)};`)
}
