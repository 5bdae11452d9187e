import type { Initializer } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import { namedText, readNamed, type Shorthand } from './shorthand.js'

const named = (
  kind: string,
  settings: Readonly<Record<string, Attribute>>,
  rest: Partial<Shorthand> = {},
): Shorthand => ({ kind, settings, open: Object.keys(settings), asText: true, ...rest })

const scaling = (scale: number, mode: string, distribution: string): Shorthand =>
  named('varianceScaling', { scale, mode, distribution }, { open: [] })

/**
 * The initializers of TF.js with their defaults (tfjs-layers/src/initializers.ts). Variance scaling draws from a
 * normal distribution cut at two deviations with variance scale / fan, or from a uniform one with limit
 * √(3 · scale / fan). TF.js reads 0 as left out for bounds and deviations, since it writes `args.minval || default`.
 */
export const initializers: Readonly<Record<string, Shorthand>> = {
  zeros: named('constant', { value: 0 }, { open: [], isFixed: true }),
  ones: named('constant', { value: 1 }, { open: [], isFixed: true }),
  constant: named('constant', { value: 0 }, { required: ['value'], asText: false, isFixed: true }),
  randomUniform: named(
    'randomUniform',
    { minval: -0.05, maxval: 0.05 },
    { zeroIsLeftOut: ['minval', 'maxval'] },
  ),
  randomNormal: named('randomNormal', { mean: 0, stddev: 0.05 }, { zeroIsLeftOut: ['stddev'] }),
  truncatedNormal: named('truncatedNormal', { mean: 0, stddev: 0.05 }, { zeroIsLeftOut: ['stddev'] }),
  identity: named('identity', { gain: 1 }, { isFixed: true }),
  orthogonal: named('orthogonal', { gain: 1 }),
  varianceScaling: named('varianceScaling', { scale: 1, mode: 'fanIn', distribution: 'normal' }),
  glorotNormal: scaling(1, 'fanAvg', 'normal'),
  glorotUniform: scaling(1, 'fanAvg', 'uniform'),
  heNormal: scaling(2, 'fanIn', 'normal'),
  heUniform: scaling(2, 'fanIn', 'uniform'),
  leCunNormal: scaling(1, 'fanIn', 'normal'),
  leCunUniform: scaling(1, 'fanIn', 'uniform'),
}

/** An initializer by a name that TF.js accepts (`glorotNormal`, `GlorotNormal`), or by its canonical text. */
export function initializerNamed(name: string): Initializer | undefined {
  return readNamed(initializers, name)
}

/** Whether an initializer of the table draws random numbers. */
export function isDrawn({ kind }: Initializer): boolean {
  return Object.values(initializers).some(entry => entry.kind === kind && !entry.isFixed)
}

/** The canonical text of an initializer, which is how configurations hold it: equal texts, equal starts. */
export const initializerText: (initializer: Initializer) => string = namedText
