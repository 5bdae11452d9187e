import { ts } from 'ts-morph'
import {
  anotherNumber,
  changedSetting,
  inCalls,
  settingCodes,
  settingOfLayers,
  withOperand,
  withoutCall,
} from '../changes.js'
import type { Operator } from '../operator.js'
import { callText, operandText, operandTexts } from '../program.js'

/** The size along an axis that is kept is one, so that it goes along all of another tensor. */
const withoutKeptAxis = inCalls(['sum', 'mean', 'max', 'min', 'norm', 'logSumExp'], call => {
  const place = call.name === 'norm' ? 3 : 2
  return call.operands[place]?.getText() === 'true'
    ? callText(call, operandTexts(call).slice(0, place))
    : undefined
})

/** Flattening a column, which makes rows of examples numbers of one each. */
const withoutFlattening = inCalls(['reshape'], ({ operands: [values, shape] }) =>
  values && shape && /^\[\s*-1\s*\]$/.test(shape.getText()) ? operandText(values) : undefined,
)

/** Elements in the order in which they lie, in the shape that a transposition gives. */
const asReshape = inCalls(['transpose'], call => {
  const [values] = call.operands
  if (!values) return undefined
  const turned = callText(call, operandTexts(call))
  return `${operandText(values)}.reshape(${turned}.shape)`
})

/** Axes in the order before, in the shape that comes out. */
const withoutTransposition = withoutCall('transpose')

/** `[0, 2, 1, 3]` with the last two exchanged. */
const otherOrder = inCalls(['transpose'], call => {
  const order = call.operands[1]
  if (!order || !ts.isArrayLiteralExpression(order) || order.elements.length < 3) return undefined
  const axes = order.elements.map(element => element.getText())
  return withOperand(call, 1, `[${[...axes.slice(0, -2), axes.at(-1), axes.at(-2)].join(', ')}]`)
})

/** Faults of which axis is which. */
export const axes = {
  M14: {
    title: 'a normalisation over other axes',
    thread: 'tensorflow/addons#2142',
    plantings: [
      {
        what: 'changes the axis of a layer',
        codes: settingCodes,
        changes: changedSetting(
          ['axis', 'axes'],
          anotherNumber(value => (value === -1 ? 1 : value + 1)),
        ),
      },
      {
        what: 'normalises a layer along the axis after the batch',
        codes: [...settingCodes, 'parameter-count-different'],
        changes: program =>
          settingOfLayers(
            /^(batch|layer)Normalization$/,
            'axis',
            '1',
          )(program).filter(({ edits: [edit] }) => edit!.start === edit!.end),
      },
      {
        what: 'takes moments over all axes',
        changes: inCalls(
          ['moments'],
          call =>
            call.operands[1] &&
            (call.operands.length > 2
              ? withOperand(call, 1, 'undefined')
              : callText(call, operandTexts(call).slice(0, 1))),
        ),
      },
    ],
  },
  M17: {
    title: 'a reshape where axes have to be transposed',
    thread: 'jsbaan/transformer-from-scratch#6',
    plantings: [
      { what: 'reshapes in place of a transposition', codes: ['reshape-for-transpose'], changes: asReshape },
      { what: 'drops a transposition', changes: withoutTransposition },
      { what: 'transposes in another order', changes: otherOrder },
    ],
  },
  M18: {
    title: 'a column against a row',
    thread: 'RLinf/RLinf#1568',
    plantings: [
      { what: 'does not keep an axis', codes: ['broadcast-crossed'], changes: withoutKeptAxis },
      {
        what: 'drops a squeeze or an axis of size one',
        codes: ['broadcast-crossed'],
        changes: withoutCall('squeeze', 'expandDims'),
      },
      { what: 'leaves a column as it is', codes: ['broadcast-crossed'], changes: withoutFlattening },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
