import { expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { reachOf } from '../../src/evaluate/reach.js'
import { everything, type Selection, selectedShape, take, union } from '../../src/evaluate/selection.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
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
      const reach = reachOf(node, wanted, () => undefined)
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

test('what is multiplied by nothing but zeros is not computed', () => {
  const builder = new GraphBuilder(opTable)
  const leaf = (op: string, attributes: object): Node => {
    const node = builder.node(op, [], { name: 'x', dtype: 'float32', ...attributes })
    if (isProblem(node)) throw new Error(node.problem)
    return node
  }
  const x = leaf('input', { index: 0, shape: [2, 4] })
  const [v, w] = [
    leaf('parameter', { identity: 1, shape: [4, 1000] }),
    leaf('parameter', { identity: 2, shape: [1000, 3] }),
  ]
  const product = builder.node('matMul', [x, v])
  if (isProblem(product)) throw new Error(product.problem)
  const output = builder.node('matMul', [product, w])
  if (isProblem(output)) throw new Error(output.problem)
  const rows = [7, 500]
  const asked = new Map<Node, Selection>()
  const value = (_: Node, [first, second]: Selection, shape: readonly number[]): Tensor => {
    const [height, width] = shape as readonly [number, number]
    const list = (positions: readonly number[] | null | undefined, size: number) =>
      positions ?? Array.from({ length: size }, (_, i) => i)
    const data = list(first, height).flatMap(i =>
      list(second, width).map(j => (height === 1000 && !rows.includes(i) ? 0 : Math.sin(i * 31 + j))),
    )
    return {
      shape: [list(first, height).length, list(second, width).length],
      data: Float64Array.from(data),
      dtype: 'float32',
    }
  }
  const run = (sparse: boolean) =>
    evaluate([output], {
      leaf: (node, selection) => {
        asked.set(node, selection)
        return value(node, selection, node.type.shape as readonly number[])
      },
      ...(sparse && { support: (node: Node) => (node === w ? [rows, null] : undefined) }),
    })
  const dense = run(false)
  const sparse = run(true)
  if (isProblem(dense) || isProblem(sparse)) throw new Error('not computed')
  expect(asked.get(v)).toEqual([null, rows])
  sparse[0]!.data.forEach((number, i) => {
    expect(number).toBeCloseTo(dense[0]!.data[i]!, 12)
  })
})
