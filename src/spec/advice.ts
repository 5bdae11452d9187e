import type { Range } from '../math/expression.js'
import type { SyntaxProblem } from '../math/parse.js'
import { greekMacros } from '../math/spelling.js'
import { functionNames } from '../ops/vocabulary.js'
import { nearest } from '../text/nearest.js'

/** The place in the text that a problem is about. */
export const rangeOf = ({ offset, end }: SyntaxProblem): Range => [offset, end ?? offset + 1]

/** What to write in place of what cannot be read: a macro that is misspelled is a letter's or the word of a function. */
export function adviceOn({ help, unknownMacro }: SyntaxProblem): string | undefined {
  if (help !== undefined || unknownMacro === undefined) return help
  const words = new Map([
    ...functionNames.map(name => [name, `\\mathrm{${name}}`] as const),
    ...[...greekMacros.values()].map(macro => [macro.slice(1), macro] as const),
  ])
  const exact = functionNames.find(name => name.toLowerCase() === unknownMacro.toLowerCase())
  const meant = exact ?? nearest(unknownMacro, [...words.keys()])
  return meant === undefined ? undefined : `did you mean \`${words.get(meant)}\`?`
}
