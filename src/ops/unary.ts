import { broadcastAxes } from './axes.js'
import type { NoDerivative, Notation, PrimitiveOp } from './op.js'
import { elementwisePositions } from './positions.js'
import { noRole } from './roles.js'
import { mapBroadcast, realType } from './shape.js'

/** An elementwise function of one tensor. `derivative` is dy/dx as an expression in x and y, or the reason why there is none. */
export function unary(
  title: string,
  summary: string,
  notation: Notation,
  f: (x: number) => number,
  derivative: string | NoDerivative,
  rest: Partial<
    Pick<PrimitiveOp, 'laws' | 'examples' | 'source' | 'type' | 'attributes' | 'role' | 'affine'>
  > = {},
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary,
    inputs: ['x'],
    elementwise: true,
    attributes: {},
    type: realType,
    axes: broadcastAxes,
    positions: elementwisePositions,
    affine: [],
    role: noRole,
    notation,
    evaluate: (inputs, _, type) => mapBroadcast(type, inputs, f as (...values: number[]) => number),
    derivative: { x: typeof derivative === 'string' ? `g * (${derivative})` : derivative },
    examples: [{ shapes: [[2, 3]] }],
    ...rest,
  }
}

export const named = (latex: string, text: string): Notation => ({ form: 'function', latex, text })
export const word = (name: string): Notation => named(`\\mathrm{${name}}`, name)

/** A step function has no useful derivative. */
export const flat = { none: 'a step function is flat wherever it is smooth', zero: true } as const
