import type { ClauseVerdict } from '../compare/verdict.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Formula } from '../equations/formula.js'
import { toLatex } from '../equations/latex.js'
import { escapeMarkdown, inCell as mathInCell } from '../equations/markdown.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span } from '../text/source.js'
import { fitted, type Part } from './comment.js'
import { checkMarker } from './comment-limits.js'
import {
  casesText,
  citationText,
  countsText,
  type Fact,
  findingSign,
  foldedClauses,
  groundText,
  otherDiagnostics,
  reasonFacts,
  silentText,
  statedText,
  statementText,
  summaryText,
  toldReasons,
  toldStatement,
  toldVerdict,
  verdictSigns,
  verdictWords,
} from './facts.js'
import { type ToldFinding, tellFindings } from './findings.js'
import { codeFrame } from './frame.js'
import { code, fenced, math, prose } from './markdown-text.js'
import { policyText } from './policy.js'
import type { ReportOptions } from './reporters.js'

/** The outcome of checks as a comment, with equations in `math` fences. The verdict is always the first line. */
export function renderMarkdown(
  outcomes: readonly CheckOutcome[],
  { policy }: Pick<ReportOptions, 'policy'> = {},
): string {
  const summary = summaryText(outcomes)
  const allowed = policy && policyText(outcomes, policy)
  const head = [...(summary ? [`**${summary}**`] : []), ...(allowed ? [allowed] : [])]
  const parts = [
    ...(head.length > 0 ? [{ name: 'the summary', text: head.join('\n\n') }] : []),
    ...outcomes.flatMap(partsOf),
  ]
  return fitted(parts, [checkMarker])
}

function partsOf(outcome: CheckOutcome): readonly Part[] {
  const { verdict, target, specPath, spec, comparison, reason } = outcome
  const counts = comparison ? `: ${countsText(comparison)}` : ''
  const title = spec ? ` (${escapeMarkdown(spec.title)})` : ''
  const head = [
    `## ${verdictSigns[verdict]} ${verdictWords[verdict]}${counts}`,
    `${code(target)} against ${code(specPath)}${title}`,
  ]
  if (spec?.citation) head.push(prose(citationText(spec.citation)))
  const cases = casesText(outcome)
  if (cases) head.push(prose(cases))
  const part = (what: string, text: string): Part => ({ name: `${what} of ${target}`, text })
  const clauses = comparison?.clauses ?? []
  return [
    part('the verdict', head.join('\n\n')),
    ...(reason ? [part(reason.code, renderReason(reason))] : []),
    ...tellFindings(outcome).map(told => part(told.finding.diagnostic.code, renderFinding(told))),
    ...toldReasons(clauses).map(entry => part(entry.reason.code, renderReason(entry.reason, entry.clauses))),
    ...otherDiagnostics(outcome).map(entry => part(entry.code, renderReason(entry))),
    ...(comparison ? renderClauses(clauses).map(text => part('clauses', text)) : []),
    ...[silentText(outcome), statedText(outcome)].flatMap(text =>
      text ? [part('what the spec leaves open', prose(text))] : [],
    ),
  ]
}

function renderFinding({ finding, isNewPlace, sides, facts }: ToldFinding): string {
  const { diagnostic } = finding
  const { specified, implemented } = sides
  const place = diagnostic.span ? ` at ${code(formatPlace(diagnostic.span))}` : ''
  return [
    `### ${findingSign(finding)} ${diagnostic.code}`,
    `${sentence(prose(diagnostic.message))}${place}.`,
    ...(diagnostic.span && isNewPlace ? [frame(diagnostic.span)] : []),
    ...(specified ? [renderSide('The paper:', specified)] : []),
    ...(implemented ? [renderSide('The code:', implemented)] : []),
    renderFacts(facts),
  ].join('\n\n')
}

export function renderReason(entry: Diagnostic, clauses: readonly string[] = []): string {
  const { code: name, message, span, accepted } = entry
  const place = span ? ` at ${code(formatPlace(span))}` : ''
  const concerned = clauses.map(id => code(id)).join(', ')
  return [
    `${accepted ? '~ ' : ''}**${name}**${place}: ${prose(message)}.`,
    ...(span ? [frame(span)] : []),
    renderFacts(reasonFacts(entry), ...(concerned ? [`- **clauses**: ${concerned}`] : [])),
  ].join('\n\n')
}

function renderFacts(facts: readonly Fact[], ...first: readonly string[]): string {
  const items = facts.map(({ label, text, details = [] }) => {
    const rows = details.map(([name, value]) => `\n  - ${code(name)}: ${code(value)}`)
    return `- **${label}**: ${prose(text)}${rows.join('')}`
  })
  return [...first, ...items].join('\n')
}

function renderSide(title: string, side: Formula | string): string {
  return `${title}\n\n${typeof side === 'string' ? code(side) : math(toLatex(side))}`
}

function renderClauses(all: readonly ClauseVerdict[]): readonly string[] {
  const { shown, folded } = foldedClauses(all)
  if (folded.length === 0) return [table(shown, all)]
  const details = `<details>\n<summary>${folded.length} clauses as written</summary>\n\n${table(folded, all)}\n\n</details>`
  return shown.length > 0 ? [table(shown, all), details] : [details]
}

function table(clauses: readonly ClauseVerdict[], all: readonly ClauseVerdict[]): string {
  const rows = clauses.map(entry => {
    const { sign, word } = toldVerdict(entry)
    const cells = [`${sign} ${word}`, code(entry.clause.id), statement(entry, all), prose(groundText(entry))]
    return `| ${cells.map(inCell).join(' | ')} |`
  })
  return ['| verdict | clause | statement | ground |', '|---|---|---|---|', ...rows].join('\n')
}

/** Longer formulas in a row of a table are written as text: code hosts refuse to render them. */
const longestFormula = 2000

function statement(entry: ClauseVerdict, all: readonly ClauseVerdict[]): string {
  const { words, equation } = toldStatement(entry, all)
  if (!equation) return prose(words)
  const latex = toLatex(equation)
  return latex.length > longestFormula
    ? prose(statementText(entry, all))
    : `${prose(words)}${mathInCell(latex)}`
}

/** A bar ends a cell even within code, unless it is escaped; outside of tables code shows the escape. */
function inCell(markdown: string): string {
  return markdown.replace(/(?<!\\)\|/g, '\\|')
}

function frame(span: Span): string {
  return fenced(codeFrame(span).join('\n'), 'text')
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
