import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { attempt, joinedState, nameOf, pathOf, spoil } from './branches.js'
import { BudgetExceeded } from './budget.js'
import { forgetModels } from './found-models.js'
import type { Change } from './heap.js'
import type { Interpreter } from './interpreter.js'
import { declaredCells } from './scope.js'
import { SlotMap } from './slot.js'
import type { HostObject, UnknownValue } from './value.js'

/** As many rounds may each change something that earlier ones did not. */
const mostRounds = 16

/** Why what changes is not known afterwards: the place is what says how often the code runs. */
export type ReasonOf = (what: string) => Diagnostic & { readonly span: Span }

/** All that there is at some point: tells changes of it from those of what is made afterwards. */
export class Surroundings {
  readonly firstObject: number
  readonly #firstCell = declaredCells()

  constructor(interpreter: Interpreter) {
    this.firstObject = interpreter.newId()
  }

  areChangedBy({ slot }: Change): boolean {
    return slot.kind === 'cell' ? (slot.cell.age ?? 0) < this.#firstCell : slot.object.id < this.firstObject
  }
}

/** What a piece of code was found to change, and what pieces inside of it were, by the place of each. */
interface Findings {
  readonly changed: Change[]
  readonly inside: Map<unknown, Findings>
}

const none = (): Findings => ({ changed: [], inside: new Map() })

/** The repetitions that are being walked: what the inner ones change is found once, not in every round of the outer ones. */
export class Repetitions {
  readonly #open: {
    readonly place: unknown
    readonly found: Findings
    readonly surroundings: Surroundings
  }[] = []
  #handingOn = 0
  #isRefused = false

  /** The code that may run any number of times and is walked now; undefined where there is none. */
  get place(): unknown {
    return this.#open.at(-1)?.place
  }

  /** Whether rounds are walked that hand on what they compute: what each of them gets anew is not one value. */
  get isHandedOn(): boolean {
    return this.#handingOn > 0
  }

  /** Says that a value is of one round only, so that rounds which hand on what they compute cannot be walked as one. */
  refuse(): void {
    this.#isRefused = true
  }

  /** Runs rounds that hand on what they compute; `isRefused` says whether they cannot be. */
  handOn<Result>(action: (isRefused: () => boolean) => Result): Result {
    const outer = this.#isRefused
    this.#handingOn++
    this.#isRefused = false
    try {
      return action(() => this.#isRefused)
    } finally {
      this.#handingOn--
      this.#isRefused = outer
    }
  }

  /** Walks what stands at a place. `walk` is given what was found there so far, and gives back all that it found. */
  within(
    place: unknown,
    surroundings: Surroundings,
    walk: (known: readonly Change[]) => readonly Change[],
  ): void {
    const outer = this.#open.at(-1)
    const found = outer?.found.inside.get(place) ?? none()
    outer?.found.inside.set(place, found)
    this.#open.push({ place, found, surroundings })
    // What its rounds leave is not known afterwards, so that nothing of them is handed on by a loop around it.
    const handingOn = this.#handingOn
    this.#handingOn = 0
    try {
      const fresh = walk(found.changed).slice(found.changed.length)
      // What a round of the outer one makes is gone with it.
      found.changed.push(...fresh.filter(change => outer?.surroundings.areChangedBy(change)))
    } finally {
      this.#handingOn = handingOn
      this.#open.pop()
    }
  }
}

/** What code that may run any number of times changes, as far as it was walked. */
export class Repetition {
  readonly #interpreter: Interpreter
  readonly #reasonOf: ReasonOf
  readonly #surroundings: Surroundings
  readonly #place: unknown
  readonly #since: number
  readonly #firstObject: number
  readonly #changed: Change[] = []
  readonly #seen = new SlotMap<true>()
  readonly #unknowns = new SlotMap<UnknownValue>()

  /** `place` is the same for the same code. */
  constructor(interpreter: Interpreter, reasonOf: ReasonOf, place: unknown) {
    this.#interpreter = interpreter
    this.#reasonOf = reasonOf
    this.#place = place
    this.#since = interpreter.builder.size
    this.#firstObject = interpreter.nextId
    this.#surroundings = new Surroundings(interpreter)
  }

  /** Walks the code until a round changes nothing that earlier ones did not; all that it changes is unknown then. */
  walk(action: () => void): void {
    this.#interpreter.repetitions.within(this.#place, this.#surroundings, known => {
      this.#take(known)
      for (let round = 0; round <= mostRounds; round++) {
        const before = this.#interpreter.found.length
        const { changes } = this.#interpreter.speculate(() => attempt(this.#interpreter, action))
        this.#forgetModels(before)
        if (!this.#take(changes)) return this.#changed
      }
      throw new BudgetExceeded('a loop changes more in every round')
    })
  }

  /** What a round has built is gone with it; that there is a model in each round is known. */
  #forgetModels(before: number): void {
    const read = () => this.#interpreter.fresh('a model', this.#reasonOf('a model'))
    forgetModels(this.#interpreter.found, before, { read, within: this.#place })
  }

  /** Makes unknown what is changed for the first time. Says whether anything is. */
  #take(changes: readonly Change[]): boolean {
    const fresh = changes.filter(change => this.#isFirst(change))
    this.#changed.push(...fresh)
    for (const change of fresh) this.#spoil(change)
    return fresh.length > 0
  }

  /** Makes unknown what is known to change: what a run of the code leaves behind that starts now. */
  spoilAgain(): void {
    for (const change of this.#changed) this.#spoil(change)
  }

  /** What a run makes for itself is gone with it. */
  #isFirst(change: Change): boolean {
    if (!this.#surroundings.areChangedBy(change)) return false
    if (this.#seen.get(change.slot)) return this.#says(change)
    this.#seen.set(change.slot, true)
    return true
  }

  /** Whether a later change of a library object says more: an earlier one may have changed nothing that counts. */
  #says(change: Change): boolean {
    const { slot } = change
    return slot.kind === 'state' && this.#stateAfter(slot.object, change) !== slot.object.state
  }

  /** What an object is like after any number of rounds. */
  #stateAfter(object: HostObject, change: Change): unknown {
    const { records } = object.type
    return records
      ? records.repeat(object.state, change.before, change.after, {
          span: this.#reasonOf(nameOf(change)).span,
          run: this,
          since: this.#since,
          firstObject: this.#firstObject,
        })
      : joinedState(object, this.#unknown(change), [change.before, change.after])
  }

  #spoil(change: Change): void {
    const { slot } = change
    if (slot.kind === 'state' && slot.object.type.records) {
      const state = this.#stateAfter(slot.object, change)
      if (state !== slot.object.state) this.#interpreter.heap.setState(slot.object, state)
      return
    }
    spoil(this.#interpreter, change.slot, this.#unknown(change), [change.before, change.after])
  }

  /** One value for all rounds, so that a type can see that a later round says nothing new. */
  #unknown(change: Change): UnknownValue {
    const { slot } = change
    const unknown =
      this.#unknowns.get(slot) ?? this.#interpreter.fresh(pathOf(change), this.#reasonOf(nameOf(change)))
    this.#unknowns.set(slot, unknown)
    return unknown
  }
}
