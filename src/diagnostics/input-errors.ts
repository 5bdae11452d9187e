import type { Definition } from './catalogue.js'

/** The input cannot be used; the command ends with exit code 2. */
export const inputErrors = {
  'file-not-found': {
    category: 'input',
    title: 'File not found',
    message: 'there is no file `{path}`',
    why: 'Nothing was checked.',
  },
} as const satisfies Record<string, Definition>
