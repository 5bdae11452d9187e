import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { transformSync } from 'esbuild'
import { moduleLoader } from '../src/core/loader.js'
import { lower } from '../src/core/lower-typescript.js'
import { printModule } from '../src/core/print.js'
import type { Module } from '../src/core/program.js'
import { readModule } from '../src/core/read.js'
import { parseSource } from '../src/syntax/parse.js'
import { type Span, sourceFile, spanText } from '../src/text/source.js'
import { casesIn } from './support/cases.js'
import { coreToJavaScript } from './support/core-to-javascript.js'

function lowered(path: string, text: string): Module {
  const file = sourceFile(path, text)
  const { tree, diagnostics } = parseSource(file)
  expect(diagnostics.map(({ message }) => message)).toEqual([])
  const result = lower(tree, file)
  expect(result.diagnostics).toEqual([])
  return result.module
}

/** Runs the body of an async function and gives what it logs, and what its functions are called. */
async function run(code: string): Promise<readonly unknown[]> {
  const logged: unknown[] = []
  const log = (...values: unknown[]) => {
    logged.push(...structuredClone(values))
  }
  const template = (...pieces: unknown[]) => pieces.map(String).join('')
  const named = (name: string, value: object) =>
    Object.defineProperty(value, 'name', { value: name, configurable: true })
  const AsyncFunction = (async () => {}).constructor as new (
    ...text: string[]
  ) => (...values: unknown[]) => Promise<void>
  await new AsyncFunction('log', '$template', '$named', code)(log, template, named)
  return logged
}

const withoutSpans = (module: Module): unknown =>
  JSON.parse(
    JSON.stringify(module, (key, value: unknown) => {
      // Neither spans nor remarks are printed, nor what uses of a name are errors.
      if (key === 'span' || key === 'remarks' || key === 'declared') return undefined
      if (value === undefined) return '(undefined)'
      return Object.is(value, -0) ? '(-0)' : value === Number.POSITIVE_INFINITY ? '(infinity)' : value
    }),
  )

describe.each(casesIn('test/cases/core'))('$file: $title', ({ fences }) => {
  const [entry] = [...fences].filter(([language]) => language !== 'core')
  if (!entry) throw new Error('a case needs code')
  const [language, code] = entry
  const module = () => lowered(`model.${language}`, code)
  const expected = fences.get('core')

  if (expected !== undefined)
    test('lowers to the core language', () => {
      expect(printModule(module())).toBe(expected)
    })

  test('reads back as the module that was printed', () => {
    const original = module()
    expect(withoutSpans(readModule(printModule(original)))).toEqual(withoutSpans(original))
  })

  if (code.includes('log('))
    test('does what the source does', async () => {
      const runnable = !printModule(module()).includes('(unsupported')
      if (!runnable) return
      const loader = language === 'js' ? 'js' : 'ts'
      const tsconfigRaw = { compilerOptions: { useDefineForClassFields: false, target: 'es2022' } }
      const { code: source } = transformSync(code, { loader, target: 'es2022', tsconfigRaw })
      expect(await run(coreToJavaScript(module()))).toEqual(await run(source))
    })
})

