import pc from 'picocolors'
import type { EquationChange } from '../diff/changes.js'
import type { DiffOutcome, ModelDifference, TargetDifference } from '../diff/diff.js'
import { toText } from '../equations/unicode.js'
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
import { visible } from './frame.js'
import { wrap } from './layout.js'
import type { TerminalOptions } from './reporters.js'
import { type Colors, renderFact, renderReason, renderSide } from './terminal-findings.js'

const tones: Readonly<Record<DiffOutcome['verdict'], (colors: Colors) => (text: string) => string>> = {
  same: colors => colors.green,
  different: colors => colors.red,
  undecided: colors => colors.yellow,
  unusable: colors => colors.red,
}

/** The outcome of comparisons for a person at a terminal. Signs repeat what colours say. */
export function renderDiffTerminal(outcomes: readonly DiffOutcome[], options: TerminalOptions): string {
  const colors = pc.createColors(options.color)
  const summary = targetsText(outcomes)
  const blocks = outcomes.flatMap(outcome => renderOutcome(outcome, colors, options))
  return `${[...blocks, ...(summary ? [colors.bold(summary)] : [])].join('\n\n')}\n`
}

function renderOutcome(outcome: DiffOutcome, colors: Colors, options: TerminalOptions): readonly string[] {
  const { verdict, diagnostics, targets, after } = outcome
  if (verdict === 'unusable')
    return [
      head(verdict, after.path, sidesText(outcome), colors, options.width),
      ...diagnostics.map(
        ({ side, diagnostic }) => `${visible(outcome[side].label)}:\n${renderReason(diagnostic, options)}`,
      ),
    ]
  return targets.map(target => renderTarget(target, outcome, colors, options))
}

function head(
  verdict: DiffOutcome['verdict'],
  subject: string,
  below: string,
  colors: Colors,
  width: number,
): string {
  const sign = tones[verdict](colors)(colors.bold(`${samenessSigns[verdict]} ${samenessWords[verdict]}`))
  return [
    `${sign}  ${colors.bold(visible(subject))}`,
    ...wrap(visible(below), width - 2).map(line => `  ${line}`),
  ].join('\n')
}

/** One target of both sides: what is known of it, and the equations that changed. */
export function renderTarget(
  target: TargetDifference,
  outcome: DiffOutcome,
  colors: Colors,
  options: TerminalOptions,
): string {
  const { name, verdict, change, cases } = target
  const { path } = outcome[change === 'removed' ? 'before' : 'after']
  const subject = name === path ? path : `${path}#${name}`
  const below = change === 'none' ? sidesText(outcome) : `${change}: ${sidesText(outcome)}`
  return [
    head(verdict, subject, below, colors, options.width),
    ...cases.map(entry => renderCase(entry, colors, options)),
  ].join('\n\n')
}

function renderCase(entry: ModelDifference, colors: Colors, options: TerminalOptions): string {
  const { where, outputs, settings, equations } = entry
  const { width } = options
  const lines = (text: string, indent = '  ') =>
    wrap(visible(text), width - indent.length).map(line => indent + line)
  const sign = tones[outputs.verdict](colors)(samenessSigns[outputs.verdict])
  const [first = '', ...rest] = lines(outputsText(outputs), '    ')
  const name = nameText(outputs)
  const blocks: (string | undefined)[] = [
    where.length > 0 ? lines(`where ${where.join(', ')}`).join('\n') : undefined,
    [
      `  ${sign} ${first.trimStart()}`,
      ...rest,
      ...(name ? renderFact({ label: 'called', text: name }, colors, width) : []),
      ...renderNumbers(entry, colors, width),
    ].join('\n'),
    outputs.reason && renderReason(outputs.reason, options),
    settings.length > 0
      ? settings
          .flatMap(setting => {
            const place = setting.after?.span ?? setting.before?.span
            const [start = '', ...others] = lines(settingText(setting), '    ')
            const tone = tones[setting.verdict](colors)
            return [
              `  ${tone(settingSigns[setting.verdict])} ${start.trimStart()}`,
              ...others,
              ...(place ? [`    ${colors.cyan(visible(formatPlace(place)))}`] : []),
            ]
          })
          .join('\n')
      : undefined,
    ...equations.map(change => renderChange(change, colors, width)),
    ...[parametersText(entry), sharedText(entry)].map(text => text && lines(text).join('\n')),
  ]
  return blocks.filter(block => block !== undefined).join('\n\n')
}

/** Numbers at the smallest value that differs, and for what. */
function renderNumbers(
  { outputs: { evidence, smallest } }: ModelDifference,
  colors: Colors,
  width: number,
): readonly string[] {
  const shown = smallest ?? (evidence?.by === 'counterexample' ? evidence.counterexample : undefined)
  if (!shown) return []
  const details = inputFacts(shown)
  const text = smallest ? `${changeText(smallest)}${details.length > 0 ? ', for' : ''}` : 'inputs such as'
  return renderFact({ label: smallest ? 'first' : 'shown by', text, details }, colors, width)
}

function renderChange(change: EquationChange, colors: Colors, width: number): string {
  const spaces = spacesOf(change)
  return (['before', 'after'] as const)
    .flatMap((side, i) => {
      const line = change[side]
      if (!line) return renderSide(side, 'nothing here', colors, width)
      const space = spaces[i] ? [`∈ ${toText(spaces[i])}`] : []
      const place = line.span ? [formatPlace(line.span)] : []
      const notes = [...space, ...place].join('  ')
      return [
        ...renderSide(side, lineFormula(line), colors, width),
        ...(notes ? [`            ${colors.cyan(visible(notes))}`] : []),
      ]
    })
    .join('\n')
}
