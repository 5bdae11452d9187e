import type { Choices } from './choices.js'
import type { Sizes } from './layer-code.js'

export interface CustomLayerCode {
  /** The class. */
  readonly code: string
  /** What its constructor is given. */
  readonly config: string
  readonly sizes: Sizes
}

/** A class that extends `tf.layers.Layer`, with weights, an inner layer, or a draw of its own. */
export function customLayer(random: Choices, name: string, sizes: Sizes): CustomLayerCode {
  const units = random.pick([3, 2])
  const body = random.pick(bodies)(units, random)
  const first = random.pick([
    'const x = Array.isArray(inputs) ? inputs[0] : inputs',
    'let x = inputs\n      if (Array.isArray(x)) x = x[0]',
    'const [x] = [inputs].flat()',
  ])
  const hook = random.once(2) ? '      this.invokeCallHook(inputs, kwargs)\n' : ''
  const isKept = body.sizes === 'same'
  const shape = isKept
    ? random.pick(['', '  computeOutputShape(inputShape) {\n    return inputShape\n  }\n'])
    : `  computeOutputShape(inputShape) {\n    return ${random.pick(['[...inputShape.slice(0, -1), this.units]', 'inputShape.slice(0, -1).concat([this.units])'])}\n  }\n`
  const serialized = random.once(3) ? `\ntf.serialization.registerClass(${name})` : ''
  const config = random.once(2)
    ? '  getConfig() {\n    const config = super.getConfig()\n    Object.assign(config, { units: this.units })\n    return config\n  }\n'
    : ''
  const code = `class ${name} extends tf.layers.Layer {
  constructor(config) {
    super(config ${random.pick(['|| {}', '?? {}'])})
    this.units = config && config.units${random.pick([' || 2', ' ? config.units : 2'])}
${body.fields.map(line => `    ${line}\n`).join('')}  }
${body.build.length > 0 ? `  build(inputShape) {\n    const last = inputShape[inputShape.length - 1]\n${body.build.map(line => `    ${line}\n`).join('')}${random.pick(['    this.built = true\n', '    super.build(inputShape)\n'])}  }\n` : ''}${shape}  call(inputs, kwargs) {
    return tf.tidy(() => {
      ${first}
${hook}${body.call.map(line => `      ${line}\n`).join('')}    })
  }
${config}  ${random.pick([`static get className() {\n    return '${name}'\n  }`, `static className = '${name}'`])}
}${serialized}`
  return {
    code,
    config: body.needsUnits ? `{ units: ${units} }` : random.pick(['{}', `{ units: ${units} }`]),
    sizes: isKept ? sizes : [...sizes.slice(0, -1), units],
  }
}

interface Body {
  readonly fields: readonly string[]
  readonly build: readonly string[]
  readonly call: readonly string[]
  readonly sizes: 'same' | 'units'
  readonly needsUnits?: true
}

const initial = (random: Choices) =>
  random
    .pick([
      'tf.initializers.glorotUniform()',
      'tf.initializers.ones()',
      'tf.initializers.randomNormal({ stddev: 0.1 })',
      'tf.initializers.getInitializer',
    ])
    .replace(/tf\.initializers\.getInitializer$/, 'tf.initializers.zeros()')

const bodies: readonly ((units: number, random: Choices) => Body)[] = [
  () => ({ fields: [], build: [], call: ['return x.mul(2).add(1)'], sizes: 'same' }),
  () => ({ fields: [], build: [], call: ['return tf.mul(x, tf.sigmoid(x))'], sizes: 'same' }),
  (_, random) => ({
    fields: [],
    build: [
      `this.scale = this.addWeight('scale', [last], 'float32', ${initial(random)})`,
      `this.shift = this.addWeight('shift', [last], 'float32', ${initial(random)}, undefined, ${random.pick(['true', 'false'])})`,
    ],
    call: [
      random.pick([
        'return x.mul(this.scale.read()).add(this.shift.read())',
        'return tf.add(tf.mul(x, this.scale.read()), this.shift.read())',
      ]),
    ],
    sizes: 'same',
  }),
  (_, random) => ({
    fields: [],
    build: [`this.kernel = this.addWeight('kernel', [last, this.units], 'float32', ${initial(random)})`],
    call: [
      'const flat = x.reshape([-1, x.shape[x.shape.length - 1]])',
      'const y = tf.matMul(flat, this.kernel.read())',
      'return y.reshape([...x.shape.slice(0, -1), this.units])',
    ],
    sizes: 'units',
    needsUnits: true,
  }),
  () => ({
    fields: [],
    build: [],
    call: ["if (kwargs['training']) return x.mul(0.5)", 'return x'],
    sizes: 'same',
  }),
  () => ({
    fields: ['this.rate = 0.3'],
    build: [],
    call: ['const keep = 1 - this.rate', 'return kwargs.training ? tf.dropout(x, this.rate) : x.mul(1)'],
    sizes: 'same',
  }),
  () => ({
    fields: ["this.dense = tf.layers.dense({ units: this.units, activation: 'tanh' })"],
    build: [],
    call: ['return this.dense.apply(x)'],
    sizes: 'units',
    needsUnits: true,
  }),
  () => ({
    fields: ['this.drop = tf.layers.dropout({ rate: 0.4 })'],
    build: [],
    call: ['return this.drop.apply(x, { training: kwargs.training || false }).add(x)'],
    sizes: 'same',
  }),
  () => ({
    fields: [],
    build: [],
    call: [
      'const { mean, variance } = tf.moments(x, -1, true)',
      'return x.sub(mean).div(tf.sqrt(variance.add(1e-3)))',
    ],
    sizes: 'same',
  }),
  () => ({
    fields: [],
    build: [
      "this.weights_ = [1, 2].map(i => this.addWeight(`w${i}`, [last], 'float32', tf.initializers.ones()))",
    ],
    call: ['return this.weights_.reduce((y, w) => y.mul(w.read()), x)'],
    sizes: 'same',
  }),
]
