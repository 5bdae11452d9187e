import type { Binding } from '../core/program.js'
import type { Value } from './value.js'

/** A variable's storage; shared by the closures that capture it. Written only through the `Heap`. */
export interface Cell {
  value: Value
  /** False between the start of a scope and the declaration: reading it is an error in the source language. */
  initialized: boolean
}

/** The name of a cell, and how many were declared before it: tells those that an action makes from those it finds. */
const declarations = new WeakMap<Cell, { readonly name: string; readonly age: number }>()
let declared = 0

export function declaredCells(): number {
  return declared
}

export function ageOf(cell: Cell): number {
  return declarations.get(cell)?.age ?? 0
}

export function nameOfCell(cell: Cell): string | undefined {
  return declarations.get(cell)?.name
}

/** The variables of one activation of a block, function or module. */
export class Scope {
  readonly parent: Scope | null
  readonly #cells = new Map<Binding, Cell>()

  constructor(parent: Scope | null) {
    this.parent = parent
  }

  declare(binding: Binding, cell: Cell): void {
    declarations.set(cell, { name: binding.name, age: declared++ })
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
