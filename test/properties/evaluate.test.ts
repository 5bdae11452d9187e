import { expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { reachOf } from '../../src/evaluate/reach.js'
import { everything, type Selection, selectedShape, take, union } from '../../src/evaluate/selection.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { stridesOf } from '../../src/ops/shape.js'
import { opTable } from '../../src/ops/table.js'

const cases = Object.entries(opTable).flatMap(([name, op]) =>
  op.kind === 'primitive'
    ? op.examples.map((example, i) => ({ name, op, example, title: `${name} ${i + 1}` }))
    : [],
)

/** Every second position, starting at the first or the second. */
const boxes = (shape: readonly number[]): readonly Selection[] =>
  [0, 1].map(from =>
    shape.map(size =>
      size > 1 ? Array.from({ length: size }, (_, i) => i).filter(i => i % 2 === from) : null,
    ),
  )

test.each(cases)(
  '$title: a part of the result needs only the parts that the op reaches for',
  ({ name, op, example }) => {
    const { shapes, attributes = {}, range = [-2, 2], dtypes = [] } = example
    const builder = new GraphBuilder(opTable)
    const random = randomSource(5)
    const values: Tensor[] = []
    const inputs = shapes.map((shape, index): Node => {
      const dtype = dtypes[index] ?? 'float32'
      values.push(
        randomTensor(shape, random, {
          range: dtype === 'bool' ? [0, 2] : range,
          integers: dtype !== 'float32',
          dtype,
        }),
      )
      const node = builder.node('input', [], { name: 'x', index, shape, dtype })
      if (isProblem(node)) throw new Error(node.problem)
      return node
    })
    const node = builder.node(name, inputs, attributes)
    if (isProblem(node)) throw new Error(node.problem)
    const shape = node.type.shape as readonly number[]
    const context = { body: () => [] }
    const whole = op.evaluate(values, node.attributes, node.type, context)
    for (const wanted of boxes(shape)) {
      const reach = reachOf(node, wanted)
      expect(union(reach.output, wanted).map((positions, axis) => positions?.length ?? shape[axis])).toEqual(
        selectedShape(shape, reach.output),
      )
      const parts = values.map((value, i) => take(value, everything(value.shape), reach.inputs[i]!))
      const type = { ...node.type, shape: selectedShape(shape, reach.output) }
      const part = op.evaluate(parts, node.attributes, type, context)
      const expected = take(whole, everything(shape), reach.output)
      expect(part.shape).toEqual(expected.shape)
      expect([...part.data]).toEqual([...expected.data])
    }
  },
)

const products = ['matMul', 'conv2d', 'conv2dTranspose'].flatMap(name =>
  cases.filter(({ name: other, example }) => name === other && example.shapes[1]!.length % 2 === 0),
)

test.each(products)('$title: a product with equal rows is factored', ({ name, op, example }) => {
  const { shapes, attributes = {} } = example
  const columns = name === 'conv2dTranspose' ? 2 : shapes[1]!.length - 1
  const builder = new GraphBuilder(opTable)
  const random = randomSource(7)
  const values = new Map<Node, Tensor>()
  const [x, y] = shapes.map((shape, index): Node => {
    const node = builder.node('input', [], { name: 'x', index, shape })
    if (isProblem(node)) throw new Error(node.problem)
    const value = randomTensor(shape, random)
    const steps = stridesOf(shape)
    if (index === 1)
      value.data.forEach((_, at) => {
        value.data[at] = value.data[(Math.floor(at / steps[columns]!) % shape[columns]!) * steps[columns]!]!
      })
    values.set(node, value)
    return node
  })
  const node = builder.node(name, [x!, y!], attributes)
  if (isProblem(node)) throw new Error(node.problem)
  const expected = op.evaluate([...values.values()], node.attributes, node.type, { body: () => [] })
  const asked = new Map<Node, Selection>()
  const actual = evaluate([node], {
    leaf: (leaf, selection) => {
      asked.set(leaf, selection)
      return values.get(leaf)
    },
    isUniform: (leaf, axis) => leaf === y && axis !== columns,
  })
  if (isProblem(actual)) throw new Error(actual.problem)
  expect(asked.get(y!)).toEqual(shapes[1]!.map((_, axis) => (axis === columns ? null : [0])))
  actual[0]!.data.forEach((number, i) => {
    expect(number).toBeCloseTo(expected.data[i]!, 12)
  })
})

test('noise changes what is computed by as much as it says', () => {
  const builder = new GraphBuilder(opTable)
  const leaf = builder.node('input', [], { name: 'x', index: 0, shape: [2, 3] })
  if (isProblem(leaf)) throw new Error(leaf.problem)
  const root = builder.node('exp', [leaf])
  if (isProblem(root)) throw new Error(root.problem)
  const value = randomTensor([2, 3], randomSource(3))
  const run = (noise?: number) =>
    (evaluate([root], { leaf: () => value, ...(noise && { noise }) }) as readonly Tensor[])[0]!.data
  const [exact, inexact] = [run(), run(1e-3)]
  exact.forEach((number, i) => {
    const error = Math.abs(inexact[i]! / number - 1)
    expect(error).toBeGreaterThan(0)
    expect(error).toBeLessThanOrEqual(1e-3)
  })
})
