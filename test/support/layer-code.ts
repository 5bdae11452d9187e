import type { Choices } from './choices.js'

/** Sizes without the batch. */
export type Sizes = readonly number[]

/** A layer as it is written, and the sizes of what it gives. */
export interface LayerCode {
  readonly kind: string
  /** `units: 3`, `activation: 'relu'`. */
  readonly settings: readonly string[]
  readonly sizes: Sizes
}

type Make = (random: Choices, sizes: Sizes) => LayerCode | undefined

const activations = [
  'relu',
  'tanh',
  'sigmoid',
  'elu',
  'selu',
  'softplus',
  'softsign',
  'hardSigmoid',
  'linear',
  'softmax',
  'swish',
  'gelu',
]
const initializers = [
  "'heNormal'",
  "'glorotUniform'",
  "'zeros'",
  'tf.initializers.randomNormal({ stddev: 0.1 })',
  "tf.initializers.varianceScaling({ scale: 2, mode: 'fanOut' })",
]
const sizesToTry = [3, 2, 5, 7]

const maybe = (random: Choices, count: number, text: () => string): readonly string[] =>
  random.once(count) ? [text()] : []

/** Settings that most layers with a kernel take. */
const kernelSettings = (random: Choices): readonly string[] => [
  ...maybe(random, 2, () => `activation: '${random.pick(activations)}'`),
  ...maybe(random, 4, () => `useBias: ${random.pick(['false', 'true'])}`),
  ...maybe(random, 6, () => `kernelInitializer: ${random.pick(initializers)}`),
  ...maybe(
    random,
    8,
    () => `biasInitializer: ${random.pick(["'ones'", 'tf.initializers.constant({ value: 0.1 })'])}`,
  ),
  ...maybe(
    random,
    8,
    () => `kernelRegularizer: ${random.pick(["'l1l2'", 'tf.regularizers.l2({ l2: 0.01 })'])}`,
  ),
]

const keeping =
  (kind: string, settings: (random: Choices, sizes: Sizes) => readonly string[] = () => []): Make =>
  (random, sizes) => ({ kind, settings: settings(random, sizes), sizes })

const withLast = (sizes: Sizes, last: number): Sizes => [...sizes.slice(0, -1), last]

const dense: Make = (random, sizes) => {
  const units = random.pick(sizesToTry)
  return {
    kind: 'dense',
    settings: [`units: ${units}`, ...kernelSettings(random)],
    sizes: withLast(sizes, units),
  }
}

/** The axes of each example, counted from the batch, from either end. */
const axis = (random: Choices, { length }: Sizes): number => random.pick([-1, length, 1])

const anywhere: readonly Make[] = [
  dense,
  keeping('activation', random => [`activation: '${random.pick(activations)}'`]),
  keeping('dropout', random => [`rate: ${random.pick([0.5, 0.1, 0])}`]),
  keeping('batchNormalization', (random, sizes) => [
    ...maybe(random, 3, () => `axis: ${random.pick([-1, sizes.length])}`),
    ...maybe(random, 4, () => `epsilon: ${random.pick([0.1, 1e-5])}`),
    ...maybe(random, 4, () => `momentum: ${random.pick([0.9, 0.5])}`),
    ...maybe(random, 4, () => random.pick(['center: false', 'scale: false'])),
  ]),
  keeping('layerNormalization', (random, sizes) => [
    ...maybe(random, 3, () => `axis: ${axis(random, sizes)}`),
    ...maybe(random, 4, () => `epsilon: ${random.pick([0.1, 1e-5])}`),
  ]),
  keeping('leakyReLU', random => maybe(random, 2, () => 'alpha: 0.1')),
  keeping('elu', random => maybe(random, 2, () => 'alpha: 0.5')),
  keeping('reLU', random => maybe(random, 2, () => 'maxValue: 0.5')),
  keeping('thresholdedReLU', random => maybe(random, 2, () => 'theta: 0.3')),
  keeping('softmax', (random, sizes) => maybe(random, 3, () => `axis: ${axis(random, sizes)}`)),
  keeping('prelu', (random, sizes) => (sizes.length > 1 ? maybe(random, 2, () => 'sharedAxes: [1]') : [])),
  keeping('gaussianNoise', () => ['stddev: 0.3']),
  keeping('gaussianDropout', () => ['rate: 0.3']),
  (_, sizes) =>
    sizes.length > 1
      ? { kind: 'flatten', settings: [], sizes: [sizes.reduce((product, size) => product * size, 1)] }
      : undefined,
  (random, sizes) => {
    const all = sizes.reduce((product, size) => product * size, 1)
    const first = [2, 3, 5, 7].find(size => all % size === 0 && size < all)
    if (first === undefined) return undefined
    const target = random.pick([[all], [first, all / first], [all / first, first]])
    return { kind: 'reshape', settings: [`targetShape: [${target.join(', ')}]`], sizes: target }
  },
]

