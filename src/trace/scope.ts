import type { Binding } from '../core/program.js'
import type { Value } from './value.js'

/** A variable's storage; shared by the closures that capture it. Written only through the `Heap`. */
export interface Cell {
  value: Value
  /** False between the start of a scope and the declaration: reading it is an error in the source language. */
  initialized: boolean
  name?: string
  /** How many cells were declared before: tells those that an action makes from those that it finds. */
  age?: number
}

let declared = 0

export function declaredCells(): number {
  return declared
}

/** The variables of one activation of a block, function or module. */
export class Scope {
  readonly parent: Scope | null
  readonly #cells = new Map<Binding, Cell>()

  constructor(parent: Scope | null) {
    this.parent = parent
  }

  declare(binding: Binding, cell: Cell): void {
    cell.name = binding.name
    cell.age = declared++
    this.#cells.set(binding, cell)
  }

  find(binding: Binding): Cell | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const cell = scope.#cells.get(binding)
      if (cell) return cell
    }
    return undefined
  }
}
