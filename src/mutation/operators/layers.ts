import { ts } from 'ts-morph'
import { anotherNumber, anotherText, changedSetting, droppedSetting, settingCodes } from '../changes.js'
import { inserted, replaced } from '../edits.js'
import type { Change, Operator } from '../operator.js'
import { layerPrefix, type Program, settingOf, settingsOf } from '../program.js'
import { afterLayers, exchangedLayers, withoutLayer } from '../stacks.js'

const anotherLoss: Readonly<Record<string, string>> = {
  meanSquaredError: 'meanAbsoluteError',
  binaryCrossentropy: 'meanSquaredError',
  categoricalCrossentropy: 'kullbackLeiblerDivergence',
}

/** A bias for layers that have none, and none for those that have one. */
function otherBias(program: Program): readonly Change[] {
  const made = program.nodes
    .filter(ts.isCallExpression)
    .filter(({ expression }) => /(^|\.)(sequential|model)$/.test(expression.getText()))
  return program.layers.flatMap((call): readonly Change[] => {
    const config = settingsOf(call)
    if (!config || !/^(dense|conv)/.test(call.name)) return []
    const stated = settingOf(call, 'useBias')
    const edit = stated
      ? replaced(stated, 'useBias: true')
      : inserted(config.getStart() + 1, ' useBias: false,')
    const places = [config.getStart(), ...made.map(({ expression }) => nameStart(expression))]
    return [{ edits: [edit], places, states: stated ? 'useBias' : 'parameters' }]
  })
}

const nameStart = (node: ts.Expression): number =>
  ts.isPropertyAccessExpression(node) ? node.name.getStart() : node.getStart()

/** Faults of models that are made of layers, for which no thread was looked for. */
export const layerFaults = {
  L01: {
    title: 'another size',
    plantings: [
      {
        what: 'changes a number of units or filters',
        codes: settingCodes,
        changes: changedSetting(
          ['units', 'filters', 'outputDim'],
          anotherNumber(value => value + 1),
        ),
      },
      {
        what: 'changes the slope of an activation',
        codes: settingCodes,
        changes: changedSetting(
          ['alpha'],
          anotherNumber(value => value / 2),
        ),
      },
      {
        what: 'changes the shape of an input',
        codes: ['input-shape-different'],
        changes: changedSetting(['inputShape'], text =>
          text.replace(/\d+/, size => String(Number(size) + 2)),
        ),
      },
    ],
  },
  L02: {
    title: 'a bias missing or too much',
    plantings: [
      {
        what: 'changes whether a layer has a bias',
        codes: [...settingCodes, 'parameter-count-different'],
        changes: otherBias,
      },
    ],
  },
  L03: {
    title: 'a layer missing, too much, or in another order',
    plantings: [
      {
        what: 'drops a layer',
        codes: ['layer-missing', 'activation-missing', 'residual-missing'],
        changes: program => withoutLayer(program, () => true),
      },
      {
        what: 'exchanges two layers',
        codes: ['layer-order', 'config-different', 'activation-different', 'layer-kind-different'],
        changes: exchangedLayers,
      },
      {
        what: 'adds a layer',
        codes: ['layer-extra', 'config-different'],
        changes: program =>
          afterLayers(program, `${layerPrefix(program)}.dense({ units: 7 })`, ({ text }) =>
            /dense/.test(text),
          ),
      },
    ],
  },
  L04: {
    title: 'another start',
    plantings: [
      {
        what: 'changes how a kernel starts',
        codes: ['initializer-different'],
        changes: changedSetting(['kernelInitializer'], () => "'zeros'"),
      },
      {
        what: 'leaves to the library how a kernel starts',
        codes: ['initializer-different'],
        changes: droppedSetting('kernelInitializer'),
      },
      {
        what: 'leaves to the library which function gates have',
        codes: ['framework-default-differs'],
        changes: droppedSetting('recurrentActivation'),
      },
    ],
  },
  L05: {
    title: 'another loss',
    plantings: [
      {
        what: 'changes the loss of a model',
        codes: ['loss-different'],
        changes: changedSetting(['loss'], anotherText(anotherLoss)),
      },
    ],
  },
} as const satisfies Readonly<Record<string, Operator>>
