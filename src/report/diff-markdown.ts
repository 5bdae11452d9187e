import type { ChangedLine, EquationChange } from '../diff/changes.js'
import type { DiffOutcome, ModelDifference, TargetDifference } from '../diff/diff.js'
import { toLatex } from '../equations/latex.js'
import { formatPlace } from '../text/source.js'
import {
  changeText,
  inputFacts,
  lineFormula,
  nameText,
  outputsText,
  parametersText,
  samenessSigns,
  samenessWords,
  settingSigns,
  settingText,
  sharedText,
  sidesText,
  spacesOf,
  targetsText,
} from './diff-facts.js'
import { renderReason } from './markdown.js'
import { code, math, prose } from './markdown-text.js'

/** The outcome of comparisons as Markdown, with equations in `math` fences. The verdict is always the first line. */
export function renderDiffMarkdown(outcomes: readonly DiffOutcome[]): string {
  const summary = targetsText(outcomes)
  const blocks = [...(summary ? [`**${summary}**`] : []), ...outcomes.flatMap(renderOutcome)]
  return `${blocks.join('\n\n')}\n`
}

function renderOutcome(outcome: DiffOutcome): readonly string[] {
  const { verdict, diagnostics, targets, after } = outcome
  if (verdict !== 'unusable') return targets.map(target => renderTarget(target, outcome))
  return [
    `## ${samenessSigns[verdict]} ${samenessWords[verdict]}`,
    `${code(after.path)}: ${prose(sidesText(outcome))}`,
    ...diagnostics.flatMap(({ side, diagnostic }) => [
      `In ${code(outcome[side].label)}:`,
      renderReason(diagnostic),
    ]),
  ]
}

/** One target of both sides: what is known of it, and the equations that changed. */
export function renderTarget(
  { name, verdict, change, cases }: TargetDifference,
  outcome: DiffOutcome,
  level = '##',
): string {
  const { path } = outcome[change === 'removed' ? 'before' : 'after']
  const subject = name === path ? path : `${path}#${name}`
  return [
    `${level} ${samenessSigns[verdict]} ${samenessWords[verdict]}`,
    `${code(subject)}${change === 'none' ? '' : ` was ${change}`}: ${code(outcome.before.label)} → ${code(outcome.after.label)}`,
    ...cases.map(renderCase),
  ].join('\n\n')
}

function renderCase(entry: ModelDifference): string {
  const { where, outputs, settings, equations } = entry
  const { evidence, smallest, reason } = outputs
  const name = nameText(outputs)
  const shown = smallest ?? (evidence?.by === 'counterexample' ? evidence.counterexample : undefined)
  const numbers = shown ? inputFacts(shown).map(([name, value]) => `  - ${code(name)}: ${code(value)}`) : []
  const items = [
    `- ${samenessSigns[outputs.verdict]} ${prose(outputsText(outputs))}`,
    ...(name === undefined ? [] : [`- called ${name}`]),
    ...(smallest ? [`- first: ${prose(changeText(smallest))}${numbers.length > 0 ? ', for' : ''}`] : []),
    ...numbers,
    ...settings.map(setting => {
      const place = setting.after?.span ?? setting.before?.span
      return `- ${settingSigns[setting.verdict]} ${prose(settingText(setting))}${place ? ` at ${code(formatPlace(place))}` : ''}`
    }),
  ]
  const texts = [parametersText(entry), sharedText(entry)].flatMap(text => (text ? [prose(text)] : []))
  return [
    ...(where.length > 0 ? [`Where ${where.map(code).join(', ')}:`] : []),
    items.join('\n'),
    ...(reason ? [renderReason(reason)] : []),
    ...equations.map(renderChange),
    ...texts,
  ].join('\n\n')
}

function renderChange(change: EquationChange): string {
  const spaces = spacesOf(change)
  const side = (title: string, line: ChangedLine | undefined, space: number) => {
    if (!line) return `${title}: nothing here`
    const place = line.span ? ` at ${code(formatPlace(line.span))}` : ''
    const own = spaces[space]
    return `${title}${place}:\n\n${math(`${toLatex(lineFormula(line))}${own ? ` \\in ${toLatex(own)}` : ''}`)}`
  }
  return [side('Before', change.before, 0), side('After', change.after, 1)].join('\n\n')
}
