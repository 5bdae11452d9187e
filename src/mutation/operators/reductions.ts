import { inCalls, renamed, withOperand } from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import { callsOf, callText, operandText, operandTexts, type Program } from '../program.js'

const reducing = ['sum', 'mean', 'max', 'min', 'prod', 'norm', 'logSumExp', 'argMax', 'argMin'] as const

/** At which operand the axis of a reduction is given. */
const axisPlace = (name: string): number => (name === 'norm' ? 2 : 1)

/** Over all axes; what keeps axes of size one keeps them. */
const withoutAxis = inCalls(reducing, call => {
  const place = axisPlace(call.name)
  const axis = call.operands[place]
  if (!axis || /^arg/.test(call.name) || /^(undefined|null)$/.test(axis.getText())) return undefined
  const texts = operandTexts(call)
  return texts.length > place + 1
    ? withOperand(call, place, 'undefined')
    : callText(call, texts.slice(0, place))
})

const anotherAxis: Readonly<Record<string, string>> = { '-1': '0', '0': '-1', '1': '0', '2': '1', '3': '2' }

/** Along another axis, for operators that say which reductions they are about. */
const alongAnotherAxis = (names: readonly string[], keepsAxes: boolean): Planting['changes'] =>
  inCalls(names, call => {
    const place = axisPlace(call.name)
    const axis = call.operands[place]
    const keeps = call.operands[place + 1]?.getText() === 'true'
    const [, bracket = '', text = ''] = /^(\[?)(-?\d)\]?$/.exec(axis?.getText() ?? '') ?? []
    const other = anotherAxis[text]
    if (!axis || other === undefined || keeps !== keepsAxes) return undefined
    return withOperand(call, place, bracket ? `[${other}]` : other)
  })

/** A softmax along the first axis: the library has it for the last one only. */
const alongFirst = inCalls(['softmax', 'logSoftmax'], call => {
  const [values] = call.operands
  if (!values) return undefined
  const turned = `${operandText(values)}.transpose()`
  return `${callText(call, [turned, ...operandTexts(call).slice(1)])}.transpose()`
})

/** `f(g(x))` as `g(f(x))`, of functions that each take one value. */
const exchanged =
  (outer: readonly string[], inner: readonly string[]): Planting['changes'] =>
  program =>
    callsOf(program, ...outer).flatMap((call): readonly Change[] => {
      const own = callsOf(program, ...inner).find(({ node }) => node === call.operands[0])
      if (!own) return []
      const first = callText(call, [operandText(own.operands[0]!), ...operandTexts(call).slice(1)])
      const text = callText(own, [first, ...operandTexts(own).slice(1)])
      return [{ edits: [replaced(call.node, text)] }]
    })

const elementwise = ['square', 'sqrt', 'log', 'exp', 'abs', 'sigmoid', 'relu', 'softplus', 'tanh'] as const

/** Denominators that count what a mask keeps. */
const countsPadding = inCalls(['div', 'divNoNan'], ({ operands: [sum, count] }, program) => {
  if (!sum || !count || !/mask|weight|length|valid/i.test(count.getText())) return undefined
  const own = callsOf(program, 'sum').find(({ node }) => node === sum)
  return own && callText(own, operandTexts(own), 'mean')
})

/** The sum of one loss of a module of losses, or its mean, where the code says which. */
const otherReduction = (program: Program): readonly Change[] =>
  program.nodes.flatMap((node): readonly Change[] => {
    const [, owner, name = ''] =
      /^((?:\w+\.)?Reduction\.)(SUM|MEAN|SUM_BY_NONZERO_WEIGHTS)$/.exec(node.getText()) ?? []
    return owner ? [{ edits: [replaced(node, `${owner}${name === 'SUM' ? 'MEAN' : 'SUM'}`)] }] : []
  })

/** Faults of sums, means and what they go over. */
export const reductions = {
  M06: {
    title: 'a softmax along another axis',
    thread: 'xmu-xiaoma666/External-Attention-pytorch#18',
    plantings: [
      { what: 'takes a softmax along the first axis', codes: ['axis-different'], changes: alongFirst },
      {
        what: 'normalises along another axis',
        codes: ['axis-different'],
        changes: alongAnotherAxis(['sum', 'max', 'mean', 'logSumExp'], true),
      },
      {
        what: 'chooses along another axis',
        changes: inCalls(['argMax', 'argMin'], call => {
          const other = anotherAxis[call.operands[1]?.getText() ?? '']
          return other === undefined ? undefined : withOperand(call, 1, other)
        }),
      },
    ],
  },
  M09: {
    title: 'a sum for a mean, or a mean for a sum',
    thread: 'orybkin/sigma-vae-tensorflow#2',
    plantings: [
      {
        what: 'takes the mean for the sum, or the sum for the mean',
        codes: ['reduction-different'],
        changes: renamed({ sum: 'mean', mean: 'sum' }),
      },
      { what: 'reduces a loss in another way', changes: otherReduction },
    ],
  },
  M10: {
    title: 'a reduction over more axes, or along another one',
    thread: 'PacktPublishing/Deep-Reinforcement-Learning-Hands-On#6',
    plantings: [
      {
        what: 'reduces over all axes',
        codes: ['axis-different', 'input-shape-different'],
        changes: withoutAxis,
      },
      {
        what: 'reduces along another axis',
        codes: ['axis-different'],
        changes: alongAnotherAxis(reducing, false),
      },
    ],
  },
  M38: {
    title: 'operations in another order',
    thread: 'pyg-team/pytorch_geometric#48',
    plantings: [
      {
        what: 'exchanges a function and a sum or mean',
        changes: exchanged(elementwise, ['sum', 'mean', 'max']),
      },
      { what: 'exchanges a sum or mean and a function', changes: exchanged(['sum', 'mean'], elementwise) },
      { what: 'exchanges two functions', changes: exchanged(elementwise, elementwise) },
    ],
  },
  M41: {
    title: 'the denominator counts padding',
    thread: 'IBM/pytorch-seq2seq#125',
    plantings: [{ what: 'divides by the number of all elements', changes: countsPadding }],
  },
} as const satisfies Readonly<Record<string, Operator>>
