import { type BaselineEntry, baselineName, readBaseline } from '../acceptance/baseline.js'
import { acceptingComments } from '../acceptance/comments.js'
import { diff } from '../diff/diff.js'
import { readSides } from '../diff/sides.js'
import { renderAlgorithm } from '../equations/terminal.js'
import { type ReadResult, readModels, softFailures } from '../reading.js'
import { lintNotices, noticesOf } from '../report/notices.js'
import {
  changedLines,
  type ListingChange,
  noticeChange,
  type Review,
  type ReviewedCheck,
  type ReviewedFile,
  type RuleChange,
} from '../report/review.js'
import { reviewReporters } from '../report/review-reporters.js'
import { lineText, type SourceFile, type Span, sourceFile } from '../text/source.js'
import { Acceptances } from './acceptances.js'
import { artifactPaths } from './artifacts.js'
import { affectedFiles, changedFiles, type FilePair } from './changed-files.js'
import { type AskedCheck, type Config, configName, readConfig } from './config.js'
import { listingsOf } from './equations.js'
import type { FailOn } from './exit.js'
import { mergeBase, pathInWorkTree, type Revision, revisionOf, workTreeOf } from './git.js'
import { lintedFile } from './lint-files.js'
import { isCodePath } from './model-files.js'
import { type AskedOutput, report } from './output.js'
import { projectFiles } from './places.js'
import { policyOf, reviewCode } from './policy.js'
import { checkAt, requestAt, specPathOf } from './review-side.js'
import { InputError } from './usage.js'

interface Options {
  readonly base: string
  readonly head: string
  readonly failOn?: FailOn
  readonly maxUnverified?: number
  readonly outputs: readonly AskedOutput[]
}

/** What the base says of how its code is looked at. */
interface Rules {
  readonly config?: Config
  /** Where the list of checks is, with a slash at its end; empty for the root. */
  readonly folder: string
  readonly entries: readonly BaselineEntry[]
  /** Files that the checks go by, whether they are there or not. */
  readonly paths: readonly string[]
}

const nothingRead: ReadResult = { models: [], trainings: [], customGradients: [], diagnostics: [] }

/**
 * `aswritten review`: what a change does to the mathematics of a repository. Both sides are read from git as data. Specs, the
 * list of checks and the baseline are those of the base, since a change cannot approve itself.
 */
export function review({ base, head, outputs, ...options }: Options): number {
  const tree = workTreeOf(process.cwd())
  const start = mergeBase(tree, base, head)
  const [before, after] = [revisionOf(tree, start), revisionOf(tree, head)]
  const changes = changedFiles(before, after)
  const rules = readRules(before, pathInWorkTree(tree, process.cwd()))
  const changed = (side: keyof FilePair) => changes.flatMap(pair => pair[side] ?? []).filter(isCodePath)
  const added = addedComments(commentsIn(before, changed('before')), commentsIn(after, changed('after')))
  const isMeant = ({ span }: { readonly span: Span }) =>
    !added.some(comment => comment.span.file.path === span.file.path && comment.span.start === span.start)
  const accepting = (runs: readonly { readonly read: ReadonlyMap<string, string> }[], isHead: boolean) =>
    new Acceptances(
      rules,
      '',
      runs.flatMap(({ read }) => [...read]),
      isHead ? isMeant : () => true,
    )
  const checks = (rules.config?.checks ?? []).flatMap(asked =>
    reviewCheck(asked, rules.folder, before, after, accepting),
  )
  const pairs = affectedFiles(before, after, changes)
  const files = [
    ...pairs.map(pair => reviewFile(pair, before, after, accepting)),
    ...checks.flatMap(({ asked }) => reviewFunction(asked, rules.folder, before, after)),
  ]
  const outcome: Review = {
    base: { name: base, commit: before.commit },
    head: { name: head, commit: after.commit },
    changed: changes.length,
    checks: checks.map(({ check }) => check),
    files,
    rules: ruleChanges(rules.paths, before, after),
    comments: added.map(({ span }) => span),
  }
  const policy = policyOf(options, rules.config)
  report(reviewReporters, [outcome], outputs, { base: tree.root, policy })
  return reviewCode(outcome, policy)
}

/** The list of checks and the baseline as the base has them: the nearest from the working folder upwards. */
function readRules({ files }: Revision, here: string): Rules {
  const parts = here.split('/').filter(Boolean)
  const folders = Array.from({ length: parts.length + 1 }, (_, i) =>
    parts
      .slice(0, parts.length - i)
      .map(part => `${part}/`)
      .join(''),
  )
  const nearest = (name: string) => folders.find(folder => files.exists(folder + name))
  const folder = nearest(configName) ?? folders.at(-1)!
  const read = <Read extends { readonly diagnostics: Config['diagnostics'] }>(
    path: string,
    reader: (file: SourceFile) => Read,
  ) => {
    const text = files.read(path)
    const found = text === undefined ? undefined : reader(sourceFile(path, text))
    if (found && found.diagnostics.length > 0) throw new InputError(found.diagnostics)
    return found
  }
  const config = read(folder + configName, readConfig)
  const baseline = nearest(configName) === undefined ? (nearest(baselineName) ?? folder) : folder
  const specs = (config?.checks ?? []).map(asked => specPathOf(asked, folder))
  return {
    ...(config && { config }),
    folder,
    entries: read(baseline + baselineName, readBaseline)?.entries ?? [],
    paths: [...new Set([folder + configName, baseline + baselineName, ...specs])],
  }
}

type Accepting = (
  runs: readonly { readonly read: ReadonlyMap<string, string> }[],
  isHead: boolean,
) => Acceptances

