import type { Definition } from './catalogue.js'

/** The input cannot be used; the command ends with exit code 2. */
export const inputErrors = {
  'file-not-found': {
    category: 'input',
    title: 'File not found',
    message: 'there is no file `{path}`',
    why: 'Nothing was checked.',
  },
  'file-unreadable': {
    category: 'input',
    title: 'File cannot be read',
    message: '`{path}` cannot be read: {reason}',
    why: 'Nothing was checked.',
  },
  'syntax-error': {
    category: 'input',
    title: 'Syntax error in the model code',
    message: 'syntax error: {problem}',
    why: 'Code that does not parse has no meaning that could be checked.',
  },
  'file-outside-project': {
    category: 'input',
    title: 'File outside of the project',
    message: '`{path}` is outside of the folder of `aswritten.yaml`',
    why: 'What a project checks is read from the project itself, so that it means the same everywhere.',
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
  'cannot-run': {
    category: 'input',
    title: 'Code cannot be run',
    message: '`{target}` cannot be run: {reason}',
    why: 'What does not run has no numbers that could be compared.',
  },
  'no-training': {
    category: 'input',
    title: 'Target does not train',
    message: '`{target}` has no training step that was recognised, and the spec is about training',
    why: 'Nothing was checked.',
  },
  'several-trainings': {
    category: 'input',
    title: 'Several training programs to choose from',
    message: '`{target}` trains in several places: {listed}',
    why: 'Which of them is meant is not guessed.',
  },
  'several-models': {
    category: 'input',
    title: 'Several models to choose from',
    message: '`{target}` builds {count} models',
    why: 'Which of them is meant is not guessed.',
  },
  'unknown-argument': {
    category: 'input',
    title: 'Argument for a parameter that does not exist',
    message: '`{target}` has no parameter `{name}`, and no variable of this name that it could read',
    why: 'A value that goes nowhere would leave a symbol where a number was meant.',
  },
  'unused-argument': {
    category: 'input',
    title: 'Argument for something that has a value',
    message:
      'the value for `{name}` goes nowhere: `{target}` has another one for it, or several at different times',
    why: 'What the code itself decides is not replaced, since the equations would be those of another program.',
  },
  'duplicate-check': {
    category: 'input',
    title: 'Check listed twice in aswritten.yaml',
    message: '`{target}` against `{spec}` is listed twice',
    why: 'One of the two was meant to be something else, or is not needed.',
  },
  'unknown-accepted-code': {
    category: 'input',
    title: 'Acceptance of a code that does not exist',
    message: '`aswritten-ignore` names `{name}`, which is no code that can be accepted',
    why: 'A misspelled code would accept nothing, and look as if it did.',
  },
  'incomplete-acceptance': {
    category: 'input',
    title: 'Acceptance without a code or a reason',
    message: '`aswritten-ignore` has no {missing}',
    why: 'Whoever reads it later has to know what is accepted, and why.',
  },
  'spec-syntax': {
    category: 'input',
    title: 'Not valid YAML',
    message: 'the YAML cannot be read: {problem}',
    why: 'Nothing was checked.',
  },
  'spec-unknown-key': {
    category: 'input',
    title: 'Unknown key in a spec or in aswritten.yaml',
    message: '`{layer}` has no key `{key}`',
    why: 'A misspelled key would silently state nothing.',
  },
  'spec-missing-key': {
    category: 'input',
    title: 'Required key missing in a spec or in aswritten.yaml',
    message: '`{layer}` needs `{key}`',
    why: 'Without it the statement has no meaning.',
  },
  'spec-no-entries': {
    category: 'input',
    title: 'Entries expected',
    message: '{owner} is {found}, expected entries with the keys {expected}',
    why: 'A statement that cannot be understood cannot be checked.',
  },
  'spec-invalid-value': {
    category: 'input',
    title: 'Value of the wrong kind in a spec or in aswritten.yaml',
    message: '`{key}` of `{layer}` is `{value}`, expected {expected}',
    why: 'A statement that cannot be understood cannot be checked.',
  },
  'spec-undefined-symbol': {
    category: 'input',
    title: 'Undefined symbol in the spec',
    message: 'the symbol `{name}` is not defined',
    why: 'A name without a meaning states nothing.',
  },
  'spec-unknown-name': {
    category: 'input',
    title: 'Unknown name in the spec',
    message: 'there is no {kind} named `{name}`',
    why: 'A reference that leads nowhere states nothing.',
  },
  'spec-equation': {
    category: 'input',
    title: 'Equation in the spec that cannot be read',
    message: 'the equation `{equation}` cannot be read: {problem}',
    why: 'A statement that cannot be understood cannot be checked.',
  },
  'spec-latex-double-quoted': {
    category: 'input',
    title: 'LaTeX in double quotes',
    message: 'double quotes turn `{escape}` into a control character',
    why: 'YAML reads a backslash in double quotes as the start of an escape: `\\theta` becomes a tab and `heta`.',
  },
  'spec-shape-mismatch': {
    category: 'input',
    title: 'Shapes in the spec do not fit',
    message: '{layer}: {problem}',
    why: 'The stated model does not exist.',
  },
} as const satisfies Record<string, Definition>
