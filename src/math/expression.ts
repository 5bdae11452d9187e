/** A half-open range of characters in the text of an equation. */
export type Range = readonly [start: number, end: number]

/** Equation text as a tree: syntax only. What a name stands for is decided where the tree is used. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number; readonly text: string; readonly range: Range }
  | NameExpression
  | CallExpression
  | {
      readonly kind: 'binary'
      /**
       * `*` and `⊙` are elementwise; `product` is juxtaposition, `·` and `×`: a matrix product, or scaling by a scalar.
       * `~` says what a value is drawn from, `<-` what it becomes, `∝` what it is up to a factor.
       */
      readonly operator:
        | '+'
        | '-'
        | '*'
        | '/'
        | '^'
        | 'product'
        | '='
        | '<'
        | '>'
        | '<='
        | '>='
        | '!='
        | '~'
        | '<-'
        | '∝'
      readonly left: Expression
      readonly right: Expression
      /** Whether a product is written with a dot, of which a spec may say what it means between vectors. */
      readonly isDot?: true
      /** Whether a quotient is written with a bar, which shows all that is divided by. */
      readonly isBar?: true
      readonly isGroup?: true
      readonly range: Range
    }
  | { readonly kind: 'negate'; readonly operand: Expression; readonly range: Range }
  /** `x^T`, `x^\top`. */
  | {
      readonly kind: 'transpose'
      readonly operand: Expression
      /** Whether it stands in brackets of its own, and is no product by its text: a mark behind them is of all of it. */
      readonly isGroup?: true
      readonly range: Range
    }
  /** `|x|`. */
  | { readonly kind: 'absolute'; readonly operand: Expression; readonly range: Range }
  /** `[1, 2]`: an attribute, or tensors one behind the other. */
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly range: Range }
  /** Blocks in rows, of which each has as many: `\begin{bmatrix} a & b \\ c & d \end{bmatrix}`, `[a, b; c, d]`. */
  | {
      readonly kind: 'matrix'
      readonly rows: readonly (readonly Expression[])[]
      readonly range: Range
    }
  /** `'same'`, as an attribute. */
  | { readonly kind: 'text'; readonly value: string; readonly range: Range }
  /** `\sum_{i=1}^{n} x_i`, over what follows. */
  | {
      readonly kind: 'reduce'
      readonly operator: 'sum' | 'product' | 'max' | 'min' | 'mean' | 'argMax' | 'argMin'
      readonly indices: readonly IndexRange[]
      /** Only where this holds: `\sum_{j \ne i}`. */
      readonly condition?: Expression
      readonly body: Expression
      readonly range: Range
    }
  /** `(W x)_i`, and `x[0, 2:5]`, which counts from 0. */
  | {
      readonly kind: 'element'
      readonly operand: Expression
      readonly at: readonly Expression[]
      readonly from?: 0
      readonly isGroup?: true
      readonly range: Range
    }
  /** `2:5` among the places of an element; without bounds it is the whole axis. */
  | {
      readonly kind: 'slice'
      readonly first?: Expression
      readonly last?: Expression
      readonly range: Range
    }
  /** `\{ u ∈ S : A_{vu} = 1 \}`, `\{1, …, n\}`: the values of an index within a set or a range, where a condition holds. */
  | {
      readonly kind: 'set'
      readonly index: string
      readonly within?: Expression
      readonly first?: Expression
      readonly last?: Expression
      readonly condition?: Expression
      readonly range: Range
    }
  /** `…` among arguments. */
  | { readonly kind: 'ellipsis'; readonly range: Range }
  /** An equation for each value of an index: `head_i = f(x) for i = 1..h`. */
  | ({ readonly kind: 'family'; readonly equation: Expression; readonly range: Range } & Required<
      Omit<IndexRange, 'set'>
    >)

/**
 * `x`, `W_1`, `d_k`, `\theta`, in one spelling: `W_{hidden}` is `W_hidden`, `\hat{y}` is `y_hat`. Whether a subscript
 * is part of the name or an index depends on what is declared.
 */
export interface NameExpression {
  readonly kind: 'name'
  readonly name: string
  /** The name without its subscripts, where there are any, and without its label. */
  readonly stem?: string
  readonly subscripts?: readonly (readonly Expression[])[]
  /** A superscript that is no power: `W^Q`. */
  readonly label?: string
  /** Whether it stands in brackets of its own: `(QK)^⊤` is not `QK^⊤`, where QK is a product. */
  readonly isGroup?: true
  readonly range: Range
}

