import { diagnostic } from '../../diagnostics/diagnostic.js'
import { gradientFlow } from '../../gradient/flow.js'
import type { Model, Optimizer } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Applied, Choice, Descent, Moved, Owner, Training, Write } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import { type Span, spanText } from '../../text/source.js'
import type { HostCall, Tracer, UnknownCall } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import {
  type HostObject,
  isObject,
  isUnknown,
  type Property,
  type UnknownValue,
  type Value,
} from '../../trace/value.js'
import { penaltiesOf } from '../objective.js'
import { readOptimizer } from './compile.js'
import { contextOf } from './context.js'
import { mayEndFit, settingsInFit } from './fit-callbacks.js'
import { limitedBetween, reportLimit } from './gradient-limits.js'
import { layersOf, layersWithin } from './layer-order.js'
import { tensorsIn } from './layers.js'
import { madeData } from './made-data.js'
import { periodsOf } from './periods.js'
import { readModel } from './read-model.js'
import { asMoved, ownedBy, type Registered } from './registered.js'
import type { LayerState, ModelState, TensorState } from './state.js'
import { isOutdated, noteChange } from './tape.js'
import { stepsElsewhere, trainingMethods } from './training-methods.js'
import { addStep, stepsOf } from './training-record.js'
import { isLayer, isModel, isSetting, isTensor } from './types.js'
import { listedOf, weightsOf } from './weights.js'
import { type WriteGroup, writeGroup } from './write-groups.js'
import { slopesIn, stepDown } from './written-descent.js'

/** Gradients that an optimizer can be given: of what, and for which parameters. */
export interface GradientSource
  extends Pick<
    Descent,
    'choice' | 'moved' | 'given' | 'idle' | 'statistics' | 'since' | 'applied' | 'derivatives'
  > {
  readonly loss: Model | UnknownValue
  readonly open?: string
  /** How many changes of parameters there were when they were taken. */
  readonly time: number
}

/** What a step changes, and why that is not all that is known of it. */
export type Reached = Pick<GradientSource, 'moved' | 'open'>

/** The variables that an optimizer is told to train. */
interface Chosen {
  readonly choice: Choice
  /** Absent where all are. */
  readonly nodes?: ReadonlySet<Node>
  readonly reason?: string
}

/** A loss that was followed, with the variables that there were before, and the number of the first node that it made. */
export interface MinimizedLoss {
  readonly step: Model | UnknownValue
  readonly applied: readonly Applied[]
  readonly all: ReadonlyMap<Node, Registered>
  readonly since: number
}

/** What `minimize`, `computeGradients` and `variableGrads` take as the list of variables. */
function chosenVariables(trace: Tracer, value: Value): Chosen {
  if (value === undefined || value === null) return { choice: 'all' }
  const items = trace.elements(value)?.map(item => item.value)
  const nodes = items?.flatMap(item => (isTensor(item) ? (variableNode(item) ?? []) : []))
  if (items && nodes?.length === items.length) return { choice: 'listed', nodes: new Set(nodes) }
  const other = isUnknown(value) ? value : items?.find(isUnknown)
  const reason =
    other?.reason?.message ?? (other ? `\`${other.path}\` has no value` : 'not all of them are variables')
  return { choice: 'listed', reason: `the list of variables is not known: ${reason}` }
}

const variableNode = ({ state }: HostObject<TensorState>): Node | undefined =>
  state.variable?.node ?? state.live?.parameter.node

/** The gradients of a loss by variables: of those chosen, only what trains and what the loss depends on has one. */
export function gradientSource(
  { trace, span }: HostCall,
  { step: loss, applied, all, since }: MinimizedLoss,
  variables: Value,
): GradientSource {
  const chosen = chosenVariables(trace, variables)
  const isChosen = (node: Node) => chosen.nodes?.has(node) ?? true
  const { choice } = chosen
  const time = contextOf(trace).changes.length
  if (!('outputs' in loss)) {
    const moved = [...all.values()].filter(({ parameter, trains }) => trains && isChosen(parameter.node))
    const reason = `the loss is not known: ${reasonOf(loss)}`
    return { loss, applied, choice, moved: moved.map(asMoved), open: reason, statistics: [], time }
  }
  const roots = loss.outputs.map(({ node }) => node)
  const { reached } = gradientFlow(roots, trace.builder, trace.provenance)
  const parameters = [...reached].filter(({ op }) => op === 'parameter')
  // What the loss makes itself is not there when the variables are listed (tfjs-core/src/gradients.ts, variableGrads).
  const isOwned = parameters.every(node => all.has(node) || node.id >= since)
  const candidates = [...all.values()].filter(
    ({ parameter }) => reached.has(parameter.node) && isChosen(parameter.node),
  )
  const unsure = candidates.find(({ reason }) => reason !== undefined)?.reason
  const moved = candidates.filter(({ trains }) => trains)
  reportLimits(trace, roots, moved)
  const below = new Set(nodesBelow(roots))
  const idle = [...all.values()].filter(
    ({ parameter: { node }, trains, reason }) =>
      trains && reason === undefined && chosen.nodes?.has(node) && !below.has(node),
  )
  const open =
    chosen.reason ??
    unsure ??
    (isOwned ? undefined : 'the loss reads parameters of which the owner is not known')
  const mayTrain = moved.length > 0 || open !== undefined || parameters.some(({ id }) => id >= since)
  const refused = refusalOf(roots, mayTrain)
  if (refused !== undefined)
    trace.report(diagnostic('training-throws', { layer: shown(span), reason: refused }, { span }))
  return {
    loss,
    applied,
    since,
    choice,
    moved: moved.map(asMoved),
    ...(chosen.nodes && { given: [...chosen.nodes], idle: idle.map(asMoved) }),
    ...(open !== undefined && { open }),
    statistics: statisticsIn(roots, all),
    time,
  }
}

