import { Choices, indent } from './choices.js'
import type { Program } from './execution.js'

/**
 * Programs that mix what JavaScript does with numbers, lists, objects and functions with what TensorFlow.js does with
 * tensors, written out of choices; every value that they compute reaches the result.
 */
class Writer extends Choices {
  #depth = 0
  /** What is in scope, by kind. A `let` can be assigned. */
  #numbers: { readonly name: string; readonly isLet: boolean }[] = []
  #lists: string[] = []
  #objects: string[] = []
  #functions: string[] = []
  #tensors: { readonly name: string; readonly shape: string; readonly isLet: boolean }[] = []

  /** Runs an action whose declarations are not seen outside. */
  block<Result>(action: () => Result): Result {
    const kept = [this.#numbers, this.#lists, this.#objects, this.#functions, this.#tensors] as const
    this.#numbers = [...kept[0]]
    this.#lists = [...kept[1]]
    this.#objects = [...kept[2]]
    this.#functions = [...kept[3]]
    this.#tensors = [...kept[4]]
    try {
      return action()
    } finally {
      ;[this.#numbers, this.#lists, this.#objects, this.#functions, this.#tensors] = kept
    }
  }

  program(): Program {
    this.#tensors = [
      { name: 'x', shape: 'x', isLet: false },
      { name: 'y', shape: 'x', isLet: false },
      { name: 'v', shape: 'v', isLet: false },
    ]
    const statements = Array.from({ length: 3 + this.choose(7) }, () => this.statement())
    const numbers = this.#numbers.map(({ name }) => name)
    const lists = this.#lists.map(name => `...${name}`)
    const fields = [
      ...this.#tensors.map(({ name }) => name),
      `numbers: x.mul([${[...numbers, ...lists, 1].join(', ')}].reduce((a, b, i) => (a * 3 + b * (i + 1)) % 101, 0))`,
      ...this.#objects.map(
        (name, i) => `o${i}: v.mul(Object.values(${name}).filter(n => typeof n === 'number').length)`,
      ),
    ]
    const code = `exports.run = (x, y, v) => {\n${indent(statements.join('\n'))}\n  return { ${fields.join(', ')} }\n}\n`
    return { code, target: 'run', inputs: { x: [3, 5], y: [3, 5], v: [5] } }
  }

