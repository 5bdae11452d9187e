import type { Dimension } from '../../graph/dimension.js'
import type { Attribute } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { shapeText, type TensorType } from '../../graph/type.js'
import { overSequences, overSteps, samples } from '../axes.js'
import { innerConfigs, innerPrefixes } from '../inner.js'
import {
  type CellUse,
  type ConfigKey,
  type LayerConfig,
  type LayerDefinition,
  type ParameterDeclaration,
  unmodelled,
} from '../layer.js'
import { cells, convLstm2dCell, gruCell, hasDropout, lstmCell, simpleRNNCell } from './cells.js'
import { flag, required, unread } from './keys.js'

const source = 'tfjs-layers/src/layers/recurrent.ts'

const sequenceKeys: LayerDefinition['config'] = {
  returnSequences: flag(false, 'whether every step is a result, or only the last'),
  returnState: flag(false, 'whether the state is a result too'),
  goBackwards: flag(false, 'whether time runs backwards; the results then are in that order'),
  stateful: flag(false, 'whether the state lives on to the next batch'),
  unroll: { kind: 'boolean', effect: 'none', tfjs: false, summary: 'how it is computed' },
  inputDim: unread('positiveInteger', 'only `inputShape` gives the shape of the input', 'the size of a step'),
  inputLength: unread(
    'positiveInteger',
    'only `inputShape` gives the shape of the input',
    'the number of steps',
  ),
}

const ownCell: ConfigKey = unread('value', 'the layer makes its own cell', 'what computes a step')

/** The type of one step of a sequence [batch, time, …]. */
const stepType = (x: TensorType): TensorType => ({
  ...x,
  shape: x.shape!.filter((_, i) => i !== 1),
})

/** Settings under which a step depends on more than the batch at hand. */
function unfollowed({ stateful, unroll }: LayerConfig, images: boolean): Problem | undefined {
  if (stateful === true) return unmodelled('a state that lives on from batch to batch is not modelled')
  return images && unroll === true
    ? { problem: 'TensorFlow.js unrolls no convolutional recurrent layer' }
    : undefined
}

const settingsOf = (config: LayerConfig) => ({
  reverse: config.goBackwards === true,
  sequences: config.returnSequences === true,
  states: config.returnState === true,
})

/** `RNN.computeMask`: only a result that has an axis of time has the mask. */
const masks: NonNullable<LayerDefinition['masks']> = ({ returnSequences }, _, [masked]) =>
  masked && returnSequences === true ? 'mask' : null

function recurrent(kind: string, className: string, summary: string, cell: LayerDefinition): LayerDefinition {
  const images = cell === convLstm2dCell
  return {
    ...(cell.untrainable && { untrainable: cell.untrainable }),
    kind,
    className,
    summary,
    source: cell.source,
    inputs: 'sequence',
    rank: images ? 5 : 3,
    draws: cell.draws!,
    ...(cell.spatialAxes !== undefined && { spatialAxes: cell.spatialAxes }),
    readsMask: true,
    axes: images ? overSteps : overSequences,
    config: { ...cell.config, ...sequenceKeys, cell: ownCell },
    parameters: (config, [x]) => cell.parameters(config, [stepType(x!)]),
    masks,
    means: config =>
      unfollowed(config, images) ?? {
        cells: [{ definition: cell, config, prefix: '' }],
        ...settingsOf(config),
      },
  }
}

/** The cells of `tf.layers.rnn`, in order; parameters of several are told apart by their places. */
function cellsOf(config: LayerConfig): readonly CellUse[] | Problem {
  const kinds = [config.cell].flat() as readonly Attribute[]
  const configs = innerConfigs(config, 'cell')
  const uses: CellUse[] = []
  for (const [i, kind] of kinds.entries()) {
    const definition = cells.find(cell => cell.kind === kind)
    if (!definition) return unmodelled(`\`${String(kind)}\` as a cell is not modelled`)
    const own = configs[i] ?? {}
    // `RNN.call` does not draw anew, unlike the layers that make their own cell.
    if (hasDropout(own)) return unmodelled('dropout of a cell keeps its first mask for all batches')
    uses.push({ definition, config: own, prefix: kinds.length > 1 ? `cell_${i + 1}_` : '' })
  }
  return uses
}

function parametersOfCells(config: LayerConfig, x: TensorType): readonly ParameterDeclaration[] | Problem {
  const uses = cellsOf(config)
  if (isProblem(uses)) return uses
  if (x.shape!.length !== 3)
    return { problem: `expected a tensor [batch, time, features], found ${shapeText(x.shape)}` }
  const all: ParameterDeclaration[] = []
  let step = stepType(x)
  const prefixes = innerPrefixes('cell', config.cell)
  for (const [i, { definition, config: own, prefix }] of uses.entries()) {
    const declared = definition.parameters(own, [step])
    if (isProblem(declared)) return declared
    for (const { name, initializer, trainable, ...rest } of declared)
      all.push({
        ...rest,
        name: `${prefix}${name}`,
        trainable: trainable && own.trainable !== false,
        initializer: 'key' in initializer ? { key: `${prefixes[i]}${initializer.key}` } : initializer,
      })
    step = { ...step, shape: [step.shape![0]!, own.units as Dimension] }
  }
  return all
}

/** Layers that run over time. */
export const recurrentLayers: readonly LayerDefinition[] = [
  recurrent('simpleRNN', 'SimpleRNN', 'h ← activation(x W + h U + b) at every step.', simpleRNNCell),
  recurrent('gru', 'GRU', 'A gated recurrent unit that resets the state before the product.', gruCell),
  recurrent(
    'lstm',
    'LSTM',
    'A long short-term memory; the gates are in the order input, forget, candidate, output.',
    lstmCell,
  ),
  recurrent(
    'convLstm2d',
    'ConvLSTM2D',
    'A long short-term memory over images, whose products are convolutions.',
    convLstm2dCell,
  ),
  {
    kind: 'rnn',
    className: 'RNN',
    summary: 'Cells run over time, each reading what the one before it yields.',
    source,
    inputs: 'sequence',
    rank: 3,
    readsMask: true,
    axes: overSequences,
    config: { cell: required('layers', 'a cell, or a list of cells'), ...sequenceKeys },
    wraps: { key: 'cell', kinds: cells.map(({ kind }) => kind) },
    parameters: (config, [x]) => parametersOfCells(config, x!),
    masks,
    means: config => {
      const uses = cellsOf(config)
      if (isProblem(uses)) return uses
      return unfollowed(config, false) ?? { cells: uses, ...settingsOf(config) }
    },
  },
  ...cells,
  convLstm2dCell,
  {
    kind: 'stackedRNNCells',
    className: 'StackedRNNCells',
    summary: 'Cells of one step, each reading what the one before it yields.',
    source,
    inputs: 'many',
    axes: samples,
    config: { cells: required('layers', 'the cells') },
    wraps: { key: 'cells', kinds: cells.map(({ kind }) => kind), isList: true },
    parameters: () => [],
    means: () =>
      unmodelled(
        'a stack of cells computes one step inside of `tf.layers.rnn`, and is not modelled by itself',
      ),
  },
]
