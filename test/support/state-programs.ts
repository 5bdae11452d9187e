import { Choices, indent } from './choices.js'
import type { Program } from './execution.js'

/**
 * Programs that change what they have the way that scripts do: lists in place, dictionaries, maps, fields of objects and of
 * prototypes, counters in closures, labelled loops and variables of TensorFlow.js. Whole numbers that they compute reach the result.
 */
class StateWriter extends Choices {
  readonly #numbers: string[] = ['2']
  /** What the statement declares that is being written. */
  #declared: string[] = []
  readonly #lists: string[] = []
  readonly #tensors: string[] = ['x']

  program(): Program {
    const statements = [
      ...Array.from({ length: 2 }, () => this.list()),
      ...Array.from({ length: 3 + this.choose(7) }, () => this.statement()),
    ]
    const numbers = [...this.#numbers, ...this.#lists.map(name => `...${name}`)].join(', ')
    const sum = `[${numbers}].reduce((sum, n, i) => (sum * 3 + (n || 0) * (i + 1)) % 101, 0)`
    const code = `exports.run = x => {\n${indent(statements.join('\n'))}\n  return { x: ${this.#tensors.join('.add(')}${')'.repeat(this.#tensors.length - 1)}, sum: x.mul(${sum}) }\n}\n`
    return { code, target: 'run', inputs: { x: [3, 2] } }
  }

  /** A name for a number that later statements read. */
  named(prefix: string): string {
    const name = this.name(prefix)
    this.#declared.push(name)
    return name
  }

  n(): string {
    return this.pick([() => String(this.choose(7) - 1), () => this.pick(this.#numbers)])()
  }

  test(): string {
    return this.pick([
      () => `${this.n()} > ${this.n()}`,
      () => `${this.n()} % 2 === 0`,
      () => `${this.pick(this.#lists)}.length > ${this.choose(4)}`,
      () => `!${this.n()}`,
    ])()
  }

  list(): string {
    const name = this.name('l')
    const text = this.pick([
      () => `const ${name} = [${this.n()}, ${this.n()}, 4, ${this.n()}]`,
      () =>
        `const ${name} = new Array(3)\nfor (var ${name}i = 0; ${name}i < 3; ${name}i++) ${name}[${name}i] = ${name}i * ${this.n()}`,
      () => `const ${name} = []\nwhile (${name}.length < 3) ${name}.push(${name}.length + ${this.n()})`,
      () => `const ${name} = [].concat(${this.n()}, [${this.n()}, 5])`,
      () => `const ${name} = Array.apply(null, Array(4)).map((_, i) => i + ${this.n()})`,
      () => `const ${name} = [[1, ${this.n()}], [3]].flat()`,
      () => `const ${name} = '3,1,2'.split(',').map(Number)`,
      () => `const ${name} = Array.from(tf.tensor1d([3, ${this.n()}, 1]).dataSync())`,
      () => `const ${name} = tf.tensor2d([[1, 2], [3, ${this.n()}]]).arraySync()[1]`,
    ])()
    this.#lists.push(name)
    return text
  }

  statement(): string {
    const text = this.written()
    this.#numbers.push(...this.#declared)
    this.#declared = []
    return text
  }

  written(): string {
    return this.pick([
      () => this.list(),
      () => this.changed(),
      () => this.changed(),
      () => this.searched(),
      () => this.dictionary(),
      () => this.labelled(),
      () => this.constructed(),
      () => this.lent(),
      () => this.counted(),
      () => this.spoken(),
      () => this.collected(),
      () => this.queued(),
      () => this.assigned(),
      () => this.variable(),
      () => this.chosen(),
      () => this.scoped(),
    ])()
  }

  /** A list in place. */
  changed(): string {
    const list = this.pick(this.#lists)
    return this.pick([
      () => `${list}.splice(${this.choose(3)}, ${this.choose(2)}, ${this.n()})`,
      () => `const ${this.named('n')} = ${list}.splice(1, 2).length`,
      () => `${list}.unshift(${this.n()}, 1)`,
      () => `const ${this.named('n')} = ${list}.pop() || 1`,
      () => `const ${this.named('n')} = ${list}.shift() || 1`,
      () => `${list}.sort((a, b) => ${this.pick(['a - b', 'b - a'])})`,
      () => `${list}.reverse()`,
      () => `if (${list}.length > 1) [${list}[0], ${list}[1]] = [${list}[1], ${list}[0]]`,
      () => `${list}.length = Math.min(${list}.length, 2)`,
      () => `${list}.forEach((n, i, all) => { all[i] = n + i })`,
      () => `for (const i in ${list}) ${list}[i] += Number(i)`,
      () => `${list}[${list}.length] = ${this.n()}`,
      () =>
        `const ${list}alias = ${list}\n${list}alias.push(${this.n()})`.replaceAll(
          'alias',
          this.name('alias'),
        ),
    ])()
  }

  searched(): string {
    const list = this.pick(this.#lists)
    const value = this.pick([
      () => `${list}.find(n => n > ${this.n()}) ?? 0`,
      () => `${list}.findIndex(n => n === ${this.n()})`,
      () => `+${list}.some((n, i) => n > i)`,
      () => `+${list}.every(n => n >= ${this.n()})`,
      () => `+${list}.includes(${this.n()})`,
      () => `${list}.at(-1) ?? 3`,
      () => `${list}.lastIndexOf(${this.n()})`,
      () => `${list}.slice(-2).reduceRight((a, b) => a * 2 - b, 1)`,
      () => `${list}.join('-').length`,
      () => `Math.min(...${list}, 9)`,
      () => `Math.max.apply(null, ${list}.concat(0))`,
      () => `[...new Set(${list})].length`,
      () => `JSON.parse(JSON.stringify({ ${list}, n: ${this.n()} })).${list}.length`,
    ])()
    return `const ${this.named('n')} = ${value}`
  }

  dictionary(): string {
    const name = this.name('d')
    const filled = this.pick([
      () => `for (const key of ['a', 'b', 'a']) ${name}[key] = (${name}[key] || ${this.n()}) + 1`,
      () => `;['a', 'b', 'c'].forEach((key, i) => { ${name}[key] ??= i * ${this.n()} })`,
      () => `${name}.a = ${name}.b = ${this.n()}\n${name}['c' + 1] = 2`,
      () => `Object.assign(${name}, { a: ${this.n()}, b: 2 }, null)\ndelete ${name}.b`,
      () =>
        `Object.entries({ p: 1, q: ${this.n()} }).forEach(([key, n]) => (${name}[\`\${key}_\${n > 0}\`] = n))`,
    ])()
    const read = this.pick([
      () => `Object.values(${name}).reduce((a, b) => a * 2 + b, 0)`,
      () => `Object.keys(${name}).sort().join('').length`,
      () => `('a' in ${name} ? ${name}.a : 5)`,
      () => `(${name}?.none?.deep ?? ${this.n()})`,
      () => `(({ a = 4, ...rest }) => a + Object.keys(rest).length)(${name})`,
      () => `+(${name}.hasOwnProperty('b'))`,
    ])()
    const looped = this.name('k')
    const summed = `let ${looped} = 0\nfor (const [key, value] of Object.entries(${name})) ${looped} += key.length * value`
    this.#declared.push(looped)
    return `const ${name} = {}\n${filled}\n${summed}\nconst ${this.named('n')} = ${read}`
  }

  labelled(): string {
    const [label, name] = [this.name('outer'), this.named('s')]
    const left = this.pick(['continue', 'break'])
    const inner = this.pick([
      `for (let j = 0; j < 3; j++)`,
      `for (const j of ${this.pick(this.#lists)}.slice(0, 3))`,
    ])
    return `let ${name} = 0\n${label}: for (let i = 0; i < 3; i++) {\n  ${inner} {\n    if (i + j > ${this.n()}) ${left} ${label}\n    ${name} += i + 2 * j\n  }\n  ${name}++\n}`
  }

  /** A constructor with a prototype, as before there were classes. */
  constructed(): string {
    const [name, object] = [this.name('F'), this.name('o')]
    const method = this.pick([
      `var self = this\n  return [b, 1].map(function (n) { return n * self.a }).reduce(function (p, q) { return p + q })`,
      `this.a += b\n  return this`,
      `return arguments.length + this.a`,
    ])
    const value =
      method.includes('return this\n') || method.endsWith('return this')
        ? `${object}.go(2).go(1).a`
        : `${object}.go(${this.n()}, 1)`
    return `function ${name}(a) {\n  this.a = a\n  this.calls = (${name}.calls = (${name}.calls || 0) + 1)\n}\n${name}.prototype.go = function (b) {\n  ${method}\n}\nconst ${object} = new ${name}(${this.n()})\nconst ${this.named('n')} = ${value} + ${object}.calls`
  }

  /** Functions that are called with an object or with arguments of a list. */
  lent(): string {
    const name = this.name('f')
    const call = this.pick([
      () => `${name}.call({ k: ${this.n()} }, 1, ${this.n()})`,
      () => `${name}.apply({ k: 2 }, [${this.n()}, 3])`,
      () => `${name}.bind({ k: ${this.n()} }, 2)(${this.n()})`,
      () => `${name}.call({ k: 1 }, ...[${this.n()}, 2, 3])`,
      () => `({ k: ${this.n()}, run: ${name} }).run(1, 2)`,
      () => `[[1, 2], [3, 4]].map(pair => ${name}.apply({ k: 1 }, pair))[1]`,
    ])()
    return `function ${name}(p, q = 2) {\n  return this.k * p + q + arguments.length\n}\nconst ${this.named('n')} = ${call}`
  }

  /** Counters that closures share. */
  counted(): string {
    const [name, list] = [this.name('c'), this.name('l')]
    this.#lists.push(list)
    return this.pick([
      () =>
        `const ${name} = (function () {\n  var count = ${this.n()}\n  return { up: () => ++count, down: n => (count -= n), get now() { return count } }\n})()\nconst ${list} = [${name}.up(), ${name}.up(), ${name}.down(${this.n()}), ${name}.now]`,
      () =>
        `var ${name} = []\nfor (var ${name}i = 0; ${name}i < 3; ${name}i++) ${name}.push(function () { return ${name}i })\nconst ${list} = ${name}.map(f => f())`,
      () =>
        `const ${name} = (step => { let at = 0; return () => (at += step) })(${this.n()})\nconst ${list} = [${name}(), ${name}(), ${name}()]`,
      () =>
        `const ${name} = {}\nconst ${name}f = n => (n in ${name} ? ${name}[n] : (${name}[n] = n < 2 ? n : ${name}f(n - 1) + ${name}f(n - 2)))\nconst ${list} = [${name}f(7), Object.keys(${name}).length]`,
    ])()
  }

  /** Names of layers and the like, put together and taken apart. */
  spoken(): string {
    const name = this.name('t')
    const text = this.pick([
      () => `\`conv_\${${this.n()}}\``,
      () => `'block' + ${this.n()} + '_' + 'relu'`,
      () => `['dense', ${this.n()}].join('_').toUpperCase()`,
      () => `String(${this.n()}).padStart(4, '0')`,
      () => `'a_b_c'.replaceAll('_', '${'-'.repeat(1 + this.choose(2))}')`,
      () => `(${this.n()} / 4).toFixed(2)`,
    ])()
    const value = this.pick([
      () => `${name}.length`,
      () => `(${name}.split('_')[1] || 'x').charCodeAt(0) % 50`,
      () => `+${name}.startsWith('conv')`,
      () => `+${name}.includes('${this.choose(3)}')`,
      () => `${name}.indexOf('_')`,
      () => `Math.round(parseFloat(${name})) || 7`,
      () => `(${name}.match('a') ?? []).length`,
      () => `${name}.slice(-2).trim().length + ${name}.substring(1, 3).length`,
    ])()
    return `const ${name} = ${text}\nconst ${this.named('n')} = ${value}`
  }

  /** Maps and sets that are changed. */
  collected(): string {
    const name = this.name('m')
    return this.pick([
      () =>
        `const ${name} = new Map()\nfor (const n of ${this.pick(this.#lists)}.slice(0, 4)) ${name}.set(n % 3, (${name}.get(n % 3) || 0) + 1)\nlet ${name}s = 0\n${name}.forEach((count, key) => { ${name}s += count * key })\nconst ${this.named('n')} = ${name}s + ${name}.size`,
      () =>
        `const ${name} = new Set([1, ${this.n()}, 3])\n${name}.add(${this.n()}).delete(3)\nconst ${this.named('n')} = ${name}.size * 2 + +${name}.has(1)`,
      () =>
        `const ${name} = new Map([['a', [${this.n()}]], ['b', []]])\n${name}.get('a').push(2)\nconst ${this.named('n')} = [...${name}.entries()].reduce((sum, [key, { length }]) => sum * 2 + length + key.length, 0)`,
    ])()
  }

  queued(): string {
    const [queue, name] = [this.name('q'), this.named('s')]
    return this.pick([
      () =>
        `const ${queue} = [5, ${this.n()}]\nlet ${name} = 0\nwhile (${queue}.length > 0) {\n  const n = ${queue}.shift()\n  ${name} += n\n  if (n > 2) ${queue}.push(n - 3, 1)\n}`,
      () =>
        `const ${queue} = [3, 4]\nlet ${name} = 0\nfor (;;) {\n  const n = ${queue}.pop()\n  if (n === undefined || ${name} > 20) break\n  ${name} += n\n  if (n > 1) ${queue}.unshift(n >> 1)\n}`,
      () =>
        `const ${queue} = { v: 1, next: { v: ${this.n()}, next: { v: 3, next: null } } }\nlet ${name} = 0\nfor (let at = ${queue}; at; at = at.next) ${name} = ${name} * 2 + at.v`,
    ])()
  }

  assigned(): string {
    const [a, b] = [this.named('a'), this.named('b')]
    const change = this.pick([
      () => `${a} = ${b} = ${this.n()} + 1`,
      () => `${a} ||= ${this.n()}\n${b} &&= 2`,
      () => `${a} **= 2\n${b} <<= 1`,
      () => `${a} += ${b}++ + --${b}`,
      () => `${a} = (${b}++, ${b} * 2)`,
      () => `;[${a}, ${b}] = [${b}, ${a}]`,
      () => `${a} = ~~(${a} / 2) + (${b} | 1) + (${b} ^ 3)`,
      () => `if (${this.test()}) ${a} -= 2\nelse if (${this.test()}) ${b} = 1\nelse ${a} = ${b}`,
      () => `try {\n  throw ${b}\n} catch (n) {\n  ${a} = n + 4\n}`,
    ])()
    return `let ${a} = ${this.n()}, ${b} = ${this.n()}\n${change}`
  }

  /** Variables of TensorFlow.js that are assigned, and tensors that are kept and let go. */
  variable(): string {
    const name = this.name('w')
    this.#tensors.push(`${name}.mul(0.25)`)
    return this.pick([
      () => `const ${name} = tf.variable(tf.scalar(${this.n()}))\n${name}.assign(${name}.add(${this.n()}))`,
      () =>
        `const ${name} = x.clone().variable()\nfor (let i = 0; i < 2; i++) ${name}.assign(${name}.mul(0.5).add(i))`,
      () =>
        `let ${name} = x\n;[1, ${this.n()}].forEach(n => {\n  const before = ${name}\n  ${name} = tf.tidy(() => tf.keep(before.sub(n).tanh()))\n  if (before !== x) before.dispose()\n})`,
      () =>
        `const ${name}s = ['a', 'b'].map((name, i) => tf.variable(tf.fill([2], i + ${this.n()}), true))\n${name}s[1].assign(${name}s[0].sub(1))\nconst ${name} = x.mul(${name}s[1])`,
      () =>
        `const ${name}b = tf.buffer([2])\nfor (let i = 0; i < 2; i++) ${name}b.set(i + ${this.n()}, i)\nconst ${name} = ${name}b.toTensor().add(x)`,
      () =>
        `const ${name}rows = []\nfor (let i = 0; i < 3; i++) ${name}rows.push(x.slice([i, 0], [1, 2]).mul(i + ${this.n()}))\nconst ${name} = tf.concat(${name}rows.reverse(), 0)`,
    ])()
  }

  chosen(): string {
    const name = this.named('n')
    const kinds = `['lstm', 'gru', 'dense'][Math.abs(${this.n()}) % 3]`
    return this.pick([
      () =>
        `let ${name} = 1\nswitch (${kinds}) {\n  case 'lstm':\n    ${name} += 4\n  case 'gru':\n    ${name} *= 3\n    break\n  default:\n    ${name} = ${this.n()}\n}`,
      () => `const ${name} = { lstm: () => ${this.n()}, gru: () => 2 }[${kinds}]?.() ?? 7`,
      () =>
        `const ${name} = (kind => {\n  if (kind === 'lstm') return 1\n  for (const [i, other] of ['gru', 'dense'].entries()) if (other === kind) return i + 5\n})(${kinds})`,
      () => `const ${name} = ${this.test()} ? ${this.n()} : ${this.test()} ? 2 : ${this.n()}`,
      () => `const ${name} = typeof ${this.pick([...this.#lists, kinds, 'undefined'])} === 'object' ? 3 : 4`,
      () => `const ${name} = Array.isArray(${this.pick([...this.#lists, kinds])}) ? 3 : 4`,
    ])()
  }

  /** What is declared below, or again inside. */
  scoped(): string {
    const [name, f] = [this.named('n'), this.name('f')]
    return this.pick([
      () => `const ${name} = ${f}(${this.n()})\nfunction ${f}(n) { return n + 1 }`,
      () =>
        `let ${name} = 1\n{\n  let ${name} = 5\n  ${name}++\n}\nif (${this.test()}) { const ${name} = 3; void ${name} } else ${name} += 2`,
      () => `var ${name} = ${this.n()}\nfor (var ${name} = 0; ${name} < 3; ${name}++);`,
      () => `var ${name} = 3\nif (${this.test()}) { var ${name} = ${this.n()} }`,
      () => `const ${name} = (function ${f}(n) { return n <= 0 ? 0 : n + ${f}(n - 2) })(5)`,
      () =>
        `const ${name} = (({ n } = { n: 2 }, [m = n * 2] = []) => n + m)(${this.pick(['', 'undefined', `{ n: ${this.n()} }`])})`,
    ])()
  }
}

/** A random function that changes what it has. */
export const stateProgram = (choices: readonly number[]): Program => new StateWriter(choices).program()
