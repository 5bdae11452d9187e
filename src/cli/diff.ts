import { resolve } from 'node:path'
import { type DiffOutcome, diff as diffSides } from '../diff/diff.js'
import { readSides } from '../diff/sides.js'
import { diffReporters } from '../report/diff-reporters.js'
import type { TensorDeclaration } from '../trace/host.js'
import { readArtifacts } from './artifacts.js'
import type { Stated } from './config.js'
import { exitCodes } from './exit.js'
import { whyUnreadable } from './files.js'
import { mergeBase, pathInWorkTree, type WorkTree, workTreeOf } from './git.js'
import { type AskedOutput, report } from './output.js'
import { atRevision, inWorkTree, type Place, type Subject } from './places.js'
import { pathInProject, projectOf, splitTarget } from './project.js'
import { InputError, UsageError } from './usage.js'

interface Options {
  readonly arg: Readonly<Record<string, unknown>>
  readonly input: Readonly<Record<string, TensorDeclaration>>
  readonly artifact: Readonly<Record<string, Stated>>
  readonly outputs: readonly AskedOutput[]
}

interface SubjectPair {
  readonly before: Subject
  readonly after: Subject
}

const byVerdict: Readonly<Record<DiffOutcome['verdict'], number>> = {
  same: exitCodes.asWritten,
  different: exitCodes.differs,
  undecided: exitCodes.unverified,
  unusable: exitCodes.unusable,
}

/** The gravest code wins, as for `check`. */
const gravest = [exitCodes.unusable, exitCodes.differs, exitCodes.unverified]

/**
 * `aswritten diff`: compares two targets, or targets at two git revisions. `revisions` is set where the arguments were
 * separated by `--`: then those before it are revisions and those after it are targets.
 */
export function diff(
  names: readonly string[],
  revisions: readonly string[] | undefined,
  { outputs, arg, input, artifact }: Options,
): number {
  const { artifacts, diagnostics } = readArtifacts(artifact, process.cwd())
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  const pairs = revisions ? atRevisions(revisions, names) : [ofFiles(names)]
  const outcomes = pairs.map(({ before, after }) => {
    const [first, second] = readSides(
      { ...before, arguments: arg, inputs: input, artifacts },
      { ...after, arguments: arg, inputs: input, artifacts },
    )
    return diffSides({ ...before, read: first }, { ...after, read: second })
  })
  report(diffReporters, outcomes, outputs)
  const codes = outcomes.map(({ verdict }) => byVerdict[verdict])
  return gravest.find(code => codes.includes(code)) ?? exitCodes.asWritten
}

function ofFiles(names: readonly string[]): SubjectPair {
  const [before, after, ...others] = names
  if (before === undefined || after === undefined || others.length > 0)
    throw new UsageError(
      'name two targets (`aswritten diff a.js#f b.js#g`), or a revision and a target (`aswritten diff main..HEAD -- model.ts#f`)',
    )
  return { before: onDisk(before, before), after: onDisk(after, after) }
}

/** A target on disk, and how it is called in the result. */
export function onDisk(text: string, label: string): Subject {
  const { path, target } = splitTarget(text, process.cwd())
  const problem = whyUnreadable(resolve(path), { shown: path })
  if (problem) throw new InputError([problem])
  const project = projectOf(path)
  return { label, files: project.files, path: pathInProject(project, path), target }
}

function atRevisions(revisions: readonly string[], names: readonly string[]): readonly SubjectPair[] {
  const [range, ...others] = revisions
  if (range === undefined || others.length > 0 || names.length === 0)
    throw new UsageError(
      'name a revision or two before `--` and a target behind it: `aswritten diff main..HEAD -- model.ts#f`',
    )
  const tree = workTreeOf(process.cwd())
  const [before, after] = placesOf(range, tree)
  return names.map(name => {
    const { path, target } = splitTarget(
      name,
      process.cwd(),
      file => before.exists(pathInWorkTree(tree, file)) || after.exists(pathInWorkTree(tree, file)),
    )
    const inside = pathInWorkTree(tree, path)
    for (const place of [before, after])
      if (!place.exists(inside)) throw new UsageError(`there is no file \`${path}\` in ${place.label}`)
    return { before: before.subject(inside, target), after: after.subject(inside, target) }
  })
}

/** `A..B`, `A...B` from where both parted, and `A` against the work tree; an empty side is HEAD. */
function placesOf(range: string, tree: WorkTree): readonly [Place, Place] {
  const [, first = '', dots, second = ''] = /^(.*?)(\.{2,3})(.*)$/.exec(range) ?? []
  if (dots === undefined) return [atRevision(tree, range), inWorkTree(tree)]
  const [from, to] = [first || 'HEAD', second || 'HEAD']
  const start = dots === '...' ? mergeBase(tree, from, to) : from
  return [
    atRevision(tree, start, dots === '...' ? `where ${from} and ${to} parted` : from),
    atRevision(tree, to),
  ]
}
