import { expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { AxisOrder } from '../../src/graph/meaning.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem, type Problem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { nodesBelow } from '../../src/graph/walk.js'
import { axisMeanings } from '../../src/meanings/axes.js'
import { expand } from '../../src/ops/elaborate.js'
import type { Example } from '../../src/ops/op.js'
import { opTable } from '../../src/ops/table.js'

function sound<T extends object>(value: T | Problem): T {
  if (isProblem(value)) throw new Error(value.problem)
  return value
}

/** An example of an op over inputs, and what it means in primitive ops. */
function build(name: string, { shapes, attributes = {}, dtypes = [] }: Example) {
  const builder = new GraphBuilder(opTable)
  const make = (op: string, inputs: readonly Node[], given: Example['attributes']): Node =>
    sound(builder.node(op, inputs, given))
  const inputs = shapes.map((shape, index) =>
    make('input', [], { name: `x${index}`, index, shape, dtype: dtypes[index] ?? 'float32' }),
  )
  const node = make(name, inputs, attributes)
  return { inputs, node, builder }
}

function primitive(node: Node, builder: GraphBuilder): Node {
  const inputs = node.inputs.map(input => primitive(input, builder))
  const same = sound(builder.node(node.op, inputs, node.attributes))
  const meaning = sound(expand(same, builder, 'inference'))
  return meaning === same ? same : primitive(meaning, builder)
}

/** Ops that know more of their axes than their meaning in inference, which makes the shape anew or leaves an input out. */
const more = ['zerosLike', 'onesLike', 'spread', 'byMode']

/** The axes of a result that count what one axis of an input counts. */
function reached(result: Node, input: Node, axis: number): readonly number[] {
  const order: AxisOrder = [...new Array<'depth'>(axis).fill('depth'), 'head', '…']
  const meanings = axisMeanings(nodesBelow([result, input]), [{ node: input, order }])(result)
  return meanings.flatMap((meaning, at) => (meaning === 'head' ? [at] : []))
}

const derived = Object.entries(opTable).flatMap(([name, op]) =>
  op.kind === 'derived' && !op.axisOrder
    ? op.examples.map((example, i) => ({ name, example, title: `${name} ${i + 1}` }))
    : [],
)

test.each(derived)('$title: its axes are those of its meaning', ({ name, example }) => {
  const { inputs, node, builder } = build(name, example)
  const meaning = primitive(node, builder)
  const axes = (result: Node) =>
    inputs.map(input => input.type.shape!.map((_, axis) => reached(result, input, axis)))
  const [own, meant] = [axes(node), axes(meaning)]
  if (!more.includes(name)) expect(own).toEqual(meant)
  else expect(meant.flat(2).length).toBeLessThanOrEqual(own.flat(2).length)
})

/** Ops whose results depend on several positions along an axis that they keep, or on another one. */
const mixing: ReadonlySet<string> = new Set([
  'softmax',
  'logSoftmax',
  'cumsum',
  'cumprod',
  'reverse',
  'layerNormalization',
  'localResponseNormalization',
  'spaceToBatch',
  'batchToSpace',
  'mirrorPad',
  'topValues',
])

const all = Object.entries(opTable).flatMap(([name, op]) =>
  mixing.has(name) ? [] : op.examples.map((example, i) => ({ name, example, title: `${name} ${i + 1}` })),
)

/** The position along one axis of an element. */
function positionOf(element: number, shape: readonly number[], axis: number): number {
  const behind = shape.slice(axis + 1).reduce((a, b) => a * b, 1)
  return Math.floor(element / behind) % shape[axis]!
}

test.each(all)(
  '$title: what changes at one position of an axis changes the result there',
  ({ name, example }) => {
    const { inputs, node } = build(name, example)
    const random = randomSource(5)
    const values = new Map(
      inputs.map(input => {
        const { dtype, shape } = input.type
        const range = dtype === 'bool' ? ([0, 2] as const) : (example.range ?? ([-2, 2] as const))
        return [
          input,
          randomTensor(shape as number[], random, { range, integers: dtype !== 'float32', dtype }),
        ]
      }),
    )
    const result = (given: ReadonlyMap<Node, Tensor>): Tensor => {
      const [value] = sound(evaluate([node], { leaf: leaf => given.get(leaf) }))
      return value!
    }
    const before = result(values)
    for (const { a, axis, b, other } of opTable[name]!.axes(node)) {
      const [size, kept] = [b.type.shape![other], node.type.shape![axis]]
      if (a !== node || size !== kept || b.type.dtype !== 'float32') continue
      const old = values.get(b)!
      const at = (size as number) - 1
      const data = old.data.map((value, i) => (positionOf(i, old.shape, other) === at ? value * 0.9 : value))
      const after = result(new Map([...values, [b, { ...old, data }]]))
      const changed = [...after.data.keys()].filter(i => after.data[i] !== before.data[i])
      expect(changed.filter(i => positionOf(i, after.shape, axis) !== at)).toEqual([])
    }
  },
)
