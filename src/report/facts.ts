import { isAccepted } from '../compare/accepted.js'
import type {
  ClauseVerdict,
  ClauseWord,
  Comparison,
  Counterexample,
  Evidence,
  Finding,
} from '../compare/verdict.js'
import { catalogue } from '../diagnostics/catalogue.js'
import type { Acceptance, Diagnostic } from '../diagnostics/diagnostic.js'
import { statementText as shapeStatementText } from '../equations/explanations.js'
import type { Formula } from '../equations/formula.js'
import { statedFormula } from '../equations/stated.js'
import { givenTensors } from '../graph/model.js'
import type { CheckOutcome } from '../pipeline.js'
import type { Citation } from '../spec/spec.js'
import { formatPlace } from '../text/source.js'

/** `the same in each of 2 cases: kind = 'lstm'; kind ≠ 'lstm'`, where the verdict is one for all cases. */
export function casesText({ cases, reason }: CheckOutcome): string | undefined {
  if (!cases || reason) return undefined
  return `the same in each of ${cases.length} cases: ${cases.map(({ where }) => where.join(', ')).join('; ')}`
}

/** How many clauses have each verdict; an accepted difference counts by itself and never as written. */
export interface Counts {
  readonly asWritten: number
  readonly differs: number
  readonly accepted: number
  readonly unverified: number
}

export function countVerdicts(clauses: readonly ClauseVerdict[]): Counts {
  const accepted = clauses.filter(isAccepted)
  const rest = clauses.filter(clause => !isAccepted(clause))
  const count = (verdict: ClauseWord) => rest.filter(clause => clause.verdict === verdict).length
  return {
    asWritten: count('as written'),
    differs: count('differs'),
    accepted: accepted.length,
    unverified: count('unverified'),
  }
}

/** `9 as written, 1 differs`, and how many differences no clause is about. */
export function countsText({ clauses, findings }: Pick<Comparison, 'clauses' | 'findings'>): string {
  const beside = findings.filter(
    ({ clause, diagnostic }) =>
      !clause && !diagnostic.accepted && catalogue[diagnostic.code].category === 'difference',
  ).length
  const more = beside === 1 ? '1 difference in no clause' : `${beside} differences in no clause`
  return [clauseText(countVerdicts(clauses)), beside > 0 && more].filter(Boolean).join(', ')
}

