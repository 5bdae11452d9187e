import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type {
  Diagnostic,
  Hover,
  Location,
  MarkupContent,
  Position,
  Range,
  TextDocumentEdit,
} from 'vscode-languageserver'
import { allDiagnostics, hover } from '../src/editor/answers.js'
import type { ReadProject } from '../src/editor/project.js'
import { check } from '../src/pipeline.js'
import { readModels } from '../src/reading.js'
import { sourceFile } from '../src/text/source.js'
import { projectsIn } from './support/cases.js'
import { EditorSession } from './support/editor-session.js'
import { hostileTexts } from './support/hostile.js'
import { inMemory } from './support/project.js'

/** Where a case has its cursor. */
const cursor = '‸'

let session: EditorSession
let started = 0

beforeAll(async () => {
  session = new EditorSession()
  await session.start()
})

afterAll(() => session.remove())

const severities = ['', 'error', 'warning', 'information', 'hint']

const place = ({ line, character }: Position): string => `${line + 1}:${character + 1}`

const rangeText = ({ start, end }: Range): string =>
  start.line === end.line ? `${place(start)}-${end.character + 1}` : `${place(start)}-${place(end)}`

function diagnosticText({
  range,
  severity,
  code,
  message,
  tags,
  relatedInformation = [],
}: Diagnostic): string {
  const [first, second = ''] = String(message).split('\n')
  const accepted = second.startsWith('Accepted') ? ` ${second}` : ''
  const related = relatedInformation.map(
    ({ location, message: why }) => `  ${locationText(location)}: ${why}`,
  )
  const tag = tags?.includes(1) ? ' (unnecessary)' : ''
  return [`${rangeText(range)} ${severities[severity!]} ${code}${tag}: ${first}${accepted}`, ...related].join(
    '\n',
  )
}

const contentOf = (shown: Hover | null): MarkupContent => shown!.contents as MarkupContent

