import { laws } from '../src/identity/laws.js'
import { movements } from '../src/normal/movement.js'
import { rules, themes } from '../src/normal/rules.js'
import { opTable } from '../src/ops/table.js'

const withLaw = (law: string) =>
  Object.entries(opTable).flatMap(([name, { laws: own }]) =>
    own?.includes(law.replaceAll('f(', `${name}(`)) ? [name] : [],
  )

/** What the page about the rules is made of. */
export const rulesReference = {
  rules,
  themes,
  movements: movements.map(({ name, statement }) => ({ name, statement })),
  laws,
  commutative: withLaw('f(x, y) = f(y, x)'),
  associative: withLaw('f(f(x, y), z) = f(x, f(y, z))'),
}
