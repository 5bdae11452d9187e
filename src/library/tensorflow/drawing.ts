import type { Tracer } from '../../trace/host.js'
import { type HostObject, isUnknown, type UnknownValue, type Value } from '../../trace/value.js'
import { namespace } from './namespaces.js'
import { runTimeValue } from './run-time.js'

const spaces: ReadonlySet<string> = new Set(['show', 'render', 'metrics'])

const drawn = new WeakSet<UnknownValue>()

/** Whether a value is of tfjs-vis, such as callbacks that only draw. */
export const isDrawing = (value: Value): boolean => isUnknown(value) && drawn.has(value)

const missing = 'tfjs-vis does not have it'

/** What tfjs-vis exports: it draws what happens, and changes nothing of a model (tfjs-vis/src/index.ts). */
export function drawing(trace: Tracer): HostObject {
  const draws = (path: string, tracer: Tracer) =>
    tracer.function(path, call => {
      const value = runTimeValue(call, path)
      if (isUnknown(value)) drawn.add(value)
      return value
    })
  const lookup = (key: string, tracer: Tracer) => {
    const path = `tfvis.${key}`
    if (key === 'visor') return draws(path, tracer)
    return spaces.has(key)
      ? namespace(tracer, path, (name, inner) => draws(`${path}.${name}`, inner), missing)
      : undefined
  }
  return namespace(trace, 'tfvis', lookup, missing)
}
