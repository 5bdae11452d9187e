import { relative, resolve, sep } from 'node:path'
import { AcceptanceRun, type Acceptor, unusedAcceptance } from '../acceptance/acceptance.js'
import { acceptorOf, type BaselineEntry, baselineName, readBaseline } from '../acceptance/baseline.js'
import { acceptingComments, type CommentAcceptor } from '../acceptance/comments.js'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { CheckOutcome } from '../pipeline.js'
import type { LintedFile } from '../report/lint-reporters.js'
import { pathFrom } from '../report/locations.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import type { CheckRun } from './checks.js'
import { findUpwards } from './config.js'
import { isDiagnostic, readNamedFile } from './files.js'
import type { LintRun } from './lint-files.js'
import { InputError } from './usage.js'

/** A baseline on disk. */
export interface ReadBaseline {
  readonly path: string
  readonly file: SourceFile
  readonly entries: readonly BaselineEntry[]
}

/** The baseline that is named, or the nearest one from a folder upwards; it may not have errors. */
export function baselineFrom(named: string | undefined, folder: string): ReadBaseline | undefined {
  const path = named === undefined ? findUpwards(baselineName, folder) : resolve(named)
  if (path === undefined) return undefined
  const shown = relative(process.cwd(), path).split(sep).join('/')
  const file = readNamedFile(path, { shown })
  if (isDiagnostic(file)) throw new InputError([file])
  const { entries, diagnostics } = readBaseline(file)
  if (diagnostics.length > 0) throw new InputError(diagnostics)
  return { path, file, entries }
}

/** Applies what comments and a baseline accept to what was found. */
export class Acceptances {
  readonly #run: AcceptanceRun
  readonly #folder: string
  readonly #comments: readonly CommentAcceptor[] = []
  readonly #entries: ReadonlyMap<Acceptor, BaselineEntry>
  /** What is wrong with comments, by the path of their file. */
  readonly #problems: ReadonlyMap<string, readonly Diagnostic[]>

  /**
   * `folder` is where the paths of the runs start, from the root of the repository, and `read` the model code that they read.
   * `isMeant` says which comments count.
   */
  constructor(
    baseline: Pick<ReadBaseline, 'entries'> | undefined,
    folder: string,
    read: Iterable<readonly [path: string, text: string]>,
    isMeant: (comment: CommentAcceptor) => boolean = () => true,
  ) {
    const found = [...new Map(read)].map(
      ([path, text]) => [path, acceptingComments(sourceFile(path, text))] as const,
    )
    this.#folder = folder
    this.#comments = found.flatMap(([, { acceptors }]) => acceptors.filter(isMeant))
    this.#entries = new Map((baseline?.entries ?? []).map(entry => [acceptorOf(entry), entry]))
    this.#problems = new Map(found.map(([path, { diagnostics }]) => [path, diagnostics]))
    const today = new Date().toISOString().slice(0, 'yyyy-mm-dd'.length)
    this.#run = new AcceptanceRun([...this.#comments, ...this.#entries.keys()], {
      today,
      folder: this.#folder,
    })
  }

  /**
   * Checks with what is accepted in them. Acceptances that are not needed are told in the first; `isAll` where these are all
   * checks that there are, since only then a comment can be said to be needed by none.
   */
  checks(runs: readonly Pick<CheckRun, 'outcome' | 'read'>[], isAll: boolean): readonly CheckOutcome[] {
    const outcomes = runs.map(({ outcome, read }): CheckOutcome => {
      const diagnostics = this.#problemsIn(read)
      if (diagnostics.length === 0) return this.#run.check(outcome)
      const { target, specPath } = outcome
      return { target, specPath, verdict: 'unusable', diagnostics }
    })
    const [first, ...others] = outcomes
    const unused = this.#unusedInChecks(outcomes, isAll).map(unusedAcceptance)
    if (!first || unused.length === 0) return outcomes
    return [{ ...first, diagnostics: [...first.diagnostics, ...unused] }, ...others]
  }

  /** Linted files with what is accepted in them. `isHunted` says of a code whether the run looked for it. */
  lint(
    runs: readonly Pick<LintRun, 'file' | 'read' | 'isWhole'>[],
    isHunted: (code: Code) => boolean,
  ): readonly LintedFile[] {
    return runs.map(({ file, read, isWhole }) => {
      const problems = this.#problemsIn(read)
      if (problems.length > 0) return { ...file, errors: [...file.errors, ...problems] }
      const told = this.#run.lint(file)
      const isKnown = isWhole && file.open.length === 0 && file.errors.length === 0
      const unused = isKnown && isHunted('unused-acceptance') ? this.#unusedIn(file, isHunted) : []
      return { ...told, findings: [...told.findings, ...unused.map(unusedAcceptance)] }
    })
  }

  /** The entries of the baseline that match nothing, after the checks and the files. */
  unusedEntries(outcomes: readonly CheckOutcome[], files: readonly LintRun[]): readonly BaselineEntry[] {
    const ofChecks = this.#unusedInChecks(outcomes, true)
    const ofFiles = files
      .filter(({ file, isWhole }) => isWhole && file.open.length === 0 && file.errors.length === 0)
      .flatMap(({ file }) => this.#unusedIn(file, () => true))
    return [...ofChecks, ...ofFiles].flatMap(acceptor => this.#entries.get(acceptor) ?? [])
  }

  #problemsIn(read: ReadonlyMap<string, string>): readonly Diagnostic[] {
    return [...read.keys()].flatMap(path => this.#problems.get(path) ?? [])
  }

  /** Nothing is said where a check was not carried through, or shows one of several cases only. */
  #unusedInChecks(outcomes: readonly CheckOutcome[], isAll: boolean): readonly Acceptor[] {
    const isKnown = ({ comparison, cases }: CheckOutcome) => comparison !== undefined && !cases
    if (isAll && !outcomes.every(isKnown)) return []
    const done = new Set(outcomes.filter(isKnown).map(outcome => this.#subject(outcome)))
    const comments: ReadonlySet<Acceptor> = new Set(this.#comments)
    return this.#run.unused.filter(acceptor => {
      const entry = this.#entries.get(acceptor)
      if (entry) return entry.spec !== undefined && (isAll || done.has(`${entry.target}\n${entry.spec}`))
      return isAll && comments.has(acceptor) && catalogue[acceptor.code].category !== 'soft-failure'
    })
  }

  #subject({ target, specPath }: CheckOutcome): string {
    return `${pathFrom(this.#folder, target)}\n${pathFrom(this.#folder, specPath)}`
  }

  #unusedIn({ path }: LintedFile, isHunted: (code: Code) => boolean): readonly Acceptor[] {
    const target = pathFrom(this.#folder, path)
    const own: ReadonlySet<Acceptor> = new Set(this.#comments.filter(({ span }) => span.file.path === path))
    return this.#run.unused.filter(acceptor => {
      const entry = this.#entries.get(acceptor)
      const isAbout = entry ? entry.spec === undefined && entry.target === target : own.has(acceptor)
      return isAbout && catalogue[acceptor.code].category === 'soft-failure' && isHunted(acceptor.code)
    })
  }
}
