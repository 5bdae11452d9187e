import { substituteIn } from '../graph/attribute.js'
import { symbol } from '../graph/dimension.js'
import type { Shape } from '../graph/type.js'
import type { Span } from '../text/source.js'
import { writtenPath } from './given-values.js'
import type { TensorDeclaration } from './host.js'
import type { Interpreter } from './interpreter.js'
import type { Declarations } from './stated-inputs.js'
import { openSize } from './suppositions.js'
import type { Value } from './value.js'

/** The tensors that a target is given, with sizes that are its own. */
export class DeclaredTensors {
  readonly #interpreter: Interpreter

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** The tensors by their paths; `parameters` are the names of what the target takes. */
  make(
    inputs: Declarations,
    parameters: ReadonlySet<string>,
    span: Span,
  ): readonly (readonly [string, Value])[] {
    const interpreter = this.#interpreter
    return Object.entries(inputs).map(([path, declaration]) => {
      const own = this.#withOwnSizes(path, declaration, parameters)
      return [path, interpreter.library.input(interpreter, writtenPath(path), own, span)]
    })
  }

  /**
   * A declaration in which names of sizes stand for nothing that has the same name in the code, except that a comment in
   * the code speaks of its parameters.
   */
  #withOwnSizes(
    at: string,
    declaration: TensorDeclaration,
    parameters: ReadonlySet<string>,
  ): TensorDeclaration {
    const { stated } = declaration
    if (!stated) return declaration
    const { ownSizes, library } = this.#interpreter
    let isOpen = false
    const openSizes = new Set(declaration.shape.map((_, axis) => openSize(at, axis)))
    const renamed = (name: string) => {
      // What a call of the code takes is in its terms.
      if (stated.by === 'use' && !openSizes.has(name)) return symbol(name, true)
      const isOfCode = stated.by === 'comment' && (parameters.has(name) || library.sizes.includes(name))
      if (isOfCode || (stated.by === 'spec' && name === library.batch)) return symbol(name, true)
      const path = parameters.has(name) ? `${stated.by}.${name}` : name
      const size = ownSizes.size(path, `size ${name} of the ${stated.by}`)
      isOpen ||= size.isOpen
      return size.value
    }
    const shape = substituteIn(declaration.shape, renamed) as Shape
    const isForced = stated.by === 'type' && !isOpen
    return { ...declaration, shape, ...(isForced && { stated: { ...stated, isForced } }) }
  }
}