/** What there is none of is left out. */
function clauseText({ asWritten, differs, accepted, unverified }: Counts): string {
  const parts = [
    asWritten > 0 && `${asWritten} as written`,
    differs > 0 && `${differs} ${differs === 1 ? 'differs' : 'differ'}`,
    accepted > 0 && `${accepted} accepted`,
    unverified > 0 && `${unverified} unverified`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** Something to know about a finding, under a label of one or two words. */
export interface Fact {
  readonly label: string
  readonly text: string
  /** Lines that belong to it, each a name and a value. */
  readonly details?: readonly (readonly [name: string, value: string])[]
}

/** `the data are scaled (spec.yaml:16:5), until 2027-01-31, ml-team`. */
export function acceptanceText({ reason, span, expires, owner }: Acceptance): string {
  const parts = [`${reason} (${formatPlace(span)})`, expires && `until ${expires}`, owner]
  return parts.filter(Boolean).join(', ')
}

export function acceptedFacts({ accepted }: Diagnostic): readonly Fact[] {
  return accepted ? [{ label: 'accepted', text: acceptanceText(accepted) }] : []
}

/** Why something is not known, and what would make it known. */
export function reasonFacts(entry: Diagnostic): readonly Fact[] {
  const { code, notes, help, related } = entry
  return [
    ...related.map(({ message, span }) => ({ label: 'see', text: `${formatPlace(span)}: ${message}` })),
    { label: 'why', text: [catalogue[code].why, ...notes].join(' ') },
    ...(help ? [{ label: 'do', text: help }] : []),
    ...acceptedFacts(entry),
  ]
}

/** Where the paper says it; a number that nobody has looked up says so. */
export function citationText({ text, checked }: Citation): string {
  return checked ? text : `${text} (not checked against the paper)`
}

/** Evidence in one sentence. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.by) {
    case 'normal-form':
      return evidence.rules.length > 0 ? `equal after ${evidence.rules.join(', ')}` : 'identical'
    case 'identity':
      return identityText(evidence)
    case 'value':
      return evidence.expected === evidence.actual
        ? 'the same value'
        : `stated ${evidence.expected}, found ${evidence.actual}`
    case 'shape':
      return `shape stated ${evidence.expected}, found ${evidence.actual}`
    case 'counterexample':
      return resultText(evidence.counterexample)
  }
}

/** `equal in exact arithmetic by exponential-of-a-sum`. */
function identityText({ rules, laws }: Extract<Evidence, { readonly by: 'identity' }>): string {
  const used = [...rules, ...laws]
  return `equal in exact arithmetic${used.length > 0 ? ` by ${used.join(', ')}` : ''}`
}

/** How many rules are named in a list of clauses. */
const mostRules = 3

/** What a clause's verdict rests on, in a few words: codes of findings and reasons, or how equality was proved. */
export function groundText(entry: ClauseVerdict): string {
  const ground = ownGround(entry)
  return entry.apartFrom ? `${ground}, apart from \`${entry.apartFrom.id}\`` : ground
}

function ownGround({ findings, reason, evidence }: ClauseVerdict): string {
  const codes = [...new Set(findings.map(({ diagnostic }) => diagnostic.code))]
  if (codes.length > 0) return codes.join(', ')
  if (reason) return reason.code
  if (!evidence) return ''
  if (evidence.by === 'normal-form' && evidence.rules.length > mostRules)
    return `equal after ${evidence.rules.length} rules`
  if (evidence.by === 'identity' && evidence.rules.length + evidence.laws.length > mostRules)
    return identityText({
      ...evidence,
      rules: [`${evidence.rules.length + evidence.laws.length} rules`],
      laws: [],
    })
  return evidenceText(evidence)
}

/** `the output y at [0, 1] should be 0.31 and is 0.21`; a comparison of two models has other words. */
export function resultText(
  { subject, expected, actual, index }: Counterexample,
  [first, second]: readonly [string, string] = ['should be', 'and is'],
): string {
  const at = index.length > 0 ? ` at [${index.join(', ')}]` : ''
  const digits = [4, 6, 9, 12].find(n => round(expected, n) !== round(actual, n)) ?? 17
  return `${subject}${at} ${first} ${round(expected, digits)} ${second} ${round(actual, digits)}`
}

export function tensorText(shape: readonly number[], values: readonly number[]): string {
  const shown = values
    .slice(0, 6)
    .map(value => round(value))
    .join(', ')
  return `[${shown}${values.length > 6 ? ', …' : ''}]${shape.length > 1 ? ` as ${shape.join('×')}` : ''}`
}

function round(value: number, digits = 4): string {
  return String(Number(value.toPrecision(digits)))
}

/** The word that stands for a verdict, also where there is no colour. */
export const verdictSigns: Readonly<Record<CheckOutcome['verdict'], string>> = {
  'as written': '✓',
  accepted: '~',
  differs: '✗',
  unverified: '?',
  unusable: '!',
}

export const verdictWords: Readonly<Record<CheckOutcome['verdict'], string>> = {
  'as written': 'as written',
  accepted: 'accepted',
  differs: 'differs',
  unverified: 'unverified',
  unusable: 'not checked',
}

/** The sign of a finding: a difference, one that is accepted, or something suspicious whatever the spec says. */
export function findingSign({ diagnostic }: Finding): '✗' | '~' | '!' {
  if (diagnostic.accepted) return '~'
  return catalogue[diagnostic.code].category === 'difference' ? '✗' : '!'
}

/**
 * The reasons that a reader is told beside the findings: that a clause is behind a difference goes without saying as long as
 * that difference is open, and has to be accepted by itself once it is accepted.
 */
export function toldReasons(clauses: readonly ClauseVerdict[]): ReturnType<typeof reasonsOf> {
  const isOpen = new Set(clauses.filter(entry => !isAccepted(entry)).map(({ clause }) => clause))
  return reasonsOf(clauses.filter(({ behind }) => !behind || !isOpen.has(behind)))
}

/** Reasons why clauses are unverified, each once, with the clauses that it concerns. */
export function reasonsOf(
  clauses: readonly ClauseVerdict[],
): readonly { readonly reason: Diagnostic; readonly clauses: readonly string[] }[] {
  const found = new Map<string, { reason: Diagnostic; clauses: string[] }>()
  for (const { reason, clause } of clauses) {
    if (!reason) continue
    const key = keyOf(reason)
    const known = found.get(key)
    if (known) known.clauses.push(clause.id)
    else found.set(key, { reason, clauses: [clause.id] })
  }
  return [...found.values()]
}

/** Diagnostics, each once: one site can be walked several times. */
function distinct(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map(entry => [keyOf(entry), entry])).values()]
}

