import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { SamplePoint } from './difference.js'
import { type Domain, drawTensor } from './domain.js'
import type { EvaluationOptions } from './evaluate.js'
import { randomSource } from './random.js'

/** What is known of a tensor that is given from outside; the same name is the same tensor. */
export interface DrawnLeaf {
  readonly name: string
  readonly shape: readonly number[]
  readonly domain: Domain
}

/** A point whose tensors are drawn from their domains, by their names. */
export interface DrawnPoint extends SamplePoint {
  readonly leaves: ReadonlyMap<string, Tensor>
}

/** How large numbers without bounds are at each point; the last ones are beyond where bounded functions are cut off. */
const reaches = [1, 1, 1, 20] as const

/** Points at which tensors are drawn from their domains. `leaf` is undefined for what is computed. */
export function* drawnPoints(
  leaf: (node: Node) => DrawnLeaf | Problem | undefined,
  options: Pick<EvaluationOptions, 'symbol' | 'mode' | 'budget'>,
): Generator<DrawnPoint> {
  for (const [i, reach] of reaches.entries()) {
    const random = randomSource(i + 1)
    const leaves = new Map<string, Tensor>()
    const draw = (node: Node): Tensor | Problem | undefined => {
      const known = leaf(node)
      if (!known || isProblem(known)) return known
      const { name, shape, domain } = known
      const value = leaves.get(name) ?? drawTensor(shape, node.type.dtype, domain, random, reach)
      leaves.set(name, value)
      return value
    }
    yield { ...options, leaf: draw, leaves, isFar: reach !== 1 }
  }
}
