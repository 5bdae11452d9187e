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
  if (!pure.has(name) || !isTensor(value)) return
  const { node, origin, producer } = value.state
  // A function of the program may have the same name; what it gives is made elsewhere.
  const isOfCall = origin.span.start === span.start && origin.span.end === span.end
  if (!node || node.inputs.length === 0 || producer || !isOfCall) return
  const call = shorten(spanText(span))
  trace.report(
    variable === undefined
      ? diagnostic('discarded-value', { call }, { span })
      : diagnostic('unread-tensor', { name: variable, call }, { span }),
  )
}
