import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { catalogue } from '../src/diagnostics/catalogue.js'
import { symbol } from '../src/graph/dimension.js'
import { check } from '../src/pipeline.js'
import { positionAt, sourceFile } from '../src/text/source.js'
import type { TensorDeclaration } from '../src/trace/host.js'
import { algorithmFiles } from './support/algorithms.js'
import { projectsIn } from './support/cases.js'
import { inMemory } from './support/project.js'
import { expectReported } from './support/reported.js'

const cases = readdirSync('test/cases/check').flatMap(name => projectsIn(`test/cases/check/${name}`))

/** Shapes of the tensors that a function takes, with names for sizes that are open; `int32` behind the sizes of one of integers. */
function inputsOf(text = '{}'): Readonly<Record<string, TensorDeclaration>> {
  const declared = parse(text) as Readonly<Record<string, readonly (number | string)[]>>
  return Object.fromEntries(
    Object.entries(declared).map(([name, sizes]) => {
      const dtype = sizes.at(-1) === 'int32' ? 'int32' : 'float32'
      const own = sizes.filter(size => size !== 'int32')
      return [name, { shape: own.map(size => (typeof size === 'number' ? size : symbol(size, true))), dtype }]
    }),
  )
}

test.each(cases)('$title', ({ files, expected }) => {
  const outcome = check(
    {
      files: inMemory(files),
      path: 'model.js',
      target: 'createModel',
      inputs: inputsOf(files['inputs.yaml']),
    },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )
  const { comparison, verdict, cases: told = [], diagnostics } = outcome
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  const findings = (comparison?.findings ?? []).map(({ diagnostic: { code, span, accepted } }) => {
    const place = span && positionAt(span.file, span.start)
    return `${code} ${span?.file.path}:${place?.line}:${place?.column}${accepted ? ' accepted' : ''}`
  })
  const byCase = told.map(entry => `${entry.verdict} where ${entry.where.join(', ')}`)
  expect([verdict, ...byCase, ...new Set(findings)].join('\n')).toBe(expected.trim())
  expectReported(outcome)
})

test('every difference has a case', () => {
  const expected = [...cases, ...projectsIn('test/cases/kinds.md')].map(entry => entry.expected)
  // In a mutant of a training program, the finding stands at the end of the line.
  const shown = [...expected, ...algorithmFiles.map(path => readFileSync(path, 'utf8'))]
    .join('\n')
    .replaceAll('\n', ' ')
  const differences = Object.entries(catalogue).filter(([, { category }]) => category === 'difference')
  expect(differences.map(([code]) => code).filter(code => !shown.includes(`${code} `))).toEqual([])
})

const halfOfLabel = sourceFile(
  'spec.yaml',
  `
title: half of a label
inputs: { x: [3], y: [1] }
networks: { f: { from: [3], to: [1], parameters: \\theta } }
training:
  - minimize: L
    equations: L = \\mathbb{E}[(f(x) - 2 y)^2]
    over: \\theta
`,
)

const checkCode = (code: string, target: string) =>
  check({ files: inMemory({ 'model.js': code }), path: 'model.js', target }, halfOfLabel)

const network = 'tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] })'
const loss = (model: string, x: string, y: string) =>
  `optimizer.minimize(() => ${model}.apply(${x}).sub(${y}.mul(2)).square().mean(), true)`

test.each([
  [
    'a function',
    `const model = ${network}; const optimizer = tf.train.sgd(0.1); exports.step = (x, y) => ${loss('model', 'x', 'y')}`,
    'step',
  ],
  [
    'a method',
    `const optimizer = tf.train.sgd(0.1)
    exports.Trainer = class { constructor() { this.model = ${network} } step(x, y) { return ${loss('this.model', 'x', 'y')} } }`,
    'Trainer.step',
  ],
])('%s that trains and gives its loss takes the tensors of a spec', (_what, code, target) => {
  expect(checkCode(code, target).verdict).toBe('as written')
})

test('a method that trains takes no tensor of a spec by its place', () => {
  const code = `exports.Trainer = class {
    constructor() { this.model = ${network} }
    step(x, margin) {
      const optimizer = tf.train.sgd(0.1)
      return ${loss('this.model', 'x', 'tf.add(margin, 1)')}
    }
  }`
  expect(checkCode(code, 'Trainer.step').verdict).toBe('unverified')
})

