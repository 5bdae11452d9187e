import type { Attribute } from '../../../graph/node.js'
import {
  type ArgumentDeclaration,
  type Arguments,
  flag,
  number,
  type Result,
  real,
  shape,
  sizes,
  type TensorFunctions,
  text,
} from './function.js'

const seed: ArgumentDeclaration = { name: 'seed', kind: 'value', default: null }

/** `site` is a name for the place of the draw. */
const randomNormal = (given: Arguments): string => {
  const draw = 'gaussian[stdDev, site](zeros[shape]())'
  return given.value('mean') === 0 ? draw : `mean + ${draw}`
}

/** Normal draws as whole numbers are rounded (tfjs-core/src/ops/rand_util.ts, MPRandGauss). */
function normal(given: Arguments, draw: string): Result {
  const dtype = given.value('dtype')
  if (dtype === 'float32') return draw
  return dtype === 'int32'
    ? `cast['int32'](round(${draw}))`
    : { problem: 'this type of random numbers is not modelled' }
}

const uniformDraw = 'randomUniform[shape, minval, maxval, site]()'

/** Whole numbers are drawn by cutting off what is behind the point. */
function uniform(given: Arguments): Result {
  const dtype = given.value('dtype')
  if (dtype === 'float32') return uniformDraw
  if (dtype === 'int32') return `cast['int32'](${uniformDraw})`
  // Truth values are kept as whole numbers.
  const [low, high] = ['minval', 'maxval'].map(name => given.value(name))
  return dtype === 'bool' && typeof low === 'number' && low >= 0 && typeof high === 'number' && high <= 2
    ? `cast['bool'](cast['int32'](${uniformDraw}))`
    : { problem: 'this type of random numbers is not modelled' }
}

/** Draws: they cannot be compared by value. */
export const draws: TensorFunctions = {
  randomNormal: {
    arguments: [sizes('shape'), number('mean', 0), number('stdDev', 1), text('dtype', 'float32'), seed],
    means: given => normal(given, randomNormal(given)),
    examples: [],
  },
  truncatedNormal: {
    arguments: [sizes('shape'), number('mean', 0), number('stdDev', 1), text('dtype', 'float32'), seed],
    means: given => normal(given, 'truncatedNormal[shape, mean, stdDev, site]()'),
    examples: [],
  },
  randomUniform: {
    arguments: [sizes('shape'), number('minval', 0), number('maxval', 1), text('dtype', 'float32'), seed],
    means: uniform,
    examples: [],
  },
  randomUniformInt: {
    arguments: [sizes('shape'), number('minval'), number('maxval'), seed],
    means: `cast['int32'](${uniformDraw})`,
    examples: [],
  },
  randomStandardNormal: {
    arguments: [sizes('shape'), text('dtype', 'float32'), seed],
    means: given => normal(given, 'gaussian[1, site](zeros[shape]())'),
    examples: [],
  },
  multinomial: {
    arguments: [real('logits'), number('numSamples'), seed, flag('normalized')],
    means: given => {
      const outcomes = given.tensor('logits').shape!.at(-1)
      return typeof outcomes === 'number' && outcomes < 2
        ? { problem: 'there must be two outcomes or more' }
        : 'multinomial[numSamples, normalized, site](logits)'
    },
    examples: [],
  },
  dropout: {
    arguments: [
      real('x'),
      number('rate', undefined, { least: 0, below: 1 }),
      shape('noiseShape', null),
      seed,
    ],
    means: given => {
      if (given.value('rate') === 0) return 'x'
      const sizes = given.tensor('x').shape!
      const noise = given.list('noiseShape') as readonly (Attribute | undefined)[]
      // Sizes that are left out are those of the tensor (tfjs-core/src/ops/dropout_util.ts, getNoiseShape).
      const shape = noise.map((size, i) =>
        size === null && noise.length === sizes.length ? sizes[i]! : size!,
      )
      const like = noise.length === 0 ? 'x' : `zeros[${given.put(shape)}]()`
      return `x * bernoulli[1 - rate, site](${like}) / (1 - rate)`
    },
    examples: [],
  },
}
