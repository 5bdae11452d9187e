import type { Tensor } from '../graph/tensor.js'
import type { Objective, Standing } from './problem.js'
import { drawn } from './random.js'

export const squaredError: Objective = { name: 'mean squared error', equation: 'square(y - p)' }

/** Probabilities are kept this far from zero before their logarithm is taken: `epsilon` of tfjs-layers/src/backend/common.ts. */
const least = '0.0000001'

/**
 * The cross-entropy of one number for two classes, whose target is 0 or 1, or of one for each class along the last axis, whose target
 * is 1 at one of them. Numbers that are no probabilities are logits.
 */
export function crossEntropy(stands: Standing, classes: number): Objective {
  if (classes === 1)
    return {
      name: 'binary cross-entropy',
      equation:
        stands === 'probability'
          ? `-(y * log(maximum(p, ${least})) + (1 - y) * log(maximum(1 - p, ${least})))`
          : 'maximum(p, 0) - p * y + log1p(exp(-|p|))',
    }
  return {
    name: 'cross-entropy',
    equation:
      stands === 'distribution'
        ? `-sum[[-1]](y * log(maximum(p, ${least})))`
        : '-sum[[-1]](y * logSoftmax(p))',
  }
}

/** Classes from 0 as targets of a cross-entropy, of as many axes in front as are given; the number of examples without them. */
export function classTargets(
  labels: readonly number[],
  classes: number,
  axes: readonly number[] = [labels.length],
): Tensor {
  return drawn([...axes, classes], i => {
    const label = labels[Math.floor(i / classes)]!
    return classes === 1 ? label : Number(label === i % classes)
  })
}