/** Says what TF.js has no gradient for, on the way from what moves to what is made small. */
function reportLimits(trace: Tracer, roots: readonly Node[], moved: readonly Moved[]): void {
  const limited = limitedBetween(trace, roots, new Set(moved.map(({ parameter }) => parameter.node)))
  if (limited) reportLimit(trace, limited)
}

/** Why TF.js refuses to take gradients by variables (tfjs-core/src/gradients.ts, variableGrads), if it does. */
function refusalOf(roots: readonly Node[], mayTrain: boolean): string | undefined {
  if (roots.some(({ type: { shape } }) => shape !== null && shape.length > 0))
    return 'the loss is not a single number'
  return mayTrain ? undefined : 'the loss depends on no variable that it trains'
}

/** Statistics of the batch that a computation in training mode writes down. */
function statisticsIn(roots: readonly Node[], all: ReadonlyMap<Node, Registered>): readonly Moved[] {
  const trained = nodesBelow(roots).filter(({ attributes }) => attributes.mode === 'training')
  const read = new Set(trained.flatMap(({ inputs }) => inputs))
  return [...all.values()]
    .filter(({ parameter, isStatistic }) => isStatistic && read.has(parameter.node))
    .map(asMoved)
}

const reasonOf = ({ reason, path }: UnknownValue): string => reason?.message ?? `\`${path}\` has no value`

/** What is called, without its arguments: `tf.train.sgd(…).minimize`. */
function shown(span: Span): string {
  let text = ''
  let depth = 0
  for (const character of spanText(span)) {
    if (character === ')') depth--
    if (depth === 0 && character !== '`') text += character
    if (character === '(') {
      if (depth === 0) text += '…'
      depth++
    }
  }
  return shorten(text.replace(/\(…\)$/, '').replace(/\s+/g, ''))
}

/** Gradients that an optimizer is given: of one loss, as they are or changed, or of no loss that is known. */
export type GivenGradients = Omit<GradientSource, 'loss' | 'time'> &
  Pick<Descent, 'reason' | 'changed' | 'gradients'> & { readonly loss?: GradientSource['loss'] }

/** A step of an optimizer with gradients. Gives what it changes. */
export function descend(
  optimizer: HostObject,
  { trace, span }: HostCall,
  { loss, reason, ...rest }: GivenGradients,
): Reached {
  const unknown = reason ?? (loss && !('outputs' in loss) ? reasonOf(loss) : undefined)
  addStep(trace, contextOf(trace).record, {
    kind: 'descent',
    call: shown(span),
    ...(loss && 'outputs' in loss && { loss }),
    ...(unknown !== undefined && { reason: unknown }),
    optimizer: readOptimizer(trace, { value: optimizer }, span),
    ...rest,
    origin: trace.origin(span),
  })
  noteDescent(trace, rest)
  return rest
}

/** The models of which training was read, as they were then. */
const modelsRead = new WeakMap<ModelState, Model | UnknownValue>()

function modelNow(trace: Tracer, model: HostObject<ModelState>): Model | UnknownValue {
  const known = modelsRead.get(model.state)
  if (known) return known
  const read = readModel(model, trace)
  modelsRead.set(model.state, read)
  return read
}