/** `softmax[axis = -1](x)`, `head_i(x)`. Attributes without a name are positional. */
export interface CallExpression {
  readonly kind: 'call'
  readonly name: string
  readonly stem?: string
  readonly subscripts?: readonly (readonly Expression[])[]
  readonly attributes: readonly { readonly name?: string; readonly value: Expression }[]
  readonly arguments: readonly Expression[]
  /** How many axes the argument has for one example, where the notation says so: one in `‖x‖`, two in `‖X‖_F`. */
  readonly rank?: number
  /** Whether it stands in brackets of its own: `(a(b))^2` is not `a(b)^2`, where a is a value. */
  readonly isGroup?: true
  readonly range: Range
}

/** An index with its first and last value, or the set that it runs over, where they are given. */
export interface IndexRange {
  readonly index: string
  readonly first?: Expression
  readonly last?: Expression
  readonly set?: Expression
}

/** The parts of an expression, in the order of the text. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'binary':
      return [expression.left, expression.right]
    case 'negate':
    case 'transpose':
    case 'absolute':
      return [expression.operand]
    case 'call':
      return [
        ...(expression.subscripts?.flat() ?? []),
        ...expression.attributes.map(({ value }) => value),
        ...expression.arguments,
      ]
    case 'name':
      return expression.subscripts?.flat() ?? []
    case 'list':
      return expression.items
    case 'matrix':
      return expression.rows.flat()
    case 'reduce':
      return [
        ...expression.indices.flatMap(boundsOf),
        ...(expression.condition ? [expression.condition] : []),
        expression.body,
      ]
    case 'family':
      return [expression.equation, ...boundsOf(expression)]
    case 'element':
      return [expression.operand, ...expression.at]
    case 'slice':
      return boundsOf(expression)
    case 'set': {
      const { within, condition } = expression
      return [...(within ? [within] : []), ...boundsOf(expression), ...(condition ? [condition] : [])]
    }
    case 'number':
    case 'text':
    case 'ellipsis':
      return []
  }
}

/** The same tree with other parts in place of some; what is put in is not looked into. */
export function replaceParts(
  expression: Expression,
  replace: (part: Expression) => Expression | undefined,
): Expression {
  const own = replace(expression)
  if (own) return own
  const all = (parts: readonly Expression[]) => parts.map(each)
  const each = (part: Expression) => replaceParts(part, replace)
  const range = ({ first, last, set }: Omit<IndexRange, 'index'>) => ({
    ...(first && { first: each(first) }),
    ...(last && { last: each(last) }),
    ...(set && { set: each(set) }),
  })
  switch (expression.kind) {
    case 'binary':
      return { ...expression, left: each(expression.left), right: each(expression.right) }
    case 'negate':
    case 'transpose':
    case 'absolute':
      return { ...expression, operand: each(expression.operand) }
    case 'call':
      return {
        ...expression,
        attributes: expression.attributes.map(entry => ({ ...entry, value: each(entry.value) })),
        arguments: all(expression.arguments),
      }
    case 'list':
      return { ...expression, items: all(expression.items) }
    case 'matrix':
      return { ...expression, rows: expression.rows.map(all) }
    case 'reduce': {
      const { condition, indices, body } = expression
      return {
        ...expression,
        indices: indices.map(entry => ({ ...entry, ...range(entry) })),
        ...(condition && { condition: each(condition) }),
        body: each(body),
      }
    }
    case 'family':
      return {
        ...expression,
        equation: each(expression.equation),
        first: each(expression.first),
        last: each(expression.last),
      }
    case 'element':
      return { ...expression, operand: each(expression.operand), at: all(expression.at) }
    case 'slice':
      return { ...expression, ...range(expression) }
    case 'set': {
      const { within, condition } = expression
      return {
        ...expression,
        ...range(expression),
        ...(within && { within: each(within) }),
        ...(condition && { condition: each(condition) }),
      }
    }
    case 'name':
    case 'number':
    case 'text':
    case 'ellipsis':
      return expression
  }
}

/** What says which values an index takes. */
export function boundsOf({ first, last, set }: Omit<IndexRange, 'index'>): readonly Expression[] {
  return [first, last, set].flatMap(bound => bound ?? [])
}
