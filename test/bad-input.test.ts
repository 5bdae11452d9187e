import { execFile } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { reporters } from '../src/report/reporters.js'
import { sourceFile } from '../src/text/source.js'
import { type Run, runIn } from './support/command-line.js'
import { inMemory } from './support/project.js'

const spec = 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n'
const layers = '[tf.layers.dense({ units: 8, inputShape: [3] })]'
const model = `exports.createModel = () => tf.sequential({ layers: ${layers} })\n`
/** A function that does something before it returns the model. */
const after = (code: string) =>
  `exports.createModel = () => { ${code}; return tf.sequential({ layers: ${layers} }) }\n`

/** How deep bad input nests. */
const depth = 10_000

/** Loops of unknown length inside of each other, each of which changes a variable of its own. */
const loops = Array.from({ length: 30 }, (_, i) => i)
const nestedLoops = [
  `let ${loops.map(i => `n${i} = 0`)}, a0 = globalThis.list`,
  ...loops.map(i => `for (const a${i + 1} of a${i}) { n${i} += a${i + 1}.size`),
  '}'.repeat(loops.length),
].join('\n')

/** Conditions in conditions, each of which may end the function. */
const exits = Array.from(
  { length: 30 },
  (_, i) => `if (globalThis.a[${i}]) { if (globalThis.b[${i}]) throw 1 }`,
)

