import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { applicationOf } from '../../src/evaluate/application.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { type Partition, partition } from '../../src/evaluate/partition.js'
import { type Quotient, quotient, unfold, wholeShape } from '../../src/evaluate/quotient.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
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

/** Classes of the positions of each axis: neighbours, every second one, all, or none. */
const partitions = (shape: readonly number[]): fc.Arbitrary<readonly Partition[]> =>
  fc.tuple(
    ...shape.map(size =>
      fc
        .array(fc.nat({ max: 2 }), { minLength: size, maxLength: size })
        .map((classes): Partition => partition(size, position => classes[position]!)),
    ),
  )

test.each(cases)('$title: what is equal in the operands is computed once', ({ name, op, example }) => {
  const { shapes, attributes = {}, range = [-2, 2], dtypes = [] } = example
  const builder = new GraphBuilder(opTable)
  const inputs = shapes.map((shape, index): Node => {
    const node = builder.node('input', [], { name: 'x', index, shape, dtype: dtypes[index] ?? 'float32' })
    if (isProblem(node)) throw new Error(node.problem)
    return node
  })
  const node = builder.node(name, inputs, attributes)
  if (isProblem(node)) throw new Error(node.problem)
  const operands = fc.tuple(...shapes.map(partitions))
  fc.assert(
    fc.property(operands, fc.nat(), (classes, seed) => {
      const random = randomSource(seed)
      const values = new Map(
        inputs.map((input, i): [Node, Quotient] => {
          const dtype = dtypes[i] ?? 'float32'
          const settings = {
            range: dtype === 'bool' ? ([0, 2] as const) : range,
            integers: dtype !== 'float32',
            dtype,
          }
          const numbers = randomTensor(shapes[i]!, random, settings)
          return [input, quotient(shapes[i]!, classes[i]!, dtype, offset => numbers.data[offset]!)]
        }),
      )
      const expected = op.evaluate([...values.values()].map(unfold), node.attributes, node.type, {
        body: () => [],
      })
      const actual = evaluate([node], { leaf: leaf => values.get(leaf) })
      if (isProblem(actual)) throw new Error(actual.problem)
      expect(actual[0]!.shape).toEqual(expected.shape)
      actual[0]!.data.forEach((number, i) => {
        expect(number).toBeCloseTo(expected.data[i]!, 10)
      })
    }),
    { numRuns: 20, seed: 3 },
  )
})

/** A convolution of an image that has the same numbers nearly everywhere. */
test('windows are computed once for each combination of classes that they read', () => {
  const builder = new GraphBuilder(opTable)
  const x = builder.node('input', [], { name: 'x', index: 0, shape: [1, 100, 100, 8] }) as Node
  const kernel = builder.node('input', [], { name: 'k', index: 1, shape: [3, 3, 8, 16] }) as Node
  const node = builder.node('conv2d', [x, kernel], { padding: 'same' }) as Node
  const uniform = (size: number) => partition(size, () => 0)
  const columns = partition(16, column => column % 2)
  const application = applicationOf(node, [
    [null, uniform(100), uniform(100), uniform(8)],
    [uniform(3), uniform(3), uniform(8), columns],
  ])
  // At both ends a window reaches outside.
  expect(application.partitions.map(own => own?.first.length)).toEqual([undefined, 3, 3, 2])
})

test('a quotient knows the whole', () => {
  const halves = [null, partition(4, position => Math.floor(position / 2))]
  const value = quotient([2, 4], halves, 'float32', offset => offset)
  expect(wholeShape(value)).toEqual([2, 4])
  expect([...unfold(value).data]).toEqual([0, 0, 2, 2, 4, 4, 6, 6])
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
