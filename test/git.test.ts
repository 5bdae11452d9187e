import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { revisionOf, workTreeOf } from '../src/cli/git.js'
import { type Run, runIn } from './support/command-line.js'

let outer: string
let folder: string

/** Git as a user runs it, whatever is configured on this machine. */
function git(...args: readonly string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-c', 'commit.gpgsign=false']
  const env = { ...process.env, GIT_CONFIG_GLOBAL: join(outer, 'none'), GIT_CONFIG_NOSYSTEM: '1' }
  return execFileSync('git', [...identity, ...args], { cwd: folder, env, encoding: 'utf8', stdio: 'pipe' })
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

function commit(files: Readonly<Record<string, string>>): string {
  write(files)
  git('add', '--all')
  git('commit', '--quiet', '--message', 'a change')
  return git('rev-parse', 'HEAD').trim()
}

const model = (activation: string, units = 3) =>
  `export const createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: ${units}, activation: '${activation}', inputShape: [4] })] })\n`

const diff = (...args: readonly string[]): Promise<Run> => runIn(folder, ['diff', ...args])

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'git-'))
  folder = join(outer, 'project')
  mkdirSync(folder)
  git('init', '--quiet', '--initial-branch', 'main')
})

afterEach(() => rmSync(outer, { recursive: true, force: true }))

test('one target at two revisions, and against the work tree', async () => {
  const first = commit({ 'model.js': model('relu') })
  commit({ 'model.js': model('tanh') })
  write({ 'model.js': model('relu') })
  const range = await diff(`${first}..main`, '--', 'model.js#createModel')
  expect(range).toEqual({ code: 1, output: expect.stringContaining('tanh(x W + b)') })
  expect(await diff('main', '--', 'model.js')).toEqual({
    code: 1,
    output: expect.stringContaining('ReLU(x W + b)'),
  })
  expect(await diff(first, '--', 'model.js')).toEqual({
    code: 0,
    output: expect.stringContaining('✓ the same'),
  })
  expect((await diff('HEAD~1..', '--', 'model.js')).code).toBe(1)
})

test('three dots compare with where both lines parted', async () => {
  commit({ 'model.js': model('relu') })
  git('checkout', '--quiet', '-b', 'branch')
  commit({ 'other.js': model('relu') })
  git('checkout', '--quiet', 'main')
  commit({ 'model.js': model('tanh') })
  expect((await diff('main..branch', '--', 'model.js')).code).toBe(1)
  expect(await diff('main...branch', '--', 'model.js')).toEqual({
    code: 0,
    output: expect.stringContaining('where main and branch parted → branch'),
  })
})

test('imports, aliases and the root of the project are those of the revision', async () => {
  const source = `import { units } from '@sizes/hidden.js'\n${model('relu').replace('units: 3', 'units')}`
  const tsconfig = (target: string) => `{ "compilerOptions": { "paths": { "@sizes/*": ["${target}/*"] } } }`
  const files = {
    'pack/package.json': '{}',
    'pack/src/model.js': source,
    'pack/tsconfig.json': tsconfig('./old'),
  }
  const first = commit({ ...files, 'pack/old/hidden.js': 'export const units = 3', 'hidden.js': '' })
  commit({ 'pack/tsconfig.json': tsconfig('./new'), 'pack/new/hidden.js': 'export const units = 5' })
  rmSync(join(folder, 'pack'), { recursive: true })
  const { code, output } = await diff(`${first}..HEAD`, '--', 'pack/src/model.js')
  expect({ code, output }).toEqual({
    code: 1,
    output: expect.stringContaining('`units` of dense `dense_Dense1`: 3 → 5'),
  })
  expect(output).toContain('src/model.js:2:')
})

test('from a folder inside of the work tree, paths start there', async () => {
  commit({ 'a/model.js': model('relu') })
  expect((await runIn(join(folder, 'a'), ['diff', 'HEAD', '--', 'model.js'])).code).toBe(0)
})

test.each([
  [['nothing..HEAD', '--', 'model.js'], 'there is no revision `nothing`'],
  [['HEAD^{tree}', '--', 'model.js'], '`HEAD^{tree}` cannot be looked up'],
  [['HEAD', '--', 'other.js'], 'there is no file `other.js` in HEAD'],
  [['HEAD', '--', 'gone.js'], 'there is no file `gone.js` in the work tree'],
  [['HEAD', '--', '../model.js'], '`../model.js` is outside of the git work tree'],
  [['HEAD', 'main', '--', 'model.js'], 'name a revision or two before `--`'],
  [['HEAD', '--'], 'name a revision or two before `--`'],
  [['HEAD', '--', 'model.js#other'], '`model.js` has no `other`'],
  [['model.js'], 'name two targets'],
])('bad input is told: %j', async (args, message) => {
  commit({ 'model.js': model('relu'), 'gone.js': model('relu') })
  rmSync(join(folder, 'gone.js'))
  expect(await diff(...args)).toEqual({ code: 2, output: expect.stringContaining(message) })
})

