import type { LayerApplication, Model, ModelGraph } from '../graph/model.js'
import { parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import type { Span } from '../text/source.js'
import { isIn } from './positions.js'

/** What the code at a place computes. */
export interface Pointed {
  /** The expression that computes it. */
  readonly span: Span
  readonly values: readonly Node[]
  /** For a layer: its uses, each of which gives one of the values. */
  readonly applications: readonly LayerApplication[]
}

interface Place {
  readonly span: Span
  readonly value: Node
  readonly application?: LayerApplication
}

const known = new WeakMap<Model, readonly Place[]>()

/** The smallest expression around an offset that computes values of the model; undefined where there is none. */
export function pointedAt(graph: ModelGraph, path: string, offset: number): Pointed | undefined {
  let smallest: Span | undefined
  let found: Place[] = []
  for (const place of placesOf(graph)) {
    const { span } = place
    if (span.file.path !== path || !isIn(span, offset)) continue
    const difference = smallest ? span.end - span.start - (smallest.end - smallest.start) : -1
    if (difference > 0) continue
    if (difference < 0) [smallest, found] = [span, []]
    found.push(place)
  }
  if (!smallest) return undefined
  const applications = found.flatMap(({ application }) => application ?? [])
  const values = found
    .filter(place => applications.length === 0 || place.application)
    .map(({ value }) => value)
  // What one expression computes on the way to its value is a part of it.
  const inner = new Set(applications.length > 0 ? [] : values.flatMap(value => value.inputs))
  return { span: smallest, values: [...new Set(values)].filter(value => !inner.has(value)), applications }
}

/** The code that computes values, as far as that is known. */
function placesOf(graph: ModelGraph): readonly Place[] {
  const { model, provenance } = graph
  const made = known.get(model)
  if (made) return made
  const places: Place[] = [...applicationPlaces(model)]
  for (const value of nodesBelow(model.outputs.map(({ node }) => node)))
    for (const { span } of provenance.origins(value)) places.push({ span, value })
  for (const { parameter } of parametersOf(model))
    for (const { span } of provenance.origins(parameter.node)) places.push({ span, value: parameter.node })
  for (const { node, origin } of model.inputs) places.push({ span: origin.span, value: node })
  for (const { node } of model.outputs) places.push({ span: model.origin.span, value: node })
  known.set(model, places)
  return places
}

/** Layers, where they are made and where they are applied, also inside of others. */
function applicationPlaces({ applications }: Pick<Model, 'applications'>): readonly Place[] {
  return applications.flatMap(application => {
    const { layer, outputs, origin, inner = [] } = application
    const [value] = outputs
    const own = value
      ? [
          { span: layer.origin.span, value, application },
          { span: origin.span, value, application },
        ]
      : []
    const parts = [{ applications: inner }, ...(layer.model ? [layer.model] : [])]
    return [...own, ...parts.flatMap(applicationPlaces)]
  })
}

/** Where a value is computed. */
export function originsOf(graph: ModelGraph, value: Node): readonly Span[] {
  return placesOf(graph)
    .filter(place => place.value === value)
    .map(({ span }) => span)
}
