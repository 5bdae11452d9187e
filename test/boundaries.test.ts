import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'

/** The rooms in order: a room imports only rooms above it. */
const rooms = [
  'text',
  'diagnostics',
  'math',
  'graph',
  'ops',
  'gradient',
  'syntax',
  'core',
  'trace',
  'library',
  'meanings',
  'normal',
  'evaluate',
  'identity',
  'lint',
  'spec',
  'compare',
  'equations',
  'experiment',
  'found.ts',
  'reading.ts',
  'pipeline.ts',
  'suite',
  'diff',
  'mutation',
  'bakeoff',
  'report',
  'acceptance',
  'editor',
  'index.ts',
  'cli',
  'bin.ts',
  'github',
  'post-comment.ts',
  'execution',
  'experiment-process.ts',
]

/** Rooms that touch the process and the disk: the programs. */
const programs = ['cli', 'bin.ts', 'github', 'post-comment.ts', 'execution', 'experiment-process.ts']

/** Imports of another order, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sourceFiles(path)
    return path.endsWith('.ts') && !path.endsWith('.d.ts') ? [path] : []
  })
}

function importsOf(path: string): readonly string[] {
  const text = readFileSync(path, 'utf8')
  return [...text.matchAll(/(?:from\s+|import\()'(\.[^']+)'/g)].map(([, specifier]) =>
    join(path, '..', specifier!),
  )
}

const roomOf = (path: string): string => path.split('/')[1]!.replace(/\.js$/, '.ts')

const files = sourceFiles('src')

test('every source file is in a room that the order knows', () => {
  const unknown = files.map(roomOf).filter(room => !rooms.includes(room))
  expect(unknown).toEqual([])
})

test('a room imports only rooms above it', () => {
  const wrong = files.flatMap(path =>
    importsOf(path)
      .filter(imported => rooms.indexOf(roomOf(imported)) > rooms.indexOf(roomOf(path)))
      .map(imported => `${path} imports ${imported}`)
      .filter(line => !(line in exceptions)),
  )
  expect(wrong).toEqual([])
})

test('only the programs touch the process, the disk or the network', () => {
  const wrong = files
    .filter(path => !programs.includes(roomOf(path)))
    .filter(path => /from 'node:(?!crypto')|\bprocess\.|\bfetch\(/.test(readFileSync(path, 'utf8')))
  expect(wrong).toEqual([])
})

test('one file opens connections, and only the program that posts comments has it', () => {
  const opening = /\bfetch\(|node:(http|https|http2|net|tls|dgram|dns)\b|\bWebSocket\b|\bXMLHttpRequest\b/
  const isCode = (line: string) => !/^\s*(\/\/|\/?\*)/.test(line)
  expect(
    files.filter(path =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter(isCode)
        .some(line => opening.test(line)),
    ),
  ).toEqual(['src/github/api.ts'])
  const importing = files.filter(path => importsOf(path).some(imported => roomOf(imported) === 'github'))
  expect(importing.filter(path => roomOf(path) !== 'github')).toEqual(['src/post-comment.ts'])
  const outside = files
    .filter(path => roomOf(path) === 'github')
    .flatMap(importsOf)
    .filter(imported => roomOf(imported) !== 'github')
  expect(new Set(outside)).toEqual(new Set(['src/report/comment-limits.js']))
})

/** Files that may run code, each with what it runs. */
const runners: Readonly<Record<string, string>> = {
  'src/cli/compiled.ts': 'the command line itself, from its own package',
  'src/execution/modules.ts': 'model code that the user asked to run, in a process of its own',
}

test('one program runs model code, and only one file starts it', () => {
  const importing = files.filter(path => importsOf(path).some(imported => roomOf(imported) === 'execution'))
  expect(importing.filter(path => roomOf(path) !== 'execution')).toEqual(['src/experiment-process.ts'])
  const taking = files.filter(path => /from 'sucrase'/.test(readFileSync(path, 'utf8')))
  expect(taking).toEqual(['src/execution/modules.ts'])
  const naming = files.filter(path => /\bexperimentProgram\(/.test(readFileSync(path, 'utf8')))
  expect(naming).toEqual(['src/cli/laboratory.ts', 'src/cli/package.ts'])
})

test('TensorFlow.js is loaded by that program alone', () => {
  const isTypes = (line: string) => /^import type /.test(line) || /^export type /.test(line)
  const loading = files.filter(path =>
    readFileSync(path, 'utf8')
      .split('\n')
      .some(line => /(from |import\(|require\()'@tensorflow\//.test(line) && !isTypes(line)),
  )
  expect(loading).toEqual([])
})

test('nothing evaluates text as code', () => {
  const wrong = files
    .filter(path => !(path in runners))
    .filter(path => /\beval\(|new Function\(|node:vm/.test(readFileSync(path, 'utf8')))
  expect(wrong).toEqual([])
})

test('two files start processes: git and the program that runs model code, both without a shell', () => {
  const starting = files.filter(path => /child_process/.test(readFileSync(path, 'utf8')))
  expect(starting).toEqual(['src/cli/git.ts', 'src/cli/laboratory.ts'])
  const laboratory = readFileSync('src/cli/laboratory.ts', 'utf8')
  expect(laboratory).toContain("import { type ChildProcess, spawn } from 'node:child_process'")
  expect(laboratory.match(/\bspawn\(\n {4}(.{17})/g)).toEqual(['spawn(\n    process.execPath,'])
  expect(laboratory).toContain('shell: false')
  const text = readFileSync('src/cli/git.ts', 'utf8')
  const imported = /import \{ (.*) \} from 'node:child_process'/.exec(text)?.[1]
  expect(imported).toBe('execFileSync')
  expect(text.match(/execFileSync\((.{6})/g)).toEqual(["execFileSync('git',"])
  expect(text).toContain('shell: false')
})

test('the trace knows no syntax tree', () => {
  const wrong = files.filter(
    path => roomOf(path) === 'trace' && /ts-morph|syntax\//.test(readFileSync(path, 'utf8')),
  )
  expect(wrong).toEqual([])
})
