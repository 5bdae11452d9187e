import pc from 'picocolors'
import type { ToyOutcome } from '../experiment/outcome.js'
import type { ReportOptions } from './reporters.js'
import { renderFact } from './terminal-findings.js'
import { toyFacts, toySigns, toyVerdict } from './toy-facts.js'

/** The outcomes for a person at a terminal: the verdict, and what it rests on. */
export function renderToyTerminal(
  outcomes: readonly ToyOutcome[],
  { color, width }: Pick<ReportOptions, 'color' | 'width'>,
): string {
  const colors = pc.createColors(color)
  const blocks = outcomes.map(outcome => {
    const { verdict, target, spec } = outcome
    const sign = toySigns[verdict]
    const tone = sign === '✓' ? colors.green : sign === '✗' ? colors.red : colors.yellow
    const against = spec ? ` against ${spec.path}` : ''
    return [
      `${tone(colors.bold(sign))} ${colors.bold(target)}${against}`,
      `  ${tone(toyVerdict(outcome))}`,
      '',
      ...toyFacts(outcome).flatMap(fact => renderFact(fact, colors, width)),
    ].join('\n')
  })
  return `${blocks.join('\n\n')}\n`
}
