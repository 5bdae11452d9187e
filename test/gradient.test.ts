import { beforeAll, expect, test } from '@jest/globals'
import { gradientModel } from '../src/equations/gradients.js'
import { drawTensor } from '../src/evaluate/domain.js'
import { evaluate } from '../src/evaluate/evaluate.js'
import { randomSource } from '../src/evaluate/random.js'
import { parametersOf } from '../src/graph/model.js'
import { isProblem } from '../src/graph/op.js'
import type { Tensor } from '../src/graph/tensor.js'
import { readFunctionBody, readModels } from '../src/reading.js'
import { runSource, tf } from './support/model-code.js'
import { inMemory } from './support/project.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  // The framework's own check for leaks complains about softmaxCrossEntropy.
  tf.env().set('IS_TEST', false)
})

const shapes = { x: [3, 4], w: [4, 2], y: [3, 4], v: [4], s: [], k: [2, 2, 1, 2] } as const
const inputs = Object.fromEntries(
  Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]),
)

/** Each returns one gradient as TensorFlow.js takes it. */
const bodies = [
  'return tf.grad(t => t.matMul(w).tanh().sum())(x)',
  'return tf.grad(t => x.matMul(t).square())(w)',
  'return tf.grad(t => x.add(t).sigmoid().mul(y).sum())(v)',
  'return tf.grad(t => x.mul(t).exp().mean())(s)',
  'return tf.grad(t => tf.softmax(t).mul(y).sum())(x)',
  'return tf.grad(t => tf.logSoftmax(t).mul(y).sum())(x)',
  'return tf.grad(t => tf.losses.softmaxCrossEntropy(y, t))(x)',
  'return tf.grad(t => tf.losses.softmaxCrossEntropy(t, x, undefined, 0.2))(y)',
  'return tf.grad(t => tf.losses.sigmoidCrossEntropy(y.sigmoid(), t))(x)',
  'return tf.grad(t => tf.losses.huberLoss(y, t, undefined, 0.5))(x)',
  'return tf.grad(t => tf.where(y.greater(0), t.square(), t.neg()))(x)',
  'return tf.grad(t => t.clipByValue(-0.5, 0.5).mul(y))(x)',
  'return tf.grad(t => t.max(1).square().sum())(x)',
  'return tf.grad(t => t.transpose().reshape([2, 6]).slice([0, 1], [2, 3]).square())(x)',
  'return tf.grad(t => tf.concat([t, y, t.square()], 1).mul(tf.range(0, 12)))(x)',
  'return tf.grad(t => tf.stack([t, y.mul(t)]).cos())(x)',
  "return tf.grad(t => tf.gather(t, tf.tensor1d([0, 2, 2], 'int32')).square())(x)",
  'return tf.grad(t => { const { mean, variance } = tf.moments(t, 1, true); return t.sub(mean).div(variance.add(1e-3).sqrt()).mul(y) })(x)',
  "return tf.grad(t => tf.conv2d(t.reshape([1, 3, 4, 1]), k, 1, 'same').square())(x)",
  "return tf.grad(t => tf.conv2d(x.reshape([1, 3, 4, 1]), t, 1, 'valid').tanh())(k)",
  "return tf.grad(t => tf.maxPool(t.reshape([1, 3, 4, 1]), 2, 1, 'valid').square())(x)",
  "return tf.grad(t => tf.maxPool(t.reshape([1, 3, 4, 1]), [2, 3], 1, 'same').square())(x)",
  "return tf.grad(t => tf.avgPool(t.reshape([1, 3, 4, 1]), [2, 3], 1, 'valid').square())(x)",
  "return tf.grad(t => tf.conv2dTranspose(t.reshape([1, 3, 4, 1]), k.transpose([0, 1, 3, 2]), [1, 4, 5, 2], 1, 'valid').square())(x)",
  "return tf.grad(t => tf.conv2dTranspose(x.reshape([1, 3, 4, 1]), t.transpose([0, 1, 3, 2]), [1, 4, 5, 2], 1, 'valid').square())(k)",
  "return tf.grad(t => tf.depthwiseConv2d(t.reshape([1, 3, 4, 1]), k, 1, 'same').square())(x)",
  "return tf.grad(t => tf.depthwiseConv2d(x.reshape([1, 3, 4, 1]), t, 1, 'valid').square())(k)",
  'return tf.grad(t => tf.cumsum(t, 1).mul(y).square())(x)',
  'return tf.grad(t => tf.cumsum(t, 1, true, true).mul(y).square())(x)',
  'return tf.grad(t => t.pad([[1, 0], [0, 2]]).mul(t.pad([[1, 0], [0, 2]])))(x)',
  'return tf.grad(t => t.reverse(1).mul(y).tile([2, 1]).square())(x)',
  'return tf.grad(t => t.split(2, 1)[1].square())(x)',
  'return tf.grad(t => t.square())(x, y)',
  'return tf.grads((a, b) => a.matMul(b).relu())([x, w])[1]',
  'return tf.valueAndGrad(t => t.pow(3).sum())(x).grad',
  'return tf.grad(t => tf.grad(u => u.pow(3))(t).mul(y).sum())(x)',
  'const frozen = x.clone(); return tf.grad(t => t.mul(frozen))(x)',
  'return tf.grad(t => t.floor().add(t.mul(t)))(x)',
  'const p = tf.variable(w); const { grads } = tf.variableGrads(() => x.matMul(p).square().mean()); return grads[p.name]',
  'return tf.grad(t => tf.norm(t, 2, 1).add(t.abs().sum(1)).add(tf.logSumExp(t, 1)))(x)',
  // Gradients of the program's own.
  'const f = tf.customGrad(t => ({ value: t.round(), gradFunc: dy => dy })); return tf.grad(t => f(t).mul(y).square())(x)',
  'const stop = tf.customGrad(t => ({ value: t.clone(), gradFunc: dy => tf.zerosLike(dy) })); return tf.grad(t => t.mul(stop(t)))(x)',
  'const f = tf.customGrad((a, b, save) => { save([a, b]); return { value: a.mul(b), gradFunc: (dy, [p, q]) => [dy.mul(q).mul(3), dy.mul(p)] } }); return tf.grad(t => f(t, t.mul(y)).tanh())(x)',
  'const clip = tf.customGrad(t => ({ value: t.clone(), gradFunc: dy => dy.clipByValue(-0.5, 0.5) })); return tf.grad(t => clip(clip(t.square()).sin()))(x)',
  'return tf.grad(t => { const f = tf.customGrad(a => ({ value: a.mul(t), gradFunc: dy => dy })); return f(t.square()) })(x)',
  'const p = tf.variable(w); const f = tf.customGrad(a => ({ value: a.matMul(p), gradFunc: dy => dy.matMul(p.transpose()) })); const { grads } = tf.variableGrads(() => f(x).add(p.sum()).mean()); return grads[p.name]',
]

