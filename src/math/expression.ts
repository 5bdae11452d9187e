/** A half-open range of characters in the text of an equation. */
export type Range = readonly [start: number, end: number]

/** Equation text as a tree: syntax only. What a name stands for is decided where the tree is used. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly range: Range }
  /** `x`, `W_1`, `d_k`, `\theta`: subscripts that are labels belong to the name, spelled `d_k`. */
  | { readonly kind: 'name'; readonly name: string; readonly range: Range }
  /** `softmax[axis = -1](x)`. Attributes without a name are positional. */
  | {
      readonly kind: 'call'
      readonly name: string
      readonly attributes: readonly { readonly name?: string; readonly value: Expression }[]
      readonly arguments: readonly Expression[]
      readonly range: Range
    }
  | {
      readonly kind: 'binary'
      /** `*` and `⊙` are elementwise, `product` is juxtaposition: a matrix product, or scaling by a scalar. */
      readonly operator: '+' | '-' | '*' | '/' | '^' | 'product' | '=' | '<' | '>' | '<=' | '>=' | '!='
      readonly left: Expression
      readonly right: Expression
      readonly range: Range
    }
  | { readonly kind: 'negate'; readonly operand: Expression; readonly range: Range }
  /** `x^T`, `x^\top`. */
  | { readonly kind: 'transpose'; readonly operand: Expression; readonly range: Range }
  /** `|x|`. */
  | { readonly kind: 'absolute'; readonly operand: Expression; readonly range: Range }
  /** `[1, 2]`, as an attribute. */
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly range: Range }
  /** `'same'`, as an attribute. */
  | { readonly kind: 'text'; readonly value: string; readonly range: Range }
