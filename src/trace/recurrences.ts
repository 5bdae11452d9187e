import { add, type Dimension, isPolynomial, multiply, subtract, symbol } from '../graph/dimension.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Span } from '../text/source.js'
import { attempt, nameOf, pathOf, sameContent, spoil } from './branches.js'
import type { Change } from './heap.js'
import { collected as collectedBy } from './host.js'
import type { Interpreter } from './interpreter.js'
import { type ReasonOf, Surroundings } from './repetition.js'
import { countRounds } from './round-count.js'
import type { Running } from './running.js'
import { SlotMap } from './slot.js'
import { copyOfData } from './unknown-lists.js'
import {
  type ArrayObject,
  type HostObject,
  isObject,
  type Property,
  standInKey,
  unknownKey,
  type Value,
  wholeKey,
} from './value.js'

/** What a loop of unknown length is made of, as one round after the other. */
export interface Rounds {
  /** What a round runs over, or how many there are, where that is known; else the condition before a round counts them. */
  readonly over?: Running
  readonly count?: Dimension
  readonly condition?: () => Value
  /** The body and what leads to the next round; whether it certainly goes on to the condition. */
  readonly round: (number: Dimension) => boolean
  readonly span: Span
  readonly reasonOf: ReasonOf
}

/** As many rounds may each change something that earlier ones did not. */
const mostWalks = 16

/** How what a round finds in a slot follows from the number of the round or from what the round before left. */
type Form =
  /** The same number is added in every round. */
  | { readonly kind: 'counter'; readonly start: Dimension; readonly step: number }
  /** The round finds what the one before left, which has the same type: a stand-in for it. */
  | { readonly kind: 'carried'; readonly initial: Value; readonly standIn: Value }
  /** Every round adds one value of one type to the end of a list. */
  | { readonly kind: 'collected'; readonly before: readonly Property[] }
  /** The round leaves the state of an object that later rounds find and leave. */
  | { readonly kind: 'settled'; readonly state: unknown }
  /** The round adds to a record of what happens. */
  | { readonly kind: 'recorded'; readonly state: unknown }
  | { readonly kind: 'unknown' }

/** What the library has for what rounds hand on, after the last one. */
interface Results {
  readonly count: Dimension
  readonly carried: ReadonlyMap<Handed, Value>
  readonly collected: ReadonlyMap<Handed, Value>
}

/** What became of a loop. */
export interface Outcome {
  readonly isRecurrence: boolean
  /** Why a loop that hands on something of the library is no recurrence. */
  readonly problem?: string
}

/**
 * The loops of unknown length that run now. One that was no recurrence inside of others is none in later walks of them:
 * else the walks of loops in loops would multiply.
 */
export class OpenLoops {
  #depth = 0
  readonly #known = new Map<unknown, Outcome>()

