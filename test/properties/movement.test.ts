import { expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { movements } from '../../src/normal/movement.js'
import { elaborateText } from '../../src/ops/elaborate.js'
import { opTable } from '../../src/ops/table.js'

test.each(movements)(
  '$name keeps the value of its example',
  ({ apply, example: { equation, shapes, numbers = {}, places = {} } }) => {
    const builder = new GraphBuilder(opTable)
    const leaves = new Map<string, Node>()
    for (const [name, shape] of Object.entries(shapes)) {
      const leaf = builder.node('input', [], { name, index: leaves.size, shape, dtype: 'float32' })
      if (isProblem(leaf)) throw new Error(leaf.problem)
      leaves.set(name, leaf)
    }
    for (const [name, value] of Object.entries(numbers)) {
      const scalar = builder.node('scalar', [], { value })
      if (isProblem(scalar)) throw new Error(scalar.problem)
      leaves.set(name, scalar)
    }
    for (const [name, place] of Object.entries(places)) {
      const constant = builder.node('constant', [], { shape: [], values: [place], dtype: 'int32' })
      if (isProblem(constant)) throw new Error(constant.problem)
      leaves.set(name, constant)
    }
    const before = elaborateText(equation, { value: name => leaves.get(name) }, builder)
    if (isProblem(before)) throw new Error(before.problem)
    const after = apply(before, builder)
    if (!after) throw new Error(`${equation} is left as it is`)
    expect(after).not.toBe(before)
    const values = evaluate([before, after], {
      symbol: () => 7,
      leaf: node =>
        node.op === 'input'
          ? randomTensor(node.type.shape as number[], randomSource(node.id + 1), { range: [-2, 2] })
          : undefined,
    })
    if (isProblem(values)) throw new Error(values.problem)
    const [a, b] = values
    expect(b!.shape).toEqual(a!.shape)
    b!.data.forEach((value, i) => {
      expect(value).toBeCloseTo(a!.data[i]!, 10)
    })
  },
)
