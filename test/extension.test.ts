import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { EditorSession } from './support/editor-session.js'
import { filesInZip } from './support/zip.js'

let folder: string
let files: ReadonlyMap<string, Buffer>

/** The packed extension, unpacked as an editor does it, with nothing of the repository around it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'extension-'))
  execFileSync(process.execPath, ['build/extension.js', join(folder, 'built')], { stdio: 'pipe' })
  const packed = readdirSync(join(folder, 'built')).find(name => name.endsWith('.vsix'))!
  files = filesInZip(readFileSync(join(folder, 'built', packed)))
  rmSync(join(folder, 'built'), { recursive: true })
  for (const [name, content] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('it holds what it needs, and nothing else', () => {
  const names = [...files.keys()].map(name => name.replace(/^extension\//, ''))
  expect(
    names.filter(name => !/^(specs\/[^/]+\.yaml|docs\/findings\/[a-z-]+\.md)$/.test(name)).sort(),
  ).toEqual([
    'LICENSE.txt',
    '[Content_Types].xml',
    'dist/THIRD-PARTY-NOTICES.txt',
    'dist/editor-thread.js',
    'dist/extension.cjs',
    'dist/server.cjs',
    'extension.vsixmanifest',
    'package.json',
    'readme.md',
  ])
  for (const name of readdirSync('specs')) expect(names).toContain(`specs/${name}`)
  for (const name of readdirSync('docs/findings')) expect(names).toContain(`docs/findings/${name}`)
})

test('its manifest has the version of the package, and lets it work in folders that are not trusted', () => {
  const manifest = JSON.parse(String(files.get('extension/package.json')))
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(manifest).toMatchObject({
    version,
    main: './dist/extension.cjs',
    capabilities: { untrustedWorkspaces: { supported: true } },
  })
})

test('it names the packages whose code it carries', () => {
  const notices = String(files.get('extension/dist/THIRD-PARTY-NOTICES.txt'))
  for (const name of ['typescript', 'vscode-languageclient', 'vscode-languageserver', 'yaml'])
    expect(notices).toMatch(new RegExp(`^${name}$`, 'm'))
})

test('an editor can load it', () => {
  const editor = join(folder, 'extension', 'node_modules', 'vscode')
  mkdirSync(editor, { recursive: true })
  // Whatever the client extends is a class, and whatever it reads of one is one as well.
  writeFileSync(
    join(editor, 'index.js'),
    "const any = new Proxy(class {}, { get: (target, key) => (key === 'prototype' ? target[key] : any) })\nmodule.exports = any\n",
  )
  const main = JSON.stringify(join(folder, 'extension', 'dist', 'extension.cjs'))
  const script = `const { activate, deactivate } = require(${main}); console.log(typeof activate, typeof deactivate)`
  expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('function function\n')
})

test('its server serves, with specs that ship and pages about what it finds', async () => {
  const session = new EditorSession([join(folder, 'extension', 'dist', 'server.cjs'), '--stdio'])
  try {
    session.save({ 'aswritten.yaml': 'checks: [{ target: model.ts, spec: xor-and-regression }]\n' })
    await session.start()
    const text = readFileSync('docs/demo/missing-activation.ts', 'utf8')
    const [found] = await session.open('model.ts', text)
    expect(found?.code).toBe('activation-missing')
    expect(readFileSync(new URL(found!.codeDescription!.href), 'utf8')).toContain('# activation-missing')
    expect(await session.end()).toBe(0)
  } finally {
    session.remove()
  }
}, 30_000)
