import pc from 'picocolors'
import type { ClauseVerdict, Finding } from '../compare/verdict.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Formula } from '../equations/formula.js'
import { toMarkedText } from '../equations/unicode.js'
import type { CheckOutcome } from '../pipeline.js'
import { formatPlace } from '../text/source.js'
import {
  countsText,
  countVerdicts,
  evidenceText,
  isAccepted,
  sidesOf,
  verdictSigns,
  whyText,
} from './facts.js'
import { codeFrame, visible } from './frame.js'
import type { ReportOptions } from './reporters.js'

type Colors = ReturnType<typeof pc.createColors>

const tones: Readonly<Record<CheckOutcome['verdict'], (colors: Colors) => (text: string) => string>> = {
  'as written': colors => colors.green,
  differs: colors => colors.red,
  unverified: colors => colors.yellow,
  unusable: colors => colors.red,
}

/** The outcome of checks for a person at a terminal. Signs repeat what colours say. */
export function renderTerminal(outcomes: readonly CheckOutcome[], options: ReportOptions): string {
  const colors = pc.createColors(options.color)
  return `${outcomes.map(outcome => renderOutcome(outcome, colors, options)).join('\n\n')}\n`
}

function renderOutcome(outcome: CheckOutcome, colors: Colors, options: ReportOptions): string {
  const { width } = options
  const { verdict, comparison, spec } = outcome
  const tone = tones[verdict](colors)
  const counts = comparison ? `  ${countsText(countVerdicts(comparison.clauses))}` : ''
  const title = spec ? ` (${visible(spec.title)})` : ''
  const head = [
    `${colors.bold(visible(outcome.target))} against ${visible(outcome.specPath)}${title}`,
    `${tone(colors.bold(`${verdictSigns[verdict]} ${verdict === 'unusable' ? 'not checked' : verdict}`))}${counts}`,
  ]
  const blocks = [head.join('\n')]
  if (outcome.reason) blocks.push(renderDiagnostic(outcome.reason, options))
  for (const finding of comparison?.findings ?? [])
    blocks.push(renderFinding(finding, outcome, colors, width))
  const reasons = new Set((comparison?.clauses ?? []).flatMap(({ reason }) => (reason ? [reason] : [])))
  for (const reason of reasons) blocks.push(renderDiagnostic(reason, options))
  for (const entry of outcome.diagnostics) blocks.push(renderDiagnostic(entry, options))
  if (comparison) blocks.push(renderClauses(comparison.clauses, colors))
  if (comparison && comparison.silent.length > 0) {
    blocks.push(
      wrap(
        `The spec does not say, the code chose: ${comparison.silent
          .map(({ layer, key, value }) => visible(`${layer} ${key} = ${value}`))
          .join(', ')}.`,
        width,
      )
        .map(line => colors.dim(line))
        .join('\n'),
    )
  }
  return blocks.join('\n\n')
}

function renderFinding(finding: Finding, outcome: CheckOutcome, colors: Colors, width: number): string {
  const { diagnostic, clause, accepted, evidence } = finding
  const tone = accepted ? colors.yellow : colors.red
  const place = diagnostic.span ? `  ${visible(formatPlace(diagnostic.span))}` : ''
  const lines = [
    `${tone(colors.bold(`${accepted ? '~' : '✗'} ${diagnostic.code}`))}${colors.cyan(place)}`,
    ...wrap(visible(diagnostic.message), width - 2).map(line => `  ${line}`),
  ]
  if (diagnostic.span)
    lines.push('', ...codeFrame(diagnostic.span, 1, width - 8).map(line => `  ${line}`), '')
  const { specified, implemented } = sidesOf(finding, outcome)
  const citation = clause?.citation ? visible(clause.citation.text) : undefined
  if (specified) lines.push(...renderSide('paper', specified, colors, citation))
  if (implemented) lines.push(...renderSide('code', implemented, colors))
  const facts: (readonly [string, string | undefined])[] = [
    ['cited', specified ? undefined : citation],
    ['why', whyText(finding)],
    ['shown by', evidence && evidenceText(evidence)],
    ['do', diagnostic.help],
    ['clause', clause && `${clause.id} (${formatPlace(clause.span)})`],
    ['accepted', accepted?.reason],
  ]
  for (const [label, text] of facts) if (text) lines.push(...labelled(label, visible(text), colors, width))
  for (const { message, span } of diagnostic.related) {
    lines.push(...labelled('see', `${visible(message)} (${visible(formatPlace(span))})`, colors, width))
  }
  return lines.join('\n')
}

const labelWidth = 10

function renderSide(label: string, formula: Formula, colors: Colors, remark?: string): readonly string[] {
  const { text, marks } = toMarkedText(formula)
  const head = `  ${colors.dim(label.padEnd(labelWidth))}`
  const line = `${head}${text}${remark ? colors.dim(`    ${remark}`) : ''}`
  if (marks.length === 0) return [line]
  const carets = [...text].map((_, i) => (marks.some(([start, end]) => i >= start && i < end) ? '^' : ' '))
  return [line, `  ${' '.repeat(labelWidth)}${colors.red(carets.join('').trimEnd())}`]
}

function labelled(label: string, text: string, colors: Colors, width: number): readonly string[] {
  return wrap(text, width - labelWidth - 2).map(
    (line, i) => `  ${colors.dim((i === 0 ? label : '').padEnd(labelWidth))}${line}`,
  )
}

/** A message that is not a finding: an error in the input, a reason, a soft failure. */
export function renderDiagnostic(entry: Diagnostic, { color, width }: ReportOptions): string {
  const colors = pc.createColors(color)
  const place = entry.span ? `  ${visible(formatPlace(entry.span))}` : ''
  const lines = [
    `${colors.yellow(colors.bold(`! ${entry.code}`))}${colors.cyan(place)}`,
    ...wrap(visible(entry.message), width - 2).map(line => `  ${line}`),
  ]
  if (entry.span) lines.push('', ...codeFrame(entry.span, 0, width - 8).map(line => `  ${line}`))
  for (const note of entry.notes) lines.push(...labelled('note', visible(note), colors, width))
  if (entry.help) lines.push(...labelled('do', visible(entry.help), colors, width))
  return lines.join('\n')
}

function renderClauses(clauses: readonly ClauseVerdict[], colors: Colors): string {
  const longest = Math.max(0, ...clauses.map(({ clause }) => clause.id.length))
  const rows = clauses.map(entry => {
    const { clause, verdict, evidence, reason } = entry
    const sign = isAccepted(entry) ? colors.yellow('~') : tones[verdict](colors)(verdictSigns[verdict])
    const because = reason ? reason.message : evidence ? evidenceText(evidence) : ''
    const id = visible(clause.id).padEnd(longest)
    return `  ${sign} ${id}  ${visible(clause.statement)}${because ? colors.dim(`  ${visible(because)}`) : ''}`
  })
  return ['Clauses', ...rows].join('\n')
}

/** Breaks text into lines of at most `width` characters at spaces. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > Math.max(20, width)) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
