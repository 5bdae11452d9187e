import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'
import { below, readBy } from './layouts.js'

/** Where the numbers of a parameter end up: along its last axis, each in one position of the last axis of one output. */
export interface Outer {
  readonly output: number
}

/** Ops along the last axis whose results are equal where their inputs are, up to one number for all positions. */
const upToOneNumber: ReadonlySet<string> = new Set(['softmax', 'logSoftmax'])

/**
 * The parameters of the last layers, where these are a product, numbers added or multiplied position by position, and
 * functions of one element. Position j of such an output is the only one that depends on column j of the kernel and on
 * position j of the rest, and everything further in reaches every position. Whichever parameter of one model is which of
 * the other, if the models are equal then these numbers for j in one are these for j in the other. So a point that gives
 * all of them one number for each j, and all other parameters one number, does not depend on it.
 *
 * A softmax is equal where its inputs are up to a number that all share. The differences of its inputs then tell the
 * positions apart, from three on; an output with one position tells nothing apart.
 *
 * Empty where one side has no such layer, or where the two sides use a parameter differently.
 */
export function outerParameters(
  specified: readonly Node[],
  implemented: readonly Node[],
): ReadonlyMap<Node, Outer> {
  const sides = [specified, implemented].map(outputs => {
    const timesRead = readingsBelow(outputs)
    return { timesRead, layers: outputs.map(output => lastLayer(output, timesRead)) }
  })
  const found = new Map<Node, Outer>()
  specified.forEach((_, output) => {
    const all = new Set(sides.flatMap(({ layers }) => layers[output] ?? []))
    const isTheSame = sides.every(
      ({ timesRead, layers }) =>
        layers[output] && [...all].every(node => !timesRead.has(node) || layers[output]!.includes(node)),
    )
    if (isTheSame) for (const node of all) found.set(node, { output })
  })
  return found
}

/** The parameters of the layer that ends in an output, as `outerParameters` wants them. */
function lastLayer(output: Node, timesRead: ReadonlyMap<Node, number>): readonly Node[] | undefined {
  const size = output.type.shape?.at(-1)
  if (typeof size !== 'number' || size < 2) return undefined
  const isOwn = (node: Node) => 'identity' in node.attributes && timesRead.get(node) === 1
  const found: Node[] = []
  for (let node = output; ; ) {
    const op = opTable[node.op]
    if (!op || node.type.shape?.at(-1) !== size) return undefined
    const kernel = op.columns === undefined ? undefined : node.inputs[op.inputs.indexOf(op.columns)]
    if (kernel) return isOwn(kernel) && kernel.type.shape?.at(-1) === size ? [...found, kernel] : undefined
    if (!op.elementwise && !(upToOneNumber.has(node.op) && size > 2 && isAlongTheLast(node))) return undefined
    const [next, ...others] = node.inputs.filter(input => !(isOwn(input) && isVector(input, size)))
    if (!next || others.length > 0) return undefined
    found.push(...node.inputs.filter(input => input !== next))
    node = next
  }
}

const isVector = ({ type: { shape } }: Node, size: number) => shape?.length === 1 && shape[0] === size

const isAlongTheLast = ({ attributes: { axis }, type: { shape } }: Node) =>
  axis === -1 || axis === (shape?.length ?? 0) - 1

/** How often each node below some outputs is read, by other nodes and as an output. */
function readingsBelow(outputs: readonly Node[]): ReadonlyMap<Node, number> {
  const counts = new Map<Node, number>()
  const count = (node: Node) => counts.set(node, (counts.get(node) ?? 0) + 1)
  outputs.forEach(count)
  for (const node of below(outputs)) for (const read of readBy(node)) count(read)
  return counts
}
