import { beforeAll, expect, test } from '@jest/globals'
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
import { isSyntaxProblem, parseEquation } from '../../src/math/parse.js'
import { rules } from '../../src/normal/rules.js'
import { elaborate, elaborateText, expand } from '../../src/ops/elaborate.js'
import type { Example, Op } from '../../src/ops/op.js'
import { opTable } from '../../src/ops/table.js'
import { tf } from '../support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** An example of an op: its node over leaves that have numbers. */
function build(name: string, { shapes, attributes = {}, range, integers }: Example, seed = 1) {
  const op = opTable[name]!
  const builder = new GraphBuilder(opTable)
  const random = randomSource(seed)
  const values = new Map<Node, Tensor>()
  const inputs = shapes.map((shape, index) => {
    const node = builder.node('input', [], {
      name: op.inputs[Math.min(index, op.inputs.length - 1)] ?? 'x',
      index,
      shape,
    })
    if (isProblem(node)) throw new Error(node.problem)
    values.set(node, randomTensor(shape, random, { range: range ?? [-2, 2], integers: integers ?? false }))
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
  expect(value(node, values).shape).toEqual(node.type.shape)
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

/** Attributes of ops as the calls below read them. */
interface FrameworkAttributes {
  readonly axes: number[]
  readonly axis: number
  readonly keepDims: boolean
  readonly permutation: number[]
  readonly shape: (number | null)[]
  readonly strides: [number, number]
  readonly dilations: [number, number]
  readonly poolSize: [number, number]
  readonly padding: 'same' | 'valid'
  readonly stride: number
  readonly dilation: number
  readonly alpha: number
  readonly theta: number
  readonly epsilon: number
  readonly low: number
  readonly high: number
  readonly start: number
  readonly size: number
  readonly before: number
  readonly after: number
  readonly value: number
  readonly times: number
  readonly depth: number
}

/** The op in real TensorFlow.js; for ops that have no counterpart there, why. */
const framework: Readonly<
  Record<string, ((inputs: readonly tf.Tensor[], attributes: FrameworkAttributes) => tf.Tensor) | string>
> = {
  add: ([x, y]) => tf.add(x!, y!),
  subtract: ([x, y]) => tf.sub(x!, y!),
  multiply: ([x, y]) => tf.mul(x!, y!),
  divide: ([x, y]) => tf.div(x!, y!),
  power: ([x, y]) => tf.pow(x!, y!),
  maximum: ([x, y]) => tf.maximum(x!, y!),
  minimum: ([x, y]) => tf.minimum(x!, y!),
  greater: ([x, y]) => tf.greater(x!, y!),
  greaterEqual: ([x, y]) => tf.greaterEqual(x!, y!),
  less: ([x, y]) => tf.less(x!, y!),
  lessEqual: ([x, y]) => tf.lessEqual(x!, y!),
  equal: ([x, y]) => tf.equal(x!, y!),
  notEqual: ([x, y]) => tf.notEqual(x!, y!),
  where: ([c, x, y]) => tf.where(c!.toBool(), x!, y!),
  negate: ([x]) => tf.neg(x!),
  absolute: ([x]) => tf.abs(x!),
  sign: ([x]) => tf.sign(x!),
  exp: ([x]) => tf.exp(x!),
  expm1: ([x]) => tf.expm1(x!),
  log: ([x]) => tf.log(x!),
  log1p: ([x]) => tf.log1p(x!),
  sqrt: ([x]) => tf.sqrt(x!),
  square: ([x]) => tf.square(x!),
  reciprocal: ([x]) => tf.reciprocal(x!),
  sin: ([x]) => tf.sin(x!),
  cos: ([x]) => tf.cos(x!),
  tanh: ([x]) => tf.tanh(x!),
  sigmoid: ([x]) => tf.sigmoid(x!),
  erf: ([x]) => tf.erf(x!),
  floor: ([x]) => tf.floor(x!),
  ceil: ([x]) => tf.ceil(x!),
  round: ([x]) => tf.round(x!),
  stopGradient: ([x]) => tf.clone(x!),
  relu: ([x]) => tf.relu(x!),
  relu6: ([x]) => tf.relu6(x!),
  leakyRelu: ([x], { alpha }) => tf.leakyRelu(x!, alpha),
  elu: ([x]) => tf.elu(x!),
  selu: ([x]) => tf.selu(x!),
  softplus: ([x]) => tf.softplus(x!),
  prelu: ([x, alpha]) => tf.prelu(x!, alpha!),
  clip: ([x], { low, high }) => tf.clipByValue(x!, low, high),
  softmax: ([x], { axis }) =>
    axis === -1 ? tf.softmax(x!) : tf.transpose(tf.softmax(tf.transpose(x!, [0, 2, 1])), [0, 2, 1]),
  logSoftmax: ([x], { axis }) =>
    axis === -1 ? tf.logSoftmax(x!) : tf.transpose(tf.logSoftmax(tf.transpose(x!, [0, 2, 1])), [0, 2, 1]),
  thresholdedRelu: ([x], { theta }) => tf.mul(x!, tf.greater(x!, theta).toFloat()),
  softsign: ([x]) => tf.layers.activation({ activation: 'softsign' }).apply(x!) as tf.Tensor,
  hardSigmoid: ([x]) => tf.layers.activation({ activation: 'hardSigmoid' }).apply(x!) as tf.Tensor,
  swish: ([x]) => tf.layers.activation({ activation: 'swish' }).apply(x!) as tf.Tensor,
  mish: ([x]) => tf.layers.activation({ activation: 'mish' as never }).apply(x!) as tf.Tensor,
  gelu: ([x]) => tf.layers.activation({ activation: 'gelu' as never }).apply(x!) as tf.Tensor,
  geluNew: ([x]) => tf.layers.activation({ activation: 'gelu_new' as never }).apply(x!) as tf.Tensor,
  sum: ([x], { axes, keepDims }) => tf.sum(x!, axes ?? undefined, keepDims),
  product: ([x], { axes, keepDims }) => tf.prod(x!, axes ?? undefined, keepDims),
  max: ([x], { axes, keepDims }) => tf.max(x!, axes ?? undefined, keepDims),
  min: ([x], { axes, keepDims }) => tf.min(x!, axes ?? undefined, keepDims),
  mean: ([x], { axes, keepDims }) => tf.mean(x!, axes ?? undefined, keepDims),
  variance: ([x], { axes, keepDims }) => tf.moments(x!, axes ?? undefined, keepDims).variance,
  logSumExp: ([x], { axes, keepDims }) => tf.logSumExp(x!, axes ?? undefined, keepDims),
  argMax: ([x], { axis }) => tf.argMax(x!, axis),
  size: 'a number that TensorFlow.js reads off a shape',
  matMul: ([x, y]) =>
    x!.rank === 3 && y!.rank === 2
      ? tf.matMul(x!, tf.tile(tf.expandDims(y!, 0), [x!.shape[0]!, 1, 1]))
      : tf.matMul(x!, y!),
  transpose: ([x], { permutation }) => tf.transpose(x!, permutation ?? undefined),
  dot: ([x, y], { axes }) =>
    (
      tf.layers.dot({ axes: axes as [number, number] }) as unknown as {
        call(inputs: unknown, kwargs: object): tf.Tensor
      }
    ).call([x, y], {}),
  reshape: ([x], { shape }) =>
    tf.reshape(
      x!,
      (shape as (number | null)[]).map(size => size ?? -1),
    ),
  flatten: ([x]) => tf.reshape(x!, [x!.shape[0]!, -1]),
  expandDims: ([x], { axes }) => tf.expandDims(x!, axes[0]),
  squeeze: ([x], { axes }) => tf.squeeze(x!, axes ?? undefined),
  slice: ([x], { axis, start, size }) =>
    tf.slice(
      x!,
      x!.shape.map((_, i) => (i === axis ? start : 0)),
      x!.shape.map((n, i) => (i === axis ? size : n)),
    ),
  pad: ([x], { axis, before, after, value: fill }) =>
    tf.pad(
      x!,
      x!.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
      fill,
    ),
  reverse: ([x], { axis }) => tf.reverse(x!, axis),
  repeat: ([x], { axis, times }) =>
    tf.concat(
      tf.unstack(x!, axis).flatMap(part => new Array<tf.Tensor>(times).fill(tf.expandDims(part, axis))),
      axis,
    ),
  concat: (inputs, { axis }) => tf.concat([...inputs], axis),
  stack: (inputs, { axis }) => tf.stack([...inputs], axis),
  tile: ([x], { axis, times }) =>
    tf.tile(
      x!,
      x!.shape.map((_, i) => (i === axis ? times : 1)),
    ),
  gather: ([table, indices]) => tf.gather(table!, indices!.toInt()),
  oneHot: ([indices], { depth }) => tf.oneHot(indices!.toInt(), depth).toFloat(),
  conv2d: ([x, k], { strides, padding, dilations }) =>
    tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, strides, padding, 'NHWC', dilations),
  conv1d: ([x, k], { stride, padding, dilation }) =>
    tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, stride, padding, 'NWC', dilation),
  depthwiseConv2d: ([x, k], { strides, padding, dilations }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, strides, padding, 'NHWC', dilations),
  conv2dTranspose: ([x, k], { strides, padding }) => {
    const [, , filters] = k!.shape
    const size = [0, 1].map(
      i =>
        x!.shape[i + 1]! * strides[i]! + (padding === 'valid' ? Math.max(k!.shape[i]! - strides[i]!, 0) : 0),
    )
    return tf.conv2dTranspose(
      x as tf.Tensor4D,
      k as tf.Tensor4D,
      [x!.shape[0]!, size[0]!, size[1]!, filters!],
      strides,
      padding,
    )
  },
  maxPool2d: ([x], { poolSize, strides, padding }) =>
    tf.maxPool(x as tf.Tensor4D, poolSize, strides, padding),
  averagePool2d: ([x], { poolSize, strides, padding }) =>
    tf.avgPool(x as tf.Tensor4D, poolSize, strides, padding),
  maxPool1d: ([x], { poolSize, stride }) =>
    tf.layers.maxPooling1d({ poolSize: Number(poolSize), strides: stride }).apply(x!) as tf.Tensor,
  averagePool1d: ([x], { poolSize, stride }) =>
    tf.layers.averagePooling1d({ poolSize: Number(poolSize), strides: stride }).apply(x!) as tf.Tensor,
  batchNormalization: ([x, mean, variance], { axis, epsilon }) => {
    const shape = x!.shape.map((n, i) => (i === (axis < 0 ? axis + x!.rank : axis) ? n : 1))
    return tf.div(
      tf.sub(x!, tf.reshape(mean!, shape)),
      tf.sqrt(tf.add(tf.reshape(variance!, shape), epsilon)),
    )
  },
  layerNormalization: ([x], { axes, epsilon }) => {
    const { mean, variance } = tf.moments(x!, axes, true)
    return tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, epsilon)))
  },
  dropout: ([x]) => tf.clone(x!),
  gaussianNoise: ([x]) => tf.clone(x!),
  bernoulli: 'a random draw has no value to compare with',
  gaussian: 'a random draw has no value to compare with',
  byMode: ([inference]) => tf.clone(inference!),
  recurrence: 'it has no counterpart by itself; the layers that use it are compared',
  input: 'a leaf is given from outside',
  parameter: 'a leaf is given from outside',
  constant: 'a leaf is given from outside',
  scalar: 'a leaf is given from outside',
  zeros: 'a leaf is given from outside',
  opaque: 'a leaf is given from outside',
}

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
      tf.tensor([...values.get(input)!.data], [...values.get(input)!.shape]),
    )
    const real = run(tensors, node.attributes as unknown as FrameworkAttributes)
    // The framework computes in single precision.
    for (const input of inputs) values.get(input)!.data.set(Float32Array.from(values.get(input)!.data))
    expectClose(value(node, values), { shape: real.shape, data: real.dataSync() }, 2e-5)
  },
)