/** Steps of the framework's own training on what the model was compiled with: `fit`, `trainOnBatch`. */
export function fitCompiled(
  model: HostObject<ModelState>,
  call: HostCall,
  { schedule, options }: { readonly schedule?: Descent['schedule']; readonly options?: Value } = {},
): void {
  const { trace, span } = call
  const { compilation } = model.state
  const read = modelNow(trace, model)
  const loss = 'outputs' in read && compilation ? read : undefined
  const { stops } = contextOf(trace)
  const known = stops.length
  const optimizer = optimizerInFit(compilation?.fields.get('optimizer'), options, call)
  const mayStop = stops.length > known || mayEndFit(options, call)
  const { moved, given, open } = compiledReach(trace, model, loss)
  const reason = 'outputs' in read ? 'the model is not compiled where it is trained' : reasonOf(read)
  const reached = {
    moved,
    ...(open !== undefined && { open }),
    statistics: weightsOf(model).flatMap(({ layer, parameter }) =>
      layer.state.definition?.statistics?.includes(parameter.name) ? [ownedBy(layer, parameter)] : [],
    ),
  }
  const made = madeData(call)
  const changed = isObject(options) ? byClass(trace.get(options, 'classWeight', span)) : undefined
  const labels = tensorsIn(trace, call.arguments[1]?.value)?.flatMap(({ state }) => state.node ?? [])
  addStep(trace, contextOf(trace).record, {
    kind: 'descent',
    call: shown(span),
    ...(loss ? { loss } : { reason }),
    ...(made !== undefined && { made }),
    ...(changed !== undefined && { changed }),
    ...(labels && { labels }),
    optimizer,
    choice: 'compiled',
    given,
    ...reached,
    ...(schedule && { schedule: { ...schedule, ...(mayStop && { mayStop }) } }),
    origin: trace.origin(span),
  })
  noteDescent(trace, reached)
}

/** What `classWeight` does: it multiplies the loss of each example (tfjs-layers/src/engine/training.ts, makeTrainFunction). */
const byClass = (weights: Value): string | undefined =>
  weights === undefined || weights === null
    ? undefined
    : 'each example has the weight that `classWeight` gives to its class, which the loss does not say'

/** The optimizer that a model was compiled with, as it is while `fit` trains. */
function optimizerInFit(given: Property | undefined, options: Value, call: HostCall): Optimizer {
  const { trace, span } = call
  if (!given) return { kind: 'opaque', settings: {}, span, reason: 'the model is not compiled' }
  const optimizer = readOptimizer(trace, given, span)
  if (!isSetting(given.value) || optimizer.kind === 'opaque') return optimizer
  return { ...optimizer, settings: settingsInFit(given.value, options, call) }
}

/** From here on, what a step of an optimizer moves has other values. */
function noteDescent(
  trace: Tracer,
  { moved, statistics, open }: Pick<Descent, 'moved' | 'statistics' | 'open'>,
): void {
  if (open !== undefined) noteChange(trace)
  else
    noteChange(
      trace,
      [...moved, ...statistics].map(({ parameter }) => parameter.node),
    )
}

/** What `makeTrainFunction` trains (tfjs-layers/src/engine/training.ts): what trained at `compile`, and is not frozen since. */
function compiledReach(
  trace: Tracer,
  model: HostObject<ModelState>,
  loss: Model | undefined,
): Reached & { readonly given: readonly Node[] } {
  const { compilation } = model.state
  const free = weightsOf(model).filter(
    ({ parameter }) => parameter.trainable && compilation?.trained.has(parameter.node),
  )
  const all = free.map(({ layer, parameter }) => ownedBy(layer, parameter))
  const given = all.map(({ parameter }) => parameter.node)
  const isOpen = layersWithin(model.state).some(
    layer => isLayer(layer) && listedOf(layer.state) === 'unknown',
  )
  const unsure = isOpen
    ? 'a layer of the program lists its weights itself, and the list is not known'
    : free.find(({ layer }) => layer.state.reason)?.layer.state.reason?.message
  const terms = loss?.compilation?.losses ?? []
  const lost = terms.find(({ reason }) => reason !== undefined)
  const open = loss ? (lost ? `the loss is not known: ${lost.reason}` : unsure) : 'the loss is not known'
  if (!loss || open !== undefined) return { moved: all, given, open: open ?? 'the loss is not known' }
  const roots = terms.flatMap(({ output, function: own }) => own?.value ?? loss.outputs[output]?.node ?? [])
  const { reached } = gradientFlow(
    [...roots, ...penaltiesOf(loss, trace.builder).map(({ node }) => node)],
    trace.builder,
    trace.provenance,
  )
  const moved = all.filter(({ parameter }) => reached.has(parameter.node))
  reportLimits(trace, roots, moved)
  return { moved, given }
}

