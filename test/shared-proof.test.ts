import { expect, test } from '@jest/globals'
import { symbol } from '../src/graph/dimension.js'
import type { Shape } from '../src/graph/type.js'
import { proveShared } from '../src/identity/shared.js'
import { normalize } from '../src/normal/normalize.js'
import { readFunctionBody } from '../src/reading.js'

/** Sizes by name where they are symbols. */
const shapeOf = (sizes: readonly (number | string)[]): Shape =>
  sizes.map(size => (typeof size === 'string' ? symbol(size, true) : size))

function proofOf(inputs: Readonly<Record<string, readonly (number | string)[]>>, body: string): string {
  const declared = Object.entries(inputs).map(([name, sizes]) => [
    name,
    { shape: shapeOf(sizes), dtype: 'float32' as const },
  ])
  const { graph, reason } = readFunctionBody(body, Object.fromEntries(declared))
  if (!graph) throw new Error(reason?.message)
  const nodes = graph.model.outputs.map(({ node }) => node)
  const [first, second] = normalize(nodes, graph.builder, 'inference').outputs
  const proof = proveShared({ first: [first!], second: [second!] }, graph.builder, {
    mode: 'inference',
    budget: 100_000,
  })
  if (proof.kind === 'undecided') return `undecided: ${proof.reason}`
  return 'for all sizes'
}

const softplus = (z: string) => `${z}.relu().add(${z}.abs().neg().exp().log1p())`

