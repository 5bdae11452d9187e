import { tf } from '../support/model-code.js'

/** Attributes of ops as the calls below read them. */
export interface FrameworkAttributes {
  readonly axes: number[]
  readonly axis: number
  readonly keepDims: boolean
  readonly permutation: number[]
  readonly shape: (number | null)[]
  readonly strides: [number, number]
  readonly dilations: [number, number]
  readonly poolSize: [number, number]
  readonly padding: 'same' | 'valid' | number[]
  readonly rounding: 'floor' | 'ceil' | 'round'
  readonly stride: number
  readonly dilation: number
  readonly alpha: number
  readonly theta: number
  readonly epsilon: number
  readonly low: number
  readonly high: number
  readonly start: number
  readonly size: number
  readonly before: number
  readonly after: number
  readonly value: number
  readonly times: number
  readonly depth: number
  readonly step: number
  readonly mirror: 'reflect' | 'symmetric'
  readonly order: number
  readonly exclusive: boolean
  readonly reverse: boolean
  readonly k: number
  readonly batchDims: number
  readonly on: number
  readonly off: number
  readonly rows: number
  readonly columns: number | null
  readonly values: number[]
  readonly equation: string
  readonly lower: number
  readonly upper: number
  readonly classes: number
  readonly method: 'linear' | 'nearest'
  readonly alignCorners: boolean
  readonly halfPixelCenters: boolean
  readonly height: number
  readonly width: number
  readonly block: number
  readonly radius: number
  readonly bias: number
  readonly beta: number
  readonly delta: number
  readonly labelSmoothing: number
  readonly reduction: string
  readonly outputSize: number[] | null
  readonly dtype: 'float32' | 'int32' | 'bool'
}

/** The op in real TensorFlow.js; for ops that have no counterpart there, why. */
/** Padding as the framework takes it: numbers for both ends of all axes. */
function pads(padding: FrameworkAttributes['padding']): 'same' | 'valid' {
  if (typeof padding === 'string') return padding
  const pairs = padding.flatMap((before, i) => (i % 2 === 0 ? [[before, padding[i + 1]]] : []))
  return [[0, 0], ...pairs, [0, 0]] as unknown as 'same'
}

/** How the framework is told to round; only with padding in numbers. */
const rounding = ({ padding, rounding: how }: FrameworkAttributes) =>
  typeof padding === 'string' || how === 'floor' ? undefined : how

const pool =
  (type: 'max' | 'avg') =>
  ([x]: readonly tf.Tensor[], { poolSize, padding, dilations, strides }: FrameworkAttributes) =>
    tf.pool(x as tf.Tensor4D, poolSize, type, pads(padding) as 'same', dilations, strides)

/** One step per axis, on one axis that counts. */
const onAxis = (x: tf.Tensor, axis: number, value: number, other: number | ((i: number) => number)) =>
  x.shape.map((_, i) =>
    i === (axis < 0 ? axis + x.rank : axis) ? value : typeof other === 'number' ? other : other(i),
  )

const reductions: Readonly<Record<string, tf.Reduction>> = {
  none: tf.Reduction.NONE,
  sum: tf.Reduction.SUM,
  mean: tf.Reduction.MEAN,
  sumByNonzeroWeights: tf.Reduction.SUM_BY_NONZERO_WEIGHTS,
}

export const framework: Readonly<
  Record<string, ((inputs: readonly tf.Tensor[], attributes: FrameworkAttributes) => tf.Tensor) | string>
