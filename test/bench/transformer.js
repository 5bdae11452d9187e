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
  const matrices = ['Q', 'K', 'V', 'O', 'W', 'U'].map(
    name => `      ${name}_l: [d, d]\n      ${name.toLowerCase()}_l: [d]\n`,
  )
  const vectors = ['γ', 'β', 'μ', 'ν'].map(name => `      ${name}_l: [d]\n`)
  return workload(
    code,
    `title: A transformer
symbols: { L: ${blocks}, d: 4, ε: 0.00001 }
inputs: { x: [5, d] }
model:
  - equations: |
      LN(a, \\gamma, \\beta) = \\gamma \\odot \\frac{a - mean[[-1]](a)}{\\sqrt{variance[[-1]](a) + \\epsilon}} + \\beta
      h_0 = x
      n_l = LN(h_{l-1}, \\gamma_l, \\beta_l) for l = 1..L
      c_l = \\mathrm{softmax}((n_l Q_l + q_l) (n_l K_l + k_l)^\\top) (n_l V_l + v_l) for l = 1..L
      a_l = h_{l-1} + c_l O_l + o_l for l = 1..L
      m_l = LN(a_l, \\mu_l, \\nu_l) for l = 1..L
      h_l = a_l + \\max(0, m_l W_l + w_l) U_l + u_l for l = 1..L
      y = softmax(h_L C + c)
    where:
${[...matrices, ...vectors].join('')}      C: [d, d]
      c: [d]
`,
  )
}