const vectors: readonly Make[] = [
  (random, sizes) => {
    const n = random.pick([2, 3])
    return { kind: 'repeatVector', settings: [`n: ${n}`], sizes: [n, sizes[0]!] }
  },
]

/** The size of an axis behind a window. */
function windowed(size: number, window: number, stride: number, padding: string): number {
  return padding === 'same' ? Math.ceil(size / stride) : Math.ceil((size - window + 1) / stride)
}

interface Windows {
  readonly settings: readonly string[]
  readonly sizes: Sizes
}

/** Windows over the axes but the last: `kernelSize`, `strides` and `padding`, or none where one would not fit. */
function windows(
  random: Choices,
  sizes: Sizes,
  key: string,
  stridesDefault: 'one' | 'window',
): Windows | undefined {
  const spatial = sizes.slice(0, -1)
  const window = spatial.map(() => random.pick([2, 3, 1]))
  const all = random.choose(2) === 0
  const used = all ? spatial.map(() => window[0]!) : window
  const stride = random.pick([undefined, 1, 2])
  const padding = random.pick([undefined, 'valid', 'same'])
  const strides = used.map(size => stride ?? (stridesDefault === 'one' ? 1 : size))
  const after = spatial.map((size, i) => windowed(size, used[i]!, strides[i]!, padding ?? 'valid'))
  if (after.some((size, i) => size < 1 || used[i]! > spatial[i]!)) return undefined
  const text = all ? String(used[0]) : `[${used.join(', ')}]`
  return {
    settings: [
      `${key}: ${text}`,
      ...(stride
        ? [`strides: ${random.pick([String(stride), `[${used.map(() => stride).join(', ')}]`])}`]
        : []),
      ...(padding ? [`padding: '${padding}'`] : []),
    ],
    sizes: after,
  }
}

const convolution =
  (kind: string): Make =>
  (random, sizes) => {
    const found = windows(random, sizes, 'kernelSize', 'one')
    const filters = random.pick(sizesToTry)
    return (
      found && {
        kind,
        settings: [`filters: ${filters}`, ...found.settings, ...kernelSettings(random)],
        sizes: [...found.sizes, filters],
      }
    )
  }

const pooling =
  (kind: string): Make =>
  (random, sizes) => {
    const found = windows(random, sizes, 'poolSize', 'window')
    return found && { kind, settings: found.settings, sizes: [...found.sizes, sizes.at(-1)!] }
  }

const channelsOnly =
  (kind: string): Make =>
  (_, sizes) => ({ kind, settings: [], sizes: [sizes.at(-1)!] })

const recurrentSettings = (random: Choices): readonly string[] => [
  ...maybe(random, 3, () => `activation: '${random.pick(['relu', 'sigmoid', 'linear'])}'`),
  ...maybe(random, 4, () => 'useBias: false'),
  ...maybe(random, 5, () => "recurrentInitializer: 'glorotNormal'"),
  ...maybe(random, 6, () => 'dropout: 0.4'),
  ...maybe(random, 6, () => 'recurrentDropout: 0.3'),
]

const gates = (random: Choices, kind: string): readonly string[] =>
  kind === 'simpleRNN'
    ? []
    : [
        ...maybe(random, 4, () => "recurrentActivation: 'sigmoid'"),
        ...(kind === 'lstm' ? maybe(random, 4, () => 'unitForgetBias: false') : []),
      ]

function recurrent(
  random: Choices,
  sizes: Sizes,
): LayerCode & { readonly units: number; readonly returned: Sizes } {
  const kind = random.pick(['lstm', 'gru', 'simpleRNN'])
  const units = random.pick([3, 2, 5])
  const sequences = random.choose(2) === 1
  return {
    kind,
    settings: [
      `units: ${units}`,
      ...(sequences ? ['returnSequences: true'] : []),
      ...maybe(random, 4, () => 'goBackwards: true'),
      ...recurrentSettings(random),
      ...gates(random, kind),
    ],
    units,
    returned: sequences ? [sizes[0]!, units] : [units],
    sizes: sequences ? [sizes[0]!, units] : [units],
  }
}

const written = ({ kind, settings }: LayerCode) => `tf.layers.${kind}({ ${settings.join(', ')} })`

const bidirectional: Make = (random, sizes) => {
  const inner = recurrent(random, sizes)
  if (inner.settings.includes('goBackwards: true')) return undefined
  const merge = random.pick([undefined, 'concat', 'sum', 'mul', 'ave'])
  const width = merge === undefined || merge === 'concat' ? 2 * inner.units : inner.units
  return {
    kind: 'bidirectional',
    settings: [`layer: ${written(inner)}`, `mergeMode: ${merge === undefined ? "'concat'" : `'${merge}'`}`],
    sizes: withLast(inner.sizes, width),
  }
}

