import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from '@jest/globals'
import { drawTensor } from '../src/evaluate/domain.js'
import { randomSource } from '../src/evaluate/random.js'
import { type Case, readCases } from '../src/suite/cases.js'
import { runCase } from '../src/suite/run.js'
import { tf } from './support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const cases = readCases(readFileSync('test/cases/equality/pairs.yaml', 'utf8'))
if (typeof cases === 'string') throw new Error(cases)

test.each(cases)('$id: the verdict is found', pair => {
  const { verdict, evidence } = runCase(pair)
  expect(`${verdict}: ${verdict === pair.verdict ? '' : evidence}`).toBe(`${pair.verdict}: `)
})

/** The largest difference of both bodies in TensorFlow.js, relative to the largest number. */
function differenceInFramework({ inputs, first, second }: Case, seed: number, reach = 1): number {
  const random = randomSource(seed)
  const tensors = Object.values(inputs).map(({ shape, dtype, domain }) => {
    const { data } = drawTensor(shape, dtype, domain, random, reach)
    return tf.tensor(Array.from(data), [...shape], dtype as 'float32')
  })
  const run = (body: string) => {
    const result = new Function('tf', ...Object.keys(inputs), body)(tf, ...tensors) as tf.Tensor
    return result.dataSync()
  }
  const [a, b] = [run(first), run(second)]
  const scale = Math.max(...[...a, ...b].map(Math.abs))
  return Math.max(...[...a].map((x, i) => Math.abs(x - b[i]!))) / scale
}

test.each(cases)('$id: TensorFlow.js agrees', pair => {
  const differences = [11, 12, 13].map(seed => differenceInFramework(pair, seed))
  if (pair.verdict === 'same') expect(Math.max(...differences)).toBeLessThan(1e-4)
  else {
    const far = differenceInFramework(pair, 14, 20)
    expect(Math.max(...differences, Number.isFinite(far) ? far : 0)).toBeGreaterThan(1e-4)
  }
})

test.each([
  ['not: [a list', 'Flow sequence'],
  ['a: 1', 'expected a list of cases'],
  ['- { id: x, a: return x, b: return x, verdict: equal, inputs: {} }', '`verdict` of `x`'],
  ['- { id: x, a: return x, b: return x, verdict: same, inputs: { x: [a] } }', 'expected a list of sizes'],
  ['- { id: x, a: return x, b: return x, verdict: same, inputs: { x: { shape: [2], rang: 1 } } }', '`rang`'],
])('a suite that cannot be read says why: %s', (text, message) => {
  expect(readCases(text)).toContain(message)
})

const reals = (...names: readonly string[]) =>
  Object.fromEntries(
    names.map(name => [name, { shape: [2], dtype: 'float32', domain: { kind: 'real' } } as const]),
  )

test('what depends on weights that are drawn when the code runs is not decided', () => {
  const pair = {
    id: 'weights',
    inputs: { x: { shape: [2, 3], dtype: 'float32', domain: { kind: 'real' } } },
  } as const
  const first = 'return tf.layers.dense({ units: 3, useBias: false }).apply(x)'
  const { verdict, evidence } = runCase({ ...pair, first, second: 'return x', verdict: 'different' })
  expect(`${verdict}: ${evidence}`).toBe('undecided: the value of `parameter` is not known')
})

test.each([
  ['another value is written after a use', 'const y = l.apply(x)\nl.setWeights([w.mul(2)])\nreturn y'],
  ['another value is written before a use', 'l.apply(x)\nl.weights[0].write(w.mul(2))\nreturn l.apply(x)'],
  ['the first value is read before it is replaced', 'l.apply(x)\nl.setWeights([w.neg()])\nreturn l.apply(x)'],
  ['it is trained', 'tf.train.sgd(0.1).minimize(() => l.apply(x).square().mean())\nreturn l.apply(x)'],
])('what a weight is at first does not decide where %s', (_, rest) => {
  const inputs = {
    ...reals('x', 'w'),
    x: { shape: [2, 3], dtype: 'float32', domain: { kind: 'real' } },
  } as const
  const given = { ...inputs, w: { ...inputs.x, shape: [3, 3] } }
  const made = 'const l = tf.layers.dense({ units: 3, useBias: false, weights: [w] })\n'
  const pair = { id: 'later', inputs: given, first: made + rest, verdict: 'same' } as const
  for (const second of ['return x.matMul(w)', 'return x.matMul(w).neg()', 'return x.matMul(w).mul(2)'])
    expect(runCase({ ...pair, second }).verdict).toBe('undecided')
})

test('a function that computes one thing or another by what is not known is not decided', () => {
  const first = 'if (Math.random() > 2) return x\nreturn x.mul(2)'
  const pair = { id: 'ways', inputs: reals('x'), first, verdict: 'different' } as const
  for (const second of ['return x', 'return x.mul(2)'])
    expect(runCase({ ...pair, second }).evidence).toMatch(
      /^a: it gives one result where .*, and another elsewhere$/,
    )
})

test('a cycle of comparisons that holds only where all three tie is excepted, and that is said', () => {
  const { verdict, evidence } = runCase({
    id: 'cycle',
    inputs: reals('a', 'b', 'c'),
    first: `
      const holds = tf.logicalAnd(a.greaterEqual(b), tf.logicalAnd(b.greaterEqual(c), c.greaterEqual(a)))
      return tf.cast(holds, 'float32')`,
    second: 'return a.mul(0)',
    verdict: 'same',
  })
  expect(verdict).toBe('same')
  expect(evidence).toContain('except where comparisons tie')
})

test('a number that somebody may mean is no mask', () => {
  const first = 'return tf.maximum(x, -1e6)'
  const pair = { id: 'floor', inputs: reals('x'), first, second: 'return x.mul(1)', verdict: 'same' } as const
  expect(runCase(pair).verdict).toBe('undecided')
})
