import { isPolynomial } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { runTimeValue } from './run-time.js'
import type { TensorState } from './state.js'

/** What reads the numbers of a tensor, and how it arranges them. */
const arrangements: Readonly<Record<string, ((trace: Tracer, node: Node, list: Value[]) => Value) | null>> = {
  dataSync: (trace, _, list) => trace.array(list),
  data: (trace, _, list) => trace.array(list),
  arraySync: (trace, { type }, list) => nested(trace, type.shape as readonly number[], list),
  array: (trace, { type }, list) => nested(trace, type.shape as readonly number[], list),
  bufferSync: null,
  buffer: null,
  bytes: null,
  dataToGPU: null,
}

/** The methods of tensors that read numbers. They are known of a constant; of anything else only a run has them. */
export const readings = Object.fromEntries(
  Object.entries(arrangements).map(([name, arrange]) => [
    name,
    {
      kind: 'method',
      call: ({ state }: HostObject<TensorState>, call: HostCall): Value => {
        const list = state.node && numbersOf(state.node)
        return list && arrange ? arrange(call.trace, state.node!, list) : runTimeValue(call, `tensor.${name}`)
      },
    } as const,
  ]),
)

/** The numbers of a constant in the precision in which TensorFlow.js keeps them. */
function numbersOf({ op, attributes, type }: Node): Value[] | undefined {
  const list = op === 'scalar' ? [attributes.value] : op === 'constant' ? attributes.values : undefined
  if (!Array.isArray(list)) return undefined
  const isExact = type.dtype !== 'float32'
  const numbers = list.map(value =>
    typeof value === 'number' ? (isExact ? value : Math.fround(value)) : isExact ? value : undefined,
  )
  return numbers.every(value => typeof value === 'number' || isPolynomial(value)) ? numbers : undefined
}

function nested(trace: Tracer, [size, ...rest]: readonly number[], list: Value[]): Value {
  if (size === undefined) return list[0]
  const step = list.length / size
  return trace.array(
    Array.from({ length: size }, (_, i) => nested(trace, rest, list.slice(i * step, (i + 1) * step))),
  )
}
