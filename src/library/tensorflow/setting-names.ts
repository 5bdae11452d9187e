import { layers } from '../layers/table.js'
import { optimizers } from '../optimizers.js'
import { modelOptions } from './call-options.js'

/** `learningRate`, `LEARNING_RATE` and `learning_rate` have the same words. */
const wordsOf = (name: string): readonly string[] =>
  (name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []).map(word => word.toLowerCase())

/**
 * What training is told: hyper-parameters of optimizers, and what models read when they are fitted. A `loss` is what programs sum
 * up as well.
 */
const trainingKeys: ReadonlySet<string> = new Set(
  [
    ...Object.values(optimizers).flatMap(({ settings }) => settings.map(({ name }) => name)),
    ...[modelOptions.fit, modelOptions.fitDataset].flat(),
  ].map(key => wordsOf(key).join(' ')),
)

/** Keys of layers of one word, as `rate`, are words of other things as well: with their layer they are not. */
const layerKeys: ReadonlySet<string> = new Set(
  Object.values(layers).flatMap(({ kind, config }) =>
    Object.keys(config).flatMap(key => {
      const words = wordsOf(key)
      const alone = words.length > 1 ? [words.join(' ')] : []
      return [...alone, [...wordsOf(kind), ...words].join(' ')]
    }),
  ),
)

/** What programs call such settings besides. */
const usualNames: ReadonlySet<string> = new Set([
  'lr',
  'gamma',
  'tau',
  'discount factor',
  'weight decay',
  'warmup steps',
  'dropout',
  'hidden units',
  'hidden size',
  'latent dim',
  'latent size',
])

/** Words that say that what follows is counted. */
const counts: ReadonlySet<string> = new Set(['num', 'n', 'number'])

/** Whether a variable is called as a setting of TensorFlow.js is: `EPOCHS`, `numEpochs`, `trainBatchSize`, `dropoutRate`. */
export function isSettingName(name: string): boolean {
  const words = wordsOf(name)
  const isKey = (own: readonly string[]) =>
    [trainingKeys, layerKeys, usualNames].some(names => names.has(own.join(' ')))
  if (isKey(words) || (counts.has(words[0] ?? '') && isKey(words.slice(1)))) return true
  return words.some((_, i) => i > 0 && words.length - i > 1 && isKey(words.slice(i)))
}
