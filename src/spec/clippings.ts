import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { elaborateText } from '../ops/elaborate.js'

/** A way to bound gradients before an optimizer has them. */
export interface Clipping {
  /** With `#` for the bound. */
  readonly statement: string
  /** Of the gradients of all parameters that a step moves. */
  clip(gradients: readonly Node[], bound: Dimension, builder: GraphBuilder): readonly Node[] | Problem
}

/** What becomes of one gradient g, with the bound c and the sum of squares s that decides about it. */
const clipped = (
  text: string,
  builder: GraphBuilder,
  names: Readonly<Record<string, Node | Dimension>>,
): Node | Problem => elaborateText(text, { value: name => names[name] }, builder)

/** c g / max(‖g‖, c), where s is ‖g‖² (`clip_by_norm` and `clip_by_global_norm` of TensorFlow). */
const byNorm = 'g * c / maximum(sqrt(s), c)'

const sumOfSquares = (gradient: Node, builder: GraphBuilder): Node | Problem =>
  elaborateText(
    'sum[axes, keepDims](square(g))',
    {
      value: name =>
        ({ g: gradient, axes: (gradient.type.shape ?? []).map((_, axis) => axis), keepDims: false })[name],
    },
    builder,
  )

const eachOf = (
  gradients: readonly Node[],
  make: (gradient: Node) => Node | Problem,
): readonly Node[] | Problem => {
  const made: Node[] = []
  for (const gradient of gradients) {
    const node = make(gradient)
    if (isProblem(node)) return node
    made.push(node)
  }
  return made
}

/**
 * The ways that papers state, by the key in a spec: `clip: { value: 1 }` bounds each element (`clipvalue` of Keras), `norm` the
 * Euclidean norm of the gradient of each parameter (`clipnorm`; Pascanu et al., On the difficulty of training recurrent neural
 * networks, 2013, algorithm 1), `globalNorm` that of all gradients together (`global_clipnorm`).
 */
export const clippings: Readonly<Record<string, Clipping>> = {
  value: {
    statement: 'each element of the gradients within ±#',
    clip: (gradients, c, builder) =>
      eachOf(gradients, g => clipped('minimum(maximum(g, -c), c)', builder, { g, c })),
  },
  norm: {
    statement: 'the gradient of each parameter of norm # at most',
    clip: (gradients, c, builder) =>
      eachOf(gradients, g => {
        const s = sumOfSquares(g, builder)
        return isProblem(s) ? s : clipped(byNorm, builder, { g, c, s })
      }),
  },
  globalNorm: {
    statement: 'all gradients together of norm # at most',
    clip: (gradients, c, builder) => {
      const squares = eachOf(gradients, g => sumOfSquares(g, builder))
      if (isProblem(squares)) return squares
      let sum: Node | Problem | undefined
      for (const square of squares) {
        sum = sum === undefined ? square : clipped('a + b', builder, { a: sum as Node, b: square })
        if (isProblem(sum)) return sum
      }
      const total = sum as Node
      return eachOf(gradients, g => clipped(byNorm, builder, { g, c, s: total }))
    },
  },
}
