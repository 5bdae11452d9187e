import type { Dimension } from '../graph/dimension.js'
import type { Attributes } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import { allButLastAxis, newAxes, sameAxes } from './axes.js'
import { mode } from './mode.js'
import type { DerivedOp, Notation, Op, PrimitiveOp } from './op.js'
import { orderedPositions } from './positions.js'
import { noRole } from './roles.js'

const site = { kind: 'integer', summary: 'the place of the draw: two places draw different numbers' } as const

/** A number in [0, 1) from a place and a position: a fixed stand-in for a random draw (hash by Wang, 32 bits). */
function draw(place: number, position: number): number {
  let h = (Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b) >>> 0
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

type Distribution = Omit<Extract<Notation, { form: 'draw' }>, 'form'>

const bernoulli: Distribution = { latex: '\\mathrm{Bernoulli}', text: 'Bernoulli', of: ['probability'] }
const uniform: Distribution = { latex: '\\mathrm{U}', text: 'U', of: ['low', 'high'] }
const normalAround = (mean: number | string): Distribution => ({
  latex: '\\mathcal{N}',
  text: 'N',
  of: [mean, { square: 'deviation' }],
})
const truncatedAround = (mean: number | string): Distribution => ({
  ...normalAround(mean),
  latex: '\\mathcal{N}_{\\mathrm{trunc}}',
  text: 'Ntrunc',
})

function random(
  title: string,
  summary: string,
  distribution: Distribution,
  attributes: PrimitiveOp['attributes'],
  at: (u: (k: number) => number, values: Readonly<Record<string, unknown>>) => number,
  example: Readonly<Record<string, number>>,
): PrimitiveOp {
  return {
    kind: 'primitive',
    title,
    summary: `${summary} It has the shape of x and does not depend on its values.`,
    inputs: ['x'],
    attributes: { ...attributes, site },
    type: ([x]) => ({ dtype: 'float32', shape: x!.shape }),
    axes: sameAxes,
    positions: orderedPositions,
    affine: [],
    role: noRole,
    notation: { form: 'draw', ...distribution },
    evaluate: ([x], values, type) => ({
      shape: type.shape as readonly number[],
      data: x!.data.map((_, i) => at(k => draw((values.site as number) * 64 + k, i), values)),
      dtype: 'float32',
    }),
    derivative: { x: { none: 'a draw does not depend on the values', zero: true } },
    examples: [{ shapes: [[2, 3]], attributes: { ...example, site: 0 } }],
  }
}

/** A tensor of draws that depends on nothing else. */
function drawn(
  title: string,
  distribution: Distribution,
  source: string,
  summary: string,
  attributes: DerivedOp['attributes'],
  means: string,
): DerivedOp {
  return {
    kind: 'derived',
    title,
    summary,
    source,
    inputs: [],
    attributes: { shape: { kind: 'shape', summary: 'the sizes of the axes' }, ...attributes, site },
    type: (_, { shape }) => ({ dtype: 'float32', shape: shape as Shape }),
    axes: newAxes,
    role: noRole,
    notation: { form: 'draw', ...distribution },
    means,
    examples: [{ shapes: [], attributes: { shape: [2, 3], site: 0 } }],
  }
}

const normal = {
  mean: { kind: 'number', default: 0, summary: 'the mean' },
  deviation: { kind: 'number', default: 1, summary: 'the standard deviation' },
} as const

const dropped = ({ shared }: Attributes): string =>
  Array.isArray(shared) && shared.length > 0
    ? 'x * bernoulli[1 - rate, site](sum[shared](x)) / (1 - rate)'
    : 'x * bernoulli[1 - rate, site](x) / (1 - rate)'

/** Random draws, and what layers make of them in training. */
export const randomOps = {
  bernoulli: random(
    'mask of zeros and ones',
    '1 with the given probability, else 0, for each element.',
    bernoulli,
    { probability: { kind: 'number', summary: 'how likely 1 is' } },
    (u, { probability }) => (u(0) < (probability as number) ? 1 : 0),
    { probability: 0.5 },
  ),
  gaussian: random(
    'Gaussian noise',
    'A draw from a normal distribution with mean 0, for each element.',
    normalAround(0),
    { deviation: { kind: 'number', summary: 'the standard deviation' } },
    (u, { deviation }) =>
      (deviation as number) * Math.sqrt(-2 * Math.log(1 - u(0))) * Math.cos(2 * Math.PI * u(1)),
    { deviation: 1 },
  ),
  truncated: random(
    'truncated Gaussian noise',
    'A draw from a normal distribution with mean 0, drawn again while it is more than two deviations away, for each element.',
    truncatedAround(0),
    { deviation: { kind: 'number', summary: 'the standard deviation before truncation' } },
    (u, { deviation }) => {
      for (let k = 0; ; k += 2) {
        const z = Math.sqrt(-2 * Math.log(1 - u(k))) * Math.cos(2 * Math.PI * u(k + 1))
        if (Math.abs(z) <= 2) return (deviation as number) * z
      }
    },
    { deviation: 1 },
  ),
  uniform: random(
    'uniform noise',
    'A draw from an interval, all numbers equally likely, for each element.',
    uniform,
    {
      low: { kind: 'number', default: 0, summary: 'the smallest number' },
      high: { kind: 'number', default: 1, summary: 'the bound, which is not drawn' },
    },
    (u, { low, high }) => (low as number) + ((high as number) - (low as number)) * u(0),
    { low: -1, high: 1 },
  ),
  randomNormal: drawn(
    'normal draws',
    normalAround('mean'),
    'tfjs-core/src/ops/random_normal.ts',
    'A tensor of draws from a normal distribution.',
    normal,
    'mean + gaussian[deviation, site](fill[shape, 0]())',
  ),
  truncatedNormal: drawn(
    'truncated normal draws',
    truncatedAround('mean'),
    'tfjs-core/src/ops/truncated_normal.ts',
    'A tensor of draws from a normal distribution, drawn again while more than two deviations from the mean.',
    normal,
    'mean + truncated[deviation, site](fill[shape, 0]())',
  ),
  randomUniform: drawn(
    'uniform draws',
    uniform,
    'tfjs-core/src/ops/random_uniform.ts',
    'A tensor of draws from an interval, all numbers equally likely.',
    {
      low: { kind: 'number', default: 0, summary: 'the smallest number' },
      high: { kind: 'number', default: 1, summary: 'the bound, which is not drawn' },
    },
    'uniform[low, high, site](fill[shape, 0]())',
  ),
  multinomial: {
    kind: 'primitive',
    title: 'categorical draws',
    summary:
      'For each row of x, draws of a position with the probabilities softmax(x), or with the probabilities x if normalized.',
    source: 'tfjs-core/src/ops/multinomial.ts',
    inputs: ['x'],
    attributes: {
      count: { kind: 'integer', summary: 'how many draws' },
      normalized: {
        kind: 'boolean',
        default: false,
        summary: 'whether x are probabilities instead of logits',
      },
      site,
    },
    type: ([x], { count }) => {
      const shape = x!.shape!
      return shape.length === 1 || shape.length === 2
        ? { dtype: 'int32', shape: [...shape.slice(0, -1), count as Dimension] }
        : { problem: 'draws are made from one row of logits or from a matrix of them' }
    },
    axes: allButLastAxis,
    positions: orderedPositions,
    affine: [],
    role: { is: 'index' },
    notation: { form: 'function', latex: '\\mathrm{Cat}', text: 'Cat', shown: ['count'] },
    evaluate: ([x], values, type) => {
      const shape = type.shape as readonly number[]
      const [classes, count] = [x!.shape.at(-1)!, values.count as number]
      const data = new Float64Array(shape.reduce((a, b) => a * b, 1))
      for (let i = 0; i < data.length; i++) {
        const row = x!.data.subarray(Math.floor(i / count) * classes, (Math.floor(i / count) + 1) * classes)
        const weights = values.normalized ? row : row.map(Math.exp)
        let rest = draw((values.site as number) * 2, i) * weights.reduce((a, b) => a + b, 0)
        data[i] = Math.max(
          weights.findIndex(weight => {
            rest -= weight
            return rest < 0
          }),
          0,
        )
      }
      return { shape, data, dtype: 'int32' }
    },
    derivative: { x: { none: 'a draw of a position is a step function of the probabilities' } },
    examples: [{ shapes: [[2, 3]], attributes: { count: 4, site: 0 } }],
  },
  dropout: {
    kind: 'derived',
    title: 'dropout',
    summary:
      'In training each element is 0 with the given probability and the others grow to make up for it; in inference x itself.',
    source: 'tfjs-core/src/ops/dropout.ts',
    inputs: ['x'],
    attributes: {
      rate: { kind: 'number', summary: 'how likely an element is dropped' },
      site,
      shared: { kind: 'axes', default: [], summary: 'axes along which all positions have one draw' },
      mode,
    },
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{dropout}', text: 'dropout', shown: ['rate'] },
    means: { inference: 'x', training: dropped },
    examples: [
      { shapes: [[2, 3]], attributes: { rate: 0.5, site: 0 } },
      { shapes: [[2, 3, 4]], attributes: { rate: 0.5, site: 0, shared: [1] } },
    ],
  },
  gaussianNoise: {
    kind: 'derived',
    title: 'additive noise',
    summary: 'In training x plus Gaussian noise; in inference x itself.',
    source: 'tfjs-layers/src/layers/noise.ts',
    inputs: ['x'],
    attributes: { deviation: { kind: 'number', summary: 'the standard deviation' }, site, mode },
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{noise}', text: 'noise', shown: ['deviation'] },
    means: { inference: 'x', training: 'x + gaussian[deviation, site](x)' },
    examples: [{ shapes: [[2, 3]], attributes: { deviation: 0.5, site: 0 } }],
  },
  gaussianDropout: {
    kind: 'derived',
    title: 'multiplicative noise',
    summary:
      'In training x times Gaussian noise with mean 1 and the variance of dropout at the same rate; in inference x itself.',
    source: 'tfjs-layers/src/layers/noise.ts',
    inputs: ['x'],
    attributes: { rate: { kind: 'number', summary: 'variance 1 / (1 − rate) − 1' }, site, mode },
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: {
      form: 'function',
      latex: '\\mathrm{dropout}_{\\mathcal{N}}',
      text: 'dropoutN',
      shown: ['rate'],
    },
    means: { inference: 'x', training: 'x * (1 + gaussian[(rate / (1 - rate))^0.5, site](x))' },
    examples: [{ shapes: [[2, 3]], attributes: { rate: 0.4, site: 0 } }],
  },
  alphaDropout: {
    kind: 'derived',
    title: 'alpha dropout',
    summary:
      'In training each element is replaced by 1.758… with the given probability, and all are scaled and shifted; in inference x itself. ' +
      'TF.js puts the positive value where Klambauer et al. 2017 (Self-Normalizing Neural Networks) has −1.758….',
    source: 'tfjs-layers/src/layers/noise.ts',
    inputs: ['x'],
    attributes: { rate: { kind: 'number', summary: 'how likely an element is dropped' }, site, mode },
    type: ([x]) => x!,
    axes: sameAxes,
    role: noRole,
    notation: { form: 'function', latex: '\\mathrm{dropout}_{\\alpha}', text: 'dropoutα', shown: ['rate'] },
    means: {
      inference: 'x',
      training:
        '((1 - rate) * (1 + rate * 3.090913292237143))^(-0.5) * (x * bernoulli[1 - rate, site](x) + (1 - bernoulli[1 - rate, site](x)) * 1.7580993408473766 + 1.7580993408473766 * rate)',
    },
    examples: [{ shapes: [[2, 3]], attributes: { rate: 0.4, site: 0 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
