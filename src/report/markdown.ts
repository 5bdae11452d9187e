import type { ClauseVerdict } from '../compare/verdict.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { type Formula, withoutControls } from '../equations/formula.js'
import { toLatex } from '../equations/latex.js'
import { escapeMarkdown } from '../equations/markdown.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span } from '../text/source.js'
import {
  casesText,
  citationText,
  countsText,
  countVerdicts,
  distinct,
  type Fact,
  findingSign,
  foldedClauses,
  groundText,
  reasonFacts,
  reasonsOf,
  silentText,
  statedText,
  statementText,
  summaryText,
  toldVerdict,
  verdictSigns,
  verdictWords,
} from './facts.js'
import { type ToldFinding, tellFindings } from './findings.js'
import { codeFrame } from './frame.js'
import { policyText } from './policy.js'
import type { ReportOptions } from './reporters.js'

/** The outcome of checks as Markdown, with equations in `math` fences. The verdict is always the first line. */
export function renderMarkdown(
  outcomes: readonly CheckOutcome[],
  { policy }: Pick<ReportOptions, 'policy'> = {},
): string {
  const summary = summaryText(outcomes)
  const allowed = policy && policyText(outcomes, policy)
  const blocks = [
    ...(summary ? [`**${summary}**`] : []),
    ...(allowed ? [allowed] : []),
    ...outcomes.map(renderOutcome),
  ]
  return `${blocks.join('\n\n')}\n`
}

function renderOutcome(outcome: CheckOutcome): string {
  const { verdict, target, specPath, spec, comparison, reason, diagnostics } = outcome
  const counts = comparison ? `: ${countsText(countVerdicts(comparison.clauses))}` : ''
  const title = spec ? ` (${escapeMarkdown(spec.title)})` : ''
  const blocks = [
    `## ${verdictSigns[verdict]} ${verdictWords[verdict]}${counts}`,
    `${code(target)} against ${code(specPath)}${title}`,
  ]
  if (spec?.citation) blocks.push(prose(citationText(spec.citation)))
  const cases = casesText(outcome)
  if (cases) blocks.push(prose(cases))
  if (reason) blocks.push(renderReason(reason))
  blocks.push(...tellFindings(outcome).map(renderFinding))
  for (const { reason: why, clauses } of reasonsOf(comparison?.clauses ?? []))
    blocks.push(renderReason(why, clauses))
  for (const entry of distinct(diagnostics)) blocks.push(renderReason(entry))
  if (comparison) blocks.push(...renderClauses(comparison.clauses))
  for (const text of [silentText(outcome), statedText(outcome)]) if (text) blocks.push(prose(text))
  return blocks.join('\n\n')
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
    const cells = [
      `${sign} ${word}`,
      code(entry.clause.id),
      prose(statementText(entry, all)),
      prose(groundText(entry)),
    ]
    return `| ${cells.map(inCell).join(' | ')} |`
  })
  return ['| verdict | clause | statement | ground |', '|---|---|---|---|', ...rows].join('\n')
}

/** A bar ends a cell even within code, unless it is escaped; outside of tables code shows the escape. */
function inCell(markdown: string): string {
  return markdown.replace(/(?<!\\)\|/g, '\\|')
}

export function math(latex: string): string {
  return `\`\`\`math\n${latex}\n\`\`\``
}

function frame(span: Span): string {
  return fenced(codeFrame(span).join('\n'), 'text')
}

/** A fence longer than any run of backticks inside. */
export function fenced(text: string, language: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

/** A text in which names stand between backticks: those become code, and nothing else acts as Markdown. */
export function prose(text: string): string {
  return text
    .split(/(`[^`]+`)/)
    .map(part => (/^`[^`]+`$/.test(part) ? code(part.slice(1, -1)) : withoutMentions(escapeMarkdown(part))))
    .join('')
}

/** Code hosts tell people whose name stands behind an `@`, unless something is in between. */
function withoutMentions(markdown: string): string {
  return markdown.replace(/@(?=\w)/g, '@<!-- -->')
}

/** Inline code that its content cannot end. */
export function code(text: string): string {
  const clean = withoutControls(text)
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${clean} ${fence}` : `${fence}${clean}${fence}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
