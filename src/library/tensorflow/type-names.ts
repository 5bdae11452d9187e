/** What a type says of a value: a tensor, an optimizer, an object or list of values, something else, or nothing known. */
export type TypeReading =
  | { readonly kind: 'tensor'; readonly rank?: number }
  | { readonly kind: 'optimizer' }
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, TypeReading> }
  | { readonly kind: 'other' }
  | { readonly kind: 'open' }

/** The types of TensorFlow.js whose values are tensors, and their ranks where the name says them. */
const tensorTypes: ReadonlyMap<string, number | undefined> = new Map([
  ['Tensor', undefined],
  ['Variable', undefined],
  ['Scalar', 0],
  ['Tensor1D', 1],
  ['Tensor2D', 2],
  ['Tensor3D', 3],
  ['Tensor4D', 4],
  ['Tensor5D', 5],
  ['Tensor6D', 6],
])

/** The types of TensorFlow.js whose values are optimizers, those of the program that extend them included. */
const optimizerTypes: ReadonlySet<string> = new Set([
  'Optimizer',
  'AdadeltaOptimizer',
  'AdagradOptimizer',
  'AdamOptimizer',
  'AdamaxOptimizer',
  'MomentumOptimizer',
  'RMSPropOptimizer',
  'SGDOptimizer',
])

/** Types of which no value is a tensor. */
const otherTypes = new Set(
  ['number', 'string', 'boolean', 'bigint', 'symbol', 'object', 'void', 'never', 'Function', 'Array'].concat([
    'null',
    'undefined',
    'SymbolicTensor',
    'Promise',
    'Map',
    'Set',
  ]),
)

/** Longer types are not read. */
const mostTokens = 500

const other: TypeReading = { kind: 'other' }
const open: TypeReading = { kind: 'open' }

/** Reads the text of a type. `isOwn` says which modules the names of the library are imported from. */
export function readType(text: string, isOwn: (specifier: string) => boolean): TypeReading {
  return new TypeReader(text, isOwn).read()
}

class TypeReader {
  readonly #tokens: readonly string[]
  readonly #isOwn: (specifier: string) => boolean
  #at = 0

  constructor(text: string, isOwn: (specifier: string) => boolean) {
    // Types nest, and what nests this deep is none that anybody wrote.
    const tokens = text.match(/"[^"]*"|'[^']*'|[\w$]+|[^\s\w$]/g) ?? []
    this.#tokens = tokens.length > mostTokens ? [] : tokens
    this.#isOwn = isOwn
  }

  read(): TypeReading {
    const reading = this.#union()
    return this.#at === this.#tokens.length ? reading : open
  }

  #take(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false
    this.#at++
    return true
  }

  #union(): TypeReading {
    this.#take('|')
    const members = [this.#member()]
    while (this.#take('|')) members.push(this.#member())
    const [first = open] = members
    if (members.length === 1) return first
    if (members.some(({ kind }) => kind === 'other')) return other
    if (!members.every(({ kind }) => kind === 'tensor')) return open
    return members.every(member => 'rank' in first && 'rank' in member && member.rank === first.rank)
      ? first
      : { kind: 'tensor' }
  }

  #member(): TypeReading {
    let reading = this.#primary()
    while (this.#tokens[this.#at] === '[' && this.#tokens[this.#at + 1] === ']') {
      this.#at += 2
      reading = other
    }
    return reading
  }

  #primary(): TypeReading {
    if (this.#take('(')) {
      const inner = this.#union()
      return this.#take(')') ? inner : open
    }
    if (this.#take('[')) return this.#list(']', ',', key => [key, this.#union()])
    if (this.#take('{')) return this.#list('}', ';', () => this.#field())
    return this.#named()
  }

  /** What stands between brackets, as fields. */
  #list(
    end: string,
    separator: string,
    next: (position: string) => readonly [string, TypeReading],
  ): TypeReading {
    const fields = new Map<string, TypeReading>()
    while (!this.#take(end)) {
      const before = this.#at
      const [key, reading] = next(String(fields.size))
      fields.set(key, reading)
      if (!this.#take(separator)) this.#take(',')
      if (this.#at === before || this.#at >= this.#tokens.length) return open
    }
    return { kind: 'fields', fields }
  }

  #field(): readonly [string, TypeReading] {
    const name = this.#tokens[this.#at++] ?? ''
    const isOptional = this.#take('?')
    if (!this.#take(':')) return [name, open]
    const reading = this.#union()
    return [name, isOptional ? other : reading]
  }

  /** `tf.Tensor2D`, `import("@tensorflow/tfjs").Tensor<tf.Rank.R2>`. */
  #named(): TypeReading {
    const head = this.#tokens[this.#at++] ?? ''
    let isKnown = true
    let specifier = ''
    if (head === 'import' && this.#take('(')) {
      specifier = (this.#tokens[this.#at++] ?? '').slice(1, -1)
      isKnown = this.#isOwn(specifier)
      this.#take(')')
    }
    let name = head
    while (this.#take('.')) name = this.#tokens[this.#at++] ?? ''
    const [argument] = this.#arguments()
    if (!isKnown) return open
    if (otherTypes.has(name)) return other
    // Programs have optimizers of their own under the same name.
    const isQualified = head === 'tf' || specifier.startsWith('@tensorflow/')
    if (optimizerTypes.has(name) && isQualified) return { kind: 'optimizer' }
    if (!tensorTypes.has(name)) return open
    const rank = tensorTypes.get(name) ?? rankOf(argument)
    return { kind: 'tensor', ...(rank !== undefined && { rank }) }
  }

  /** The last word of each type argument. */
  #arguments(): readonly string[] {
    if (!this.#take('<')) return []
    const words: string[] = []
    let [depth, last] = [1, '']
    for (; depth > 0 && this.#at < this.#tokens.length; this.#at++) {
      const token = this.#tokens[this.#at]!
      depth += token === '<' ? 1 : token === '>' ? -1 : 0
      if (depth === 0 || (depth === 1 && token === ',')) words.push(last)
      last = token
    }
    return words
  }
}

/** `R2` of `tf.Rank.R2`. */
function rankOf(word: string | undefined): number | undefined {
  const [, digit] = /^R([0-6])$/.exec(word ?? '') ?? []
  return digit === undefined ? undefined : Number(digit)
}
