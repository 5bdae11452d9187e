import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { attempt, nameOf, pathOf, spoil } from './branches.js'
import { BudgetExceeded } from './budget.js'
import type { Change } from './heap.js'
import type { Interpreter } from './interpreter.js'
import { declaredCells } from './scope.js'

/** As many rounds may each change something that earlier ones did not. */
const mostRounds = 16

/** Why what changes is not known afterwards. */
export type ReasonOf = (what: string) => Diagnostic

/** All that there is at some point: tells changes of it from those of what is made afterwards. */
export class Surroundings {
  readonly #firstObject: number
  readonly #firstCell = declaredCells()

  constructor(interpreter: Interpreter) {
    this.#firstObject = interpreter.newId()
  }

  areChangedBy({ slot }: Change): boolean {
    return slot.kind === 'cell' ? (slot.cell.age ?? 0) < this.#firstCell : slot.object.id < this.#firstObject
  }
}

/** What code that may run any number of times changes, as far as it was walked. */
export class Repetition {
  readonly #interpreter: Interpreter
  readonly #reasonOf: ReasonOf
  readonly #surroundings: Surroundings
  readonly #changed: Change[] = []
  readonly #seen = new Map<object, Set<string>>()

  constructor(interpreter: Interpreter, reasonOf: ReasonOf) {
    this.#interpreter = interpreter
    this.#reasonOf = reasonOf
    this.#surroundings = new Surroundings(interpreter)
  }

  /** Walks the code until a round changes nothing that earlier ones did not; all that it changes is unknown then. */
  walk(action: () => void): void {
    for (let round = 0; round <= mostRounds; round++) {
      const { changes } = this.#interpreter.speculate(() => attempt(this.#interpreter, action))
      const fresh = changes.filter(change => this.#isFirst(change))
      if (fresh.length === 0) return
      this.#changed.push(...fresh)
      for (const change of fresh) this.#spoil(change)
    }
    throw new BudgetExceeded('a loop changes more in every round')
  }

  /** Makes unknown what is known to change: what a run of the code leaves behind that starts now. */
  spoilAgain(): void {
    for (const change of this.#changed) this.#spoil(change)
  }

  /** What a run makes for itself is gone with it. */
  #isFirst(change: Change): boolean {
    if (!this.#surroundings.areChangedBy(change)) return false
    const { slot } = change
    const owner = slot.kind === 'cell' ? slot.cell : slot.object
    const key = slot.kind === 'property' ? `.${slot.key}` : slot.kind
    const keys = this.#seen.get(owner) ?? new Set()
    this.#seen.set(owner, keys)
    if (keys.has(key)) return false
    keys.add(key)
    return true
  }

  #spoil(change: Change): void {
    const what = nameOf(change)
    spoil(this.#interpreter, change, this.#interpreter.fresh(pathOf(change), this.#reasonOf(what)))
  }
}
