import { expect, test } from '@jest/globals'
import { moduleLoader } from '../src/core/loader.js'
import { countParameters } from '../src/equations/equations.js'
import { titleOf } from '../src/found.js'
import { dimensionText } from '../src/graph/dimension.js'
import { tensorflow } from '../src/library/tensorflow/library.js'
import { readModels } from '../src/reading.js'
import type { TensorDeclaration } from '../src/trace/host.js'
import { javascript } from '../src/trace/javascript.js'
import { trace } from '../src/trace/trace.js'
import { inMemory } from './support/project.js'

interface Case {
  readonly title: string
  readonly files: Readonly<Record<string, string>>
  readonly target?: string
  /** In place of `model.js`. */
  readonly path?: string
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly inputs?: Readonly<Record<string, TensorDeclaration>>
  /** For each model: target and number of parameters, or the code of the reason. */
  readonly expected: readonly string[]
}

const build = (config: string) => `tf.sequential({ layers: [tf.layers.dense(${config})] })`

const cases: readonly Case[] = [
  {
    title: 'what a module exports is the same for every site',
    files: {
      'model.js': `import { SIZE } from './sizes.js'
        export const a = () => ${build('{ units: 2, inputShape: [SIZE] }')}
        export const b = () => ${build('{ units: 3, inputShape: [SIZE] }')}`,
      'sizes.js': 'export const SIZE = 4',
    },
    expected: ['a 10', 'b 15'],
  },
  {
    title: 'an unbound parameter is a symbol',
    files: {
      'model.js': `export const make = (units, { size }) => ${build('{ units, inputShape: [size] }')}`,
    },
    expected: ['make size*units + units'],
  },
  {
    title: 'arguments bind parameters, also nested ones',
    files: {
      'model.js': `export const make = (units, config) => ${build('{ units, inputShape: [config.size] }')}`,
    },
    target: 'make',
    arguments: { units: 2, 'config.size': 3 },
    expected: ['make 8'],
  },
  {
    title: 'a configuration object is read as it is at each call',
    files: {
      'model.js': `export function make() {
        const config = { units: 2, inputShape: [3] }
        const model = tf.sequential()
        model.add(tf.layers.dense(config))
        config.units = 5
        model.add(tf.layers.dense(config))
        return model
      }`,
    },
    expected: ['make 23'],
  },
  {
    title: 'the place of an assignment is evaluated before its value',
    files: {
      'model.js': `export function make() {
        const sizes = []
        let i = 0
        sizes[i++] = i + 1
        return ${build('{ units: sizes[0], inputShape: [1] }')}
      }`,
    },
    expected: ['make 4'],
  },
  {
    title: 'the ways of a branch on an unknown condition are cases; one that throws is none',
    files: {
      'model.js': `export function make(deep, units = 2) {
        if (units < 1) throw new Error('too small')
        const model = ${build('{ units, inputShape: [1] }')}
        if (deep) model.add(tf.layers.dense({ units: 1 }))
        return model
      }`,
    },
    expected: ['make where deep 7', 'make where not deep 4'],
  },
  {
    title: 'a value that is compared with is that value in its case, and one after the other',
    files: {
      'model.js': `const layer = kind => {
          switch (kind) {
            case 'wide': return tf.layers.dense({ units: 8, inputShape: [1], name: kind })
            case 'narrow': return tf.layers.dense({ units: 2, inputShape: [1], name: kind })
            default: throw new Error('unknown kind')
          }
        }
        export function make(kind) {
          const model = tf.sequential({ layers: [layer(kind)] })
          if (kind !== 'wide') model.add(tf.layers.dense({ units: 1 }))
          return model
        }`,
    },
    expected: ["make where kind = 'wide' 16", "make where kind ≠ 'wide' 7"],
  },
  {
    title: 'a condition is taken apart, so that its parts are told apart once',
    files: {
      'model.js': `export function make(deep, { wide }) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        if (deep && !wide) model.add(tf.layers.dense({ units: 1 }))
        if (wide) model.add(tf.layers.dense({ units: 4 }))
        return model
      }`,
    },
    expected: [
      'make where deep, wide 16',
      'make where deep, not wide 7',
      'make where not deep, wide 16',
      'make where not deep, not wide 4',
    ],
  },
  {
    title: 'either of two models may be what a target gives',
    files: {
      'model.js': `export function make(teacher) {
        const small = ${build('{ units: 1, inputShape: [1] }')}
        const large = ${build('{ units: 2, inputShape: [1] }')}
        return teacher ? large : small
      }`,
    },
    expected: [
      'make where teacher 4',
      'make.small where teacher 2',
      'make where not teacher 2',
      'make.large where not teacher 4',
    ],
  },
  {
    title: 'a condition of the top level makes cases of the sites that it decides',
    files: {
      'model.js': `const units = process.argv[2] === 'large' ? 8 : 2
        export const make = () => ${build('{ units, inputShape: [1] }')}`,
    },
    expected: ["make where process.argv[2] = 'large' 16", "make where process.argv[2] ≠ 'large' 4"],
  },
  {
    title: 'what unknown code gives is one value, and so is what a method of it gives',
    files: {
      'model.js': `const { ArgumentParser } = require('argparse')
        function parse() {
          const parser = new ArgumentParser()
          parser.addArgument('--kind')
          return parser.parseArgs()
        }
        const make = kind => kind === 'wide' ? ${build('{ units: 8, inputShape: [1] }')}
          : ${build('{ units: 2, inputShape: [1] }')}
        function main() {
          const args = parse()
          const model = make(args.kind)
          return args.kind === 'wide' ? model : ${build('{ units: 4, inputShape: [1] }')}
        }
        exports.main = main`,
    },
    expected: [
      "main where argparse.ArgumentParser(…).parseArgs(…).kind = 'wide' 16",
      "main where argparse.ArgumentParser(…).parseArgs(…).kind ≠ 'wide' 8",
      "main.model where argparse.ArgumentParser(…).parseArgs(…).kind ≠ 'wide' 4",
      "make where kind = 'wide' 16",
      "make where kind ≠ 'wide' 4",
    ],
  },
  {
    title: 'unknown code in a loop may give another value in each round',
    files: {
      'model.js': `const { ask } = require('questions')
        exports.make = list => {
          let units = 2
          for (const item of list) if (ask().wide) units = 8
          return ${build('{ units, inputShape: [1] }')}
        }`,
    },
    expected: ['make 2*(units, changed)'],
  },
  {
    title: 'whether a value is of a class of TensorFlow.js is asked once',
    files: {
      'model.js': `exports.make = given => {
        const units = given instanceof tf.Sequential ? 8 : 2
        const model = ${build('{ units, inputShape: [1] }')}
        if (given instanceof tf.Sequential) model.add(tf.layers.dense({ units: 1 }))
        return model
      }`,
    },
    expected: [
      'make where (given instanceof tf.Sequential) 25',
      'make where not (given instanceof tf.Sequential) 4',
    ],
  },
  {
    title: 'what a program calls N is not the size of the batch, nor is T an open axis',
    files: {
      'model.js': `exports.make = (N, T) => {
        const x = tf.input({ shape: [null, N] })
        const y = tf.layers.dense({ units: T }).apply(x)
        return tf.model({ inputs: x, outputs: tf.layers.dense({ units: y.shape[1] ?? 3 }).apply(y) })
      }`,
    },
    expected: ['make N (2)*T (2) + 4*T (2) + 3'],
  },
  {
    title: 'an array of which a part is shared is not known',
    files: {
      'model.js': `exports.make = () => {
        const sizes = new Float32Array(2)
        const part = sizes.subarray(1)
        part[0] = 4
        return ${build('{ units: sizes[1] + 2, inputShape: [1] }')}
      }`,
    },
    expected: ['make 2*(sizes.subarray(1)[1] + 2)'],
  },
  {
    title: 'one number is the shape of an input with one axis',
    files: {
      'model.js': `exports.make = () => {
        const x = tf.input({ shape: 3 })
        return tf.model({ inputs: x, outputs: tf.layers.dense({ units: 2 }).apply(x) })
      }`,
    },
    expected: ['make 8'],
  },
  {
    title: 'a name that is not known is none of those that a layer is looked up by',
    files: {
      'model.js': `const make = ({ name }) => {
          const model = tf.sequential()
          model.add(tf.layers.dense({ units: 2, inputShape: [1], name: name + '/first' }))
          model.add(tf.layers.dense({ units: 3, name: 'last' }))
          return model
        }
        exports.last = config => {
          const whole = make(config)
          return tf.model({ inputs: whole.inputs, outputs: whole.getLayer('last').output })
        }
        exports.first = config => {
          const whole = make(config)
          return tf.model({ inputs: whole.inputs, outputs: whole.getLayer('dense_Dense1').output })
        }`,
    },
    expected: ['make 13', 'last 13', 'last.model 13', 'first unmodelled-call', 'first.model 13'],
  },
  {
    title: 'a key that a layer does not know need not have a value',
    files: {
      'model.js': `class Scale extends tf.layers.Layer {
          constructor(config) { super(config) }
          call(x) { return tf.mul(x[0] ?? x, 2) }
          computeOutputShape(shape) { return shape }
          static get className() { return 'Scale' }
        }
        exports.make = ({ width }) => {
          const x = tf.input({ shape: [3] })
          return tf.model({ inputs: x, outputs: new Scale({ outputShape: [width, []] }).apply(x) })
        }`,
    },
    expected: ['make 0'],
  },
  {
    title: 'an element of a list that is not known is not one value',
    files: {
      'model.js': `export function make(sizes) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        for (const size of sizes) if (size === 'deep') model.add(tf.layers.dense({ units: 1 }))
        return model
      }`,
    },
    expected: ['make unknown-loop'],
  },
  {
    title: 'a branch that throws is not taken',
    files: {
      'model.js': `export function make(units) {
        if (units == null) throw new Error('no units')
        return ${build('{ units: 2, inputShape: [1] }')}
      }`,
    },
    expected: ['make 4'],
  },
  {
    title: 'classes, inheritance, getters, statics and closures',
    files: {
      'model.js': `class Base { static size = 3; constructor(units) { this.units = units } get double() { return 2 * this.units } }
        export class Network extends Base {
          constructor(units = 2) { super(units) }
          build() { const make = () => ${build('{ units: this.double, inputShape: [Base.size] }')}; return make() }
        }`,
    },
    expected: ['Network.build 16'],
  },
  {
    title: 'modules that require one another',
    files: {
      'model.js': `const { size } = require('./other'); exports.make = () => ${build('{ units: 2, inputShape: [size] }')}`,
      'other.js': "exports.size = 3; require('./model')",
    },
    expected: ['make 8'],
  },
  {
    title: 'a function over tensors is a target: it owns the variables that it reads',
    files: {
      'model.js': `const w = tf.variable(tf.randomNormal([3, 4]))
        const unused = tf.variable(tf.zeros([7]))
        export const forward = x => tf.tidy(() => x.matMul(w).relu())`,
    },
    target: 'forward',
    inputs: { x: { shape: [2, 3], dtype: 'float32' } },
    expected: ['forward 12'],
  },
  {
    title: 'a method sees the variables that its constructor made',
    files: {
      'model.js': `export class Net {
        constructor() { this.w = tf.variable(tf.ones([3, 4])); this.b = tf.variable(tf.zeros([4])) }
        forward({ x }) { return { logits: x.matMul(this.w).add(this.b) } }
      }`,
    },
    target: 'Net.forward',
    inputs: { x: { shape: [2, 3], dtype: 'float32' } },
    expected: ['Net.forward 16'],
  },
  {
    title: 'a parameter that is called as the library is the library',
    files: {
      'model.js': `export const make = tf => ${build('{ units: 2, inputShape: [3] }')}
        export class Net {
          constructor({ tf }) { this.tf = tf }
          build(units) { return this.tf.sequential({ layers: [this.tf.layers.dense({ units, inputShape: [3] })] }) }
        }`,
    },
    expected: ['make 8', 'Net.build 4*units'],
  },
  {
    title: 'an element of a page is no model, and what it may call later is a site',
    files: {
      'model.jsx': `import { Button } from 'buttons'
        export function Page({ size, rows }) {
          const model = ${build('{ units: 2, inputShape: [3] }')}
          const train = () => ${build('{ units: 5, inputShape: [3] }')}
          return (
            <div className="page" {...rows}>
              Train {size > 1 && <b>{size}</b>}
              <Button onClick={train} disabled>{rows.map(row => <li key={row}>{row}</li>)}</Button>
              <>{model.summary()}</>
            </div>
          )
        }`,
    },
    path: 'model.jsx',
    expected: ['Page 8', 'Page:4 20'],
  },
  {
    title: 'models that each round of a loop of unknown length builds are one reason',
    files: {
      'model.js': `export const make = sizes => {
        for (const size of sizes) {
          const model = ${build('{ units: size, inputShape: [3] }')}
          model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' })
        }
      }
      export const twice = async (a, b) => {
        let count = 0
        while (await a(count)) {
          ${build('{ units: 1, inputShape: [3] }')}
          while (await b(count)) { ${build('{ units: 2, inputShape: [3] }')}; count++ }
        }
        return ${build('{ units: 3, inputShape: [3] }')}
      }`,
    },
    expected: ['make unknown-loop', 'twice 12', 'twice unknown-loop'],
  },
  {
    title: 'a tensor of which nothing is known is not guessed',
    files: { 'model.js': 'export const forward = (x, w) => tf.relu(tf.matMul(x, w))' },
    target: 'forward',
    inputs: { x: { shape: [2, 3], dtype: 'float32' } },
    expected: ['forward unbound-tensor'],
  },
  {
    title: 'what a layer is told beside its input is not left out',
    files: {
      'model.js': `const layer = tf.layers.categoryEncoding({ numTokens: 4, outputMode: 'count' })
        export const weighted = (x, w) => layer.apply(x, { countWeights: w })`,
    },
    target: 'weighted',
    inputs: { x: { shape: [5, 3], dtype: 'float32' }, w: { shape: [5, 3], dtype: 'float32' } },
    expected: ['weighted unmodelled-call'],
  },
  {
    title: 'symbolic tensors are not for functions of tensors',
    files: {
      'model.js': `export const make = () => {
        const x = tf.input({ shape: [3] })
        return tf.model({ inputs: x, outputs: tf.relu(x) })
      }`,
    },
    expected: ['make unmodelled-call'],
  },
  {
    title: 'a method is called on an instance, whose constructor takes arguments by name',
    files: {
      'model.js': `class Base {
        constructor(size, { bias = true } = {}) {
          this.w = tf.variable(tf.ones([size, 4]))
          if (bias) this.b = tf.variable(tf.zeros([4]))
        }
      }
      export class Net extends Base {
        forward(x) { return this.b ? x.matMul(this.w).add(this.b) : x.matMul(this.w) }
      }`,
    },
    target: 'Net.prototype.forward',
    arguments: { size: 3, bias: false },
    inputs: { x: { shape: [2, 3], dtype: 'float32' } },
    expected: ['Net.prototype.forward 12'],
  },
  {
    title: 'a function in a field of an instance is a target, and so are a static method and a getter',
    files: {
      'model.js': `export class Net {
        w = tf.variable(tf.ones([3]))
        forward = x => x.mul(this.w)
        static double(x) { return x.mul(2) }
        get model() { return ${build('{ units: 2, inputShape: [3] }')} }
      }`,
    },
    target: 'Net.forward',
    inputs: { x: { shape: [2, 3], dtype: 'float32' } },
    expected: ['Net.forward 3'],
  },
  {
    title: 'a list of tensors is given by position',
    files: { 'model.js': 'export const join = ({ parts }) => tf.concat(parts, 1)' },
    target: 'join',
    inputs: {
      'parts.0': { shape: [2, 3], dtype: 'float32' },
      'parts.1': { shape: [2, 4], dtype: 'float32' },
    },
    expected: ['join 0'],
  },
  {
    title: 'of an object of which one field is given the others may be anything',
    files: {
      'model.js': `export const make = config => {
        const { units, bias } = { bias: true, ...config }
        return tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [3], useBias: bias })] })
      }`,
    },
    target: 'make',
    arguments: { 'config.units': 2 },
    expected: ['make unbound-setting'],
  },
  {
    title: 'a training step is a model, and what it trains is another value afterwards',
    files: {
      'model.js': `const w = tf.variable(tf.scalar(1))
      export function train(x, y) {
        const optimizer = tf.train.sgd(0.1)
        for (let i = 0; i < 3; i++) optimizer.minimize(() => x.mul(w).sub(y).square().mean())
        return x.mul(w)
      }`,
    },
    target: 'train',
    inputs: { x: { shape: [3], dtype: 'float32' }, y: { shape: [3], dtype: 'float32' } },
    expected: ['train trained-value', 'train.loss 1'],
  },
  {
    title: 'parameters of a layer before and after training are not the same values',
    files: {
      'model.js': `const layer = tf.layers.dense({ units: 1 })
      export function train(x, y) {
        const before = layer.apply(x)
        tf.train.sgd(0.1).minimize(() => layer.apply(x).sub(y).square().mean())
        return layer.apply(x).sub(before)
      }`,
    },
    target: 'train',
    inputs: { x: { shape: [3, 2], dtype: 'float32' }, y: { shape: [3, 1], dtype: 'float32' } },
    expected: ['train trained-value', 'train.loss 3'],
  },
  {
    title: 'a loss that is another one in each round is no equation',
    files: {
      'model.js': `const w = tf.variable(tf.scalar(1))
      export function train(x) {
        for (let i = 0; i < 3; i++) tf.train.sgd(0.1).minimize(() => x.mul(w).mul(i).mean())
      }`,
    },
    target: 'train',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['train varying-loss'],
  },
  {
    title: 'what is computed from gradients that the program states itself is known',
    files: {
      'model.js': `const straight = tf.customGrad(t => ({ value: t.round(), gradFunc: dy => dy }))
        export const slope = x => tf.grad(t => straight(t).square())(x).mul(2)`,
    },
    target: 'slope',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['slope 0'],
  },
  {
    title: 'what is computed from other gradients is known',
    files: {
      'model.js': 'export const slope = x => tf.grad(t => t.square())(x).mul(2)',
    },
    target: 'slope',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['slope 0'],
  },
  {
    title: 'numbers of a tensor decide nothing that is known',
    files: {
      'model.js': `export async function pick(x) {
        const [first] = await x.argMax().data()
        return x.slice([first], [1])
      }`,
    },
    target: 'pick',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['pick run-time-value'],
  },
  {
    title: 'an optimizer of the program is not the one that it extends',
    files: {
      'model.js': `class Decayed extends tf.AdamOptimizer {
        applyGradients(gradients) { super.applyGradients(gradients) }
      }
      const w = tf.variable(tf.scalar(1))
      export const train = x => new Decayed(0.1, 0.9, 0.999).minimize(() => x.mul(w).mean(), true)`,
    },
    target: 'train',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['train 1'],
  },
  {
    title: 'what a later round of an unknown loop does counts as well',
    files: {
      'model.js': `export function make(n) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        let first = true
        for (let i = 0; i < n; i++) {
          if (!first) model.add(tf.layers.dense({ units: 1 }))
          first = false
        }
        return model
      }`,
    },
    expected: ['make unknown-loop'],
  },
  {
    title: 'a loop that perhaps ends the function leaves what follows open',
    files: {
      'model.js': `export function make(names) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        for (const name of names) { if (name === 'small') return model }
        model.add(tf.layers.dense({ units: 1 }))
        return model
      }`,
    },
    expected: ['make unknown-branch'],
  },
  {
    title: 'where a loop is perhaps left early, every round is a case',
    files: {
      'model.js': `export function make(depth) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        for (let i = 0; i < 3; i++) {
          if (i === depth) break
          model.add(tf.layers.dense({ units: 1 }))
        }
        return model
      }`,
    },
    expected: [
      'make where depth = 0 4',
      'make where depth = 1 7',
      'make where depth = 2 9',
      'make where depth ≠ 0, depth ≠ 1, depth ≠ 2 11',
    ],
  },
  {
    title: 'what the program writes into a parameter is what it reads there',
    files: {
      'model.js': `export function make(config) {
        config.units = 5
        return ${build('{ units: config.units, inputShape: [1] }')}
      }`,
    },
    expected: ['make 10'],
  },
  {
    title: 'a write under an unknown name leaves no field known',
    files: {
      'model.js': `export function make(key) {
        const config = { units: 5 }
        config[key] = 7
        return ${build('{ units: config.units, inputShape: [1] }')}
      }`,
    },
    expected: ['make 2*((config[key], changed).units)'],
  },
  {
    title: 'a spread of something unknown may overwrite what stands before it',
    files: {
      'model.js': `export function make(config) {
        const { units, size } = { units: 5, ...config, size: 3 }
        return ${build('{ units, inputShape: [size] }')}
      }
      export function assign(config) {
        const all = Object.assign({ units: 5 }, config)
        return ${build('{ units: all.units, inputShape: [1] }')}
      }`,
    },
    expected: ['make 4*config.units', 'assign 2*config.units'],
  },
  {
    title: 'an unknown function may call what it is given',
    files: {
      'model.js': `export function make(sizes) {
        const model = ${build('{ units: 2, inputShape: [1] }')}
        sizes.forEach(units => model.add(tf.layers.dense({ units })))
        return model
      }`,
    },
    expected: ['make unknown-loop'],
  },
  {
    title: 'two values of one text are two symbols',
    files: {
      'model.js': `const half = a => a.size || 4
        export function make(a, b) {
          return ${build('{ units: half(a), inputShape: [half(b)] }')}
        }`,
    },
    expected: ['make (a.size || 4) + (a.size || 4)*(b.size || 4)'],
  },
  {
    title: 'a model that holds a layer of the program can be applied to its own inputs',
    files: {
      'model.js': `class Shift extends tf.layers.Layer {
          call(inputs) { return tf.add(inputs[0], 1) }
          computeOutputShape(shape) { return shape }
        }
        export function make() {
          const x = tf.input({ shape: [3] })
          const encoder = tf.model({ inputs: x, outputs: new Shift({}).apply(tf.layers.dense({ units: 2 }).apply(x)) })
          const decoder = tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] })] })
          return tf.model({ inputs: encoder.inputs, outputs: decoder.apply(encoder.apply(encoder.inputs)) })
        }`,
    },
    expected: ['make 17', 'make.encoder 8', 'make.decoder 9'],
  },
  {
    title: 'a parameter that stands for a whole shape may have any number of axes',
    files: {
      'model.js': `export const make = inputShape => ${build('{ units: 2, inputShape }')}`,
    },
    expected: ['make unbound-setting'],
  },
  {
    title: 'copies of two lists that are not known have elements of their own',
    files: {
      'model.js': `const copy = list => [...list]
        export const make = (a, b) => ${build('{ units: copy(a)[0], inputShape: [copy(b)[0]] }')}`,
    },
    expected: ['make [...list] (2)[0]*[...list][0] + [...list][0]'],
  },
  {
    title: 'a record of numbers is not a model',
    files: { 'model.js': 'export const settings = { units: 1, rate: 0.5 }' },
    target: 'settings',
    expected: [],
  },
  {
    title: 'a setting without a value leaves its layer unknown, a name and an initializer do not',
    files: {
      'model.js': `export const bias = options => ${build('{ units: 2, inputShape: [1], useBias: options.bias }')}
        export const init = options => ${build('{ units: 2, inputShape: [1], kernelInitializer: options.init }')}
        export const frozen = options => ${build('{ units: 2, inputShape: [1], trainable: options.trainable }')}
        export const name = name => ${build('{ units: 2, inputShape: [1], name }')}`,
    },
    expected: ['bias unbound-setting', 'init 4', 'frozen unbound-setting', 'name 4'],
  },
  {
    title: 'a function that unknown code may call is a site of its own',
    files: {
      'model.js': `let units = 4
        window.onload = async () => { const model = ${build('{ units, inputShape: [1] }')} }
        document.addEventListener('change', event => {
          const model = ${build("{ units: event.kind === 'wide' ? 6 : 5, inputShape: [1] }")}
          // Clicks add a layer each, as often as they come.
          button.onclick = () => { model.add(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [5] })] })) }
        })
        export function named() { return ${build('{ units, inputShape: [1] }')} }
        document.addEventListener('load', named)`,
    },
    expected: ['<top>:2 8', '<top>:3 unknown-loop', '<top>:3:6 6', 'named 8'],
  },
  {
    title: 'a function may give a model that was made before it was called',
    files: {
      'model.js': `const model = ${build('{ units: 2, inputShape: [1] }')}
        module.exports.get = () => model`,
    },
    target: 'get',
    expected: ['get 4'],
  },
  {
    title: 'a member of the language that is not modelled is unknown, and not absent',
    files: {
      'model.js': `export const pad = () => ${build("{ units: 'x'.search ? 2 : 3, inputShape: [1] }")}
        export const list = () => {
          const sizes = [3, 2, 1]
          sizes.copyWithin(0, 1)
          return ${build('{ units: sizes[0], inputShape: [1] }')}
        }`,
    },
    expected: ["pad where 'x'.search 4", "pad where not 'x'.search 6", 'list 2*sizes.copyWithin[0]'],
  },
  {
    title: 'a text is matched with a text',
    files: {
      'model.js': `export const make = (kind = 'dense') =>
        ${build("{ units: kind.match('lstm') ? 2 : kind.match('den') ? 3 : 4, inputShape: [1] }")}`,
    },
    expected: ['make 6'],
  },
  {
    title: 'what is chained to any promise runs, also where it resolves with nothing',
    files: {
      'model.js': `const load = async () => {}
        load().then(() => ${build('{ units: 2, inputShape: [1] }')})`,
    },
    expected: ['sequential_1 4'],
  },
  {
    title: 'the default import of a file of data is all of it',
    files: {
      'model.js': `import sizes from './sizes.json'
        import { input } from './sizes.json'
        export const make = () => ${build('{ units: sizes.units, inputShape: input }')}`,
      'sizes.json': '{ "units": 2, "input": [3], "default": {} }',
    },
    expected: ['make 8'],
  },
  {
    title: 'the file that is read is the one that is run, in any surroundings',
    files: {
      'model.js': `const { build } = require('./build.js')
        if (typeof window !== 'undefined' || require.main === module) build(2)
        if (require.main === module && document.title) build(3)`,
      'build.js': `exports.build = units => ${build('{ units, inputShape: [1] }')}
        if (require.main === module) exports.build(9)`,
    },
    expected: [
      'sequential_1 where document.title 4',
      'sequential_2 where document.title 6',
      'sequential_1 where not document.title 4',
    ],
  },
  {
    title: 'the scripts of a page share what they declare, in their order',
    path: 'page.html',
    files: {
      'page.html': `<script src="https://cdn.example/tf.js"></script>
        <script src="js/sizes.js?v=2"></script><script src='js/build.js'></script>
        <script>units = units + 1; build(); function late() { return ${build('{ units: after, inputShape: [1] }')} }</script>
        <script src="js/after.js"></script>`,
      'js/sizes.js': 'var units = 2; tf.layers.wide = () => tf.layers.dense({ units: 9 })',
      'js/build.js': `class Net {}
        function build() { model = ${build('{ units, inputShape: [1] }')}; model.add(tf.layers.wide()) }`,
      'js/after.js': 'const after = 7',
    },
    expected: ['model 42', 'late 2*after'],
  },
  {
    title: 'a function that is made several times is a site for each time, up to a number',
    files: {
      'model.js': `for (const units of [2, 3]) {
          const handler = () => ${build('{ units, inputShape: [1] }')}
          button.addEventListener('click', handler)
          button.addEventListener('keydown', handler)
        }
        for (let units = 1; units < 20; units++)
          list.onClick(() => { ${build('{ units, inputShape: [1] }')} })`,
    },
    expected: [
      '<top>:2 4',
      '<top>:2 (2) 6',
      '<top>:7 2',
      ...Array.from({ length: 7 }, (_, i) => `<top>:7 (${i + 2}) ${2 * (i + 2)}`),
      '<top>:7 (9) budget-exceeded',
    ],
  },
  {
    title: 'of a shape that is not known, the layer says how many sizes it has, if any shape will not do',
    files: {
      'model.js': `export const recurrent = inputShape => tf.sequential({ layers: [tf.layers.simpleRNN({ units: 2, inputShape })] })
        export const image = xs => tf.sequential({ layers: [tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: xs.shape.slice(1) })] })
        export const same = inputShape => ${build('{ units: inputShape[1], inputShape }')}
        export const any = inputShape => ${build('{ units: 2, inputShape }')}`,
    },
    expected: [
      'recurrent 2*inputShape[1] + 6',
      'image 18*xs.shape.slice(…)[2] + 2',
      'same unbound-setting',
      'any unbound-setting',
    ],
  },
  {
    title: 'what comes of a model that is not known is not known for the same reason',
    files: {
      'model.js': `export const cut = async () => {
          const model = await tf.loadLayersModel('model.json')
          const base = tf.model({ inputs: model.inputs, outputs: model.getLayer('last').output })
          return tf.sequential({ layers: [tf.layers.flatten({ inputShape: base.outputs[0].shape.slice(1) })] })
        }
        export const head = async () => {
          const base = await tf.loadLayersModel('model.json')
          const y = tf.layers.dense({ units: 2 }).apply(base.output)
          return tf.model({ inputs: base.input, outputs: y })
        }
        export const number = () => {
          const model = tf.sequential({ layers: [loadLayer()] })
          return ${build('{ units: model.outputs.length, inputShape: [3] }')}
        }`,
    },
    expected: [
      'cut saved-model',
      'head saved-model',
      'number 4*sequential_1.outputs.length',
      'number unknown-global',
    ],
  },
  {
    title: 'where the top level was stopped, what it declares is not known',
    files: {
      'model.js': `const deep = n => deep(n + 1)
        deep(0)
        const units = 2
        export function make() { return ${build('{ units, inputShape: [1] }')} }`,
    },
    expected: ['make budget-exceeded'],
  },
  {
    title: 'a loop that never ends is stopped',
    files: {
      'model.js': `export function make() { for (;;) {} return ${build('{ units: 1, inputShape: [1] }')} }`,
    },
    expected: ['make budget-exceeded'],
  },
  {
    title: 'a parameter that perhaps was written in a loop is not what it was',
    files: {
      'model.js': `export function make(config, n) {
        for (let i = 0; i < n; i++) config.units = 5
        return ${build('{ units: config.units, inputShape: [1] }')}
      }`,
    },
    target: 'make',
    arguments: { n: 3 },
    expected: ['make 10'],
  },
  {
    title: 'a parameter that is written in a loop of unknown length is not known afterwards',
    files: {
      'model.js': `export function make(config, n) {
        for (let i = 0; i < n; i++) config.units = 5
        return ${build('{ units: config.units, inputShape: [1] }')}
      }`,
    },
    expected: ['make 2*units'],
  },
  {
    title: 'what a loop that is too long leaves behind is not known, and the rest is',
    files: {
      'model.js': `let units = 1
        for (let i = 0; i < 1000000; i++) units = (units * 7) % 31
        let size = 0
        for (const each of Array.from({ length: 60000 }, (_, i) => i)) { size += each; size -= each }
        export const make = () => ${build('{ units, inputShape: [size + 1] }')}
        export const other = () => ${build('{ units: 4, inputShape: [1] }')}`,
    },
    expected: ['make ((size, changed) + 1)*(units, changed) + (units, changed)', 'other 8'],
  },
  {
    title: 'a loop that other code ends leaves unknown what its condition reads',
    files: {
      'model.js': `let isReady = false, units = 4
        async function wait() { while (!isReady) await tf.nextFrame() }
        export async function make() {
          await wait()
          const model = ${build('{ units, inputShape: [1] }')}
          if (isReady) model.add(tf.layers.dense({ units: 1 }))
          return model
        }`,
    },
    expected: ['make unknown-branch'],
  },
  {
    title: 'code after a loop that goes on for ever is not reached, and what starts the loop goes on',
    files: {
      'model.js': `async function run() {
          while (true) { draw(); await tf.nextFrame() }
          return ${build('{ units: 9, inputShape: [1] }')}
        }
        export function make() {
          run()
          return ${build('{ units: 4, inputShape: [1] }')}
        }`,
    },
    expected: ['run long-loop', 'make 8'],
  },
  {
    title: 'a function that hands itself out is walked until it does nothing new',
    files: {
      'model.js': `let size = 1, extra = 1
        function frame(time) {
          const step = time
          if (extra === 2) size = 7
          requestAnimationFrame(next => { if (step) extra = 2; frame(next) })
        }
        frame(0)
        export const make = () => {
          const model = ${build('{ units: 3, inputShape: [1] }')}
          if (size === 7) model.add(tf.layers.dense({ units: 1 }))
          return model
        }
        export const other = () => ${build('{ units: 4, inputShape: [1] }')}`,
    },
    expected: ['make unknown-branch', 'other 8'],
  },
  {
    title: 'a loss or an optimizer that a condition decides is one of each case',
    files: {
      'model.js': `export function make(classes, slow) {
        const model = ${build("{ units: classes, inputShape: [3], activation: 'softmax' }")}
        const loss = classes === 2 ? 'binaryCrossentropy' : 'categoricalCrossentropy'
        model.compile({ loss, optimizer: slow ? tf.train.sgd(0.1) : tf.train.adam() })
        return model
      }`,
    },
    expected: [
      'make where classes = 2, slow 8',
      'make where classes = 2, not slow 8',
      'make where classes ≠ 2, slow 4*classes',
      'make where classes ≠ 2, not slow 4*classes',
    ],
  },
  {
    title: 'the names of layers start anew in each case',
    files: {
      'model.js': `export function make(wide) {
        const model = tf.sequential()
        if (wide) model.add(tf.layers.dense({ units: 4, inputShape: [3] }))
        else model.add(tf.layers.dense({ units: 2, inputShape: [3] }))
        model.add(tf.layers.dense({ units: 5 }))
        return tf.model({ inputs: model.inputs, outputs: model.getLayer('dense_Dense1').output })
      }`,
    },
    expected: [
      'make where wide 16',
      'make.model where wide 41',
      'make where not wide 8',
      'make.model where not wide 23',
    ],
  },
  {
    title: 'ways that make different numbers of layers leave the names of those that follow open',
    files: {
      'model.js': `export function make(flag) {
        const model = tf.sequential()
        if (flag) tf.layers.dense({ units: 7 })
        model.add(tf.layers.dense({ units: 2, inputShape: [3] }))
        model.add(tf.layers.dense({ units: 5 }))
        return tf.model({ inputs: model.inputs, outputs: model.getLayer('dense_Dense2').output })
      }`,
    },
    expected: [
      'make where flag 8',
      'make.model where flag 23',
      'make where not flag 23',
      'make.model where not flag 23',
    ],
  },
  {
    title: 'rounds that make layers leave the names of those that follow open',
    files: {
      'model.js': `export function make(n) {
        const model = tf.sequential()
        for (let i = 0; i < n; i++) tf.layers.dense({ units: 7 })
        model.add(tf.layers.dense({ units: 2, inputShape: [3] }))
        return tf.model({ inputs: model.inputs, outputs: model.getLayer('dense_Dense1').output })
      }`,
    },
    expected: ['make unknown-loop', 'make.model 8'],
  },
  {
    title: 'scripts of a page share what they put into the global object, under all of its names',
    path: 'page.html',
    files: {
      'page.html': `<script src="kit.js"></script><script>
        var model = tf.util.net(4)
        Kit.width = 5
        const other = self.Kit.make(globalThis.Kit.width)
      </script>`,
      'kit.js': `if (!window.Kit) window.Kit = {}
        window.Kit.make = units => ${build('{ units, inputShape: [7] }')}
        window.tf.util.net = units => new window.Kit.Net(units).model
        window.Kit.Net = class { constructor(units) { this.model = Kit.make(units) } }`,
    },
    expected: ['model 32', 'other 40'],
  },
  {
    title: 'a class in the global object is a target',
    files: {
      'model.js': `if (!window.Kit) window.Kit = {}
        window.Kit.Net = class { constructor(units) { this.model = ${build('{ units, inputShape: [7] }')} } }`,
    },
    target: 'window.Kit.Net',
    arguments: { units: 3 },
    expected: ['window.Kit.Net 24'],
  },
  {
    title: 'an object that is made where none is has no field that is known',
    files: {
      'model.js': `window.shop = window.shop || {}
        shop.units = 3
        export const model = ${build('{ units: shop.units, inputShape: [shop.width] }')}`,
    },
    expected: ['model 3*window.shop.width + 3'],
  },
  {
    title: 'a variable that may be a field of the global object is not known once that has another value',
    files: {
      'model.js': `var units = 2
        var same = () => ${build('{ units: 2, inputShape: [3] }')}
        window.same = same
        window.units = 5
        exports.a = ${build('{ units, inputShape: [3] }')}
        exports.b = same()`,
    },
    expected: ['a 4*(units, changed)', 'b 8', 'same 8'],
  },
  {
    title: 'a variable that nothing declares is a field of the global object',
    files: {
      'model.js': `units = 2
        window.units = 5
        exports.a = ${build('{ units, inputShape: [3] }')}
        window.width = 7
        width = 2
        exports.b = ${build('{ units: window.width, inputShape: [3] }')}`,
    },
    expected: ['a 20', 'b 8'],
  },
  {
    title: 'a function that is written into an object that is not known may be called',
    files: {
      'model.js': `let units = 2
        const own = {}
        own.action = () => { units = 4 }
        exports.before = ${build('{ units, inputShape: [3] }')}
        document.getElementById('more').onclick = () => { units = 5 }
        exports.after = ${build('{ units, inputShape: [3] }')}`,
    },
    expected: ['before 8', 'after 4*(units, changed)'],
  },
  {
    title: 'a target that builds nothing itself is what the functions that it hands out build',
    files: {
      'model.js': `exports.component = units => {
        useEffect(() => {
          const model = ${build('{ units, inputShape: [3] }')}
          setModel(model)
        })
      }`,
    },
    target: 'component',
    arguments: { units: 2 },
    expected: ['component:2 8'],
  },
  {
    title: 'whether there is a global object is not known',
    files: {
      'model.js': `export const make = () => ${build("{ units: typeof window === 'undefined' ? 2 : 3, inputShape: [3] }")}`,
    },
    expected: ["make where (typeof window) = 'undefined' 8", "make where (typeof window) ≠ 'undefined' 12"],
  },
  {
    title:
      'numbers that are read out of a tensor are those of the tensor as long as the program leaves them alone',
    files: {
      'model.js': `exports.f = x => {
        const read = x.dataSync()
        if (read[0] > read.length) console.log(read[0])
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f 0'],
  },
  {
    title: 'numbers that are read out of a tensor are not known where the program writes one',
    files: {
      'model.js': `exports.f = x => {
        const read = x.dataSync()
        read[0] = 1
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f run-time-value'],
  },
  {
    title: 'numbers that are read out of a tensor are not known where a method may change them',
    files: {
      'model.js': `exports.f = x => {
        const read = x.dataSync()
        read.sort()
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f run-time-value'],
  },
  {
    title:
      'numbers that are read out of a tensor are not known where a method of another list may change them',
    files: {
      'model.js': `exports.f = x => {
        const read = x.dataSync()
        Array.prototype.reverse.call(read)
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f run-time-value'],
  },
  {
    title: 'numbers that are read out of a tensor are not known where a part that shares them is changed',
    files: {
      'model.js': `exports.f = x => {
        const read = x.dataSync()
        read.subarray(1)[0] = 2
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f run-time-value'],
  },
  {
    title: 'numbers that are read out of a tensor are not known in lists of lists',
    files: {
      'model.js': `exports.f = x => {
        const read = x.reshape([1, -1]).arraySync()
        return tf.tensor(read).flatten().mul(2)
      }`,
    },
    target: 'f',
    inputs: { x: { shape: [3], dtype: 'float32' } },
    expected: ['f run-time-value'],
  },
  {
    title: 'what a call gives in the rounds of a recurrence is not one tensor',
    files: {
      'model.js': `exports.f = (draw, rounds) => {
        let sum = draw()
        for (let i = 0; i < rounds; i++) sum = sum.add(draw())
        return sum
      }`,
    },
    target: 'f',
    inputs: { 'draw()': { shape: [3], dtype: 'float32' } },
    expected: ['f unknown-loop'],
  },
  {
    title: 'what a call gives is another tensor each time',
    files: { 'model.js': 'exports.f = draw => tf.equal(draw(), draw()).all()' },
    target: 'f',
    inputs: { 'draw()': { shape: [3], dtype: 'float32' } },
    expected: ['f 0'],
  },
  {
    title: 'what a function checks and other functions set is not known where it would throw',
    files: {
      'model.js': `import { Samples } from './samples.js'
        const samples = new Samples()
        let classes
        export const setUp = count => { classes = count }
        export const check = () => { if (samples.xs == null) throw new Error('no samples') }
        export function make() {
          check()
          if (!classes) throw new Error('no classes')
          return ${build('{ units: classes, inputShape: [3] }')}
        }`,
      'samples.js': 'export class Samples { add(x) { [this.xs] = [x] } }',
    },
    target: 'make',
    expected: ['make 4*classes'],
  },
  {
    title: 'what a method throws over and another one sets says so',
    files: {
      'model.js': `export class Net {
        constructor() { this.base = null }
        async load(path) { this.base = await read(path) }
        build() { return ${build('{ units: 2, inputShape: this.base.outputs[0].shape.slice(1) }')} }
      }`,
    },
    target: 'Net.build',
    expected: ['Net.build set-elsewhere'],
  },
  {
    title: 'what changes after a function inside of another is made may be as it was when that is called',
    files: {
      'model.js': `export const main = () => {
        let units = 2
        const sizes = [5]
        const createModel = () => ${build('{ units, inputShape: [3] }')}
        const createOther = () => ${build('{ units: sizes[0], inputShape: [3] }')}
        const models = [createModel(), createOther()]
        units = 4
        sizes[0] = 7
        return models
      }`,
    },
    target: 'createModel',
    expected: ['createModel 4*(units, changed)'],
  },
  {
    title: 'what another function sets under the name of TensorFlow.js is TensorFlow.js',
    files: {
      'model.js': `import * as library from '@tensorflow/tfjs-node'
        export class Net {
          async start() { this.tf = library }
          build() {
            const { tf } = this
            return ${build('{ units: 2, inputShape: [3] }')}
          }
          head() {
            return this.tf.sequential({ layers: [this.tf.layers.dense({ units: 3, inputShape: [3] })] })
          }
        }`,
    },
    expected: ['Net.build 8', 'Net.head 12'],
  },
  {
    title: 'what no other function sets, or the function itself sets to nothing, throws',
    files: {
      'model.js': `let size = null, base, width
        exports.reset = () => { size = null }
        exports.load = path => { base = read(path) }
        exports.unset = () => {
          if (size === null) throw new Error('no size')
          return ${build('{ units: size, inputShape: [3] }')}
        }
        exports.cleared = () => {
          base = undefined
          if (!base) throw new Error('no base')
          return ${build('{ units: 2, inputShape: [3] }')}
        }
        exports.itself = () => {
          if (!width) throw new Error('no width')
          width = 2
          return ${build('{ units: 2, inputShape: [3] }')}
        }`,
    },
    expected: ['unset uncaught-error', 'cleared uncaught-error', 'itself uncaught-error'],
  },
  {
    title: 'what a function makes where nothing is there yet stays as it is',
    files: {
      'model.js': `let size
        exports.setSize = own => { size = own }
        exports.make = () => {
          if (!size) size = 5
          return ${build('{ units: size, inputShape: [3] }')}
        }`,
    },
    target: 'make',
    expected: ['make 20'],
  },
]

test.each(cases)('$title', ({ files, path = 'model.js', target, arguments: args, inputs, expected }) => {
  const { models } = readModels({ files: inMemory(files), path, target, arguments: args, inputs })
  const found = models.map(model => {
    const { graph, reason } = model
    const what = graph ? dimensionText(countParameters(graph.model).total) : reason?.code
    return `${titleOf(model).replace(`${path}#`, '')} ${what}`
  })
  expect(found).toEqual(expected)
})

test('what all walks of a file may spend ends them at the same place each time, and says so', () => {
  const functions = Array.from(
    { length: 6 },
    (_, i) => `export function make${i}() {
      let units = 0
      for (let j = 0; j < 300; j++) units += j % 2
      return ${build('{ units, inputShape: [1] }')}
    }`,
  )
  const request = (allSteps: number) => ({
    loader: moduleLoader(inMemory({ 'model.js': functions.join('\n') })),
    library: tensorflow(),
    dialect: javascript,
    path: 'model.js',
    budget: { allSteps },
  })
  const found = (allSteps: number) =>
    trace(request(allSteps)).sites.map(({ target, models: [model] }) => {
      return model && 'applications' in model ? target : `${target} ${model?.reason?.code}`
    })
  expect(found(1_000_000)).toEqual(Array.from({ length: 6 }, (_, i) => `make${i}`))
  const ended = found(20_000)
  expect(ended.filter(text => text.endsWith('budget-exceeded')).length).toBeGreaterThan(0)
  expect(ended[0]).toBe('make0')
  expect(found(20_000)).toEqual(ended)
})

test('what a package reads from the command line can be given field by field, an optimizer and a loss by name', () => {
  const files = {
    'model.js': `const { ArgumentParser } = require('argparse')
      function parseArguments() {
        const parser = new ArgumentParser({ description: 'trains' })
        parser.addArgument('--optimizer', { defaultValue: 'sgd' })
        return parser.parseArgs()
      }
      exports.main = function main() {
        const args = parseArguments()
        const model = ${build('{ units: args.units, inputShape: [3] }')}
        model.compile({ optimizer: args.optimizer, loss: args.loss })
        return model
      }`,
  }
  const read = (args: Readonly<Record<string, unknown>>) => {
    const { models } = readModels({
      files: inMemory(files),
      path: 'model.js',
      target: 'main',
      arguments: args,
    })
    return models.map(({ graph }) => {
      const { optimizer, losses } = graph!.model.compilation!
      return [
        dimensionText(countParameters(graph!.model).total),
        optimizer!.kind,
        ...losses.map(({ kind }) => kind),
      ]
    })
  }
  const given = { 'args.units': 2, 'args.optimizer': 'adam', 'args.loss': 'meanSquaredError' }
  expect(read(given)).toEqual([['8', 'adam', 'meanSquaredError']])
  expect(read({ 'args.units': 2 })).toEqual([['8', 'opaque', 'opaque']])
})
