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
  readonly padding: 'same' | 'valid'
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
  readonly dtype: 'float32' | 'int32' | 'bool'
}

/** The op in real TensorFlow.js; for ops that have no counterpart there, why. */
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
  slice: ([x], { axis, start, size }) =>
    tf.slice(
      x!,
      x!.shape.map((_, i) => (i === axis ? start : 0)),
      x!.shape.map((n, i) => (i === axis ? size : n)),
    ),
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
  gather: ([table, indices]) => tf.gather(table!, indices!),
  oneHot: ([indices], { depth }) => tf.oneHot(indices!, depth).toFloat(),
  conv2d: ([x, k], { strides, padding, dilations }) =>
    tf.conv2d(x as tf.Tensor4D, k as tf.Tensor4D, strides, padding, 'NHWC', dilations),
  conv1d: ([x, k], { stride, padding, dilation }) =>
    tf.conv1d(x as tf.Tensor3D, k as tf.Tensor3D, stride, padding, 'NWC', dilation),
  depthwiseConv2d: ([x, k], { strides, padding, dilations }) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, k as tf.Tensor4D, strides, padding, 'NHWC', dilations),
  conv2dTranspose: ([x, k], { strides, padding }) => {
    const [, , filters] = k!.shape
    const size = [0, 1].map(
      i =>
        x!.shape[i + 1]! * strides[i]! + (padding === 'valid' ? Math.max(k!.shape[i]! - strides[i]!, 0) : 0),
    )
    return tf.conv2dTranspose(
      x as tf.Tensor4D,
      k as tf.Tensor4D,
      [x!.shape[0]!, size[0]!, size[1]!, filters!],
      strides,
      padding,
    )
  },
  maxPool2d: ([x], { poolSize, strides, padding }) =>
    tf.maxPool(x as tf.Tensor4D, poolSize, strides, padding),
  averagePool2d: ([x], { poolSize, strides, padding }) =>
    tf.avgPool(x as tf.Tensor4D, poolSize, strides, padding),
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
  dropout: ([x]) => tf.clone(x!),
  gaussianNoise: ([x]) => tf.clone(x!),
  bernoulli: 'a random draw has no value to compare with',
  gaussian: 'a random draw has no value to compare with',
  byMode: ([inference]) => tf.clone(inference!),
  recurrence: 'it has no counterpart by itself; the layers that use it are compared',
  input: 'a leaf is given from outside',
  parameter: 'a leaf is given from outside',
  constant: 'a leaf is given from outside',
  scalar: 'a leaf is given from outside',
  zeros: 'a leaf is given from outside',
  opaque: 'a leaf is given from outside',
}
