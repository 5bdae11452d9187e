import { ts } from 'ts-morph'
import {
  anotherNumber,
  anotherText,
  changedSetting,
  droppedSetting,
  inCalls,
  settingCodes,
  settingOfLayers,
  withOperand,
  withoutCall,
} from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import {
  callsOf,
  callText,
  entriesOf,
  layerPrefix,
  operandText,
  operandTexts,
  type Program,
  settingOf,
} from '../program.js'
import { afterLayers, withoutLayer } from '../stacks.js'

/** What stays of what is kept, and the other way round. */
const complement = anotherNumber(value => (value === 0.5 ? 0.35 : Number((1 - value).toPrecision(6))))
const complementOfText = (text: string): string | undefined =>
  isPlainNumber(text) ? complement(text) : /^[\w.]+$/.test(text) ? `1 - ${text}` : undefined

const isPlainNumber = (text: string): boolean => /^\d[\d.]*$/.test(text)

const dropoutRate: Planting['changes'] = program => [
  ...changedSetting(['rate', 'dropout', 'recurrentDropout'], complementOfText)(program),
  ...inCalls(['dropout'], call => {
    const rate = call.operands[1]
    const text = rate && complementOfText(rate.getText())
    return text === undefined ? undefined : withOperand(call, 1, text)
  })(program),
]

const isDropout = ({ name }: { readonly name: string }): boolean => /dropout|noise/i.test(name)

const otherNoise: Planting['changes'] = inCalls(
  ['randomNormal', 'truncatedNormal', 'randomUniform'],
  call => {
    const [shape, first, second] = operandTexts(call)
    if (shape === undefined) return undefined
    const isNormal = call.name !== 'randomUniform'
    return callText(
      call,
      first === undefined || second === undefined ? [shape] : [shape, first, second],
      isNormal ? 'randomUniform' : 'randomNormal',
    )
  },
)

const otherSpread = inCalls(['randomNormal', 'truncatedNormal'], call => {
  const [shape = '', mean = '0', deviation] = operandTexts(call)
  return callText(call, [
    shape,
    mean,
    deviation === undefined
      ? '0.1'
      : isPlainNumber(deviation)
        ? String(Number(deviation) / 2)
        : `${deviation} / 2`,
  ])
})

/** One number for all examples, by a size of one for the first axis. */
const sharedNoise = inCalls(['randomNormal', 'randomUniform'], call => {
  const shape = call.operands[0]
  if (!shape || !ts.isArrayLiteralExpression(shape) || shape.elements.length < 2) return undefined
  const [, ...others] = shape.elements.map(element => element.getText())
  return withOperand(call, 0, `[1, ${others.join(', ')}]`)
})

const regularizers = [
  'kernelRegularizer',
  'biasRegularizer',
  'activityRegularizer',
  'recurrentRegularizer',
  'embeddingsRegularizer',
] as const

const otherRegularizer: Planting['changes'] = program =>
  entriesOf(program, ...regularizers).map(entry => ({
    edits: [
      replaced(
        entry.name,
        entry.name.getText() === 'biasRegularizer' ? 'kernelRegularizer' : 'biasRegularizer',
      ),
    ],
    states: entry.name.getText(),
  }))

const halvedRegularizer: Planting['changes'] = program =>
  callsOf(program, 'l2', 'l1', 'l1l2').flatMap((call): readonly Change[] => {
    const entries = call.operands.flatMap(operand =>
      ts.isObjectLiteralExpression(operand) ? [...operand.properties] : [],
    )
    return entries.filter(ts.isPropertyAssignment).map(({ initializer }) => ({
      edits: [replaced(initializer, `${operandText(initializer)} / 2`)],
      states: 'kernelRegularizer',
    }))
  })

/** What a convolution of the functions is told: `tf.conv2d(x, filter, strides, pad)`. */
const convolutions = [
  'conv1d',
  'conv2d',
  'conv3d',
  'depthwiseConv2d',
  'conv2dTranspose',
  'maxPool',
  'avgPool',
] as const

