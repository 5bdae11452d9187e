import { evaluate } from '../../src/evaluate/evaluate.js'
import type { Batch, Instance } from '../../src/experiment/problem.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem, type Problem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { elaborateText } from '../../src/ops/elaborate.js'
import { opTable } from '../../src/ops/table.js'

/** What is measured of outputs, in double precision, as the equation of the objective or the measure says. */
export function measured({ objective, measure }: Instance, batch: Batch, outputs: readonly Tensor[]): number {
  return measure ? measure.of(outputs, batch) : objectiveAt(objective.equation, batch, outputs)
}

/** The mean of all elements of an equation over inputs, targets and outputs. */
export function objectiveAt(
  equation: string,
  { inputs, targets }: Batch,
  outputs: readonly Tensor[],
): number {
  const builder = new GraphBuilder(opTable)
  const values = new Map<Node, Tensor>()
  const names = new Map<string, Node>()
  const named = { x: inputs, y: targets, p: outputs }
  for (const [letter, tensors] of Object.entries(named))
    tensors.forEach((tensor, i) => {
      const name = `${letter}_${i + 1}`
      const { shape, dtype } = tensor
      const node = sound(builder.node('input', [], { name, index: names.size, shape: [...shape], dtype }))
      values.set(node, tensor)
      names.set(name, node)
      if (i === 0) names.set(letter, node)
    })
  const root = sound(elaborateText(equation, { value: name => names.get(name) }, builder))
  const [result] = sound(evaluate([root], { leaf: node => values.get(node) }))
  return result!.data.reduce((sum, value) => sum + value, 0) / result!.data.length
}

function sound<T extends object>(value: T): Exclude<T, Problem> {
  if (isProblem(value)) throw new Error(value.problem)
  return value as Exclude<T, Problem>
}
