import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Dimension, dimensionText, equals, product } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import { shapeText } from '../graph/type.js'
import { opTable } from '../ops/table.js'
import { dataOf } from './linear-maps.js'
import type { LintContext, LintRule } from './lint.js'

/** Data whose elements are put under other axes where an axis should have changed its place. */
export const scrambledAxes: LintRule = context => {
  const isData = dataOf(context)
  const moved = new Map<Node, Dimension | undefined>()
  return context.nodes.flatMap(node => {
    if (!keepsOrder(node) || !isData(node)) return []
    const axis = movedAxis(firstBefore(node), node)
    moved.set(node, axis)
    // What was told of the first of several is not told again.
    return axis === undefined || moved.get(node.inputs[0]!) !== undefined ? [] : [told(node, axis, context)]
  })
}

function keepsOrder(node: Node): boolean {
  if (node.type.shape === null || node.inputs.some(({ type }) => type.shape === null)) return false
  const op = opTable[node.op]
  return op?.kind === 'primitive' && op.positions(node).reshaped === true
}

/** The tensor whose elements a node has in the same order, under whichever axes. */
function firstBefore(node: Node): Node {
  let first = node
  while (keepsOrder(first)) first = first.inputs[0]!
  return first
}

/**
 * The size of an axis that is found at another place afterwards. Elements keep their order, so an axis of that size is
 * the same axis only where as many elements come after it as before; elsewhere it has parts of several others.
 */
function movedAxis(before: Node, after: Node): Dimension | undefined {
  for (const [from, to] of blocks(before.type.shape!, after.type.shape!)) {
    if (from.length < 2 || to.length < 2) continue
    const axis = from.find(size => to.some(other => equals(size, other)))
    if (axis !== undefined) return axis
  }
  return undefined
}

/** The shortest runs of axes that hold the same elements on both sides; axes of size 1 hold none of their own. */
function blocks(before: Shape, after: Shape): readonly (readonly [from: Shape, to: Shape])[] {
  const [left, right] = [before.filter(size => size !== 1), after.filter(size => size !== 1)]
  const found: [Shape, Shape][] = []
  let start: readonly [number, number] = [0, 0]
  for (let i = 1; i <= left.length; i++) {
    const total = product(left.slice(start[0], i))
    for (let j = start[1] + 1; j <= right.length; j++) {
      if (!equals(total, product(right.slice(start[1], j)))) continue
      found.push([left.slice(start[0], i), right.slice(start[1], j)])
      start = [i, j]
      break
    }
  }
  return found
}

function told(node: Node, axis: Dimension, { provenance }: LintContext): Diagnostic {
  const values = {
    before: shapeText(firstBefore(node).type.shape),
    after: shapeText(node.type.shape),
    size: dimensionText(axis),
  }
  return diagnostic('scrambled-axes', values, { span: provenance.origins(node)[0]?.span })
}
