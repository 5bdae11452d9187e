import { equals } from '../graph/dimension.js'
import { shapeText } from '../graph/type.js'
import { broadcastAxes } from './axes.js'
import type { Op } from './op.js'

/** The attribute of ops that differ between training and inference. */
export const mode = {
  kind: 'text',
  default: 'run',
  summary: '`training` or `inference` where the code fixes it; else whatever the graph is run in',
} as const

/** Values that depend on whether the graph is run in training or in inference. */
export const modes = {
  byMode: {
    kind: 'derived',
    title: 'value by mode',
    summary: 'One value in inference, another in training.',
    inputs: ['inference', 'training'],
    attributes: { mode },
    type: ([inference, training]) => {
      const [a, b] = [inference!.shape!, training!.shape!]
      return a.length === b.length && a.every((size, i) => equals(size, b[i]!))
        ? inference!
        : { problem: `inference gives ${shapeText(a)} and training ${shapeText(b)}` }
    },
    axes: broadcastAxes,
    role: { as: ['inference', 'training'] },
    notation: { form: 'cases', conditions: ['in inference', 'in training'] },
    means: { inference: 'inference', training: 'training' },
    examples: [
      {
        shapes: [
          [2, 3],
          [2, 3],
        ],
      },
    ],
  },
} as const satisfies Readonly<Record<string, Op>>
