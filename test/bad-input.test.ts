import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { reporters } from '../src/report/reporters.js'
import { sourceFile } from '../src/text/source.js'
import { inMemory } from './support/project.js'

const spec = 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n'
const layers = '[tf.layers.dense({ units: 8, inputShape: [3] })]'
const model = `exports.createModel = () => tf.sequential({ layers: ${layers} })\n`
/** A function that does something before it returns the model. */
const after = (code: string) =>
  `exports.createModel = () => { ${code}; return tf.sequential({ layers: ${layers} }) }\n`

const files: Readonly<Record<string, string>> = {
  'spec.yaml': spec,
  'model.js': model,
  'syntax.ts': 'export function createModel( { return tf.sequential( }',
  'large.js': `${model}/*${'x'.repeat(5_000_000)}*/`,
  'number.js': 'exports.createModel = () => 42',
  'empty.js': '',
  'loop.js': after('while (true) {}'),
  'growing.js': `exports.createModel = () => { const m = tf.sequential({ layers: ${layers} }); while (true) m.add(tf.layers.dropout({ rate: 0.5 })); return m }`,
  'recursion.js': 'const f = n => f(n + 1)\nexports.createModel = () => f(0)',
  'elements.js': after('const a = []; a[1e9] = 1; a.length = 4e9'),
  'doubled.js': after('let a = [1]; for (let i = 0; i < 100; i++) a = [...a, ...a]'),
  'text.js': after("let s = 'x'; for (let i = 0; i < 100; i++) s = s + s"),
  'array.js': after('const a = new Array(1e9).fill(0).map(x => x)'),
  'pattern.js': after(`/^(a+)+$/.test('${'a'.repeat(60)}!')`),
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
}

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync('../model.js', join(folder, 'project', 'link.js'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Run {
  readonly code: number | string
  readonly output: string
}

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

/** Arguments, exit code, and what is said. */
const cases: readonly (readonly [args: readonly string[], code: number, said: string])[] = [
  [against('missing.js'), 2, 'there is no file `missing.js`'],
  [against('model.js', 'missing.yaml'), 2, 'there is no file `missing.yaml`'],
  [against('.'), 2, '`.` cannot be read: it is a folder'],
  [against('/dev/zero'), 2, '`/dev/zero` cannot be read: it is not a regular file'],
  [against('model.js', '/dev/zero'), 2, '`/dev/zero` cannot be read: it is not a regular file'],
  [against('syntax.ts'), 2, 'syntax-error  syntax.ts:1:'],
  [against('model.js#createModl'), 2, 'did you mean `createModel`?'],
  [against('large.js'), 2, 'input-too-large'],
  [against('number.js#createModel'), 2, 'not-a-model'],
  [against('empty.js'), 2, 'not-a-model'],
  [against('loop.js#createModel'), 3, 'budget-exceeded'],
  [against('growing.js#createModel'), 3, 'budget-exceeded'],
  [against('recursion.js#createModel'), 3, 'budget-exceeded'],
  [against('elements.js#createModel'), 3, 'budget-exceeded'],
  [against('doubled.js#createModel'), 3, 'budget-exceeded'],
  [against('text.js#createModel'), 3, 'budget-exceeded'],
  [against('array.js#createModel'), 0, 'as written'],
  [against('pattern.js#createModel'), 0, 'as written'],
  [against('nested.js'), 2, 'nesting-too-deep'],
  [against('sum.js#createModel'), 3, 'budget-exceeded'],
  [against('circle.js#createModel'), 0, 'as written'],
  [against('itself.js#createModel'), 3, 'budget-exceeded'],
  [against('project/through-link.js#createModel'), 3, 'unknown-package'],
  [against('project/above.js#createModel'), 3, 'unknown-package'],
  [against('project/absolute.js#createModel'), 3, 'unknown-package'],
  [against('model.js', 'typo.yaml'), 2, 'did you mean `activation`?'],
  [against('model.js', 'symbol.yaml'), 2, 'symbol.yaml:3:18'],
  [against('model.js', 'bomb.yaml'), 2, 'aliases are not accepted'],
  [against('model.js', 'brackets.yaml'), 2, 'nesting-too-deep'],
  [against('model.js', 'large.yaml'), 2, 'input-too-large'],
  [against('model.js', 'repeats.yaml'), 2, 'more than 20000'],
  [against('model.js', 'power.yaml'), 3, 'symbolic-value'],
  [['check', 'model.js'], 2, '--spec FILE'],
  [['check'], 2, 'aswritten.yaml'],
  [['chek'], 2, 'Did you mean check?'],
  [[...against('model.js'), '--format', 'xml'], 2, 'terminal, json, markdown'],
  [[...against('model.js#createModel'), '--arg', 'units=1'], 2, 'unknown-argument'],
  [['explain', 'nothing'], 2, 'there is no finding code `nothing`'],
  [['equations', 'recursion.js#createModel'], 3, 'budget-exceeded'],
]

describe('the command line', () => {
  test.each(cases)(
    '%j',
    async (args, code, said) => {
      const result = await run(...args)
      expect(result.output).toContain(said)
      expect(result.code).toBe(code)
      expect(result.output).not.toMatch(/\n\s+at .*:\d+:\d+\)?$/m)
    },
    40_000,
  )
})

const golden = readFileSync('test/golden/lenet5/model.ts', 'utf8')
const goldenSpec = readFileSync('specs/lenet5-modern.yaml', 'utf8')
const verdicts = ['as written', 'differs', 'unverified', 'unusable']

function judge(code: string, specification: string): CheckOutcome {
  const outcome = check(
    { files: inMemory({ 'model.ts': code }), path: 'model.ts' },
    sourceFile('spec.yaml', specification),
  )
  for (const { render } of Object.values(reporters)) render([outcome], { color: true, width: 60 })
  return outcome
}

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
