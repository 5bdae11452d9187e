import { beforeAll, expect, test } from '@jest/globals'
import { customGradientListing } from '../src/equations/custom-gradients.js'
import { renderAlgorithm } from '../src/equations/terminal.js'
import { judgeGradient } from '../src/lint/custom-gradients.js'
import { readModels } from '../src/reading.js'
import { tf } from './support/model-code.js'
import { inMemory } from './support/project.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** Functions of one tensor, and the gradients that a program gives them, with what is known of each. */
const pairs = [
  ['t.square().mul(tf.sin(t))', 'dy.mul(t.mul(2).mul(tf.sin(t)).add(t.square().mul(tf.cos(t))))', 'equal'],
  ['t.matMul(w)', 'dy.matMul(w.transpose())', 'equal'],
  [
    'tf.softmax(t)',
    'dy.mul(tf.softmax(t)).sub(tf.softmax(t).mul(dy.mul(tf.softmax(t)).sum(-1, true)))',
    'equal',
  ],
  ['tf.log(tf.exp(t).add(1))', 'dy.mul(tf.sigmoid(t))', 'equal'],
  ['t.mul(tf.sigmoid(t))', 'dy.mul(tf.sigmoid(t))', 'differs'],
  ['tf.softmax(t)', 'dy.mul(tf.softmax(t)).mul(tf.sub(1, tf.softmax(t)))', 'differs'],
  ['tf.tanh(t)', 'dy.mul(tf.sub(1, t.square()))', 'differs'],
  ['t.square()', 'dy.mul(t)', 'differs'],
  ['t.square()', 'dy.mul(t).mul(-2)', 'differs'],
  ['t.square().sqrt()', 'dy.mul(t).div(t.abs().add(1e-6))', 'near'],
  ['t.round()', 'dy', 'estimate'],
  ['t.sign()', 'dy.mul(t.abs().less(1).toFloat())', 'estimate'],
  ['t.clone()', 'dy.clipByValue(-1, 1)', 'altered'],
] as const

type Tensors = readonly [(t: tf.Tensor) => tf.Tensor, (dy: tf.Tensor, t: tf.Tensor) => tf.Tensor]

/** The cosine between the two in TensorFlow.js, where it can take the derivative of the value. */
function cosineOf(value: string, gradient: string): number {
  const w = tf.randomNormal([4, 2], 0, 1, 'float32', 3)
  const [f, own] = new Function('tf', 'w', `return [t => ${value}, (dy, t) => ${gradient}]`)(tf, w) as Tensors
  let [dot, first, second] = [0, 0, 0]
  for (let point = 0; point < 100; point++) {
    const x = tf.randomNormal([3, 4], 0, 1, 'float32', 11 + point)
    const dy = tf.randomNormal(f(x).shape, 0, 1, 'float32', 511 + point)
    const derived = tf.grad(f)(x, dy)
    const given = own(dy, x)
    dot += derived.mul(given).sum().dataSync()[0]!
    first += given.square().sum().dataSync()[0]!
    second += derived.square().sum().dataSync()[0]!
  }
  return second === 0 ? 0 : dot / Math.sqrt(first * second)
}

function judged(value: string, gradient: string) {
  const code = `exports.forward = (x, w) =>
  tf.customGrad((t, save) => { save([t]); return { value: ${value}, gradFunc: (dy, [t]) => ${gradient} } })(x)`
  const inputs = { x: { shape: [3, 4], dtype: 'float32' }, w: { shape: [4, 2], dtype: 'float32' } } as const
  const { customGradients } = readModels({
    files: inMemory({ 'model.js': code }),
    path: 'model.js',
    target: 'forward',
    inputs,
  })
  expect(customGradients).toHaveLength(1)
  return customGradients[0]!
}

test.each(pairs)('the gradient of %s as %s: %s', (value, gradient, kind) => {
  const { custom, builder } = judged(value, gradient)
  const verdict = judgeGradient(custom, builder)
  expect(verdict.kind).toBe(kind)
  const cosine = cosineOf(value, gradient)
  if (verdict.kind === 'equal' || verdict.kind === 'near') expect(cosine).toBeGreaterThan(0.9999)
  if (verdict.kind === 'differs') expect(Math.abs(verdict.cosine - cosine)).toBeLessThan(0.15)
  if (verdict.kind === 'estimate') expect(cosine).toBe(0)
})

test('each is listed with what the function computes', () => {
  const found = judged('t.square()', 'dy.mul(t)')
  expect(
    renderAlgorithm(customGradientListing([found], 'model.js#forward')),
  ).toBe(`model.js#forward, gradients of its own

  1. model.js:2:17
     y   = x²     ∈ ℝ^{3×4}
     ∇ₓ  = g ⊙ x  ∈ ℝ^{3×4}
     it is not the derivative of y: where an argument is -1.126, it gives 4.421 and the derivative is 8.842; over 32 random points the cosine between the two is 1

where
  x  ∈ ℝ^{3×4}  input argument
  g  ∈ ℝ^{3×4}  input gradient of y`)
})