test.each(bodies)('%s', body => {
  const random = randomSource(3)
  const values = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      drawTensor(shape, 'float32', { kind: 'real' }, random),
    ]),
  )
  const tensors = [...values.values()].map(({ data, shape }) => tf.tensor(Array.from(data), [...shape]))
  const real = new Function('tf', ...values.keys(), body)(tf, ...tensors) as tf.Tensor
  const { graph, reason } = readFunctionBody(body, inputs)
  if (!graph) throw new Error(reason?.message)
  const result = evaluate([graph.model.outputs[0]!.node], {
    leaf: ({ attributes }) => values.get(String(attributes.name)),
  })
  if (isProblem(result)) throw new Error(result.problem)
  expect(result[0]!.shape).toEqual(real.shape)
  const expected = real.dataSync()
  for (const [i, value] of result[0]!.data.entries())
    expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(value)))
})

test.each([
  'const f = tf.customGrad(t => ({ value: t.square(), gradFunc: dy => dy.sum() })); return tf.grad(t => f(t))(x)',
  'const f = tf.customGrad(t => ({ value: t.square() })); return tf.grad(t => f(t))(x)',
  'const f = tf.customGrad(t => ({ value: t.square(), gradFunc: dy => dy.mul(t) })); return tf.grad(t => tf.grad(u => f(u))(t))(x)',
  'return tf.grad(t => t.toInt().toFloat())(x)',
  "return tf.grad(t => tf.avgPool(t.reshape([1, 3, 4, 1]), [2, 3], 1, 'same'))(x)",
])('%s is not followed', body => {
  expect(readFunctionBody(body, inputs).reason?.code).toBe('opaque-gradient')
})