/** Values that the program writes into parameters at once. Gives the values, as far as they are known. */
export function write(
  call: HostCall,
  writes: readonly { readonly moved: Moved; readonly value: Value }[],
): readonly (Node | undefined)[] {
  const { trace, span } = call
  const { record } = contextOf(trace)
  const last = record.state.last?.step
  const group = writeGroup(
    call,
    writes.map(({ moved }) => moved),
    last?.kind === 'assignment' ? last.group : undefined,
  )
  const made = writes.map(
    ({ moved, value }): Write => writeOf(call, moved, written(trace, value, group), group),
  )
  addStep(trace, record, {
    kind: 'assignment',
    call: shown(span),
    writes: made,
    group,
    origin: trace.origin(span),
  })
  const isWrite = writes.every(({ moved }) => moved.layer === undefined) || undefined
  noteChange(
    trace,
    writes.map(({ moved }) => moved.parameter.node),
    isWrite,
  )
  return made.map(({ value }) => value && group.heldBy(value))
}

function writeOf(
  call: HostCall,
  moved: Moved,
  found: Pick<Write, 'value' | 'reason'>,
  group: WriteGroup,
): Write {
  const { value } = found
  const down = value && stepDown(call, moved.parameter.node, value)
  const atFirst = value && group.atFirst(value)
  const slopes = value ? slopesIn(call, value) : []
  return {
    moved,
    ...found,
    ...(slopes.length > 0 && { slopes }),
    ...(down && { down }),
    ...(atFirst && { atFirst }),
  }
}

function written(trace: Tracer, value: Value, group: WriteGroup): Pick<Write, 'value' | 'reason'> {
  if (isTensor(value)) {
    const node = value.state.live?.parameter.node ?? value.state.node
    if (!node) return { reason: value.state.reason?.message ?? 'it is not known' }
    const held = isOutdated(trace, value, group.start) ? undefined : group.asHeld(node, value)
    return held ? { value: held } : { reason: 'parameters that it was computed from have changed since' }
  }
  return { reason: isUnknown(value) ? reasonOf(value) : 'it is not a tensor that is known' }
}

/** `setWeights(list)`: each weight of a layer or model takes the value at its place. */
export function writeWeights(object: HostObject<LayerState> | HostObject<ModelState>, call: HostCall): void {
  const given = call.arguments[0]?.value
  const values = call.trace.elements(given)
  const missing = isUnknown(given) ? given : undefined
  write(
    call,
    weightsOf(object).map(({ layer, parameter }, i) => ({
      moved: ownedBy(layer, parameter),
      value: values?.[i]?.value ?? missing,
    })),
  )
}

/** `variable.assign(value)`. Gives what a variable of the program holds from there on, in terms of what its group of assignments found. */
export function writeVariable({ state }: HostObject<TensorState>, call: HostCall): Node | undefined {
  const value = call.arguments[0]?.value
  const { variable, live } = state
  if (variable) return write(call, [{ moved: { parameter: variable }, value }])[0]
  if (live) write(call, [{ moved: ownedBy(live.layer, live.parameter), value }])
  return undefined
}

/** A call of a method that trains on something that is not known. */
export function noteUnfollowed(trace: Tracer, name: string, { thisValue, span }: UnknownCall): void {
  if (!trainingMethods.has(name) || !isUnknown(thisValue)) return
  const reason = reasonOf(thisValue)
  const origin = trace.origin(span)
  addStep(trace, contextOf(trace).record, { kind: 'unfollowed', call: shown(span), reason, origin })
  noteChange(trace)
}

/** What was done to train since the record was cleared. */
export function trainingOf(trace: Tracer): Training | undefined {
  const { record, models, firstOfCall } = contextOf(trace)
  const steps = stepsOf(record.state)
  if (steps.length === 0) return undefined
  return {
    steps,
    owners: ownersAmong(trace, models),
    counters: new Map(trace.counters),
    elsewhere: stepsElsewhere(trace),
    periods: periodsOf(trace, steps),
    ...(firstOfCall !== undefined && { since: firstOfCall }),
  }
}

/** Models without models inside, each with a name that no other has: where they are made, all may be called the same. */
function ownersAmong(trace: Tracer, models: readonly HostObject<ModelState>[]): readonly Owner[] {
  const all = models.flatMap(model => {
    const names = [...trace.namesOf(model as HostObject), model.state.name]
    const parameters = layersOf(model.state).flatMap(layer =>
      isModel(layer) ? [] : ((layer as HostObject<LayerState>).state.parameters ?? []),
    )
    return parameters.length > 0 ? [{ names, parameters: parameters.map(({ node }) => node) }] : []
  })
  const counts = new Map<string, number>()
  for (const { names } of all)
    for (const name of new Set(names)) counts.set(name, (counts.get(name) ?? 0) + 1)
  return all.map(({ names, parameters }) => ({
    name: names.find(name => counts.get(name) === 1) ?? names[0]!,
    parameters,
  }))
}
