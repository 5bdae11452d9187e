import { beforeAll, expect, test } from '@jest/globals'
import { evaluate } from '../src/evaluate/evaluate.js'
import { GraphBuilder } from '../src/graph/builder.js'
import type { Attribute, Node } from '../src/graph/node.js'
import { isProblem } from '../src/graph/op.js'
import { keepsState, optimizers } from '../src/library/optimizers.js'
import { elaborateText } from '../src/ops/elaborate.js'
import { opTable } from '../src/ops/table.js'
import { tf } from './support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** One formula over numbers by name. */
function numberOf(text: string, numbers: ReadonlyMap<string, number>): number {
  const builder = new GraphBuilder(opTable)
  const leaves = new Map<Node, number>()
  const value = (name: string): Node | undefined => {
    const known = numbers.get(name)
    if (known === undefined) return undefined
    const node = builder.node('input', [], { name, index: leaves.size, shape: [] })
    if (isProblem(node)) return undefined
    leaves.set(node, known)
    return node
  }
  const node = elaborateText(text, { value }, builder)
  if (isProblem(node)) throw new Error(`${text}: ${node.problem}`)
  const tensor = (number: number) => ({ shape: [], data: Float64Array.of(number), dtype: 'float32' as const })
  const result = evaluate([node], {
    leaf: leaf => (leaves.has(leaf) ? tensor(leaves.get(leaf)!) : undefined),
    symbol: () => undefined,
    mode: 'training',
  })
  if (isProblem(result)) throw new Error(`${text}: ${result.problem}`)
  return result[0]!.data[0]!
}

type Settings = Readonly<Record<string, Attribute>>

/** Steps of an optimizer by the equations of the table. */
function byEquations(
  kind: string,
  given: Settings,
  start: number,
  gradients: readonly number[],
): readonly number[] {
  const { settings, update } = optimizers[kind]!
  const setting = (name: string) => given[name] ?? settings.find(entry => entry.name === name)?.default
  const numbers = new Map<string, number>([['θ', start]])
  for (const { name, letter } of settings) {
    const value = setting(name)
    if (typeof value === 'number') numbers.set(letter.replace(/_0$/, ''), value)
  }
  const rule = update(setting)
  for (const [name] of rule) if (!numbers.has(name)) numbers.set(name, 0)
  return gradients.map((g, i) => {
    numbers.set('g', g).set('t', i + 1)
    for (const [name, text] of rule) numbers.set(name, numberOf(text, numbers))
    return numbers.get('θ')!
  })
}

const gradients = [0.5, -1.25, 0.125, 2, -0.75, 0.25]

const settings: readonly (readonly [string, Settings])[] = [
  ['sgd', { learningRate: 0.1 }],
  ['momentum', { learningRate: 0.1, momentum: 0.9 }],
  ['momentum', { learningRate: 0.1, momentum: 0.8, useNesterov: true }],
  ['adagrad', { learningRate: 0.1 }],
  ['adagrad', { learningRate: 0.1, initialAccumulatorValue: 0.5 }],
  ['adadelta', {}],
  ['adadelta', { learningRate: 0.5, rho: 0.9, epsilon: 1e-3 }],
  ['adam', {}],
  ['adam', { learningRate: 0.01, beta1: 0.5, beta2: 0.9, epsilon: 1e-2 }],
  ['adamax', {}],
  ['adamax', { learningRate: 0.01, beta1: 0.8, beta2: 0.9, epsilon: 1e-2, decay: 0.25 }],
  ['rmsprop', { learningRate: 0.01 }],
  ['rmsprop', { learningRate: 0.01, decay: 0.8, momentum: 0.5, epsilon: 1e-2 }],
  ['rmsprop', { learningRate: 0.01, decay: 0.8, momentum: 0.5, epsilon: 1e-2, centered: true }],
  ['rmsprop', { learningRate: 0.01, decay: 0.8, momentum: 0, epsilon: 1e-2, centered: true }],
]

function optimizerOf(kind: string, given: Settings): tf.Optimizer {
  const make = (tf.train as unknown as Record<string, (...args: unknown[]) => tf.Optimizer>)[kind]!
  return make(...optimizers[kind]!.settings.map(({ name }) => given[name]))
}

test.each(settings)('%s with %j moves as in TensorFlow.js', (kind, given) => {
  const optimizer = optimizerOf(kind, given)
  const theta = tf.variable(tf.scalar(0.75), true, `theta_${kind}`)
  const real = gradients.map(g => {
    optimizer.applyGradients({ [theta.name]: tf.scalar(g) })
    return theta.dataSync()[0]!
  })
  const said = byEquations(kind, given, 0.75, gradients)
  for (const [i, value] of said.entries()) expect(value).toBeCloseTo(real[i]!, 5)
  theta.dispose()
})

test.each(settings)('which fields of %s with %j TensorFlow.js reads when it takes a step', (kind, given) => {
  const step = (change: (optimizer: tf.Optimizer & Record<string, unknown>) => void): number => {
    const optimizer = optimizerOf(kind, given) as tf.Optimizer & Record<string, unknown>
    const theta = tf.variable(tf.scalar(0.75))
    for (const [i, g] of gradients.entries()) {
      if (i === 2) change(optimizer)
      optimizer.applyGradients({ [theta.name]: tf.scalar(g) })
    }
    return theta.dataSync()[0]!
  }
  const plain = step(() => undefined)
  const isRead = (change: Parameters<typeof step>[0]) => step(change) !== plain
  const { settings: all, isStateless } = optimizers[kind]!
  for (const { name, copied } of all) {
    const isNumber = name !== 'useNesterov' && name !== 'centered'
    const changed = (optimizer: Record<string, unknown>) =>
      isNumber ? Number(optimizer[name]) * 0.5 + 0.01 : !optimizer[name]
    const method = (own: string) => (optimizer: tf.Optimizer & Record<string, unknown>) =>
      (optimizer as unknown as Record<string, (value: unknown) => void>)[own]!(changed(optimizer))
    const assign = (optimizer: Record<string, unknown>) => {
      optimizer[name] = changed(optimizer)
    }
    // The first step reads the one, and what AdaDelta keeps has no influence.
    const isTold = name !== 'initialAccumulatorValue' && (!isStateless || name === 'learningRate')
    if (isTold) expect({ name, isRead: isRead(assign) }).toEqual({ name, isRead: !copied })
    if (!copied) continue
    expect(isRead(optimizer => Object.assign(optimizer, { [copied.field]: tf.scalar(-0.01) }))).toBe(true)
    if (copied.by) expect(isRead(method(copied.by))).toBe(true)
    if (copied.assignedBy) expect(isRead(method(copied.assignedBy))).toBe(false)
  }
})

test('every optimizer is tried', () => {
  expect(new Set(settings.map(([kind]) => kind))).toEqual(new Set(Object.keys(optimizers)))
})

test.each(settings)(
  'whether %s with %j keeps what one parameter left for the next in its place',
  (kind, given) => {
    const make = () => optimizerOf(kind, given)
    const secondAfter = (first: tf.Optimizer, second: tf.Optimizer): number => {
      const [a, b] = [tf.variable(tf.scalar(3)), tf.variable(tf.scalar(1))]
      for (let step = 0; step < 2; step++) first.minimize(() => a.square().asScalar(), false, [a])
      second.minimize(() => b.square().asScalar(), false, [b])
      return b.dataSync()[0]!
    }
    const shared = make()
    expect(keepsState(kind)).toBe(secondAfter(shared, shared) !== secondAfter(make(), make()))
  },
)