const files: Readonly<Record<string, string | Uint8Array>> = {
  'spec.yaml': spec,
  'model.js': model,
  'syntax.ts': 'export function createModel( { return tf.sequential( }',
  'large.js': `${model}/*${'x'.repeat(5_000_000)}*/`,
  'number.js': 'exports.createModel = () => 42',
  'functions.js':
    'exports.scale = (x, by) => x.mul(by)\nexports.Net = class Net { forward({ x, y }) { return x.add(y) } }',
  'empty.js': '',
  'loop.js': after('while (true) {}'),
  'growing.js': `exports.createModel = () => { const m = tf.sequential({ layers: ${layers} }); while (true) m.add(tf.layers.dropout({ rate: 0.5 })); return m }`,
  'recursion.js': 'const f = n => f(n + 1)\nexports.createModel = () => f(0)',
  'elements.js': after('const a = []; a[1e9] = 1; a.length = 4e9'),
  'doubled.js': after('let a = [1]; for (let i = 0; i < 100; i++) a = [...a, ...a]'),
  'text.js': after("let s = 'x'; for (let i = 0; i < 100; i++) s = s + s"),
  'array.js': after('const a = new Array(1e9).fill(0).map(x => x)'),
  'pattern.js': after(`/^(a+)+$/.test('${'a'.repeat(60)}!')`),
  'loops.js': after(nestedLoops),
  'exits.js': after(`const f = () => { ${exits.join(';').replaceAll('throw 1', 'return')} }; f()`),
  'nested.js': `exports.createModel = () => ${'['.repeat(5000)}${']'.repeat(5000)}`,
  'sum.js': `exports.createModel = () => ${'1+'.repeat(50_000)}1`,
  'circle.js': "const b = require('./circle2')\nexports.createModel = () => b.make()\nexports.units = 8",
  'circle2.js': `const a = require('./circle')\nexports.make = () => tf.sequential({ layers: ${layers} })`,
  'itself.js': "const a = require('./itself')\nexports.createModel = () => a.createModel()",
  'project/package.json': '{}',
  'project/through-link.js': "exports.createModel = () => require('./link').createModel()",
  'project/above.js': "exports.createModel = () => require('../model').createModel()",
  'project/absolute.js': "exports.createModel = () => require('/etc/passwd')",
  'typo.yaml': spec.replace('dense: 8', 'dense: 8, activaton: relu'),
  'symbol.yaml': spec.replace('dense: 8', 'dense: hidden'),
  'bomb.yaml': `a: &a [x, x, x]\nb: &b [*a, *a, *a]\n${spec}`,
  'brackets.yaml': `title: ${'['.repeat(10_000)}`,
  'large.yaml': `${spec}notes: ${'x'.repeat(5_000_000)}`,
  'repeats.yaml': `${spec.split('model')[0]}model: [{ repeat: { times: 1000, steps: [{ repeat: { times: 1000, steps: [{ dense: 8 }] } }] } }]`,
  'power.yaml': `title: t\nsymbols: { n: }\ninputs: { x: ['(n + 1)^500'] }\nmodel: [{ dense: 'n^1000000' }]\n`,
  'binary.js': Uint8Array.from({ length: 3000 }, (_, i) => (i * 37) % 256),
  'windows.js': Buffer.from(`\ufeff${model}`, 'utf16le'),
  'comment.js': `${model}/** layer-1 `,
  'marked.js': `\ufeffconst units = 8\r\n${model.replace('units: 8', 'units: 9').replaceAll('\n', '\r\n')}`,
  'several.js': `${model}${model.replace('createModel', 'createOther')}`,
  'long.js': model.replace('createModel', 'x'.repeat(100_000)),
  'parentheses.js': `exports.createModel = () => ${'('.repeat(depth)}1${')'.repeat(depth)}`,
  'conditions.js': `exports.createModel = x => { ${'if (x) f(); else '.repeat(depth)} g() }`,
  'arrows.js': `exports.createModel = ${'() => '.repeat(depth)} 1`,
  'negations.js': `exports.createModel = () => ${'!'.repeat(depth)}1`,
  'members.js': `exports.createModel = () => a${'.b'.repeat(depth)}`,
  'config.js': model.replace('()', 'config').replace('units: 8', 'units: config.units'),
  'names # and spaces/my model.js': model,
  'unreadable.js': model,
  'latin.yaml': Buffer.from(spec.replace('layer', 'größe'), 'latin1'),
  'marked.yaml': `\ufeff${spec.replaceAll('\n', '\r\n').replace('dense', 'densse')}`,
  'empty.yaml': '',
  'list.yaml': '- title: t\n',
  'word.yaml': 'hello',
  'page.yaml': '<!doctype html>\n<p>hello: [</p>\n',
  'indented.yaml': Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:\n`).join(''),
  'prototype.yaml': spec.replace('dense: 8', '__proto__: 8').replace('{ x', '{ constructor: [3], x'),
  'huge.yaml': spec,
  'project/circular/aswritten.yaml': 'checks: &a [*a]',
  'project/typo/aswritten.yaml': 'checks:\n  - target: model.js\n    specc: spec.yaml\n',
  'project/missing/aswritten.yaml':
    'checks:\n  - target: model.js\n    spec: lenet5-modrn\n    artifacts: { base: base.json }\n',
  'project/outside/aswritten.yaml':
    'checks:\n  - target: ../model.js\n    spec: /etc/hostname\n  - target: out/model.js\n    spec: lenet5-modern\n',
  'project/folder/aswritten.yaml/empty': '',
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync('../model.js', join(folder, 'project', 'link.js'))
  symlinkSync('circle-b.js', join(folder, 'circle-a.js'))
  symlinkSync('circle-a.js', join(folder, 'circle-b.js'))
  symlinkSync('../..', join(folder, 'project', 'outside', 'out'))
  truncateSync(join(folder, 'huge.yaml'), 60_000_000)
  chmodSync(join(folder, 'unreadable.js'), 0)
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the command line with as much memory as a small machine has. */
function run(...args: readonly string[]): Promise<Run> {
  const command = ['--max-old-space-size=1024', resolve('dist/bin.js'), ...args]
  return new Promise(done => {
    execFile(process.execPath, command, { cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
      done({ code: error ? (error.code ?? 'stopped') : 0, output: stdout + stderr })
    })
  })
}

const against = (target: string, specification = 'spec.yaml') => ['check', target, '--spec', specification]

type Told = readonly (readonly [args: readonly string[], code: number, said: string])[]

/** Arguments, exit code, and what is said, where time and memory are what matters. */
const greedy: Told = [
  [against('large.js'), 2, 'input-too-large'],
  [against('loop.js#createModel'), 3, 'budget-exceeded'],
  [against('growing.js#createModel'), 3, 'budget-exceeded'],
  [against('recursion.js#createModel'), 3, 'budget-exceeded'],
  [against('elements.js#createModel'), 3, 'budget-exceeded'],
  [against('exits.js#createModel'), 0, 'as written'],
  [against('doubled.js#createModel'), 3, 'budget-exceeded'],
  [against('text.js#createModel'), 3, 'budget-exceeded'],
  [against('array.js#createModel'), 0, 'as written'],
  [against('loops.js#createModel'), 0, 'as written'],
  [against('pattern.js#createModel'), 0, 'as written'],
  [against('nested.js'), 2, 'nesting-too-deep'],
  [against('sum.js#createModel'), 3, 'budget-exceeded'],
  [against('itself.js#createModel'), 3, 'budget-exceeded'],
  [against('model.js', 'bomb.yaml'), 2, 'aliases are not accepted'],
  [against('model.js', 'large.yaml'), 2, 'input-too-large'],
  [against('model.js', 'repeats.yaml'), 2, 'more than 20000'],
  [against('model.js', 'power.yaml'), 3, 'symbolic-value'],
  [['equations', 'recursion.js#createModel'], 3, 'budget-exceeded'],
]

const plain: Told = [
  [against('missing.js'), 2, 'there is no file `missing.js`'],
  [against('modell.js'), 2, 'did you mean `model.js`?'],
  [against('model.js', 'missing.yaml'), 2, 'there is no file `missing.yaml`'],
  [against('model.js', 'lenet5-modrn'), 2, 'did you mean `lenet5-modern`'],
  [against('.'), 2, '`.` cannot be read: it is a folder'],
  [against(''), 2, 'its name is empty'],
  [against('#createModel'), 2, 'its name is empty'],
  [against('model.js', ''), 2, 'its name is empty'],
  [against('model.js/inside.js'), 2, 'a part of its path is a file'],
  [against(`${'x'.repeat(300)}.js`), 2, 'its name is too long'],
  [against('circle-a.js'), 2, 'its links lead in a circle'],
  [against('/dev/zero'), 2, '`/dev/zero` cannot be read: it is not a regular file'],
  [against('model.js', '/dev/zero'), 2, '`/dev/zero` cannot be read: it is not a regular file'],
  [against('comment.js'), 2, 'syntax-error comment.js:'],
  [against('binary.js'), 2, 'binary'],
  [against('windows.js'), 2, 'binary'],
  [against('syntax.ts'), 2, 'syntax-error syntax.ts:1:'],
  [against('marked.js'), 1, 'marked.js:2:79'],
  [against('names # and spaces/my model.js#createModel'), 0, 'as written'],
  [against('names # and spaces/my model.js'), 0, 'as written'],
  [against('names # and spaces/my modl.js#createModel'), 2, 'did you mean `names # and spaces/my model.js`?'],
  [against('model.js#createModl'), 2, 'did you mean `createModel`?'],
  [against('model.js#'), 2, 'the file declares `createModel`'],
  [against('several.js'), 2, '`several.js#createOther`'],
  [against('long.js'), 0, 'as written'],
  [against('number.js#createModel'), 2, 'not-a-model'],
  [against('empty.js'), 2, 'not-a-model'],
  [against('parentheses.js'), 2, 'nesting-too-deep'],
  [against('conditions.js'), 2, 'nesting-too-deep'],
  [against('arrows.js'), 2, 'nesting-too-deep'],
  [against('negations.js'), 2, 'nesting-too-deep'],
  [against('members.js'), 2, 'not-a-model'],
  [against('circle.js#createModel'), 0, 'as written'],
  [against('project/through-link.js#createModel'), 3, 'unknown-package'],
  [against('project/above.js#createModel'), 3, 'unknown-package'],
  [against('project/absolute.js#createModel'), 3, 'unknown-package'],
  [against('model.js', 'typo.yaml'), 2, 'did you mean `activation`?'],
  [against('model.js', 'symbol.yaml'), 2, 'symbol.yaml:3:18'],
  [against('model.js', 'brackets.yaml'), 2, 'nesting-too-deep'],
  [against('model.js', 'indented.yaml'), 2, 'nesting-too-deep'],
  [against('model.js', 'huge.yaml'), 2, '`huge.yaml` has 60000000 characters'],
  [against('model.js', 'latin.yaml'), 2, 'it is not UTF-8 text'],
  [against('model.js', 'marked.yaml'), 2, 'marked.yaml:3:11'],
  [against('model.js', 'empty.yaml'), 2, 'it is empty'],
  [against('model.js', 'list.yaml'), 2, 'spec is a list'],
  [against('model.js', 'word.yaml'), 2, 'spec is hello'],
  [against('model.js', 'page.yaml'), 2, 'spec-syntax page.yaml:'],
  [against('model.js', 'prototype.yaml'), 2, '`__proto__`'],
  [['check', 'model.js'], 2, '--spec FILE'],
  [['check'], 2, 'aswritten.yaml'],
  [['check', '--spec', 'spec.yaml'], 2, 'name the target as well'],
  [['chek'], 2, 'Did you mean check?'],
  [[...against('model.js'), '--format', 'xml'], 2, 'terminal, json, markdown'],
  [[...against('model.js#createModel'), '--arg', 'units=1'], 2, 'unknown-argument'],
  [[...against('model.js'), '--arg', 'units=1'], 2, 'unknown-argument'],
  [[...against('config.js'), '--arg', 'confg.units=8'], 2, 'did you mean `config`?'],
  [[...against('config.js'), '--arg', '__proto__=8'], 2, 'no parameter `__proto__`'],
  [[...against('config.js'), '--arg', 'config.units=8'], 0, 'as written'],
  [[...against('config.js'), '--arg', 'config={"__proto__": {"units": 8}}'], 3, 'missing-config-key'],
  [[...against('config.js'), '--arg', 'config={units: 8}'], 2, 'is no JSON at character 2: expected a key'],
  [[...against('config.js'), '--arg', 'config={"units": 8'], 2, 'is no JSON'],
  [[...against('config.js'), '--arg', 'config'], 2, 'expected name=value'],
  [[...against('config.js'), '--input', 'x:[3'], 2, 'expected name:[sizes]'],
  [[...against('config.js'), '--input', 'x(4):[3]'], 2, 'written as `data.next()`'],
  [[...against('model.js'), '--artifact', 'base=base.json'], 2, 'there is no file `base.json`'],
  [[...against('model.js'), '--artifact', 'base=model.js'], 2, 'syntax-error model.js:1:1'],
  [['equations', 'missing.js'], 2, 'there is no file `missing.js`'],
  [['equations', 'number.js'], 2, 'builds no model'],
  [['equations', 'functions.js', '--input', 'by:[3]'], 2, 'such as `functions.js#scale`'],
  [['equations', 'functions.js', '--input', 'x:[3]', '--input', 'y:[3]'], 2, '`functions.js#Net.forward`'],
  [['equations', 'functions.js', '--input', 'z:[3]'], 2, 'no function of the file takes `z`'],
  [[...against('functions.js'), '--input', 'x:[3]'], 2, 'such as `functions.js#scale`'],
  [['equations', 'model.js', '--gradient', 'W_1'], 2, 'no parameter `W_1`; there are `W`, `b`'],
  [['equations', 'model.js', '--gradient', 'logits:W'], 2, 'no output `logits`; there are `dense_Dense1`'],
  [['equations', 'model.js', '--gradient', 'W', '--format', 'plain'], 2, 'shows a model, and no gradients'],
  [['explain', 'nothing'], 2, 'there is no finding code `nothing`'],
  [['explain', 'activation-mising'], 2, 'did you mean `activation-missing`?'],
  [['explain', '__proto__'], 2, 'there is no finding code `__proto__`'],
]

