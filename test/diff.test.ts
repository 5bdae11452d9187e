import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Ajv } from 'ajv'
import katex from 'katex'
import { type DiffOutcome, diff } from '../src/diff/diff.js'
import { readSides } from '../src/diff/sides.js'
import { renderDiffJson } from '../src/report/diff-json.js'
import { renderDiffMarkdown } from '../src/report/diff-markdown.js'
import { renderDiffTerminal } from '../src/report/diff-terminal.js'
import { readCases } from '../src/suite/cases.js'
import { widthOf } from '../src/text/width.js'
import type { TensorDeclaration } from '../src/trace/host.js'
import { type ProjectCase, projectsIn } from './support/cases.js'
import { runIn } from './support/command-line.js'
import { goldenModels, mutantsOf } from './support/mutants.js'
import { inMemory } from './support/project.js'
import { refactor, refactorings } from './support/refactorings.js'

const cases = readdirSync('test/cases/diff').flatMap(name => projectsIn(`test/cases/diff/${name}`))

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'diff-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function run({ files }: ProjectCase, ...options: readonly string[]): ReturnType<typeof runIn> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return runIn(folder, ['diff', ...files.command!.trim().split(' '), ...options])
}

const schema = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('grammar/diff.schema.json', 'utf8')),
)

const exitCodes: Readonly<Record<string, number>> = { '✓': 0, '✗': 1, '!': 2, '?': 3 }

describe.each(cases)('$title', project => {
  test('is printed', async () => {
    const { code, output } = await run(project)
    expect(output).toBe(project.expected)
    const signs = [...output.matchAll(/^([✓✗!?]) (?=the same|different|undecided|not compared)/gm)].map(
      ([, sign]) => sign!,
    )
    expect(code).toBe(
      ['!', '✗', '?', '✓'].flatMap(sign => (signs.includes(sign) ? [exitCodes[sign]!] : []))[0],
    )
  })

  test('has JSON as the schema says', async () => {
    const { output } = await run(project, '--format', 'json')
    schema(JSON.parse(output))
    expect(schema.errors).toBe(null)
  })

  test('has the verdict in the first line of its Markdown, and formulas that KaTeX reads', async () => {
    const { output } = await run(project, '--format', 'markdown')
    expect(output).toMatch(/^(## [✓✗?!] (the same|different|undecided|not compared)|\*\*\d+ targets: )/)
    for (const [, formula] of output.matchAll(/^```math\n([\s\S]*?)\n```$/gm))
      expect(() => katex.renderToString(formula!, { throwOnError: true })).not.toThrow()
  })
})

/** Compares two texts of one file. */
function compareTexts(
  before: string,
  after: string,
  file: string,
  inputs: Readonly<Record<string, TensorDeclaration>> = {},
  target = 'createModel',
): DiffOutcome {
  const sides = [before, after].map(text => ({
    files: inMemory({ [file]: text }),
    path: file,
    target,
    inputs,
  }))
  const [first, second] = readSides(sides[0]!, sides[1]!)
  return diff({ ...sides[0]!, label: 'before', read: first }, { ...sides[1]!, label: 'after', read: second })
}

const small = goldenModels.filter(({ isLarge }) => !isLarge)

describe.each(small)('$name', golden => {
  const source = readFileSync(`test/golden/${golden.name}/${golden.file}`, 'utf8')

  test('is the same after refactorings', () => {
    const verdicts = Object.keys(refactorings).flatMap((name, i) => {
      if ((i + small.indexOf(golden)) % 3 !== 0) return []
      const changed = refactor(source, golden.file, [[i, 3 * i + 1]])
      return [`${name}: ${compareTexts(source, changed, golden.file).verdict}`]
    })
    expect(verdicts.filter(line => !line.endsWith(': same'))).toEqual([])
  })

  test('is not the same after mutations', () => {
    const found = mutantsOf(golden)
      .filter((_, i) => i % 8 === 0)
      .map(({ operator, what, file, lines }) => ({
        mutant: { operator, what, lines },
        verdict: compareTexts(source, file.text, golden.file).verdict,
      }))
    expect(found.filter(({ verdict }) => verdict === 'same')).toEqual([])
  })
})

describe('functions of a known verdict', () => {
  const pairs = readCases(readFileSync('test/cases/equality/pairs.yaml', 'utf8'))
  if (typeof pairs === 'string') throw new Error(pairs)
  const free = pairs.filter(({ inputs }) =>
    Object.values(inputs).every(({ domain }) => domain.kind === 'real'),
  )

  test.each(free)('$id is not said to be the opposite', ({ inputs, first, second, verdict }) => {
    const text = (body: string) => `export function f(${Object.keys(inputs).join(', ')}) {\n${body}\n}\n`
    const outcome = compareTexts(text(first), text(second), 'f.js', inputs, 'f')
    expect([verdict, 'undecided']).toContain(outcome.verdict)
  })
})

/** What colours begin with. */
const controlSign = String.fromCharCode(27)

test('no line of a report is wider than the terminal, and colours say nothing that signs do not', () => {
  const layer = (name: string) =>
    `export const createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: 4, activation: '${name}', inputShape: [8] })] })`
  const outcome = compareTexts(layer('relu'), layer('tanh'), 'model.js')
  for (const width of [40, 60, 80, 120]) {
    const plain = renderDiffTerminal([outcome], { color: false, width })
    expect(plain.split('\n').filter(line => widthOf(line) > width)).toEqual([])
    const colored = renderDiffTerminal([outcome], { color: true, width })
    expect(colored.replaceAll(new RegExp(`${controlSign}\\[\\d+m`, 'g'), '')).toBe(plain)
  }
})

test('names of the user act neither as control sequences nor as Markdown', () => {
  const name = '\\u001b[31m`@team` <img src=x> | **bold** $x$'
  const layer = (units: number) =>
    `exports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: ${units}, inputShape: [3], name: '${name}' })] })`
  const outcome = compareTexts(layer(3), layer(4), 'model.js')
  expect(outcome.verdict).toBe('different')
  expect(renderDiffTerminal([outcome], { color: false, width: 80 })).not.toContain(controlSign)
  const outside = renderDiffMarkdown([outcome])
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/(`+)[^`][\s\S]*?\1/g, '')
  expect(outside).not.toMatch(/(^|[^\\])(<img|@team|\*\*bold)/)
  expect(JSON.parse(renderDiffJson([outcome])).comparisons[0].verdict).toBe('different')
})
