import { isDraw } from '../evaluate/concrete.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { elaborateText, expand } from '../ops/elaborate.js'
import type { StandardDraw } from '../spec/spec.js'
import { flatShape, flattened } from './flat.js'

/** So many ways are tried in which the draws of a spec may be those of the code. */
const mostDrawings = 12

/** Of as many draws of the code the order is tried. */
const mostDraws = 4

/** Draws of the code for those of a spec; undefined where there are none. */
export type Draw = (draw: StandardDraw, name: string, shape: readonly Dimension[]) => Node | undefined

/** Makes a choice of draws, each of the code's at most once. */
export type Drawing = () => Draw

/**
 * Ways in which the draws of a spec may be those of the code: in any order, and each also mirrored, which leaves a normal
 * distribution and the uniform one on an interval what they are.
 */
export function drawings(count: number, roots: readonly Node[], builder: GraphBuilder): readonly Drawing[] {
  const drawn = nodesBelow(roots).filter(isDraw)
  if (count === 0 || drawn.length === 0) return [() => () => undefined]
  const orders = drawn.length <= mostDraws ? [...permutations(drawn)] : [drawn]
  const masks = Array.from({ length: 2 ** Math.min(count, mostDraws) }, (_, mask) => mask)
  const all = masks.flatMap(mask => orders.map(order => ({ mask, order })))
  return all.slice(0, mostDrawings).map(({ mask, order }) => () => {
    const left = [...order]
    const byName = new Map<string, Node>()
    return (draw, name, shape) => {
      const known = byName.get(name)
      if (known) return known
      const wanted = shapeText(shape)
      const isAlike = ({ op, type }: Node) => op === draw.op && shapeText(type.shape) === wanted
      // Each element is drawn by itself.
      const isFlat = ({ op, type }: Node) =>
        op === draw.op && type.shape !== null && shapeText(flatShape(type.shape)) === wanted
      const at = left.findIndex(left.some(isAlike) ? isAlike : isFlat)
      const [node] = at < 0 ? [] : left.splice(at, 1)
      const isMirrored = (mask >> byName.size) % 2 === 1
      const standard = node && standardized(node, draw, isMirrored, builder)
      if (!standard || isProblem(standard)) return undefined
      const value = isAlike(node) ? standard : flattened(standard, builder)
      if (isProblem(value)) return undefined
      byName.set(name, value)
      return value
    }
  })
}

/** Values of which every draw stands by itself, and is not a part of an op that scales and shifts it. */
export function withPlainDraws(roots: readonly Node[], builder: GraphBuilder): readonly Node[] | Problem {
  return rebuild(roots, builder, node => (isDrawn(node) ? expand(node, builder, 'inference') : node))
}

/** Whether a node is random without being made of anything: it stands for a draw, scaled and shifted. */
const isDrawn = (node: Node): boolean =>
  'site' in node.attributes && node.inputs.length === 0 && !isDraw(node)

/** All orders of some items, that in which they stand first. */
export const permutations = <Item>(items: readonly Item[]): Generator<readonly Item[]> =>
  choices(items, items.length)

/** All ways to choose some items in an order, each at most once; first come those that stand first. */
export function* choices<Item>(items: readonly Item[], count: number): Generator<readonly Item[]> {
  if (count === 0) yield []
  else
    for (const [i, item] of items.entries())
      for (const rest of choices(items.toSpliced(i, 1), count - 1)) yield [item, ...rest]
}

function standardized(
  node: Node,
  { from, mirrored, attributes }: StandardDraw,
  isMirrored: boolean,
  builder: GraphBuilder,
): Node | Problem {
  const isStandard = Object.entries(attributes).every(([name, value]) => node.attributes[name] === value)
  const value = (x: Node) => (name: string) => (name === 'x' ? x : x.attributes[name])
  const standard = isStandard ? node : elaborateText(from, { value: value(node) }, builder)
  return isMirrored && !isProblem(standard)
    ? elaborateText(mirrored, { value: value(standard) }, builder)
    : standard
}
