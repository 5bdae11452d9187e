import type { Definition } from './catalogue.js'

/** Suspicious without a spec. */
export const softFailures = {
  'unknown-config-key': {
    category: 'soft-failure',
    title: 'Unknown configuration key',
    message: '`{layer}` has no key `{key}`: TensorFlow.js ignores it without a word',
    why: 'A misspelled key leaves the default in force, and nothing complains.',
  },
} as const satisfies Record<string, Definition>