/** Compiled models with one input of three features and outputs of two. */
const compiled = [
  `const model = tf.sequential({ layers: [
    tf.layers.dense({ units: 4, inputShape: [3], activation: 'tanh', kernelRegularizer: tf.regularizers.l2({ l2: 0.3 }) }),
    tf.layers.dense({ units: 2, activation: 'softmax', biasRegularizer: 'l1l2' }),
  ] })
  model.compile({ optimizer: tf.train.sgd(0.5), loss: 'categoricalCrossentropy' })`,
  `const x = tf.input({ shape: [3] })
  const h = tf.layers.dense({ units: 4, activation: 'sigmoid' }).apply(x)
  const frozen = tf.layers.dense({ units: 4, trainable: false }).apply(h)
  const outputs = [tf.layers.dense({ units: 2 }).apply(frozen), tf.layers.dense({ units: 2, activation: 'tanh' }).apply(h)]
  const model = tf.model({ inputs: x, outputs })
  model.compile({ optimizer: tf.train.sgd(0.5), loss: ['meanSquaredError', 'meanAbsoluteError'] })`,
]

test.each(compiled)(
  'the gradients of a compiled loss are what a step of gradient descent goes along: %s',
  async text => {
    const code = `const tf = require('@tensorflow/tfjs')\nexports.createModel = () => {\n${text}\nreturn model\n}\n`
    const model = runSource(code, 'model.js').createModel!()
    const random = randomSource(5)
    const draw = (shape: readonly number[]) =>
      tf.tensor(Array.from(drawTensor(shape, 'float32', { kind: 'real' }, random).data), [...shape])
    model.setWeights(model.getWeights().map(({ shape }) => draw(shape)))
    const x = draw([5, 3])
    const y = model.outputs.map(() => tf.softmax(draw([5, 2])))
    const before = model.trainableWeights.map(weight => weight.read().dataSync())
    const values = model.weights.map(weight => tensorOf(weight.read()))
    const traced = readModels({
      files: inMemory({ 'model.js': code }),
      path: 'model.js',
      target: 'createModel',
    })
    const { graph } = traced.models[0]!
    const found = gradientModel(graph!, [{}], 'training')
    if (isProblem(found)) throw new Error(found.problem)
    await model.trainOnBatch(x, y.length === 1 ? y[0]! : y)
    const own = parametersOf(graph!.model)
    const byNode = new Map(own.map(({ parameter }, i) => [parameter.node, values[order(own, i)]!]))
    const { outputs, inputs } = found.graph.model
    const result = evaluate(
      outputs.map(({ node }) => node),
      {
        symbol: () => 5,
        leaf: node => {
          const at = inputs.findIndex(input => input.node === node)
          return at < 0 ? byNode.get(node) : tensorOf(at === 0 ? x : y[at - 1]!)
        },
      },
    )
    if (isProblem(result)) throw new Error(result.problem)
    for (const [i, weight] of model.trainableWeights.entries()) {
      const after = weight.read().dataSync()
      const stepped = result[i + 1]!.data
      for (const [at, value] of before[i]!.entries())
        expect(Math.abs((value - after[at]!) / 0.5 - stepped[at]!)).toBeLessThan(2e-4)
    }
  },
)

/** Where a model of TensorFlow.js lists a parameter: those that train come first. */
function order(own: readonly { readonly trainable: boolean }[], at: number): number {
  const listed = [...own.keys()].sort((a, b) => Number(own[b]!.trainable) - Number(own[a]!.trainable))
  return listed.indexOf(at)
}

function tensorOf(tensor: tf.Tensor): Tensor {
  return { shape: tensor.shape, dtype: 'float32', data: Float64Array.from(tensor.dataSync()) }
}
