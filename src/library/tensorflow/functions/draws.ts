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

const uniformDraw = 'randomUniform[shape, minval, maxval, site]()'

/** Whole numbers are drawn by cutting off what is behind the point. */
function uniform(given: Arguments): Result {
  const dtype = given.value('dtype')
  if (dtype === 'float32') return uniformDraw
  return dtype === 'int32' ? `cast['int32'](${uniformDraw})` : { problem: 'truth values are not modelled' }
}

/** Draws: they cannot be compared by value. */
export const draws: TensorFunctions = {
  randomNormal: {
    arguments: [sizes('shape'), number('mean', 0), number('stdDev', 1), text('dtype', 'float32'), seed],
    means: given =>
      given.value('dtype') === 'float32'
        ? randomNormal(given)
        : { problem: 'whole numbers are not modelled' },
    examples: [],
  },
  truncatedNormal: {
    arguments: [sizes('shape'), number('mean', 0), number('stdDev', 1), text('dtype', 'float32'), seed],
    means: given =>
      given.value('dtype') === 'float32'
        ? 'truncatedNormal[shape, mean, stdDev, site]()'
        : { problem: 'whole numbers are not modelled' },
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
    means: given =>
      given.value('dtype') === 'float32'
        ? 'gaussian[1, site](zeros[shape]())'
        : { problem: 'whole numbers are not modelled' },
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
