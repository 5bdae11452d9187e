import type { Cell } from './scope.js'
import type { ObjectValue, Value } from './value.js'

/** A variable, or a field of an object, that was read. */
export type ReadPlace =
  | { readonly kind: 'variable'; readonly cell: Cell }
  | { readonly kind: 'field'; readonly object: ObjectValue; readonly key: string }

/** The variables and fields that hold nothing when they are read, and those among them that code throws over. */
export class UnsetReads {
  #last: ReadPlace | undefined
  /** Variables that hold nothing because it was read from another place. */
  #origins = new Map<Cell, ReadPlace>()
  #blamed: ReadPlace[] = []

  /** Notes what was read where, if it is nothing. */
  note(place: ReadPlace, value: Value): void {
    if (!isNothing(value)) return
    this.#last = (place.kind === 'variable' && this.#origins.get(place.cell)) || place
  }

  /** A variable was given what was read last. */
  hold(cell: Cell | undefined): void {
    if (cell && isNothing(cell.value) && this.#last) this.#origins.set(cell, this.#last)
  }

  /** The code throws over nothing: what it read last and found so is the first thing to ask about. */
  blame(): void {
    if (this.#last) this.#blamed.push(this.#last)
  }

  /** What was blamed since it was asked last. */
  take(): readonly ReadPlace[] {
    const blamed = this.#blamed
    this.#blamed = []
    this.#last = undefined
    this.#origins = new Map()
    return blamed
  }
}

const isNothing = (value: Value): boolean => value === undefined || value === null
