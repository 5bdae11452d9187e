import { diagnostic } from '../../diagnostics/diagnostic.js'
import { derivativeOf } from '../../gradient/derivative.js'
import type { GraphBuilder } from '../../graph/builder.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import { expand } from '../../ops/elaborate.js'
import { opTable } from '../../ops/table.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import type { Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { Arguments, GradientLimit, TensorFunction } from './functions/function.js'
import { isTensor } from './types.js'

/** A call through which TF.js does not give the gradient of the equation. */
export interface LimitedCall {
  readonly call: string
  readonly inputs: ReadonlySet<Node>
  readonly outputs: ReadonlySet<Node>
  readonly limit: GradientLimit
  readonly span: Span
}

/** Notes by which of its tensors a call has no gradient, or another one than its equation. */
export function noteLimits(
  trace: Tracer,
  { gradient, arguments: declared }: TensorFunction,
  given: Arguments,
  {
    call,
    span,
    nodesOf,
    result,
  }: Pick<LimitedCall, 'call' | 'span'> & {
    readonly nodesOf: (name: string) => readonly Node[]
    readonly result: Value
  },
): void {
  if (!gradient) return
  const outputs = new Set(nodesIn(trace, result))
  for (const { name } of declared) {
    const inputs = new Set(nodesOf(name).filter(node => !outputs.has(node)))
    const limit = inputs.size > 0 ? gradient(given, name) : undefined
    if (limit) contextOf(trace).limitedCalls.push({ call, inputs, outputs, limit, span })
  }
}

function nodesIn(trace: Tracer, value: Value): readonly Node[] {
  if (isTensor(value)) return value.state.node ? [value.state.node] : []
  const items = trace.elements(value) ?? [...(trace.fields(value)?.values() ?? [])]
  return items.flatMap(item => (isTensor(item.value) ? nodesIn(trace, item.value) : []))
}

/** The first call on a way from the variables to what is differentiated that TF.js does not differentiate as its equation. */
export function limitedBetween(
  trace: Tracer,
  roots: readonly Node[],
  variables: ReadonlySet<Node>,
): LimitedCall | undefined {
  const { limitedCalls } = contextOf(trace)
  if (limitedCalls.length === 0) return undefined
  const depends = new Map<Node, boolean>()
  const pending = [...roots]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    const sources = depends.has(node) ? [] : sourcesOf(node, trace.builder)
    const missing = sources.filter(source => !depends.has(source))
    pending.push(...missing)
    if (missing.length > 0) continue
    pending.pop()
    if (!depends.has(node))
      depends.set(node, variables.has(node) || sources.some(source => depends.get(source)))
  }
  return limitedCalls.find(
    ({ inputs, outputs }) =>
      [...outputs].some(node => depends.get(node)) && [...inputs].some(node => depends.get(node)),
  )
}

/** What the gradient of a node in training goes to, were there one for everything. */
function sourcesOf(node: Node, builder: GraphBuilder): readonly Node[] {
  const op = opTable[node.op]
  const meaning =
    op?.kind === 'derived' && typeof op.means === 'object' ? expand(node, builder, 'training') : node
  if (!isProblem(meaning) && meaning !== node) return [meaning]
  return node.inputs.filter((_, at) => {
    const derivative = derivativeOf(node, at)
    return !(typeof derivative === 'object' && derivative.isMeant)
  })
}

/** Says that a gradient is taken through a call of which TF.js has none, if that throws. */
export function reportLimit(trace: Tracer, { call, limit, span }: LimitedCall): void {
  if (!limit.throws) return
  trace.report(diagnostic('training-throws', { layer: call, reason: limit.reason }, { span }))
}
