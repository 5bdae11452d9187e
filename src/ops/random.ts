import { mode } from './mode.js'
import type { Op, PrimitiveOp } from './op.js'

const site = { kind: 'integer', summary: 'the place of the draw: two places draw different numbers' } as const

/** A number in [0, 1) from a place and a position: a fixed stand-in for a random draw (hash by Wang, 32 bits). */
function draw(place: number, position: number): number {
  let h = (Math.imul(place + 1, 0x9e3779b1) ^ Math.imul(position + 1, 0x85ebca6b)) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b) >>> 0
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b) >>> 0
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296
}

function random(
  title: string,
  summary: string,
  name: string,
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
    notation: { form: 'function', latex: `\\mathrm{${name}}`, text: name, shown: Object.keys(attributes) },
    evaluate: ([x], values, type) => ({
      shape: type.shape as readonly number[],
      data: x!.data.map((_, i) => at(k => draw((values.site as number) * 2 + k, i), values)),
      dtype: 'float32',
    }),
    derivative: { x: { none: 'a draw does not depend on the values' } },
    examples: [{ shapes: [[2, 3]], attributes: { ...example, site: 0 } }],
  }
}

/** Random draws, and what layers make of them in training. */
export const randomOps = {
  bernoulli: random(
    'mask of zeros and ones',
    '1 with the given probability, else 0, for each element.',
    'Bernoulli',
    { probability: { kind: 'number', summary: 'how likely 1 is' } },
    (u, { probability }) => (u(0) < (probability as number) ? 1 : 0),
    { probability: 0.5 },
  ),
  gaussian: random(
    'Gaussian noise',
    'A draw from a normal distribution with mean 0, for each element.',
    'N',
    { deviation: { kind: 'number', summary: 'the standard deviation' } },
    (u, { deviation }) =>
      (deviation as number) * Math.sqrt(-2 * Math.log(1 - u(0))) * Math.cos(2 * Math.PI * u(1)),
    { deviation: 1 },
  ),
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
    notation: { form: 'function', latex: '\\mathrm{dropout}', text: 'dropout', shown: ['rate'] },
    means: {
      inference: 'x',
      training: ({ shared }) =>
        Array.isArray(shared) && shared.length > 0
          ? 'x * bernoulli[1 - rate, site](sum[shared](x)) / (1 - rate)'
          : 'x * bernoulli[1 - rate, site](x) / (1 - rate)',
    },
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
    notation: { form: 'function', latex: '\\mathrm{noise}', text: 'noise', shown: ['deviation'] },
    means: { inference: 'x', training: 'x + gaussian[deviation, site](x)' },
    examples: [{ shapes: [[2, 3]], attributes: { deviation: 0.5, site: 0 } }],
  },
} as const satisfies Readonly<Record<string, Op>>
