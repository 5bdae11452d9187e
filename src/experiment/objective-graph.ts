import { evaluate } from '../evaluate/evaluate.js'
import { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { elaborateText } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import type { Batch, Instance, Objective } from './problem.js'

/** The equation of an objective as a graph over the tensors of a batch and the outputs for it. */
export interface ObjectiveGraph {
  /** Its mean over all elements is what counts. */
  readonly value: Node
  readonly inputs: readonly Node[]
  readonly targets: readonly Node[]
  readonly outputs: readonly Node[]
}

type Shaped = Pick<Tensor, 'shape' | 'dtype'>

export function objectiveGraph(
  { equation }: Objective,
  shapes: {
    readonly inputs: readonly Shaped[]
    readonly targets: readonly Shaped[]
    readonly outputs: readonly Shaped[]
  },
): ObjectiveGraph | Problem {
  const builder = new GraphBuilder(opTable)
  const names = new Map<string, Node>()
  const found: Record<'x' | 'y' | 'p', Node[]> = { x: [], y: [], p: [] }
  for (const [letter, tensors] of [
    ['x', shapes.inputs],
    ['y', shapes.targets],
    ['p', shapes.outputs],
  ] as const)
    for (const [i, { shape, dtype }] of tensors.entries()) {
      const name = `${letter}_${i + 1}`
      const node = builder.node('input', [], { name, index: names.size, shape: [...shape], dtype })
      if (isProblem(node)) return node
      names.set(name, node)
      if (i === 0) names.set(letter, node)
      found[letter].push(node)
    }
  const value = elaborateText(equation, { value: name => names.get(name) }, builder)
  return isProblem(value) ? value : { value, inputs: found.x, targets: found.y, outputs: found.p }
}

/** What is measured of outputs on a batch, in double precision. */
export function measureOf(
  { objective, measure }: Instance,
  batch: Batch,
  outputs: readonly Tensor[],
): number {
  if (measure) return measure.of(outputs, batch)
  const graph = objectiveGraph(objective, { ...batch, outputs })
  if (isProblem(graph)) return Number.NaN
  const values = new Map(
    [
      [graph.inputs, batch.inputs],
      [graph.targets, batch.targets],
      [graph.outputs, outputs],
    ].flatMap(([nodes, tensors]) =>
      (nodes as readonly Node[]).map((node, i) => [node, (tensors as readonly Tensor[])[i]!] as const),
    ),
  )
  const result = evaluate([graph.value], { leaf: node => values.get(node) })
  if (isProblem(result)) return Number.NaN
  const { data } = result[0]!
  return data.reduce((sum, value) => sum + value, 0) / data.length
}
