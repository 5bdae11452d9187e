import { type Diagnostic, type DiagnosticPlace, diagnostic } from '../../diagnostics/diagnostic.js'
import type { Node } from '../../graph/node.js'
import { nodesBelow } from '../../graph/walk.js'
import { opTable } from '../../ops/table.js'
import { spanText } from '../../text/source.js'
import type { Remains, Tracer } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import type { HostObject } from '../../trace/value.js'
import { isDrawn } from '../initializers.js'
import { type Context, contextOf } from './context.js'
import type { LayerState, TensorState } from './state.js'
import { isLayer } from './types.js'

type Made = HostObject<LayerState> | HostObject<TensorState>

/** Layers and variables that a walk made in vain: nothing that it gave depends on them, or no later call finds them. */
export function leftovers(trace: Tracer, remains: Remains): readonly Diagnostic[] {
  const context = contextOf(trace)
  const { depth } = trace.heap
  const made = context.made
    // A file has its layers whether the program uses them or not, and cuts off those that it does not need.
    .filter(entry => entry.depth === depth && entry.object.id >= remains.since && !entry.isDescribed)
    .map(({ object }) => object)
  if (made.length === 0) return []
  const lost = made.filter(object => !remains.reach.has(object))
  const computed = nodesBelow(
    remains.models.flatMap(({ inputs, outputs }) =>
      inputs.length > 0 ? outputs.map(({ node }) => node) : [],
    ),
  )
  const used = new Set(computed)
  const fresh = lost.filter(object => isFresh(object, used, context))
  addApplied(remains, context)
  const unused = lost.filter(
    object =>
      !remains.reach.has(object) &&
      !(isLayer(object) && (context.attempted.get(object) ?? 0) > depth) &&
      !nodesOf(object).some(node => remains.reach.nodes.has(node)) &&
      remains.isForgotten(object, object.state.origin.span),
  )
  return [...fresh.map(object => asFresh(object, trace)), ...unused.map(object => asUnused(object, trace))]
}

/** Layers that were applied on the way to what is left, with what they lead to. */
function addApplied({ reach }: Remains, { applications }: Context): void {
  const seen = new Set<Node>()
  for (let size = -1; size < reach.nodes.size; ) {
    size = reach.nodes.size
    for (const node of [...reach.nodes]) {
      if (seen.has(node)) continue
      seen.add(node)
      reach.add(applications.get(node))
    }
  }
}

/** What a computation that uses the object reads: its parameters, or what it starts as. */
function nodesOf(object: Made): readonly Node[] {
  if (isLayer(object)) return (object.state.parameters ?? []).map(({ node }) => node)
  const { node, variable } = (object as HostObject<TensorState>).state
  return [...(node ? [node] : []), ...(variable ? [variable.node] : [])]
}

/** Whether a result was computed with its first values, which are random, and the next call has others. */
function isFresh(object: Made, computed: ReadonlySet<Node>, { trainings }: Context): boolean {
  if (trainings.length > 0 || !nodesOf(object).some(node => computed.has(node))) return false
  if (isLayer(object)) return (object.state.parameters ?? []).some(({ initializer }) => isDrawn(initializer))
  const { node } = (object as HostObject<TensorState>).state
  return node !== undefined && nodesBelow([node]).some(isRandom)
}

function isRandom({ op }: Node): boolean {
  const notation = opTable[op]?.notation
  return typeof notation === 'object' && notation.form === 'draw'
}

/** What the user calls it, or else how it is made. */
function nameOf({ state }: Made, { provenance }: Tracer): string {
  const name = typeof state.variable === 'object' ? provenance.name(state.variable.node) : state.variable
  return name ?? shorten(spanText(state.origin.span))
}

/** Where it is made; in a function that is called often, by which call. */
function placeOf({ state: { origin } }: Made): DiagnosticPlace {
  const related = origin.path.slice(-1).map(span => ({ message: 'the call that makes it', span }))
  return { span: origin.span, related }
}

function asFresh(object: Made, trace: Tracer): Diagnostic {
  const kind = isLayer(object) ? 'layer' : 'variable'
  const values = { parameter: `the ${kind} \`${nameOf(object, trace)}\`` }
  return diagnostic('fresh-parameter', values, placeOf(object))
}

function asUnused(object: Made, trace: Tracer): Diagnostic {
  const place = placeOf(object)
  if (!isLayer(object))
    return diagnostic('unused-parameter', { parameter: `\`${nameOf(object, trace)}\`` }, place)
  const { definition, className, name } = object.state
  const { applications } = contextOf(trace)
  const isApplied = [...applications.values()].some(list => list.some(({ layer }) => layer === object))
  const how = isApplied ? 'what it gives is not used' : 'it is never applied'
  const values = { kind: definition?.kind ?? className ?? name, layer: nameOf(object, trace), how }
  return diagnostic('unused-layer', values, place)
}
