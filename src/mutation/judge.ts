import { moduleLoader } from '../core/loader.js'
import { type Code, catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { type DiffOutcome, diff } from '../diff/diff.js'
import { type CheckOutcome, checkReading, isInputError, type SpecReading } from '../pipeline.js'
import { type ModelRequest, type ReadResult, readForSpec, softFailures } from '../reading.js'
import { positionAt, type Span } from '../text/source.js'
import { textOfReading, textOfTraining } from './reading.js'
import type { Mutant } from './table.js'
import type { ToyJudged } from './toy.js'

/** A program into which faults are planted, and what is known of it without them. */
export interface Original {
  readonly request: ModelRequest
  /** What mutants are compared with; without one, the mathematics of the program itself. */
  readonly spec?: SpecReading
  readonly read: ReadResult
  readonly text: string
  /** What the code had to choose because the spec does not say it. */
  readonly silent: string
  readonly failures: readonly Diagnostic[]
}

/**
 * What becomes of a mutant.
 *
 * - `caught`: it is said to differ, which is shown.
 * - `unverified`: it is not said to be as written, for a reason; whoever reads it is warned.
 * - `as written`: it is said to be as written, and it computes something else.
 * - `left open`: it is said to be as written, and differs in what the spec does not say.
 * - `equivalent`: it is proved to be the same as the original.
 * - `not reached`: the target reads the same, whatever stands in the place of the fault.
 * - `unreadable`: there is nothing to compare, as where TensorFlow.js would throw.
 */
export type Outcome =
  | 'caught'
  | 'unverified'
  | 'as written'
  | 'left open'
  | 'equivalent'
  | 'not reached'
  | 'unreadable'

/** How close to the fault the closest place is that is told. */
export type Closeness = 'line' | 'near' | 'elsewhere'

export interface Judged {
  readonly mutant: Mutant
  readonly outcome: Outcome
  /** Set where it is caught. */
  readonly place?: Closeness
  /** What it is called: codes of findings. */
  readonly codes: readonly Code[]
  /** Whether a finding that has the name of the fault is told at it, or at what it belongs to. */
  readonly isNamed: boolean
  readonly reason?: string
  /** Soft failures that the original does not have. */
  readonly lint: readonly Code[]
  readonly lintPlace?: Closeness
  /** What running it says, where that was asked for. */
  readonly toy?: ToyJudged
}

/** Reads a program without a fault. */
export function readOriginal(request: ModelRequest, spec?: SpecReading): Original {
  const read = readForSpec(request, spec?.spec)
  const silent = spec ? silentText(checkReading(request, spec, read)) : ''
  const own = { text: textOfReading(read), failures: softFailures(read), silent }
  return { request, read, ...own, ...(spec && { spec }) }
}

const silentText = ({ comparison }: CheckOutcome): string => JSON.stringify(comparison?.silent ?? [])

/** Reads a mutant as the original was read. */
export const readMutant = ({ request, spec }: Original, mutant: Mutant): ReadResult =>
  readForSpec({ ...request, ...withMutant(request, mutant) }, spec?.spec)

/** Reads a mutant as the original was read, and compares it with the spec, or with the original. */
export function judge(original: Original, mutant: Mutant): Judged {
  const { spec, text } = original
  const read = readMutant(original, mutant)
  const base = { mutant, codes: [], isNamed: false, lint: [] }
  const error = read.diagnostics.find(isInputError)
  if (error) return { ...base, outcome: 'unreadable', reason: error.message }
  const known = new Set(original.failures.map(keyOf))
  const failures = softFailures(read).filter(entry => !known.has(keyOf(entry)))
  const linted = {
    lint: [...new Set(failures.map(({ code }) => code))],
    ...(failures.length > 0 && {
      lintPlace: closenessOf(
        failures.map(({ span }) => span),
        mutant,
      ),
    }),
  }
  if (textOfReading(read) === text) return { ...base, ...linted, outcome: 'not reached' }
  const judged = spec ? againstSpec(original, spec, read, mutant) : againstOriginal(original, read, mutant)
  return { ...base, ...judged, ...linted }
}

/** The files with the mutant in the place of the original, which is all that is read anew. */
function withMutant(
  { files, path, modules }: ModelRequest,
  { file }: Mutant,
): Pick<ModelRequest, 'files' | 'modules'> {
  const changed = { ...files, read: (name: string) => (name === path ? file.text : files.read(name)) }
  if (!modules) return { files: changed }
  const own = moduleLoader(changed)
  const load = (name: string) => (name === path ? own : modules).load(name)
  return { files: changed, modules: { ...modules, load, length: own.length } }
}

const keyOf = ({ code, message }: Diagnostic): string => `${code} ${message}`

type Judgement = Partial<Judged> & Pick<Judged, 'outcome'>

function againstSpec(original: Original, spec: SpecReading, read: ReadResult, mutant: Mutant): Judgement {
  const outcome = checkReading(original.request, spec, read)
  const { verdict, comparison } = outcome
  if (!comparison || verdict === 'unusable') return { outcome: 'unreadable', ...reasonOf(outcome) }
  if (verdict === 'unverified') return { outcome: 'unverified', ...reasonOf(outcome) }
  if (verdict === 'differs') {
    const found = comparison.findings.filter(
      ({ diagnostic: { code, accepted } }) => catalogue[code].category !== 'soft-failure' && !accepted,
    )
    return caught(
      found.map(({ diagnostic: { code, span } }) => ({ code, span })),
      mutant,
    )
  }
  const own = againstOriginal(original, read, mutant)
  if (own.outcome === 'equivalent') return own
  const isSilent = silentText(outcome) !== original.silent
  // A spec of training may hold for whatever the networks compute.
  const isOpen = isSilent || spec.spec?.algorithm !== undefined
  const isAsked = !isOpen && own.outcome === 'caught' && own.differs === 'outputs'
  return { outcome: isAsked ? 'as written' : 'left open' }
}

const reasonOf = ({ reason, comparison, diagnostics }: CheckOutcome): Pick<Judged, 'reason'> => {
  const clause = comparison?.clauses.find(entry => entry.reason)?.reason
  const told = reason ?? clause ?? diagnostics[0]
  return told ? { reason: told.message } : {}
}

/** Compares the models of both, and whether both train alike, which only a spec says more of. */
function againstOriginal(
  { request: { path, target }, read: own }: Original,
  read: ReadResult,
  mutant: Mutant,
): Judgement & { readonly differs?: 'outputs' | 'settings' } {
  const trainsAlike = textOfTraining(own) === textOfTraining(read)
  const alike: Judgement = trainsAlike
    ? { outcome: 'equivalent' }
    : { outcome: 'unverified', reason: 'it trains in another way, which only a spec can judge' }
  if (own.models.length === 0) return alike
  const side = (of: ReadResult) => ({ label: path, path, target, read: of })
  const outcome = diff(side(own), side(read))
  const { verdict, targets, diagnostics } = outcome
  if (verdict === 'unusable') return { outcome: 'unreadable', reason: diagnostics[0]!.diagnostic.message }
  if (verdict === 'same') return alike
  if (verdict === 'undecided') {
    const reason = undecidedReason(outcome)
    return {
      outcome: isLost(own, read) ? 'unreadable' : 'unverified',
      ...(reason !== undefined && { reason }),
    }
  }
  const cases = targets.flatMap(entry => entry.cases)
  const told = cases.flatMap(({ outputs: { named }, settings, equations }) => [
    ...equations.map(({ after, before }) => ({ span: after?.span ?? before?.span, code: named?.code })),
    ...settings.flatMap(({ after, verdict: word }) => (word === 'different' ? [{ span: after?.span }] : [])),
  ])
  const differs = cases.some(({ outputs }) => outputs.verdict === 'different') ? 'outputs' : 'settings'
  return { ...caught(told, mutant), differs }
}

function undecidedReason({ targets }: DiffOutcome): string | undefined {
  const [open] = targets.flatMap(({ cases }) => cases).filter(({ verdict }) => verdict === 'undecided')
  const { reason, problem } = open?.outputs ?? {}
  const setting = open?.settings.find(entry => entry.verdict === 'undecided')
  return reason?.message ?? problem ?? (setting && `${setting.subject} is not known to be the same`)
}

/** Whether a model that was followed is followed no more. */
const isLost = (own: ReadResult, read: ReadResult): boolean =>
  own.models.some(({ target, where, graph }) => {
    const other = read.models.find(model => model.target === target && model.where.join() === where.join())
    return graph !== undefined && other !== undefined && !other.graph
  })

interface Told {
  readonly code?: Code | undefined
  readonly span?: Span | undefined
}

function caught(told: readonly Told[], mutant: Mutant): Judgement {
  const codes = [...new Set(told.flatMap(({ code }) => code ?? []))]
  const belonging = new Set([...mutant.lines, ...mutant.near])
  const isNamed = told.some(
    ({ code, span }) => code && mutant.codes.includes(code) && belonging.has(lineIn(span, mutant) ?? 0),
  )
  return {
    outcome: 'caught',
    codes,
    isNamed,
    place: closenessOf(
      told.map(({ span }) => span),
      mutant,
    ),
  }
}

function lineIn(span: Span | undefined, { file }: Mutant): number | undefined {
  return span?.file.path === file.path ? positionAt(span.file, span.start).line : undefined
}

/** Lines that are not farther from a fault are near it. */
const nearby = 3

function closenessOf(spans: readonly (Span | undefined)[], mutant: Mutant): Closeness {
  const told = spans.flatMap(span => lineIn(span, mutant) ?? [])
  if (told.some(line => mutant.lines.includes(line))) return 'line'
  const isNear = (line: number) =>
    mutant.near.includes(line) || mutant.lines.some(own => Math.abs(own - line) <= nearby)
  return told.some(isNear) ? 'near' : 'elsewhere'
}
