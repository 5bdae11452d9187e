import {
  anotherText,
  changedSetting,
  inCalls,
  ownerOf,
  renamed,
  settingOfLayers,
  usesOf,
  withOperand,
  withoutCall,
  withoutEntry,
} from '../changes.js'
import { replaced } from '../edits.js'
import type { Change, Operator, Planting } from '../operator.js'
import { callsOf, entriesOf, layerPrefix, operandText, type Program, settingOf } from '../program.js'
import { afterLayers, withoutLayer } from '../stacks.js'

const functions = [
  'relu',
  'relu6',
  'sigmoid',
  'tanh',
  'elu',
  'selu',
  'softplus',
  'leakyRelu',
  'prelu',
  'softmax',
  'hardSigmoid',
  'swish',
  'mish',
] as const

/** Layers that are an activation and nothing else. */
const activationLayers = /^(activation|reLU|relu|leakyReLU|elu|prelu|thresholdedReLU|softmax)$/

const anotherActivation: Readonly<Record<string, string>> = {
  relu: 'tanh',
  tanh: 'relu',
  sigmoid: 'softsign',
  softmax: 'sigmoid',
  elu: 'selu',
  linear: 'tanh',
}

/** Outputs of a softmax: a setting of a layer, a layer, or a function. */
const softmaxTwice: Planting['changes'] = program => [
  ...afterLayers(program, `${layerPrefix(program)}.softmax()`, ({ text }) => /['"]softmax['"]/.test(text)),
  ...program.calls.flatMap((call): readonly Change[] => {
    const [layer] = call.operands
    if (!call.isMethod || call.name !== 'apply' || !layer || !/['"]softmax['"]/.test(layer.getText()))
      return []
    if (!program.layers.some(({ node }) => node === layer)) return []
    return [
      { edits: [replaced(call.node, `${layerPrefix(program)}.softmax().apply(${call.node.getText()})`)] },
    ]
  }),
]

const otherLoss: Readonly<Record<string, string>> = {
  categoricalCrossentropy: 'softmaxCrossEntropy',
  binaryCrossentropy: 'sigmoidCrossEntropy',
}

/** A loss of the same name that takes logits. */
const lossOfLogits: Planting['changes'] = program =>
  entriesOf(program, 'loss').flatMap((entry): readonly Change[] => {
    const [, name = ''] = /^['"](\w+)['"]$/.exec(entry.initializer.getText()) ?? []
    if (!otherLoss[name]) return []
    const text = `(labels, outputs) => ${program.library}.losses.${otherLoss[name]}(labels, outputs)`
    return [{ edits: [replaced(entry.initializer, text)], states: 'loss' }]
  })

const withoutActivation: Planting['changes'] = program =>
  entriesOf(program, 'activation')
    .filter(({ initializer }) => !/^['"]linear['"]$/.test(initializer.getText()))
    .map(entry => ({
      edits: [withoutEntry(entry)],
      places: [...ownerOf(entry, program), entry.getStart(), ...usesOf(entry, program)],
    }))

/** Dense layers and convolutions that state no activation. */
const addedActivation = (program: Program): readonly Change[] =>
  settingOfLayers(
    /^(dense|conv\dd|conv2dTranspose|separableConv2d)$/,
    'activation',
    "'relu'",
  )({ ...program, layers: program.layers.filter(call => !settingOf(call, 'activation')) })

/** Faults of functions that are applied to each value, and of what is a probability and what a logit. */
export const activations = {
  M01: {
    title: 'an activation is missing',
    thread: 'lxtGH/dfn_seg#4',
    plantings: [
      { what: 'drops the activation of a layer', codes: ['activation-missing'], changes: withoutActivation },
      {
        what: 'drops a layer that is an activation',
        codes: ['activation-missing', 'layer-missing'],
        changes: program => withoutLayer(program, ({ name }) => activationLayers.test(name)),
      },
      { what: 'drops a call of an activation', changes: withoutCall(...functions) },
    ],
  },
  M02: {
    title: 'another activation',
    thread: 'RUCAIBox/RecBole#680',
    plantings: [
      {
        what: 'changes the activation of a layer',
        codes: ['activation-different', 'activation-extra'],
        changes: changedSetting(['activation'], anotherText(anotherActivation)),
      },
      {
        what: 'calls another activation',
        changes: renamed({ relu: 'sigmoid', tanh: 'sigmoid', sigmoid: 'tanh', elu: 'relu', selu: 'elu' }),
      },
    ],
  },
  M03: {
    title: 'an activation too much',
    thread: 'masato-ka/airc-rl-agent#43',
    plantings: [
      {
        what: 'adds an activation to a layer without one',
        codes: ['activation-extra', 'activation-different'],
        changes: addedActivation,
      },
      {
        what: 'adds an activation behind a layer',
        codes: ['activation-extra'],
        changes: program =>
          afterLayers(program, `${layerPrefix(program)}.activation({ activation: 'softplus' })`),
      },
    ],
  },
  M04: {
    title: 'a softmax before a loss of logits',
    thread: 'jaehong31/CGES#1',
    plantings: [
      { what: 'applies a softmax to a softmax', codes: ['activation-extra'], changes: softmaxTwice },
      {
        what: 'takes a softmax of a softmax',
        changes: inCalls(['softmax', 'logSoftmax'], call =>
          withOperand(call, 0, `${operandText(call.operands[0]!)}.softmax()`),
        ),
      },
      {
        what: 'hands probabilities to a loss of logits',
        changes: inCalls(
          ['softmaxCrossEntropy', 'sigmoidCrossEntropy'],
          call =>
            call.operands[1] &&
            withOperand(
              call,
              1,
              `${operandText(call.operands[1])}.${call.name === 'softmaxCrossEntropy' ? 'softmax' : 'sigmoid'}()`,
            ),
        ),
      },
    ],
  },
  M05: {
    title: 'logits and probabilities mixed up',
    thread: 'mmalekzadeh/dana#1',
    plantings: [
      {
        what: 'hands probabilities to a loss that takes logits',
        codes: ['loss-different'],
        changes: lossOfLogits,
      },
      {
        what: 'takes probabilities for their logarithms',
        changes: renamed({ logSoftmax: 'softmax', logSigmoid: 'sigmoid' }),
      },
      {
        what: 'takes logits for probabilities',
        changes: program =>
          callsOf(program, 'log').flatMap((call): readonly Change[] => {
            const [inner] = call.operands
            const own = callsOf(program, 'softmax', 'sigmoid').find(({ node }) => node === inner)
            const [logits] = own?.operands ?? []
            if (!own || !logits) return []
            return [{ edits: [replaced(own.node, logits.getText())] }]
          }),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
