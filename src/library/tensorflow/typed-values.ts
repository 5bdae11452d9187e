import type { Remark } from '../../core/program.js'
import type { Tracer } from '../../trace/host.js'
import type { Value } from '../../trace/value.js'
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

function unknownOptimizer(trace: Tracer, path: string, span: Remark['span']): Value {
  const { reason } = trace.opaque('unbound-setting', { path }, span)
  return trace.host<SettingState>(settingType, {
    role: 'optimizer',
    kind: 'custom',
    settings: {},
    ...(reason && { reason }),
  })
}