const otherPadding = inCalls(convolutions, call => {
  const place = call.operands.findIndex(operand => /^['"](same|valid)['"]$/.test(operand.getText()))
  if (place < 0) return undefined
  return withOperand(call, place, /same/.test(call.operands[place]!.getText()) ? "'valid'" : "'same'")
})

const otherStrides = inCalls(convolutions, call => {
  const place = call.operands.findIndex(operand => /^['"](same|valid)['"]$/.test(operand.getText())) - 1
  const strides = call.operands[place]
  const text = strides && anotherNumber(value => value + 1)(strides.getText())
  return place < 1 || text === undefined ? undefined : withOperand(call, place, text)
})

/** Settings whose value is handed on from a variable and that have a default. */
const optional =
  /^(activation|recurrentActivation|useBias|strides|padding|rate|dropout|recurrentDropout|epsilon|momentum|axis|kernelInitializer|biasInitializer|kernelRegularizer|dilationRate|alpha|returnSequences|goBackwards|trainable)$/

const unusedSetting = (program: Program): readonly Change[] => {
  const entries = program.layers.flatMap(call =>
    [...optional.source.slice(2, -2).split('|')].flatMap(key => settingOf(call, key) ?? []),
  )
  return entries.flatMap((entry): readonly Change[] => {
    const isHandedOn =
      ts.isShorthandPropertyAssignment(entry) ||
      (ts.isPropertyAssignment(entry) &&
        /^[A-Za-z_]\w*(\.\w+)*$/.test(entry.initializer.getText()) &&
        !/^(true|false|null|undefined)$/.test(entry.initializer.getText()))
    if (!isHandedOn) return []
    return droppedSetting(entry.name!.getText())({ ...program, nodes: [entry] }).concat(
      ts.isShorthandPropertyAssignment(entry) ? [{ edits: [replaced(entry, `...{}`)] }] : [],
    )
  })
}

/** Faults of what layers and functions are told. */
export const settings = {
  M33: {
    title: 'batch normalisation: momentum, epsilon, mode',
    thread: 'pytorch/vision#8250',
    plantings: [
      {
        what: 'changes the momentum',
        codes: settingCodes,
        changes: changedSetting(['momentum'], text =>
          isPlainNumber(text) ? String(Number((1 - Number(text)).toPrecision(6))) : '0.5',
        ),
      },
      {
        what: 'changes the epsilon',
        codes: [...settingCodes, 'epsilon-different'],
        changes: changedSetting(['epsilon'], () => '0.01'),
      },
      {
        what: 'leaves the epsilon as it is by default',
        codes: settingCodes,
        changes: droppedSetting('epsilon'),
      },
      {
        what: 'leaves out the shift of a normalisation',
        codes: [...settingCodes, 'parameter-count-different'],
        changes: settingOfLayers(/^(batch|layer)Normalization$/, 'center', 'false'),
      },
    ],
  },
  M34: {
    title: 'dropout: what is kept for what is dropped, or none',
    thread: 'hunkim/DeepLearningZeroToAll#122',
    plantings: [
      { what: 'drops what is to be kept', codes: settingCodes, changes: dropoutRate },
      {
        what: 'drops a layer of dropout',
        codes: ['layer-missing'],
        changes: program => withoutLayer(program, isDropout),
      },
      { what: 'drops a call of dropout', changes: withoutCall('dropout') },
      {
        what: 'adds dropout behind a layer',
        codes: ['layer-extra'],
        changes: program =>
          afterLayers(
            program,
            `${layerPrefix(program)}.dropout({ rate: 0.5 })`,
            ({ text }) => !/flatten|embedding/.test(text),
          ),
      },
    ],
  },
  M42: {
    title: 'strides, padding or size of a window',
    thread: 'Tencent/ncnn#327',
    plantings: [
      {
        what: 'changes the size of a kernel',
        codes: settingCodes,
        changes: changedSetting(
          ['kernelSize'],
          anotherNumber(value => (value === 3 ? 5 : 3)),
        ),
      },
      {
        what: 'changes strides',
        codes: settingCodes,
        changes: changedSetting(
          ['strides'],
          anotherNumber(value => value + 1),
        ),
      },
      {
        what: 'changes the size of a pooling window',
        codes: settingCodes,
        changes: changedSetting(
          ['poolSize'],
          anotherNumber(value => value + 1),
        ),
      },
      {
        what: 'changes the padding',
        codes: settingCodes,
        changes: changedSetting(['padding'], anotherText({ same: 'valid', valid: 'same' })),
      },
      { what: 'pads in another way in a function', changes: otherPadding },
      { what: 'goes in other strides in a function', changes: otherStrides },
    ],
  },
  M43: {
    title: 'a regularizer of other parameters, or of half the weight',
    plantings: [
      { what: 'regularizes other parameters', codes: settingCodes, changes: otherRegularizer },
      { what: 'halves a regularizer', codes: settingCodes, changes: halvedRegularizer },
      { what: 'drops a regularizer', codes: settingCodes, changes: droppedSetting(...regularizers) },
    ],
  },
  M44: {
    title: 'other noise',
    thread: 'keras-team/keras#4211',
    plantings: [
      { what: 'draws from another distribution', changes: otherNoise },
      { what: 'draws with another deviation', changes: otherSpread },
      { what: 'draws once for all examples', changes: sharedNoise },
    ],
  },
  M47: {
    title: 'a setting that is declared and not used',
    thread: 'mimoralea/gdrl#14',
    plantings: [{ what: 'does not hand a setting on', changes: unusedSetting }],
  },
} as const satisfies Readonly<Record<string, Operator>>