const cells: Make = (random, sizes) => {
  const units = Array.from({ length: random.choose(2) + 1 }, () => random.pick([3, 2, 5]))
  const kinds = ['lstmCell', 'gruCell', 'simpleRNNCell']
  const cell = units.map(count => `tf.layers.${random.pick(kinds)}({ units: ${count} })`)
  const sequences = random.choose(2) === 1
  return {
    kind: 'rnn',
    settings: [
      `cell: ${cell.length === 1 ? cell[0] : random.pick([`[${cell.join(', ')}]`, `tf.layers.stackedRNNCells({ cells: [${cell.join(', ')}] })`])}`,
      ...(sequences ? ['returnSequences: true'] : []),
      ...maybe(random, 4, () => 'goBackwards: true'),
    ],
    sizes: sequences ? [sizes[0]!, units.at(-1)!] : [units.at(-1)!],
  }
}

const overSteps: Make = (random, sizes) => {
  const inner = layer(random, sizes.slice(1))
  // Draws for each step are as likely as those for all steps at once, but not the same.
  if (/[dD]ropout|[nN]oise/.test(written(inner))) return undefined
  return {
    kind: 'timeDistributed',
    settings: [`layer: ${written(inner)}`],
    sizes: [sizes[0]!, ...inner.sizes],
  }
}

const permute: Make = (random, sizes) => {
  const orders =
    sizes.length === 2
      ? [[2, 1]]
      : [
          [3, 1, 2],
          [2, 1, 3],
          [1, 3, 2],
        ]
  const order = random.pick(orders)
  return { kind: 'permute', settings: [`dims: [${order.join(', ')}]`], sizes: order.map(i => sizes[i - 1]!) }
}

const sequences: readonly Make[] = [
  recurrent,
  convolution('conv1d'),
  pooling('maxPooling1d'),
  pooling('averagePooling1d'),
  channelsOnly('globalAveragePooling1d'),
  channelsOnly('globalMaxPooling1d'),
  bidirectional,
  cells,
  overSteps,
  permute,
]

const images: readonly Make[] = [
  convolution('conv2d'),
  convolution('separableConv2d'),
  (random, sizes) => {
    const found = windows(random, sizes, 'kernelSize', 'one')
    const multiplier = random.pick([1, 2])
    return (
      found && {
        kind: 'depthwiseConv2d',
        settings: [
          ...found.settings,
          `depthMultiplier: ${multiplier}`,
          ...maybe(random, 4, () => "activation: 'tanh'"),
        ],
        sizes: [...found.sizes, sizes[2]! * multiplier],
      }
    )
  },
  (random, sizes) => {
    const [kernel, stride, filters] = [random.pick([3, 2]), random.pick([1, 2]), random.pick([2, 3])]
    const padding = random.pick(['valid', 'same'])
    const grown = (size: number) => size * stride + (padding === 'same' ? 0 : Math.max(kernel - stride, 0))
    return {
      kind: 'conv2dTranspose',
      settings: [
        `filters: ${filters}`,
        `kernelSize: ${kernel}`,
        `strides: ${stride}`,
        `padding: '${padding}'`,
      ],
      sizes: [grown(sizes[0]!), grown(sizes[1]!), filters],
    }
  },
  pooling('maxPooling2d'),
  pooling('averagePooling2d'),
  channelsOnly('globalAveragePooling2d'),
  channelsOnly('globalMaxPooling2d'),
  (_, [height = 1, width = 1, channels = 1]) => ({
    kind: 'upSampling2d',
    settings: ['size: [2, 2]'],
    sizes: [2 * height, 2 * width, channels],
  }),
  (_, [height = 1, width = 1, channels = 1]) => ({
    kind: 'zeroPadding2d',
    settings: ['padding: [[1, 0], [0, 2]]'],
    sizes: [height + 1, width + 2, channels],
  }),
  (_, [height = 1, width = 1, channels = 1]) =>
    height > 1 && width > 2
      ? {
          kind: 'cropping2D',
          settings: ['cropping: [[1, 0], [1, 1]]'],
          sizes: [height - 1, width - 2, channels],
        }
      : undefined,
  overSteps,
  permute,
]

const byRank: readonly (readonly Make[])[] = [[], vectors, sequences, images]

/** A layer that takes tensors of these sizes. */
export function layer(random: Choices, sizes: Sizes): LayerCode {
  const own = byRank[sizes.length] ?? []
  // What is particular to the rank is as likely as what goes anywhere; large results become small again.
  const total = sizes.reduce((product, size) => product * size, 1)
  if (total > 300 && sizes.length > 1)
    return channelsOnly(sizes.length === 2 ? 'globalAveragePooling1d' : 'globalAveragePooling2d')(
      random,
      sizes,
    )!
  const makers = random.choose(2) === 0 || own.length === 0 ? anywhere : own
  return random.pick(makers)(random, sizes) ?? dense(random, sizes)!
}

/** A layer that gives what it takes the sizes of. */
export function keepingLayer(random: Choices, sizes: Sizes): LayerCode {
  const made = layer(random, sizes)
  if (made.sizes.join() === sizes.join()) return made
  const units = sizes.at(-1)!
  return { kind: 'dense', settings: [`units: ${units}`, ...kernelSettings(random)], sizes }
}