  statement(): string {
    const kinds = [
      () => this.numberDeclaration(),
      () => this.tensorDeclaration(),
      () => this.listDeclaration(),
      () => this.assignment(),
      () => this.tensorAssignment(),
      () => this.objectDeclaration(),
      () => this.functionDeclaration(),
      () => this.destructuring(),
      () => this.classDeclaration(),
      () => this.generator(),
      () => this.iterable(),
      () => this.leaving(),
      () => this.converted(),
      () => this.described(),
    ]
    const nested = [
      () => this.loop(),
      () => this.branch(),
      () => this.switching(),
      () => this.trying(),
      () => this.each(),
    ]
    return this.pick(this.#depth < 2 ? [...kinds, ...nested] : kinds)()
  }

  body(): string {
    this.#depth++
    const text = this.block(() =>
      Array.from({ length: 1 + this.choose(3) }, () => this.statement()).join('\n'),
    )
    this.#depth--
    return indent(text)
  }

  number(depth = 0): string {
    const inner = () => this.number(depth + 1)
    const known = this.#numbers.map(
      ({ name }) =>
        () =>
          name,
    )
    const lists = this.#lists.flatMap(name => [
      () => `${name}.length`,
      () => `(${name}[${inner()}] ?? ${inner()})`,
      () => `${name}.reduce((a, b) => a + b, ${this.choose(3)})`,
      () => `${name}.indexOf(${inner()})`,
      () => `Math.max(0, ...${name})`,
    ])
    const objects = this.#objects.flatMap(name => [
      () => `(${name}.a ?? 1)`,
      () => `(${name}['b'] ?? ${inner()})`,
    ])
    const functions = this.#functions.map(name => () => `${name}(${inner()})`)
    const simple = [() => String(this.choose(9) - 3), ...known]
    const complex = [
      () => `(${inner()} + ${inner()})`,
      () => `(${inner()} - ${inner()})`,
      () => `(${inner()} * ${inner()} % 7)`,
      () => `Math.floor(${inner()} / 2)`,
      () => `(${this.condition()} ? ${inner()} : ${inner()})`,
      () => `x.shape[${this.choose(2)}]`,
      () => `\`\${${inner()}}\`.length`,
      () => `+(${this.condition()})`,
      () => `[${inner()}, ${inner()}].map((n, i) => n + i)[${this.choose(2)}]`,
      () => `(n => n * 2)(${inner()})`,
      () => `(({ p = ${inner()}, q } = {}) => p + (q ?? 1))({ q: ${inner()} })`,
    ]
    return this.pick(depth > 2 ? simple : [...simple, ...lists, ...objects, ...functions, ...complex])()
  }

  condition(): string {
    const n = () => this.number(2)
    return this.pick([
      () => `${n()} > ${n()}`,
      () => `${n()} % 2 === 0`,
      () => `${n()} !== ${n()}`,
      () => `!(${n()} < ${n()} && ${n()} <= ${n()})`,
      () => `(${n()} || ${n()}) > 1`,
    ])()
  }

  tensor(shape: string, depth = 0): string {
    const same = this.#tensors.filter(entry => entry.shape === shape).map(({ name }) => name)
    const inner = () => this.tensor(shape, depth + 1)
    const simple = [() => this.pick(same)]
    const complex = [
      () => `${inner()}.add(${inner()})`,
      () => `${inner()}.mul(${this.number(2)})`,
      () => `tf.sub(${inner()}, ${inner()})`,
      () => `tf.tanh(${inner()})`,
      () => `${inner()}.${this.pick(['relu', 'sigmoid', 'square', 'neg', 'abs', 'elu', 'softplus'])}()`,
      () => `tf.tidy(() => tf.maximum(${inner()}, ${inner()}))`,
      () => `[${inner()}, ${inner()}].reduce((a, b) => a.sub(b))`,
      () => `(${this.condition()} ? ${inner()} : ${inner()})`,
      () => `tf.stack([${inner()}, ${inner()}]).mean(0)`,
      () => `tf.concat([${inner()}, ${inner()}]).split(2)[${this.choose(2)}]`,
      ...(shape === 'x'
        ? [
            () => `${inner()}.sub(${inner()}.mean(${this.pick(['-1', '1', '[0]'])}, true))`,
            () => `${inner()}.softmax()`,
            () => `${inner()}.matMul(${inner()}.transpose().matMul(${inner()})).tanh()`,
            () => `tf.add(${this.tensor('v', depth + 1)}, ${inner()})`,
            () => `${inner()}.reshape([5, -1]).transpose()`,
            () =>
              `${inner()}.unstack().map((row, i) => row.mul(i + 1)).reduce((a, b) => a.add(b)).mul(tf.ones([3, 1]))`,
          ]
        : [
            () => `${this.tensor('x', depth + 1)}.sum(0)`,
            () => `${this.tensor('x', depth + 1)}.slice([${this.choose(3)}, 0], [1, -1]).squeeze([0])`,
            () => `tf.tensor1d([1, 2, 3, 4, ${this.number(2)}])`,
            () => `tf.dot(${this.tensor('x', depth + 1)}.transpose(), tf.ones([3]))`,
          ]),
    ]
    return this.pick(depth > 2 ? simple : [...simple, ...complex])()
  }

  numberDeclaration(): string {
    const value = this.number()
    const isLet = this.choose(2) === 1
    const name = this.name('n')
    this.#numbers.push({ name, isLet })
    return `${isLet ? 'let' : 'const'} ${name} = ${value}`
  }

  tensorDeclaration(): string {
    const shape = this.pick(['x', 'v'])
    const value = this.bounded(shape)
    const isLet = this.choose(2) === 1
    const name = this.name('t')
    this.#tensors.push({ name, shape, isLet })
    return `${isLet ? 'let' : 'const'} ${name} = ${value}`
  }

  listDeclaration(): string {
    const n = () => this.number(1)
    const from = this.#lists.length > 0 ? this.pick(this.#lists) : `[3, 1, 2]`
    const value = this.pick([
      () => `[${n()}, ${n()}, ${n()}]`,
      () => `${from}.map((n, i) => n + i * ${n()})`,
      () => `${from}.filter(n => n % 2 === 0)`,
      () => `[...${from}, ${n()}]`,
      () => `Array.from({ length: ${1 + this.choose(3)} }, (_, i) => i - ${n()})`,
      () => `${from}.slice(${this.choose(2)}).concat([${n()}])`,
      () => `[...${from}].reverse()`,
      () => `[...${from}].sort((a, b) => a - b)`,
      () => `${from}.flatMap(n => [n, ${n()}])`,
      () => `[...Array(${1 + this.choose(3)}).keys()].map(i => i * ${n()})`,
      () => `${from}.fill(${n()}, 1)`,
      () => `Object.entries({ p: ${n()}, q: ${n()} }).map(([key, value]) => key.length + value)`,
    ])()
    const name = this.name('l')
    this.#lists.push(name)
    return `const ${name} = ${value}`
  }

  assignment(): string {
    const places = this.#numbers.filter(({ isLet }) => isLet)
    const pushed = this.#lists.map(name => () => `${name}.push(${this.number(1)})`)
    const changed = this.#lists.map(name => () => `${name}[${this.choose(3)}] = ${this.number(1)}`)
    const fields = this.#objects.map(
      name => () => `${name}.${this.pick(['a', 'b', 'c'])} = ${this.number(1)}`,
    )
    const numbers = places.flatMap(({ name }) => [
      () => `${name} = ${this.number()}`,
      () => `${name} += ${this.number(1)}`,
      () => `${name}++`,
      () => `;[${name}] = [${this.number(1)} - ${name}]`,
    ])
    const all = [...numbers, ...pushed, ...changed, ...fields]
    return all.length > 0 ? this.pick(all)() : this.numberDeclaration()
  }

  tensorAssignment(): string {
    const places = this.#tensors.filter(({ isLet }) => isLet)
    if (places.length === 0) return this.tensorDeclaration()
    const { name, shape } = this.pick(places)
    return `${name} = ${this.bounded(shape)}`
  }

  /** What a variable keeps stays small, so that single precision has the same finite numbers as double precision. */
  bounded(shape: string): string {
    return `${this.tensor(shape)}.clipByValue(-9, 9)`
  }

  objectDeclaration(): string {
    const n = () => this.number(1)
    const spread = this.#objects.length > 0 && this.choose(2) === 1 ? `...${this.pick(this.#objects)}, ` : ''
    const value = this.pick([
      () => `{ ${spread}a: ${n()} }`,
      () => `{ ${spread}['b']: ${n()}, get c() { return this.b + 1 } }`,
      () => `Object.assign({ a: ${n()} }, ${this.pick([...this.#objects, '{ d: 2 }'])})`,
      () => `Object.fromEntries([['a', ${n()}], ['b', ${n()}]])`,
      () => `{ ${spread}a: ${n()}, twice(n = 1) { return (this.a ?? 0) + 2 * n } }`,
    ])()
    const name = this.name('o')
    this.#objects.push(name)
    return `const ${name} = ${value}`
  }

  functionDeclaration(): string {
    const name = this.name('f')
    const argument = this.name('a')
    const body = this.block(() => {
      this.#numbers.push({ name: argument, isLet: true })
      return this.pick([
        () => `const ${name} = ${argument} => ${this.number(1)}`,
        () => `const ${name} = (${argument} = ${this.choose(4)}, ...rest) => ${this.number(1)} + rest.length`,
        () =>
          `function ${name}(${argument}) {\n  if (${this.condition()}) return ${this.number(1)}\n${this.body()}\n  return ${argument}\n}`,
        () =>
          `const ${name} = (() => {\n  let calls = ${this.choose(3)}\n  return ${argument} => ${argument} + calls++\n})()`,
        () =>
          `const ${name} = ${argument} => (${argument} <= 0 || ${argument} > 9 ? 1 : ${argument} * ${name}(${argument} - 2) % 13)`,
      ])()
    })
    this.#functions.push(name)
    return body
  }

  destructuring(): string {
    const [a, b] = [this.name('n'), this.name('n')]
    const n = () => this.number(1)
    const text = this.pick([
      () => `const [${a}, ${b} = ${n()}] = [${n()}]`,
      () => `const { a: ${a} = ${n()}, b: ${b} = ${n()} } = ${this.pick([...this.#objects, '{ a: 2 }'])}`,
      () => `const [${a}, [, ${b}]] = [${n()}, [${n()}, ${n()}]]`,
      () =>
        `const { z: { w: ${a} }, ...${b}rest } = { z: { w: ${n()} }, p: 1, q: 2 }\nconst ${b} = Object.keys(${b}rest).length`,
      () => `let [${a}, ${b}] = x.shape\n;[${a}, ${b}] = [${b}, ${a}]`,
    ])()
    this.#numbers.push({ name: a, isLet: false }, { name: b, isLet: false })
    return text
  }

  classDeclaration(): string {
    const name = this.name('C')
    const object = this.name('t')
    const n = () => this.number(1)
    const text = [
      `class ${name} {`,
      `  static count = ${n()}`,
      `  offset = ${n()}`,
      `  constructor(scale = ${n()}) {`,
      '    this.scale = scale',
      '  }',
      '  get sum() {',
      `    return this.scale + this.offset + ${name}.count`,
      '  }',
      '  apply(t) {',
      '    return t.mul(this.sum)',
      '  }',
      '}',
      `class ${name}b extends ${name} {`,
      '  constructor(...args) {',
      `    super(...args)`,
      `    this.offset += ${n()}`,
      '  }',
      '  apply(t) {',
      `    return super.apply(t).add(${n()})`,
      '  }',
      '}',
      `const ${object} = new ${name}${this.pick(['', 'b'])}(${this.pick(['', n()])}).apply(${this.tensor('x', 2)})`,
    ].join('\n')
    this.#tensors.push({ name: object, shape: 'x', isLet: false })
    return text
  }

  generator(): string {
    const name = this.name('g')
    const list = this.name('l')
    const text = `function* ${name}(n) {\n  for (let i = 0; i < n; i++) yield i * ${this.number(2)}\n  yield* [${this.number(2)}]\n}\nconst ${list} = [...${name}(${1 + this.choose(3)})]`
    this.#lists.push(list)
    return text
  }

  /** An object of which a loop, a pattern or a list takes some or all, and which is told when no more is wanted. */
  iterable(): string {
    const [name, list] = [this.name('I'), this.name('l')]
    const n = () => this.number(2)
    const count = 1 + this.choose(3)
    const body = this.pick([
      () =>
        `let i = 0\n    return { next: () => ({ value: i * 2, done: i++ >= ${count} }), return: () => (${list}.push(${n()}), {}) }`,
      () => `return [${n()}, ${n()}, ${n()}][Symbol.iterator]()`,
      () => `return new Map([[${n()}, ${n()}], [7, ${n()}]]).${this.pick(['keys', 'values'])}()`,
      () =>
        `return (function* () {\n      try {\n        for (let i = 0; ; i++) {\n          if (i > ${count}) return\n          yield i\n        }\n      } finally {\n        ${list}.push(${n()})\n      }\n    })()`,
    ])()
    const taken = this.pick([
      () => `${list}.push(...${name})`,
      () => `const [${list}a, , ${list}b = ${n()}] = ${name}\n${list}.push(${list}a, ${list}b)`,
      () => `for (const item of ${name}) {\n  if (item > ${n()}) break\n  ${list}.push(item)\n}`,
      () =>
        `try {\n  for (const item of ${name}) if (item === ${n()}) throw item\n} catch (item) {\n  ${list}.push(item)\n}`,
      () => `${list}.push(...Array.from(${name}, (item, i) => item + i), new Set(${name}).size)`,
    ])()
    const text = `const ${list} = []\nconst ${name} = {\n  [Symbol.iterator]() {\n    ${body}\n  },\n}\n${taken}`
    this.#lists.push(list)
    return text
  }

  /** Code that an error of the program or of the language, or a return, leaves. */
  leaving(): string {
    const [name, list, argument] = [this.name('f'), this.name('l'), this.name('a')]
    const text = this.block(() => {
      this.#numbers.push({ name: argument, isLet: true })
      const n = () => this.number(2)
      const left = this.pick([
        () => `if (${this.condition()}) return ${n()}`,
        () => `if (${this.condition()}) throw new RangeError('left')`,
        () => `${list}.push(${argument}())`,
        () => `${list}.push(${list}later)`,
        () => `${list}.push([].reduce((a, b) => a + b))`,
        () => `for (const item of [1, 2]) if (item > ${n()}) break; else continue`,
      ])
      const ended = this.pick([
        () => '',
        () => `\n    if (${this.condition()}) return ${n()}`,
        () => `\n    ${argument}++`,
      ])
      return `function ${name}(${argument}) {\n  try {\n    ${list}.push(${n()})\n    ${left()}\n    ${list}.push(${n()})\n  } finally {\n    ${list}.push(${argument})${ended()}\n  }\n  return ${n()}\n}`
    })
    const called = `try {\n  ${list}.push(${name}(${this.number(1)}))\n} catch (error) {\n  ${list}.push(error instanceof ReferenceError ? 2 : error instanceof TypeError ? 3 : error.message.length)\n}\nlet ${list}later = 1`
    this.#lists.push(list)
    return `const ${list} = []\n${text}\n${called}`
  }

  /** Objects that say what they are as numbers and texts. */
  converted(): string {
    const [object, name] = [this.name('v'), this.name('n')]
    const n = () => this.number(1)
    const says = this.pick([
      () => `valueOf: () => ${n()}`,
      () => `toString: () => ${n()}`,
      () => `valueOf() { return this.size }, size: ${n()}, toString: () => 'text'`,
      () => `[Symbol.toPrimitive]: hint => hint.length * ${n()}`,
    ])()
    const asked = this.pick([
      () => `+${object}`,
      () => `${object} * ${n()}`,
      () => `(${object} > ${n()} ? 1 : 2)`,
      () => `(${object} == ${n()} ? 1 : 2)`,
      () => `\`\${${object}}\`.length`,
      () => `Number([${object}])`,
      () => `({ [${object}]: ${n()} }[${object}])`,
    ])()
    // What a text or a key says is no number where it is none.
    const text = `const ${object} = { ${says} }\nconst ${name} = Math.round(${asked}) || ${this.choose(5)}`
    this.#numbers.push({ name, isLet: false })
    return text
  }

  /** Objects with fields that are hidden, computed or inherited. */
  described(): string {
    const [base, object, list] = [this.name('p'), this.name('d'), this.name('l')]
    const n = () => this.number(1)
    const field = this.pick([
      () =>
        `Object.defineProperty(${base}, 'b', { value: ${n()}, enumerable: ${this.choose(2) === 1}, writable: true })`,
      () => `Object.defineProperty(${base}, 'c', { get() { return this.a + ${n()} }, enumerable: true })`,
      () => `Object.defineProperty(${base}, 'd', { set(value) { this.a = value }, configurable: true })`,
    ])()
    const text = [
      `const ${base} = { a: ${n()}, 2: ${n()} }`,
      field,
      `const ${object} = ${this.pick([`Object.create(${base})`, `{ ...${base} }`, `Object.assign({}, ${base})`])}`,
      `${object}.${this.pick(['a', 'd'])} = ${n()}`,
      `const ${list} = [${object}.a, ${object}.b ?? 1, ${object}.c ?? 2, +('a' in ${object}), +Object.hasOwn(${object}, 'a')]`,
      `for (const key in ${object}) ${list}.push(key.charCodeAt(0))`,
      `${list}.push(Object.keys(${object}).length, ...Object.values(${object}).map(item => item ?? 3))`,
    ].join('\n')
    this.#lists.push(list)
    return text
  }

  loop(): string {
    const i = this.name('i')
    return this.pick([
      () => `for (let ${i} = 0; ${i} < ${1 + this.choose(3)}; ${i}++) {\n${this.withNumber(i)}\n}`,
      () =>
        `for (const ${i} of ${this.pick([...this.#lists.map(name => `[...${name}].slice(0, 4)`), '[2, 0, 1]'])}) {\n${this.withNumber(i)}\n}`,
      () =>
        `let ${i} = ${2 + this.choose(2)}\nwhile (${i}-- > 0) {\n  if (${this.condition()}) continue\n${this.withNumber(i)}\n}`,
      () =>
        `for (const [${i}, ${i}v] of [4, 5].entries()) {\n  if (${this.condition()}) break\n${this.withNumber(`${i}v`)}\n}`,
      () =>
        `const ${i}s = []\nfor (let ${i} = 0; ${i} < 3; ${i}++) ${i}s.push(() => ${i} + ${this.number(2)})\n${this.added(`${i}s`)}`,
      () => `let ${i} = 0\ndo {\n${this.withNumber(i)}\n} while (++${i} < ${1 + this.choose(3)})`,
    ])()
  }

  added(closures: string): string {
    const name = this.name('l')
    this.#lists.push(name)
    return `const ${name} = ${closures}.map(f => f())`
  }

  withNumber(name: string): string {
    return this.block(() => {
      this.#numbers.push({ name, isLet: false })
      return this.body()
    })
  }

  branch(): string {
    return `if (${this.condition()}) {\n${this.body()}\n} else {\n${this.body()}\n}`
  }

  switching(): string {
    return `switch (${this.number(1)}) {\n  case 0:\n${this.body()}\n  case 1: {\n${this.body()}\n    break\n  }\n  default: {\n${this.body()}\n  }\n}`.replace(
      /case 0:\n([\s\S]*?)\n {2}case 1/,
      'case 0: {\n$1\n  }\n  case 1',
    )
  }

  trying(): string {
    return `try {\n${this.body()}\n  if (${this.condition()}) throw new Error('stop')\n${this.body()}\n} catch (error) {\n${this.body()}\n} finally {\n${this.body()}\n}`
  }

  each(): string {
    const item = this.name('e')
    // The semicolon keeps the list from being an index of the line before.
    return `;${this.pick([...this.#lists.map(name => `[...${name}].slice(0, 4)`), '[1, 2]'])}.forEach((${item}, ${item}i) => {\n${this.withNumber(item)}\n})`
  }
}

/** A random function over tensors. */
export const functionProgram = (choices: readonly number[]): Program => new Writer(choices).program()
