import { check, equationsOf, readModels, sourceFile } from '../../dist/index.js'

/** Model code that declares `createModel`, and its spec, as what the library takes. */
export function workload(code, spec) {
  const path = 'model.js'
  return {
    request: {
      files: { read: name => (name === path ? code : undefined), exists: name => name === path },
      path,
      target: 'createModel',
    },
    spec: sourceFile('spec.yaml', spec),
  }
}

/** Milliseconds of each step from model code to a verdict; `check` includes the trace. */
export function timeWorkload({ request, spec }) {
  const [trace, { models }] = timed(() => readModels(request))
  const graph = models[0]?.graph
  if (!graph) throw new Error('the model was not traced')
  const [equations] = timed(() => equationsOf(graph))
  const [whole, { verdict }] = timed(() => check(request, spec))
  if (verdict !== 'as written') throw new Error(`the model is ${verdict}`)
  return { trace, equations, check: whole, nodes: graph.builder.size }
}

function timed(run) {
  const start = performance.now()
  const result = run()
  return [performance.now() - start, result]
}
