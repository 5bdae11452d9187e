import { workload } from './timing.js'

/**
 * A transformer of blocks that normalise first, as layers, and as the indexed equations of a paper. All matrices have one
 * shape, so that only their place in the equations says which is which.
 */
export function transformer(blocks) {
  const code = `import * as tf from '@tensorflow/tfjs'
const dense = (units, x, activation) => tf.layers.dense({ units, activation }).apply(x)
const normalize = x => tf.layers.layerNormalization({ epsilon: 1e-5 }).apply(x)
const attend = x => {
  const [v, k, q] = [dense(4, x), dense(4, x), dense(4, x)]
  const scores = tf.layers.activation({ activation: 'softmax' }).apply(tf.layers.dot({ axes: [2, 2] }).apply([q, k]))
  return tf.layers.dot({ axes: [2, 1] }).apply([scores, v])
}
const block = x => {
  const h = tf.layers.add().apply([x, dense(4, attend(normalize(x)))])
  return tf.layers.add().apply([dense(4, dense(4, normalize(h), 'relu')), h])
}
export function createModel() {
  const input = tf.input({ shape: [5, 4] })
  let x = input
  for (let l = 0; l < ${blocks}; l++) x = block(x)
  return tf.model({ inputs: input, outputs: dense(4, x, 'softmax') })
}
`
  const towers = Math.ceil(blocks / longestFamily)
  const symbols = Array.from({ length: towers }, (_, t) => `L_${t + 1}: ${heightOf(t, towers, blocks)}`)
  const parts = Array.from({ length: towers }, (_, t) => tower(t + 1))
  return workload(
    code,
    `title: A transformer
symbols: { ${symbols.join(', ')}, d: 4, ε: 0.00001 }
inputs: { x: [5, d] }
model:
  - equations: |
      LN(a, \\gamma, \\beta) = \\gamma \\odot \\frac{a - mean[[-1]](a)}{\\sqrt{variance[[-1]](a) + \\epsilon}} + \\beta
${parts.map(({ equations }) => equations).join('')}      y = softmax(${endOf(towers)} C + c)
    where:
${parts.map(({ where }) => where).join('')}      C: [d, d]
      c: [d]
`,
  )
}

/** A spec has no family with more members, so that more blocks are several towers, one on top of the other. */
const longestFamily = 1000

/** Of how many blocks a tower is, all but the last as many as a family may have. */
const heightOf = (tower, towers, blocks) =>
  tower + 1 < towers ? longestFamily : blocks - (towers - 1) * longestFamily

/** What the tower of a number computes. */
const endOf = tower => `h^${tower}_{L_${tower}}`

/** The equations of a tower and its learned tensors, with its number in all names. */
function tower(t) {
  const name = letter => `${letter}^${t}`
  const range = `for l = 1..L_${t}`
  const [h, n, c, a, m] = ['h', 'n', 'c', 'a', 'm'].map(name)
  const [Q, K, V, O, W, U] = ['Q', 'K', 'V', 'O', 'W', 'U'].map(letter => `${name(letter)}_l`)
  const [q, k, v, o, w, u] = ['q', 'k', 'v', 'o', 'w', 'u'].map(letter => `${name(letter)}_l`)
  const [γ, β, μ, ν] = ['γ', 'β', 'μ', 'ν'].map(letter => `${name(letter)}_l`)
  return {
    equations: `      ${h}_0 = ${t > 1 ? endOf(t - 1) : 'x'}
      ${n}_l = LN(${h}_{l-1}, ${γ}, ${β}) ${range}
      ${c}_l = \\mathrm{softmax}((${n}_l ${Q} + ${q}) (${n}_l ${K} + ${k})^\\top) (${n}_l ${V} + ${v}) ${range}
      ${a}_l = ${h}_{l-1} + ${c}_l ${O} + ${o} ${range}
      ${m}_l = LN(${a}_l, ${μ}, ${ν}) ${range}
      ${h}_l = ${a}_l + \\max(0, ${m}_l ${W} + ${w}) ${U} + ${u} ${range}
`,
    where: [
      ...[Q, K, V, O, W, U].map(matrix => `      ${matrix}: [d, d]\n`),
      ...[q, k, v, o, w, u, γ, β, μ, ν].map(vector => `      ${vector}: [d]\n`),
    ].join(''),
  }
}
