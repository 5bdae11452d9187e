import {
  apply,
  type Dimension,
  isFunctionName,
  isPolynomial,
  multiply,
  symbol,
  symbolsOf,
} from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import { batchName } from '../library/open-sizes.js'
import { stepCounters } from '../library/schedule.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { arithmetic } from '../ops/vocabulary.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import { adviceOn, rangeOf } from './advice.js'
import { FieldReader } from './fields.js'
import type { Citation } from './spec.js'
import { itemsOf, placeWithin, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** What the readers of a spec's parts share: the file, its symbols, and the errors so far. */
export class SpecContext extends FieldReader {
  readonly symbols = new Map<string, { value: Attribute | undefined; meaning?: string; span: Span }>()
  #counters: ReadonlyMap<string, string> = new Map()
  /** The symbols in shapes that were read. */
  readonly #inShapes = new Set<string>()

  /** Whether a symbol stands for the number of examples: it is called as that is, is open, and no axis has its size. */
  isBatch(name: string): boolean {
    const known = this.symbols.get(name)
    return name === batchName && known !== undefined && known.value === undefined && !this.#inShapes.has(name)
  }

  /** Reads with values for symbols that count there alone. */
  within<Result>(values: ReadonlyMap<string, Dimension>, span: Span, read: () => Result): Result {
    const outer = new Map(this.symbols)
    for (const [name, value] of values) this.symbols.set(name, { ...outer.get(name), value, span })
    try {
      return read()
    } finally {
      for (const name of values.keys()) {
        const known = outer.get(name)
        if (known) this.symbols.set(name, known)
        else this.symbols.delete(name)
      }
    }
  }

  /** A value as data; texts are kept. */
  data(node: YamlNode | null): Attribute {
    const items = itemsOf(node)
    if (items) return items.map(item => this.data(item))
    return scalarOf(node) ?? null
  }

  /** A value in which texts are sizes: symbols, or arithmetic on them. What is wrong is reported and becomes null. */
  quantity(node: YamlNode | null): Attribute {
    const items = itemsOf(node)
    if (items) return items.map(item => this.quantity(item))
    const value = scalarOf(node)
    return typeof value === 'string' && node
      ? this.#expression(value, (start, end) => placeWithin(node, this.file, value, start, end))
      : (value ?? null)
  }

  /**
   * A hyper-parameter, which may depend on how far training has come: on the number of the step, which is `t` and counts
   * from 1, or of the epoch, which is `epoch` and counts from 0, unless these are symbols of the spec.
   */
  hyperParameter(node: YamlNode | null): Attribute {
    this.#counters = stepCounters
    try {
      const before = this.diagnostics.length
      const value = this.quantity(node)
      if (value === null && node && this.diagnostics.length === before) {
        const problem = 'it is no arithmetic of numbers, symbols, `t` and `epoch`'
        this.report('spec-equation', { equation: String(scalarOf(node)), problem }, spanOf(node, this.file))
      }
      return value
    } finally {
      this.#counters = new Map()
    }
  }

  /** A list of sizes, each a number above 0 or an expression. Anything else is reported as a value of `owner`. */
  shape(
    node: YamlNode | null,
    owner: string,
    key: string,
    expected: string,
    span: Span,
  ): readonly Dimension[] {
    const before = this.diagnostics.length
    const shape = this.quantity(node)
    const isSize = (size: Attribute) =>
      isPolynomial(size) || (typeof size === 'number' && Number.isSafeInteger(size) && size > 0)
    if (Array.isArray(shape) && shape.every(isSize)) {
      for (const size of shape as readonly Dimension[])
        for (const name of symbolsOf(size)) this.#inShapes.add(name)
      return shape as readonly Dimension[]
    }
    if (this.diagnostics.length === before)
      this.report('spec-invalid-value', { layer: owner, key, value: textOf(shape), expected }, span)
    return []
  }

  #expression(text: string, at: (start: number, end: number) => Span): Attribute {
    const parsed = parseEquation(text)
    if (isSyntaxProblem(parsed)) {
      const values = { equation: text, problem: parsed.problem }
      this.report('spec-equation', values, at(...rangeOf(parsed)), adviceOn(parsed))
      return null
    }
    return this.#value(parsed, at) ?? null
  }

  /** A size that an equation states; undefined where it is no arithmetic of symbols. */
  sizeOf(expression: Expression): Dimension | undefined {
    const known = this.diagnostics.length
    const value = this.#value(expression, () => ({ file: this.file, start: 0, end: 0 }))
    // What is wrong with it is said by whoever asks.
    this.diagnostics.length = known
    return value
  }

  /** What a symbol stands for: its number, or itself where the spec leaves it open. */
  symbolValue(name: string): Dimension | undefined {
    const known = this.symbols.get(name)
    if (!known) return undefined
    const { value } = known
    return typeof value === 'number' || isPolynomial(value) ? value : symbol(name, true)
  }

  #value(expression: Expression, at: (start: number, end: number) => Span): Dimension | undefined {
    if (expression.kind === 'number') return expression.value
    if (expression.kind === 'negate') {
      const value = this.#value(expression.operand, at)
      return value === undefined ? undefined : multiply(-1, value)
    }
    if (expression.kind === 'binary') {
      const operate = arithmetic[expression.operator]
      const [left, right] = [this.#value(expression.left, at), this.#value(expression.right, at)]
      if (operate && left !== undefined && right !== undefined) return operate(left, right)
      return undefined
    }
    if (expression.kind === 'call') return this.#applied(expression, at)
    if (expression.kind !== 'name') return undefined
    const { name, range } = expression
    const counter = this.symbols.has(name) ? undefined : this.#counters.get(name)
    if (counter !== undefined) return symbol(counter, true)
    if (!this.symbols.has(name)) {
      const suggestion = nearest(name, [...this.symbols.keys()])
      this.report(
        'spec-undefined-symbol',
        { name },
        at(...range),
        suggestion
          ? `did you mean \`${suggestion}\`?`
          : `define it under \`symbols:\`, as \`${name}: 8\`, or as \`${name}:\` without a value where any size is meant`,
      )
    }
    return this.symbolValue(name)
  }

  /** A function of hyper-parameters; sizes have none. */
  #applied(
    { name, arguments: given, attributes, subscripts }: Extract<Expression, { kind: 'call' }>,
    at: (start: number, end: number) => Span,
  ): Dimension | undefined {
    if (this.#counters.size === 0 || attributes.length > 0 || subscripts || !isFunctionName(name))
      return undefined
    const args = given.map(argument => this.#value(argument, at))
    return args.every(argument => argument !== undefined) ? apply(name, args) : undefined
  }

  /** Where the paper states something: a text, or its parts. Unless it says so, nobody has looked it up. */
  citation(entry: YamlEntry | undefined): Citation | undefined {
    if (!entry) return undefined
    const word = scalarOf(entry.value)
    if (typeof word === 'string' || typeof word === 'number')
      return { text: String(word), checked: false, span: entry.span }
    const fields = this.fields(entry.value, entry.key, citationKeys)
    const parts = Object.entries(citationParts).flatMap(([key, before]) => {
      const value = scalarOf(fields.get(key)?.value)
      return value === undefined || value === null ? [] : [`${before}${value}`]
    })
    const checked = fields.get('checked')
    const isChecked = scalarOf(checked?.value)
    if (checked && typeof isChecked !== 'boolean') {
      const value = textOf(isChecked ?? null)
      const values = { layer: entry.key, key: 'checked', value, expected: 'true or false' }
      this.report('spec-invalid-value', values, checked.span)
    }
    return { text: parts.join(', '), checked: isChecked === true, span: entry.span }
  }
}

/** The parts of a citation in the order in which they are printed, each with the word before it. */
const citationParts: Readonly<Record<string, string>> = {
  text: '',
  authors: '',
  title: '',
  venue: '',
  year: '',
  section: 'section ',
  equation: 'equation ',
  table: 'table ',
  figure: 'figure ',
  page: 'page ',
  doi: 'doi ',
  arxiv: 'arXiv ',
  url: '',
}

export const citationKeys: readonly string[] = [...Object.keys(citationParts), 'checked']
