import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { runIn } from './support/command-line.js'

/** Some commands run models. */
jest.setTimeout(60_000)

/** A command as the documentation shows it, and what is printed below it, if anything. */
interface Shown {
  readonly command: string
  readonly output: string
}

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'docs-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** A repository with the files, of which `model.ts` was another one before. */
function makeRepository(files: Readonly<Record<string, string>>, before = files['model.ts']!): void {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: folder,
      stdio: 'pipe',
      env: { ...process.env, GIT_CONFIG_GLOBAL: join(folder, 'none'), GIT_CONFIG_NOSYSTEM: '1' },
    })
  git('init', '--quiet', '--initial-branch', 'main')
  for (const [branch, model] of [
    ['main', before],
    ['change', files['model.ts']!],
  ] as const) {
    git('checkout', '--quiet', '-B', branch)
    write({ ...files, 'model.ts': model })
    git('add', '.')
    git('commit', '--quiet', '--allow-empty', '--message', branch)
  }
  git('update-ref', 'refs/remotes/origin/main', 'main')
}

const fence = /^```(\w*)[^\n]*\n([\s\S]*?)^```$/gm

/** The fences of a page by language, the first of each. */
const fencesOf = (page: string) =>
  new Map([...page.matchAll(fence)].reverse().map(([, name, text]) => [name, text!]))

function commandsIn(page: string): readonly Shown[] {
  return [...page.matchAll(fence)].flatMap(([, , text]) => {
    const parts = text!.split(/^(?=(?:\$ )?(?:npx )?aswritten )/m)
    return parts.flatMap((part): Shown[] => {
      const [, command, output] = /^(?:\$ )?(?:npx )?aswritten ([^\n]*)\n([\s\S]*)$/.exec(part) ?? []
      return command ? [{ command: command.replace(/ +# .*$/, ''), output: output ?? '' }] : []
    })
  })
}

/** The files that a page names, the first of each name: ```` ```ts model.ts ````. */
const filesOf = (page: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...page.matchAll(/^```\w+ (\w+\.\w+)\n([\s\S]*?)^```$/gm)]
      .reverse()
      .map(([, name, text]) => [name, text!]),
  )

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** Runs a command: it can be used as it stands, and prints what the page shows; `…` stands for what is left out. */
async function expectShown({ command, output }: Shown): Promise<void> {
  const result = await runIn(folder, command.split(' '))
  expect([0, 1, 3]).toContain(result.code)
  let rest = oneLine(result.output)
  for (const piece of output.split(/^\s*…$/m).map(oneLine)) {
    expect(rest).toContain(piece)
    rest = rest.slice(rest.indexOf(piece) + piece.length)
  }
}

const layers = (units: string) => `[tf.layers.dense({ units: ${units}, inputShape: [3] })]`
const createModel = `export const createModel = (units, config) => tf.sequential({ layers: ${layers('units')} })\n`
const oneLayer = 'title: one layer\ninputs: { x: [3] }\nmodel: [{ dense: 8 }]\n'

describe('README.md', () => {
  const page = readFileSync('README.md', 'utf8')
  const fences = fencesOf(page)
  const model = fences.get('ts')!
  const files = { 'model.ts': model, 'other.ts': model, 'spec.yaml': fences.get('yaml')! }
  const commands = commandsIn(page)

  test('shows commands', () => expect(commands.length).toBeGreaterThan(3))

  test.each(commands)('$command', async shown => {
    makeRepository(files)
    await expectShown(shown)
  })
})

describe('docs/check.md', () => {
  const page = readFileSync('docs/check.md', 'utf8')
  const forward = 'export const forward = (x, mask) => x.sum(-1).mul(mask.cast("float32")).sum(-1)\n'
  const transfer = `export const createModel = async () => {
  const mobilenet = await tf.loadLayersModel(url)
  return tf.sequential({ layers: ${layers('8')} })
}\n`
  const files = {
    'model.ts': createModel,
    'spec.yaml': oneLayer,
    'aswritten.yaml': fencesOf(page).get('yaml')!,
    'src/model.ts': createModel,
    'src/lenet.js': createModel,
    'src/attention.js': forward,
    'src/transfer.js': transfer,
    'specs/paper.yaml': oneLayer,
    'specs/attention.yaml': oneLayer,
    'specs/transfer.yaml': oneLayer,
    'models/mobilenet/model.json': '{ "modelTopology": {} }',
  }

  test.each(commandsIn(page))('$command', async shown => {
    write(files)
    await expectShown(shown)
  })
})

describe('docs/review.md', () => {
  test.each(commandsIn(readFileSync('docs/review.md', 'utf8')))('$command', async shown => {
    makeRepository({ 'model.ts': createModel }, createModel.replace('units })', 'units: 2 })'))
    await expectShown(shown)
  })
})

describe('docs/living-with-it.md', () => {
  const page = readFileSync('docs/living-with-it.md', 'utf8')
  const code = (units: number) => `${createModel}export const other = ${units}\n`

  test.each(commandsIn(page))('$command', async ({ command, output }) => {
    write({
      'spec.yaml': oneLayer,
      'src/model.js': code(3).replace('units })', 'units: 8 })'),
      'aswritten.yaml': 'checks: [{ target: src/model.js#createModel, spec: spec.yaml }]\n',
    })
    await expectShown({
      command: command.replace(/"([^"]*)"/g, text => text.slice(1, -1).replaceAll(' ', '-')),
      output,
    })
  })
})

describe('docs/tensor-code.md', () => {
  const sections = readFileSync('docs/tensor-code.md', 'utf8').split(/^## /m).slice(1)
  const examples = sections.flatMap(section =>
    commandsIn(section).map(shown => ({ ...shown, code: fencesOf(section).get('js') ?? '' })),
  )

  test.each(examples)('$command', async ({ code, ...shown }) => {
    write({ 'model.js': code })
    await expectShown(shown)
  })
})

describe('docs/equations.md', () => {
  const page = readFileSync('docs/equations.md', 'utf8')

  test.each(commandsIn(page))('$command', async shown => {
    write(filesOf(page))
    await expectShown(shown)
  })
})

describe('docs/diff.md', () => {
  const page = readFileSync('docs/diff.md', 'utf8')

  test.each(commandsIn(page))('$command', async shown => {
    const files = filesOf(page)
    makeRepository({ ...files, 'model.ts': files['after.js']! }, files['before.js'])
    await expectShown(shown)
  })
})

describe('docs/toy.md', () => {
  const page = readFileSync('docs/toy.md', 'utf8')
  const model = readFileSync('test/golden/xor/model.ts', 'utf8')

  test.each(commandsIn(page))(
    '$command',
    async ({ command, output }) => {
      write({ 'model.ts': model })
      // One run says nothing, and shows that the command works.
      await expectShown({
        command: command.includes('list') ? command : `${command.replace(/ --seeds \d+/, '')} --seeds 1`,
        output,
      })
    },
    30_000,
  )
})

describe('docs/mutate.md', () => {
  const page = readFileSync('docs/mutate.md', 'utf8')

  test.each(commandsIn(page))('$command', async shown => {
    write({
      ...filesOf(page),
      'model.ts': createModel.replace('units: units', 'units: 8'),
      'spec.yaml': oneLayer,
    })
    await expectShown(shown)
  })
})

describe('docs/bakeoff.md', () => {
  const page = readFileSync('docs/bakeoff.md', 'utf8')

  test.each(commandsIn(page))('$command', async shown => {
    write(filesOf(page))
    await expectShown(shown)
  })
})
