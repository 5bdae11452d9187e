import { beforeAll, expect, test } from '@jest/globals'
import type * as tfjs from '@tensorflow/tfjs'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import { compileGraph } from '../../src/experiment/compile/compile.js'
import { receiveGraph, sendGraph } from '../../src/experiment/sent-graph.js'
import { gradients } from '../../src/gradient/gradient.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import { substitute } from '../../src/graph/dimension.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem, type Problem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import { nodesBelow } from '../../src/graph/walk.js'
import type { Mode } from '../../src/ops/elaborate.js'
import type { Example } from '../../src/ops/op.js'
import { opTable } from '../../src/ops/table.js'
import { readModels } from '../../src/reading.js'
import { tf } from '../support/model-code.js'
import { repository } from '../support/project.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const tolerance = 1e-4

/** The size of the batch. */
const batch = 3

function sound<Value extends object>(value: Value | Problem): Value {
  if (isProblem(value)) throw new Error(value.problem)
  return value
}

const real = ({ shape, data, dtype }: Tensor): tfjs.Tensor =>
  tf.tensor([...data], [...shape], dtype as 'float32')

/** Single precision, so that both sides start from the same numbers. */
const rounded = (tensor: Tensor): Tensor => ({
  ...tensor,
  data: Float64Array.from(tensor.data, value => Math.fround(value)),
})

function expectClose(actual: tfjs.Tensor, expected: Tensor): void {
  expect({ shape: actual.shape, dtype: actual.dtype }).toEqual({
    shape: [...expected.shape],
    dtype: expected.dtype,
  })
  const values = actual.dataSync()
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value) || 0), 1)
  expected.data.forEach((value, i) => {
    if (Number.isNaN(value) ? Number.isNaN(values[i]) : values[i] === value) return
    expect(Math.abs(values[i]! - value) / largest).toBeLessThan(tolerance)
  })
}

/** An op on leaves with numbers. */
function build(name: string, { shapes, attributes = {}, range = [-2, 2], dtypes = [] }: Example) {
  const op = opTable[name]!
  const builder = new GraphBuilder(opTable)
  const random = randomSource(1)
  const values = new Map<Node, Tensor>()
  const inputs = shapes.map((shape, index) => {
    const dtype = dtypes[index] ?? 'float32'
    const own = op.inputs[Math.min(index, op.inputs.length - 1)] ?? 'x'
    const node = sound(builder.node('input', [], { name: own, index, shape, dtype }))
    const drawn = {
      range: dtype === 'bool' ? ([0, 2] as const) : range,
      integers: dtype !== 'float32',
      dtype,
    }
    values.set(node, rounded(randomTensor(shape, random, drawn)))
    return node
  })
  return { builder, inputs, values, node: sound(builder.node(name, inputs, attributes)) }
}

const cases = Object.entries(opTable).flatMap(([name, { examples }]) =>
  examples.map((example, i) => ({ name, example, title: `${name} ${i + 1}` })),
)

/** Leaves have no value, draws are others, and TensorFlow.js has no such transposed convolution. */
const without = new Set(['input', 'parameter', 'opaque'])
const isDrawn = (node: Node) => nodesBelow([node]).some(({ attributes }) => 'site' in attributes)

test.each(cases.filter(({ name }) => !without.has(name)))(
  '$title: TensorFlow.js computes what the op table says',
  ({ name, example }) => {
    const { node, inputs, values, builder } = build(name, example)
    for (const mode of ['inference', 'training'] as const) {
      if (isDrawn(node) && mode === 'training') continue
      const compiled = compileGraph([node], tf, { mode })
      if (isProblem(compiled)) throw new Error(compiled.problem)
      const expected = sound(evaluate([node], { leaf: leaf => values.get(leaf), mode }))
      const leaves = new Map([...values].map(([leaf, value]) => [leaf, real(value)]))
      let computed: readonly tfjs.Tensor[]
      try {
        computed = compiled(leaf => leaves.get(leaf))
      } catch (error) {
        // What TensorFlow.js does not have is said, and nothing else comes out.
        expect(String(error)).toMatch(/TensorFlow\.js has no /)
        return
      }
      if (isDrawn(node)) {
        expect(computed[0]!.shape).toEqual(expected[0]!.shape)
        return
      }
      expectClose(computed[0]!, expected[0]!)
      if (mode === 'inference') compareGradients(node, inputs, values, builder)
    }
  },
)

/** Ops of which TensorFlow.js has no gradient. */
const withoutGradient = new Set([
  'cumprod',
  'tensorScatterUpdate',
  'maxPool2dGradient',
  'maxPool3dGradient',
  'conv3dTranspose',
])

