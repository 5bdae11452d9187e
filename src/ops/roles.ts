import type { Role } from '../graph/meaning.js'

/**
 * What the values of a result stand for, by what the op does or by what its inputs stand for, and what it takes its
 * inputs for. Where nothing is said, nothing is known.
 */
export interface RoleRule {
  /** What the result stands for, whatever the inputs stand for. */
  readonly is?: Role
  /** For probabilities: the attribute with the axis along which they sum to one. */
  readonly over?: string
  /** The inputs whose role the result has, where they have one in common. */
  readonly as?: readonly string[]
  /** What the result stands for, by what the first input stands for. */
  readonly of?: Readonly<Partial<Record<Role, Role>>>
  /** What it takes inputs for, by their name. */
  readonly takes?: Readonly<Record<string, Role>>
}

/** Nothing is known of the result. */
export const noRole: RoleRule = {}

/** The elements of x, moved, or some of them. */
export const sameRole: RoleRule = { as: ['x'] }

/** Truth values, and numbers that only let others pass. */
export const maskRole: RoleRule = { is: 'mask' }