test('a loss of tensors without shapes says how to give them', () => {
  const code = `const optimizer = tf.train.sgd(0.1)
    exports.Trainer = class {
      constructor() { this.model = ${network} }
      step(batch) { return ${loss('this.model', 'batch.x', 'batch.y')} }
    }`
  const { verdict, reason } = checkCode(code, 'Trainer.step')
  expect(verdict).toBe('unverified')
  // The model says of which shape `batch.x` is.
  expect(reason?.help).toContain('`--input batch.y:[…]`')
})

test.each([
  ['two optimizers', 'tf.train.sgd(0.1), tf.train.adam(0.01)'],
  ['one optimizer', '...(one => [one, one])(tf.train.sgd(0.1))'],
])('steps of one helper with losses that are not known are not one step: %s', (_, optimizers) => {
  const net = (inputs: number, units: number) =>
    `tf.sequential({ layers: [tf.layers.dense({ units: ${units}, inputShape: [${inputs}] })] })`
  const code = `const down = (optimizer, loss) => optimizer.minimize(loss)
    exports.train = data => {
      const f = ${net(3, 2)}, g = ${net(3, 1)}
      const [a, b] = [${optimizers}]
      down(a, () => f.apply(data.next()).square().mean())
      down(b, () => g.apply(data.next()).square().mean())
    }`
  const spec = sourceFile(
    'spec.yaml',
    `title: two steps
inputs: { x: [3] }
networks: { f: { from: [3], to: [2] }, g: { from: [3], to: [1] } }
training:
  - minimize: L
    equation: 'L = \\mathbb{E}[\\frac{1}{2} \\sum_j f(x)_j^2]'
    over: f
  - minimize: M
    equation: 'M = \\mathbb{E}[\\sum_j g(x)_j^2]'
    over: g
`,
  )
  const request = { files: inMemory({ 'train.js': code }), path: 'train.js', target: 'train' }
  const { verdict, comparison } = check(request, spec)
  expect([verdict, comparison?.findings]).toEqual(['unverified', []])
})

test.each([
  ['data.next()', 'data.labels', 'differs', undefined],
  ['data.next()', 'tf.concat([tf.ones([4, 1]), tf.zeros([4, 1])])', 'unverified', 'its labels are numbers'],
  ['f.predict(tf.zeros([4, 3])).tile([1, 3])', 'data.labels', 'unverified', 'its examples are what a model'],
])('a compiled step on data that the code makes is none on any data: %s, %s', (x, y, verdict, why) => {
  const code = `exports.train = data => {
      const f = ${network}
      f.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
      f.trainOnBatch(${x}, ${y})
    }`
  const { comparison } = checkCode(code, 'train')
  const objective = comparison?.clauses.find(({ clause }) => clause.id === 'training.L')
  expect(objective?.verdict).toBe(verdict)
  if (why !== undefined) expect(objective?.reason?.message).toContain(why)
})

test.each([
  ['new (class extends Unknown {})()', 'unverified'],
  ['[unknown()]', 'unverified'],
  ['callbacks', 'unverified'],
  ["tfvis.show.fitCallbacks({ name: 'loss' }, ['loss'])", 'as written'],
  ['[tf.callbacks.earlyStopping({ patience: 2 })]', 'as written'],
  ['new tf.CustomCallback({ onEpochEnd: () => {} })', 'as written'],
])('what callbacks may do to a rate that the paper states: %s', (callbacks, verdict) => {
  const code = `import { Unknown, unknown } from 'elsewhere'
    import * as tfvis from '@tensorflow/tfjs-vis'
    export const train = (x, y, callbacks) => {
      const f = ${network}
      f.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
      f.fit(x, y, { callbacks: ${callbacks} })
    }`
  const spec = sourceFile(
    'spec.yaml',
    halfOfLabel.text.replace('over: \\theta', 'over: \\theta\n    optimizer: { sgd: { learningRate: 0.1 } }'),
  )
  const request = { files: inMemory({ 'model.js': code }), path: 'model.js', target: 'train' }
  const rate = check(request, spec).comparison?.clauses.find(({ clause }) =>
    clause.id.endsWith('optimizer.learningRate'),
  )
  expect(rate?.verdict).toBe(verdict)
})