function compareGradients(
  node: Node,
  inputs: readonly Node[],
  values: ReadonlyMap<Node, Tensor>,
  builder: GraphBuilder,
): void {
  // A gradient of the framework's own is not that of the equation, by which the op is computed here.
  const op = opTable[node.op]!
  const hasOwn = op.kind === 'derived' && op.derivative !== undefined
  if (node.type.dtype !== 'float32' || hasOwn || withoutGradient.has(node.op)) return
  const variables = inputs.filter(({ type }) => type.dtype === 'float32')
  if (variables.length === 0) return
  const expected = gradients(node, variables, builder)
  if (isProblem(expected) || expected.includes(undefined)) return
  const numbers = evaluate(expected as readonly Node[], { leaf: leaf => values.get(leaf) })
  if (isProblem(numbers) || numbers.some(({ data }) => data.some(Number.isNaN))) return
  const compiled = compileGraph([node], tf, { mode: 'inference' })
  if (isProblem(compiled)) throw new Error(compiled.problem)
  const objective = (...given: tfjs.Tensor[]) =>
    tf.sum(
      compiled(leaf => {
        const at = variables.indexOf(leaf)
        return at >= 0 ? given[at] : values.has(leaf) ? real(values.get(leaf)!) : undefined
      })[0]!,
    )
  const found = gradientsOf(
    objective,
    variables.map(leaf => real(values.get(leaf)!)),
  )
  numbers.forEach((gradient, i) => {
    if (found) expectClose(found[i]!, gradient)
    else expect(gradient.data.every(value => value === 0)).toBe(true)
  })
}

/** Undefined where nothing flows back. */
function gradientsOf(
  objective: (...given: tfjs.Tensor[]) => tfjs.Tensor,
  at: tfjs.Tensor[],
): readonly tfjs.Tensor[] | undefined {
  try {
    return tf.grads(objective)(at)
  } catch (error) {
    expect(String(error)).toContain('Cannot compute gradient of y=f(x) with respect to x.')
    return undefined
  }
}

const golden = [
  ['linear-regression/model.js', {}],
  ['xor/model.ts', {}],
  ['mlp/model.ts', {}],
  ['lenet5/model.ts', {}],
  ['unet/model.js', { size: 16, channels: 1, classes: 2, width: 3 }],
  ['lstm-classifier/model.ts', {}],
  ['autoencoder/model.ts', {}],
  ['two-tower/model.js', {}],
] as const

test.each(golden)('%s: a compiled model that was sent is the traced model', (file, args) => {
  const path = `test/golden/${file}`
  const { models } = readModels({ files: repository, path, target: 'createModel', arguments: args })
  const { model, ...rest } = models[0]!.graph!
  const received = sound(receiveGraph(sendGraph({ model, ...rest })))
  const random = randomSource(7)
  const symbol = (name: string) => (name === 'N' ? batch : undefined)
  const values = new Map(
    [...received.inputs, ...received.parameters].map(leaf => {
      const shape = leaf.type.shape!.map(size => substitute(size, symbol)) as number[]
      const isIndex = /lstm|tower/.test(file) && leaf.op === 'input'
      const range = isIndex ? ([0, 2] as const) : ([0.1, 0.4] as const)
      return [leaf, rounded(randomTensor(shape, random, { range, integers: isIndex }))] as const
    }),
  )
  for (const mode of ['inference', 'training'] satisfies readonly Mode[]) {
    const compiled = compileGraph(received.outputs, tf, { mode, symbol })
    if (isProblem(compiled)) throw new Error(compiled.problem)
    // Draws are given, so that both sides have the same.
    const drawn = new Map<Node, Tensor>()
    const draw = (leaf: Node) => {
      if (leaf.op === 'input' || leaf.op === 'parameter' || !('site' in leaf.attributes)) return undefined
      const shape = leaf.type.shape!.map(size => substitute(size, symbol)) as number[]
      const own = drawn.get(leaf) ?? {
        shape,
        dtype: 'float32' as const,
        data: new Float64Array(shape.reduce((a, b) => a * b, 1)).fill(1),
      }
      drawn.set(leaf, own)
      return own
    }
    const leaf = (node: Node) => values.get(node) ?? draw(node)
    const expected = sound(evaluate(received.outputs, { leaf, mode, symbol }))
    const computed = tf.tidy(() => [
      ...compiled(node => {
        const value = leaf(node)
        return value && real(value)
      }),
    ])
    computed.forEach((output, i) => {
      expectClose(output, expected[i]!)
    })
  }
})
