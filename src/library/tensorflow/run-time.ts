import type { HostCall, Tracer } from '../../trace/host.js'
import type { Operation } from '../../trace/unknowns.js'
import type { Value } from '../../trace/value.js'
import { contextOf } from './context.js'

/** Namespaces of which every member concerns data, devices, files or the clock. */
export const runTimeNamespaces: ReadonlySet<string> = new Set([
  'data',
  'browser',
  'io',
  'callbacks',
  'node',
  'backend_util',
  'device_util',
  'test_util',
  'webgl',
  'wasm',
])

/** Functions whose results depend on the run. They call nothing of the program while a model is built. */
const functions: ReadonlySet<string> = new Set([
  'backend',
  'decodeString',
  'engine',
  'env',
  'findBackend',
  'findBackendFactory',
  'getBackend',
  'getKernel',
  'getKernelsForBackend',
  'loadGraphModel',
  'loadGraphModelSync',
  'memory',
  'whereAsync',
  'booleanMaskAsync',
  'setdiff1dAsync',
  'image.nonMaxSuppression',
  'image.nonMaxSuppressionAsync',
  'image.nonMaxSuppressionWithScore',
  'image.nonMaxSuppressionWithScoreAsync',
  'image.nonMaxSuppressionPadded',
  'image.nonMaxSuppressionPaddedAsync',
  'util.createShuffledIndices',
  'util.fetch',
  'util.now',
  'util.randUniform',
  'util.repeatedTry',
])

/** Values that depend on the surroundings. */
const values: ReadonlySet<string> = new Set(['ENV', 'version', 'version_core', 'version_layers'])

/** The member of TensorFlow.js at a path below `tf` that only a run knows, if it is one. */
export function runTimeMember(path: string, trace: Tracer): Value | undefined {
  if (values.has(path)) return trace.fresh(`tf.${path}`)
  if (runTimeNamespaces.has(path.split('.')[0]!) && path.includes('.'))
    return trace.function(`tf.${path}`, call => runTimeValue(call, `tf.${path}`))
  return functions.has(path)
    ? trace.function(`tf.${path}`, call => runTimeValue(call, `tf.${path}`))
    : undefined
}

/** Calls whose results have nothing to do with the numbers in tensors. */
const readingNothing: ReadonlySet<string> = new Set(['tf.memory', 'tf.getBackend', 'tf.engine', 'tf.env'])

/** What a call gives that only a run knows. */
export function runTimeValue({ trace, span }: HostCall, call: string, operation?: Operation): Value {
  const isReading = !readingNothing.has(call) && !call.startsWith('tf.util.')
  if (isReading) contextOf(trace).hasReadNumbers = true
  return trace.opaque('run-time-value', { call }, span, undefined, operation)
}
