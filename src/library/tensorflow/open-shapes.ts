import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { subtract, symbol, symbolsOf } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { isUnknown, type Property, type Value } from '../../trace/value.js'
import { isOpen } from '../open-sizes.js'
import { contextOf } from './context.js'
import { shapeOf } from './function-model.js'
import type { ArgumentDeclaration, TensorFunction } from './functions/function.js'
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

/** Supposes shapes for the tensors of a call of which nothing is known: by the others, or a number for each example. */
export function supposeShapes(
  trace: Tracer,
  { fit }: TensorFunction,
  given: readonly { readonly declaration: ArgumentDeclaration; readonly value: Value }[],
  span: Span,
): void {
  const tensors = given.filter(({ declaration: { kind } }) => kind === 'tensor')
  const known = (name: string) => shapeOf(tensors.find(({ declaration }) => declaration.name === name)?.value)
  for (const { declaration, value } of tensors) {
    if (!isUnknown(value) || value.reason) continue
    const { name, takes, dtype: converted } = declaration
    const dtype = takes ?? (typeof converted === 'string' ? converted : 'float32')
    const shape = fit?.shape(name, known)
    trace.suppose(
      value.path,
      shape ? { shape, dtype, ground: fit!.ground, span } : { shape: [null], dtype, ground: 'guessed', span },
    )
  }
}

/** The same where a method is called on something that is not known. Other objects have methods of these names, so tensors decide. */
export function supposeReceiver(
  trace: Tracer,
  name: string,
  receiver: Value,
  args: readonly Property[],
  span: Span,
): void {
  const definition = tensorMethods.get(name)?.definition
  if (!definition?.fit || definition.variadic) return
  const values = [...args.map(({ value }) => value)]
  values.splice(definition.receiver ?? 0, 0, receiver)
  supposeShapes(
    trace,
    definition,
    definition.arguments.map((declaration, i) => ({ declaration, value: values[i] })),
    span,
  )
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

/** Notes the sizes that the inputs of a model must have which is applied to tensors: all but those that it leaves open. */
export function fitInputs(
  trace: Tracer,
  declared: readonly (Node | undefined)[],
  given: readonly (Node | undefined)[],
): void {
  const { remarkedSizes } = contextOf(trace)
  const sizes = declared.flatMap((node, i) => {
    const [needed, own] = [node?.type.shape ?? [], given[i]?.type.shape ?? []]
    return needed.length === own.length ? needed.map((size, axis) => [own[axis]!, size] as const) : []
  })
  for (const [own, size] of sizes) {
    const [name, ...others] = [...symbolsOf(own)].filter(symbolName => remarkedSizes.has(symbolName))
    if (name === undefined || others.length > 0 || isOpen(size)) continue
    // The size may be one of several that are side by side.
    const rest = subtract(own, symbol(name, true))
    const fitting = subtract(size, rest)
    if (![...symbolsOf(rest), ...symbolsOf(size)].includes(name)) trace.fit(new Map([[name, fitting]]))
  }
}

/** Asks for the sizes that remarks leave open, where a reason comes of it that they do. */
export function wantSizes(trace: Tracer, reason: Diagnostic | undefined): void {
  if (reason?.code === 'open-shape')
    trace.wantTensors([...new Set(contextOf(trace).remarkedSizes.values())], reason)
}
