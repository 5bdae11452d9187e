import type { Finding } from '../compare/verdict.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { toLatex } from '../equations/latex.js'
import { escapeMarkdown } from '../equations/markdown.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace, type Span } from '../text/source.js'
import {
  countsText,
  countVerdicts,
  evidenceText,
  isAccepted,
  sidesOf,
  verdictSigns,
  whyText,
} from './facts.js'
import { codeFrame } from './frame.js'

/** The outcome of checks as Markdown, with equations in `math` fences. */
export function renderMarkdown(outcomes: readonly CheckOutcome[]): string {
  return `${outcomes.map(renderOutcome).join('\n\n')}\n`
}

function renderOutcome(outcome: CheckOutcome): string {
  const { verdict, target, specPath, spec, comparison, reason, diagnostics } = outcome
  const counts = comparison ? `: ${countsText(countVerdicts(comparison.clauses))}` : ''
  const title = spec ? ` (${escapeMarkdown(spec.title)})` : ''
  const blocks = [
    `## ${verdictSigns[verdict]} ${verdict === 'unusable' ? 'not checked' : verdict}${counts}`,
    `${code(target)} against ${code(specPath)}${title}`,
  ]
  if (reason) blocks.push(renderDiagnostic(reason))
  for (const finding of comparison?.findings ?? []) blocks.push(renderFinding(finding, outcome))
  for (const entry of diagnostics) blocks.push(renderDiagnostic(entry))
  if (comparison) {
    const rows = comparison.clauses.map(entry => {
      const { clause, evidence } = entry
      const shown = isAccepted(entry) ? '~ accepted' : `${verdictSigns[entry.verdict]} ${entry.verdict}`
      const because = entry.reason ? entry.reason.message : evidence ? evidenceText(evidence) : ''
      return `| ${shown} | ${code(clause.id)} | ${escapeMarkdown(clause.statement)} | ${escapeMarkdown(because)} |`
    })
    blocks.push(['| verdict | clause | statement | evidence |', '|---|---|---|---|', ...rows].join('\n'))
  }
  return blocks.join('\n\n')
}

function renderFinding(finding: Finding, outcome: CheckOutcome): string {
  const { diagnostic, clause, evidence, accepted } = finding
  const { specified, implemented } = sidesOf(finding, outcome)
  const place = diagnostic.span ? ` at ${code(formatPlace(diagnostic.span))}` : ''
  const citation = clause?.citation ? ` (${escapeMarkdown(clause.citation.text)})` : ''
  return [
    `### ${accepted ? '~' : '✗'} ${diagnostic.code}`,
    `${sentence(escapeMarkdown(diagnostic.message))}${place}.`,
    ...(diagnostic.span ? [frame(diagnostic.span)] : []),
    ...(specified ? [`The paper${citation}:\n\n${math(toLatex(specified))}`] : []),
    ...(implemented ? [`The code:\n\n${math(toLatex(implemented))}`] : []),
    escapeMarkdown(whyText(finding)),
    ...(evidence ? [`Shown by: ${escapeMarkdown(evidenceText(evidence))}.`] : []),
    ...(diagnostic.help ? [`What to do: ${escapeMarkdown(diagnostic.help)}`] : []),
    ...(accepted ? [`Accepted by the spec: ${escapeMarkdown(accepted.reason)}`] : []),
  ].join('\n\n')
}

function renderDiagnostic({ code: name, message, span, help }: Diagnostic): string {
  const place = span ? ` at ${code(formatPlace(span))}` : ''
  return `**${name}**${place}: ${escapeMarkdown(message)}.${help ? ` ${escapeMarkdown(help)}` : ''}`
}

function math(latex: string): string {
  return `\`\`\`math\n${latex}\n\`\`\``
}

function frame(span: Span): string {
  return fenced(codeFrame(span).join('\n'), 'text')
}

/** A fence longer than any run of backticks inside. */
function fenced(text: string, language: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

/** Inline code that its content cannot end. */
function code(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}]/gu, '?').replace(/\|/g, '\\|')
  const longest = Math.max(0, ...[...clean.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return longest > 0 ? `${fence} ${clean} ${fence}` : `${fence}${clean}${fence}`
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
