import type { Remark } from '../../core/program.js'
import type { Tracer, UnknownCall } from '../../trace/host.js'
import { isObject, isUnknown, type Value } from '../../trace/value.js'
import { contextOf } from './context.js'
import type { SettingState } from './state.js'
import { readType, type TypeReading } from './type-names.js'
import { settingType } from './types.js'

/**
 * What a parameter must hold by its type, apart from tensors, by path: an optimizer, of which it is not known which one.
 */
export function typedValues(
  trace: Tracer,
  name: string,
  remarks: readonly Remark[],
  isOwn: (specifier: string) => boolean,
): Readonly<Record<string, Value>> {
  const paths = remarks.flatMap(({ type, field }) =>
    type === undefined
      ? []
      : optimizersIn(readType(type, isOwn), field === undefined ? [name] : [name, field]),
  )
  return Object.fromEntries(
    remarks.slice(0, 1).flatMap(({ span }) => paths.map(path => [path, unknownOptimizer(trace, path, span)])),
  )
}

function optimizersIn(type: TypeReading, path: readonly string[]): readonly string[] {
  if (type.kind === 'optimizer') return [path.join('.')]
  if (type.kind !== 'fields') return []
  return [...type.fields].flatMap(([key, inner]) => optimizersIn(inner, [...path, key]))
}

/** A parameter without a value is an optimizer where its method `minimize` is given a function; the same one each time. */
export function optimizerThatMinimizes(
  trace: Tracer,
  name: string,
  { thisValue, arguments: args, span }: UnknownCall,
): Value {
  const loss = args[0]?.value
  const isLoss = isObject(loss) && loss.kind === 'closure'
  if (name !== 'minimize' || !isLoss || !isUnknown(thisValue) || thisValue.reason) return undefined
  const { handedOptimizers } = contextOf(trace)
  const { path } = thisValue
  const known = handedOptimizers.get(path) ?? unknownOptimizer(trace, path, span)
  handedOptimizers.set(path, known)
  return known
}

function unknownOptimizer(trace: Tracer, path: string, span: Remark['span']): Value {
  const { reason } = trace.opaque('unbound-setting', { path }, span)
  return trace.host<SettingState>(settingType, {
    role: 'optimizer',
    kind: 'custom',
    settings: {},
    ...(reason && { reason }),
  })
}
