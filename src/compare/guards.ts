import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { opTable } from '../ops/table.js'

/** What keeps logarithms of probabilities finite, and is in no equation. */
export interface Guard {
  readonly guarded: Node
  /** What stands there without it. */
  readonly plain: Node
  /** The number that what is guarded does not fall below. */
  readonly constant: number
}

/** Constants are taken to keep numbers finite up to this one. */
const largest = 1e-4

const isSmall = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= largest

/** Ops that let a value be a guarded one. */
const guards: Readonly<
  Record<string, (node: Node, builder: GraphBuilder) => Omit<Guard, 'guarded'> | undefined>
> = {
  /** Of a probability: of what stays inside of the bounds, it would change nothing. */
  clip: ({ inputs: [plain], attributes: { low, high } }) => {
    const isProbability = plain && opTable[plain.op]?.role?.is === 'probability'
    const isGuard = isSmall(low) && typeof high === 'number' && high >= 1 - largest
    return isProbability && isGuard ? { plain, constant: low } : undefined
  },
  log: ({ op, inputs: [sum] }, builder) => {
    const at =
      sum?.op === 'add'
        ? sum.inputs.findIndex(({ op: own, attributes }) => own === 'scalar' && isSmall(attributes.value))
        : -1
    if (!sum || at < 0) return undefined
    const plain = builder.node(op, [sum.inputs[1 - at]!])
    return isProblem(plain) ? undefined : { plain, constant: Number(sum.inputs[at]!.attributes.value) }
  },
}

/** A loss without what guards its logarithms, and one of the guards; undefined where it has none. */
export function withoutGuards(
  loss: Model,
  builder: GraphBuilder,
): { readonly loss: Model; readonly guard: Guard } | undefined {
  const found = new Map<Node, Guard>()
  const guardOf = (node: Node): Guard | undefined => {
    const own = Object.hasOwn(guards, node.op) ? guards[node.op]!(node, builder) : undefined
    return own && { guarded: node, ...own }
  }
  const roots = loss.outputs.map(({ node }) => node)
  for (const node of nodesBelow(roots)) {
    const guard = guardOf(node)
    if (guard) found.set(node, guard)
  }
  const [guard] = found.values()
  if (!guard) return undefined
  const plain = rebuild(roots, builder, node => found.get(node)?.plain ?? node)
  if (isProblem(plain)) return undefined
  const outputs = loss.outputs.map((port, i) => ({ ...port, node: plain[i]! }))
  return { loss: { ...loss, outputs }, guard }
}
