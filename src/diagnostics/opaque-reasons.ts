import type { Definition } from './catalogue.js'

/** Something that the trace cannot follow. */
export const opaqueReasons = {
  'unmodelled-call': {
    category: 'opaque',
    title: 'Call that is not modelled',
    message: 'the result of `{call}` is not known: {reason}',
    why: 'What depends on a value that was not followed cannot be proved or refuted.',
  },
} as const satisfies Record<string, Definition>
