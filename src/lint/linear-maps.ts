import { isDraw } from '../evaluate/concrete.js'
import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'
import type { LintContext } from './lint.js'

/** A product of data with a parameter: a matrix, or the kernel of a convolution. */
export interface LinearMap {
  readonly node: Node
  readonly data: Node
  readonly parameter: Node
}

export type IsData = (node: Node) => boolean

/**
 * Which nodes of a model depend on what it is given. A step that is given nothing has its data as constants, or draws it
 * where `draws` says so.
 */
export function dataOf(
  { model, nodes }: LintContext,
  { draws = true }: { readonly draws?: boolean } = {},
): IsData {
  const isAlone = model.isMinimized === true && model.inputs.length === 0
  const ofData = new Set<Node>(model.inputs.map(({ node }) => node))
  if (isAlone)
    for (const node of nodes) if (node.op === 'constant' || (draws && isDraw(node))) ofData.add(node)
  for (const node of nodes) if (node.inputs.some(input => ofData.has(input))) ofData.add(node)
  return node => ofData.has(node)
}

/** A node that is affine in data and in a parameter, each while the other stays, and mixes them along an axis. */
export function linearMap(node: Node, isData: IsData): LinearMap | undefined {
  const op = opTable[node.op]
  if (op?.kind !== 'primitive' || op.elementwise || node.inputs.length !== 2) return undefined
  const [data, parameter] = isData(node.inputs[0]!) ? node.inputs : [node.inputs[1]!, node.inputs[0]!]
  if (!data || !parameter || !isData(data) || parameter.op !== 'parameter') return undefined
  const names = [data, parameter].map(input => op.inputs[node.inputs.indexOf(input)]!)
  const isBilinear = names.every(name => op.affine.some(set => set.length === 1 && set[0] === name))
  return isBilinear ? { node, data, parameter } : undefined
}
