import { substituteIn } from '../graph/attribute.js'
import { type Dimension, substitute, symbol } from '../graph/dimension.js'
import type { Shape } from '../graph/type.js'
import type { Span } from '../text/source.js'
import { writtenPath } from './given-values.js'
import type { TensorDeclaration } from './host.js'
import type { Interpreter } from './interpreter.js'
import type { Declarations } from './stated-inputs.js'
import type { Value } from './value.js'

/** Sizes that open ones of what a target is given must have, by the symbols of the open ones. */
export type Fits = ReadonlyMap<string, Dimension>

/** The tensors that a target is given, with sizes that are its own. */
export class DeclaredTensors {
  readonly #interpreter: Interpreter
  readonly #fits: Fits
  /** Each is a symbol of its own, for which nothing else in the code stands. */
  readonly #openSizes = new Set<string>()

  /** `fits` is what open sizes are known to be. */
  constructor(interpreter: Interpreter, fits: Fits) {
    this.#interpreter = interpreter
    this.#fits = fits
  }

  /** The tensors by their paths; `parameters` are the names of what the target takes. */
  make(
    inputs: Declarations,
    parameters: ReadonlySet<string>,
    span: Span,
  ): readonly (readonly [string, Value])[] {
    const interpreter = this.#interpreter
    return Object.entries(inputs).map(([path, declaration]) => {
      const own = this.#withOwnSizes(declaration, parameters)
      return [path, interpreter.library.input(interpreter, writtenPath(path), own, span)]
    })
  }

  /** What open sizes are known to be after a walk, where that is more than before it. */
  get learned(): Fits | undefined {
    // One size at a time: the others are found again, in terms of it.
    const [found] = [...this.#interpreter.fits].filter(([name]) => this.#openSizes.has(name))
    if (!found) return undefined
    const [name, size] = found
    const replacement = (symbolName: string) => (symbolName === name ? size : undefined)
    const known = [...this.#fits].map(([other, own]) => [other, substitute(own, replacement)] as const)
    return new Map([...known, found])
  }

  /**
   * A declaration in which names of sizes stand for nothing that has the same name in the code, except that a comment in
   * the code speaks of its parameters.
   */
  #withOwnSizes(declaration: TensorDeclaration, parameters: ReadonlySet<string>): TensorDeclaration {
    const { stated } = declaration
    if (!stated) return declaration
    const { unknowns, library } = this.#interpreter
    let isOpen = false
    const renamed = (name: string) => {
      const isOfCode = stated.by === 'comment' && (parameters.has(name) || library.sizes.includes(name))
      if (isOfCode || (stated.by === 'spec' && name === library.batch)) return symbol(name, true)
      const path = parameters.has(name) ? `${stated.by}.${name}` : name
      const own = unknowns.value(path, `size ${name} of the ${stated.by}`).path
      this.#openSizes.add(own)
      const known = this.#fits.get(own)
      isOpen ||= known === undefined
      return known ?? symbol(own, true)
    }
    const shape = substituteIn(declaration.shape, renamed) as Shape
    const isForced = stated.by === 'type' && !isOpen
    return { ...declaration, shape, ...(isForced && { stated: { ...stated, isForced } }) }
  }
}