/** Folders with an `aswritten.yaml`, and what `aswritten check` says in them. */
const configured: readonly (readonly [folder: string, said: readonly string[]])[] = [
  ['circular', ['aswritten.yaml:1:', 'aliases are not accepted']],
  ['typo', ['aswritten.yaml:3:5', 'did you mean `spec`?']],
  [
    'missing',
    ['aswritten.yaml:2:13', 'aswritten.yaml:3:11', 'did you mean `lenet5-modern`', 'aswritten.yaml:4:24'],
  ],
  ['outside', ['aswritten.yaml:2:13', 'aswritten.yaml:3:11', 'aswritten.yaml:4:13', 'outside']],
  ['folder', ['`aswritten.yaml` cannot be read: it is a folder']],
]

function expectTold({ code, output }: Run, expected: number, ...said: readonly string[]): void {
  // Where lines break depends on the terminal.
  const text = output.replace(/\s+/g, ' ')
  for (const part of said) expect(text).toContain(part)
  expect(code).toBe(expected)
  expect(output).not.toMatch(/\n\s+at .*:\d+:\d+\)?$/m)
}

describe('the command line', () => {
  test.each(greedy)('%j', async (args, code, said) => expectTold(await run(...args), code, said), 40_000)

  test.each(plain)(
    '%j',
    async (args, code, said) => expectTold(await runIn(folder, args), code, said),
    20_000,
  )

  test.each(configured)('an aswritten.yaml: %s', async (name, said) => {
    expectTold(await runIn(join(folder, 'project', name), ['check']), 2, ...said)
  })

  test('a file that may not be read', async () => {
    const args = against('unreadable.js')
    // The modules of the command are loaded before the rights of this process are lessened.
    await runIn(folder, args)
    const isRoot = process.geteuid?.() === 0
    // With them, it may not come back to a folder that is its owner's alone.
    const start = process.cwd()
    process.chdir('/')
    if (isRoot) process.seteuid?.(65_534)
    try {
      expectTold(
        await runIn('/', [...args.slice(0, 1), join(folder, 'unreadable.js'), ...args.slice(2)]),
        2,
        'permission is denied',
      )
    } finally {
      if (isRoot) process.seteuid?.(0)
      process.chdir(start)
    }
  })
})

