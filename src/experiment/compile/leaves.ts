import { shapeText } from '../../graph/type.js'
import { opTable } from '../../ops/table.js'
import { type Kernel, type KernelContext, UncompiledOp } from './kernel.js'

/** Inputs and parameters have a value before anything is computed. */
const given: Kernel = (_, { node }) => {
  throw new UncompiledOp(`the ${node.op} ${shapeText(node.type.shape)} has no value`)
}

/** The value of an op that reads nothing, as the op table computes it. */
const stated: Kernel = (_, { tf, node, attributes, shape }) => {
  const op = opTable[node.op]
  if (op?.kind !== 'primitive') throw new UncompiledOp(`there is no op \`${node.op}\` that can be computed`)
  const noBody = { body: () => [] }
  const { data } = op.evaluate([], attributes, { ...node.type, shape }, noBody)
  return tf.tensor(Array.from(data), [...shape], 'float32')
}

const seed = () => Math.random()

const draws =
  (draw: (context: KernelContext) => ReturnType<Kernel>): Kernel =>
  (_, context) =>
    draw(context)

/** What a computation starts from, and random draws, which are new ones each time. */
export const leafKernels = {
  input: given,
  parameter: given,
  opaque: given,
  scalar: stated,
  constant: stated,
  fill: stated,
  range: stated,
  position: (_, { tf, shape }) =>
    tf.reshape(
      tf.range(
        0,
        shape.reduce((a, b) => a * b, 1),
        1,
        'int32',
      ),
      [...shape],
    ),
  bernoulli: draws(({ tf, attributes, shape }) =>
    tf.less(tf.randomUniform([...shape], 0, 1, 'float32', seed()), attributes.probability as number),
  ),
  gaussian: draws(({ tf, attributes, shape }) =>
    tf.randomNormal([...shape], 0, attributes.deviation as number, 'float32', seed()),
  ),
  truncated: draws(({ tf, attributes, shape }) =>
    tf.truncatedNormal([...shape], 0, attributes.deviation as number, 'float32', seed()),
  ),
  uniform: draws(({ tf, attributes, shape }) =>
    tf.randomUniform([...shape], attributes.low as number, attributes.high as number, 'float32', seed()),
  ),
  multinomial: ([x], { tf, attributes }) =>
    tf.multinomial(x as never, attributes.count as number, seed(), attributes.normalized === true),
} as const satisfies Readonly<Record<string, Kernel>>
