import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import katex from 'katex'
import { type CheckOutcome, check } from '../src/pipeline.js'
import { checkMarker, longestComment } from '../src/report/comment-limits.js'
import { renderMarkdown } from '../src/report/markdown.js'
import { renderTerminal } from '../src/report/terminal.js'
import { sourceFile } from '../src/text/source.js'
import { widthOf } from '../src/text/width.js'
import { projectsIn } from './support/cases.js'
import { inMemory } from './support/project.js'

function outcomeOf(files: Readonly<Record<string, string>>): CheckOutcome {
  return check(
    { files: inMemory(files), path: 'model.js', target: 'createModel' },
    sourceFile('spec.yaml', files['spec.yaml']!),
  )
}

describe.each(projectsIn('test/cases/report/terminal.md'))('$title', ({ files, expected, remark }) => {
  test('is printed', () => {
    const text = renderTerminal([outcomeOf(files)], { color: false, width: Number(remark) })
    expect(text).toBe(expected)
  })
})

/** A name that is too long stands on a line of its own. */
const isOneWord = (line: string): boolean => /^\s*\S+$/.test(line)

const everyCase = readdirSync('test/cases/check').flatMap(name => projectsIn(`test/cases/check/${name}`))

describe.each([...projectsIn('test/cases/report/terminal.md'), ...everyCase])('$title', ({ files }) => {
  const outcome = outcomeOf(files)

  test.each([40, 60, 80, 120, 200])('keeps to %i columns', width => {
    const lines = renderTerminal([outcome], { color: false, width }).split('\n')
    expect(lines.filter(line => widthOf(line) > width && !isOneWord(line))).toEqual([])
  })

  test('says the same without colours', () => {
    const plain = renderTerminal([outcome], { color: false, width: 90 })
    const colored = renderTerminal([outcome], { color: true, width: 90 })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours
    expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain)
  })

  test('has the verdict in the first line of its Markdown, and formulas that KaTeX reads', () => {
    const text = renderMarkdown([outcome])
    expect(text.split('\n')[0]).toMatch(/^## [✓✗?!~] (as written|accepted|differs|unverified|not checked)/)
    for (const [, formula] of text.matchAll(/^```math\n([\s\S]*?)\n```$/gm))
      expect(() => katex.renderToString(formula!, { throwOnError: true })).not.toThrow()
  })
})

test('several checks end in a summary', () => {
  const [first, second] = projectsIn('test/cases/report/terminal.md').map(({ files }) => outcomeOf(files))
  const outcomes = [first!, second!]
  const summary = '2 checks: 1 as written, 1 differs'
  expect(renderTerminal(outcomes, { color: false, width: 80 }).trimEnd().endsWith(summary)).toBe(true)
  expect(renderMarkdown(outcomes).startsWith(`**${summary}**`)).toBe(true)
})

test('names of the user act neither as control sequences nor as Markdown', () => {
  const name = '\\u001b[31m`@team` <img src=x> | **bold** $x$'
  const files = {
    'model.js': `exports.createModel = () => tf.sequential({ layers: [tf.layers.dense({ units: 8, inputShape: [3], name: '${name}' })] })`,
    'spec.yaml': `title: "a | <b>b</b> @team"\ninputs: { x: [3] }\nmodel: [{ dense: 4 }]`,
  }
  const outcome = outcomeOf(files)
  expect(outcome.verdict).toBe('differs')
  expect(renderTerminal([outcome], { color: false, width: 80 })).not.toContain('\u001b')
  const outside = renderMarkdown([outcome])
    .replace(/^```[\s\S]*?^```$/gm, '')
    .replace(/(`+)[^`][\s\S]*?\1/g, '')
  expect(outside).not.toMatch(/(^|[^\\])(<img|<b>|@team|\*\*bold)/)
})

test('the list of clauses of a large model is short', () => {
  const path = 'test/golden/resnet18/model.ts'
  const outcome = check(
    { files: inMemory({ [path]: readFileSync(path, 'utf8') }), path, target: 'createModel' },
    sourceFile('specs/resnet18.yaml', readFileSync('specs/resnet18.yaml', 'utf8')),
  )
  expect(renderTerminal([outcome], { color: false, width: 100 }).split('\n').length).toBeLessThan(25)
  expect(renderMarkdown([outcome])).toContain('<summary>')
})

test('the Markdown of many checks is no longer than a comment, and says what it leaves out', () => {
  const outcome = outcomeOf(projectsIn('test/cases/report/terminal.md')[0]!.files)
  const one = renderMarkdown([outcome])
  expect(one.endsWith(`\n${checkMarker}\n`)).toBe(true)
  expect(one).not.toContain('Left out')
  const many = renderMarkdown(Array.from({ length: 500 }, () => outcome))
  expect(many.length).toBeLessThanOrEqual(longestComment)
  expect(many.length).toBeGreaterThan(longestComment * 0.9)
  expect(many).toMatch(
    /\*\*Left out, since a comment has 60000 characters at most:\*\* .* and \d+ more\.\n\n/,
  )
  expect(many.endsWith(`\n${checkMarker}\n`)).toBe(true)
})
