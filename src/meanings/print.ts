import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { printGraph } from '../graph/print.js'
import { positionAt } from '../text/source.js'
import { meaningsOf } from './meanings.js'

/**
 * The text form of a model's graph, each node with what is known of it beside what it is: what its axes count, what
 * its values stand for, what the code calls it, and where it is made.
 */
export function printModel({ model, provenance }: ModelGraph): string {
  const { axes, role } = meaningsOf(model)
  const axesText = (node: Node): readonly string[] => {
    const meanings = axes(node)
    return meanings.some(Boolean) ? [`[${meanings.map(meaning => meaning ?? '?').join(', ')}]`] : []
  }
  const roleText = (node: Node): readonly string[] => {
    const fact = role(node)
    if (!fact) return []
    const text = fact.assumed ? `as ${fact.role}` : fact.role
    return [fact.over === undefined ? text : `${text} over axis ${fact.over}`]
  }
  const nameText = (node: Node): readonly string[] => {
    const name = provenance.name(node)
    return name === undefined ? [] : [`\`${name.replace(/\s/g, ' ')}\``]
  }
  const placeText = (node: Node): readonly string[] =>
    provenance
      .origins(node)
      .slice(0, 1)
      .map(({ span }) => {
        const { path } = span.file
        return `${path}:${positionAt(span.file, span.start).line}`
      })
  return printGraph(
    model.outputs.map(({ node }) => node),
    node => {
      const parts = [...axesText(node), ...roleText(node), ...nameText(node), ...placeText(node)]
      return parts.length > 0 ? parts.join(', ') : undefined
    },
  )
}