const inCase = (path: string): string => path.replace(/^case-\d+\//, '')

const locationText = ({ uri, range }: Location): string => `${inCase(session.path(uri))}:${rangeText(range)}`

const listed = (diagnostics: readonly Diagnostic[]): string =>
  diagnostics
    .map(diagnosticText)
    .join('\n')
    .replaceAll(/case-\d+\//g, '')

/** The lines that an edit takes away and brings. */
function changedLines(before: string, after: string): readonly string[] {
  const [old, now] = [before.split('\n'), after.split('\n')]
  const shown = (line: string) => line.replaceAll('\r', '␍')
  return [
    ...old.filter(line => !now.includes(line)).map(line => `- ${shown(line)}`),
    ...now
      .filter((line, i) => !old.includes(line) || now.indexOf(line) !== i)
      .map(line => `+ ${shown(line)}`),
  ]
}

/** What is asked at a place, as text. */
const requests: Readonly<Record<string, (path: string, at: Position) => Promise<string>>> = {
  diagnostics: async path => listed(await session.shown(path)),
  hover: async (path, at) => {
    const hover = await session.hover(path, at)
    if (!hover) return 'nothing'
    const { value } = contentOf(hover)
    return `${rangeText(hover.range!)}\n${value.replaceAll('```', '~~~')}`.replaceAll(/case-\d+\//g, '')
  },
  definition: async (path, at) => (await session.definition(path, at)).map(locationText).join('\n'),
  implementation: async (path, at) => (await session.implementation(path, at)).map(locationText).join('\n'),
  fixes: async (path, at) => {
    const told: string[] = []
    for (const action of await session.actions(path, at)) {
      const changed = session.changed(action)
      const isOther = changed !== path
      if (isOther) await session.open(changed, readFileSync(join(session.folder, changed), 'utf8'))
      const text = session.text(changed)
      const after = session.after(changed, action)
      await session.change(changed, after)
      // What is shown of a file is new for certain once it has a new version.
      const shown = isOther ? await session.change(path, session.text(path)) : await session.shown(path)
      const title = isOther ? `${action.title} (${inCase(changed)})` : action.title
      told.push([title, ...changedLines(text, after), listed(shown) || 'nothing is left'].join('\n'))
      await session.change(changed, text)
      if (isOther) await session.close(changed)
    }
    return told.join('\n\n')
  },
}

const cases = readdirSync('test/cases/editor').flatMap(name => projectsIn(`test/cases/editor/${name}`))

describe.each(cases)('$title', ({ files, expected, remark }) => {
  test(remark, async () => {
    const folder = `case-${started++}`
    const own = (path: string) => `${folder}/${path}`
    const texts = Object.entries(files).map(([path, text]): [string, string] => [
      path,
      path.includes('crlf') ? text.replaceAll('\n', '\r\n') : text,
    ])
    session.save({
      [own('package.json')]: '{}',
      ...Object.fromEntries(texts.map(([path, text]) => [own(path), text.replace(cursor, '')])),
    })
    const marked = texts.find(([, text]) => text.includes(cursor)) ?? texts[0]!
    const [path, text] = marked
    const before = text.slice(0, Math.max(0, text.indexOf(cursor))).split('\n')
    const at = { line: before.length - 1, character: before.at(-1)!.length }
    await session.open(own(path), text.replace(cursor, ''))
    expect(`${await requests[remark]!(own(path), at)}\n`).toBe(expected)
    await session.close(own(path))
  }, 30_000)
})

describe('a session', () => {
  const spec = 'title: One layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n'
  const config = 'checks: [{ target: model.js#createModel, spec: paper.yaml }]\n'
  const model = (units: number) =>
    `const { units } = require('./units')\nexports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: units + ${units}, inputShape: [3] })] })\n`
  const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code)

  let own: EditorSession

  beforeEach(async () => {
    own = new EditorSession()
    own.save({ 'aswritten.yaml': config, 'paper.yaml': spec, 'units.js': 'exports.units = 8\n' })
  })

  afterEach(() => own.remove())

  test('says what it can do, and ends with 0 after a shutdown', async () => {
    const { capabilities, serverInfo } = await own.start()
    expect(serverInfo?.name).toBe('aswritten')
    expect(capabilities).toMatchObject({
      textDocumentSync: { openClose: true, change: 2 },
      hoverProvider: true,
      definitionProvider: true,
      implementationProvider: true,
      codeActionProvider: { codeActionKinds: ['quickfix'] },
    })
    expect(await own.end()).toBe(0)
    expect(own.errors).toBe('')
  })

  test('ends with 1 where the editor ends without a shutdown', async () => {
    await own.start()
    await own.connection.sendNotification('exit')
    expect(await own.exit).toBe(1)
  })

  test('reads what is typed before it is saved, in code, in what it imports and in the spec', async () => {
    await own.start()
    expect(codes(await own.open('model.js', model(0)))).toEqual([])
    expect(codes(await own.change('model.js', model(1)))).toEqual(['config-different'])
    await own.open('units.js', 'exports.units = 7\n')
    expect(codes(await own.until('model.js', ({ diagnostics }) => diagnostics.length === 0))).toEqual([])
    await own.open('paper.yaml', spec.replace('8', '9'))
    expect(codes(await own.until('model.js', ({ diagnostics }) => diagnostics.length === 1))).toEqual([
      'config-different',
    ])
    expect(codes(await own.change('paper.yaml', spec.replace('dense', 'dens')))).toEqual([
      'spec-unknown-name',
    ])
    await own.until('model.js', ({ diagnostics }) => diagnostics.length === 0)
    await own.close('paper.yaml')
    await own.close('units.js')
    await own.until('model.js', ({ diagnostics }) => diagnostics.length === 1)
    await own.close('model.js')
    await own.until('model.js', ({ diagnostics }) => diagnostics.length === 0)
  }, 30_000)

  test('reads again what is saved elsewhere', async () => {
    await own.start()
    expect(codes(await own.open('model.js', model(0)))).toEqual([])
    await own.saved({ 'units.js': 'exports.units = 9\n' })
    await own.until('model.js', ({ diagnostics }) => diagnostics.length === 1)
  }, 30_000)

  test('answers of the newest text while somebody types', async () => {
    await own.start()
    await own.open('model.js', model(0))
    for (let i = 1; i <= 20; i++) await own.type('model.js', model(i))
    const hover = await own.hover('model.js', { line: 1, character: 60 })
    expect(contentOf(hover).value).toContain('ℝ^{3×28}')
    expect((await own.shown('model.js'))[0]?.message).toContain('is 28, specified is 8')
  }, 30_000)

  describe('with a program that takes ten seconds to read', () => {
    const slow = `exports.createModel = () => {
  const list = Array.from({ length: 20000 }, (_, i) => i)
  for (let k = 0; k < 60; k++) list.map(i => list.indexOf(i))
  return tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3] })] })
}\n`
    const seconds = (start: number) => (performance.now() - start) / 1000

    test('reads the newer text instead, as soon as there is one', async () => {
      await own.start()
      await own.open('model.js', model(0))
      await own.type('model.js', slow)
      await new Promise(done => setTimeout(done, 500))
      const start = performance.now()
      expect(codes(await own.change('model.js', model(1)))).toEqual(['config-different'])
      expect(seconds(start)).toBeLessThan(8)
      expect(own.warnings).toEqual([])
    }, 30_000)

    test('answers nothing about it in time, and ends when it is asked to', async () => {
      await own.start()
      await own.open('model.js', model(0))
      await own.type('model.js', slow)
      const start = performance.now()
      expect(await own.hover('model.js', { line: 3, character: 45 })).toBeNull()
      expect(await own.end()).toBe(0)
      expect(seconds(start)).toBeLessThan(8)
    }, 30_000)
  })

  test('shows plain text, and gives edits without versions, where the editor can do no more', async () => {
    await own.start({})
    await own.open('model.js', model(1))
    const { kind, value } = (await own.hover('model.js', { line: 1, character: 60 }))!
      .contents as MarkupContent
    expect(kind).toBe('plaintext')
    expect(value).not.toContain('```')
    const [action] = await own.actions('model.js', { line: 1, character: 60 })
    expect(Object.keys(action!.edit!.changes!)).toEqual([own.uri('model.js')])
  }, 30_000)

  test('asks for the reason where the editor can', async () => {
    await own.start({ workspace: { workspaceEdit: { documentChanges: true, snippetEditSupport: true } } })
    await own.open('model.js', model(1))
    const [action] = await own.actions('model.js', { line: 1, character: 60 })
    const [change] = action!.edit!.documentChanges as TextDocumentEdit[]
    expect(change!.edits).toMatchObject([
      {
        snippet: {
          kind: 'snippet',
          value: `// aswritten-ignore config-different -- \${1:why it is accepted}\n`,
        },
      },
    ])
  }, 30_000)

  test('goes to a spec that ships', async () => {
    own.save({ 'aswritten.yaml': 'checks: [{ target: model.ts, spec: xor-and-regression }]\n' })
    await own.start()
    await own.open('model.ts', readFileSync('docs/demo/as-written.ts', 'utf8'))
    const [place] = await own.definition('model.ts', { line: 5, character: 30 })
    expect(place?.uri).toBe(pathToFileURL(resolve('specs/xor-and-regression.yaml')).href)
  }, 30_000)

  test('takes any text, any position and any address', async () => {
    await own.start()
    for (const text of [
      '',
      '\u0000',
      '('.repeat(100_000),
      '\ud800',
      'tf\r\rtf.layers\r',
      '𝛼'.repeat(1000),
      '`${',
    ])
      for (const name of [
        'model.js',
        'page.html',
        'paper.yaml',
        'aswritten.yaml',
        'aswritten-baseline.yaml',
      ]) {
        await own.open(name, text)
        const far = { line: 1_000_000, character: 1_000_000 }
        await own.hover(name, far)
        await own.actions(name, far)
        await own.close(name)
      }
    for (const uri of ['untitled:1', 'file:///%00', 'file://host/x.js', 'http://example.org/x.js', 'x', ''])
      await own.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'x', version: 1, text: 'tf.layers' },
      })
    expect(codes(await own.open('model.js', model(1)))).toEqual(['config-different'])
    expect(own.warnings).toEqual([])
    expect(await own.end()).toBe(0)
  }, 60_000)
})

