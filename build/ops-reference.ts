import { GraphBuilder } from '../src/graph/builder.js'
import type { Node } from '../src/graph/node.js'
import { isProblem } from '../src/graph/op.js'
import type { Example } from '../src/ops/op.js'
import { families, opTable } from '../src/ops/table.js'

function nodeOf(name: string, { shapes, attributes, dtypes }: Example): Node {
  const builder = new GraphBuilder(opTable)
  const { inputs, variadic } = opTable[name]!
  const made = shapes.map((shape, index) => {
    const own =
      variadic && index >= inputs.length - 1
        ? `${inputs.at(-1)}_${index - inputs.length + 2}`
        : inputs[index]!
    const node = builder.node('input', [], { name: own, index, shape, dtype: dtypes?.[index] ?? 'float32' })
    if (isProblem(node)) throw new Error(node.problem)
    return node
  })
  const node = builder.node(name, made, attributes)
  if (isProblem(node)) throw new Error(node.problem)
  return node
}

/** What the page about the ops is made of. */
export const opsReference = {
  families,
  meaning(name: string, example: Example, mode?: 'inference' | 'training'): string {
    const op = opTable[name]!
    if (op.kind !== 'derived') return ''
    const means = typeof op.means === 'object' ? op.means[mode ?? 'inference'] : op.means
    const node = nodeOf(name, example)
    return typeof means === 'string'
      ? means
      : means(
          node.attributes,
          node.inputs.map(({ type }) => type),
        )
  },
}
