import type * as tfjs from '@tensorflow/tfjs'

/** TensorFlow.js as a module, whichever package it came from. Nothing here loads it. */
export type TensorFlow = typeof tfjs

export type RealTensor = tfjs.Tensor

/**
 * The same numbers without a way back to what they were computed from. TensorFlow.js refuses a gradient where such a way
 * leads through an op that has none, even if it is zero, as of comparisons.
 */
export function detached(value: RealTensor, tf: TensorFlow): RealTensor {
  const engine = tf.engine()
  engine.backend.incRef(value.dataId)
  const { dataId, shape, dtype } = value
  return engine.makeTensorFromTensorInfo({ dataId, shape, dtype })
}