> = {
  add: ([x, y]) => tf.add(x!, y!),
  subtract: ([x, y]) => tf.sub(x!, y!),
  multiply: ([x, y]) => tf.mul(x!, y!),
  divide: ([x, y]) => tf.div(x!, y!),
  power: ([x, y]) => tf.pow(x!, y!),
  maximum: ([x, y]) => tf.maximum(x!, y!),
  minimum: ([x, y]) => tf.minimum(x!, y!),
  greater: ([x, y]) => tf.greater(x!, y!),
  greaterEqual: ([x, y]) => tf.greaterEqual(x!, y!),
  less: ([x, y]) => tf.less(x!, y!),
  lessEqual: ([x, y]) => tf.lessEqual(x!, y!),
  equal: ([x, y]) => tf.equal(x!, y!),
  notEqual: ([x, y]) => tf.notEqual(x!, y!),
  modulo: ([x, y]) => tf.mod(x!, y!),
  floorDivide: ([x, y]) => tf.floorDiv(x!, y!),
  atan2: ([x, y]) => tf.atan2(x!, y!),
  squaredDifference: ([x, y]) => tf.squaredDifference(x!, y!),
  divideNoNan: ([x, y]) => tf.divNoNan(x!, y!),
  logicalAnd: ([x, y]) => tf.logicalAnd(x!, y!),
  logicalOr: ([x, y]) => tf.logicalOr(x!, y!),
  logicalXor: ([x, y]) => tf.logicalXor(x!, y!),
  logicalNot: ([x]) => tf.logicalNot(x!),
  isNaN: ([x]) => tf.isNaN(x!),
  isInfinite: ([x]) => tf.isInf(x!),
  isFinite: ([x]) => tf.isFinite(x!),
  cast: ([x], { dtype }) => tf.cast(x!, dtype),
  rsqrt: ([x]) => tf.rsqrt(x!),
  step: ([x], { alpha }) => tf.step(x!, alpha),
  tan: ([x]) => tf.tan(x!),
  asin: ([x]) => tf.asin(x!),
  acos: ([x]) => tf.acos(x!),
  atan: ([x]) => tf.atan(x!),
  sinh: ([x]) => tf.sinh(x!),
  cosh: ([x]) => tf.cosh(x!),
  asinh: ([x]) => tf.asinh(x!),
  acosh: ([x]) => tf.acosh(x!),
  atanh: ([x]) => tf.atanh(x!),
  logSigmoid: ([x]) => tf.logSigmoid(x!),
  where: ([c, x, y]) => tf.where(c!, x!, y!),
  negate: ([x]) => tf.neg(x!),
  absolute: ([x]) => tf.abs(x!),
  sign: ([x]) => tf.sign(x!),
  exp: ([x]) => tf.exp(x!),
  expm1: ([x]) => tf.expm1(x!),
  log: ([x]) => tf.log(x!),
  log1p: ([x]) => tf.log1p(x!),
  sqrt: ([x]) => tf.sqrt(x!),
  square: ([x]) => tf.square(x!),
  reciprocal: ([x]) => tf.reciprocal(x!),
  sin: ([x]) => tf.sin(x!),
  cos: ([x]) => tf.cos(x!),
  tanh: ([x]) => tf.tanh(x!),
  sigmoid: ([x]) => tf.sigmoid(x!),
  erf: ([x]) => tf.erf(x!),
  floor: ([x]) => tf.floor(x!),
  ceil: ([x]) => tf.ceil(x!),
  round: ([x]) => tf.round(x!),
  stopGradient: ([x]) => tf.clone(x!),
  relu: ([x]) => tf.relu(x!),
  relu6: ([x]) => tf.relu6(x!),
  leakyRelu: ([x], { alpha }) => tf.leakyRelu(x!, alpha),
  elu: ([x]) => tf.elu(x!),
  selu: ([x]) => tf.selu(x!),
  softplus: ([x]) => tf.softplus(x!),
  prelu: ([x, alpha]) => tf.prelu(x!, alpha!),
  clip: ([x], { low, high }) => tf.clipByValue(x!, low, high),
  softmax: ([x], { axis }) =>
    axis === -1 ? tf.softmax(x!) : tf.transpose(tf.softmax(tf.transpose(x!, [0, 2, 1])), [0, 2, 1]),
  logSoftmax: ([x], { axis }) =>
    axis === -1 ? tf.logSoftmax(x!) : tf.transpose(tf.logSoftmax(tf.transpose(x!, [0, 2, 1])), [0, 2, 1]),
  thresholdedRelu: ([x], { theta }) => tf.mul(x!, tf.greater(x!, theta).toFloat()),
  softsign: ([x]) => tf.layers.activation({ activation: 'softsign' }).apply(x!) as tf.Tensor,
  hardSigmoid: ([x]) => tf.layers.activation({ activation: 'hardSigmoid' }).apply(x!) as tf.Tensor,
  swish: ([x]) => tf.layers.activation({ activation: 'swish' }).apply(x!) as tf.Tensor,
  mish: ([x]) => tf.layers.activation({ activation: 'mish' as never }).apply(x!) as tf.Tensor,
  gelu: ([x]) => tf.layers.activation({ activation: 'gelu' as never }).apply(x!) as tf.Tensor,
  geluNew: ([x]) => tf.layers.activation({ activation: 'gelu_new' as never }).apply(x!) as tf.Tensor,
  sum: ([x], { axes, keepDims }) => tf.sum(x!, axes ?? undefined, keepDims),
  product: ([x], { axes, keepDims }) => tf.prod(x!, axes ?? undefined, keepDims),
  max: ([x], { axes, keepDims }) => tf.max(x!, axes ?? undefined, keepDims),
  min: ([x], { axes, keepDims }) => tf.min(x!, axes ?? undefined, keepDims),
  mean: ([x], { axes, keepDims }) => tf.mean(x!, axes ?? undefined, keepDims),
  variance: ([x], { axes, keepDims }) => tf.moments(x!, axes ?? undefined, keepDims).variance,
  logSumExp: ([x], { axes, keepDims }) => tf.logSumExp(x!, axes ?? undefined, keepDims),
  argMax: ([x], { axis }) => tf.argMax(x!, axis),
  size: 'a number that TensorFlow.js reads off a shape',
  matMul: ([x, y]) =>
    x!.rank === 3 && y!.rank === 2
      ? tf.matMul(x!, tf.tile(tf.expandDims(y!, 0), [x!.shape[0]!, 1, 1]))
      : tf.matMul(x!, y!),
  transpose: ([x], { permutation }) => tf.transpose(x!, permutation ?? undefined),
  dot: ([x, y], { axes }) =>
    (
      tf.layers.dot({ axes: axes as [number, number] }) as unknown as {
        call(inputs: unknown, kwargs: object): tf.Tensor
      }
    ).call([x, y], {}),
  reshape: ([x], { shape }) =>
    tf.reshape(
      x!,
      (shape as (number | null)[]).map(size => size ?? -1),
    ),
  flatten: ([x]) => tf.reshape(x!, [x!.shape[0]!, -1]),
  expandDims: ([x], { axes }) => tf.expandDims(x!, axes[0]),
  squeeze: ([x], { axes }) => tf.squeeze(x!, axes ?? undefined),
  pad: ([x], { axis, before, after, value: fill }) =>
    tf.pad(
      x!,
      x!.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
      fill,
    ),
  reverse: ([x], { axis }) => tf.reverse(x!, axis),
  repeat: ([x], { axis, times }) =>
    tf.concat(
      tf.unstack(x!, axis).flatMap(part => new Array<tf.Tensor>(times).fill(tf.expandDims(part, axis))),
      axis,
    ),
  concat: (inputs, { axis }) => tf.concat([...inputs], axis),
  stack: (inputs, { axis }) => tf.stack([...inputs], axis),
  tile: ([x], { axis, times }) =>
    tf.tile(
      x!,
      x!.shape.map((_, i) => (i === axis ? times : 1)),
    ),
  maxPool1d: ([x], { poolSize, stride }) =>
    tf.layers.maxPooling1d({ poolSize: Number(poolSize), strides: stride }).apply(x!) as tf.Tensor,
  averagePool1d: ([x], { poolSize, stride }) =>
    tf.layers.averagePooling1d({ poolSize: Number(poolSize), strides: stride }).apply(x!) as tf.Tensor,
  batchNormalization: ([x, mean, variance], { axis, epsilon }) => {
    const shape = x!.shape.map((n, i) => (i === (axis < 0 ? axis + x!.rank : axis) ? n : 1))
    return tf.div(
      tf.sub(x!, tf.reshape(mean!, shape)),
      tf.sqrt(tf.add(tf.reshape(variance!, shape), epsilon)),
    )
  },
  layerNormalization: ([x], { axes, epsilon }) => {
    const { mean, variance } = tf.moments(x!, axes, true)
    return tf.div(tf.sub(x!, mean), tf.sqrt(tf.add(variance, epsilon)))
  },
  constant: (_, { values, shape, dtype }) => tf.tensor(values, shape as number[], dtype),
  fill: (_, { shape, value, dtype }) => tf.fill(shape as number[], value, dtype),
  zeros: (_, { shape, dtype }) => tf.zeros(shape as number[], dtype),
  ones: (_, { shape, dtype }) => tf.ones(shape as number[], dtype),
  zerosLike: ([x]) => tf.zerosLike(x!),
  onesLike: ([x]) => tf.onesLike(x!),
  range: (_, { start, size, step, dtype }) => tf.range(start, start + size * step, step, dtype as 'int32'),
  eye: (_, { rows, columns, dtype }) => tf.eye(rows, columns ?? undefined, undefined, dtype),
  position: 'positions along an axis are `range`, made as long as the axis',
  broadcastTo: ([x], { shape }) => tf.broadcastTo(x!, shape as number[]),
  slice: ([x], { axis, start, size, step }) => {
    const at = axis < 0 ? axis + x!.rank : axis
    const end = size === null ? x!.shape[at]! : start + size * step
    return tf.stridedSlice(
      x!,
      onAxis(x!, axis, start, 0),
      onAxis(x!, axis, Math.max(end, 0), i => x!.shape[i]!),
      onAxis(x!, axis, step, 1),
      0,
      end < 0 ? 2 ** at : 0,
    )
  },
  mirrorPad: ([x], { axis, before, after, mirror }) =>
    tf.mirrorPad(
      x!,
      x!.shape.map((_, i): [number, number] => (i === axis ? [before, after] : [0, 0])),
      mirror,
    ),
  spread: ([x], { axis, step }) =>
    tf.concat(
      tf
        .unstack(x!, axis)
        .flatMap(part => [part, ...new Array<tf.Tensor>(step - 1).fill(tf.zerosLike(part))])
        .map(part => tf.expandDims(part, axis)),
      axis,
    ),
  norm: ([x], { axes, order, keepDims }) =>
    tf.norm(x!, order === 2 ? 'euclidean' : order, axes ?? undefined, keepDims),
  all: ([x], { axes, keepDims }) => tf.all(x!, axes ?? undefined, keepDims),
  any: ([x], { axes, keepDims }) => tf.any(x!, axes ?? undefined, keepDims),
  argMin: ([x], { axis }) => tf.argMin(x!, axis),
  cumsum: ([x], { axis, exclusive, reverse }) => tf.cumsum(x!, axis, exclusive, reverse),
  cumprod: ([x], { axis, exclusive, reverse }) => tf.cumprod(x!, axis, exclusive, reverse),
  topValues: ([x], { k }) => tf.topk(x!, k).values,
  topIndices: ([x], { k }) => tf.topk(x!, k).indices,
  gather: ([table, indices], { axis, batchDims }) => tf.gather(table!, indices!, axis, batchDims),
  gatherND: ([x, indices]) => tf.gatherND(x!, indices!),
  scatterND: ([indices, updates], { shape }) => tf.scatterND(indices!, updates!, shape as number[]),
  tensorScatterUpdate: ([x, indices, updates]) => tf.tensorScatterUpdate(x!, indices!, updates!),
  oneHot: ([indices], { depth, on, off, dtype }) =>
    tf.oneHot(indices!, depth, on, off, dtype === 'float32' ? undefined : dtype).cast(dtype),
  dotProduct: ([x, y]) => tf.dot(x!, y!),
  outerProduct: ([x, y]) => tf.outerProduct(x as tf.Tensor1D, y as tf.Tensor1D),
  einsum: (inputs, { equation }) => tf.einsum(equation, ...inputs),
  bandPart: ([x], { lower, upper }) => tf.linalg.bandPart(x!, lower, upper),
  diagonal: ([x]) => tf.diag(x!),
  confusionMatrix: ([labels, predictions], { classes }) =>
    tf.math.confusionMatrix(labels as tf.Tensor1D, predictions as tf.Tensor1D, classes),
  interpolate: ([x], { axis, size, method, alignCorners, halfPixelCenters }) => {
    const image = x!.reshape([1, ...x!.shape, 1]) as tf.Tensor4D
    const sizes = x!.shape.map((n, i) => (i === axis ? size : n)) as [number, number]
    const resize = method === 'linear' ? tf.image.resizeBilinear : tf.image.resizeNearestNeighbor
    return resize(image, sizes, alignCorners, halfPixelCenters).reshape(sizes)
  },
  resizeBilinear: ([x], { height, width, alignCorners, halfPixelCenters }) =>
    tf.image.resizeBilinear(x as tf.Tensor4D, [height, width], alignCorners, halfPixelCenters),
  resizeNearestNeighbor: ([x], { height, width, alignCorners, halfPixelCenters }) =>
    tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [height, width], alignCorners, halfPixelCenters),
  depthToSpace: ([x], { block }) => tf.depthToSpace(x as tf.Tensor4D, block),
  spaceToDepth: 'TensorFlow.js has only its inverse, `depthToSpace`',
  spaceToBatch: ([x], { block }) =>
    tf.spaceToBatchND(x!, block as unknown as number[], [
      [0, 0],
      [0, 0],
    ]),
  batchToSpace: ([x], { block }) =>
    tf.batchToSpaceND(x!, block as unknown as number[], [
      [0, 0],
      [0, 0],
    ]),
  conv1d: ([x, k], { stride, padding, dilation }) =>
    typeof padding === 'string'
      ? tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, stride, padding, 'NWC', dilation)
      : tf.conv1d(
          tf.pad(x as tf.Tensor3D, [[0, 0], padding as [number, number], [0, 0]]),
          k as tf.Tensor3D,
          stride,
          'valid',
          'NWC',
          dilation,
        ),
  conv2d: ([x, k], attributes) =>
    tf.conv2d(
      x as tf.Tensor4D,
      k as tf.Tensor4D,
      attributes.strides,
      pads(attributes.padding),
      'NHWC',
      attributes.dilations,
      rounding(attributes),
    ),
  conv3d: ([x, k], { strides, padding }) =>
    tf.conv3d(
      x as tf.Tensor5D,
      k as tf.Tensor5D,
      strides as unknown as [number, number, number],
      padding as 'same',
    ),
  conv2dTranspose: ([x, k], { strides, padding, outputSize }) => {
    const sizes = [0, 1].map(
      i =>
        outputSize?.[i] ??
        x!.shape[i + 1]! * strides[i]! + (padding === 'valid' ? Math.max(k!.shape[i]! - strides[i]!, 0) : 0),
    )
    return tf.conv2dTranspose(
      x as tf.Tensor4D,
      k as tf.Tensor4D,
      [x!.shape[0]!, sizes[0]!, sizes[1]!, k!.shape[2]!],
      strides,
      padding as 'same',
    )
  },
  conv3dTranspose: ([x, k], { strides, padding }) =>
    tf.conv3dTranspose(
      x as tf.Tensor5D,
      k as tf.Tensor5D,
      [x!.shape[0]!, ...x!.shape.slice(1, 4).map((n, i) => n * strides[i]!), k!.shape[3]!] as [
        number,
        number,
        number,
        number,
        number,
      ],
      strides as unknown as [number, number, number],
      padding as 'same',
    ),
  depthwiseConv2d: ([x, k], attributes) =>
    tf.depthwiseConv2d(
      x as tf.Tensor4D,
      k as tf.Tensor4D,
      attributes.strides,
      pads(attributes.padding),
      'NHWC',
      attributes.dilations,
    ),
  separableConv2d: ([x, depthwise, pointwise], { strides, padding, dilations }) =>
    tf.separableConv2d(
      x as tf.Tensor4D,
      depthwise as tf.Tensor4D,
      pointwise as tf.Tensor4D,
      strides,
      padding as 'same',
      dilations,
    ),
  maxPool2d: pool('max'),
  averagePool2d: pool('avg'),
  maxPool2dGradient: ([x, g], attributes) => tf.grad(t => pool('max')([t], attributes))(x!, g),
  maxPool3dGradient: ([x, g], { poolSize, strides, padding }) =>
    tf.grad(t =>
      tf.maxPool3d(
        t as tf.Tensor5D,
        poolSize as unknown as [number, number, number],
        strides as unknown as [number, number, number],
        padding as 'same',
      ),
    )(x!, g),
  maxPool3d: ([x], { poolSize, strides, padding }) =>
    tf.maxPool3d(
      x as tf.Tensor5D,
      poolSize as unknown as [number, number, number],
      strides as unknown as [number, number, number],
      padding as 'same',
    ),
  averagePool3d: ([x], { poolSize, strides, padding }) =>
    tf.avgPool3d(
      x as tf.Tensor5D,
      poolSize as unknown as [number, number, number],
      strides as unknown as [number, number, number],
      padding as 'same',
    ),
  standardize: ([x, mean, variance], { epsilon }) =>
    tf.batchNorm(x!, mean as tf.Tensor1D, variance as tf.Tensor1D, undefined, undefined, epsilon),
  localResponseNormalization: ([x], { radius, bias, alpha, beta }) =>
    tf.localResponseNormalization(x as tf.Tensor4D, radius, bias, alpha, beta),
  huberLoss: ([labels, predictions], { delta }) =>
    tf.losses.huberLoss(labels!, predictions!, undefined, delta, tf.Reduction.NONE),
  logLoss: ([labels, predictions], { epsilon }) =>
    tf.losses.logLoss(labels!, predictions!, undefined, epsilon, tf.Reduction.NONE),
  hingeLoss: ([labels, predictions]) =>
    tf.losses.hingeLoss(labels!, predictions!, undefined, tf.Reduction.NONE),
  cosineDistance: ([labels, predictions], { axis }) =>
    tf.losses.cosineDistance(labels!, predictions!, axis, undefined, tf.Reduction.NONE),
  sigmoidCrossEntropy: ([labels, logits], { labelSmoothing }) =>
    tf.losses.sigmoidCrossEntropy(labels!, logits!, undefined, labelSmoothing, tf.Reduction.NONE),
  softmaxCrossEntropy: ([labels, logits], { labelSmoothing }) =>
    tf.losses.softmaxCrossEntropy(labels!, logits!, undefined, labelSmoothing, tf.Reduction.NONE),
  weightedLoss: ([losses, weights], { reduction }) =>
    tf.losses.computeWeightedLoss(losses!, weights, reductions[reduction]),
  binaryAccuracy: ([labels, predictions]) => tf.metrics.binaryAccuracy(labels!.toFloat(), predictions!),
  categoricalAccuracy: ([labels, predictions]) => tf.metrics.categoricalAccuracy(labels!, predictions!),
  sparseCategoricalAccuracy: ([labels, predictions]) =>
    tf.metrics.sparseCategoricalAccuracy(labels!, predictions!),
  precision: ([labels, predictions]) => tf.metrics.precision(labels!, predictions!),
  recall: ([labels, predictions]) => tf.metrics.recall(labels!, predictions!),
  r2Score: ([labels, predictions]) => tf.metrics.r2Score(labels!, predictions!),
  multinomial: 'a random draw has no value to compare with',
  truncated: 'a random draw has no value to compare with',
  uniform: 'a random draw has no value to compare with',
  randomNormal: 'a random draw has no value to compare with',
  truncatedNormal: 'a random draw has no value to compare with',
  randomUniform: 'a random draw has no value to compare with',
  dropout: ([x]) => tf.clone(x!),
  gaussianNoise: ([x]) => tf.clone(x!),
  gaussianDropout: ([x]) => tf.clone(x!),
  alphaDropout: ([x]) => tf.clone(x!),
  bernoulli: 'a random draw has no value to compare with',
  gaussian: 'a random draw has no value to compare with',
  byMode: ([inference]) => tf.clone(inference!),
  recurrence: 'it has no counterpart by itself; the layers that use it are compared',
  input: 'a leaf is given from outside',
  parameter: 'a leaf is given from outside',
  scalar: 'a leaf is given from outside',
  opaque: 'a leaf is given from outside',
}
