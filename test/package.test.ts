import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

/** A folder with the packed package installed in it and nothing else, as a user has it. */
let folder: string

interface Run {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'package-'))
  await succeed(process.execPath, ['build/declarations.js'], process.cwd())
  const packed = await succeed(
    'npm',
    ['pack', '--ignore-scripts', '--json', '--pack-destination', folder],
    process.cwd(),
  )
  const [{ filename }] = JSON.parse(packed.stdout) as [{ filename: string }]
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }')
  await succeed('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', filename])
  rmSync(join(folder, filename))
  writeFileSync(join(folder, 'model.js'), readFileSync('docs/demo/as-written.ts'))
  writeFileSync(join(folder, 'wrong.ts'), readFileSync('docs/demo/missing-activation.ts'))
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const installed = (...path: readonly string[]): string => join(folder, 'node_modules', 'aswritten', ...path)

const aswritten = (...args: readonly string[]): Promise<Run> => run('npx', ['--no', 'aswritten', ...args])

test('the package brings what a user needs, and no other package', () => {
  expect(readdirSync(join(folder, 'node_modules')).filter(name => !name.startsWith('.'))).toEqual([
    'aswritten',
  ])
  const files = readdirSync(installed(), { recursive: true, encoding: 'utf8' })
  const expected =
    /^(dist|dist\/.*\.js|dist\/(command-line|language-server)\.cjs|dist\/.*\.d\.ts|dist\/[a-z]+(\/html)?|dist\/katex\.css|dist\/THIRD-PARTY-NOTICES\.txt|specs|specs\/.*\.yaml|grammar|grammar\/[^/]*|docs|docs\/demo|docs\/demo\/.*\.ts|docs\/demonstration|docs\/demonstration\/.*|docs\/findings|docs\/findings\/.*\.md|docs\/(bakeoff|check|demonstration|diff|editor|equality|equations|glossary|language|layers|lint|living-with-it|mutate|mutations|ops|problems|review|rules|spec|tensor-code|toy|training)\.md|package\.json|[A-Z]+\.md|LICENSE)$/
  expect(files.filter(path => !expected.test(path.replaceAll('\\', '/')))).toEqual([])
  const bytes = files.map(path => statSync(installed(path)).size).reduce((sum, size) => sum + size, 0)
  expect(bytes).toBeLessThan(10_000_000)
})

test('it names the packages whose code it carries', () => {
  const notices = readFileSync(installed('dist', 'THIRD-PARTY-NOTICES.txt'), 'utf8')
  for (const name of [
    '@ts-morph/common',
    'commander',
    'picocolors',
    'ts-morph',
    'typescript',
    'vscode-jsonrpc',
    'yaml',
  ]) {
    expect(notices).toMatch(new RegExp(`^${name}$`, 'm'))
  }
})

test('the commands work from an empty folder', async () => {
  const runs = await Promise.all([
    aswritten('check', 'model.js#createModel', '--spec', 'xor-and-regression'),
    aswritten('check', 'wrong.ts#createModel', '--spec', 'xor-and-regression'),
    aswritten('equations', 'model.js'),
    aswritten('explain', 'activation-missing'),
    aswritten('demo'),
    aswritten('--version'),
  ])
  expect(runs.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
    [0, 1, 0, 0, 0, 0].map(code => ({ code, stderr: '' })),
  )
  expect(runs[1]!.stdout).toContain('activation-missing  wrong.ts:')
  expect(runs[3]!.stdout).toContain('# activation-missing')
}, 60_000)

test('a TypeScript program can use the library', async () => {
  writeFileSync(
    join(folder, 'consumer.ts'),
    `import { type CheckOutcome, check, type Files, sourceFile } from 'aswritten'
const code = 'import * as tf from "@tensorflow/tfjs"\\nexport const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })'
const spec = 'title: Linear regression\\ninputs:\\n  x: [2]\\nmodel:\\n  - dense: 1\\n'
const files: Files = { read: path => (path === 'model.js' ? code : undefined), exists: path => path === 'model.js' }
const outcome: CheckOutcome = check({ files, path: 'model.js', target: 'model' }, sourceFile('spec.yaml', spec))
console.log(outcome.verdict, ...outcome.diagnostics.map(({ message }: { message: string }): string => message))
`,
  )
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  const checked = await run(process.execPath, [resolve('node_modules/typescript/bin/tsc')])
  expect(checked).toEqual({ code: 0, stdout: '', stderr: '' })
  expect(await run(process.execPath, ['consumer.js'])).toEqual({
    code: 0,
    stdout: 'as written\n',
    stderr: '',
  })
}, 60_000)

test('the library loads nothing that touches the disk or the process', () => {
  const loaded = ['index.js']
  for (const name of loaded) {
    const imports = readFileSync(installed('dist', name), 'utf8').matchAll(
      /\bfrom"\.\/([^"]+)"|\bimport"\.\/([^"]+)"/g,
    )
    for (const [, from, bare] of imports) if (!loaded.includes((from ?? bare)!)) loaded.push((from ?? bare)!)
  }
  const touching = loaded.filter(name =>
    /"(node:)?(fs|child_process|process)"/.test(readFileSync(installed('dist', name), 'utf8')),
  )
  expect(touching).toEqual([])
})

async function succeed(file: string, args: readonly string[], cwd = folder): Promise<Run> {
  const result = await run(file, args, cwd)
  if (result.code !== 0) throw new Error(`${file} ${args.join(' ')}\n${result.stdout}${result.stderr}`)
  return result
}

async function run(file: string, args: readonly string[], cwd = folder): Promise<Run> {
  try {
    return { code: 0, ...(await promisify(execFile)(file, [...args], { cwd, encoding: 'utf8' })) }
  } catch (error) {
    const { code, stdout, stderr } = error as Run
    return { code, stdout, stderr }
  }
}