describe('what an attacker names', () => {
  const abilities = { hover: 'markdown', snippets: false, documentChanges: true } as const

  const controls = /[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/u

  /** A project whose layer, path and spec have the text in them. */
  function hostileProject(text: string): ReadProject {
    const path = `${text.replaceAll('/', '-')}.js`
    // YAML has no control characters, and a spec that writes them as escapes is refused.
    const yaml = `'${text.replaceAll(new RegExp(controls, 'gu'), '').replaceAll("'", "''")} '`
    const code = `exports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3], name: ${JSON.stringify(text)} })] })`
    const spec = [
      `title: ${yaml}`,
      `citation: { text: ${yaml}, section: ${yaml}, checked: true }`,
      'inputs: { x: [3] }',
      'model:',
      `  - { dense: 4, activation: tanh, name: ${yaml}, cite: ${yaml} }`,
    ].join('\n')
    const files = inMemory({ [path]: code })
    const outcome = check(
      { files, path, target: 'createModel' },
      sourceFile(path.replace(/js$/, 'yaml'), spec),
    )
    return {
      checks: [{ outcome }],
      linted: [],
      modelsOf: own => readModels({ files, path: own }),
      targetsOf: () => [],
      files,
      folder: '',
      uriOf: own => `file:///${Buffer.from(own, 'utf16le').toString('hex')}`,
      pathOf: uri => Buffer.from(uri.slice('file:///'.length), 'hex').toString('utf16le'),
    }
  }

  test('acts neither in hovers nor in diagnostics', () => {
    for (const text of hostileTexts) {
      const project = hostileProject(text)
      const { outcome } = project.checks[0]!
      expect({ text, diagnostics: outcome.diagnostics.map(({ message }) => message) }).toEqual({
        text,
        diagnostics: [],
      })
      const uri = project.uriOf(outcome.target.slice(0, -'#createModel'.length))!
      const { value } = contentOf(hover([project], { uri, position: { line: 0, character: 70 } }, abilities))
      expect(value.replaceAll('\n', '')).not.toMatch(controls)
      const html = micromark(value, { extensions: [gfm()], htmlExtensions: [gfmHtml()] })
      const tags = new Set([...html.matchAll(/<\/?([a-z0-9]+)/g)].map(([, name]) => name))
      expect([...tags].filter(name => !['p', 'pre', 'code', 'ul', 'li'].includes(name!))).toEqual([])
      for (const diagnostics of allDiagnostics([project], () => undefined).values())
        for (const entry of diagnostics) {
          const told = [entry.message, ...(entry.relatedInformation ?? []).map(({ message }) => message)]
          expect(told.join('').replaceAll('\n', '')).not.toMatch(controls)
        }
    }
  }, 120_000)
})
