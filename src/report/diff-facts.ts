import type { Counterexample, Evidence } from '../compare/verdict.js'
import { catalogue } from '../diagnostics/catalogue.js'
import type { ChangedLine, EquationChange } from '../diff/changes.js'
import type { DiffOutcome, ModelDifference, OutputsVerdict, Sameness } from '../diff/diff.js'
import type { SettingChange } from '../diff/settings.js'
import { type Formula, glyph, row } from '../equations/formula.js'
import { countText } from '../equations/terminal.js'
import { toText } from '../equations/unicode.js'
import { evidenceText, resultText, tensorText } from './facts.js'

/** The sign that stands for a verdict, also where there is no colour. */
export const samenessSigns: Readonly<Record<DiffOutcome['verdict'], string>> = {
  same: '✓',
  different: '✗',
  undecided: '?',
  unusable: '!',
}

export const samenessWords: Readonly<Record<DiffOutcome['verdict'], string>> = {
  same: 'the same',
  different: 'different',
  undecided: 'undecided',
  unusable: 'not compared',
}

/** `3 targets: 1 the same, 2 different`; nothing for a single one. */
export function targetsText(outcomes: readonly DiffOutcome[]): string | undefined {
  const targets = outcomes.flatMap(outcome => outcome.targets)
  if (targets.length < 2) return undefined
  const parts = (['same', 'different', 'undecided'] as const).flatMap((verdict: Sameness) => {
    const count = targets.filter(target => target.verdict === verdict).length
    return count > 0 ? [`${count} ${samenessWords[verdict]}`] : []
  })
  return `${targets.length} targets: ${parts.join(', ')}`
}

/** What is known of the outputs, in a sentence; a reason in the code is told by itself. */
export function outputsText({ verdict, evidence, problem }: OutputsVerdict): string {
  if (verdict === 'same') return `the outputs are the same: ${evidence ? evidenceText(evidence) : ''}`
  if (verdict === 'undecided')
    return `whether the outputs are the same is not known${problem === undefined ? '' : `: ${problem}`}`
  return `the outputs differ: ${evidence ? differenceText(evidence) : ''}`
}

/** What shows a difference: `the output y at [0, 1] was 0.31 and is 0.21`. */
function differenceText(evidence: Evidence): string {
  switch (evidence.by) {
    case 'counterexample':
      return changeText(evidence.counterexample)
    case 'shape':
      return `the shape was ${evidence.expected} and is ${evidence.actual}`
    case 'value':
      return `there were ${evidence.expected} and are ${evidence.actual}`
    default:
      return evidenceText(evidence)
  }
}

/** What a difference is called: `scale missing (scale-missing)`. */
export function nameText({ named }: OutputsVerdict): string | undefined {
  if (!named) return undefined
  const { title } = catalogue[named.code]
  return `${title[0]!.toLowerCase()}${title.slice(1)} (${named.code})`
}

export const changeText = (counterexample: Counterexample): string =>
  resultText(counterexample, ['was', 'and is'])

/** `\`rate\` of dropout \`drop\`: 0.5 → 0.25`. */
export function settingText({ subject, before, after, verdict }: SettingChange): string {
  const value = `${before?.text ?? 'none'} → ${after?.text ?? 'none'}`
  return `${subject}: ${value}${verdict === 'undecided' ? ' (not known to be the same)' : ''}`
}

/** `1,234 → 1,300 parameters`; nothing where the number is one and the same. */
export function parametersText({ parameters }: ModelDifference): string | undefined {
  if (!parameters) return undefined
  const [before, after] = [countText(parameters.before), countText(parameters.after)]
  return before === after ? undefined : `${before} → ${after} parameters`
}

/** Under which assumption the verdict holds. */
export function sharedText({ shared }: ModelDifference): string | undefined {
  if (shared.length === 0) return undefined
  return `Open on both sides and taken to be the same: ${shared.join(', ')}.`
}

/** An equation of one side: what is called so, and what computes it. */
export const lineFormula = ({ left, right }: ChangedLine): Formula =>
  left ? row(left, glyph(' = '), right) : right

/** The spaces of the values before and after, where these are not one. */
export function spacesOf({ before, after }: EquationChange): readonly Formula[] {
  const [first, second] = [before?.space, after?.space]
  return first && second && toText(first) !== toText(second) ? [first, second] : []
}

/** Concrete inputs as facts, each a name and some of its numbers. */
export const inputFacts = ({ inputs }: Counterexample): readonly (readonly [name: string, value: string])[] =>
  inputs.map(({ name, shape, values }) => [name, tensorText(shape, values)])

/** Where both sides were read: `main → HEAD`. */
export const sidesText = ({ before, after }: DiffOutcome): string => `${before.label} → ${after.label}`

/** The settings that changed, those of the computed function first. */
export const settingSigns: Readonly<Record<SettingChange['verdict'], string>> = {
  different: '✗',
  undecided: '?',
}