test.each([
  [
    'what is computed at each position',
    { x: ['N', 3] },
    `[${softplus('x')}, tf.softplus(x)]`,
    'for all sizes',
  ],
  [
    'a batch that is joined with another axis and split again',
    { x: ['N', 'T', 4], w: [4, 6] },
    '[x.reshape([-1, 4]).matMul(w).reshape([-1, x.shape[1], 6]).exp(), tf.exp(tf.stack(w.unstack(1).map(c => x.mul(c).sum(2)), 2))]',
    'for all sizes',
  ],
  [
    'an axis that is summed over',
    { x: ['N', 'T', 3] },
    '[x.exp().div(x.exp().sum(1, true)), x.sub(x.max(1, true)).exp().div(x.sub(x.max(1, true)).exp().sum(1, true))]',
    'undecided: what is computed depends on the size `T`, which may be any',
  ],
  [
    'a mean of what is equal at each position',
    { x: ['N', 3] },
    `[${softplus('x')}.mean().mul(2), tf.softplus(x).mean().add(tf.softplus(x).mean())]`,
    'for all sizes',
  ],
  [
    'a softmax over all positions of what is equal at each, and what is made of it',
    { x: ['N', 3, 'T'] },
    `[tf.softmax(${softplus('x')}).mul(x).sum(2).exp(), tf.mul(x, tf.softmax(tf.softplus(x))).sum(2).exp()]`,
    'for all sizes',
  ],
  [
    'means over all positions of what differs',
    { x: ['N', 3] },
    '[tf.softplus(x).mean(), tf.softplus(x.neg()).mean()]',
    'undecided: what is computed depends on the size `N`, which may be any',
  ],
  [
    'a value that is repeated along all examples',
    { x: ['N', 3], w: [3, 1] },
    '[tf.matMul(tf.ones([x.shape[0], 1]), w, false, true).mul(x).exp(), x.mul(w.reshape([3])).exp()]',
    'for all sizes',
  ],
  [
    'a size that is another number where it is large',
    { x: ['N', 'T'] },
    '[x.mean(1), x.sum(1).div(Math.min(x.shape[1], 100))]',
    'undecided: what is computed depends on the size `T`, which may be any',
  ],
  [
    'a jump that takes its end on one side only',
    { x: ['N', 3] },
    '[tf.where(x.greater(0), x.add(1), x), tf.where(x.greaterEqual(0), x.add(1), x)]',
    'undecided: they are equal except where the two sides of a comparison are',
  ],
  [
    'the size of an axis as a number',
    { x: ['N', 3] },
    '[x.mean(0), x.sum(0).div(x.shape[0])]',
    'for all sizes',
  ],
  [
    'axes of known sizes',
    { x: [4, 5], w: [5, 3], v: [5, 3] },
    '[x.matMul(w.add(v)).tanh(), x.matMul(w).add(x.matMul(v)).tanh()]',
    'for all sizes',
  ],
  [
    'long axes at every position of which the same is computed',
    { x: [200, 500], w: [500, 100], v: [500, 100] },
    '[x.matMul(w.add(v)).tanh(), x.matMul(w).add(x.matMul(v)).tanh()]',
    'for all sizes',
  ],
  [
    'heads one after the other and together',
    { x: ['N', 12, 32], q: [32, 32], v: [32, 32] },
    `(() => {
      const split = y => y.reshape([-1, 12, 4, 8]).transpose([0, 2, 1, 3])
      const together = tf.matMul(tf.softmax(tf.matMul(split(x.matMul(q)), split(x), false, true)), split(x.matMul(v)))
      const apart = [0, 1, 2, 3].map(i => {
        const cut = y => y.slice([0, 0, 8 * i], [-1, -1, 8])
        const scores = x.matMul(q.slice([0, 8 * i], [-1, 8])).matMul(cut(x), false, true)
        return tf.softmax(scores).matMul(x).matMul(v.slice([0, 8 * i], [-1, 8]))
      })
      return [together.transpose([0, 2, 1, 3]).reshape([-1, 12, 32]), tf.concat(apart, 2)]
    })()`,
    'for all sizes',
  ],
  [
    'long axes along which positions differ',
    { x: [200, 500] },
    '[x.cumsum(1).mul(2), x.add(x).cumsum(1, true)]',
    'undecided: with numbers of its own for each learned tensor and each draw both differ, as these are paired',
  ],
  [
    'an axis that is summed over and too long for the budget',
    { x: [200, 500], w: [500, 900], v: [500, 900] },
    '[x.matMul(w.add(v)).square().sum(1), x.matMul(w).add(x.matMul(v)).square().sum(1)]',
    'undecided: the computation is too large for the budget',
  ],
  [
    'the order of positions, which a small size does not show',
    { x: ['N', 'T'] },
    '[x.cumsum(1).mul(2), x.add(x).cumsum(1)]',
    'undecided: what is computed depends on the size `T`, which may be any',
  ],
  [
    'the first position alone',
    { x: [6, 2] },
    '[x.mul(2), x.add(x).mul(tf.tensor2d([[1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [2, 1]]))]',
    'undecided: with numbers of its own for each learned tensor and each draw both differ, as these are paired',
  ],
  [
    'a square against its transpose',
    { x: [3, 3] },
    '[x.mul(2), x.transpose().add(x.transpose())]',
    'undecided: with numbers of its own for each learned tensor and each draw both differ, as these are paired',
  ],
  [
    'the diagonal against the rest',
    { x: [4, 3], y: [4, 3] },
    '[tf.matMul(x, x, false, true).exp(), tf.matMul(x, x, false, true).exp().mul(tf.eye(4).mul(0.5).add(1))]',
    'undecided: with numbers of its own for each learned tensor and each draw both differ, as these are paired',
  ],
  [
    'heads that are split by a reshape alone',
    { x: ['N', 4, 6] },
    '[x.reshape([-1, 4, 2, 3]).transpose([0, 2, 1, 3]).mul(2), x.reshape([-1, 2, 4, 3]).add(x.reshape([-1, 2, 4, 3]))]',
    'undecided: with numbers of its own for each learned tensor and each draw both differ, as these are paired',
  ],
  [
    'statistics of a batch against those of each example',
    { x: ['N', 3] },
    '[x.sub(x.mean(0)), x.sub(x.mean(1, true))]',
    'undecided: what is computed depends on the size `N`, which may be any',
  ],
  [
    'a row that is added to its own table',
    { x: [4, 4] },
    '[x.add(x.transpose()).mul(2), x.add(x).add(x.transpose().mul(2))]',
    'for all sizes',
  ],
])('%s', (_, inputs, pair, expected) => {
  expect(proofOf(inputs, `return ${pair}`)).toBe(expected)
})
