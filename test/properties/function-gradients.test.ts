import { beforeAll, expect, test } from '@jest/globals'
import type { Tensor } from '../../src/graph/tensor.js'
import { tensorFunctions } from '../../src/library/tensorflow/functions/table.js'
import { type Call, callOf, real, traced } from '../support/function-calls.js'
import { tf } from '../support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
  // Under test, TensorFlow.js takes what a gradient keeps for a leak.
  tf.env().set('IS_TEST', false)
  tf.env().set('PROD', true)
})

const cases = Object.entries(tensorFunctions).flatMap(([name, definition]) => {
  const [method] = definition.method === true ? [name] : (definition.method ?? [])
  return definition.examples.flatMap((example, i) => {
    const call = callOf(name, definition, example, definition.methodOnly ? method : undefined)
    const inputs = Object.keys(call.inputs)
    return inputs.map(input => ({ call, input, title: `${name} ${i + 1} by ${input}: ${call.body}` }))
  })
})

/** TensorFlow.js reads behind the end of the segments, which the numbers of this example ask for. */
const isOutside = (title: string) => title.startsWith('unsortedSegmentSum 3')

/**
 * The gradient, by one of its tensors, of a number that depends on every element that the call gives. What is no float is
 * made of floats, as positions that a model chooses are.
 */
function gradientOf({ body, inputs }: Call, input: string): Call {
  const result = body.replace(/^return /, '')
  const number = `tf.sum(tf.square(tf.add(tf.cast(r, 'float32'), 0.7)))`
  const lines = [
    `const ends = r => ${number}`,
    'const run = x => {',
    `  const ${input} = tf.cast(x, '${inputs[input]!.dtype}')`,
    `  const result = ${result}`,
    '  const list = result instanceof tf.Tensor ? [result] : Object.values(result)',
    '  return list.map(ends).reduce((sum, one) => tf.add(sum, one))',
    '}',
    `return tf.grad(run)(tf.cast(${input}, 'float32'))`,
  ]
  return { body: lines.join('\n'), inputs }
}

test.each(cases.filter(({ title }) => !isOutside(title)))('the gradient of $title', ({ call, input }) => {
  const gradient = gradientOf(call, input)
  let expected: tf.Tensor | undefined
  try {
    ;[expected] = real(gradient)
  } catch {}
  let actual: Tensor | undefined
  try {
    ;[actual] = traced(gradient)
  } catch {}
  if (!actual) return
  expect(expected === undefined ? 'TensorFlow.js throws' : 'a gradient').toBe('a gradient')
  expect(actual.shape).toEqual(expected!.shape)
  for (const [i, number] of [...expected!.dataSync()].entries())
    if (Math.abs(actual.data[i]! - number) > 1e-3 * (1 + Math.abs(number)))
      expect(actual.data[i]).toBe(number)
})
