import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { build, transformSync } from 'esbuild'
import { demonstrationPage, plots, signature } from './demonstration-page.js'

/**
 * Writes docs/demonstration.md and its plots: trains the network of docs/demo/ with and without its activation in
 * TensorFlow.js, and asks the tool about both. Runs are reproducible: weights and examples follow from the seed.
 */
const { outputFiles } = await build({
  entryPoints: ['build/demonstration-reference.ts'],
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
})
const tools = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`
)
const require = createRequire(import.meta.url)
const tf = require('@tensorflow/tfjs')
tf.env().set('IS_TEST', true)

const problem = tools.problems['xor-plus-linear']
const instance = tools.instanceOf(problem, signature)
const { steps, examples, measuredOn } = instance.training
const every = 25
const most = 20

const codeOf = name => readFileSync(`docs/demo/${name}.ts`, 'utf8')
const tensorOf = ({ shape, data }) => tf.tensor(Float32Array.from(data), shape)
const batchOf = (random, count) => {
  const { inputs, targets } = instance.batch(random, count)
  return [inputs.map(tensorOf), targets.map(tensorOf)]
}

/** The weights that the layers draw, Glorot and Bengio 2010, drawn from a seed. */
function draw(model, random) {
  const weights = model.getWeights().map(({ shape }) => {
    const limit = shape.length === 2 ? Math.sqrt(6 / (shape[0] + shape[1])) : 0
    const count = shape.reduce((a, b) => a * b, 1)
    return tf.tensor(
      Float32Array.from({ length: count }, () => limit * (2 * random.uniform() - 1)),
      shape,
    )
  })
  model.setWeights(weights)
}

/**
 * The loss of the whole and of each output. They are computed here, since `evaluate` of TensorFlow.js gives sums of the losses so
 * far where a model has several outputs (tfjs-layers/src/engine/training.ts, `makeTestFunction`).
 */
function lossesOf(model, x, [labels, values]) {
  const parts = tf.tidy(() => {
    const [probability, value] = model.predict(x[0], { batchSize: measuredOn })
    return [
      tf.metrics.binaryCrossentropy(labels, probability).mean().dataSync()[0],
      tf.metrics.meanSquaredError(values, value).mean().dataSync()[0],
    ]
  })
  return [parts[0] + parts[1], ...parts].map(loss => Number(loss.toFixed(5)))
}

/** The losses of one run, all of them and of each output, at every so many steps. */
async function train(name, seed) {
  const { code } = transformSync(codeOf(name), { loader: 'ts', format: 'cjs' })
  const module = { exports: {} }
  new Function('require', 'module', 'exports', code)(require, module, module.exports)
  const model = module.exports.createModel()
  draw(model, tools.randomOf(seed, 2))
  const [x, y] = batchOf(tools.randomOf(seed, 1), measuredOn)
  const measured = []
  const random = tools.randomOf(seed)
  for (let step = 0; step <= steps; step++) {
    if (step % every === 0) measured.push(lossesOf(model, x, y))
    const [inputs, targets] = batchOf(random, examples)
    await model.trainOnBatch(inputs, targets)
    tf.dispose([inputs, targets])
  }
  return measured
}

const losses = {}
for (const name of ['as-written', 'missing-activation']) {
  losses[name] = []
  for (let seed = 1; seed <= most; seed++) {
    losses[name].push(await train(name, seed))
    const totals = losses[name].map(run => run.at(-1)[0])
    const { answer } = tools.decisionOf(
      totals.map(loss => ({ loss })),
      instance,
    )
    process.stderr.write(`${name}, seed ${seed}: ${totals.at(-1)}, ${answer}\n`)
    if (answer !== 'not decided') break
  }
}
const runs = { steps: Array.from({ length: Math.floor(steps / every) + 1 }, (_, i) => i * every), losses }

/** What `check` prints; its exit code says that the model differs. */
function check(name) {
  const args = ['dist/bin.js', 'check', `docs/demo/${name}.ts#createModel`, '--spec', 'xor-and-regression']
  try {
    return execFileSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } })
  } catch (failure) {
    if (failure.status === 1) return failure.stdout
    throw failure
  }
}

const outputs = {
  code: codeOf('missing-activation'),
  missing: check('missing-activation'),
  right: check('as-written'),
}
mkdirSync('docs/demonstration', { recursive: true })
writeFileSync('docs/demonstration/runs.json', `${JSON.stringify(runs)}\n`)
for (const [file, svg] of Object.entries(plots(runs, tools))) writeFileSync(`docs/demonstration/${file}`, svg)
writeFileSync('docs/demonstration.md', demonstrationPage(runs, outputs, tools))
