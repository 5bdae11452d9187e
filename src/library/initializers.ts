import type { Initializer } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'

/** What a named initializer is short for. */
interface Shorthand {
  readonly kind: string
  readonly settings: Readonly<Record<string, Attribute>>
}

const scaling = (scale: number, mode: string, distribution: string): Shorthand => ({
  kind: 'varianceScaling',
  settings: { scale, mode, distribution },
})

/** The initializers of TF.js with their defaults (tfjs-layers/src/initializers.ts). */
export const initializers: Readonly<Record<string, Shorthand>> = {
  zeros: { kind: 'constant', settings: { value: 0 } },
  ones: { kind: 'constant', settings: { value: 1 } },
  constant: { kind: 'constant', settings: { value: 0 } },
  randomUniform: { kind: 'randomUniform', settings: { minval: -0.05, maxval: 0.05 } },
  randomNormal: { kind: 'randomNormal', settings: { mean: 0, stddev: 0.05 } },
  truncatedNormal: { kind: 'truncatedNormal', settings: { mean: 0, stddev: 0.05 } },
  identity: { kind: 'identity', settings: { gain: 1 } },
  orthogonal: { kind: 'orthogonal', settings: { gain: 1 } },
  varianceScaling: scaling(1, 'fanIn', 'normal'),
  glorotNormal: scaling(1, 'fanAvg', 'normal'),
  glorotUniform: scaling(1, 'fanAvg', 'uniform'),
  heNormal: scaling(2, 'fanIn', 'normal'),
  heUniform: scaling(2, 'fanIn', 'uniform'),
  leCunNormal: scaling(1, 'fanIn', 'normal'),
  leCunUniform: scaling(1, 'fanIn', 'uniform'),
}

/** A name in any of the spellings that TF.js accepts: `glorotNormal`, `GlorotNormal`. */
export function initializerNamed(name: string): Initializer | undefined {
  const key = name.charAt(0).toLowerCase() + name.slice(1)
  return Object.hasOwn(initializers, key) ? initializers[key] : undefined
}

/** The canonical text of an initializer, which is how configurations hold it: equal texts, equal starts. */
export function initializerText({ kind, settings }: Initializer): string {
  const values = Object.entries(settings)
    .filter(([name]) => name !== 'seed')
    .map(([name, value]) => `${name} ${String(value)}`)
  return `${kind}(${values.join(', ')})`
}
