import type { Code, HolesOf } from '../diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import {
  add,
  apply,
  type Dimension,
  divide,
  isPolynomial,
  multiply,
  subtract,
  symbol,
} from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { nearest } from '../text/nearest.js'
import type { SourceFile, Span } from '../text/source.js'
import type { Citation } from './spec.js'
import { entriesOf, itemsOf, placeWithin, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

const arithmetic: Readonly<Record<string, (a: Dimension, b: Dimension) => Dimension>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  product: multiply,
  '/': divide,
  '^': (a, b) => apply('power', [a, b]),
}

/** What the readers of a spec's parts share: the file, its symbols, and the errors so far. */
export class SpecContext {
  readonly file: SourceFile
  readonly diagnostics: Diagnostic[] = []
  readonly symbols = new Map<string, { value: Attribute | undefined; meaning?: string; span: Span }>()

  constructor(file: SourceFile) {
    this.file = file
  }

  report<C extends Code>(
    code: C,
    values: Readonly<Record<HolesOf<C>, string>>,
    span: Span,
    help?: string,
  ): void {
    this.diagnostics.push(diagnostic(code, values, { span, help }))
  }

  /** Entries by key; unknown keys are reported with the nearest known one. */
  fields(
    node: YamlNode | null | undefined,
    owner: string,
    known: readonly string[],
    required: readonly string[] = [],
  ): ReadonlyMap<string, YamlEntry> {
    const span = node ? spanOf(node, this.file) : { file: this.file, start: 0, end: 0 }
    const entries = entriesOf(node, this.file)
    if (!entries) {
      this.report(
        'spec-invalid-value',
        {
          layer: owner,
          key: 'value',
          value: String(scalarOf(node) ?? 'a list'),
          expected: `entries ${known.join(', ')}`,
        },
        span,
      )
      return new Map()
    }
    for (const { key, keySpan } of entries)
      if (!known.includes(key)) this.unknownKey(owner, key, known, keySpan)
    const found = new Map(entries.map(entry => [entry.key, entry]))
    for (const key of required)
      if (!found.has(key)) this.report('spec-missing-key', { layer: owner, key }, span)
    return found
  }

  unknownKey(owner: string, key: string, known: readonly string[], span: Span): void {
    const suggestion = nearest(key, known)
    this.report(
      'spec-unknown-key',
      { layer: owner, key },
      span,
      suggestion ? `did you mean \`${suggestion}\`?` : `known are ${known.slice(0, 30).join(', ')}`,
    )
  }

  /** A value as data; texts are kept. */
  data(node: YamlNode | null): Attribute {
    const items = itemsOf(node)
    if (items) return items.map(item => this.data(item))
    return scalarOf(node) ?? null
  }

  /** A value in which texts are sizes: symbols, or arithmetic on them. */
  quantity(node: YamlNode | null): Attribute {
    const items = itemsOf(node)
    if (items) return items.map(item => this.quantity(item))
    const value = scalarOf(node)
    return typeof value === 'string' && node
      ? this.#expression(value, (start, end) => placeWithin(node, this.file, value, start, end))
      : (value ?? null)
  }

  #expression(text: string, at: (start: number, end: number) => Span): Attribute {
    const parsed = parseEquation(text)
    if (isSyntaxProblem(parsed)) {
      const { problem, offset } = parsed
      this.report('spec-equation', { equation: text, problem }, at(offset, offset + 1))
      return null
    }
    return this.#value(parsed, at) ?? null
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
    if (expression.kind !== 'name') return undefined
    const { name, range } = expression
    if (!this.symbols.has(name)) {
      const suggestion = nearest(name, [...this.symbols.keys()])
      this.report(
        'spec-undefined-symbol',
        { name },
        at(...range),
        suggestion ? `did you mean \`${suggestion}\`?` : 'define it under `symbols:`',
      )
    }
    return this.symbolValue(name)
  }

  citation(entry: YamlEntry | undefined): Citation | undefined {
    if (!entry) return undefined
    const text = scalarOf(entry.value)
    if (typeof text === 'string') return { text, checked: false, span: entry.span }
    const fields = this.fields(entry.value, 'cite', [
      'text',
      'checked',
      'authors',
      'year',
      'doi',
      'arxiv',
      'url',
      'title',
      'venue',
    ])
    const parts = ['text', 'authors', 'title', 'venue', 'year', 'doi', 'arxiv', 'url'].flatMap(key => {
      const value = scalarOf(fields.get(key)?.value)
      return value === undefined || value === null ? [] : [String(value)]
    })
    return {
      text: parts.join(', '),
      checked: scalarOf(fields.get('checked')?.value) === true,
      span: entry.span,
    }
  }
}
