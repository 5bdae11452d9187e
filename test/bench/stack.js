import { workload } from './timing.js'

/** A longer `repeat` is refused in a spec. */
const longestRepeat = 1000

/** A stack of dense layers as model code and as a spec of layers. */
export function stack(layers) {
  const code = `import * as tf from '@tensorflow/tfjs'
export function createModel() {
  const model = tf.sequential()
  model.add(tf.layers.dense({ inputShape: [8], units: 8, activation: 'relu' }))
  for (let i = 1; i < ${layers}; i++) model.add(tf.layers.dense({ units: 8, activation: 'relu' }))
  return model
}
`
  const times = Math.min(layers, longestRepeat)
  const repeat = `  - repeat: { times: ${times}, steps: [{ dense: 8, activation: relu }] }\n`
  return workload(code, `title: A stack\ninputs:\n  x: [8]\nmodel:\n${repeat.repeat(layers / times)}`)
}
