import { expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import type { Example } from '../../src/ops/op.js'
import { opTable } from '../../src/ops/table.js'

const cases = Object.entries(opTable).flatMap(([name, op]) =>
  op.kind === 'primitive'
    ? op.examples.map((example, i) => ({ name, op, example, title: `${name} ${i + 1}` }))
    : [],
)

/** An op over inputs as its example says, what it gives for tensors, and such tensors. */
function build(name: string, { shapes, attributes = {}, dtypes = [], range = [-2, 2] }: Example) {
  const builder = new GraphBuilder(opTable)
  const make = (op: string, inputs: readonly Node[], given: Example['attributes']): Node => {
    const made = builder.node(op, inputs, given)
    if (isProblem(made)) throw new Error(made.problem)
    return made
  }
  const inputs = shapes.map((shape, index) =>
    make('input', [], { name: `x${index}`, index, shape, dtype: dtypes[index] ?? 'float32' }),
  )
  const node = make(name, inputs, attributes)
  const result = (values: readonly Tensor[]): Tensor => {
    const found = evaluate([node], { leaf: leaf => values[inputs.indexOf(leaf)] })
    if (isProblem(found)) throw new Error(found.problem)
    return found[0]!
  }
  const draw = (seed: number): readonly Tensor[] => {
    const random = randomSource(seed)
    return inputs.map(({ type: { dtype, shape } }) =>
      randomTensor(shape as number[], random, {
        range: dtype === 'bool' ? [0, 2] : range,
        integers: dtype !== 'float32',
        dtype,
      }),
    )
  }
  return { node, inputs, result, draw }
}

const around = (shape: readonly number[], axis: number) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)

/** A tensor with the positions along an axis in another order: each goes one on. */
function turned(tensor: Tensor, axis: number): Tensor {
  const [inner, size] = [around(tensor.shape, axis), tensor.shape[axis]!]
  const data = tensor.data.map((_, at) => {
    const position = Math.floor(at / inner) % size
    const from = (position + size - 1) % size
    return tensor.data[at + (from - position) * inner]!
  })
  return { ...tensor, data }
}

function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape)
  const far = [...actual.data].filter((x, i) => !(Math.abs(x - expected.data[i]!) <= 1e-9))
  expect(far).toEqual([])
}

test.each(cases)('$title treats positions alike where it says so', ({ name, op, example }) => {
  const { node, inputs, result, draw } = build(name, example)
  const values = draw(3)
  const before = result(values)
  const { same = [], contracted = [], unread = [], repeated = [], reshaped, uniform } = op.positions(node)
  if (uniform) expect(new Set(before.data).size).toBe(1)
  if (reshaped) expect([...before.data]).toEqual([...values[0]!.data])
  const turn = (axes: readonly (readonly [input: number, axis: number])[]) =>
    values.map((value, i) =>
      axes.reduce((tensor, [input, axis]) => (input === i ? turned(tensor, axis) : tensor), value),
    )
  for (const axis of new Set(same.map(([at]) => at))) {
    const own = same.flatMap(([at, input, inputAxis]) => (at === axis ? [[input, inputAxis] as const] : []))
    expectClose(result(turn(own)), turned(before, axis))
  }
  for (const axis of repeated) expectClose(before, turned(before, axis))
  for (const group of contracted) expectClose(result(turn(group)), before)
  for (const [input, axis] of unread) {
    const other = values.map((value, i) =>
      i === input ? { ...value, data: value.data.map(x => -x) } : value,
    )
    expect(inputs[input]!.type.shape!.length).toBeGreaterThan(axis)
    expectClose(result(other), before)
  }
})

const primitive = Object.entries(opTable).flatMap(([name, op]) =>
  op.kind === 'primitive' ? [{ name, op }] : [],
)

/** Whether a mean of two values of some inputs gives the mean of both results, and whether these differ. */
function meanOf(name: string, example: Example, isVaried: (input: number) => boolean) {
  const { result, draw } = build(name, example)
  const [first, second] = [draw(1), draw(2)]
  const mean = (a: Tensor, b: Tensor): Tensor => ({ ...a, data: a.data.map((x, i) => (x + b.data[i]!) / 2) })
  const other = first.map((value, i) => (isVaried(i) ? second[i]! : value))
  const [a, b] = [result(first), result(other)]
  const between = result(first.map((value, i) => mean(value, other[i]!)))
  const half = mean(a, b)
  return {
    isMean: between.data.every((x, i) => Math.abs(x - half.data[i]!) <= 1e-9),
    isVarying: a.data.some((x, i) => x !== b.data[i]),
  }
}

test.each(primitive)('$name is affine where it says so, and only there', ({ name, op }) => {
  const inputOf = (i: number) => op.inputs[Math.min(i, op.inputs.length - 1)]!
  for (const example of op.examples)
    for (const names of op.affine)
      expect(meanOf(name, example, i => names.includes(inputOf(i))).isMean).toBe(true)
  const others = op.inputs.filter(input => !op.affine.some(names => names.includes(input)))
  for (const input of others) {
    const found = op.examples.map(example => meanOf(name, example, i => inputOf(i) === input))
    const isAffine = found.every(({ isMean }) => isMean) && found.some(({ isVarying }) => isVarying)
    expect({ input, isAffine }).toEqual({ input, isAffine: false })
  }
})
