import { Choices, indent } from './choices.js'
import { customLayer } from './custom-layer-code.js'
import type { Program } from './execution.js'
import { keepingLayer, type LayerCode, layer, type Sizes } from './layer-code.js'

interface Tensor {
  readonly name: string
  readonly sizes: Sizes
}

/** Writes programs that build a model the way people do: every way of writing is a way to say the same layers. */
class ModelWriter extends Choices {
  /** Functions and classes of the file. */
  readonly #helpers: string[] = []
  #depth = 0

  program(): Program {
    const body = this.pick([
      () => this.functional(),
      () => this.sequential(),
      () => this.inClass(),
      () => this.several(),
    ])()
    const isInside = this.once(5)
    const code = [
      ...this.#helpers,
      isInside ? this.inside(body) : `exports.createModel = () => {\n${indent(body)}\n}`,
    ].join('\n\n')
    return {
      code: `import * as tf from '@tensorflow/tfjs'\n\n${code}\n`,
      target: 'createModel',
      ...(isInside && { call: 'made()' }),
    }
  }

  /** A function inside of others that makes the model, and how these come to it. */
  inside(body: string): string {
    const inner = this.pick([
      `function createModel() {\n${indent(body)}\n}\nexports.made = createModel`,
      `const createModel = () => {\n${indent(body)}\n}\nexports.made = createModel`,
      `const options = {\n  createModel: () => {\n${indent(indent(body))}\n  },\n}\nexports.made = options.createModel`,
      `const later = () => {\n  const createModel = () => {\n${indent(indent(body))}\n  }\n  return createModel\n}\nexports.made = later()`,
    ])
    return this.pick([
      `function main() {\n${indent(inner)}\n}\nmain()`,
      `;(() => {\n${indent(inner)}\n})()`,
      `const run = then => then({ seed: 1 })\nrun(options => {\n${indent(inner.replaceAll('options', 'own'))}\n})`,
      `class Main {\n  start() {\n${indent(indent(inner))}\n  }\n}\nnew Main().start()`,
    ])
  }

  inputSizes(): Sizes {
    return this.pick([[5], [7, 3], [5, 7, 3], [3, 2], [11]])
  }

  /** A number in one of the ways in which code has it. */
  number(value: number): string {
    return this.pick([
      () => String(value),
      () => `${value - 1} + 1`,
      () => `Math.floor(${2 * value + 1} / 2)`,
      () => `[${value}, 2][0]`,
      () => `({ width: ${value} }).width`,
      () => `2 ** ${value} > 1 ? ${value} : 1`,
      () => `'${'x'.repeat(value)}'.length`,
      () => `parseInt('${value}', 10)`,
      () => `new Float32Array(${value}).length`,
      () => `new Map(Object.entries({ width: ${value} })).get('width')`,
    ])()
  }

  /** Settings as the text of an object. Statements that it needs come before. */
  config({ settings }: Pick<LayerCode, 'settings'>, before: string[]): string {
    const all = settings.map(text =>
      text.replace(/^(units|filters|n): (\d+)$/, (_, key, value) => `${key}: ${this.number(Number(value))}`),
    )
    if (this.once(8)) all.push(`name: \`\${'layer'}_${this.name('named')}\``)
    if (this.once(12)) all.push('trainable: false')
    if (all.length === 0) return this.pick(['', '{}'])
    const [first = '', ...rest] = all
    return this.pick([
      () => `{ ${all.join(', ')} }`,
      () => {
        const base = this.name('base')
        before.push(`const ${base} = { ${first} }`)
        return `{ ...${base}${rest.map(text => `, ${text}`).join('')} }`
      },
      () => `Object.assign({ ${first} }, { ${rest.join(', ')} })`,
      () => `{ ...(${this.pick(['true', 'false'])} ? { ${first} } : { ${first} }), ${rest.join(', ')} }`,
      () => {
        const options = this.name('options')
        before.push(`const ${options} = {}`, ...all.map(text => `${options}.${text.replace(': ', ' = ')}`))
        return options
      },
    ])()
  }

