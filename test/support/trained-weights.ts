import type { tf } from './model-code.js'

interface Compiled {
  readonly collectedTrainableWeights?: tf.LayersModel['trainableWeights'] | null
}

/** The weights that `compile` collected for training; null for a model that is not compiled. */
export function collectedWeights(real: tf.LayersModel): tf.LayersModel['trainableWeights'] | null {
  // A sequential model compiles a model inside of it.
  const { model: inside, ...outside } = real as unknown as Compiled & { readonly model?: Compiled }
  return (inside ?? outside).collectedTrainableWeights ?? null
}

/** The weights that `fit` moves, or would move: `variableGrads` leaves out what does not train now, whatever was collected. */
export function trainedWeights(real: tf.LayersModel): tf.LayersModel['trainableWeights'] {
  return (collectedWeights(real) ?? real.trainableWeights).filter(({ trainable }) => trainable)
}
