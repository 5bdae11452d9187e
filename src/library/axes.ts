import type { AxisOrder } from '../graph/meaning.js'
import type { LayerConfig } from './layer.js'

/** What the axes of the tensors that a layer takes and gives count. */
export interface LayerAxes {
  readonly inputs: AxisOrder
  readonly outputs: AxisOrder
}

const alike = (order: AxisOrder): LayerAxes => ({ inputs: order, outputs: order })

/** Nothing is known. */
export const anyAxes = alike(['…'])

/** Nothing is known but that examples lie along the first axis, as in all layers of TF.js. */
export const samples = alike(['batch', '…'])

/** Features of each example, or of each position in it, along the last axis. */
export const features = alike(['batch', '…', 'feature'])

/** From positions or words to features of each. */
export const toFeatures: LayerAxes = { inputs: samples.inputs, outputs: features.outputs }

/** A step after the other along the second axis, as examples and as sequences. */
export const sequences = alike(['batch', 'time', '…'])

/** From a sequence of features to features of the whole. */
export const fromSequences: LayerAxes = {
  inputs: ['batch', 'time', 'feature'],
  outputs: ['batch', 'feature'],
}

/** From a sequence of features to features of each step, or of the last one. */
export const overSequences: LayerAxes = { inputs: fromSequences.inputs, outputs: features.outputs }

/** From a sequence to one of its steps, or to as many. */
export const overSteps: LayerAxes = { inputs: sequences.inputs, outputs: samples.outputs }

/** From one thing to a sequence of it. */
export const toSequences: LayerAxes = { inputs: samples.inputs, outputs: sequences.outputs }

const channelsFirst: AxisOrder = ['batch', 'channel', 'height', 'width']
const channelsLast: AxisOrder = ['batch', 'height', 'width', 'channel']
const imagesIn = ({ dataFormat }: LayerConfig): AxisOrder =>
  dataFormat === 'channelsFirst' ? channelsFirst : channelsLast

/** Images, as the configuration orders their axes. */
export const images = (config: LayerConfig): LayerAxes => alike(imagesIn(config))

/** From images, as the configuration orders their axes, to something without them. */
export const fromImages = (config: LayerConfig): LayerAxes => ({
  inputs: imagesIn(config),
  outputs: ['batch', 'channel'],
})
