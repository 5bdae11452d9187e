import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import katex from 'katex'
import { expressionOf } from '../../src/equations/expression.js'
import { word } from '../../src/equations/formula.js'
import { toLatex } from '../../src/equations/latex.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { laws as identityLaws } from '../../src/identity/laws.js'
import { isSyntaxProblem, parseEquation } from '../../src/math/parse.js'
import { rules } from '../../src/normal/rules.js'
import { elaborate, elaborateText, expand } from '../../src/ops/elaborate.js'
import type { Example, Op } from '../../src/ops/op.js'
import { plainText } from '../../src/ops/plain.js'
import { opTable } from '../../src/ops/table.js'
import { tf } from '../support/model-code.js'
import { type FrameworkAttributes, framework } from './framework.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** An example of an op: its node over leaves that have numbers. */
function build(name: string, { shapes, attributes = {}, range = [-2, 2], dtypes = [] }: Example, seed = 1) {
  const op = opTable[name]!
  const builder = new GraphBuilder(opTable)
  const random = randomSource(seed)
  const values = new Map<Node, Tensor>()
  const inputs = shapes.map((shape, index) => {
    const dtype = dtypes[index] ?? 'float32'
    const node = builder.node('input', [], {
      name: op.inputs[Math.min(index, op.inputs.length - 1)] ?? 'x',
      index,
      shape,
      dtype,
    })
    if (isProblem(node)) throw new Error(node.problem)
    values.set(
      node,
      randomTensor(shape, random, {
        range: dtype === 'bool' ? [0, 2] : range,
        integers: dtype !== 'float32',
        dtype,
      }),
    )
    return node
  })
  const node = builder.node(name, inputs, attributes)
  if (isProblem(node)) throw new Error(`${name}: ${node.problem}`)
  return { builder, node, inputs, values }
}

function value(
  node: Node,
  values: ReadonlyMap<Node, Tensor>,
  mode: 'inference' | 'training' = 'inference',
): Tensor {
  const result = evaluate([node], { leaf: leaf => values.get(leaf), mode })
  if (isProblem(result)) throw new Error(result.problem)
  return result[0]!
}

function expectClose(
  actual: Tensor,
  expected: { shape: readonly number[]; data: ArrayLike<number> },
  tolerance: number,
): void {
  expect(actual.shape).toEqual(expected.shape)
  for (let i = 0; i < actual.data.length; i++) {
    const difference = Math.abs(actual.data[i]! - expected.data[i]!)
    if (!(difference <= tolerance * (1 + Math.abs(expected.data[i]!))))
      expect(actual.data[i]).toBeCloseTo(expected.data[i]!, 6)
  }
}

const cases = Object.entries(opTable).flatMap(([name, op]) =>
  op.examples.map((example, i) => ({ name, op, example, title: `${name} ${i + 1}` })),
)

test.each(cases)('$title: the shape rule is what evaluation gives', ({ name, example }) => {
  const { node, values } = build(name, example)
  const { shape, dtype } = value(node, values)
  expect({ shape, dtype }).toEqual(node.type)
})

const derived = cases.filter(({ op }) => op.kind === 'derived')

test.each(derived)('$title: the meaning has the type of the op, in both modes', ({ name, example }) => {
  for (const mode of ['inference', 'training'] as const) {
    const { builder, node, values } = build(name, example)
    const meaning = expand(node, builder, mode)
    if (isProblem(meaning)) throw new Error(meaning.problem)
    expect(value(meaning, values, mode).shape).toEqual(node.type.shape)
  }
})

test.each(derived.filter(({ op }) => op.kind === 'derived' && op.computed))(
  '$title: numbers are computed by an equation that is equal to the meaning',
  ({ name, example }) => {
    const moderate = { ...example, range: [-2, 2] as const }
    const { builder, node, values } = build(name, moderate)
    const meaning = expand(node, builder, 'inference')
    if (isProblem(meaning)) throw new Error(meaning.problem)
    expectClose(value(node, values), value(meaning, values), 1e-12)
  },
)

test('an op that differs between training and inference can be fixed to one of them', () => {
  const free = Object.entries(opTable).filter(
    ([, op]) =>
      op.kind === 'derived' && (typeof op.means === 'object') !== (op.attributes.mode !== undefined),
  )
  expect(free.map(([name]) => name)).toEqual([])
})

