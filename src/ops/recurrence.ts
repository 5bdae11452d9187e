import type { Body } from '../graph/node.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText } from '../graph/type.js'
import { recurrentAxes } from './axes.js'
import type { Op } from './op.js'
import { noRole } from './roles.js'
import { sizeOf } from './shape.js'

/** Computations that run over time. */
export const recurrences = {
  recurrence: {
    kind: 'primitive',
    title: 'recurrence over time',
    summary:
      'For each step of x [batch, time, …] in order, new states from the step, the states, and tensors that stay. ' +
      'The inputs are x, the initial states, then what stays; the body takes a step of x, the states and what stays, and yields the new states. ' +
      'The result is one of the states, after the last step or after every step.',
    inputs: ['x', 'rest'],
    variadic: true,
    attributes: {
      body: { kind: 'body', summary: 'one step' },
      states: { kind: 'integer', summary: 'how many states there are' },
      output: { kind: 'integer', default: 0, summary: 'which state is the result' },
      sequences: { kind: 'boolean', default: false, summary: 'all steps of it instead of the last' },
      reverse: { kind: 'boolean', default: false, summary: 'from the last step to the first' },
    },
    type: ([x], { body, output, sequences }) => {
      const shape = x!.shape!
      if (shape.length < 2)
        return { problem: `a recurrence needs an axis of time, which ${shapeText(shape)} has not` }
      const state = (body as { readonly body: Body }).body.outputs[output as number]
      if (!state?.type.shape) return { problem: 'the shape of the state is not known' }
      const [batch, ...rest] = state.type.shape
      return {
        dtype: state.type.dtype,
        shape: sequences ? [batch ?? shape[0]!, shape[1]!, ...rest] : state.type.shape,
      }
    },
    axes: recurrentAxes,
    axisOrder: { x: ['batch', 'time', '…'] },
    role: noRole,
    notation: { form: 'recurrence', latex: '\\mathrm{recur}', text: 'recur' },
    cost: ([x]) => sizeOf(x!.shape as readonly number[]),
    evaluate: ([x, ...rest], attributes, type, context) => {
      const { body } = attributes.body as { readonly body: Body }
      const count = attributes.states as number
      const [batch, steps, ...inner] = x!.shape as readonly [number, number, ...number[]]
      const size = sizeOf(inner)
      const order = Array.from({ length: steps }, (_, t) => (attributes.reverse ? steps - 1 - t : t))
      let states: readonly Tensor[] = rest.slice(0, count)
      const history: Tensor[] = []
      for (const t of order) {
        const data = new Float64Array(batch * size)
        for (let b = 0; b < batch; b++) {
          const from = (b * steps + t) * size
          data.set(x!.data.subarray(from, from + size), b * size)
        }
        states = context.body(body, [
          { shape: [batch, ...inner], data, dtype: x!.dtype },
          ...states,
          ...rest.slice(count),
        ])
        history.push(states[attributes.output as number]!)
      }
      const last = history.at(-1) ?? states[attributes.output as number]!
      const shape = attributes.sequences ? [batch, steps, ...last.shape.slice(1)] : last.shape
      if (!attributes.sequences) return { shape, data: last.data, dtype: type.dtype }
      const width = sizeOf(last.shape.slice(1))
      const data = new Float64Array(batch * steps * width)
      history.forEach((state, t) => {
        for (let b = 0; b < batch; b++)
          data.set(state.data.subarray(b * width, (b + 1) * width), (b * steps + t) * width)
      })
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      x: { none: 'the gradient is a recurrence backwards in time, which is built by the gradient engine' },
      rest: { none: 'the gradient is a recurrence backwards in time, which is built by the gradient engine' },
    },
    examples: [],
  },
} as const satisfies Readonly<Record<string, Op>>
