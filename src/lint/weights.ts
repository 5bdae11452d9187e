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
  return [...outputs].flatMap(([layer, nodes]) => unread(layer, nodes, context))
}

function unread(
  layer: Layer,
  outputs: readonly Node[],
  { model, provenance }: LintContext,
): readonly Diagnostic[] {
  // What was written into a weight stands in its place.
  const own = layer.parameters.filter(({ isOverwritten }) => !isOverwritten)
  if (own.length === 0) return []
  const read = new Set(nodesBelow([...outputs, ...model.outputs.map(({ node }) => node)]))
  return own
    .filter(({ node }) => !read.has(node))
    .map(({ name, node }) => {
      const span = provenance.origins(node)[0]?.span ?? layer.origin.span
      const values = { parameter: `\`${name}\` of \`${layer.variable ?? layer.name}\`` }
      return diagnostic('unused-parameter', values, { span })
    })
}