const golden = readFileSync('test/golden/lenet5/model.ts', 'utf8')
const goldenSpec = readFileSync('specs/lenet5-modern.yaml', 'utf8')
const verdicts = ['as written', 'differs', 'unverified', 'unusable']

function judge(code: string, specification: string): CheckOutcome {
  const outcome = check(
    { files: inMemory({ 'model.ts': code }), path: 'model.ts' },
    sourceFile('spec.yaml', specification),
  )
  for (const { render } of Object.values(reporters))
    render([outcome], { color: true, width: 60, version: '0.0.0', folder: '', mathStyle: () => '' })
  return outcome
}

describe('a name that every object of JavaScript has is a name like any other', () => {
  const model = (config: string) => `tf.sequential({ layers: [tf.layers.dense({ ${config} })] })`
  const plain = model('units: 3, inputShape: [2]')
  /** Programs that give a name to something, or ask for a member of it. */
  const places: Readonly<Record<string, (name: string) => string>> = {
    'a global': name => `${name}; ${name}(1); return ${plain}`,
    'a function of TensorFlow.js': name => `tf.${name}(2); new tf.${name}(2); return ${plain}`,
    'a layer': name => `return tf.sequential({ layers: [tf.layers.${name}({ units: 3, inputShape: [2] })] })`,
    'a key': name => `return ${model(`units: 3, inputShape: [2], ['${name}']: 3`)}`,
    'an activation': name => `return ${model(`units: 3, inputShape: [2], activation: '${name}'`)}`,
    'an initializer': name => `return ${model(`units: 3, inputShape: [2], kernelInitializer: '${name}'`)}`,
    'a loss': name => `const m = ${plain}; m.compile({ loss: '${name}', optimizer: '${name}' }); return m`,
    'a member of a model': name =>
      `const m = ${plain}; m.${name}; m.${name}(3); m.layers[0].${name}(2); return m`,
    'a member of an optimizer': name =>
      `const o = tf.train.adam(); o.${name}; o.${name} = 3; return ${plain}`,
    'a member of a value': name =>
      `for (const value of [[1], {}, 3, 'x', true, () => 1]) { value.${name}; value.${name}(1) } return ${plain}`,
    'a member of an object of the language': name =>
      `Math.${name}(2); Object.${name}({}); new Map().${name}(2); Promise.resolve(1).${name}; return ${plain}`,
    'a method of a class': name =>
      `class A { ${name}() {} } new A().${name}(); A.prototype.${name}; return ${plain}`,
  }
  const names = Object.getOwnPropertyNames(Object.prototype)

  test.each(Object.entries(places))('%s', (_, program) => {
    for (const name of names) {
      const outcome = judge(`exports.createModel = () => { ${program(name)} }`, spec)
      expect(verdicts).toContain(outcome.verdict)
    }
  })
})

