import type { BakeoffOutcome, ClassPair, ModelClass } from '../bakeoff/bakeoff.js'
import { samenessWords } from './diff-facts.js'
import { verdictSigns, verdictWords } from './facts.js'

/** What a class is called: its members. */
export const membersText = ({ members }: ModelClass): string => members.map(({ label }) => label).join(', ')

/** `3 implementations: 2 are the same, 1 differs`. */
export function bakeoffSummary({ entrants, classes, base, verdict, against }: BakeoffOutcome): string {
  const count = `${entrants.length} implementations`
  if (verdict === 'unusable') return `${count}: not compared`
  if (verdict === 'same') return `${count}: all are the same`
  const size = classes[base]!.members.length
  const sizeOf = (wanted: string) =>
    against
      .filter(({ outcome }) => outcome.verdict === wanted)
      .reduce((sum, { second }) => sum + classes[second]!.members.length, 0)
  const [different, open] = [sizeOf('different'), sizeOf('undecided')]
  const parts = [
    size > 1 ? `${size} are the same` : `told against ${membersText(classes[base]!)}`,
    ...(different > 0 ? [`${different} ${different === 1 ? 'differs' : 'differ'}`] : []),
    ...(open > 0 ? [`${open} undecided`] : []),
  ]
  return `${count}: ${parts.join(', ')}`
}

/** What a class is to the others: `the majority`, `different from the majority`. */
export function standingText({ classes, base, hasMajority, against }: BakeoffOutcome, place: number): string {
  const others = hasMajority ? 'the majority' : membersText(classes[base]!)
  if (place === base) {
    if (classes.length === 1) return 'all are the same'
    if (hasMajority) return 'the majority'
    return classes[place]!.members.length > 1
      ? 'the largest group, no majority'
      : 'there is no majority; the others are told against it'
  }
  const pair = against.find(({ second }) => second === place)
  const word = pair?.outcome.verdict
  return word === 'different' ? `different from ${others}` : `not known to be the same as ${others}`
}

/** What the spec says of a class. */
export function checkText({ check }: ModelClass): string | undefined {
  if (!check) return undefined
  const codes = [...new Set(check.comparison?.findings.map(({ diagnostic }) => diagnostic.code) ?? [])]
  const named = codes.length > 0 ? `: ${codes.join(', ')}` : ''
  return `${verdictSigns[check.verdict]} ${verdictWords[check.verdict]} against ${check.specPath}${named}`
}

/** What is open between two classes that are both not told against each other. */
export const undecidedText = ({ classes }: BakeoffOutcome, { first, second, outcome }: ClassPair): string =>
  `${membersText(classes[first]!)} and ${membersText(classes[second]!)}: ${samenessWords[outcome.verdict]}`
