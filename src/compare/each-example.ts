import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { computedFrom } from '../graph/walk.js'
import { opTable } from '../ops/table.js'

/**
 * The values of single examples of which a number is the mean over the batch; undefined where it may be none. Two means
 * over batches of any size are equal if these are. `example` is a value with the batch as its first axis.
 */
export function eachExample(root: Node, example: Node, builder: GraphBuilder): Node | undefined {
  const size = example.type.shape?.[0]
  if (size === undefined) return undefined
  const isPerExample = ({ type: { shape } }: Node) => shape?.[0] !== undefined && equals(shape[0], size)
  const depends = computedFrom(isPerExample)
  const build = (op: string, inputs: readonly Node[], attributes = {}): Node | undefined => {
    const node = builder.node(op, inputs, attributes)
    return isProblem(node) ? undefined : node
  }
  const visit = (node: Node): Node | undefined => {
    if (!depends(node)) return node
    const rank = node.type.shape?.length
    if (isPerExample(node)) {
      const axes = Array.from({ length: rank! - 1 }, (_, i) => i + 1)
      return axes.length === 0 ? node : build('mean', [node], { axes, keepDims: false })
    }
    if (rank !== 0) return undefined
    const [first] = node.inputs
    // Without axes of its own it is the mean of all elements.
    if (node.op === 'mean') return visit(first!)
    if (!handsOn(node, depends)) return undefined
    const inputs = node.inputs.map(visit)
    return inputs.every(input => input !== undefined)
      ? build(node.op, inputs as readonly Node[], node.attributes)
      : undefined
  }
  const found = visit(root)
  return found && isPerExample(found) ? found : undefined
}

/** Whether the result for means of the operands that depend on the example is the mean of the results. */
function handsOn({ op: name, inputs }: Node, depends: (node: Node) => boolean): boolean {
  const op = opTable[name]
  if (op?.kind !== 'primitive' || !op.elementwise) return false
  const varying = op.inputs.filter((_, i) => inputs[i] && depends(inputs[i]))
  return op.affine.some(together => varying.every(input => together.includes(input)))
}
