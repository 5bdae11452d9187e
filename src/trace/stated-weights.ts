import type { Declarations, StatedInput } from './stated-inputs.js'

/**
 * The tensors that a walk wants of which a spec says the shape, since they are called as its parameters are: `params.w1` is
 * `W_1`, and so is `w1`. A name that several of them have says nothing.
 */
export function matchWeights(
  weights: readonly StatedInput[],
  wanted: readonly string[],
  remarks: Declarations,
): Declarations {
  const pairs = wanted.flatMap(path =>
    weights.filter(({ name }) => spellings(path).includes(spelled(name))).map(weight => ({ path, weight })),
  )
  const own = pairs.filter(({ path, weight }) => {
    const rank = remarks[path]?.shape.length
    const isAlone = pairs.every(other => (other.path === path) === (other.weight === weight))
    return isAlone && (rank === undefined || rank === weight.declaration.shape.length)
  })
  return Object.fromEntries(own.map(({ path, weight }) => [path, weight.declaration]))
}

/** The names that a path may be: that of its last part, of the last two, and of all of it. */
function spellings(path: string): readonly string[] {
  const parts = path.split('.')
  return [parts.slice(-1), parts.slice(-2), parts].map(own => spelled(own.join('')))
}

/** A name without what papers and code write differently: `W_{hh}` and `whh`. */
const spelled = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase()
