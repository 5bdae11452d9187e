import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { symbolsOf } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type Property, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import { tensorMethods } from './functions/table.js'

/** The values among some that have to be tensors and of which nothing is known, as the user would write them. */
export const unboundTensors = (values: readonly Value[]): readonly string[] =>
  values.flatMap(value => (isUnknown(value) && !value.reason ? [value.path] : []))

/** What has to be tensors where a method of tensors is called: its receiver, and arguments that can be nothing else. */
export function takenByMember(name: string, receiver: Value, args: readonly Property[]): readonly string[] {
  const definition = tensorMethods.get(name)?.definition
  if (!definition) return []
  const others = definition.arguments.filter((_, i) => i !== (definition.receiver ?? 0))
  const given = args.flatMap(({ value }, i) => (others[i]?.kind === 'tensor' ? [value] : []))
  return unboundTensors([receiver, ...given])
}

/**
 * The code of the reason why something cannot be applied to tensors. Where sizes come from remarks in the code, the
 * tensors may have others that fit, so nobody knows that the code throws.
 */
export function misfit(trace: Tracer, inputs: readonly Node[]): 'shape-mismatch' | 'open-shape' {
  const { remarkedSizes } = contextOf(trace)
  const isOpen = inputs.some(({ type }) =>
    (type.shape ?? []).some(size => [...symbolsOf(size)].some(name => remarkedSizes.has(name))),
  )
  return isOpen ? 'open-shape' : 'shape-mismatch'
}

/** Asks for the sizes that remarks leave open, where a reason comes of it that they do. */
export function wantSizes(trace: Tracer, reason: Diagnostic | undefined): void {
  if (reason?.code === 'open-shape')
    trace.wantTensors([...new Set(contextOf(trace).remarkedSizes.values())], reason)
}
