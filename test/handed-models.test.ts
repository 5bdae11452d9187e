import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { readArtifacts } from '../src/cli/artifacts.js'
import { isNetworkShapes, readNetworkShapes } from '../src/cli/network-shapes.js'
import { symbol } from '../src/graph/dimension.js'
import { check } from '../src/pipeline.js'
import { sourceFile } from '../src/text/source.js'
import type { TensorDeclaration } from '../src/trace/host.js'
import { inMemory } from './support/project.js'

const agent = `import * as tf from '@tensorflow/tfjs'
export class Agent {
  constructor(online, target) {
    this.online = online
    this.target = target
    this.optimizer = tf.train.adam(1e-3)
  }
  train(states, actions, rewards, next, dones) {
    this.optimizer.minimize(() => {
      const qs = this.online.apply(states, { training: true }).mul(tf.oneHot(actions, 2)).sum(-1)
      const best = this.target.predict(next).max(-1)
      return tf.losses.meanSquaredError(rewards.add(best.mul(tf.scalar(1).sub(dones)).mul(0.99)), qs)
    })
    this.target.setWeights(this.online.getWeights())
  }
}
`
const N = symbol('N', true)
const tensor = (...sizes: readonly number[]): TensorDeclaration => ({
  shape: [N, ...sizes],
  dtype: 'float32',
})
const inputs = {
  states: tensor(4),
  actions: { shape: [N], dtype: 'int32' },
  rewards: tensor(),
  next: tensor(4),
  dones: tensor(),
} as const
const dqn = sourceFile('specs/dqn.yaml', readFileSync('specs/dqn.yaml', 'utf8'))

function checkAgent(code: string, online: string, target: string, spec = dqn) {
  const stated = { online: { text: online }, target: { text: target } }
  const { artifacts, diagnostics } = readArtifacts(stated, '.', true)
  expect(diagnostics).toEqual([])
  const request = { files: inMemory({ 'agent.js': code }), path: 'agent.js', target: 'Agent.train' }
  return check({ ...request, inputs, artifacts }, spec)
}

const clause = (outcome: ReturnType<typeof check>, id: string) =>
  outcome.comparison?.clauses.find(entry => entry.clause.id === id)

test('models that code is handed are networks, whatever they compute', () => {
  expect(checkAgent(agent, '[4]->[2]', '[4]->[2] frozen').verdict).toBe('as written')
})

test('a parameter whose method minimize is given a function is an optimizer, of which the rule is not known', () => {
  const code = agent
    .replace('constructor(online, target) {', 'constructor(online, target, optimizer) {')
    .replace('tf.train.adam(1e-3)', 'optimizer')
  expect(checkAgent(code, '[4]->[2]', '[4]->[2] frozen').verdict).toBe('as written')
  const stated = sourceFile(
    'spec.yaml',
    dqn.text.replace('over: Q\n', 'over: Q\n    optimizer: { adam: { learningRate: 0.001 } }\n'),
  )
  expect(stated.text).not.toBe(dqn.text)
  const outcome = checkAgent(code, '[4]->[2]', '[4]->[2] frozen', stated)
  expect([outcome.verdict, clause(outcome, 'training.L')?.verdict]).toEqual(['unverified', 'as written'])
  expect(clause(outcome, 'training.L.optimizer')?.verdict).toBe('unverified')
})

test('a model that is handed over may be frozen where it is made', () => {
  const over = clause(checkAgent(agent, '[4]->[2]', '[4]->[2]'), 'training.L.over')
  expect(over?.verdict).toBe('unverified')
  expect(over?.reason?.message).toContain("`--artifact 'target=[…]->[…] frozen'`")
})

test.each([
  ['.mul(tf.scalar(1).sub(dones))', '', 'training.L'],
  ['this.target.predict(next)', 'this.online.predict(next)', 'training.L'],
  ['this.target.setWeights(this.online.getWeights())', '', 'training.θ⁻'],
])('a difference is one for any such models: %s ⇒ %s', (before, after, id) => {
  expect(agent).toContain(before)
  const outcome = checkAgent(agent.replace(before, after), '[4]->[2]', '[4]->[2] frozen')
  expect([outcome.verdict, clause(outcome, id)?.verdict]).toEqual(['differs', 'differs'])
})

test('which layers they have is not known', () => {
  const code = agent.replace(
    'this.target.setWeights(this.online.getWeights())',
    'this.target.layers.forEach((layer, i) => layer.setWeights(this.online.layers[i].getWeights()))',
  )
  const update = clause(checkAgent(code, '[4]->[2]', '[4]->[2] frozen'), 'training.θ⁻')
  expect(update?.verdict).toBe('unverified')
})

test.each([
  'tf.model({ inputs: x, outputs: tf.layers.dense({ units: 1 }).apply(online.apply(x)) })',
  'tf.model({ inputs: online.inputs, outputs: tf.layers.dense({ units: 1 }).apply(online.outputs[0]) })',
  'tf.sequential({ layers: [online, tf.layers.dense({ units: 1 })] })',
])('a model around one is known as little: %s', made => {
  const spec = sourceFile(
    'spec.yaml',
    `title: one
inputs: { x: [4] }
model:
  - { dense: 3, activation: tanh, useBias: false }
  - { dense: 3, activation: tanh }
  - { dense: 2 }
  - { dense: 1 }
`,
  )
  const { artifacts } = readArtifacts({ online: { text: '[4]->[2]' } }, '.', true)
  const code = `import * as tf from '@tensorflow/tfjs'
export const createModel = online => {
  const x = tf.input({ shape: [4] })
  return ${made}
}`
  const request = { files: inMemory({ 'model.js': code }), path: 'model.js', target: 'createModel' }
  const { verdict } = check({ ...request, artifacts }, spec)
  expect(verdict).toBe('unverified')
})

test('the layers of what stands for a model are no layers of the code', () => {
  const spec = sourceFile(
    'spec.yaml',
    `title: one
inputs: { x: [4] }
model: [{ dense: 3, activation: tanh, useBias: false }, { dense: 3, activation: tanh }, { dense: 1 }]
`,
  )
  const { artifacts } = readArtifacts({ online: { text: '[4]->[1]' } }, '.', true)
  const files = inMemory({ 'model.js': 'export const forward = (online, x) => online.apply(x)' })
  const request = { files, path: 'model.js', target: 'forward', inputs: { x: tensor(4) }, artifacts }
  const { verdict, reason } = check(request, spec)
  expect([verdict, reason?.code]).toEqual(['unverified', 'saved-model'])
})

test.each([
  ['[4]->[2]', { inputs: [[4]], outputs: [[2]], isFrozen: false }],
  [' [8, 8,3] , [2] -> [1],[2] frozen', { inputs: [[8, 8, 3], [2]], outputs: [[1], [2]], isFrozen: true }],
  ['[S]->[2]', undefined],
  ['[4]->', undefined],
  ['[]->[2]', undefined],
])('%s are shapes', (text, expected) => {
  expect(isNetworkShapes(text)).toBe(true)
  expect(readNetworkShapes(text)).toEqual(expected)
})

test('a path is none, and shapes are of use in a check of training only', () => {
  expect(isNetworkShapes('models/[1]/model.json')).toBe(false)
  const { diagnostics } = readArtifacts({ online: { text: '[4]->[2]' } }, '.')
  expect(diagnostics.map(({ message }) => message)).toEqual([
    expect.stringContaining('only a check of training can do without'),
  ])
})
