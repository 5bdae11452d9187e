import type { Definition } from './catalogue.js'

/** Suspicious without a spec. */
export const softFailures = {
  'unknown-config-key': {
    category: 'soft-failure',
    title: 'Unknown configuration key',
    message: '`{layer}` has no key `{key}`: TensorFlow.js ignores it without a word',
    why: 'A misspelled key leaves the default in force, and nothing complains.',
  },
  'ignored-config-key': {
    category: 'soft-failure',
    title: 'Configuration key without effect',
    message: '`{layer}` takes `{key}` and does not use it: {reason}',
    why: 'The code reads as if it set something, and what is computed does not depend on it.',
  },
  'ignored-call-argument': {
    category: 'soft-failure',
    title: 'Argument without effect',
    message: '`{call}` takes `{argument}` and does not use it: {reason}',
    why: 'The code reads as if it set something, and what is computed does not depend on it.',
  },
  'training-throws': {
    category: 'soft-failure',
    title: 'Model that cannot be trained',
    message: '`{layer}` throws in training: {reason}',
    why: 'Prediction works, so the error shows only when `fit` is called.',
  },
  'invalid-config-value': {
    category: 'soft-failure',
    title: 'Configuration value of the wrong kind',
    message: '`{key}` of `{layer}` is `{value}`, expected {expected}',
    why: 'The framework may throw, or compute something else than was meant.',
  },
  'missing-config-key': {
    category: 'soft-failure',
    title: 'Required configuration key missing',
    message: '`{layer}` needs `{key}`',
    why: 'Without it the layer has no meaning, and TensorFlow.js throws.',
  },
  'output-activation-loss-mismatch': {
    category: 'soft-failure',
    title: 'Output activation does not fit the loss',
    message: 'the loss `{loss}` on {output} takes {expected}, and the output is {actual}',
    why: 'A loss that is given the wrong kind of number still goes down, towards something else.',
  },
} as const satisfies Record<string, Definition>
