/** Why code does not run, by kind, with what to do about it. Words in braces are those of the failure. */
export const failureKinds = {
  throws: {
    reason: 'it throws: {message}',
    help: 'run it by itself, with the same arguments; `--arg NAME=VALUE` gives a value for a parameter',
  },
  endless: {
    reason: 'it did not come to an end within {seconds} s, while {doing}',
    help: 'look for a loop that never ends or waits for something; `--budget SECONDS` gives it longer',
  },
  memory: {
    reason: 'it takes more than {megabytes} MB of memory',
    help: 'make the model smaller with `--arg`; a toy problem does not need a large one',
  },
  browser: {
    reason: 'it needs a browser: {message}',
    help: 'build the model in a function of its own that does not touch the page, and name it as the target',
  },
  import: {
    reason: 'it imports `{specifier}`, which is not there',
    help: 'install what is missing, or move the function that builds the model into a file that does without it',
  },
  syntax: {
    reason: 'it does not parse as JavaScript once types are taken out: {message}',
    help: 'build the model in a file of plain TypeScript or JavaScript',
  },
  page: {
    reason: 'it is a page, and pages are not run',
    help: 'move the script into a file of its own, and name that',
  },
  target: { reason: 'it has no `{target}`', help: 'name a function, a method or a variable of the file' },
  unnamed: {
    reason: 'it is a file, of which {count} things could be meant',
    help: 'name one of them: `{example}`',
  },
  model: {
    reason: 'it gives {what}, and no model',
    help: 'name a function that returns a model; for one over tensors, say what they are with `--input x:[N,2]`',
  },
  untrained: {
    reason: 'nothing of it trains',
    help: 'a model whose layers are all frozen, and a function over tensors without variables, have nothing to learn',
  },
  inputs: {
    reason: 'it gives {what} for tensors, and no tensors',
    help: 'name a function that returns the tensors that it computes',
  },
  denied: {
    reason: 'it wants to do what the code that is run may not: {message}',
    help: 'it may read the project and compute; it may not write files, start programs or open other folders',
  },
  exits: {
    reason: 'it ends the process, with code {code}',
    help: 'name a function that builds the model, in a file that does not end the process',
  },
  crash: {
    reason: 'its process ended: {message}',
    help: 'try another backend, such as `--backend cpu`',
  },
  numbers: {
    reason: 'its outputs are not numbers: {message}',
    help: 'a division by zero, or the logarithm or root of a number below zero, is the usual reason',
  },
  'no-framework': {
    reason: 'TensorFlow.js is not installed where it could be found',
    help: 'install it in the project: `npm install @tensorflow/tfjs`',
  },
  backend: {
    reason: 'the backend `{backend}` does not load: {message}',
    help: 'leave out `--backend`, or install it: `npm install {package}`',
  },
  graph: {
    reason: 'it cannot be computed with TensorFlow.js: {message}',
    help: 'give sizes that are open a value with `--arg`',
  },
  shape: {
    reason: 'it does not take the tensors of the problem: {message}',
    help: '`--problem list` says which problems fit which shapes',
  },
} as const satisfies Readonly<Record<string, { readonly reason: string; readonly help: string }>>

export type FailureKind = keyof typeof failureKinds

/** Why a subject does not run. */
export interface Failure {
  readonly kind: FailureKind
  readonly values: Readonly<Record<string, string>>
  /** Where in the code of the user, from 1. */
  readonly place?: { readonly path: string; readonly line: number; readonly column: number }
}

/** Ends a question with a failure, which its asker is told. */
export class ExperimentFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(reasonOf(failure))
    this.failure = failure
  }
}

export const failureOf = (kind: FailureKind, values: Failure['values'] = {}): ExperimentFailure =>
  new ExperimentFailure({ kind, values })

/** The reason in words. */
export function reasonOf({ kind, values }: Failure): string {
  return filled(failureKinds[kind].reason, values)
}

/** What to do about it. */
export function helpFor({ kind, values }: Failure): string {
  return filled(failureKinds[kind].help, values)
}

function filled(text: string, values: Failure['values']): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole)
}
