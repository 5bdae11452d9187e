import type { Diagnostic } from '../diagnostics/diagnostic.js'

/** The command cannot be carried out as it was given; the message says what to do. */
export class UsageError extends Error {}

/** Files that the command needs cannot be used. */
export class InputError extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map(({ message }) => message).join('; '))
    this.diagnostics = diagnostics
  }
}