  /** Runs a loop. `run` is given what became of loops that were no recurrences, and notes them there. */
  within<Result>(run: (known: Map<unknown, Outcome>) => Result): Result {
    this.#depth++
    try {
      return run(this.#known)
    } finally {
      this.#depth--
      if (this.#depth === 0) this.#known.clear()
    }
  }
}

/** A slot that a round changes. */
interface Handed {
  readonly change: Change
  form: Form
  /** What the last walk of a round left there. */
  next: Value
}

/**
 * A loop of unknown length as a recurrence: a round is walked with stand-ins for what rounds hand on to each other,
 * until it changes nothing else. Where the number of rounds is a quantity, what is handed on has a value afterwards:
 * the one that the library gives it. All else that a round changes is unknown, in the round and afterwards.
 */
export class RecurrenceWalk {
  readonly #interpreter: Interpreter
  readonly #rounds: Rounds
  readonly #surroundings: Surroundings
  readonly #slots = new SlotMap<Handed>()
  #running!: Running
  #isStable = false
  /** Whether there is something that rounds hand on, as far as they were walked. */
  #handsOn = false
  /** What is wrong with something that rounds hand on. */
  #problem: string | undefined
  #since = 0
  #repeated: Results | Problem = { problem: 'no round was walked' }
  #count: Dimension | undefined

  constructor(interpreter: Interpreter, rounds: Rounds) {
    this.#interpreter = interpreter
    this.#rounds = rounds
    this.#surroundings = new Surroundings(interpreter)
  }

  get #round(): string {
    return this.#running.symbol
  }

  /** Runs the loop, if it is a recurrence; else changes nothing, and says why a loop that hands on tensors is none. */
  run(): Outcome {
    const { unknowns, running, repetitions } = this.#interpreter
    const isKept = ({ isRecurrence }: Outcome) => isRecurrence
    return unknowns.unless(isKept, () => {
      this.#running = this.#rounds.over ?? running.ofLoop(this.#rounds.count)
      this.#count = this.#running.count
      return running.within(this.#running, isKept, () =>
        repetitions.handOn(isRefused => this.#run(isRefused)),
      )
    })
  }

  #run(isRefused: () => boolean): Outcome {
    for (let walk = 0; !this.#isStable; walk++) {
      const problem = walk === mostWalks ? 'each round changes something else' : this.#walk()
      if (problem !== undefined) return this.#refuse(problem)
      if (isRefused()) return { isRecurrence: false }
    }
    const results = this.#repeated
    if (isProblem(results)) return this.#refuse(results.problem)
    const { carried, collected, count } = results
    for (const slot of this.#all()) this.#leave(slot, carried.get(slot), count)
    for (const [{ change }, whole] of collected) this.#collect(change, whole)
    return { isRecurrence: true }
  }

  #all(): readonly Handed[] {
    return this.#slots.values()
  }

  #repeat(): Results | Problem {
    const slots = this.#all()
    const carried = slots.filter(({ form }) => form.kind === 'carried')
    const collected = slots.filter(({ form }) => form.kind === 'collected')
    const count = this.#count
    const isRecorded = slots.some(({ form }) => form.kind === 'recorded')
    if (carried.length + collected.length === 0 && !isRecorded)
      return { problem: 'nothing is handed on that is known' }
    if (count === undefined) return { problem: 'its condition does not count its rounds' }
    const results = this.#interpreter.library.repeat(this.#interpreter, {
      round: this.#round,
      count,
      since: this.#since,
      firstObject: this.#surroundings.firstObject,
      carried: carried.map(({ change, form, next }) => ({
        name: carriedName(change),
        ...(form as Extract<Form, { kind: 'carried' }>),
        next,
      })),
      collected: collected.map(({ form, next }) => ({ before: beforeOf(form), next })),
      span: this.#rounds.span,
    })
    if (isProblem(results)) return results
    return {
      count,
      carried: new Map(carried.map((slot, i) => [slot, results.carried[i]])),
      collected: new Map(collected.map((slot, i) => [slot, results.collected[i] ?? this.#dataIn(slot)])),
    }
  }

  /** A list of data, of which each round adds one element to an empty list. */
  #dataIn({ change, form, next }: Handed): Value {
    const element = beforeOf(form).length === 0 ? copyOfData(this.#interpreter, next) : undefined
    if (element === undefined) return undefined
    const { unknowns } = this.#interpreter
    const list = this.#interpreter.fresh(pathOf(change))
    unknowns.explain(list, { operator: collectedBy, operands: [this.#running.number, element] })
    return list
  }

  #refuse(problem: string): Outcome {
    const because = this.#problem ?? (this.#handsOn ? problem : undefined)
    return { isRecurrence: false, ...(because !== undefined && { problem: because }) }
  }

  /** Walks a round; why there is no way to go on, if there is none. */
  #walk(): string | undefined {
    const interpreter = this.#interpreter
    this.#since = interpreter.builder.size
    let goesOn = false
    const { thrown } = interpreter.speculate(() =>
      attempt(interpreter, () => {
        const changes = interpreter.heap.observe(() => {
          const slots = this.#all()
          for (const slot of slots) this.#enter(slot)
          this.#testCondition()
          goesOn = this.#rounds.round(symbol(this.#round, true))
          // What is compared with is what the round finds, not what was there before the loop.
          for (const slot of slots) slot.next = contentNow(slot.change)
        })
        this.#isStable = true
        const own = changes.filter(change => this.#surroundings.areChangedBy(change))
        for (const change of own) if (!isMark(change)) this.#learn(change, own)
        for (const change of own) if (isMark(change) && !this.#has(change)) this.#learn(change, own)
        // What a round makes is as the round leaves it only as long as the round is not undone.
        if (this.#isStable && goesOn) this.#repeated = this.#repeat()
      }),
    )
    if (thrown) return 'a round throws'
    return goesOn ? undefined : 'a round may leave it'
  }

  /** Before a round: what the condition says of how many there are. */
  #testCondition(): void {
    const { condition } = this.#rounds
    if (!condition) return
    let tested: Value
    const effects = this.#interpreter.heap.observe(() => {
      tested = condition()
    })
    const isPure = !effects.some(change => this.#surroundings.areChangedBy(change))
    this.#count = isPure ? countRounds(this.#interpreter, tested, this.#round) : undefined
    this.#interpreter.running.counted(this.#running, this.#count)
  }

  #learn(change: Change, all: readonly Change[]): void {
    const { slot } = change
    const known = this.#slots.get(slot)
    if (known ? this.#holds(known, change) : sameContent(change.before, change.after)) return
    this.#isStable = false
    if (known) {
      if (known.form.kind === 'recorded') {
        known.form = { kind: 'recorded', state: this.#recorded(change, known.form.state, known.form.state) }
        return
      }
      if (known.form.kind === 'carried' || known.form.kind === 'collected')
        this.#problem ??= `what a round leaves in \`${nameOf(change)}\` is not like what it found there`
      known.form = { kind: 'unknown' }
    } else this.#slots.set(slot, { change, form: this.#formOf(change, all), next: undefined })
  }

  /** Whether the list is followed to which a change of what is known of it belongs. */
  #has({ slot }: Change): boolean {
    return (
      slot.kind === 'property' &&
      slot.object.kind === 'array' &&
      this.#slots.get({ kind: 'elements', object: slot.object }) !== undefined
    )
  }

  /** The form that a first change suggests. */
  #formOf(change: Change, all: readonly Change[]): Form {
    const { slot, before, after } = change
    if (slot.kind === 'state') {
      const { type } = slot.object
      if (type.records) return { kind: 'recorded', state: this.#recorded(change, before, before) }
      const state = type.settled?.(before, after)
      if (state !== undefined) return { kind: 'settled', state }
      const handed = type.handsOn?.read(before, after)
      return handed ? this.#carry(handed.initial, handed.next, carriedName(change)) : { kind: 'unknown' }
    }
    if (slot.kind === 'elements') {
      const [old, now] = [before, after] as readonly (readonly Property[])[]
      const isLonger =
        now!.length === old!.length + 1 && old!.every(({ value }, i) => value === now![i]!.value)
      const isObscured = all.some(other => isMark(other) && other.slot.object === slot.object)
      this.#handsOn ||= isLonger
      return isLonger && !isObscured && !slot.object.properties.has(unknownKey)
        ? { kind: 'collected', before: old! }
        : { kind: 'unknown' }
    }
    const [initial, next] = [contentOf(before), contentOf(after)]
    if (isQuantity(initial) && isQuantity(next)) {
      const step = subtract(next, initial)
      return typeof step === 'number' && Number.isInteger(step)
        ? { kind: 'counter', start: initial, step }
        : { kind: 'unknown' }
    }
    return this.#carry(initial, next, nameOf(change))
  }

  #carry(initial: Value, next: Value, name: string): Form {
    const standIn = this.#interpreter.library.standIn(this.#interpreter, initial, next, name)
    if (standIn === undefined) return { kind: 'unknown' }
    this.#handsOn = true
    if (typeof standIn === 'object' && standIn !== null && isProblem(standIn)) {
      this.#problem ??= standIn.problem
      return { kind: 'unknown' }
    }
    if (isObject(standIn)) standIn.properties.set(standInKey, { value: true })
    return { kind: 'carried', initial, standIn }
  }

  /** Whether a round that found the form leaves it for the next one. */
  #holds({ form, next: left }: Handed, change: Change): boolean {
    const { after } = change
    switch (form.kind) {
      case 'counter': {
        const next = contentOf(after)
        const expected = this.#counted(form, add(symbol(this.#round, true), 1))
        return isQuantity(next) && subtract(next, expected) === 0
      }
      case 'carried':
        return this.#interpreter.library.isAlike(form.standIn, left)
      case 'collected':
        return (after as readonly Property[]).length === 1 && left !== undefined
      case 'settled': {
        const { type } = (change.slot as { readonly object: HostObject }).object
        return type.settled?.(form.state, after) === undefined
      }
      case 'recorded':
        return this.#recorded(change, form.state, form.state) === form.state
      case 'unknown':
        return true
    }
  }

  /** A record with what a round added to what it found. */
  #recorded({ slot, after }: Change, state: unknown, found: unknown): unknown {
    const { span } = this.#rounds.reasonOf('it')
    return slot.kind === 'state'
      ? slot.object.type.records?.repeat(state, found, after, {
          span,
          run: this,
          since: this.#since,
          firstObject: this.#surroundings.firstObject,
        })
      : state
  }

  #counted({ start, step }: Extract<Form, { kind: 'counter' }>, rounds: Dimension): Dimension {
    return add(start, multiply(step, rounds))
  }

  /** Puts into a slot what a round finds there. */
  #enter({ change, form }: Handed): void {
    if (form.kind === 'counter') this.#write(change, this.#counted(form, symbol(this.#round, true)))
    else if (form.kind === 'carried') this.#write(change, form.standIn)
    else if (form.kind === 'collected') this.#collect(change, null)
    else if (form.kind === 'settled' || form.kind === 'recorded') this.#settle(change, form.state)
    else this.#spoil(change)
  }

  /** Puts into a slot what the loop leaves there. */
  #leave({ change, form }: Handed, result: Value, count: Dimension): void {
    if (form.kind === 'counter') this.#write(change, this.#counted(form, count))
    else if (form.kind === 'carried') this.#write(change, result)
    else if (form.kind === 'settled') this.#settle(change, form.state)
    else if (form.kind === 'recorded') this.#settle(change, this.#counts(change, form.state, count))
    else if (form.kind === 'unknown') this.#spoil(change)
  }

  #counts({ slot }: Change, state: unknown, count: Dimension): unknown {
    return slot.kind === 'state' ? slot.object.type.records?.counted(state, count) : state
  }

  #settle({ slot }: Change, state: unknown): void {
    if (slot.kind === 'state') this.#interpreter.heap.setState(slot.object, state)
  }

  /** A list of which the elements are not known one by one; `whole` is what the library has for all of them. */
  #collect(change: Change, whole: Value): void {
    const { heap } = this.#interpreter
    const array = (change.slot as { readonly object: ArrayObject }).object
    const what = nameOf(change)
    heap.setElements(array, [])
    this.#interpreter.unknownArray(
      array,
      this.#interpreter.fresh(pathOf(change), this.#rounds.reasonOf(what)),
    )
    if (whole !== undefined) heap.setProperty(array, wholeKey, { value: whole })
  }

  #write({ slot }: Change, value: Value): void {
    const { heap } = this.#interpreter
    if (slot.kind === 'cell') this.#interpreter.setVariable(slot.cell, slot.cell.name ?? '', value)
    else if (slot.kind === 'property') heap.setProperty(slot.object, slot.key, { value })
    else if (slot.kind === 'state' && slot.object.type.handsOn)
      heap.setState(slot.object, slot.object.type.handsOn.put(slot.object.state, value))
  }

  #spoil(change: Change): void {
    const reason = this.#rounds.reasonOf(nameOf(change))
    const unknown = this.#interpreter.fresh(pathOf(change), reason)
    spoil(this.#interpreter, change.slot, unknown, [change.before, change.after])
  }
}

