import { diagnostic } from '../../diagnostics/diagnostic.js'
import { spanText } from '../../text/source.js'
import type { Discarded, Tracer } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import { tensorFunctions, tensorMethods } from './functions/table.js'
import { isTensor } from './types.js'

/** What computes a tensor and does nothing else, by the last part of its name. */
const pure: ReadonlySet<string> = new Set([
  ...Object.keys(tensorFunctions).map(name => name.split('.').at(-1)!),
  ...tensorMethods.keys(),
])

/** What is computed and thrown away: tensors never change, so the call does nothing. */
export function discard(trace: Tracer, { name, variable, value, span }: Discarded): void {
  if (!isTensor(value)) return
  const { node, origin, producer, symbolic } = value.state
  // A first call builds a layer; a variable says that the result is meant. While a model is built, its layers are told of.
  const isOfLayer = variable !== undefined && name === 'apply' && producer !== undefined && !symbolic
  if (!isOfLayer && (!pure.has(name) || producer)) return
  // A function of the program may have the same name; what it gives is made elsewhere.
  const isOfCall = origin.span.start === span.start && origin.span.end === span.end
  if (!node || node.inputs.length === 0 || !isOfCall) return
  const call = shorten(spanText(span))
  trace.report(
    variable === undefined
      ? diagnostic('discarded-value', { call }, { span })
      : diagnostic('unread-tensor', { name: variable, call }, { span }),
  )
}
