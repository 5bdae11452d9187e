import { diagnostic } from '../../diagnostics/diagnostic.js'
import { nearest } from '../../text/nearest.js'
import { spanText } from '../../text/source.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { shorten } from '../../trace/unknowns.js'
import type { Value } from '../../trace/value.js'

const fit = [
  'batchSize',
  'epochs',
  'verbose',
  'callbacks',
  'validationSplit',
  'validationData',
  'shuffle',
  'classWeight',
  'sampleWeight',
  'initialEpoch',
  'stepsPerEpoch',
  'validationSteps',
  'yieldEvery',
]

const fitDataset = [
  'batchesPerEpoch',
  'epochs',
  'verbose',
  'callbacks',
  'validationData',
  'validationBatchSize',
  'validationBatches',
  'yieldEvery',
  'initialEpoch',
  'classWeight',
]

/**
 * What methods of models read of their options (tfjs-layers/src/engine: `ModelCompileArgs` of
 * training.ts, `ModelFitArgs` of training_tensors.ts, `ModelFitDatasetArgs` of training_dataset.ts).
 */
export const modelOptions = {
  compile: ['optimizer', 'loss', 'metrics'],
  fit,
  fitDataset,
} as const satisfies Readonly<Record<string, readonly string[]>>

/** Tells of keys that a method of a model does not read. A key without a place is none that the program wrote. */
export function reportUnknownOptions(trace: Tracer, method: string, given: Value): void {
  const known = Object.entries(modelOptions).find(([name]) => name === method)?.[1]
  if (known) reportUnknownKeys(trace, method, known, given)
}

/** Tells of keys of an object that a function of TensorFlow.js reads others of only. */
export function reportUnknownKeys(trace: Tracer, call: string, known: readonly string[], given: Value): void {
  for (const [key, { span }] of trace.fields(given) ?? []) {
    if (known.includes(key) || !span) continue
    const suggestion = nearest(key, known)
    const help = suggestion ? `did you mean \`${suggestion}\`?` : undefined
    trace.report(diagnostic('unknown-config-key', { layer: call, key }, { span, help }))
  }
}

/** Tells of arguments that are written in a call and come after all that the function takes. */
export function reportSurplus({ trace, arguments: args, span }: HostCall, call: string, taken: number): void {
  for (const given of args.slice(taken)) {
    if (!given.span || given.span.start < span.start || given.span.end > span.end) continue
    const values = {
      call,
      count: taken === 1 ? '1 argument' : `${taken} arguments`,
      argument: shorten(spanText(given.span)),
    }
    trace.report(diagnostic('surplus-argument', values, { span: given.span }))
  }
}
