import { isPolynomial, multiply } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import type { DataType } from '../../graph/type.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import type { Operation } from '../../trace/unknowns.js'
import type { HostObject, UnknownValue, Value } from '../../trace/value.js'
import { runTimeValue } from './run-time.js'
import type { TensorState } from './state.js'
import { nodeOnTape, noteAge } from './tape.js'
import { isTensor, tensorType } from './types.js'

/** How a method arranges the numbers of a tensor. */
interface Arrangement {
  readonly known: (trace: Tracer, node: Node, list: Value[]) => Value
  /** The operator of which numbers are a result that only a run knows. */
  readonly operator: string
}

const flat: Arrangement = { known: (trace, _, list) => trace.array(list), operator: 'numbers' }
const nested: Arrangement = {
  known: (trace, { type }, list) => inLists(trace, type.shape as readonly number[], list),
  operator: 'lists of numbers',
}

/** What reads the numbers of a tensor. */
const arrangements: Readonly<Record<string, Arrangement | null>> = {
  dataSync: flat,
  data: flat,
  arraySync: nested,
  array: nested,
  bufferSync: null,
  buffer: null,
  bytes: null,
  dataToGPU: null,
}

/**
 * The methods of tensors that read numbers. They are known of a constant; of anything else only a run has them, and it is
 * known whose they are.
 */
export const readings = Object.fromEntries(
  Object.entries(arrangements).map(([name, arrangement]) => [
    name,
    {
      kind: 'method',
      call: (tensor: HostObject<TensorState>, call: HostCall): Value => {
        const { node } = tensor.state
        const list = node && numbersOf(node)
        if (list && arrangement) return arrangement.known(call.trace, node, list)
        const operation = arrangement && readingOf(call, tensor, arrangement)
        return runTimeValue(call, `tensor.${name}`, operation ?? undefined)
      },
    } as const,
  ]),
)

/** What numbers are that are read now: those of a tensor that stays what it is. */
function readingOf(
  { trace, span }: HostCall,
  tensor: HostObject<TensorState>,
  { operator }: Arrangement,
): Operation | undefined {
  const node = nodeOnTape(trace, tensor)
  if (!node || tensor.state.symbolic) return undefined
  const copy = trace.host<TensorState>(tensorType, { symbolic: false, node, origin: trace.origin(span) })
  noteAge(trace, [tensor], copy)
  return { operator, operands: [copy] }
}

/**
 * The tensor that is made of numbers which were read out of another one, as `tf.tensor` takes them: they have the type of
 * their array, numbers in lists are `float32` (tfjs-core/src/util_base.ts, `inferDtype`), and no gradient comes through them.
 * Undefined for any other value, and where the program may have changed the numbers.
 */
export function numbersReadBack(
  trace: Tracer,
  value: UnknownValue,
  asked: DataType | undefined,
): Node | undefined {
  const { operator, operands } = trace.operation(value) ?? { operator: '', operands: [] }
  const [tensor] = operands
  const isFlat = operator === flat.operator
  if (!(isFlat || operator === nested.operator) || !tensor || !isTensor(tensor)) return undefined
  const node = nodeOnTape(trace, tensor)
  const { shape, dtype } = node?.type ?? {}
  // Of lists in lists, what is written into the inner ones is not followed.
  if (!node || !shape || !(isFlat || shape.length === 1) || !trace.isUntouched(value)) return undefined
  if (dtype === 'string' || dtype === 'complex64') return undefined
  const own = !isFlat || dtype === 'float32' ? 'float32' : 'int32'
  const { builder } = trace
  const steps: readonly ((node: Node) => Node | Problem)[] = [
    inner => builder.node('stopGradient', [inner]),
    inner => builder.node('reshape', [inner], { shape: [shape.reduce(multiply, 1)] }),
    inner => builder.node('cast', [inner], { dtype: asked ?? own }),
  ]
  let made: Node | Problem = node
  for (const step of steps) {
    made = step(made)
    if (isProblem(made)) return undefined
    if (made !== node) trace.provenance.addOrigin(made, tensor.state.origin)
  }
  return made
}

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

function inLists(trace: Tracer, [size, ...rest]: readonly number[], list: Value[]): Value {
  if (size === undefined) return list[0]
  const step = list.length / size
  return trace.array(
    Array.from({ length: size }, (_, i) => inLists(trace, rest, list.slice(i * step, (i + 1) * step))),
  )
}