describe('any text ends in a verdict', () => {
  /** A text with a part taken out, doubled, or replaced by arbitrary characters. */
  const damaged = (text: string) =>
    fc
      .tuple(
        fc.nat(text.length),
        fc.nat(40),
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 8 }),
          fc.constantFrom('{', ']', '`', '*a', '&a', ': ', '\n', '\0'),
        ),
      )
      .map(([at, length, other]) => text.slice(0, at) + other + text.slice(at + length))

  test('model code', () => {
    fc.assert(
      fc.property(damaged(golden), code => verdicts.includes(judge(code, goldenSpec).verdict)),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(fc.nat(golden.length), end =>
        verdicts.includes(judge(golden.slice(0, end), goldenSpec).verdict),
      ),
      { numRuns: 20 },
    )
  }, 60_000)

  test('specs', () => {
    fc.assert(
      fc.property(damaged(goldenSpec), text => verdicts.includes(judge(golden, text).verdict)),
      { numRuns: 60 },
    )
    fc.assert(
      fc.property(fc.nat(goldenSpec.length), end =>
        verdicts.includes(judge(golden, goldenSpec.slice(0, end)).verdict),
      ),
      { numRuns: 20 },
    )
  }, 60_000)

  test('bytes', () => {
    const bytes = fc.string({ unit: 'binary', maxLength: 400 })
    fc.assert(
      fc.property(bytes, bytes, (code, text) => judge(code, text).verdict === 'unusable'),
      { numRuns: 60 },
    )
  }, 60_000)
})
