import { beforeAll, expect, test } from '@jest/globals'
import type { Tensor } from '../../src/graph/tensor.js'
import { formerNames } from '../../src/library/tensorflow/former-names.js'
import { tensorFunctions } from '../../src/library/tensorflow/functions/table.js'
import { whyUnmodelled } from '../../src/library/tensorflow/unmodelled.js'
import { readFunctionBody } from '../../src/reading.js'
import { callOf, real, traced } from '../support/function-calls.js'
import { tf } from '../support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

const cases = Object.entries(tensorFunctions).flatMap(([name, definition]) => {
  const methods = definition.method === true ? [name] : (definition.method ?? [])
  const spellings = [...(definition.methodOnly ? [] : [undefined]), ...methods]
  return definition.examples.flatMap((example, i) =>
    spellings.map(method => {
      const call = callOf(name, definition, example, method)
      return { ...call, title: `${name} ${i + 1}: ${call.body}` }
    }),
  )
})

test.each(cases)('$title', call => {
  const expected = real(call)
  const actual = traced(call)
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape))
  expect(actual.map(({ dtype }) => dtype)).toEqual(expected.map(({ dtype }) => dtype))
  for (const [i, tensor] of expected.entries()) {
    const numbers = tensor.dataSync()
    for (const [k, number] of [...numbers].entries()) {
      const difference = Math.abs(actual[i]!.data[k]! - number)
      if (difference > 2e-5 * (1 + Math.abs(number))) expect(actual[i]!.data[k]).toBe(number)
    }
  }
})

const typed = Object.entries(tensorFunctions).flatMap(([name, definition]) =>
  definition.methodOnly
    ? []
    : definition.examples.slice(0, 1).flatMap(example => {
        const { length } = Object.keys(callOf(name, definition, example).inputs)
        return Array.from({ length }, (_, at) => at).flatMap(at =>
          (['int32', 'bool'] as const).map(dtype => ({ name, definition, example, at, dtype })),
        )
      }),
)

test.each(typed)('$name takes $dtype as tensor $at as TensorFlow.js does, if at all', entry => {
  const { name, definition, example, at, dtype } = entry
  const call = callOf(name, definition, example, undefined, place => (place === at ? dtype : undefined))
  let actual: readonly Tensor[]
  try {
    actual = traced(call)
  } catch {
    return
  }
  const expected = real(call)
  expect(actual.map(tensor => tensor.dtype)).toEqual(expected.map(tensor => tensor.dtype))
  for (const [i, tensor] of expected.entries())
    for (const [k, number] of [...tensor.dataSync()].entries()) {
      const own = actual[i]!.data[k]!
      // What is divided by 0 is no whole number, and TensorFlow.js has 0 in its place.
      if (Number.isFinite(own) && Math.abs(own - number) > 2e-5 * (1 + Math.abs(number)))
        expect(own).toBe(number)
    }
})

test('every function has an example, unless it draws at random', () => {
  const without = Object.entries(tensorFunctions).filter(
    ([, { examples, arguments: declared }]) =>
      examples.length === 0 && !declared.some(({ name }) => name === 'seed'),
  )
  expect(without.map(([name]) => name)).toEqual([])
})

test('every function is one of TensorFlow.js', () => {
  const path = (name: string) =>
    name.split('.').reduce((at: unknown, key) => (at as Record<string, unknown>)[key], tf)
  const missing = Object.entries(tensorFunctions).filter(
    ([name, { methodOnly }]) => !methodOnly && typeof path(name) !== 'function',
  )
  expect(missing.map(([name]) => name)).toEqual([])
})

/** Every function of TensorFlow.js by its path, and every method of tensors. */
function publicFunctions(): readonly string[] {
  const isFunction = (value: unknown): value is object => typeof value === 'function'
  const isNamespace = (value: unknown): value is object => typeof value === 'object' && value !== null
  const inside = (path: string, object: object) =>
    Object.entries(object).flatMap(([key, value]) => (isFunction(value) ? [`${path}.${key}`] : []))
  const { default: _, 'module.exports': __, ...members } = tf as unknown as Record<string, unknown>
  const methods = Object.getOwnPropertyNames(tf.Tensor.prototype).filter(name => name !== 'constructor')
  return [
    ...inside('tf', members),
    ...Object.entries(members).flatMap(([key, value]) =>
      isNamespace(value) ? inside(`tf.${key}`, value) : [],
    ),
    ...methods.map(name => `x.${name}`),
  ]
}

test('every function of TensorFlow.js is modelled, or says why not', () => {
  const silent = publicFunctions().flatMap(path => {
    const { reason } = readFunctionBody(`return ${path}`, { x: { shape: [2], dtype: 'float32' } })
    return reason ? [`${path}: ${reason.message}`] : []
  })
  expect(silent).toEqual([])
})

test.each(Object.entries(formerNames))(
  'TensorFlow.js has no tf.%s any more, and has tf.%s',
  (former, now) => {
    const read = (path: string) =>
      path.split('.').reduce<unknown>((object, key) => (object as Readonly<Record<string, unknown>>)[key], tf)
    expect([typeof read(former), typeof read(now)]).toEqual(['undefined', 'function'])
  },
)

test('what is said not to be modelled is not', () => {
  const both = Object.keys(tensorFunctions).filter(name => whyUnmodelled(name) !== undefined)
  expect(both).toEqual([])
})
