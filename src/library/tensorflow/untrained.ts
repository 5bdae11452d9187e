import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import { lossesOf } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Origin } from '../../graph/provenance.js'
import { allSteps, descentsAmong, type Step } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import { spanText } from '../../text/source.js'
import type { Remains, Tracer } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import type { HostObject } from '../../trace/value.js'
import { isDrawn } from '../initializers.js'
import { contextOf } from './context.js'
import { layersOf } from './layer-order.js'
import type { LayerState, ModelState, TensorState } from './state.js'
import { stepsOf } from './training-record.js'
import { isLayer } from './types.js'
import { parametersOf } from './weights.js'

/** A model, layer or variable, with its parameters that start as random numbers and may train. */
interface Owner {
  readonly object: HostObject
  readonly name: string
  readonly kind: 'model' | 'layer' | 'variable'
  readonly drawn: readonly Node[]
  readonly origin: Origin
  /** All that has to be out of reach of other code. */
  readonly parts: readonly { readonly object: HostObject; readonly origin: Origin }[]
}

/**
 * What the losses of a training read and no step of it changes, where it starts as random numbers, trains as far as its
 * declaration goes, and no code that was not walked can get at it. Nothing is said where a step is not known as a whole.
 */
export function untrained(trace: Tracer, remains: Remains): readonly Diagnostic[] {
  const steps = stepsOf(contextOf(trace).record.state)
  const descents = descentsAmong(steps)
  if (descents.length === 0 || allSteps(steps).some(isOpen)) return []
  const changed = new Set(allSteps(steps).flatMap(changedBy))
  const readings = descents.map(descent => ({
    descent,
    read: new Set(descent.loss ? nodesBelow(lossesOf(descent.loss)) : []),
  }))
  const told = new Set<Node>()
  return owners(trace, remains).flatMap(owner => {
    const { drawn, parts, origin } = owner
    const reading = readings.find(({ read }) => drawn.some(node => read.has(node)))
    if (!reading || drawn.some(node => changed.has(node) || told.has(node))) return []
    const isOutside = parts.every(
      ({ object, origin: made }) => !remains.isHeld(object) && remains.isForgotten(object, made.span),
    )
    if (!isOutside) return []
    for (const node of drawn) told.add(node)
    const values = { owner: `the ${owner.kind} \`${owner.name}\``, call: reading.descent.call }
    const related = [{ message: 'the step', span: reading.descent.origin.span }]
    return [diagnostic('untrained-parameter', values, { span: origin.span, related })]
  })
}

const isOpen = (step: Step): boolean =>
  step.kind === 'unfollowed' ||
  (step.kind === 'descent' && (step.open !== undefined || step.loss === undefined))

function changedBy(step: Step): readonly Node[] {
  if (step.kind === 'descent')
    return [...step.moved, ...step.statistics].map(({ parameter }) => parameter.node)
  return step.kind === 'assignment' ? step.writes.map(({ moved }) => moved.parameter.node) : []
}

/** Models first, then what may be left out of them. */
function owners(trace: Tracer, { since }: Remains): readonly Owner[] {
  const { models, made, variables } = contextOf(trace)
  const isOfWalk = ({ id }: HostObject) => id >= since
  const layers = made.flatMap(({ object }) => (isLayer(object) ? [object] : []))
  return [
    ...models.filter(isOfWalk as never).map(model => ownerOfModel(trace, model)),
    ...layers.filter(isOfWalk as never).map(ownerOfLayer),
    ...variables.filter(isOfWalk as never).flatMap(variable => ownerOfVariable(trace, variable)),
  ].filter(({ drawn }) => drawn.length > 0)
}

function drawnOf({ state }: HostObject<LayerState>): readonly Node[] {
  if (!state.trainable) return []
  return parametersOf(state).flatMap(({ node, trainable, initializer, isOverwritten }) =>
    trainable && !isOverwritten && isDrawn(initializer) ? [node] : [],
  )
}

function ownerOfModel(trace: Tracer, model: HostObject<ModelState>): Owner {
  const { state } = model
  const layers = layersOf(state).filter(isLayer)
  return {
    object: model as HostObject,
    name: [...trace.namesOf(model as HostObject)].at(-1) ?? state.variable ?? state.name,
    kind: 'model',
    drawn: state.trainable ? layers.flatMap(drawnOf) : [],
    origin: state.origin,
    parts: [model as HostObject<ModelState | LayerState>, ...layers].map(object => ({
      object: object as HostObject,
      origin: object.state.origin,
    })),
  }
}

function ownerOfLayer(layer: HostObject<LayerState>): Owner {
  const { variable, origin } = layer.state
  const object = layer as HostObject
  const name = variable ?? shorten(spanText(origin.span))
  return { object, name, kind: 'layer', drawn: drawnOf(layer), origin, parts: [{ object, origin }] }
}

function ownerOfVariable(trace: Tracer, tensor: HostObject<TensorState>): readonly Owner[] {
  const { variable, origin } = tensor.state
  if (!variable?.trainable || !isDrawn(variable.initializer)) return []
  const object = tensor as HostObject
  const name = trace.provenance.name(variable.node) ?? shorten(spanText(origin.span))
  return [{ object, name, kind: 'variable', drawn: [variable.node], origin, parts: [{ object, origin }] }]
}
