import { type Dimension, equals } from '../graph/dimension.js'
import type { Attributes, Body } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText, type TensorType } from '../graph/type.js'
import { alongAxis } from './along.js'
import { recurrentAxes } from './axes.js'
import type { Op } from './op.js'
import { orderedPositions } from './positions.js'
import { noRole } from './roles.js'
import { sizeOf } from './shape.js'

/** The attributes of a recurrence, and what its inputs are by them. */
export interface RecurrenceForm {
  readonly body: Body
  /** For each sequence, the axis along which one element is read at each step. */
  readonly along: readonly number[]
  readonly states: number
  /** Where nothing is read step by step. */
  readonly steps: Dimension | null
  /** Which state is the result, and the axis along which all steps of it stand, if they all are. */
  readonly output: number
  readonly sequences: boolean
  readonly axis: number
  readonly reverse: boolean
}

export function recurrenceForm(attributes: Attributes): RecurrenceForm {
  const { body, ...rest } = attributes
  return { ...rest, ...(body as { readonly body: Body }) } as unknown as RecurrenceForm
}

/** How many steps there are: as many as each sequence has, or as the recurrence says. */
export function stepsOf(inputs: readonly TensorType[], attributes: Attributes): Dimension | Problem {
  const { along, steps } = recurrenceForm(attributes)
  const sizes = along.map((axis, i) => inputs[i]?.shape?.[axis])
  const missing = sizes.indexOf(undefined)
  if (missing >= 0)
    return {
      problem: `a recurrence along the axis ${along[missing]} needs one, which ${shapeText(inputs[missing]?.shape ?? [])} has not`,
    }
  const [first, ...others] = [...(sizes as readonly Dimension[]), ...(steps === null ? [] : [steps])]
  if (first === undefined) return { problem: 'a recurrence that reads no sequence needs a number of steps' }
  const other = others.find(size => !equals(size, first))
  return other === undefined
    ? first
    : { problem: `the sequences of a recurrence have ${shapeText([first])} and ${shapeText([other])} steps` }
}

/** What is given that is no element of a sequence, no state or nothing that stays as the body reads it; undefined if all is. */
function misread(inputs: readonly TensorType[], { body, along }: RecurrenceForm): Problem | undefined {
  for (const [i, { type }] of body.inputs.entries()) {
    const given = inputs[i]?.shape
    if (!given || !type.shape) continue
    const element = i < along.length ? given.toSpliced(along[i]!, 1) : given
    const isRead =
      element.length === type.shape.length && element.every((size, k) => equals(size, type.shape![k]!))
    if (!isRead)
      return { problem: `a step of the recurrence reads ${shapeText(type.shape)}, not ${shapeText(element)}` }
  }
  return undefined
}

/** Computations that are repeated, each time on what the time before gave. */
export const recurrences = {
  recurrence: {
    kind: 'primitive',
    title: 'recurrence',
    summary:
      'For each step in order, new states from one element of each sequence, the states, and tensors that stay. ' +
      'The inputs are the sequences, the initial states, then what stays; the body takes an element of each sequence, the states and what stays, and yields the new states. ' +
      'The result is one of the states, after the last step or after every step. Without a step it is the initial state.',
    inputs: ['rest'],
    variadic: true,
    attributes: {
      body: { kind: 'body', summary: 'one step' },
      along: {
        kind: 'axes',
        default: [1],
        summary: 'for each sequence, the axis along which one element is read at each step',
      },
      states: { kind: 'integer', summary: 'how many states there are' },
      steps: {
        kind: 'integer',
        default: null,
        summary: 'how many steps there are; as many as the sequences have, if there are any',
      },
      output: { kind: 'integer', default: 0, summary: 'which state is the result' },
      sequences: { kind: 'boolean', default: false, summary: 'all steps of it instead of the last' },
      axis: { kind: 'axis', default: 1, summary: 'the axis of all steps in the result' },
      reverse: { kind: 'boolean', default: false, summary: 'from the last element to the first' },
    },
    type: (inputs, attributes) => {
      const steps = stepsOf(inputs, attributes)
      if (typeof steps !== 'number' && 'problem' in steps) return steps
      const form = recurrenceForm(attributes)
      const { body, output, sequences, axis } = form
      const other = misread(inputs, form)
      if (other) return other
      const state = body.outputs[output]?.type
      if (!state?.shape) return { problem: 'the shape of the state is not known' }
      if (!sequences) return state
      if (axis > state.shape.length)
        return { problem: `all steps of a state ${shapeText(state.shape)} have no axis ${axis}` }
      return { ...state, shape: state.shape.toSpliced(axis, 0, steps) }
    },
    axes: recurrentAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: { form: 'recurrence', latex: '\\mathrm{recur}', text: 'recur' },
    cost: inputs => sizeOf((inputs[0]?.shape ?? []) as readonly number[]),
    evaluate: (inputs, attributes, type, context) => {
      const { body, along, states: count, output, sequences, axis, reverse } = recurrenceForm(attributes)
      const steps = stepsOf(inputs, attributes) as number
      const rest = inputs.slice(along.length)
      const stays = rest.slice(count)
      let states: readonly Tensor[] = rest.slice(0, count)
      const history: Tensor[] = []
      for (let k = 0; k < steps; k++) {
        const at = reverse ? steps - 1 - k : k
        const elements = along.map((axis, i) => elementOf(inputs[i]!, axis, at))
        states = context.body(body, [...elements, ...states, ...stays])
        if (sequences) history.push(states[output]!)
      }
      if (sequences) return stacked(history, axis, type)
      const { shape, data } = states[output]!
      return { shape, data, dtype: type.dtype }
    },
    derivative: {
      rest: { none: 'the gradient is a recurrence backwards in time, which is not built' },
    },
    examples: [],
  },
} as const satisfies Readonly<Record<string, Op>>

function elementOf(sequence: Tensor, axis: number, at: number): Tensor {
  const type = { dtype: sequence.dtype, shape: sequence.shape.with(axis, 1) }
  return { ...alongAxis(sequence, type, axis, () => at), shape: sequence.shape.toSpliced(axis, 1) }
}

function stacked(elements: readonly Tensor[], axis: number, type: TensorType): Tensor {
  const shape = type.shape as readonly number[]
  const outer = sizeOf(shape.slice(0, axis))
  const inner = sizeOf(shape.slice(axis + 1))
  const data = new Float64Array(sizeOf(shape))
  for (const [k, element] of elements.entries())
    for (let o = 0; o < outer; o++)
      data.set(element.data.subarray(o * inner, (o + 1) * inner), (o * elements.length + k) * inner)
  return { shape, data, dtype: type.dtype }
}