test('without a repository there are no revisions', async () => {
  rmSync(join(folder, '.git'), { recursive: true })
  const { code, output } = await diff('HEAD', '--', 'model.js')
  expect({ code, output }).toEqual({ code: 2, output: expect.stringContaining('this is no git work tree') })
})

/** A program that leaves a trace if anything runs it. */
function trap(): { readonly program: string; readonly wasRun: () => boolean } {
  const [program, trace] = [join(outer, 'trap'), join(outer, 'was-run')]
  writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\ncat\n`)
  chmodSync(program, 0o755)
  return { program, wasRun: () => existsSync(trace) }
}

test('nothing that a repository configures is executed', async () => {
  const first = commit({ 'model.js': model('relu') })
  const { program, wasRun } = trap()
  commit({ 'model.js': model('tanh'), '.gitattributes': '*.js filter=evil diff=evil\n' })
  for (const [key, value] of [
    ['core.fsmonitor', program],
    ['core.hooksPath', outer],
    ['core.pager', program],
    ['core.editor', program],
    ['core.sshCommand', program],
    ['filter.evil.smudge', program],
    ['filter.evil.clean', program],
    ['filter.evil.process', program],
    ['diff.evil.textconv', program],
    ['diff.evil.command', program],
    ['diff.external', program],
    ['gpg.program', program],
    ['alias.rev-parse', `!${program}`],
    ['alias.cat-file', `!${program}`],
    ['log.showSignature', 'true'],
  ] as const)
    git('config', key, value)
  expect((await diff(`${first}..HEAD`, '--', 'model.js')).code).toBe(1)
  expect((await diff('HEAD', '--', 'model.js')).code).toBe(0)
  expect(wasRun()).toBe(false)
})

test('objects that are missing are not fetched', async () => {
  commit({ 'model.js': model('relu'), 'size.js': 'export const units = 3' })
  const { program, wasRun } = trap()
  const blob = git('rev-parse', 'HEAD:model.js').trim()
  rmSync(join(folder, '.git', 'objects', blob.slice(0, 2), blob.slice(2)))
  for (const [key, value] of [
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'evil'],
    ['remote.evil.promisor', 'true'],
    ['remote.evil.url', `ext::${program}`],
    ['protocol.ext.allow', 'always'],
    ['protocol.allow', 'always'],
  ] as const)
    git('config', key, value)
  const { code } = await diff('HEAD', '--', 'model.js')
  expect(code).toBe(2)
  expect(wasRun()).toBe(false)
})

test('links are followed inside of the revision, and out of it nowhere', () => {
  writeFileSync(join(outer, 'secret.js'), 'secret')
  write({ 'lib/size.js': 'export const units = 3' })
  symlinkSync('lib', join(folder, 'linked'))
  symlinkSync('linked/size.js', join(folder, 'size.js'))
  symlinkSync('../secret.js', join(folder, 'outside.js'))
  symlinkSync(join(outer, 'secret.js'), join(folder, 'absolute.js'))
  symlinkSync('circle.js', join(folder, 'circle.js'))
  commit({})
  const { files } = revisionOf(workTreeOf(folder), 'HEAD')
  expect(files.read('size.js')).toBe('export const units = 3')
  expect(files.read('linked/size.js')).toBe('export const units = 3')
  for (const path of ['outside.js', 'absolute.js', 'circle.js', '../secret.js', 'lib', '.git/config'])
    expect([path, files.exists(path), files.read(path)]).toEqual([path, false, undefined])
})

test('names are data: line breaks, leading dashes, and repositories inside of the tree', async () => {
  const names = ['--output=x.js', '-x.js', 'a\nb.js', 'é.js', "it's.js"]
  commit(Object.fromEntries(names.map(name => [name, model('relu')])))
  git('update-index', '--add', '--cacheinfo', `160000,${git('rev-parse', 'HEAD').trim()},inner.js`)
  git('commit', '--quiet', '--message', 'a submodule')
  const { files } = revisionOf(workTreeOf(folder), 'HEAD')
  for (const name of names) expect(files.read(name)).toBe(model('relu'))
  expect(files.exists('inner.js')).toBe(false)
  expect((await diff('HEAD', '--', './-x.js')).code).toBe(0)
})

test('replacements of objects and variables of the environment change nothing', async () => {
  const first = commit({ 'model.js': model('relu') })
  commit({ 'model.js': model('tanh') })
  git('replace', git('rev-parse', `${first}:model.js`).trim(), git('rev-parse', 'HEAD:model.js').trim())
  process.env.GIT_DIR = join(outer, 'nowhere')
  try {
    expect((await diff(`${first}..HEAD`, '--', 'model.js')).code).toBe(1)
  } finally {
    delete process.env.GIT_DIR
  }
})