/** What was met on the way, without what is told as the reason of a clause. */
export function otherDiagnostics({ diagnostics, comparison }: CheckOutcome): readonly Diagnostic[] {
  const told = new Set(toldReasons(comparison?.clauses ?? []).map(({ reason }) => keyOf(reason)))
  return distinct(diagnostics).filter(entry => !told.has(keyOf(entry)))
}

const keyOf = ({ code, message, span }: Diagnostic): string =>
  `${code} ${message} ${span && formatPlace(span)}`

/** Whether there is nothing more to say of a clause. */
export function isFine(entry: ClauseVerdict): boolean {
  return entry.verdict === 'as written' && !isAccepted(entry)
}

/** The verdict on a clause as a reader meets it, with its sign. */
export function toldVerdict(entry: ClauseVerdict): {
  readonly sign: string
  readonly word: CheckOutcome['verdict']
} {
  const word = isAccepted(entry) ? 'accepted' : entry.verdict
  return { sign: verdictSigns[word], word }
}

/** From this many on, clauses that are as written are folded away. */
const foldFrom = 20

/** The clauses to list in a document: those that are shown, and those that are behind a summary. */
export function foldedClauses(all: readonly ClauseVerdict[]): {
  readonly shown: readonly ClauseVerdict[]
  readonly folded: readonly ClauseVerdict[]
} {
  const clauses = listedClauses(all)
  const fine = clauses.filter(isFine)
  if (fine.length < foldFrom) return { shown: clauses, folded: [] }
  return { shown: clauses.filter(entry => !isFine(entry)), folded: fine }
}

/** The clauses to list: settings that are as written are in the words of their layer's clause already. */
export function listedClauses(clauses: readonly ClauseVerdict[]): readonly ClauseVerdict[] {
  return clauses.filter(({ clause, verdict }) => clause.kind !== 'config' || verdict !== 'as written')
}

/** A clause in the words of the spec. A layer's leaves out the settings that have another verdict in their own clause. */
export function statementText({ clause, verdict }: ClauseVerdict, all: readonly ClauseVerdict[]): string {
  if (clause.kind !== 'layer') return clause.statement
  const settings = all.filter(
    other => other.clause.kind === 'config' && other.clause.id.startsWith(`${clause.id}.`),
  )
  const alike = settings.filter(setting => setting.verdict === verdict)
  if (alike.length === settings.length) return clause.statement
  const [kind = ''] = clause.statement.split(' ')
  return [kind, ...alike.map(setting => setting.clause.statement)].join(', ')
}

/** The same for readers: words, and the equation that they end with as the paper prints it. */
export function toldStatement(
  entry: ClauseVerdict,
  all: readonly ClauseVerdict[],
): { readonly words: string; readonly equation?: Formula } {
  const { equation } = entry.clause
  return equation
    ? { words: equation.lead, equation: statedFormula(equation.tree) }
    : { words: statementText(entry, all) }
}

/** What the code chose where the spec is silent: equal choices together, with the layers that made them. */
export function silentText(outcome: CheckOutcome): string | undefined {
  const choices = new Map<string, string[]>()
  for (const { layer, key, value } of outcome.comparison?.silent ?? []) {
    const choice = `${key} = ${value}`
    choices.set(choice, [...(choices.get(choice) ?? []), layer])
  }
  if (choices.size === 0) return undefined
  const parts = [...choices].map(
    ([choice, layers]) => `${choice} in ${layers.length > 3 ? `${layers.length} layers` : layers.join(', ')}`,
  )
  return `The spec does not say, the code chose: ${parts.join('; ')}.`
}

/** Which shapes of inputs something else than the code says: what holds of the code holds for these shapes. */
export function statedText({ comparison, oneExample }: CheckOutcome): string | undefined {
  const given = comparison ? givenTensors(comparison.code.model) : []
  const parts = given.flatMap(({ name, stated }) =>
    stated ? [`${name} ${shapeStatementText(name, stated)}`] : [],
  )
  const single = oneExample
    ? ` For one example it is as written: say \`${oneExample}\` if that is what it takes.`
    : ''
  return parts.length > 0 ? `Shapes that are not in the code: ${parts.join('; ')}.${single}` : undefined
}

/** `3 checks: 1 as written, 2 differ`; nothing for a single one. */
export function summaryText(outcomes: readonly CheckOutcome[]): string | undefined {
  if (outcomes.length < 2) return undefined
  const parts = Object.entries(verdictWords).flatMap(([verdict, word]) => {
    const count = outcomes.filter(outcome => outcome.verdict === verdict).length
    return count > 0 ? [`${count} ${word === 'differs' && count > 1 ? 'differ' : word}`] : []
  })
  return `${outcomes.length} checks: ${parts.join(', ')}`
}
