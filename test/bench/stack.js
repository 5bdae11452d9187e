import { check, equationsOf, readModels, sourceFile } from '../../dist/index.js'

/** A longer `repeat` is refused in a spec. */
const longestRepeat = 1000

/** A stack of dense layers as model code and as a spec. */
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
  const spec = `title: A stack\ninputs:\n  x: [8]\nmodel:\n${repeat.repeat(layers / times)}`
  const path = 'model.js'
  return {
    request: {
      files: { read: name => (name === path ? code : undefined), exists: name => name === path },
      path,
      target: 'createModel',
    },
    spec: sourceFile('stack.yaml', spec),
  }
}

/** Milliseconds of each step from model code to a verdict. */
export function timeStack({ request, spec }) {
  const [trace, { models }] = timed(() => readModels(request))
  const graph = models[0]?.graph
  if (!graph) throw new Error('the stack was not traced')
  const [equations] = timed(() => equationsOf(graph))
  const [whole, { verdict }] = timed(() => check(request, spec))
  if (verdict !== 'as written') throw new Error(`the stack is ${verdict}`)
  return { trace, equations, check: whole, nodes: graph.builder.size }
}

function timed(run) {
  const start = performance.now()
  const result = run()
  return [performance.now() - start, result]
}
