import { diagnostic } from '../diagnostics/diagnostic.js'
import { type Span, spanText } from '../text/source.js'
import { attempt, nameOf, spoil } from './branches.js'
import { BudgetExceeded } from './budget.js'
import type { Interpreter } from './interpreter.js'
import { ageOf, declaredCells } from './scope.js'
import { shorten } from './unknowns.js'
import type { ObjectValue } from './value.js'

/**
 * Walks code that may run any number of times, until a round changes nothing that earlier ones did not, and makes
 * all that it changes unknown.
 */
export function spoilEffects(interpreter: Interpreter, span: Span, action: () => void): void {
  const condition = shorten(spanText(span))
  const spoiled = new Map<object, Set<string>>()
  const firstNew = interpreter.newId()
  const firstCell = declaredCells()
  let made = -1
  for (let round = 0; ; round++) {
    if (round > 16) throw new BudgetExceeded('a loop changes more in every round')
    let fresh = 0
    let own = 0
    for (const change of interpreter.speculate(() => attempt(interpreter, action)).changes) {
      const { slot } = change
      const owner = slot.kind === 'cell' ? slot.cell : slot.object
      const key = slot.kind === 'property' ? `.${slot.key}` : slot.kind
      const keys = spoiled.get(owner) ?? new Set()
      spoiled.set(owner, keys)
      if (keys.has(key)) continue
      keys.add(key)
      // What a round makes for itself is new in each; only its number tells whether anything changed.
      const isOwn =
        slot.kind === 'cell' ? ageOf(slot.cell) >= firstCell : (owner as ObjectValue).id >= firstNew
      if (isOwn) {
        own++
        continue
      }
      fresh++
      const what = nameOf(change)
      const reason = diagnostic('unknown-loop', { what, condition }, { span })
      spoil(interpreter, change, interpreter.unknowns.fresh(what, reason))
    }
    if (fresh === 0 && own === made) return
    made = own
  }
}