/** Files of folders, deepest last, in a fixed order. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => a.name.localeCompare(b.name))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      return entry.isDirectory() ? filesBelow(path) : [path]
    })
}

test('code that people have written is lowered, and what is printed reads back', () => {
  const folders = [
    '@tensorflow/tfjs-layers/dist',
    '@tensorflow/tfjs-core/dist/ops',
    'yaml/dist',
    'commander',
    'peggy/lib',
    'fast-check/lib',
  ]
  const paths = folders
    .flatMap(folder => filesBelow(join('node_modules', folder)))
    .filter(path => /\.(ts|[cm]?js)$/.test(path) && !/\/tf-|\.min\./.test(path))
    .filter((path, i) => path.includes('tfjs-layers/dist/layers') || i % 4 === 0)
  expect(paths.length).toBeGreaterThan(200)
  for (const path of paths) {
    const printed = printModule(lowered(path, readFileSync(path, 'utf8')))
    if (printModule(readModule(printed)) !== printed) throw new Error(`${path} does not read back`)
  }
}, 10_000)

test('every node has the span of the code that it stands for', () => {
  const text = 'const layer = tf.layers.dense({ units: (8 as number), activation: `relu`, inputShape })\n'
  const [statement] = lowered('model.ts', text).body
  const written = (span: Span) => spanText(span)
  if (statement?.kind !== 'declare' || statement.value?.kind !== 'call')
    throw new Error('a call was expected')
  expect(written(statement.value.span)).toBe(text.slice(14, -1))
  const [argument] = statement.value.arguments
  if (argument?.kind !== 'item' || argument.value.kind !== 'object') throw new Error('an object was expected')
  const entries = argument.value.entries.map(entry =>
    entry.kind === 'property' ? [written(entry.key.span), written(entry.value.span)] : [],
  )
  expect(entries).toEqual([
    ['units', '8'],
    ['activation', '`relu`'],
    ['inputShape', 'inputShape'],
  ])
})

describe('any input is answered in bounded time, with a value or a diagnostic', () => {
  const times = 100_000
  const fine: readonly (readonly [string, string])[] = [
    ['a long sum', `x = ${'a + '.repeat(times)}a`],
    ['a long sum after a long comment', `/*${' '.repeat(300_000)}*/ x = ${'a + '.repeat(times)}a`],
    ['a long chain of calls', `model${'.add()'.repeat(times)}`],
    ['a long sequence', `${'a, '.repeat(times)}a`],
    ['many statements', 'let a = {}\n;{ let a }'.repeat(times / 4)],
    ['brackets in regular expressions', 'x = /[({]/.test(a / b) ? 1 : 2\n'.repeat(1000)],
    [
      'brackets in texts and templates',
      `x = ["(", '[', \`{ \${ {a: 1}.a } (\`] // ({[\n/* ({[ */`.repeat(1000),
    ],
    ['a long chain of else if', `if (a) {} ${'else if (b) {} '.repeat(300)}`],
  ]
  test.each(fine)('%s is lowered', (_, text) => {
    const printed = printModule(lowered('model.js', text))
    expect(printed).not.toContain('code that is nested this deep')
    expect(printModule(readModule(printed)) === printed).toBe(true)
  })

  const refused: readonly (readonly [string, string, string])[] = [
    ['a file that is too large', 'a;'.repeat(500_001), 'input-too-large'],
    ['deep brackets', `x = ${'['.repeat(201)}${']'.repeat(201)}`, 'nesting-too-deep'],
    ['very deep brackets', '('.repeat(900_000), 'nesting-too-deep'],
    ['deep templates', `x = ${'`${'.repeat(300)}1${'}`'.repeat(300)}`, 'nesting-too-deep'],
    ['deep arrows', `x = ${'a => '.repeat(times)}1`, 'nesting-too-deep'],
    ['deep conditionals', `x = ${'a ? b : '.repeat(times)}c`, 'nesting-too-deep'],
    ['deep negations', `x = ${'! '.repeat(times)}a`, 'nesting-too-deep'],
    ['an error', 'const = 1', 'syntax-error'],
    ['many errors', 'const = 1\n'.repeat(50), 'syntax-error'],
    ['binary data', '\u0000\uffff\ud800 ` ${', 'syntax-error'],
  ]
  test.each(refused)('%s is refused', (_, text, code) => {
    const files = { read: () => text, exists: () => true }
    const { module, diagnostics } = moduleLoader(files).load('model.js')
    expect(module).toBeUndefined()
    expect(diagnostics[0]).toMatchObject({ code })
    expect(diagnostics.length).toBeLessThanOrEqual(3)
  })

  test('nesting without brackets that the parser still follows ends in code that is not followed', () => {
    const printed = printModule(lowered('model.js', `x = ${'- '.repeat(700)}a`))
    expect(printed).toContain('code that is nested this deep')
  })

  test.each([
    ['<script>'.repeat(100_000), ''],
    ['<script '.repeat(100_000), ''],
    ['<!--'.repeat(100_000), ''],
    [`<script type=${'a='.repeat(400_000)}`, ''],
    ['<script>use(1)', '[use#0 (call 1)]'],
  ])('a page such as %.20s… is read', (text, expected) => {
    const file = sourceFile('page.html', text)
    const { tree, diagnostics } = parseSource(file)
    if (diagnostics.length === 0) expect(printModule(lower(tree, file).module)).toContain(expected)
  })
})

