import type { Range } from '../math/expression.js'

/** Why an equation has no value. It is thrown and caught within the elaboration, which gives it as a problem. */
export class Misfit extends Error {
  /** The part of the equation that it is about. */
  range: Range | undefined

  /** The function that does not exist, where that is the problem. */
  readonly unknownFunction: string | undefined

  constructor(problem: string, range?: Range, unknownFunction?: string) {
    super(problem)
    this.range = range
    this.unknownFunction = unknownFunction
  }
}
