import type { Code, HolesOf } from '../../diagnostics/catalogue.js'
import type { GraphBuilder } from '../../graph/builder.js'
import type { Attribute, Attributes, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'

/** A value of the specified side, with what is known of the side that was written instead. */
export interface Place {
  readonly node: Node
  /** Values that the written side reads and the specified side has. */
  readonly read: readonly Node[]
  /** Values of the written side that the specified side does not have. */
  readonly written: readonly Node[]
  /** Numbers that stand in the written side only. */
  readonly numbers: readonly number[]
  /** What an attribute of an op is in the written side. */
  readonly settings: (op: string, key: string) => readonly Attribute[]
  /** An op applied to values, where it can be. */
  readonly make: (op: string, inputs: readonly Node[], attributes?: Attributes) => Node | undefined
  readonly number: (value: Attribute) => Node
  /** A value as a message shows it. */
  readonly text: (node: Node) => string
}

/** What may have been written in place of a value, and how a message says so. */
export interface Edit {
  readonly to: Node | undefined
  readonly values: Readonly<Record<string, string>>
}

/**
 * A kind of difference: the value that was written is the specified one after one of these edits. An edit is a guess; that
 * the results are equal after it is what gives the difference its name.
 */
export interface Kind {
  readonly code: Code
  readonly edits: (place: Place) => readonly Edit[]
  /** Whether numbers are edited as well, which do not depend on any input. */
  readonly ofNumbers?: true
}

/** An entry whose edits fill the holes of the message of its code. */
export function kind<C extends Code>(
  code: C,
  edits: (place: Place) => readonly {
    readonly to: Node | undefined
    readonly values: Readonly<Record<HolesOf<C>, string>>
  }[],
  options: Pick<Kind, 'ofNumbers'> = {},
): Kind {
  return { code, edits, ...options }
}

export function placeTools(builder: GraphBuilder): Pick<Place, 'make' | 'number'> {
  const make: Place['make'] = (op, inputs, attributes = {}) => {
    const made = builder.node(op, inputs, attributes)
    return isProblem(made) ? undefined : made
  }
  const number: Place['number'] = value => make('scalar', [], { value })!
  return { make, number }
}

export const isScalar = ({ type }: Node): boolean => type.shape?.length === 0

export function sameShape({ type: { shape: a } }: Node, { type: { shape: b } }: Node): boolean {
  return !!a && !!b && a.length === b.length && a.every((size, i) => String(size) === String(b[i]))
}

/** The number that a node is. */
export function numberOf({ op, attributes }: Node): number | undefined {
  return op === 'scalar' && typeof attributes.value === 'number' ? attributes.value : undefined
}

/** Whether a value is computed from another one. */
export function dependsOn(root: Node, other: Node): boolean {
  const seen = new Set([root])
  for (const node of seen) for (const input of node.inputs) seen.add(input)
  return root !== other && seen.has(other)
}
