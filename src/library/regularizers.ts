import { readNamed, type Shorthand } from './shorthand.js'

/** A regularizer or a constraint, and what it does to a parameter `w`. */
export interface Restraint extends Shorthand {
  /** For a regularizer, what it adds to the loss; for a constraint, what the parameter becomes after each step. */
  readonly means: string
  readonly source: string
}

const penalty = (l1: number, l2: number, open: readonly string[], asText: boolean): Restraint => ({
  kind: 'l1l2',
  settings: { l1, l2 },
  open,
  asText,
  means: 'l1 * sum[keepDims = false](|w|) + l2 * sum[keepDims = false](square(w))',
  source: 'tfjs-layers/src/regularizers.ts',
})

/**
 * The regularizers of TF.js. `l2` has no factor one half, so the gradient is `2 l2 w`: weight decay λ of a paper is
 * l2 = λ / 2. As a text only `l1l2` exists.
 */
export const regularizers: Readonly<Record<string, Restraint>> = {
  l1l2: penalty(0.01, 0.01, ['l1', 'l2'], true),
  l1: penalty(0.01, 0, ['l1'], false),
  l2: penalty(0, 0.01, ['l2'], false),
}

/** What a regularizer with settings adds to the loss, in the equation language over `w`, without terms that are 0. */
export function penaltyText(text: string): string | undefined {
  const named = readNamed(regularizers, text)
  if (!named) return undefined
  const terms = regularizers[named.kind]!.means.split(' + ').flatMap(term => {
    const [name = ''] = term.split(' ')
    const value = named.settings[name]
    return value === 0 ? [] : [term.replace(name, String(value))]
  })
  return terms.length > 0 ? terms.join(' + ') : undefined
}

const source = 'tfjs-layers/src/constraints.ts'
const norm = 'sqrt(sum[axis](square(w)))'

/** The constraints of TF.js. */
export const constraints: Readonly<Record<string, Restraint>> = {
  maxNorm: {
    kind: 'maxNorm',
    settings: { maxValue: 2, axis: 0 },
    open: ['maxValue', 'axis'],
    asText: true,
    means: `w * clip[0, maxValue](${norm}) / (0.0000001 + ${norm})`,
    source,
  },
  minMaxNorm: {
    kind: 'minMaxNorm',
    settings: { minValue: 0, maxValue: 1, rate: 1, axis: 0 },
    open: ['minValue', 'maxValue', 'rate', 'axis'],
    asText: true,
    means: `w * (rate * clip[minValue, maxValue](${norm}) + (1 - rate) * ${norm}) / (0.0000001 + ${norm})`,
    source,
  },
  nonNeg: { kind: 'nonNeg', settings: {}, open: [], asText: true, means: 'relu(w)', source },
  unitNorm: {
    kind: 'unitNorm',
    settings: { axis: 0 },
    open: ['axis'],
    asText: true,
    means: `w / (0.0000001 + ${norm})`,
    source,
  },
}
