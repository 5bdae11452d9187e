import { concreteGraph } from '../evaluate/concrete.js'
import { isPolynomial } from '../graph/dimension.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { resolveAxis, sizeOf } from '../ops/shape.js'

/** Any size that open axes may have while it is found out what is looked up. */
const anySize = 2

/** What a model looks up. */
export interface Lookups {
  /** For inputs that are read as positions in a table: how many rows that has. */
  readonly bounds: ReadonlyMap<Node, number>
  /**
   * Multiplications of all gradients of tables for one example: TensorFlow.js goes through all that was looked up once for each
   * row (tfjs-backend-cpu/src/kernels/UnsortedSegmentSum.ts).
   */
  readonly cost: number
}

export function lookupsOf({ model }: ModelGraph): Lookups {
  const symbols = new Set(
    model.inputs.flatMap(({ node }) =>
      (node.type.shape ?? []).flatMap(size => (isPolynomial(size) ? [size.key] : [])),
    ),
  )
  const outputs = model.outputs.map(({ node }) => node)
  const graph = concreteGraph(outputs, {
    symbol: name => (symbols.has(name) ? anySize : undefined),
    mode: 'inference',
  })
  const bounds = new Map<Node, number>()
  let cost = 0
  if (isProblem(graph)) return { bounds, cost }
  for (const { op, inputs, attributes, type } of nodesBelow(graph.outputs)) {
    if (op !== 'gather') continue
    const [table, indices] = inputs as readonly [Node, Node]
    const source = graph.sources.get(throughViews(indices))
    const shape = table.type.shape as readonly number[]
    const rows = shape[resolveAxis(attributes.axis, shape.length) as number]!
    cost += (rows * sizeOf(type.shape as readonly number[])) / anySize
    if (source?.op === 'input') bounds.set(source, Math.min(rows, bounds.get(source) ?? rows))
  }
  return { bounds, cost }
}

/** What a node is, through changes of type and shape. */
function throughViews(node: Node): Node {
  const isView = ['cast', 'reshape', 'expandDims', 'squeeze', 'flatten'].includes(node.op)
  return isView ? throughViews(node.inputs[0]!) : node
}
