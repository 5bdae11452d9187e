import type { LayerApplication } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'

/** What one step of a model in the equation language states, in order of computation. */
export type Statement = { readonly node: Node; readonly reads: ReadonlySet<string> } & (
  | {
      readonly kind: 'value'
      readonly name: string
      readonly right: Expression
    }
  /** Drawn at random; `size` is the shape for one example. */
  | {
      readonly kind: 'draw'
      readonly name: string
      readonly right: Expression
    }
  /** Equations over steps or layers, with the results that are read afterwards. */
  | {
      readonly kind: 'loop'
      readonly results: ReadonlyMap<string, Node>
      readonly lines: readonly Expression[]
    }
  /** A layer that means one thing in training and another in inference, and draws. */
  | {
      readonly kind: 'layer'
      readonly name: string
      readonly application: LayerApplication
      readonly from: readonly string[]
    }
  /** What the language has no words for. */
  | { readonly kind: 'open'; readonly name: string; readonly problem: string }
)
