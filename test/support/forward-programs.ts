import { Choices, indent } from './choices.js'
import type { InputDeclaration, Program } from './execution.js'

type Kind = 'float32' | 'int32' | 'bool'

interface Tensor {
  readonly text: string
  readonly shape: readonly number[]
  readonly kind: Kind
}

const broadcast = (a: readonly number[], b: readonly number[]): readonly number[] | undefined => {
  const rank = Math.max(a.length, b.length)
  const sizes = Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1]
    return x === y || y === 1 ? x : x === 1 ? y : 0
  })
  return sizes.includes(0) ? undefined : sizes
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

/** What a type becomes beside another one (`upcastType` in tfjs-core/src/types.ts). */
const order: readonly Kind[] = ['bool', 'int32', 'float32']
const wider = (a: Kind, b: Kind): Kind => order[Math.max(order.indexOf(a), order.indexOf(b))]!

/** Writes forward passes by hand: functions and classes over variables and weight maps, with every way to call an op. */
class ForwardWriter extends Choices {
  readonly #before: string[] = []
  #tensors: Tensor[] = []
  #variables = 0

  program(): Program {
    const inputs: Record<string, InputDeclaration> = {}
    for (const name of ['x', 'y'].slice(0, 1 + this.choose(2))) {
      const shape = this.pick([[3, 5], [5], [2, 3, 5], [7, 3], [2, 5, 7, 3]])
      const kind = this.once(6) ? 'int32' : 'float32'
      inputs[name] = { shape, dtype: kind, range: kind === 'int32' ? [-3, 4] : [-1.5, 1.5] }
      this.#tensors.push({ text: name, shape, kind })
    }
    const lines: string[] = []
    const count = 2 + this.choose(6)
    for (let i = 0; i < count; i++) this.statement(lines)
    // All of them, since code whose result nobody reads may throw.
    const results = this.#tensors.slice(Object.keys(inputs).length - 1).map(({ text }) => text)
    const returned = this.pick([
      `[${results.join(', ')}]`,
      `{ ${results.map((text, i) => `r${i}: ${text}`).join(', ')} }`,
    ])
    const names = Object.keys(inputs).join(', ')
    const body = indent([...lines, `return ${returned}`].join('\n'))
    const code = this.pick([
      () => `exports.forward = (${names}) => {\n${body}\n}`,
      () =>
        `function forward(${names}) {\n  return tf.tidy(() => {\n${indent(body)}\n  })\n}\nexports.forward = forward`,
      () =>
        `class Net {\n  forward(${names}) {\n${indent(body)}\n  }\n}\nconst net = new Net()\nexports.forward = (${names}) => net.forward(${names})`,
    ])()
    return {
      code: `import * as tf from '@tensorflow/tfjs'\n\n${[...this.#before, code].join('\n')}\n`,
      target: 'forward',
      inputs,
    }
  }

  /** A variable of the file: by itself, in a map of weights, or in a list. */
  variable(shape: readonly number[]): string {
    const list = `[${shape.join(', ')}]`
    const name = `w${this.#variables++}`
    // Numbers at equal distances have equal sums, of which rounding decides the largest.
    const value = this.pick([
      `tf.randomNormal(${list}, 0, 0.5)`,
      `tf.linspace(-1, 1, ${sizeOf(shape)}).exp().reshape(${list})`,
    ])
    const made = this.pick([
      `tf.variable(${value})`,
      `${value}.variable()`,
      `tf.variable(${value}, true, '${name}')`,
    ])
    return this.pick([
      () => {
        this.#before.push(`const ${name} = ${made}`)
        return name
      },
      () => {
        this.#before.push(`const ${name}s = { layer: { kernel: ${made} } }`)
        return this.pick([`${name}s.layer.kernel`, `${name}s['layer'].kernel`])
      },
      () => {
        this.#before.push(`const ${name}s = [${made}]`)
        return `${name}s[0]`
      },
    ])()
  }