function isQuantity(value: Value): value is Dimension {
  return Number.isInteger(value) || isPolynomial(value)
}

/** Of a list, that its elements are not known, or are known as a whole. */
function isMark(
  change: Change,
): change is Change & { readonly slot: { readonly kind: 'property'; readonly object: ArrayObject } } {
  const { slot } = change
  return slot.kind === 'property' && slot.object.kind === 'array' && [unknownKey, wholeKey].includes(slot.key)
}

/** The value in a variable or a field. */
function contentOf(content: unknown): Value {
  return (content as Property | undefined)?.value
}

/** What is in a slot now; of a list that nothing else was done to, the element that a round added. */
function contentNow({ slot }: Change): Value {
  if (slot.kind === 'cell') return slot.cell.value
  if (slot.kind === 'property') return slot.object.properties.get(slot.key)?.value
  if (slot.kind === 'state') return slot.object.type.handsOn?.held(slot.object.state)
  const isGrown = slot.kind === 'elements' && slot.object.properties.has(wholeKey)
  return isGrown ? slot.object.elements[0]?.value : undefined
}

/** What the carried value is called: of an object, what mathematics calls a state. */
const carriedName = (change: Change): string => (change.slot.kind === 'state' ? 'h' : nameOf(change))

function beforeOf(form: Form): readonly Value[] {
  return form.kind === 'collected' ? form.before.map(({ value }) => value) : []
}
