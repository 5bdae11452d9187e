import type { Node } from '../../graph/node.js'
import type { HostType, Tracer } from '../../trace/host.js'
import { type HostObject, isObject, type Value } from '../../trace/value.js'

/** A list of tensors of one type of which it is not known how many there are. */
export interface Series {
  /** What was in the list before the loop. */
  readonly before: readonly Node[]
  /** The others, in order along an axis. */
  stacked(axis: number): Node
  readonly element: Node['type']
}

const seriesType: HostType<Series> = { name: 'list of tensors', members: {} }

export const seriesOf = (trace: Tracer, series: Series): HostObject<Series> => trace.host(seriesType, series)

export const isSeries = (value: Value): value is HostObject<Series> =>
  isObject(value) && value.kind === 'host' && value.type === (seriesType as HostType<unknown>)