test('a syntax error is placed where it is, also in a page', () => {
  const text = '<p>\n  <script>\n    const = 1\n  </script>\n</p>'
  const [problem] = parseSource(sourceFile('page.html', text)).diagnostics
  expect(problem?.message).toBe('syntax error: variable declaration expected')
  expect(problem?.span?.start).toBe(text.indexOf('='))
})

describe('modules', () => {
  const contents: Readonly<Record<string, string>> = {
    'src/model.ts': "import './model.js'",
    'src/layers/index.ts': '',
    'src/layers/dense.js': '',
    'src/both.ts': '',
    'src/both.js': '',
    'src/data.json': '{ "units": 3 }',
    'src/deep/tsconfig.json':
      '{ /* own */ "compilerOptions": { "paths": { "@/*": ["../layers/*"], "@/special/*": ["./*"], "config": ["../data.json"] }, }, }',
    'src/deep/inner/use.ts': '',
    'src/deep/x.ts': '',
    'based/tsconfig.json': '{ "compilerOptions": { "baseUrl": "./lib" } }',
    'based/lib/thing.ts': '',
    'broken/tsconfig.json': '{ "compilerOptions": ',
    'index.js': '',
  }
  const reads: string[] = []
  const loader = moduleLoader({
    read: path => {
      reads.push(path)
      return contents[path]
    },
    exists: path => Object.hasOwn(contents, path),
  })

  test.each([
    ['./model', 'src/a.ts', 'src/model.ts'],
    ['./model.js', 'src/a.ts', 'src/model.ts'],
    ['./layers', 'src/a.ts', 'src/layers/index.ts'],
    ['./layers/', 'src/a.ts', 'src/layers/index.ts'],
    ['./layers/dense', 'src/a.ts', 'src/layers/dense.js'],
    ['./both.js', 'src/a.ts', 'src/both.ts'],
    ['./data.json', 'src/a.ts', 'src/data.json'],
    ['./data', 'src/a.ts', 'src/data.json'],
    ['../model', 'src/layers/dense.js', 'src/model.ts'],
    ['.', 'src/layers/dense.js', 'src/layers/index.ts'],
    ['..', 'src/a.ts', 'index.js'],
    ['./src/model', 'index.js', 'src/model.ts'],
    ['./missing', 'src/a.ts', undefined],
    ['../../model', 'src/a.ts', undefined],
    ['../../src/model', 'src/a.ts', undefined],
    ['/src/model', 'src/a.ts', undefined],
    ['https://example.org/model.js', 'src/a.ts', undefined],
    ['@tensorflow/tfjs', 'src/a.ts', undefined],
    ['model', 'src/a.ts', undefined],
    ['@/dense', 'src/deep/inner/use.ts', 'src/layers/dense.js'],
    ['@/special/x', 'src/deep/inner/use.ts', 'src/deep/x.ts'],
    ['config', 'src/deep/inner/use.ts', 'src/data.json'],
    ['@tensorflow/tfjs', 'src/deep/inner/use.ts', undefined],
    ['thing', 'based/use.ts', 'based/lib/thing.ts'],
    ['thing', 'broken/use.ts', undefined],
  ])('%s from %s is %s', (specifier, from, expected) => {
    expect(loader.resolve(specifier, from)).toBe(expected)
  })

  test('are read when they are asked for, and once', () => {
    reads.length = 0
    const first = loader.load('src/model.ts')
    expect(loader.load('src/model.ts')).toBe(first)
    expect(reads).toEqual(['src/model.ts'])
    expect(loader.load('src/missing.ts').diagnostics.map(({ code }) => code)).toEqual(['file-not-found'])
  })
})
