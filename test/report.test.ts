import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { check } from '../src/pipeline.js'
import { checkMarker, longestComment } from '../src/report/comment-limits.js'
import { renderMarkdown } from '../src/report/markdown.js'
import { renderTerminal } from '../src/report/terminal.js'
import { sourceFile } from '../src/text/source.js'
import { projectsIn } from './support/cases.js'
import { checked, inMemory } from './support/project.js'
import { expectReported } from './support/reported.js'

test.each(projectsIn('test/cases/report/terminal.md'))('$title', ({ files, expected, remark }) => {
  const outcome = checked(files)
  expect(renderTerminal([outcome], { color: false, width: Number(remark) })).toBe(expected)
  expectReported(outcome)
})

test('several checks end in a summary', () => {
  const [first, second] = projectsIn('test/cases/report/terminal.md').map(({ files }) => checked(files))
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
  const outcome = checked(files)
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
  const outcome = checked(projectsIn('test/cases/report/terminal.md')[0]!.files)
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
