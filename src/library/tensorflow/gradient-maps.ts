import { diagnostic } from '../../diagnostics/diagnostic.js'
import { gradients } from '../../gradient/gradient.js'
import type { Model } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Moved, Write } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { isUnknown, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { limitedBetween } from './gradient-limits.js'
import { addPlaces, gradientsByVariables, tensor } from './gradients.js'
import { asMoved, type Registered, registered } from './registered.js'
import { changedVariables, reads } from './tape.js'
import { isTensor, tensorType } from './types.js'
import type { GivenGradients, GradientSource, MinimizedLoss } from './updates.js'
import { noteDerivatives } from './written-descent.js'

/**
 * What `variableGrads` and `computeGradients` give: a tensor for each variable that has a gradient, by its name
 * (tfjs-core/src/gradients.ts). Where it is not known which those are, it is unknown.
 */
export function gradientMap(
  call: HostCall,
  callee: Value,
  minimized: MinimizedLoss,
  source: GradientSource,
): Value {
  const { trace, span } = call
  const { sources, gradientSources } = contextOf(trace)
  if (source.open !== undefined || !('outputs' in source.loss)) {
    const unknown = trace.opaque('opaque-gradient', { call: 'tf.variableGrads' }, span)
    sources.set(unknown, source)
    return unknown
  }
  const nodes = new Map([
    ...ofVariables(call, callee, source.moved),
    ...ofWeights(call, source.loss, source.moved),
  ])
  const reason = diagnostic('opaque-gradient', { call: 'tf.variableGrads' }, { span })
  const values = inOrder(source, minimized.all).map(({ name, parameter }) => {
    const node = nodes.get(parameter.node)
    const value = node
      ? tensor(trace, node, span)
      : trace.host(tensorType, { symbolic: false, reason, origin: trace.origin(span) })
    return [name, value] as const
  })
  const known = { ...source, derivatives: nodes }
  const record = trace.record(Object.fromEntries(values))
  sources.set(record, known)
  for (const [, value] of values) sources.set(value, known)
  for (const node of nodes.values()) gradientSources.set(node, known)
  return record
}

/** The variables that have a gradient, as they are listed, or else as they were made. */
function inOrder(
  { moved, given }: GradientSource,
  all: ReadonlyMap<Node, Registered>,
): readonly Registered[] {
  const changed = new Set(moved.map(({ parameter }) => parameter.node))
  const nodes = given ?? [...all.keys()]
  return nodes.flatMap(node => (changed.has(node) ? (all.get(node) ?? []) : []))
}

/** Gradients by variables of the program, of what the function gives now. */
function ofVariables(
  call: HostCall,
  callee: Value,
  moved: readonly Moved[],
): readonly (readonly [Node, Node])[] {
  const nodes = new Set(moved.map(({ parameter }) => parameter.node))
  const chosen = contextOf(call.trace).variables.filter(
    ({ state }) => state.variable && nodes.has(state.variable.node),
  )
  if (chosen.length === 0) return []
  const found = gradientsByVariables(call, callee, chosen) ?? []
  return chosen.flatMap(({ state }, i) => {
    const node = found[i]
    return node ? [[state.variable!.node, node] as const] : []
  })
}

/** Gradients by weights of layers, which are leaves of the loss. */
function ofWeights(call: HostCall, loss: Model, moved: readonly Moved[]): readonly (readonly [Node, Node])[] {
  const { trace, span } = call
  const weights = moved.flatMap(({ layer, parameter }) => (layer ? [parameter.node] : []))
  const value = loss.outputs[0]!.node
  if (weights.length === 0 || !isDifferentiable(trace, value, weights)) return []
  const found = gradients(value, weights, trace.builder)
  if (isProblem(found)) return []
  const known = found.filter(node => node !== undefined)
  addPlaces(trace, known, weights, span)
  noteDerivatives(call, { value, by: weights, gradients: found })
  return weights.flatMap((weight, i) => (found[i] ? [[weight, found[i]] as const] : []))
}

/** Whether the equations of a loss say its gradients: not where a function has one of its own, or variables other values. */
function isDifferentiable(trace: Tracer, value: Node, weights: readonly Node[]): boolean {
  return (
    contextOf(trace).customGradients.size === 0 &&
    limitedBetween(trace, [value], new Set(weights)) === undefined &&
    !reads(value, changedVariables(trace))
  )
}

/** Reads what `applyGradients` is given: an object of tensors by names of variables, or a list of such pairs. */
export function givenGradients(trace: Tracer, value: Value): GivenGradients {
  const { sources } = contextOf(trace)
  const source = typeof value === 'object' && value !== null ? sources.get(value) : undefined
  const entries = namedGradients(trace, value)
  if (!entries) return source ? asTaken(trace, source) : unknownGradients(trace)
  const all = [...registered(trace).values()]
  const found = entries.map(([name, given]) => ({ given, own: all.filter(own => own.name === name) }))
  if (found.some(({ own }) => own.length !== 1)) return unknownGradients(trace)
  const writes = found.map(({ given, own }) => ({ moved: asMoved(own[0]!), given }))
  return ofOneLoss(trace, writes, source)
}

function namedGradients(trace: Tracer, value: Value): readonly (readonly [string, Value])[] | undefined {
  const fields = trace.fields(value)
  if (fields) return [...fields].map(([name, property]) => [name, property.value])
  const pairs = trace.elements(value)?.map(item => trace.fields(item.value))
  const named = pairs?.flatMap(pair => {
    const name = pair?.get('name')?.value
    return typeof name === 'string' ? [[name, pair!.get('tensor')?.value] as const] : []
  })
  return named && named.length === pairs?.length ? named : undefined
}

function unknownGradients(trace: Tracer): GivenGradients {
  const moved = [...registered(trace).values()].filter(({ trains }) => trains).map(asMoved)
  const open = 'it is not known which parameters the gradients are for'
  return { choice: 'listed', moved, open, reason: ownGradients, statistics: [] }
}

const ownGradients = 'the program computes its gradients'

/** The gradients of a loss, where its parameters are still what they were when they were taken. */
function asTaken(trace: Tracer, { time, ...source }: GradientSource): GivenGradients {
  const { loss } = source
  const later = contextOf(trace).changes.slice(time)
  const isLate =
    'outputs' in loss &&
    later.some(({ parameters }) => !parameters || reads(loss.outputs[0]!.node, parameters))
  const changed =
    'parameters have changed between taking the gradients and applying them, so that they are not those of the loss as it is then'
  return { ...source, ...(isLate && { changed }) }
}

/** What the gradients of named parameters were made of. */
function ofOneLoss(
  trace: Tracer,
  given: readonly { readonly moved: Moved; readonly given: Value }[],
  map: GradientSource | undefined,
): GivenGradients {
  const { sources, gradientSources } = contextOf(trace)
  const moved = given.map(own => own.moved)
  const plain: GivenGradients = { choice: 'listed', moved, reason: ownGradients, statistics: [] }
  const found = new Set(map ? [map] : [])
  for (const { given: value } of given) {
    if (!isTensor(value)) continue
    const own = sources.get(value)
    if (own) found.add(own)
    else
      for (const node of nodesBelow(value.state.node ? [value.state.node] : [])) {
        const source = gradientSources.get(node)
        if (source) found.add(source)
      }
  }
  const [source] = found
  if (found.size > 1) return { ...plain, reason: 'gradients of several losses are put together' }
  if (!source) return plain
  const isAsTaken = ({ moved: { parameter }, given: value }: (typeof given)[number]) =>
    isTensor(value) &&
    sources.get(value) === source &&
    value.state.node === source.derivatives?.get(parameter.node)
  const taken = asTaken(trace, source)
  const isAll = moved.length === source.moved.length
  if (given.every(isAsTaken)) return isAll ? taken : { ...taken, moved, choice: 'listed' }
  return {
    ...taken,
    moved,
    ...(!isAll && { choice: 'listed' as const }),
    changed: 'the program changes the gradients before the optimizer has them',
    gradients: given.map(({ moved: own, given: value }): Write => writtenGradient(own, value)),
  }
}

function writtenGradient(moved: Moved, value: Value): Write {
  const { node, reason } = isTensor(value) ? value.state : { node: undefined, reason: undefined }
  if (node) return { moved, value: node }
  const other = isUnknown(value) ? value.reason : reason
  return { moved, reason: other?.message ?? 'it is not a tensor that is known' }
}
