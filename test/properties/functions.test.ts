import { beforeAll, expect, test } from '@jest/globals'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import type { DataType } from '../../src/graph/type.js'
import { formerNames } from '../../src/library/tensorflow/former-names.js'
import type { ExampleArgument, TensorFunction } from '../../src/library/tensorflow/functions/function.js'
import { tensorFunctions } from '../../src/library/tensorflow/functions/table.js'
import { whyUnmodelled } from '../../src/library/tensorflow/unmodelled.js'
import { readFunctionBody } from '../../src/pipeline.js'
import { tf } from '../support/model-code.js'

beforeAll(async () => {
  await tf.setBackend('cpu')
})

interface Call {
  readonly body: string
  readonly inputs: Readonly<Record<string, Tensor>>
}

const isTensor = (
  argument: ExampleArgument,
): argument is { shape: readonly number[]; dtype?: DataType; range?: readonly [number, number] } =>
  typeof argument === 'object' && argument !== null && 'shape' in argument
const areTensors = (argument: ExampleArgument): argument is { shapes: readonly (readonly number[])[] } =>
  typeof argument === 'object' && argument !== null && 'shapes' in argument

/** An example as the body of a function, called in one of its spellings, with numbers for its tensors. */
function callOf(
  name: string,
  definition: TensorFunction,
  example: readonly ExampleArgument[],
  method?: string,
  typeOf: (at: number) => DataType | undefined = () => undefined,
): Call {
  const random = randomSource(11)
  const inputs: Record<string, Tensor> = {}
  const make = (
    shape: readonly number[],
    stated: DataType = 'float32',
    usual: readonly [number, number] = [-2, 2],
  ): string => {
    const at = Object.keys(inputs).length
    const other = stated === 'float32' ? typeOf(at) : undefined
    const dtype = other ?? stated
    const range = other === 'int32' ? ([1, 4] as const) : other === 'bool' ? ([0, 2] as const) : usual
    const input = `t${at}`
    const integers = dtype !== 'float32'
    const drawn = randomTensor(shape, random, { range, integers, dtype })
    inputs[input] = integers ? drawn : { ...drawn, data: Float64Array.from(Float32Array.from(drawn.data)) }
    return input
  }
  const texts = example.map((argument): string | readonly string[] => {
    if (isTensor(argument)) return make(argument.shape, argument.dtype, argument.range)
    if (areTensors(argument)) return argument.shapes.map(shape => make(shape))
    return literal(argument)
  })
  const written = (list: readonly (string | readonly string[])[]) =>
    list.map(text => (typeof text === 'string' ? text : `[${text.join(', ')}]`)).join(', ')
  if (definition.variadic) texts.push(...[texts.pop()!].flat())
  if (method === undefined) {
    if (!definition.fields) return { body: `return tf.${name}(${written(texts)})`, inputs }
    const fields = definition.arguments.flatMap((declared, i) =>
      texts[i] === undefined ? [] : [`${declared.name}: ${written([texts[i]!])}`],
    )
    return { body: `return tf.${name}({ ${fields.join(', ')} })`, inputs }
  }
  const at = definition.receiver ?? 0
  const receiver = texts[at]!
  const rest = texts.filter((_, i) => i !== at)
  return typeof receiver === 'string'
    ? { body: `return ${receiver}.${method}(${written(rest)})`, inputs }
    : { body: `return ${receiver[0]}.${method}(${written([receiver.slice(1), ...rest])})`, inputs }
}

function literal(argument: ExampleArgument): string {
  if (Array.isArray(argument)) return `[${argument.map(literal).join(', ')}]`
  return typeof argument === 'string' ? JSON.stringify(argument) : String(argument)
}

function real({ body, inputs }: Call): readonly tf.Tensor[] {
  const tensors = Object.values(inputs).map(({ shape, data, dtype }) =>
    tf.tensor([...data], [...shape], dtype as 'float32'),
  )
  const result = new Function('tf', ...Object.keys(inputs), body)(tf, ...tensors) as tf.Tensor | object
  return result instanceof tf.Tensor ? [result] : (Object.values(result) as tf.Tensor[])
}

function traced({ body, inputs }: Call): readonly Tensor[] {
  const declarations = Object.fromEntries(
    Object.entries(inputs).map(([name, { shape, dtype }]) => [name, { shape, dtype }]),
  )
  const { graph, reason } = readFunctionBody(body, declarations)
  if (!graph) throw new Error(`${body}: ${reason?.message}`)
  const values = new Map<Node, Tensor>(graph.model.inputs.map(({ node, name }) => [node, inputs[name]!]))
  const nodes = graph.model.outputs.map(({ node }) => node)
  const result = evaluate(nodes, { leaf: node => values.get(node) })
  if (isProblem(result)) throw new Error(`${body}: ${result.problem}`)
  return result.map((tensor, i) => ({ ...tensor, dtype: nodes[i]!.type.dtype }))
}

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