  some(test: (tensor: Tensor) => boolean = () => true): Tensor | undefined {
    const all = this.#tensors.filter(test)
    return all.length === 0 ? undefined : all[all.length - 1 - this.choose(all.length)]
  }

  floats(tensor: Tensor): Tensor {
    return tensor.kind === 'float32'
      ? tensor
      : {
          ...tensor,
          text: this.pick([`${tensor.text}.toFloat()`, `tf.cast(${tensor.text}, 'float32')`]),
          kind: 'float32',
        }
  }

  /** Numbers away from those at which a step is, so that single and double precision are on one side of it. */
  apart(tensor: Tensor): Tensor {
    return tensor.kind === 'float32' ? { ...tensor, text: `${tensor.text}.mul(1.371).add(0.0219)` } : tensor
  }

  /** Numbers of which two are equal or far apart, so that single and double precision find the same one largest. */
  ordered(tensor: Tensor): Tensor {
    return tensor.kind === 'float32'
      ? { ...tensor, text: `${tensor.text}.mul(137.1).add(0.0219).round()` }
      : tensor
  }

  /** An op as a function or as a method. */
  call(op: string, { text }: Tensor, ...rest: readonly string[]): string {
    return this.choose(2) === 0
      ? `tf.${op}(${[text, ...rest].join(', ')})`
      : `${text}.${op}(${rest.join(', ')})`
  }

  statement(lines: string[]): void {
    const from = this.some()!
    const made = this.pick([
      () => this.unary(from),
      () => this.binary(from),
      () => this.reduction(from),
      () => this.shaped(from),
      () => this.affine(from),
      () => this.normalized(from),
      () => this.joined(from),
      () => this.chosen(from),
      () => this.compared(from),
      () => this.typed(from),
      () => this.window(from),
      () => this.scanned(from),
      () => this.looked(from),
      () => this.looped(from, lines),
      () => this.attention(from),
    ])()
    if (!made || sizeOf(made.shape) > 500 || sizeOf(made.shape) === 0 || made.shape.length > 4) return
    const name = this.name('t')
    const bounded = made.kind === 'float32' && this.once(2) ? `${made.text}.clipByValue(-9, 9)` : made.text
    lines.push(`${this.pick(['const', 'let'])} ${name} = ${bounded}`)
    this.#tensors.push({ ...made, text: name })
  }

  unary(given: Tensor): Tensor {
    if (given.kind !== 'float32' && this.choose(2) === 0) {
      const op = given.kind === 'bool' ? 'logicalNot' : this.pick(['neg', 'abs', 'square', 'sign', 'relu'])
      return { ...given, text: this.call(op, given) }
    }
    const from = this.floats(given)
    if (this.once(6))
      return {
        ...from,
        text: this.call(this.pick(['floor', 'ceil', 'round', 'sign', 'step']), this.apart(from)),
      }
    const op = this.pick([
      'tanh',
      'relu',
      'sigmoid',
      'square',
      'neg',
      'abs',
      'softplus',
      'elu',
      'selu',
      'exp',
      'sin',
      'cos',
      'erf',
      'atan',
      'relu6',
      'expm1',
      'leakyRelu',
    ])
    const text = this.once(6)
      ? this.pick([
          this.call('sqrt', { ...from, text: this.call('abs', from) }),
          this.call('log1p', { ...from, text: this.call('square', from) }),
          this.call('rsqrt', { ...from, text: `${this.call('square', from)}.add(1)` }),
          this.call(
            'pow',
            { ...from, text: `${this.call('abs', from)}.add(1)` },
            this.pick(['2', '0.5', '-1', 'tf.scalar(2)']),
          ),
        ])
      : this.call(op, from)
    return { ...from, text }
  }

