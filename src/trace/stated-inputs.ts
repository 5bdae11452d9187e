import type { TensorDeclaration } from './host.js'

/** An input of a model that a spec states, for the parameter of a target that it may be. */
export interface StatedInput {
  readonly name: string
  readonly declaration: TensorDeclaration
}

/** A parameter of a function, as far as values for it are concerned. */
export interface Taken {
  readonly name: string
  /** Whether a call without a value for it has nothing to take instead. */
  readonly required: boolean
}

/** Tensors for parameters, by the name of the parameter. */
export type Declarations = Readonly<Record<string, TensorDeclaration>>

/** Which parameters the stated inputs are, and whether that follows from their names. */
export interface Match {
  readonly inputs: Declarations
  readonly byName: boolean
}

/**
 * Finds the parameters that stated inputs are: those of the same name if each input has one, else the parameters that
 * need a value, in order, if there are as many of them as inputs. Otherwise only the inputs are found that have a name in
 * common with a parameter.
 */
export function matchInputs(stated: readonly StatedInput[], parameters: readonly Taken[]): Match {
  const names = new Set(parameters.map(({ name }) => name))
  const named = stated.filter(({ name }) => names.has(name))
  const required = parameters.filter(parameter => parameter.required)
  if (named.length < stated.length && required.length === stated.length) {
    const inputs = required.map(({ name }, i) => [name, stated[i]!.declaration] as const)
    return { inputs: Object.fromEntries(inputs), byName: false }
  }
  const inputs = named.map(({ name, declaration }) => [name, declaration] as const)
  return { inputs: Object.fromEntries(inputs), byName: named.length > 0 }
}
