import { BudgetExceeded } from './budget.js'
import { type Cell, declaredCells } from './scope.js'
import { type Slot, SlotMap } from './slot.js'
import {
  type ArrayObject,
  type HostObject,
  hole,
  type ObjectValue,
  type Property,
  type Value,
  wholeKey,
} from './value.js'

/** What a slot held: undefined for a field that did not exist. */
type Content =
  | { readonly value: Value; readonly initialized: boolean }
  | Property
  | readonly Property[]
  | undefined
  | unknown

/** The changes of one attempt: for each slot, what it held before and after. */
export interface Change {
  readonly slot: Slot
  readonly before: Content
  readonly after: Content
}

/** What a slot held before an attempt wrote to it. */
interface Memory {
  readonly slot: Slot
  readonly before: Content
}

/** What a slot held before it was written to while writes were counted, and how many times it was. */
export interface Written extends Memory {
  times: number
}

interface Attempt {
  readonly remembered: SlotMap<Memory>
  /** Cells of this age and younger are its own: when it is undone, nothing that stays refers to them. */
  firstCell: number
}

/** Elements of arrays that one trace may write, those that are written again included. */
const mostElements = 20_000_000

/**
 * The only way to change state during a trace. While an attempt runs, first writes are remembered, so that the
 * attempt can be undone and its effects compared with those of another.
 */
export class Heap {
  readonly #attempts: Attempt[] = []

  #elements = 0
  #written: SlotMap<Written> | undefined

  /** Counts writes from now on, also those that are undone. */
  countWrites(): void {
    this.#written ??= new SlotMap()
  }

  /** What was written to since writes were counted, which they are no more. */
  endCount(): readonly Written[] {
    const written = this.#written?.values() ?? []
    this.#written = undefined
    return written
  }

  /** How many attempts run now. */
  get depth(): number {
    return this.#attempts.length
  }

  setCell(cell: Cell, value: Value): void {
    this.#remember({ kind: 'cell', cell })
    cell.value = value
    cell.initialized = true
  }

  setProperty(object: ObjectValue, key: string, property: Property | undefined): void {
    this.#remember({ kind: 'property', object, key })
    if (property) object.properties.set(key, property)
    else object.properties.delete(key)
  }

  /** Replaces the elements of an array. */
  setElements(object: ArrayObject, elements: readonly Property[]): void {
    this.forgetWhole(object)
    this.#remember({ kind: 'elements', object })
    this.expect(elements.length)
    replaceElements(object, elements)
  }

  /** Writes one element; an array that is too short becomes longer. */
  setElement(object: ArrayObject, index: number, property: Property): void {
    this.forgetWhole(object)
    if (this.#isWatched) this.#remember({ kind: 'elements', object })
    const { elements } = object
    this.expect(Math.max(1, index + 1 - elements.length))
    while (elements.length < index) elements.push(hole)
    elements[index] = property
  }

  /** The elements of a list may have changed: what there is for all of them stands for them no more. */
  forgetWhole(object: ArrayObject): void {
    if (object.properties.has(wholeKey)) this.setProperty(object, wholeKey, undefined)
  }

  /** Says that so many elements of arrays are going to be written; ends the trace where they are too many. */
  expect(count: number): void {
    this.#elements += count
    if (this.#elements > mostElements)
      throw new BudgetExceeded(`more than ${mostElements} elements of arrays`)
  }

  /** Adds to the end of an array, without copying it where nothing has to be undone. */
  append(object: ArrayObject, elements: readonly Property[]): void {
    if (this.#isWatched) this.#remember({ kind: 'elements', object })
    this.expect(elements.length)
    for (const element of elements) object.elements.push(element)
  }

  setState<State>(object: HostObject<State>, state: State): void {
    this.#remember({ kind: 'state', object: object as HostObject })
    object.state = state
  }

  #undone = 0

  /** How many attempts run now that will be undone: what happens in them may not happen. */
  get undone(): number {
    return this.#undone
  }

  /** Runs `action`, then undoes all it changed. The changes tell what they were. */
  attempt<Result>(action: () => Result): { readonly result: Result; readonly changes: readonly Change[] } {
    const { remembered } = this.#begin()
    this.#undone++
    try {
      const result = action()
      return { result, changes: changesOf(remembered) }
    } finally {
      this.#undone--
      this.#attempts.pop()
      for (const { slot, before } of remembered.values()) restore(slot, before)
    }
  }

  /** Runs `action`, and tells what it changed. */
  observe(action: () => void): readonly Change[] {
    const { remembered } = this.#begin()
    try {
      action()
      return changesOf(remembered)
    } finally {
      this.#attempts.pop()
      for (const memory of remembered.values()) this.#remember(memory.slot, () => memory)
    }
  }

  /** Runs `action` outside of all attempts: what it does stays, such as the evaluation of a module. */
  permanently<Result>(action: () => Result): Result {
    const attempts = this.#attempts.splice(0)
    try {
      return action()
    } finally {
      for (const attempt of attempts) attempt.firstCell = declaredCells()
      this.#attempts.push(...attempts)
    }
  }

  /** Makes changes of an attempt real. */
  replay(changes: readonly Change[]): void {
    for (const { slot, after } of changes) this.#write(slot, after)
  }

  get #isWatched(): boolean {
    return this.#attempts.length > 0 || this.#written !== undefined
  }

  #begin(): Attempt {
    const attempt: Attempt = { remembered: new SlotMap(), firstCell: declaredCells() }
    this.#attempts.push(attempt)
    return attempt
  }

  #write(slot: Slot, content: Content): void {
    this.#remember(slot)
    restore(slot, content)
  }

  /** Notes what a slot holds before it is written: for the innermost attempt, which tells it to the next one if it stays. */
  #remember(slot: Slot, memory = (): Memory => ({ slot, before: read(slot) })): void {
    if (this.#written) count(this.#written, slot)
    const attempt = this.#attempts.at(-1)
    if (!attempt || (slot.kind === 'cell' && (slot.cell.age ?? 0) >= attempt.firstCell)) return
    if (!attempt.remembered.get(slot)) attempt.remembered.set(slot, memory())
  }
}

function count(written: SlotMap<Written>, slot: Slot): void {
  const known = written.get(slot)
  if (known) known.times++
  else written.set(slot, { slot, before: read(slot), times: 1 })
}

function changesOf(remembered: SlotMap<Memory>): Change[] {
  return remembered.values().map(({ slot, before }) => ({ slot, before, after: read(slot) }))
}

function read(slot: Slot): Content {
  switch (slot.kind) {
    case 'cell':
      return { value: slot.cell.value, initialized: slot.cell.initialized }
    case 'property':
      return slot.object.properties.get(slot.key)
    case 'elements':
      return [...slot.object.elements]
    case 'state':
      return slot.object.state
  }
}

function restore(slot: Slot, content: Content): void {
  switch (slot.kind) {
    case 'cell':
      Object.assign(slot.cell, content as { value: Value; initialized: boolean })
      break
    case 'property':
      if (content) slot.object.properties.set(slot.key, content as Property)
      else slot.object.properties.delete(slot.key)
      break
    case 'elements':
      replaceElements(slot.object, content as readonly Property[])
      break
    case 'state':
      slot.object.state = content
      break
  }
}

/** A spread of many arguments would exhaust the stack. */
function replaceElements({ elements }: ArrayObject, content: readonly Property[]): void {
  const copy = [...content]
  elements.length = 0
  for (const element of copy) elements.push(element)
}