/** A check of both sides; nothing where no file that it looks at is another one. */
function reviewCheck(
  asked: AskedCheck,
  folder: string,
  before: Revision,
  after: Revision,
  accepting: Accepting,
): readonly { readonly asked: AskedCheck; readonly check: ReviewedCheck }[] {
  const first = checkAt(asked, folder, before, before)
  const isSame = (path: string) => before.files.read(path) === after.files.read(path)
  const beside = artifactPaths(asked.artifacts).map(({ text }) => folder + text)
  if ([...first.sought, ...beside].every(isSame)) return []
  const second = checkAt(asked, folder, after, before)
  const [own] = accepting([first], false).checks([first], false)
  const [other] = accepting([second], true).checks([second], false)
  if (!own || !other) return []
  const found = noticeChange(noticesOf(own, ''), noticesOf(other, ''))
  return [{ asked, check: { before: own, after: other, found } }]
}

/** What a file builds on both sides, and what is found in it. */
function reviewFile(pair: FilePair, before: Revision, after: Revision, accepting: Accepting): ReviewedFile {
  const path = pair.after ?? pair.before!
  const request = (own: string, { files }: Revision) => ({ files: projectFiles(own, files), path: own })
  const [first, second] =
    pair.before !== undefined && pair.after !== undefined
      ? readSides(request(pair.before, before), request(pair.after, after))
      : [
          pair.before === undefined ? nothingRead : readModels(request(pair.before, before)),
          pair.after === undefined ? nothingRead : readModels(request(pair.after, after)),
        ]
  const notices = (own: string | undefined, side: Revision, result: ReadResult, isHead: boolean) => {
    if (own === undefined) return []
    const run = {
      file: lintedFile(own, own, result, softFailures(result)),
      read: new Map([[own, side.files.read(own) ?? '']]),
      isWhole: true,
    }
    const [linted] = accepting([run], isHead).lint([run], () => true)
    return linted ? lintNotices(linted, '') : []
  }
  const compared = diff(
    { label: before.commit.slice(0, 7), path: pair.before ?? path, read: first },
    { label: after.commit.slice(0, 7), path, read: second },
  )
  const isEmpty =
    first.models.length + second.models.length === 0 &&
    compared.diagnostics.every(({ diagnostic: { code } }) => code === 'not-a-model')
  return {
    path,
    ...(!isEmpty && { models: compared }),
    listings: listingChanges(first, second),
    found: noticeChange(notices(pair.before, before, first, false), notices(pair.after, after, second, true)),
  }
}

/** The equations of a function whose inputs the list of checks gives: without them, it builds no model. */
function reviewFunction(
  asked: AskedCheck,
  folder: string,
  before: Revision,
  after: Revision,
): readonly ReviewedFile[] {
  if (Object.keys(asked.inputs).length === 0) return []
  const [own, other] = [requestAt(asked, folder, before), requestAt(asked, folder, after)]
  const [first, second] = readSides(own, other)
  const models = diff(
    { label: before.commit.slice(0, 7), path: own.path, target: own.target, read: first },
    { label: after.commit.slice(0, 7), path: other.path, target: other.target, read: second },
  )
  return [{ path: other.path, models, listings: [], found: { added: [], resolved: [] } }]
}

/** Training programs and gradients of their own of which equations changed. */
function listingChanges(before: ReadResult, after: ReadResult): readonly ListingChange[] {
  const [first, second] = [before, after].map(
    result =>
      new Map(
        listingsOf(result).map(({ target, listing }) => [
          target.slice(target.indexOf('#')),
          { target, listing },
        ]),
      ),
  ) as [Map<string, Listed>, Map<string, Listed>]
  return [...new Set([...first.keys(), ...second.keys()])].flatMap(name => {
    const [own, other] = [first.get(name), second.get(name)]
    const lines = changedLines(linesOf(own), linesOf(other))
    return lines.length > 0 ? [{ target: (other ?? own)!.target, lines }] : []
  })
}

type Listed = Pick<ReturnType<typeof listingsOf>[number], 'target' | 'listing'>

const linesOf = (listed: Listed | undefined): readonly string[] =>
  listed
    ? renderAlgorithm({ ...listed.listing, title: '' })
        .split('\n')
        .filter(line => line.trim() !== '')
    : []

function ruleChanges(paths: readonly string[], before: Revision, after: Revision): readonly RuleChange[] {
  return paths.flatMap((path): readonly RuleChange[] => {
    const [own, other] = [before.files.read(path), after.files.read(path)]
    if (own === other) return []
    const change = own === undefined ? 'added' : other === undefined ? 'removed' : 'edited'
    const lines = (text: string | undefined) => text?.replace(/\n$/, '').split(/\r?\n/) ?? []
    return [{ path, change, lines: changedLines(lines(own), lines(other)) }]
  })
}

/** A comment that accepts something. Two have one key if they accept the same of the same line, wherever it is. */
interface KeyedComment {
  readonly key: string
  readonly span: Span
}

function commentsIn({ files }: Revision, paths: readonly string[]): readonly KeyedComment[] {
  return paths.flatMap(path => {
    const text = files.read(path)
    if (text === undefined) return []
    const file = sourceFile(path, text)
    return acceptingComments(file).acceptors.map(({ code, line, acceptance: { reason, span, expires } }) => ({
      key: JSON.stringify([
        code,
        reason,
        expires,
        lineText(file, line).replace(span.file.text.slice(span.start, span.end), '').trim(),
      ]),
      span,
    }))
  })
}

/** The comments of a change that are not in its base. Where one is there more often than before, none of them counts. */
function addedComments(
  before: readonly KeyedComment[],
  after: readonly KeyedComment[],
): readonly KeyedComment[] {
  const count = (list: readonly KeyedComment[], key: string) =>
    list.filter(comment => comment.key === key).length
  return after.filter(({ key }) => count(after, key) > count(before, key))
}