test.each(cases)('$title: KaTeX accepts the notation', ({ name, example }) => {
  const { node, inputs } = build(name, example)
  const latex = toLatex(
    expressionOf(node, {
      name: inner => (inputs.includes(inner) ? word(`x${inputs.indexOf(inner)}`) : undefined),
    }),
  )
  expect(() => katex.renderToString(latex, { throwOnError: true, strict: 'error' })).not.toThrow()
})

test.each(cases)(
  '$title: what is printed in the equation language reads as the same graph',
  ({ name, example }) => {
    const { builder, node, inputs } = build(name, example)
    const named = new Map(inputs.map((input, i) => [`x_${i + 1}`, input]))
    const names = new Map([...named].map(([key, input]) => [input, key]))
    for (const spelling of ['plain', 'latex'] as const) {
      const text = plainText(node, inner => names.get(inner), spelling)
      if (typeof text !== 'string') throw new Error(text.problem)
      expect(elaborateText(text, { value: key => named.get(key) }, builder)).toBe(node)
    }
  },
)

test('random graphs print and read as the same graph', () => {
  const unary = ['relu', 'tanh', 'negate', 'square', 'transpose', 'softmax', 'absolute', 'exp']
  const pairs = ['add', 'subtract', 'multiply', 'divide', 'matMul', 'maximum', 'power']
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()), { minLength: 1, maxLength: 12 }), steps => {
      const builder = new GraphBuilder(opTable)
      const nodes = [0, 1, 2].map(index =>
        index === 2
          ? builder.node('scalar', [], { value: -0.5 })
          : builder.node('input', [], { name: 'x', index, shape: [3, 3] }),
      ) as Node[]
      const named = new Map([
        ['x', nodes[0]!],
        ['y', nodes[1]!],
      ])
      const names = new Map([...named].map(([key, input]) => [input, key]))
      for (const [kind, a, b] of steps) {
        const [left, right] = [nodes[a % nodes.length]!, nodes[b % nodes.length]!]
        const name = [...unary, ...pairs][kind % (unary.length + pairs.length)]!
        const made = builder.node(name, unary.includes(name) ? [left] : [left, right])
        if (!isProblem(made)) nodes.push(made)
      }
      const last = nodes.at(-1)!
      if (names.has(last)) return
      for (const spelling of ['plain', 'latex'] as const) {
        const text = plainText(last, inner => (inner === last ? undefined : names.get(inner)), spelling)
        if (typeof text !== 'string') throw new Error(text.problem)
        expect(elaborateText(text, { value: key => named.get(key) }, builder)).toBe(last)
      }
    }),
    { numRuns: 300 },
  )
})

test('every op has a counterpart in TensorFlow.js or a reason why not', () => {
  expect(Object.keys(framework).sort()).toEqual(Object.keys(opTable).sort())
})

test.each(cases.filter(({ name }) => typeof framework[name] === 'function'))(
  '$title: the value is that of TensorFlow.js',
  ({ name, example }) => {
    const { node, inputs, values } = build(name, example)
    const run = framework[name] as (
      inputs: readonly tf.Tensor[],
      attributes: FrameworkAttributes,
    ) => tf.Tensor
    const tensors = inputs.map(input =>
      tf.tensor([...values.get(input)!.data], [...values.get(input)!.shape], values.get(input)!.dtype),
    )
    const real = run(tensors, node.attributes as unknown as FrameworkAttributes)
    // The framework computes in single precision.
    for (const input of inputs) values.get(input)!.data.set(Float32Array.from(values.get(input)!.data))
    expect(node.type.dtype).toBe(real.dtype)
    expectClose(value(node, values), { shape: real.shape, data: real.dataSync() }, 2e-5)
  },
)

const differentiable = cases.flatMap(entry =>
  entry.op.kind !== 'primitive'
    ? []
    : entry.example.shapes.flatMap((_, at) => {
        const input = entry.op.inputs[Math.min(at, entry.op.inputs.length - 1)]!
        const derivative = entry.op.kind === 'primitive' ? entry.op.derivative[input] : undefined
        const types = entry.example.shapes.map((shape, i) => ({
          shape,
          dtype: entry.example.dtypes?.[i] ?? ('float32' as const),
        }))
        const attributes = build(entry.name, entry.example).node.attributes
        const text = typeof derivative === 'function' ? derivative(attributes, types, at) : derivative
        return typeof text === 'string' && types[at]!.dtype === 'float32'
          ? [{ ...entry, at, derivative: text, title: `${entry.title} by ${input}` }]
          : []
      }),
)

