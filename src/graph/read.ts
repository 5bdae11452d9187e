import type { GraphBuilder } from './builder.js'
import {
  type Dimension,
  fromTerms,
  isFunctionName,
  type PlainTerm,
  symbol,
  termsForPrinting,
} from './dimension.js'
import type { Attribute, Node } from './node.js'
import { isProblem, type Problem } from './op.js'
import { typeText } from './print.js'

/**
 * The outputs of a graph that `printGraph` wrote, built with a builder; or what is wrong, with the line. Remarks and
 * empty lines are passed over.
 */
export function readGraph(text: string, builder: GraphBuilder): readonly Node[] | Problem {
  const nodes: Node[] = []
  for (const [i, whole] of text.split('\n').entries()) {
    const line = withoutRemark(whole)
    if (line === '') continue
    const read = readLine(line, nodes, builder)
    if (isProblem(read)) return { problem: `line ${i + 1}: ${read.problem}` }
    if ('outputs' in read) return read.outputs
    nodes.push(read.node)
  }
  return { problem: 'the last line must be `return` with the outputs' }
}

/** What stands before the first `#` that is in no text and in no name. */
function withoutRemark(line: string): string {
  return (/^(?:"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[^"`#])*/.exec(line)?.[0] ?? '').trim()
}

type Line = { readonly node: Node } | { readonly outputs: readonly Node[] } | Problem

function readLine(line: string, nodes: readonly Node[], builder: GraphBuilder): Line {
  const reader = new Reader(line, nodes)
  try {
    if (reader.take(/return\b/)) {
      const outputs = reader.nodes(/$/)
      return { outputs }
    }
    const place = reader.expect(/%(\d+)/, 'a node such as `%0`')
    if (Number(place.slice(1)) !== nodes.length)
      return { problem: `the next node is %${nodes.length}, not ${place}` }
    reader.expect(/=/, '`=`')
    const op = reader.expect(/\w+/, 'the name of an op')
    const attributes: Record<string, Attribute> = {}
    reader.expect(/\[/, '`[`')
    for (let first = true; !reader.take(/\]/); first = false) {
      if (!first) reader.expect(/,/, '`,`')
      const key = reader.expect(/\w+/, 'the name of an attribute')
      reader.expect(/=/, '`=`')
      attributes[key] = reader.attribute()
    }
    reader.expect(/\(/, '`(`')
    const node = builder.node(op, reader.nodes(/\)/), attributes)
    if (isProblem(node)) return node
    reader.expect(/:/, '`:`')
    const type = reader.rest()
    return typeText(node.type) === type
      ? { node }
      : { problem: `\`${op}\` gives ${typeText(node.type)}, not ${type}` }
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message }
    throw error
  }
}

/** Leaves a line that is not in the form of `printGraph`. */
class Unreadable extends Error {}

class Reader {
  readonly #text: string
  readonly #nodes: readonly Node[]
  #at = 0

  constructor(text: string, nodes: readonly Node[]) {
    this.#text = text
    this.#nodes = nodes
  }

  /** What a pattern matches here, after blanks, and moves behind it. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(`\\s*(?:${pattern.source})`, 'y')
    sticky.lastIndex = this.#at
    const match = sticky.exec(this.#text)
    if (!match) return undefined
    this.#at = sticky.lastIndex
    return match
  }

  expect(pattern: RegExp, what: string): string {
    const match = this.take(pattern)
    if (!match) throw new Unreadable(`expected ${what} at column ${this.#at + 1}`)
    return match[0].trim()
  }

  rest(): string {
    return this.#text.slice(this.#at).trim()
  }

  /** Nodes between commas, up to and with what ends them. */
  nodes(end: RegExp): readonly Node[] {
    const list: Node[] = []
    while (!this.take(end)) {
      if (list.length > 0) this.expect(/,/, '`,`')
      const place = this.expect(/%\d+/, 'a node')
      const node = this.#nodes[Number(place.slice(1))]
      if (!node) throw new Unreadable(`there is no ${place} above`)
      list.push(node)
    }
    return list
  }

  attribute(): Attribute {
    if (this.take(/\[/)) {
      const items: Attribute[] = []
      while (!this.take(/\]/)) {
        if (items.length > 0) this.expect(/,/, '`,`')
        items.push(this.attribute())
      }
      return items
    }
    const text = this.take(/"(?:[^"\\]|\\.)*"/)
    if (text) return JSON.parse(text[0]) as string
    const word = this.take(/(true|false|null)\b/)?.[1]
    if (word !== undefined) return word === 'null' ? null : word === 'true'
    if (this.take(/body\(/)) {
      const inputs = this.nodes(/->/)
      return { kind: 'body', body: { inputs, outputs: this.nodes(/\)/) } }
    }
    return this.dimension()
  }

  /** A number, or a sum of terms. */
  dimension(): Dimension {
    const number = this.take(/(-?(?:Infinity|NaN|\d[\d.]*(?:e[+-]?\d+)?))(?=\s*[,)\]])/)?.[1]
    if (number !== undefined) return Number(number)
    const terms = [this.#term()]
    while (this.take(/\+/)) terms.push(this.#term())
    return fromTerms(terms)
  }

  #term(): PlainTerm {
    const fraction = this.take(/(-?\d+)(?:\/(\d+))?(?!\w)/)
    const coefficient = {
      numerator: BigInt(fraction?.[1] ?? 1),
      denominator: BigInt(fraction?.[2] ?? 1),
    }
    const factors: PlainTerm['factors'][number][] = []
    while (fraction || factors.length > 0 ? this.take(/\*/) : true) {
      const atom = this.#atom()
      const power = this.take(/\^(-?\d+)/)?.[1]
      factors.push({ atom, power: Number(power ?? 1) })
    }
    return { coefficient, factors }
  }

  #atom(): PlainTerm['factors'][number]['atom'] {
    const name = this.#name()
    if (name.quoted || !this.take(/\(/)) return atomOf(name.text, true)
    if (name.text === 'real') {
      const inner = this.#name()
      this.expect(/\)/, '`)`')
      return atomOf(inner.text, false)
    }
    const args: Dimension[] = []
    while (!this.take(/\)/)) {
      if (args.length > 0) this.expect(/,/, '`,`')
      args.push(this.dimension())
    }
    if (!isFunctionName(name.text)) throw new Unreadable(`there is no function \`${name.text}\``)
    return { kind: 'application', name: name.text, arguments: args }
  }

  #name(): { readonly text: string; readonly quoted: boolean } {
    const quoted = this.take(/`((?:[^`\\]|\\.)*)`/)?.[1]
    if (quoted !== undefined) return { text: JSON.parse(`"${quoted}"`) as string, quoted: true }
    return { text: this.expect(/[A-Za-z_]\w*/, 'a number or a symbol'), quoted: false }
  }
}

function atomOf(name: string, integer: boolean): PlainTerm['factors'][number]['atom'] {
  return termsForPrinting(symbol(name, integer))[0]!.factors[0]!.atom
}
