import type { Dimension } from '../graph/dimension.js'
import { equals, symbol } from '../graph/dimension.js'
import type { DataType } from '../graph/type.js'
import type { Span } from '../text/source.js'
import { rootOf } from './given-values.js'
import type { Declarations } from './stated-inputs.js'
import { inputName } from './wanted-tensors.js'

/**
 * Why a tensor of which nothing says the shape would have it: whatever else would throw (`needed`), or it goes together with
 * others that are known (`usual`), or it may be a number for each example (`guessed`). What comes first counts more.
 */
export const grounds = ['needed', 'usual', 'guessed'] as const

/** A shape that a tensor is supposed to have by how it is used. */
export interface Supposition {
  /** Null for a size that is open; the first axis is then that of the batch, which all of them share. */
  readonly shape: readonly (Dimension | null)[]
  readonly dtype: DataType
  readonly ground: (typeof grounds)[number]
  /** The call that would take it. */
  readonly span: Span
}

/** Shapes for parameters of a target, and whether each is the only one that does not throw. */
export interface Supposed {
  readonly inputs: Declarations
  readonly isSure: boolean
}

/** What a walk would have to suppose of tensors without a shape to come further. */
export class Suppositions {
  readonly #byPath = new Map<string, Supposition>()
  /** What calls need that cannot all be. */
  readonly #contradicted = new Set<string>()
  readonly #sizes = new Map<string, Dimension>()

  /** What is found first of one ground stays, since what is computed later may depend on it. */
  add(path: string, supposition: Supposition): void {
    const known = this.#byPath.get(path)
    const rank = ({ ground }: Supposition) => grounds.indexOf(ground)
    const isBothNeeded = [known, supposition].every(own => own?.ground === 'needed')
    if (known && isBothNeeded && !fits(known.shape, supposition.shape)) this.#contradicted.add(path)
    if (!known || rank(supposition) < rank(known)) this.#byPath.set(path, supposition)
  }

  clear(): void {
    this.#byPath.clear()
    this.#contradicted.clear()
    this.#sizes.clear()
  }

  addSizes(sizes: ReadonlyMap<string, Dimension>): void {
    for (const [name, size] of sizes) if (!this.#sizes.has(name)) this.#sizes.set(name, size)
  }

  /** What open sizes are that usually go together. */
  get sizes(): ReadonlyMap<string, Dimension> {
    return this.#sizes
  }

  /** The parameters that calls take which would throw for any other shape, each with open sizes of its own. */
  needed(parameters: readonly string[]): Declarations {
    const entries = [...this.#byPath].flatMap(([path, { shape, dtype, ground, span }]) => {
      const name = inputName(path)
      const isMeant = name !== undefined && parameters.includes(rootOf(name))
      if (!isMeant || ground !== 'needed' || this.#contradicted.has(path)) return []
      const sizes = shape.map((size, i) => size ?? symbol(openSize(name, i), true))
      return [[name, { shape: sizes, dtype, stated: { by: 'use', span } }] as const]
    })
    return Object.fromEntries(entries)
  }

  /**
   * What to suppose next of parameters: all that is needed, or else the first of what is less sure, after which others may
   * follow from it.
   */
  next(parameters: readonly string[], batch: string): Supposed | undefined {
    const all = [...this.#byPath].flatMap(([path, supposition]) => {
      const name = inputName(path)
      return name !== undefined && parameters.includes(rootOf(name)) ? [{ name, ...supposition }] : []
    })
    const needed = all.filter(({ ground }) => ground === 'needed')
    const [first] = grounds.flatMap(ground => all.filter(entry => entry.ground === ground))
    if (!first) return undefined
    const chosen = needed.length > 0 ? needed : [first]
    const inputs = chosen.map(({ name, shape, dtype }) => {
      const sizes = shape.map((size, i) => size ?? symbol(i === 0 ? batch : openSize(name, i), true))
      return [name, { shape: sizes, dtype }] as const
    })
    return { inputs: Object.fromEntries(inputs), isSure: needed.length > 0 }
  }
}

/** What an open size of a tensor is called, as code reads it. */
export const openSize = (tensor: string, axis: number): string => `${tensor}.shape[${axis}]`

/** Whether a tensor may have both shapes. */
const fits = (some: Supposition['shape'], others: Supposition['shape']): boolean =>
  some.length === others.length &&
  some.every((size, i) => {
    const other = others[i]
    return size === null || other === null || other === undefined || equals(size, other)
  })
