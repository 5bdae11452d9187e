import type { Node } from '../graph/node.js'
import { printGraph } from '../graph/print.js'
import type { ReadResult } from '../reading.js'
import { type Span, spanText } from '../text/source.js'

/** What says where something was found, and not what it is. */
const places: ReadonlySet<string> = new Set(['span', 'origin', 'builder', 'provenance', 'since', 'group'])

/**
 * All that was read of a target as text, without places: its models with their settings, and its training. Two programs
 * of one text are one program to everybody who reads further.
 */
export function textOfReading({ models, trainings, customGradients }: ReadResult): string {
  const parts = [
    ...models.map(({ target, where, graph, reason }) => ({
      target,
      where,
      model: graph?.model,
      reason: reason?.message,
    })),
    ...trainings.map(({ target, where, graph }) => ({ target, where, training: graph.training })),
    ...customGradients.map(({ target, where, custom }) => ({ target, where, custom })),
  ]
  return parts.map(textOf).join('\n')
}

/** The same of training alone. */
export const textOfTraining = ({ trainings, customGradients }: ReadResult): string =>
  textOfReading({ models: [], trainings, customGradients, diagnostics: [] })

const isNode = (value: object): value is Node => 'op' in value && 'inputs' in value && 'attributes' in value

const isSpan = (value: object): value is Span => 'file' in value && 'start' in value && 'end' in value

/** Nodes by the order in which they are met, then the graph that they make. */
function textOf(part: object): string {
  const nodes = new Map<Node, number>()
  const seen = new Map<object, number>()
  const write = (value: unknown): unknown => {
    if (typeof value === 'bigint') return `${value}n`
    if (typeof value === 'number')
      return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value)
    if (typeof value !== 'object' || value === null) return value
    if (isSpan(value)) return spanText(value)
    if (isNode(value)) {
      if (!nodes.has(value)) nodes.set(value, nodes.size)
      return { node: nodes.get(value) }
    }
    const before = seen.get(value)
    if (before !== undefined) return { again: before }
    seen.set(value, seen.size)
    if (Array.isArray(value) || value instanceof Set || value instanceof Map) return [...value].map(write)
    const entries = Object.entries(value).filter(
      ([key, own]) => !places.has(key) && typeof own !== 'function',
    )
    return Object.fromEntries(entries.map(([key, own]) => [key, write(own)]))
  }
  const text = JSON.stringify(write(part))
  return `${text}\n${printGraph([...nodes.keys()])}`
}