  /** A layer as an expression. */
  layerText(code: LayerCode, before: string[]): string {
    const config = this.config(code, before)
    return this.pick([
      () => `tf.layers.${code.kind}(${config})`,
      () => `tf.layers['${code.kind}'](${config})`,
      () => {
        const make = this.name('make')
        const keys = code.settings.flatMap(text => /^(\w+): [\d.]+$/.exec(text)?.[1] ?? [])
        const key = keys[0]
        this.#helpers.push(
          key === undefined
            ? `const ${make} = (options = {}) => tf.layers.${code.kind}(options)`
            : `function ${make}({ ${key} = 1, ...rest } = {}) {\n  return tf.layers.${code.kind}({ ${key}, ...rest })\n}`,
        )
        return `${make}(${config})`
      },
      () => {
        before.push(`const { ${code.kind}: ${this.alias(code.kind)} } = tf.layers`)
        return `${this.#aliases.get(code.kind)}(${config})`
      },
    ])()
  }

  readonly #aliases = new Map<string, string>()

  alias(kind: string): string {
    const name = this.name(kind)
    this.#aliases.set(kind, name)
    return name
  }

  functional(): string {
    const lines: string[] = []
    const inputs = Array.from({ length: 1 + (this.once(3) ? 1 : 0) }, () => this.input(lines))
    const heads = inputs.map(input => this.chain(input, lines, 1 + this.choose(4)))
    const merged = heads.length > 1 ? this.merged(heads, lines) : heads[0]!
    const last = this.chain(merged, lines, this.choose(3))
    const outputs = this.once(3) ? [last, this.step(merged, lines)] : [last]
    const list = (tensors: readonly Tensor[]) =>
      tensors.length === 1
        ? this.pick([tensors[0]!.name, `[${tensors[0]!.name}]`])
        : `[${tensors.map(({ name }) => name).join(', ')}]`
    const model = this.name('model')
    const named = this.once(4) ? ", name: 'whole'" : ''
    lines.push(`const ${model} = tf.model({ inputs: ${list(inputs)}, outputs: ${list(outputs)}${named} })`)
    return this.finished(model, lines)
  }

  input(lines: string[]): Tensor {
    const name = this.name('x')
    const sizes = this.inputSizes()
    const shape = `[${sizes.join(', ')}]`
    lines.push(
      this.pick([
        `const ${name} = tf.input({ shape: ${shape} })`,
        `const ${name} = tf.layers.input({ shape: ${shape}, name: '${name}_in' })`,
        `const ${name} = tf.input({ batchShape: [null, ...${shape}] })`,
      ]),
    )
    return { name, sizes }
  }

  /** Freezes, compiles and returns the model, or not. */
  finished(model: string, lines: string[]): string {
    if (this.once(5))
      lines.push(
        this.pick([
          `${model}.layers.slice(0, -1).forEach(layer => { layer.trainable = false })`,
          `for (const layer of ${model}.layers) layer.trainable = layer.getClassName() !== 'Dense'`,
          `${model}.trainable = false`,
          `for (let i = 0; i < ${model}.layers.length; i++) {\n  if (i % 2) ${model}.layers[i].trainable = false\n}`,
        ]),
      )
    if (this.once(4))
      lines.push(
        `${model}.compile({ optimizer: tf.train.adam(${this.pick(['', '0.01'])}), loss: 'meanSquaredError' })`,
      )
    return [...lines, `return ${model}`].join('\n')
  }

  chain(from: Tensor, lines: string[], count: number): Tensor {
    let tensor = from
    for (let i = 0; i < count; i++) tensor = this.step(tensor, lines)
    return tensor
  }

  /** Statements that make a tensor out of another one. */
  step(from: Tensor, lines: string[]): Tensor {
    const simple = [
      () => this.plain(from, lines),
      () => this.loop(from, lines),
      () => this.reduced(from, lines),
      () => this.residual(from, lines),
      () => this.repeated(from, lines),
      () => this.parallel(from, lines),
      () => this.shared(from, lines),
      () => this.block(from, lines),
      () => this.custom(from, lines),
      () => this.surgery(from, lines),
    ]
    const nested = [
      () => this.choice(from, lines),
      () => this.switched(from, lines),
      () => this.closure(from, lines),
      () => this.inner(from, lines),
      () => this.states(from, lines),
    ]
    return this.pick(this.#depth < 2 ? [...simple, ...nested] : simple.slice(0, 9))()
  }

  plain({ name, sizes }: Tensor, lines: string[]): Tensor {
    const code = layer(this, sizes)
    const text = this.layerText(code, lines)
    const result = this.name('h')
    if (this.once(3)) {
      const object = this.name('l')
      lines.push(`const ${object} = ${text}`, `const ${result} = ${object}.apply(${name})`)
    } else lines.push(`${this.pick(['const', 'let'])} ${result} = ${text}.apply(${name})`)
    return { name: result, sizes: code.sizes }
  }

  /** Sizes of hidden layers from a list. */
  loop({ name, sizes }: Tensor, lines: string[]): Tensor {
    const list = [this.pick([3, 5, 2]), this.pick([7, 3])]
    const result = this.name('h')
    const activation = this.pick(["'relu'", "i === 0 ? 'relu' : 'tanh'", 'undefined', "['relu', 'elu'][i]"])
    const apply = `${result} = tf.layers.dense({ units, activation: ${activation} }).apply(${result})`
    const dropout = this.once(2)
      ? `\n  if (i < 1) ${result} = tf.layers.dropout({ rate: 0.2 }).apply(${result})`
      : ''
    lines.push(
      `let ${result} = ${name}`,
      this.pick([
        `for (const [i, units] of [${list.join(', ')}].entries()) {\n  ${apply}${dropout}\n}`,
        `for (let i = 0; i < ${list.length}; i++) {\n  const units = [${list.join(', ')}][i]\n  ${apply}${dropout}\n}`,
        `;[${list.join(', ')}].forEach((units, i) => {\n  ${apply}${dropout}\n})`,
        `let ${result}i = 0\nwhile (${result}i < ${list.length}) {\n  const i = ${result}i++\n  const units = [${list.join(', ')}][i]\n  ${apply}${dropout}\n}`,
        `for (const i in [${list.join(', ')}]) {\n  const units = [${list.join(', ')}][i]\n  ${result} = tf.layers.dense({ units }).apply(${result})\n}`,
      ]),
    )
    return { name: result, sizes: [...sizes.slice(0, -1), list.at(-1)!] }
  }

  reduced({ name, sizes }: Tensor, lines: string[]): Tensor {
    const list = [this.pick([3, 5]), this.pick([7, 2])]
    const result = this.name('h')
    lines.push(
      this.pick([
        `const ${result} = [${list.join(', ')}].reduce((y, units) => tf.layers.dense({ units }).apply(y), ${name})`,
        `const ${result} = [${list.join(', ')}].map(units => tf.layers.dense({ units, activation: 'tanh' })).reduce((y, l) => l.apply(y), ${name})`,
        `const ${result} = Array.from({ length: 2 }, (_, i) => tf.layers.dense({ units: [${list.join(', ')}][i] })).reduce((y, l) => l.apply(y), ${name})`,
        `const ${result} = Array(2).fill(0).map((_, i) => tf.layers.dense({ units: ${list[0]} + i * ${list[1]! - list[0]!} })).reduce((y, l) => l.apply(y), ${name})`,
      ]),
    )
    return { name: result, sizes: [...sizes.slice(0, -1), list.at(-1)!] }
  }

  residual({ name, sizes }: Tensor, lines: string[]): Tensor {
    const text = this.layerText(keepingLayer(this, sizes), lines)
    const result = this.name('r')
    const merge = this.pick(['add', 'multiply', 'average', 'maximum', 'minimum'])
    lines.push(`const ${result} = tf.layers.${merge}().apply([${name}, ${text}.apply(${name})])`)
    return { name: result, sizes }
  }

  /** A layer that is given one tensor several times, alone or beside others that read it before or after. */
  repeated({ name, sizes }: Tensor, lines: string[]): Tensor {
    const result = this.name('t')
    const times = this.pick([2, 3])
    const merge = this.pick(['multiply', 'add', 'average'])
    const own = `tf.layers.${merge}().apply([${Array.from({ length: times }, () => name).join(', ')}])`
    const beside = () => `${this.layerText(keepingLayer(this, sizes), lines)}.apply(${name})`
    lines.push(
      `const ${result} = ${this.pick([
        () => own,
        () => `tf.layers.add().apply([${name}, ${own}])`,
        () => `tf.layers.add().apply([${own}, ${name}])`,
        () => `tf.layers.add().apply([${beside()}, ${own}])`,
        () => `tf.layers.maximum().apply([${own}, ${beside()}, ${beside()}])`,
      ])()}`,
    )
    return { name: result, sizes }
  }

  parallel({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [a, b] = [this.pick([3, 2]), this.pick([5, 3])]
    const result = this.name('p')
    const axis = this.pick(['', '{ axis: -1 }', `{ axis: ${sizes.length} }`])
    lines.push(
      this.pick([
        `const ${result} = tf.layers.concatenate(${axis}).apply([${a}, ${b}].map(units => tf.layers.dense({ units }).apply(${name})))`,
        `const ${result}s = []\nfor (const units of [${a}, ${b}]) ${result}s.push(tf.layers.dense({ units, activation: 'relu' }).apply(${name}))\nconst ${result} = tf.layers.concatenate(${axis}).apply(${result}s)`,
        `const ${result} = tf.layers.concatenate(${axis}).apply([tf.layers.dense({ units: ${a} }), tf.layers.dense({ units: ${b} })].map(l => l.apply(${name})))`,
      ]),
    )
    return { name: result, sizes: [...sizes.slice(0, -1), a + b] }
  }

  shared({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [object, result] = [this.name('s'), this.name('h')]
    lines.push(
      `const ${object} = ${this.layerText(keepingLayer(this, sizes), lines)}`,
      this.pick([
        `const ${result} = ${object}.apply(${object}.apply(${name}))`,
        `const ${result} = tf.layers.add().apply([${object}.apply(${name}), ${object}.apply(${object}.apply(${name}))])`,
      ]),
    )
    return { name: result, sizes }
  }

  /** Layers that an object of the program holds. */
  block({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [type, result] = [this.name('Block'), this.name('b')]
    const units = this.pick([3, 5])
    const activation = this.pick(["'relu'", "options.activation || 'tanh'", "options.activation ?? 'elu'"])
    const [fields, take] = this.pick([
      [[], 'this.units = units'],
      [['  #units'], 'this.#units = units'],
      [
        ['  static least = 1', `  static { ${type}.least = 2 }`],
        `this.units = Math.max(${type}.least, units)`,
      ],
    ] as const)
    const isPrivate = take.includes('#')
    const read = this.pick([
      'const { first, second } = this',
      'const first = this.first, second = this.second',
    ])
    this.#helpers.push(
      [
        `class ${type} {`,
        ...fields,
        ...(isPrivate ? ['  get units() { return this.#units }'] : []),
        `  constructor(units = 2, options = {}) {`,
        `    ${take}`,
        `    this.first = tf.layers.dense({ units: this.units, activation: ${activation} })`,
        `    this.second = ${this.pick(['null', 'tf.layers.dense({ units: this.units })', 'options.norm ? tf.layers.batchNormalization() : null'])}`,
        '  }',
        `  ${this.pick(['apply(x) {', 'apply = x => {'])}`,
        `    ${read}`,
        '    let y = first.apply(x)',
        '    if (second) y = second.apply(y)',
        '    return y',
        '  }',
        '}',
      ].join('\n'),
    )
    const options = this.pick(['', ', {}', ", { activation: 'sigmoid' }", ', { norm: true }'])
    lines.push(`const ${result} = new ${type}(${units}${options}).apply(${name})`)
    return { name: result, sizes: [...sizes.slice(0, -1), units] }
  }

  custom({ name, sizes }: Tensor, lines: string[]): Tensor {
    const type = this.name('Layer')
    const { code, config, sizes: after } = customLayer(this, type, sizes)
    this.#helpers.push(code)
    const result = this.name('c')
    lines.push(
      this.pick([
        `const ${result} = new ${type}(${config}).apply(${name})`,
        `const make${type} = config => new ${type}(config)\nconst ${result} = make${type}(${config}).apply(${name})`,
      ]),
    )
    return { name: result, sizes: after }
  }

  /** A model up to here, cut, frozen, and continued. */
  surgery({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [base, result] = [this.name('base'), this.name('h')]
    const input = this.name('x')
    lines.push(
      `const ${input} = tf.input({ shape: [${sizes.join(', ')}] })`,
      `const ${base} = tf.sequential({ layers: [tf.layers.dense({ units: 3, name: '${base}_first', inputShape: [${sizes.join(', ')}] }), tf.layers.dense({ units: 2 })] })`,
    )
    const cut = this.pick([
      `tf.model({ inputs: ${base}.inputs, outputs: ${base}.getLayer('${base}_first').output })`,
      `tf.model({ inputs: ${base}.inputs[0], outputs: ${base}.layers[0].output })`,
      `tf.model({ inputs: ${base}.layers[0].input, outputs: ${base}.layers[${base}.layers.length - 2].output })`,
    ])
    lines.push(`const ${base}cut = ${cut}`)
    if (this.once(2))
      lines.push(
        this.pick([
          `for (const layer of ${base}cut.layers) layer.trainable = false`,
          `${base}cut.trainable = false`,
          `${base}.getLayer('${base}_first').trainable = false`,
        ]),
      )
    lines.push(`const ${result} = ${base}cut.apply(${name})`)
    return { name: result, sizes: [...sizes.slice(0, -1), 3] }
  }

  deeper<Result>(action: () => Result): Result {
    this.#depth++
    try {
      return action()
    } finally {
      this.#depth--
    }
  }

  /** Of two ways one is taken; both are there. */
  choice(from: Tensor, lines: string[]): Tensor {
    const result = this.name('y')
    const taken = this.choose(2) === 0
    const ways = [0, 1].map(() => {
      const own: string[] = []
      const { name, sizes } = this.deeper(() => this.step(from, own))
      return { text: indent([...own, `${result} = ${name}`].join('\n')), sizes }
    })
    const known = this.pick([
      taken ? '3 > 2' : '2 > 3',
      taken ? "'lstm' === 'lstm'" : "'lstm' === 'gru'",
      taken ? "typeof tf !== 'undefined'" : 'Array.isArray(5)',
      taken ? `${from.name}.shape.length === ${from.sizes.length + 1}` : `${from.name}.shape[0] !== null`,
      taken ? `${from.name}.shape[1] === ${from.sizes[0]}` : '!{ bias: true }.bias',
    ])
    lines.push(`let ${result}`, `if (${known}) {\n${ways[0]!.text}\n} else {\n${ways[1]!.text}\n}`)
    return { name: result, sizes: ways[taken ? 0 : 1]!.sizes }
  }

  switched(from: Tensor, lines: string[]): Tensor {
    const result = this.name('y')
    const kind = this.pick(['a', 'b', 'c'])
    const way = () => {
      const own: string[] = []
      const { name, sizes } = this.deeper(() => this.step(from, own))
      return { text: indent(indent([...own, `${result} = ${name}`, 'break'].join('\n'))), sizes }
    }
    const [a, b, rest] = [way(), way(), way()]
    lines.push(
      `let ${result}`,
      `switch ('${kind}') {\n  case 'a': {\n${a!.text}\n  }\n  case 'b': {\n${b!.text}\n  }\n  default: {\n${rest!.text}\n  }\n}`,
    )
    return { name: result, sizes: (kind === 'a' ? a : kind === 'b' ? b : rest)!.sizes }
  }

  /** A function that makes its layers anew, or once, and is called twice. */
  closure({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [make, result] = [this.name('make'), this.name('h')]
    const own: string[] = []
    const text = this.layerText(keepingLayer(this, sizes), own)
    const statements = own.map(line => `${indent(line)}\n`).join('')
    const isNamed = `${own.join()}${text}`.includes('name')
    lines.push(
      this.pick([
        `const ${make} = () => {\n${statements}  const made = ${text}\n  return x => made.apply(x)\n}\nconst ${make}d = ${make}()\nconst ${result} = ${make}d(${make}d(${name}))`,
        ...(isNamed
          ? []
          : [
              `const ${make} = x => {\n${statements}  return ${text}.apply(x)\n}\nconst ${result} = ${make}(${make}(${name}))`,
              `const ${make} = (x, depth) => {\n${statements}  return depth === 0 ? x : ${make}(${text}.apply(x), depth - 1)\n}\nconst ${result} = ${make}(${name}, 2)`,
            ]),
      ]),
    )
    return { name: result, sizes }
  }

  /** A model as a layer. */
  inner({ name, sizes }: Tensor, lines: string[]): Tensor {
    const [model, result] = [this.name('inner'), this.name('h')]
    const own: string[] = []
    const input: Tensor = { name: this.name('x'), sizes }
    const output = this.deeper(() => this.chain(input, own, 1 + this.choose(2)))
    lines.push(
      `const ${model} = (() => {\n${indent([`const ${input.name} = tf.input({ shape: [${sizes.join(', ')}] })`, ...own, `return tf.model({ inputs: ${input.name}, outputs: ${output.name}${this.once(3) ? `, name: '${model}'` : ''} })`].join('\n'))}\n})()`,
    )
    if (this.once(4)) lines.push(`${model}.trainable = false`)
    const again = output.sizes.join() === sizes.join() && this.once(2)
    lines.push(`const ${result} = ${model}.apply(${again ? `${model}.apply(${name})` : name})`)
    return { name: result, sizes: output.sizes }
  }

  /** A recurrent layer that starts where another one ended. */
  states({ name, sizes }: Tensor, lines: string[]): Tensor {
    if (sizes.length !== 2) return this.plain({ name, sizes }, lines)
    const result = this.name('d')
    const kind = this.pick(['lstm', 'gru', 'simpleRNN'])
    const states = kind === 'lstm' ? `${result}h, ${result}c` : `${result}h`
    const sequences = this.choose(2) === 1
    lines.push(
      `const [, ${states}] = tf.layers.${kind}({ units: 3, returnState: true }).apply(${name})`,
      `const ${result} = tf.layers.${kind}({ units: 3${sequences ? ', returnSequences: true' : ''} }).apply(${name}, { initialState: [${states}] })`,
    )
    return { name: result, sizes: sequences ? [sizes[0]!, 3] : [3] }
  }

  merged(tensors: readonly Tensor[], lines: string[]): Tensor {
    const units = this.pick([3, 5])
    const flat = tensors.map(({ name, sizes }) => {
      const result = this.name('f')
      const flattened = sizes.length > 1 ? `tf.layers.flatten().apply(${name})` : name
      lines.push(`const ${result} = tf.layers.dense({ units: ${units} }).apply(${flattened})`)
      return result
    })
    const result = this.name('m')
    const [merge, size] = this.pick([
      ['add()', units],
      ['concatenate()', units * tensors.length],
      ['multiply()', units],
      ['dot({ axes: 1 })', 1],
      ['dot({ axes: -1, normalize: true })', 1],
    ] as const)
    lines.push(`const ${result} = tf.layers.${merge}.apply([${flat.join(', ')}])`)
    return { name: result, sizes: [size] }
  }

  sequential(): string {
    const lines: string[] = []
    const sizes = this.inputSizes()
    const model = this.name('model')
    const first = this.pick(['add', 'inputLayer', 'list'])
    const count = 1 + this.choose(4)
    const codes: LayerCode[] = []
    for (let i = 0, at = sizes; i < count; i++, at = codes.at(-1)!.sizes) codes.push(layer(this, at))
    const shape = `inputShape: [${sizes.join(', ')}]`
    const [head, ...rest] = codes
    const texts = () => rest.map(code => this.layerText(code, lines))
    if (first === 'list') {
      const all = [this.layerText({ ...head!, settings: [shape, ...head!.settings] }, lines), ...texts()]
      lines.push(`const ${model} = tf.sequential({ layers: [${all.join(', ')}] })`)
      return this.finished(model, lines)
    }
    lines.push(`const ${model} = tf.sequential()`)
    if (first === 'inputLayer') lines.push(`${model}.add(tf.layers.inputLayer({ ${shape} }))`)
    const settings = first === 'inputLayer' ? head!.settings : [...head!.settings, shape]
    lines.push(`${model}.add(${this.layerText({ ...head!, settings }, lines)})`)
    for (const text of texts()) lines.push(`${model}.add(${text})`)
    const last = codes.at(-1)!.sizes
    if (this.once(3))
      lines.push(
        this.pick([
          `[5, 3].forEach((units, i) => ${model}.add(tf.layers.dense({ units, name: \`${model}_\${i}\` })))`,
          `for (let i = 1; i <= 2; ++i) {\n  ${model}.add(tf.layers.dense({ units: 3 * i }))\n  if (i === 1) ${model}.add(tf.layers.activation({ activation: 'relu' }))\n}`,
        ]).replace(/^\[/, ';['),
      )
    if (last.length > 1 && this.once(2)) lines.push(`${model}.add(tf.layers.flatten())`)
    return this.finished(model, lines)
  }

  /** A class that keeps its model in a field. */
  inClass(): string {
    const type = this.name('Agent')
    const body = this.pick([() => this.functional(), () => this.sequential()])()
    const async = this.pick(['', ''])
    this.#helpers.push(
      [
        `class ${type} {`,
        '  constructor(config = {}) {',
        '    this.config = config',
        '    this.model = this.build()',
        '  }',
        `  ${async}build() {`,
        indent(indent(body)),
        '  }',
        '}',
      ].join('\n'),
    )
    return this.pick([
      `return new ${type}().model`,
      `const agent = new ${type}({ rate: 0.1 })\nreturn agent.model`,
    ])
  }

  /** A model of models: an encoder and a decoder. */
  several(): string {
    const lines: string[] = []
    const sizes = this.inputSizes()
    const parts = [this.name('encoder'), this.name('decoder')]
    let at = sizes
    for (const part of parts) {
      const own: string[] = []
      const input: Tensor = { name: this.name('x'), sizes: at }
      const output = this.deeper(() => this.chain(input, own, 1 + this.choose(2)))
      own.unshift(`const ${input.name} = tf.input({ shape: [${at.join(', ')}] })`)
      own.push(`return tf.model({ inputs: ${input.name}, outputs: ${output.name}, name: '${part}' })`)
      this.#helpers.push(`function ${part}() {\n${indent(own.join('\n'))}\n}`)
      at = output.sizes
    }
    const [encoder, decoder] = parts
    const model = this.name('model')
    lines.push(
      ...this.pick([
        [`const ${model} = tf.sequential()`, `${model}.add(${encoder}())`, `${model}.add(${decoder}())`],
        [
          `const e = ${encoder}()`,
          `const d = ${decoder}()`,
          `const ${model} = tf.model({ inputs: e.inputs, outputs: d.apply(e.outputs[0]) })`,
        ],
        [
          `const input = tf.input({ shape: [${sizes.join(', ')}] })`,
          `const ${model} = tf.model({ inputs: input, outputs: ${decoder}().apply(${encoder}().apply(input)) })`,
        ],
      ]),
    )
    return this.finished(model, lines)
  }
}

/** A random program that builds a model of layers. */
export const modelProgram = (choices: readonly number[]): Program => new ModelWriter(choices).program()
