import type { Definition } from './catalogue.js'

/** Code and spec disagree. */
export const differences = {
  'activation-missing': {
    category: 'difference',
    title: 'Activation missing',
    message: 'the activation `{expected}` after {layer} is missing',
    why: 'Two linear layers with nothing between them are one linear layer: whatever only a nonlinear model can represent cannot be learned.',
  },
} as const satisfies Record<string, Definition>
