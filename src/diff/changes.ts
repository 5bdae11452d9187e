import { substituteInputs } from '../compare/units.js'
import { spaceFormula } from '../equations/attributes.js'
import { markDifference } from '../equations/difference.js'
import { expressionIn, namedLines } from '../equations/equations.js'
import type { Formula } from '../equations/formula.js'
import { toText } from '../equations/unicode.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Span } from '../text/source.js'
import { commonSubsequence } from '../text/subsequence.js'

/** One equation as a side writes it, in the author's names of that side, with what differs marked. */
export interface ChangedLine {
  readonly left?: Formula
  readonly right: Formula
  readonly space?: Formula
  readonly span?: Span
}

/** An equation that changed; one side is absent where it was added or removed. */
export interface EquationChange {
  readonly before?: ChangedLine
  readonly after?: ChangedLine
  /** Where it is no output: the value before, and the one after of what both read. */
  readonly inside?: { readonly before: Node; readonly after: Node }
}

/** Two lines that belong together; one is absent where the other side has none. */
interface LinePair {
  readonly before?: Node
  readonly after?: Node
}

/**
 * The equations in which two models of one builder differ. Lines belong together if they compute the same from the
 * lines that they read, whatever those are; between such lines, in order. A line that reads changed lines and is
 * otherwise the same has not changed.
 */
export function equationChanges(before: ModelGraph, after: ModelGraph): readonly EquationChange[] {
  const [first, second] = [namedLines(before), namedLines(after)]
  const pairs = alignLines(first.lines, second.lines, before.builder)
  const partner = new Map<Node, Node>()
  for (const pair of pairs) if (pair.before && pair.after) partner.set(pair.after, pair.before)
  return pairs.flatMap((pair): readonly EquationChange[] => {
    const image = pair.after && imageOf(pair.after, partner, before.builder)
    if (image && image === pair.before) return []
    const line = (graph: ModelGraph, node: Node): ChangedLine => {
      const left = (graph === before ? first : second).names.symbol(node)
      const { shape } = node.type
      const [origin] = graph.provenance.origins(node)
      return {
        right: expressionIn(graph, node, [node], () => undefined),
        ...(left && { left }),
        ...(shape && { space: spaceFormula(shape) }),
        ...(origin && { span: origin.span }),
      }
    }
    const own = pair.before && line(before, pair.before)
    const other = pair.after && line(after, pair.after)
    // What reads values of other sizes is written as before.
    if (own && other && textOf(own) === textOf(other)) return []
    const [left, right] = own && other ? markDifference(own.right, other.right) : [own?.right, other?.right]
    const isInside = !before.model.outputs.some(({ node }) => node === pair.before)
    return [
      {
        ...(own && left && { before: { ...own, right: left } }),
        ...(other && right && { after: { ...other, right } }),
        ...(pair.before && image && isInside && { inside: { before: pair.before, after: image } }),
      },
    ]
  })
}

const textOf = ({ left, right, space }: ChangedLine): string =>
  [left, right, space].map(formula => formula && toText(formula)).join('\n')

/** A line of the second model that reads, in place of lines of its own, their partners in the first. */
function imageOf(line: Node, partner: ReadonlyMap<Node, Node>, builder: GraphBuilder): Node {
  const images = new Map(partner)
  images.delete(line)
  return substituteInputs(line, images, builder)
}

function alignLines(
  first: readonly Node[],
  second: readonly Node[],
  builder: GraphBuilder,
): readonly LinePair[] {
  const forms = [first, second].map(lines => {
    const isLine = new Set(lines)
    return lines.map(line => localForm(line, isLine, builder))
  })
  const pairs: LinePair[] = []
  let [i, j] = [0, 0]
  const gap = (endOfFirst: number, endOfSecond: number) => {
    const [left, right] = [first.slice(i, endOfFirst), second.slice(j, endOfSecond)]
    for (let k = 0; k < Math.max(left.length, right.length); k++)
      pairs.push({ ...(left[k] && { before: left[k]! }), ...(right[k] && { after: right[k]! }) })
  }
  for (const [a, b] of commonSubsequence(forms[0]!, forms[1]!)) {
    gap(a, b)
    pairs.push({ before: first[a]!, after: second[b]! })
    ;[i, j] = [a + 1, b + 1]
  }
  gap(first.length, second.length)
  return pairs
}

/** Places of the stand-ins for other lines, apart from those of models and recurrences. */
const firstPlace = -200_000

/** What a line computes from the lines that it reads, whichever these are: equal forms are one node. */
function localForm(line: Node, isLine: ReadonlySet<Node>, builder: GraphBuilder): Node {
  const standIns = new Map<Node, Node>()
  const seen = new Set<Node>()
  const visit = (node: Node) => {
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      if (!isLine.has(input)) {
        visit(input)
        continue
      }
      const { shape, dtype } = input.type
      const standIn = builder.node('input', [], {
        name: 'line',
        index: firstPlace - standIns.size,
        shape,
        dtype,
      })
      if (!isProblem(standIn)) standIns.set(input, standIn)
    }
  }
  visit(line)
  return substituteInputs(line, standIns, builder)
}