test.each(differentiable)(
  '$title: the derivative is that of finite differences',
  ({ name, op, example, at, derivative }) => {
    const { builder, node, inputs, values } = build(name, example, 5)
    const weights = randomTensor(node.type.shape as number[], randomSource(9))
    const g = builder.node('input', [], { name: 'g', index: 99, shape: node.type.shape! })
    if (isProblem(g)) throw new Error(g.problem)
    values.set(g, weights)
    const names = new Map<string, Node>([
      ['y', node],
      ['g', g],
      ...op.inputs.map((input, i) => [input, inputs[i]!] as const),
      ...(op.variadic ? inputs.map((input, i) => [`${op.inputs.at(-1)}_${i + 1}`, input] as const) : []),
    ])
    const gradient = elaborateText(
      `(${derivative}) + 0 * ${op.variadic && at >= op.inputs.length - 1 ? `${op.inputs.at(-1)}_${at - op.inputs.length + 2}` : op.inputs[at]}`,
      { value: inner => names.get(inner) ?? node.attributes[inner] },
      builder,
    )
    if (isProblem(gradient)) throw new Error(`${derivative}: ${gradient.problem}`)
    const computed = value(gradient, values)
    const target = values.get(inputs[at]!)!
    const summed = reduceTo(computed, target.shape)
    const step = 1e-5
    const loss = () => value(node, values).data.reduce((sum, v, i) => sum + v * weights.data[i]!, 0)
    for (let i = 0; i < target.data.length; i++) {
      const before = target.data[i]!
      target.data[i] = before + step
      const up = loss()
      target.data[i] = before - step
      const down = loss()
      target.data[i] = before
      expect(summed[i]!).toBeCloseTo((up - down) / (2 * step), 4)
    }
  },
)

/** Sums a gradient over the axes along which its input was broadcast. */
function reduceTo({ shape, data }: Tensor, target: readonly number[]): Float64Array {
  const result = new Float64Array(target.reduce((a, b) => a * b, 1))
  const lead = shape.length - target.length
  data.forEach((entry, at) => {
    let rest = at
    const index = [...shape]
      .reverse()
      .map(size => {
        const i = rest % size
        rest = Math.floor(rest / size)
        return i
      })
      .reverse()
    const to = target.reduce((sum, size, i) => sum * size + (size === 1 ? 0 : index[i + lead]!), 0)
    result[to] = result[to]! + entry
  })
  return result
}

const laws = [
  ...Object.entries(opTable).flatMap(([name, { laws: own = [] }]) => own.map(law => ({ name, law }))),
  ...rules.map(({ name, equation }) => ({ name, law: equation })),
  ...Object.entries(identityLaws).flatMap(([name, { equations }]) => equations.map(law => ({ name, law }))),
]

test.each(laws)('$name: $law', ({ name, law }) => {
  const parsed = parseEquation(law)
  if (isSyntaxProblem(parsed) || parsed.kind !== 'binary' || parsed.operator !== '=')
    throw new Error(`not an equation: ${law}`)
  const range = (opTable[name] as Op | undefined)?.examples[0]?.range ?? [-2, 2]
  const builder = new GraphBuilder(opTable)
  const values = new Map<Node, Tensor>()
  const variables = new Map<string, Node>()
  const random = randomSource(3)
  const variable = (text: string): Node | undefined => {
    if (!/^[a-z]+$/.test(text)) return undefined
    const known = variables.get(text)
    if (known) return known
    const node = builder.node('input', [], { name: text, index: variables.size, shape: [3, 3] })
    if (isProblem(node)) throw new Error(node.problem)
    variables.set(text, node)
    values.set(node, randomTensor([3, 3], random, { range: 'pq'.includes(text) ? [0.2, 2] : range }))
    return node
  }
  const sides = [parsed.left, parsed.right].map(side => elaborate(side, { value: variable }, builder))
  const [left, right] = sides.map(side => {
    if (isProblem(side)) throw new Error(side.problem)
    return value(side, values)
  })
  expectClose(left!, right!, 1e-9)
})