const differentiable = cases.flatMap(entry =>
  entry.op.kind !== 'primitive'
    ? []
    : entry.example.shapes.flatMap((_, at) => {
        const input = entry.op.inputs[Math.min(at, entry.op.inputs.length - 1)]!
        const derivative = entry.op.kind === 'primitive' ? entry.op.derivative[input] : undefined
        return derivative !== undefined && typeof derivative !== 'object'
          ? [{ ...entry, at, derivative, title: `${entry.title} by ${input}` }]
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
    ])
    const text =
      typeof derivative === 'function'
        ? derivative(
            node.attributes,
            inputs.map(input => input.type),
          )
        : (derivative as string)
    const gradient = elaborateText(
      `(${text}) + 0 * ${op.inputs[Math.min(at, op.inputs.length - 1)]}`,
      { value: inner => names.get(inner) ?? node.attributes[inner] },
      builder,
    )
    if (isProblem(gradient)) throw new Error(`${text}: ${gradient.problem}`)
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
    values.set(node, randomTensor([3, 3], random, { range }))
    return node
  }
  const sides = [parsed.left, parsed.right].map(side => elaborate(side, { value: variable }, builder))
  const [left, right] = sides.map(side => {
    if (isProblem(side)) throw new Error(side.problem)
    return value(side, values)
  })
  expectClose(left!, right!, 1e-9)
})
