import pc from 'picocolors'
import { isAccepted } from '../compare/accepted.js'
import type { ClauseVerdict } from '../compare/verdict.js'
import { toText } from '../equations/unicode.js'
import type { CheckOutcome } from '../pipeline.js'
import { padTo, widthOf } from '../text/width.js'
import {
  casesText,
  citationText,
  countsText,
  groundText,
  listedClauses,
  otherDiagnostics,
  silentText,
  statedText,
  summaryText,
  toldReasons,
  toldStatement,
  verdictSigns,
  verdictWords,
} from './facts.js'
import { tellFindings } from './findings.js'
import { visible } from './frame.js'
import { wrap } from './layout.js'
import { policyText } from './policy.js'
import type { ReportOptions, TerminalOptions } from './reporters.js'
import { type Colors, renderFinding, renderReason } from './terminal-findings.js'

const tones: Readonly<Record<CheckOutcome['verdict'], (colors: Colors) => (text: string) => string>> = {
  'as written': colors => colors.green,
  accepted: colors => colors.yellow,
  differs: colors => colors.red,
  unverified: colors => colors.yellow,
  unusable: colors => colors.red,
}

/** The outcome of checks for a person at a terminal. Signs repeat what colours say. */
export function renderTerminal(
  outcomes: readonly CheckOutcome[],
  options: TerminalOptions & Pick<ReportOptions, 'policy'>,
): string {
  const colors = pc.createColors(options.color)
  const summary = summaryText(outcomes)
  const blocks = outcomes.map(outcome => renderOutcome(outcome, colors, options))
  const policy = options.policy && policyText(outcomes, options.policy)
  const last = [...(summary ? [colors.bold(summary)] : []), ...(policy ? [policy] : [])]
  return `${[...blocks, ...last].join('\n\n')}\n`
}

function renderOutcome(outcome: CheckOutcome, colors: Colors, options: TerminalOptions): string {
  const { comparison, reason } = outcome
  const { width } = options
  const blocks = [renderHead(outcome, colors, width)]
  if (reason) blocks.push(renderReason(reason, options))
  const findings = tellFindings(outcome)
  for (const told of findings) blocks.push(renderFinding(told, colors, width))
  for (const { reason: why, clauses } of toldReasons(comparison?.clauses ?? []))
    blocks.push(renderReason(why, options, clauses))
  for (const entry of otherDiagnostics(outcome)) blocks.push(renderReason(entry, options))
  if (comparison) blocks.push(renderClauses(comparison.clauses, colors, width))
  for (const text of [silentText(outcome), statedText(outcome)])
    if (text) blocks.push(dimmed(visible(text), colors, width))
  if (findings.length > 0)
    blocks.push(
      dimmed(`npx aswritten explain ${findings[0]!.finding.diagnostic.code} says more.`, colors, width),
    )
  return blocks.join('\n\n')
}

function renderHead(outcome: CheckOutcome, colors: Colors, width: number) {
  const { verdict, target, spec, specPath, comparison } = outcome
  const cases = casesText(outcome)
  const tone = tones[verdict](colors)
  const counts = comparison && countsText(comparison)
  const lines = [
    `${tone(colors.bold(`${verdictSigns[verdict]} ${verdictWords[verdict]}`))}  ${colors.bold(visible(target))}`,
    ...wrap(`against ${visible(specPath)}${spec ? `: ${visible(spec.title)}` : ''}`, width - 2).map(
      line => `  ${line}`,
    ),
    ...(spec?.citation
      ? wrap(visible(citationText(spec.citation)), width - 2).map(line => `  ${colors.dim(line)}`)
      : []),
    ...(counts ? wrap(counts, width - 2).map(line => `  ${line}`) : []),
    ...(cases ? wrap(visible(cases), width - 2).map(line => `  ${line}`) : []),
  ]
  return lines.join('\n')
}

function dimmed(text: string, colors: Colors, width: number): string {
  return wrap(text, width)
    .map(line => colors.dim(line))
    .join('\n')
}

/** Ids longer than this do not push the statements of all others to the right. */
const longestId = 40

/** A row of the list of clauses, in plain text. */
interface Row {
  readonly entry?: ClauseVerdict
  readonly id: string
  readonly statement: string
  readonly ground: string
}

function renderClauses(clauses: readonly ClauseVerdict[], colors: Colors, width: number): string {
  const rows = foldRows(
    listedClauses(clauses).map((entry): Row => {
      const { words, equation } = toldStatement(entry, clauses)
      const statement = `${words}${equation ? toText(equation) : ''}`
      const [id, ground] = [entry.clause.id, groundText(entry)]
      return { entry, id: visible(id), statement: visible(statement), ground: visible(ground) }
    }),
  )
  const idWidth = Math.min(longestId, Math.max(0, ...rows.map(({ id }) => widthOf(id))))
  const statementWidth = Math.max(
    0,
    ...rows.map(({ statement }) => widthOf(statement)).filter(size => size <= width / 2),
  )
  const lines = rows.flatMap(({ entry, id, statement, ground }) => {
    const sign = entry ? signOf(entry, colors) : colors.dim('⋮')
    const left = `${padTo(id, idWidth)}  ${padTo(statement, statementWidth)}`.trimEnd()
    const aligned = `${padTo(left, idWidth + 2 + statementWidth)}  ${ground}`.trimEnd()
    const whole = widthOf(aligned) + 4 <= width ? aligned : `${left}  ${ground}`.trimEnd()
    if (widthOf(whole) + 4 <= width)
      return [`  ${sign} ${whole.slice(0, -ground.length || undefined)}${colors.dim(ground)}`]
    // What does not fit into one line stands below its id.
    const below = [
      ...wrap(statement, width - 6),
      ...(ground ? wrap(ground, width - 6).map(line => colors.dim(line)) : []),
    ]
    return [`  ${sign} ${id}`, ...below.map(line => `      ${line}`)]
  })
  return ['Clauses', ...lines].join('\n')
}

function signOf(entry: ClauseVerdict, colors: Colors): string {
  return isAccepted(entry) ? colors.yellow('~') : tones[entry.verdict](colors)(verdictSigns[entry.verdict])
}

/** From this many on, clauses in a row that are as written for the same reason become one row. */
const foldFrom = 6

function foldRows(rows: readonly Row[]): readonly Row[] {
  const folded: Row[] = []
  for (let i = 0; i < rows.length; ) {
    let end = i + 1
    while (end < rows.length && isAlike(rows[i]!, rows[end]!)) end++
    if (end - i < foldFrom) folded.push(...rows.slice(i, end))
    else {
      const hidden = end - i - 4
      const more = { id: `${hidden} more`, statement: '', ground: rows[i]!.ground }
      folded.push(
        ...rows.slice(i, i + 3),
        ...(hidden > 0 ? [more] : []),
        ...rows.slice(end - (hidden > 0 ? 1 : 3), end),
      )
    }
    i = end
  }
  return folded
}

function isAlike(a: Row, b: Row): boolean {
  const isFine = ({ entry }: Row) => entry?.verdict === 'as written' && entry.findings.length === 0
  return isFine(a) && isFine(b) && a.ground === b.ground && a.entry?.clause.kind === b.entry?.clause.kind
}
