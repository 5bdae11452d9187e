import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Layer, LayerApplication } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import type { LintContext, LintRule } from './lint.js'

/** Weights that a layer has and that nothing it gives, and nothing that the model gives, is computed from. */
export const weightFailures: LintRule = context => {
  const outputs = new Map<Layer, Node[]>()
  const visit = ({ layer, outputs: own, inner = [] }: LayerApplication): void => {
    outputs.set(layer, [...(outputs.get(layer) ?? []), ...own])
    inner.forEach(visit)
  }
  context.model.applications.forEach(visit)
  const read = new Set(nodesBelow(context.model.outputs.map(({ node }) => node)))
  return [...outputs].flatMap(([layer, nodes]) => unread(layer, nodes, read, context))
}

/** `read` is what the outputs of the model are computed from. */
function unread(
  layer: Layer,
  outputs: readonly Node[],
  read: ReadonlySet<Node>,
  { provenance }: LintContext,
): readonly Diagnostic[] {
  // What was written into a weight stands in its place.
  const own = layer.parameters.filter(({ node, isOverwritten }) => !isOverwritten && !read.has(node))
  if (own.length === 0) return []
  const readHere = new Set(nodesBelow(outputs))
  return own
    .filter(({ node }) => !readHere.has(node))
    .map(({ name, node }) => {
      const span = provenance.origins(node)[0]?.span ?? layer.origin.span
      const values = { parameter: `\`${name}\` of \`${layer.variable ?? layer.name}\`` }
      return diagnostic('unused-parameter', values, { span })
    })
}
