import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource, randomTensor } from '../../src/evaluate/random.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import type { Tensor } from '../../src/graph/tensor.js'
import type { DataType } from '../../src/graph/type.js'
import type { ExampleArgument, TensorFunction } from '../../src/library/tensorflow/functions/function.js'
import { readFunctionBody } from '../../src/reading.js'
import { tf } from './model-code.js'

/** The body of a function of tensors, and numbers for them. */
export interface Call {
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
export function callOf(
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

/** What the body gives in TensorFlow.js. */
export function real({ body, inputs }: Call): readonly tf.Tensor[] {
  const tensors = Object.values(inputs).map(({ shape, data, dtype }) =>
    tf.tensor([...data], [...shape], dtype as 'float32'),
  )
  const result = new Function('tf', ...Object.keys(inputs), body)(tf, ...tensors) as tf.Tensor | object
  return result instanceof tf.Tensor ? [result] : (Object.values(result) as tf.Tensor[])
}

/** What the body gives as it is traced and evaluated. */
export function traced({ body, inputs }: Call): readonly Tensor[] {
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
