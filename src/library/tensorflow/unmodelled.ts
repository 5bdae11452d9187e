import type { Tracer } from '../../trace/host.js'
import type { Value } from '../../trace/value.js'

/** Functions of TensorFlow.js that have no equation here, by the reason. `name.*` is a whole namespace. */
const reasons: Readonly<Record<string, readonly string[]>> = {
  'complex numbers are not modelled': [
    'complex',
    'real',
    'imag',
    'fft',
    'ifft',
    'rfft',
    'irfft',
    'spectral.*',
    'signal.stft',
  ],
  'tensors of text are not modelled': ['string.*'],
  'sparse and ragged tensors are not modelled': [
    'sparse.*',
    'sparseToDense',
    'raggedGather',
    'raggedRange',
    'raggedTensorToTensor',
  ],
  'it reads pixels at positions that are computed': [
    'image.cropAndResize',
    'image.rotateWithOffset',
    'image.transform',
  ],
  'the size of its result depends on numbers that only a run knows': ['unique', 'inTopKAsync'],
  'searches in sorted numbers are not modelled': ['searchSorted', 'lowerBound', 'upperBound'],
  'decompositions of matrices are not modelled': ['linalg.qr', 'linalg.gramSchmidt'],
  'its distribution is not modelled': ['rand', 'randomGamma'],
  'operations on bits are not modelled': ['bitwiseAnd'],
  'there is no equation for it yet': [
    'broadcastArgs',
    'denseBincount',
    'dilation2d',
    'image.threshold',
    'maxPoolWithArgmax',
  ],
  'it loads a model in another way than the trace follows': ['models.*'],
  'it changes or describes TensorFlow.js itself': [
    'CallbackList',
    'DataStorage',
    'EarlyStopping',
    'Environment',
    'GPGPUContext',
    'GraphModel',
    'History',
    'InputSpec',
    'RNN',
    'TensorBuffer',
    'KernelBackend',
    'LayerVariable',
    'MathBackendCPU',
    'MathBackendWebGL',
    'OptimizerConstructors',
    'deregisterOp',
    'enclosingPowerOfTwo',
    'forceHalfFloat',
    'getGradient',
    'op',
    'profile',
    'registerCallbackConstructor',
    'registerOp',
    'serialization.*',
    'setPlatform',
    'setWebGLContext',
    'sumOutType',
    'time',
    'unregisterGradient',
    'unregisterKernel',
    'upcastType',
  ],
  'the helpers of TensorFlow.js in this namespace are not modelled': [
    'broadcast_util.*',
    'gather_util.*',
    'gpgpu_util.*',
    'kernel_impls.*',
    'scatter_util.*',
    'shared.*',
    'slice_util.*',
    'tensor_util.*',
    'util.*',
    'webgl_util.*',
  ],
}

const byPath = new Map(
  Object.entries(reasons).flatMap(([reason, paths]) => paths.map(path => [path, reason] as const)),
)

/** Namespaces of which no member is modelled, or only some. */
export const unmodelledNamespaces: ReadonlySet<string> = new Set(
  [...byPath.keys()].flatMap(path => (path.endsWith('.*') ? [path.slice(0, -2)] : [])),
)

/** Why the function at a path below `tf` has no equation, if that is stated. */
export const whyUnmodelled = (path: string): string | undefined =>
  byPath.get(path) ?? byPath.get(path.replace(/[^.]*$/, '*'))

/** A function of TensorFlow.js of which every call is unknown, for the stated reason. */
export function unmodelledMember(path: string, trace: Tracer): Value | undefined {
  const reason = whyUnmodelled(path)
  return reason === undefined
    ? undefined
    : trace.function(`tf.${path}`, ({ trace: tracer, span }) =>
        tracer.opaque('unmodelled-call', { call: `tf.${path}`, reason }, span),
      )
}