  /** Something to compute with beside a tensor, of a shape that fits. */
  partner(from: Tensor): Tensor {
    const fitting = this.#tensors.filter(other => {
      const both = broadcast(from.shape, other.shape)
      return both && sizeOf(both) <= 500
    })
    const last = from.shape.at(-1)
    return this.pick([
      () => fitting[this.choose(fitting.length)] ?? from,
      () => ({
        text: this.variable(last === undefined ? [] : [last]),
        shape: last === undefined ? [] : [last],
        kind: 'float32' as const,
      }),
      () => ({ text: this.pick(['2', '-0.5', '3']), shape: [], kind: 'float32' as const }),
      () => ({ text: 'tf.scalar(3)', shape: [], kind: 'float32' as const }),
      () => ({ text: "tf.scalar(2, 'int32')", shape: [], kind: 'int32' as const }),
      () => {
        const shape = from.shape.map((size, i) => (i % 2 === this.choose(2) ? 1 : size))
        return { text: this.variable(shape), shape, kind: 'float32' as const }
      },
    ])()
  }

  binary(from: Tensor): Tensor | undefined {
    const other = this.partner(from)
    const shape = broadcast(from.shape, other.shape)
    if (!shape || from.kind === 'bool' || other.kind === 'bool') return undefined
    const op = this.pick([
      'add',
      'sub',
      'mul',
      'maximum',
      'minimum',
      'squaredDifference',
      'div',
      'floorDiv',
      'mod',
    ])
    const isNumber = /^-?[\d.]+$/.test(other.text)
    // A number beside whole numbers becomes a tensor of floats.
    const kind = wider(from.kind, isNumber ? 'float32' : other.kind)
    if (['div', 'floorDiv', 'mod'].includes(op)) {
      if (kind === 'int32')
        return { text: this.call(op, from, this.pick(["tf.scalar(2, 'int32')"])), shape: from.shape, kind }
      if (op !== 'div')
        return {
          text: this.call(op, this.apart(this.floats(from)), this.pick(['2', 'tf.scalar(1.5)'])),
          shape: from.shape,
          kind: op === 'mod' ? 'float32' : 'int32',
        }
      const divisor = isNumber
        ? other.text
        : `${other.text}${other.kind === 'float32' ? '' : '.toFloat()'}.square().add(1)`
      return { text: this.call('div', this.floats(from), divisor), shape, kind: 'float32' }
    }
    return { text: this.call(op, from, other.text), shape, kind }
  }

  reduction(from: Tensor): Tensor | undefined {
    const { length: rank } = from.shape
    if (rank === 0) return undefined
    const op = this.pick([
      'sum',
      'mean',
      'max',
      'min',
      'prod',
      'logSumExp',
      'argMax',
      'argMin',
      'norm',
      'any',
    ])
    if (op === 'any' && from.kind !== 'bool') return undefined
    if (op !== 'any' && from.kind === 'bool' && op !== 'sum') return undefined
    const axis = this.choose(rank)
    const isIndex = op.startsWith('arg')
    const given = ['mean', 'logSumExp', 'norm', 'prod'].includes(op) ? this.floats(from) : from
    const kind = isIndex ? 'int32' : op === 'any' ? 'bool' : from.kind === 'bool' ? 'int32' : given.kind
    const written = String(this.pick([axis, axis - rank]))
    if (isIndex)
      return {
        text: this.call(op, this.ordered(given), written),
        shape: from.shape.filter((_, i) => i !== axis),
        kind,
      }
    if (op === 'norm')
      return {
        text: this.call(op, given, "'euclidean'", written),
        shape: from.shape.filter((_, i) => i !== axis),
        kind,
      }
    const other = this.choose(rank)
    return this.pick([
      () => ({ text: this.call(op, given), shape: [], kind }),
      () => ({ text: this.call(op, given, written), shape: from.shape.filter((_, i) => i !== axis), kind }),
      () => ({
        text: this.call(op, given, `[${written}]`, 'true'),
        shape: from.shape.map((size, i) => (i === axis ? 1 : size)),
        kind,
      }),
      () =>
        axis === other
          ? {
              text: this.call(op, given, written, 'false'),
              shape: from.shape.filter((_, i) => i !== axis),
              kind,
            }
          : {
              text: this.call(op, given, `[${axis}, ${other - rank}]`),
              shape: from.shape.filter((_, i) => i !== axis && i !== other),
              kind,
            },
    ])()
  }

  shaped(from: Tensor): Tensor | undefined {
    const { shape, kind } = from
    const all = sizeOf(shape)
    const rank = shape.length
    const axis = rank === 0 ? 0 : this.choose(rank)
    return this.pick([
      () => ({ text: this.call('reshape', from, '[-1]'), shape: [all], kind }),
      () => {
        const divisor = [2, 3, 5, 7].find(size => all % size === 0)
        if (divisor === undefined)
          return { text: this.call('reshape', from, `[1, -1]`), shape: [1, all], kind }
        return { text: this.call('reshape', from, `[${divisor}, -1]`), shape: [divisor, all / divisor], kind }
      },
      () => ({ text: `${from.text}.flatten()`, shape: [all], kind }),
      () => {
        const at = this.choose(rank + 1)
        return {
          text: this.call('expandDims', from, String(this.pick([at, at - rank - 1]))),
          shape: [...shape.slice(0, at), 1, ...shape.slice(at)],
          kind,
        }
      },
      () => ({ text: this.call('squeeze', from), shape: shape.filter(size => size !== 1), kind }),
      () => ({ text: this.call('transpose', from), shape: [...shape].reverse(), kind }),
      () => {
        if (rank < 2) return undefined
        const permutation = shape.map((_, i) => (i + 1 + axis) % rank)
        return {
          text: this.call('transpose', from, `[${permutation.join(', ')}]`),
          shape: permutation.map(i => shape[i]!),
          kind,
        }
      },
      () => {
        const reps = shape.map((_, i) => (i === axis ? 2 : 1))
        return rank === 0
          ? undefined
          : {
              text: this.call('tile', from, `[${reps.join(', ')}]`),
              shape: shape.map((size, i) => size * reps[i]!),
              kind,
            }
      },
      () => {
        if (rank === 0 || rank > 4) return undefined
        const pads = shape.map((_, i) => (i === axis ? [1, 2] : [0, 0]))
        return {
          text: this.call(
            'pad',
            from,
            `[${pads.map(([a, b]) => `[${a}, ${b}]`).join(', ')}]`,
            ...(this.once(3) ? ['1'] : []),
          ),
          shape: shape.map((size, i) => (i === axis ? size + 3 : size)),
          kind,
        }
      },
      () =>
        rank === 0
          ? undefined
          : {
              text: this.call('reverse', from, this.pick([String(axis), `[${axis}]`, `${axis - rank}`])),
              shape,
              kind,
            },
      () => {
        if (rank === 0 || shape[axis]! < 2) return undefined
        const begin = shape.map((_, i) => (i === axis ? 1 : 0))
        const size = shape.map((_, i) => (i === axis ? this.pick([1, -1]) : -1))
        return {
          text: this.call('slice', from, `[${begin.join(', ')}]`, `[${size.join(', ')}]`),
          shape: shape.map((full, i) => (i !== axis ? full : size[i] === 1 ? 1 : full - 1)),
          kind,
        }
      },
      () =>
        rank > 0
          ? { text: this.call('slice', from, '1', '1'), shape: [1, ...shape.slice(1)], kind }
          : undefined,
    ])()
  }

  /** `x W + b`, in one of its spellings. */
  affine(given: Tensor): Tensor | undefined {
    const from = this.floats(given)
    const last = from.shape.at(-1)
    if (last === undefined || from.shape.length > 3) return undefined
    const units = this.pick([3, 2])
    const isVector = from.shape.length === 1
    const x: Tensor = isVector ? { ...from, text: `${from.text}.expandDims(0)`, shape: [1, last] } : from
    const shape = [...x.shape.slice(0, -1), units]
    if (x.shape.length === 3) {
      const batch = x.shape[0]!
      const weights = this.variable([batch, last, units])
      return { text: this.call('matMul', x, weights), shape, kind: 'float32' }
    }
    return this.pick([
      () => ({ text: this.call('matMul', x, this.variable([last, units])), shape, kind: 'float32' as const }),
      () => ({
        text: this.call('matMul', x, this.variable([units, last]), 'false', 'true'),
        shape,
        kind: 'float32' as const,
      }),
      () => ({
        text: `${this.call('matMul', x, this.variable([last, units]))}.add(${this.variable([units])})`,
        shape,
        kind: 'float32' as const,
      }),
      () => ({ text: this.call('dot', x, this.variable([last, units])), shape, kind: 'float32' as const }),
      () => ({
        text: `tf.einsum('ij,jk->ik', ${x.text}, ${this.variable([last, units])})`,
        shape,
        kind: 'float32' as const,
      }),
      () => ({
        text: this.call('matMul', { ...x, text: `${x.text}.transpose()` }, x.text),
        shape: [last, last],
        kind: 'float32' as const,
      }),
    ])()
  }

  normalized(given: Tensor): Tensor | undefined {
    const from = this.floats(given)
    const rank = from.shape.length
    if (rank === 0) return undefined
    const axis = this.pick([-1, rank - 1])
    const last = from.shape.at(-1)!
    return this.pick([
      () => ({ ...from, text: this.call('softmax', from, ...(this.once(2) ? [String(axis)] : [])) }),
      () => ({ ...from, text: this.call('logSoftmax', from) }),
      () => ({ ...from, text: `${from.text}.sub(${from.text}.mean(${axis}, true))` }),
      () => ({
        ...from,
        text: `tf.tidy(() => { const { mean, variance } = tf.moments(${from.text}, [${axis}], true); return ${from.text}.sub(mean).div(variance.add(0.1).sqrt()) })`,
      }),
      () =>
        rank < 2 || rank > 4
          ? undefined
          : {
              ...from,
              text: `tf.batchNorm(${from.text}, ${this.variable([last])}, ${this.variable([last])}.square(), ${this.variable([last])}, ${this.variable([last])}, 0.1)`,
            },
    ])()
  }

  joined(from: Tensor): Tensor | undefined {
    const { shape, kind } = from
    const rank = shape.length
    if (rank === 0) return undefined
    const axis = this.choose(rank)
    const same = this.some(other => other.kind === kind && other.shape.join() === shape.join()) ?? from
    const wide = shape.map((size, i) => (i === axis ? 2 * size : size))
    return this.pick([
      () => ({
        text: `tf.concat([${from.text}, ${same.text}], ${this.pick([axis, axis - rank])})`,
        shape: wide,
        kind,
      }),
      () => ({ text: `${from.text}.concat(${same.text}, ${axis})`, shape: wide, kind }),
      () => ({
        text: `tf.stack([${from.text}, ${same.text}], ${axis})`,
        shape: [...shape.slice(0, axis), 2, ...shape.slice(axis)],
        kind,
      }),
      () => ({ text: `tf.unstack(${from.text})[${this.choose(shape[0]!)}]`, shape: shape.slice(1), kind }),
      () => ({
        text: `tf.split(${from.text}, ${shape[axis]}, ${axis})[0]`,
        shape: shape.map((size, i) => (i === axis ? 1 : size)),
        kind,
      }),
      () =>
        shape[axis]! > 1
          ? {
              text: `tf.split(${from.text}, [1, ${shape[axis]! - 1}], ${this.pick([axis, axis - rank])})[1]`,
              shape: shape.map((size, i) => (i === axis ? size - 1 : size)),
              kind,
            }
          : undefined,
      () => ({ text: `tf.addN([${from.text}, ${same.text}, ${from.text}])`, shape, kind }),
    ])()
  }

  compared(from: Tensor): Tensor | undefined {
    const other = this.partner(from)
    const shape = broadcast(from.shape, other.shape)
    if (!shape || from.kind === 'bool' || other.kind === 'bool') return undefined
    const op = this.pick(['greater', 'less', 'greaterEqual', 'lessEqual', 'equal', 'notEqual'])
    return { text: this.call(op, this.apart(this.floats(from)), other.text), shape, kind: 'bool' }
  }

  chosen(from: Tensor): Tensor | undefined {
    const same =
      this.some(other => other.kind === from.kind && other.shape.join() === from.shape.join()) ?? from
    if (from.kind === 'bool') {
      const op = this.pick(['logicalAnd', 'logicalOr', 'logicalXor'])
      return { ...from, text: this.call(op, from, same.text) }
    }
    const condition = this.some(other => other.kind === 'bool' && other.shape.join() === from.shape.join())
    const test = condition?.text ?? `${this.apart(from).text}.greater(0)`
    return {
      ...from,
      text: this.pick([
        `tf.where(${test}, ${from.text}, ${same.text})`,
        `${from.text}.where(${test}, ${same.text})`,
      ]),
    }
  }

  typed(given: Tensor): Tensor {
    const kind = this.pick(['int32', 'float32', 'bool'] as const)
    const from = kind === 'float32' ? given : this.apart(given)
    const method = { int32: 'toInt', float32: 'toFloat', bool: 'toBool' }[kind]
    return {
      ...from,
      text: this.pick([
        `${from.text}.${method}()`,
        this.call('cast', from, `'${kind}'`),
        `${from.text}.asType('${kind}')`,
      ]),
      kind,
    }
  }

  window(given: Tensor): Tensor | undefined {
    const from = this.floats(given)
    const { shape } = from
    const same = this.choose(2) === 0
    const padding = same ? "'same'" : "'valid'"
    if (shape.length === 4) {
      const [n = 1, height = 1, width = 1, channels = 1] = shape
      const kernel = 2
      const stride = this.pick([1, 2])
      const after = (size: number) =>
        same ? Math.ceil(size / stride) : Math.ceil((size - kernel + 1) / stride)
      if (height < 2 || width < 2) return undefined
      const sizes = [n, after(height), after(width)]
      return this.pick([
        () => ({
          text: this.call('conv2d', from, this.variable([2, 2, channels, 3]), String(stride), padding),
          shape: [...sizes, 3],
          kind: 'float32' as const,
        }),
        () => ({
          text: this.call(
            'depthwiseConv2d',
            from,
            this.variable([2, 2, channels, 1]),
            String(stride),
            padding,
          ),
          shape: [...sizes, channels],
          kind: 'float32' as const,
        }),
        () => ({
          text: this.call('maxPool', from, '2', String(stride), padding),
          shape: [...sizes, channels],
          kind: 'float32' as const,
        }),
        () => ({
          text: this.call('avgPool', from, '[2, 2]', `[${stride}, ${stride}]`, padding),
          shape: [...sizes, channels],
          kind: 'float32' as const,
        }),
      ])()
    }
    if (shape.length !== 3) return undefined
    const [n = 1, width = 1, channels = 1] = shape
    if (width < 2) return undefined
    return {
      text: this.call('conv1d', from, this.variable([2, channels, 3]), '1', padding),
      shape: [n, same ? width : width - 1, 3],
      kind: 'float32',
    }
  }

  scanned(given: Tensor): Tensor | undefined {
    const from = this.floats(given)
    const rank = from.shape.length
    if (rank === 0) return undefined
    const axis = this.choose(rank)
    return this.pick([
      () => ({ ...from, text: this.call('cumsum', from, String(axis)) }),
      () => ({
        ...from,
        text: this.call(
          'cumsum',
          from,
          String(axis),
          this.pick(['true', 'false']),
          this.pick(['true', 'false']),
        ),
      }),
      () => ({ ...from, text: `tf.cumprod(${from.text}, ${axis})` }),
    ])()
  }

  looked(from: Tensor): Tensor | undefined {
    const { shape, kind } = from
    if (shape.length === 0) return undefined
    const axis = this.choose(shape.length)
    const indices = [shape[axis]! - 1, 0]
    const last = shape.at(-1)!
    return this.pick([
      () => ({
        text: this.call('gather', from, `tf.tensor1d([${indices.join(', ')}], 'int32')`, String(axis)),
        shape: shape.map((size, i) => (i === axis ? 2 : size)),
        kind,
      }),
      () =>
        ({ text: this.call('gather', from, `[${indices.join(', ')}]`), shape: [2, ...shape.slice(1)], kind })
          .shape[0] && axis === 0
          ? {
              text: this.call('gather', from, `[${indices.join(', ')}]`),
              shape: [2, ...shape.slice(1)],
              kind,
            }
          : undefined,
      () => ({
        text: `tf.oneHot(${this.call('argMax', this.ordered(this.floats(from)), '-1')}, ${last})`,
        shape: [...shape.slice(0, -1), last],
        kind: 'int32' as const,
      }),
      () =>
        shape.length > 1 && kind === 'float32'
          ? {
              text: `tf.topk(${from.text}, ${Math.min(2, last)}).values`,
              shape: [...shape.slice(0, -1), Math.min(2, last)],
              kind,
            }
          : undefined,
      () => ({ text: `tf.onesLike(${this.floats(from).text})`, shape, kind: 'float32' as const }),
      () => ({ text: `tf.range(0, ${last}).mul(2)`, shape: [last], kind: 'float32' as const }),
    ])()
  }

  /** Layers in a loop over weights. */
  looped(given: Tensor, lines: string[]): Tensor | undefined {
    const from = this.floats(given)
    const last = from.shape.at(-1)
    if (from.shape.length !== 2 || last === undefined || last > 7) return undefined
    const name = this.name('h')
    const weights = `[${[0, 1].map(() => this.variable([last, last])).join(', ')}]`
    lines.push(
      `let ${name} = ${from.text}`,
      this.pick([
        `for (const w of ${weights}) ${name} = tf.tanh(tf.matMul(${name}, w))`,
        `;${weights}.forEach((w, i) => {\n  ${name} = ${name}.matMul(w)\n  if (i === 0) ${name} = ${name}.relu()\n})`,
        `for (let i = 0, all = ${weights}; i < all.length; i++) {\n  ${name} = ${name}.matMul(all[i]).sigmoid().add(i)\n}`,
        `${name} = ${weights}.reduce((h, w) => h.matMul(w).tanh(), ${name})`,
      ]),
    )
    return { text: name, shape: from.shape, kind: 'float32' }
  }

  attention(given: Tensor): Tensor | undefined {
    const from = this.floats(given)
    const rank = from.shape.length
    if (rank !== 2 && rank !== 3) return undefined
    const width = from.shape.at(-1)!
    const causal = this.once(2) && rank === 2
    const steps = from.shape.at(-2)!
    const scores = `tf.matMul(${from.text}, ${from.text}, false, true).div(Math.sqrt(${width}))`
    const masked = causal
      ? `${scores}.add(tf.linalg.bandPart(tf.ones([${steps}, ${steps}]), -1, 0).sub(1).mul(1e9))`
      : scores
    return { ...from, text: `tf.matMul(${masked}.softmax(), ${from.text})` }
  }
}

/** A random function that computes with tensors and variables. */
export const forwardProgram = (choices: readonly number[]): Program => new ForwardWriter(choices).program()
