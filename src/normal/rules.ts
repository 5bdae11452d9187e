/** What rules are about, in the order in which they are listed. */
export const themes = {
  arithmetic: 'Arithmetic',
  shape: 'Shapes',
  activation: 'Activations',
  softmax: 'Softmax and log-softmax',
} as const

/** A named rewrite: wherever the left side stands, the right side is equal, for all real inputs. */
export interface Rule {
  readonly name: string
  readonly theme: keyof typeof themes
  /** `left = right` in the equation language; single letters stand for any tensor. */
  readonly equation: string
}

/** The rules in the order in which they are tried. A generic test checks each on numbers. */
export const rules: readonly Rule[] = [
  { name: 'adding-zero', theme: 'arithmetic', equation: 'x + 0 = x' },
  { name: 'subtracting-zero', theme: 'arithmetic', equation: 'x - 0 = x' },
  { name: 'multiplying-by-one', theme: 'arithmetic', equation: 'x * 1 = x' },
  { name: 'dividing-by-one', theme: 'arithmetic', equation: 'x / 1 = x' },
  { name: 'negating-twice', theme: 'arithmetic', equation: '-(-x) = x' },
  { name: 'subtracting-a-negative', theme: 'arithmetic', equation: 'x - (-y) = x + y' },
  { name: 'adding-a-negative', theme: 'arithmetic', equation: 'x + (-y) = x - y' },
  { name: 'square-as-product', theme: 'arithmetic', equation: 'square(x) = x * x' },
  { name: 'second-power', theme: 'arithmetic', equation: 'x^2 = x * x' },
  { name: 'first-power', theme: 'arithmetic', equation: 'x^1 = x' },
  { name: 'transposing-twice', theme: 'shape', equation: 'transpose(transpose(x)) = x' },
  { name: 'flattening-twice', theme: 'shape', equation: 'flatten(flatten(x)) = flatten(x)' },
  { name: 'relu-twice', theme: 'activation', equation: 'relu(relu(x)) = relu(x)' },
  { name: 'relu-after-relu6', theme: 'activation', equation: 'relu(relu6(x)) = relu6(x)' },
  { name: 'relu-after-sigmoid', theme: 'activation', equation: 'relu(sigmoid(x)) = sigmoid(x)' },
  { name: 'relu-after-softmax', theme: 'activation', equation: 'relu(softmax(x)) = softmax(x)' },
  { name: 'absolute-twice', theme: 'activation', equation: 'absolute(absolute(x)) = absolute(x)' },
  { name: 'softmax-of-log-softmax', theme: 'softmax', equation: 'softmax(logSoftmax(x)) = softmax(x)' },
  { name: 'log-softmax-twice', theme: 'softmax', equation: 'logSoftmax(logSoftmax(x)) = logSoftmax(x)' },
]
