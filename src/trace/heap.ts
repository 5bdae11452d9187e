import { BudgetExceeded } from './budget.js'
import { type Cell, declaredCells } from './scope.js'
import {
  type ArrayObject,
  type HostObject,
  type ObjectValue,
  type Property,
  type Value,
  wholeKey,
} from './value.js'

/** Something that can change: a variable, a field, an array's elements, a library object's state. */
type Slot =
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'property'; readonly object: ObjectValue; readonly key: string }
  | { readonly kind: 'elements'; readonly object: ArrayObject }
  | { readonly kind: 'state'; readonly object: HostObject }

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

/** What slots held before an attempt wrote to them, by what they belong to. */
type Remembered = Map<object, Map<string, { readonly slot: Slot; readonly before: Content }>>

interface Attempt {
  readonly remembered: Remembered
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

  /** How many attempts run now. */
  get depth(): number {
    return this.#attempts.length
  }

  setCell(cell: Cell, value: Value): void {
    this.#remember(cell, '', { kind: 'cell', cell })
    cell.value = value
    cell.initialized = true
  }

  setProperty(object: ObjectValue, key: string, property: Property | undefined): void {
    this.#remember(object, key, { kind: 'property', object, key })
    if (property) object.properties.set(key, property)
    else object.properties.delete(key)
  }

  /** Replaces the elements of an array. */
  setElements(object: ArrayObject, elements: readonly Property[]): void {
    this.forgetWhole(object)
    this.#remember(object, '', { kind: 'elements', object })
    this.expect(elements.length)
    replaceElements(object, elements)
  }

  /** Writes one element; an array that is too short becomes longer. */
  setElement(object: ArrayObject, index: number, property: Property): void {
    this.forgetWhole(object)
    if (this.#attempts.length > 0) this.#remember(object, '', { kind: 'elements', object })
    const { elements } = object
    this.expect(Math.max(1, index + 1 - elements.length))
    while (elements.length < index) elements.push({ value: undefined })
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
    if (this.#attempts.length > 0) this.#remember(object, '', { kind: 'elements', object })
    this.expect(elements.length)
    for (const element of elements) object.elements.push(element)
  }

  setState<State>(object: HostObject<State>, state: State): void {
    this.#remember(object, '', { kind: 'state', object: object as HostObject })
    object.state = state
  }

  /** Runs `action`, then undoes all it changed. The changes tell what they were. */
  attempt<Result>(action: () => Result): { readonly result: Result; readonly changes: readonly Change[] } {
    const { remembered } = this.#begin()
    try {
      const result = action()
      return { result, changes: changesOf(remembered) }
    } finally {
      this.#attempts.pop()
      for (const slots of remembered.values())
        for (const { slot, before } of slots.values()) restore(slot, before)
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

  #begin(): Attempt {
    const attempt: Attempt = { remembered: new Map(), firstCell: declaredCells() }
    this.#attempts.push(attempt)
    return attempt
  }

  #write(slot: Slot, content: Content): void {
    this.#remember(
      slot.kind === 'cell' ? slot.cell : slot.object,
      slot.kind === 'property' ? slot.key : '',
      slot,
    )
    restore(slot, content)
  }

  #remember(owner: object, key: string, slot: Slot): void {
    for (const { remembered, firstCell } of this.#attempts) {
      if (slot.kind === 'cell' && (slot.cell.age ?? 0) >= firstCell) continue
      let slots = remembered.get(owner)
      if (!slots) {
        slots = new Map()
        remembered.set(owner, slots)
      }
      if (!slots.has(key)) slots.set(key, { slot, before: read(slot) })
    }
  }
}

function changesOf(remembered: Remembered): Change[] {
  const slots = [...remembered.values()].flatMap(own => [...own.values()])
  return slots.map(({ slot, before }) => ({ slot, before, after: read(slot) }))
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
