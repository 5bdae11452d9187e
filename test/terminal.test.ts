import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { terminalOptions } from '../src/cli/output.js'
import { runIn } from './support/command-line.js'

describe('colour', () => {
  const at = (environment: Readonly<Record<string, string>>, isTTY: boolean): boolean => {
    const before = process.env
    process.env = { ...environment }
    try {
      return terminalOptions({ isTTY } as NodeJS.WriteStream).color ?? false
    } finally {
      process.env = before
    }
  }
  test.each<[environment: Record<string, string>, isTTY: boolean, color: boolean]>([
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [{ TERM: 'dumb' }, true, false],
    [{ TERM: 'dumb', FORCE_COLOR: '1' }, true, true],
  ])('%j, on a terminal: %s', (environment, isTTY, color) => expect(at(environment, isTTY)).toBe(color))
})

test.each([
  [undefined, 100],
  [40, 40],
  [500, 120],
])('a terminal of %s columns has lines of %d', (columns, width) =>
  expect(terminalOptions({ columns } as NodeJS.WriteStream).width).toBe(width),
)

describe('the examples of the help texts run', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'help-'))
    cpSync('test/golden/lenet5/model.ts', join(folder, 'model.ts'))
    cpSync('specs/lenet5-modern.yaml', join(folder, 'paper.yaml'))
    writeFileSync(
      join(folder, 'mlp.ts'),
      `import * as tf from '@tensorflow/tfjs'
export const createModel = (units: number) =>
  tf.sequential({ layers: [tf.layers.dense({ units, inputShape: [4] })] })
`,
    )
    writeFileSync(join(folder, 'loss.js'), 'exports.focal = (x, y) => tf.gather(x, y, 0)')
    writeFileSync(
      join(folder, 'aswritten.yaml'),
      'checks:\n  - target: model.ts#createModel\n    spec: paper.yaml\n',
    )
    mkdirSync(join(folder, 'src'))
    cpSync('test/golden/lenet5/model.ts', join(folder, 'src/model.ts'))
    writeFileSync(
      join(folder, 'train.js'),
      `const W = tf.variable(tf.randomNormal([784, 10]))
exports.step = x => tf.train.sgd(0.1).minimize(() => x.matMul(W).square().mean())
`,
    )
    for (const name of ['old.ts', 'new.ts']) cpSync('test/golden/lenet5/model.ts', join(folder, name))
    for (const args of [
      ['init', '--quiet', '--initial-branch', 'main'],
      ['add', '.'],
      ['-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--message', 'all'],
    ])
      execFileSync('git', args, { cwd: folder, stdio: 'pipe' })
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each([[[]], [['equations']], [['check']], [['diff']], [['lint']], [['explain']]])(
    '%j',
    async command => {
      const { code, output } = await runIn(folder, [...command, '--help'])
      expect(code).toBe(0)
      const examples = [...output.matchAll(/^ {2}aswritten (.*?)(?: > .*)?$/gm)].map(([, args]) => args!)
      expect(examples.length).toBeGreaterThan(0)
      for (const example of examples) {
        const run = await runIn(folder, example.split(' '))
        expect([example, run.code, run.output]).toEqual([example, 0, run.output])
      }
    },
  )
})

describe('forms of the result', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'outputs-'))
    cpSync('test/golden/lenet5/model.ts', join(folder, 'model.ts'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const check = async (...options: readonly string[]) => {
    const run = await runIn(folder, ['check', 'model.ts#createModel', '--spec', 'lenet5-modern', ...options])
    const written = (name: string) => readFileSync(join(folder, name), 'utf8')
    return { ...run, written }
  }

  test('files are written beside what is printed', async () => {
    const { code, output, written } = await check('--output', 'a/r.md', '--output', 'a/r.sarif')
    expect([code, output.split('\n')[0]]).toEqual([0, '✓ as written  model.ts#createModel'])
    expect(written('a/r.md')).toMatch(/^## ✓ as written/)
    expect(JSON.parse(written('a/r.sarif')).version).toBe('2.1.0')
  })

  test('a file takes the format that stands right before it, and what has none is printed', async () => {
    const { output, written } = await check('--format', 'json', '--format', 'junit', '--output', 'r.txt')
    expect(JSON.parse(output).checks[0].verdict).toBe('as written')
    expect(written('r.txt')).toMatch(/^<\?xml/)
  })

  test.each([
    [['--format', 'html', '--format', 'sarif'], 'only one format can be printed, not `html` and `sarif`'],
    [['--output', 'r.odt'], 'what to write to `r.odt` is not clear from its ending'],
    [
      ['--output', 'model.ts/r.md'],
      '`model.ts/r.md` cannot be written: a part of its path is a file and no folder',
    ],
    [['--format', 'sarf'], 'did you mean sarif?'],
  ])('%j is refused', async (options, said) => {
    const { code, output } = await check(...options)
    expect([code, output]).toEqual([2, expect.stringContaining(said)])
  })
})
