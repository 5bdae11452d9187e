import type { Expression, NameExpression } from '../math/expression.js'
import { namesIn } from './names.js'

/** Script letters, as papers write sets with: `\mathcal{A}`, and arrows over letters. */
const script = /^\\(?:mathcal|mathscr|vec)\b/

/**
 * A script letter beside the plain one. Fonts are not part of a name, and papers that write both mean two things by them, as
 * the number of actions |𝒜| and the advantage A.
 */
export function scriptBesidePlain(trees: readonly Expression[], text: string): NameExpression | undefined {
  const names = trees.flatMap(tree => [...namesIn(tree)])
  const isScript = ({ range }: NameExpression) => script.test(text.slice(...range).trimStart())
  const stemOf = ({ stem, name }: NameExpression) => stem ?? name
  const scripts = names.filter(isScript)
  const plain = new Set(names.filter(name => !isScript(name)).map(stemOf))
  return scripts.find(name => plain.has(stemOf(name)))
}
