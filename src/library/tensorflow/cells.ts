import type { HostCall } from '../../trace/host.js'
import { isUnknown, type Value } from '../../trace/value.js'

/**
 * `tf.multiRNNCell(cells, data, c, h)`: each cell takes the state of the one before it as its input
 * (tfjs-core/src/ops/multi_rnn_cell.ts).
 */
export function multiRNNCell({ trace, arguments: args, span }: HostCall): Value {
  const [cells, data, c, h] = args.map(({ value }) => value)
  const functions = trace.elements(cells)
  if (!functions) {
    if (isUnknown(cells) && cells.reason) return cells
    return trace.opaque(
      'unmodelled-call',
      { call: 'tf.multiRNNCell', reason: 'the list of cells is not known' },
      span,
    )
  }
  const states: Value[] = []
  const outputs: Value[] = []
  let input = data
  for (const [i, { value: cell }] of functions.entries()) {
    const state = [input, trace.get(c, String(i), span), trace.get(h, String(i), span)]
    const result = trace.call(
      cell,
      state.map(value => ({ value })),
      span,
    )
    states.push(trace.get(result, '0', span))
    input = trace.get(result, '1', span)
    outputs.push(input)
  }
  return trace.array([trace.array(states), trace.array(outputs)])
}
