import type { FunctionCode } from '../core/program.js'
import type { Shape } from '../graph/type.js'
import type { Span } from '../text/source.js'
import { nameOfTarget } from './patterns.js'
import type { Property, Value } from './value.js'

/** What one call gives a function: the shapes of its tensors, by the name of the parameter. */
export interface WatchedCall {
  readonly shapes: ReadonlyMap<string, Shape>
  readonly span: Span
}

/** Notes how the code that is walked calls one of its functions, where it gives it tensors whose shapes are known. */
export class WatchedCalls {
  /** In order, each place once for each list of shapes. */
  readonly calls: WatchedCall[] = []
  readonly #place: Span
  readonly #shapeOf: (value: Value) => Shape | undefined

  /** `place` is where the function is written. */
  constructor(place: Span, shapeOf: (value: Value) => Shape | undefined) {
    this.#place = place
    this.#shapeOf = shapeOf
  }

  note({ parameters, span: place }: FunctionCode, args: readonly Property[], span: Span): void {
    if (place.start !== this.#place.start || place.file.path !== this.#place.file.path) return
    const shapes = new Map<string, Shape>()
    for (const [i, { target }] of parameters.entries()) {
      const name = nameOfTarget(target)
      const shape = name === undefined ? undefined : this.#shapeOf(args[i]?.value)
      if (name !== undefined && shape) shapes.set(name, shape)
    }
    if (shapes.size > 0) this.calls.push({ shapes, span })
  }
}
