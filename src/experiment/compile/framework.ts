import type * as tfjs from '@tensorflow/tfjs'

/** TensorFlow.js as a module, whichever package it came from. Nothing here loads it. */
export type TensorFlow = typeof tfjs

export type RealTensor = tfjs.Tensor
