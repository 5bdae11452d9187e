import type { Definition } from './catalogue.js'

/** The input cannot be used; the command ends with exit code 2. */
export const inputErrors = {
  'file-not-found': {
    category: 'input',
    title: 'File not found',
    message: 'there is no file `{path}`',
    why: 'Nothing was checked.',
  },
  'syntax-error': {
    category: 'input',
    title: 'Syntax error in the model code',
    message: 'syntax error: {problem}',
    why: 'Code that does not parse has no meaning that could be checked.',
  },
  'input-too-large': {
    category: 'input',
    title: 'File too large',
    message: '`{path}` has {size} characters, more than the limit of {limit}',
    why: 'Limits keep time and memory bounded on any input; model code written by hand is far below them.',
  },
  'nesting-too-deep': {
    category: 'input',
    title: 'Nesting too deep',
    message: 'the code is nested deeper than {limit}',
    why: 'Limits keep time and memory bounded on any input; code written by hand is far below them.',
  },
  'unknown-target': {
    category: 'input',
    title: 'Target not found',
    message: '`{path}` has no `{target}`',
    why: 'Nothing was checked.',
  },
  'not-a-model': {
    category: 'input',
    title: 'Target is not a model',
    message: '`{target}` builds no model that was recognised',
    why: 'Nothing was checked.',
  },
  'unknown-argument': {
    category: 'input',
    title: 'Argument for a parameter that does not exist',
    message: '`{target}` has no parameter `{name}`',
    why: 'A value that goes nowhere would leave a symbol where a number was meant.',
  },
} as const satisfies Record<string, Definition>
