import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { acceptableCodes } from '../acceptance/acceptance.js'
import { baselineName, type Grounds, updatedBaseline } from '../acceptance/baseline.js'
import { isDay } from '../acceptance/days.js'
import type { Code } from '../diagnostics/catalogue.js'
import { visible } from '../report/frame.js'
import { lintNotices, noticesOf } from '../report/notices.js'
import { nearest } from '../text/nearest.js'
import { Acceptances, baselineFrom } from './acceptances.js'
import { fromHere, readNearestConfig, runChecks } from './checks.js'
import { findUpwards } from './config.js'
import { exitCodes } from './exit.js'
import { refusalOf } from './files.js'
import { lintFiles } from './lint-files.js'
import { folderInRepository, print } from './output.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly reason?: string
  readonly owner?: string
  readonly expires?: string
  readonly code: readonly string[]
  readonly baseline?: string
}

const nothing = { arg: {}, input: {}, artifact: {} }

/**
 * `aswritten baseline`: writes down what the checks of `aswritten.yaml` find, and what `lint` finds in files and folders, so
 * that it is accepted from now on. What is gone is taken out; what is new is added only with a reason.
 */
export function baseline(texts: readonly string[], options: Options): number {
  const grounds = groundsOf(options)
  const codes = codesOf(options.code)
  const configured = readNearestConfig()
  if (!configured && texts.length === 0)
    throw new UsageError('there is no aswritten.yaml here or above, so name files or folders to lint')
  const checked = configured ? runChecks(undefined, nothing, configured) : []
  const linted = texts.length > 0 ? lintFiles(texts, nothing, { ignored: new Set(), also: [] }) : []
  const base = [...checked, ...linted][0]?.base ?? process.cwd()
  const folder = folderInRepository(base)
  const start = configured ? dirname(configured.path) : process.cwd()
  const path = resolve(options.baseline ?? findUpwards(baselineName, start) ?? join(start, baselineName))
  const before = existsSync(path) ? baselineFrom(path, start) : undefined
  const accepted = new Acceptances(
    before,
    folder,
    [...checked, ...linted].flatMap(({ read }) => [...read]),
  )
  const outcomes = accepted.checks(checked, false)
  const files = accepted.lint(linted, code => code !== 'unused-acceptance')
  const errors = [
    ...outcomes.flatMap(({ verdict, diagnostics }) => (verdict === 'unusable' ? diagnostics : [])),
    ...files.flatMap(file => file.errors),
  ]
  if (errors.length > 0) throw new InputError(errors)
  const open = [
    ...outcomes.flatMap(outcome => noticesOf(outcome, folder)),
    ...files.flatMap(file => lintNotices(file, folder)),
  ].filter(({ accepted: by, code }) => !by && acceptableCodes.includes(code))
  const known = new Map((before?.entries ?? []).map(entry => [entry.fingerprint, entry]))
  const expired = open.filter(({ fingerprint }) => known.has(fingerprint))
  const added = open.filter(
    ({ fingerprint, code }) => !known.has(fingerprint) && (codes.size === 0 || codes.has(code)),
  )
  const gone = accepted.unusedEntries(outcomes, linted)
  const isChanged = gone.length > 0 || (grounds !== undefined && added.length > 0)
  if (isChanged) {
    const text = updatedBaseline(
      before?.file,
      new Set(gone.map(({ fingerprint }) => fingerprint)),
      added,
      grounds,
      folder,
    )
    write(path, text)
  }
  const name = fromHere(path)
  const told = (
    entries: readonly { readonly code: string; readonly target: string; readonly message: string }[],
  ) => entries.map(({ code, target, message }) => `  ${code}  ${visible(target)}: ${visible(message)}`)
  const left = grounds ? [] : added
  const lines = [
    ...section(grounds ? 'accepted from now on' : 'new, and not accepted: give a --reason', told(added)),
    ...section('accepted no longer, since the day is over: give another one in the file', told(expired)),
    ...section('gone, and taken out', told(gone)),
    isChanged ? `${name} is written.` : before ? `${name} is as it was.` : 'There is nothing to write.',
  ]
  print(`${lines.join('\n')}\n`)
  return left.length + expired.length > 0 ? exitCodes.differs : exitCodes.asWritten
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length > 0 ? [`${lines.length} ${title}`, ...lines, ''] : []
}

function groundsOf({ reason, owner, expires }: Options): Grounds | undefined {
  if (expires !== undefined && !isDay(expires))
    throw new UsageError(`\`${expires}\` is no day; write it as 2027-01-31`)
  if (reason !== undefined && reason.trim() === '') throw new UsageError('the reason is empty')
  if (reason === undefined && (owner !== undefined || expires !== undefined))
    throw new UsageError('an owner or a day is for entries that are added, which need a --reason')
  return reason === undefined
    ? undefined
    : {
        reason: reason.trim(),
        ...(owner !== undefined && { owner }),
        ...(expires !== undefined && { expires }),
      }
}

function codesOf(names: readonly string[]): ReadonlySet<Code> {
  for (const name of names) {
    if (acceptableCodes.some(code => code === name)) continue
    const suggestion = nearest(name, acceptableCodes)
    throw new UsageError(
      `there is no code \`${name}\` that can be accepted; ${suggestion ? `did you mean \`${suggestion}\`?` : '`aswritten explain` lists the codes'}`,
    )
  }
  return new Set(names as Code[])
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (error) {
    const reason = refusalOf(error) ?? (error instanceof Error ? error.message : String(error))
    throw new UsageError(`\`${fromHere(path)}\` cannot be written: ${reason}`)
  }
}
