import { describe, expect, test } from '@jest/globals'
import type { Expression } from '../src/math/expression.js'
import { isSyntaxProblem, parseEquation } from '../src/math/parse.js'
import { printExpression } from '../src/math/print.js'
import { isReadingProblem, resolve } from '../src/math/resolve.js'
import { isFunctionOfTheLanguage } from '../src/ops/vocabulary.js'
import { type Case, sectionsOf } from './support/cases.js'

/** A tree with the names of a case resolved, without places; or what is wrong, with its offset. */
function read(text: string, declared: ReadonlySet<string>): object | { problem: string; offset: number } {
  const tree = parseEquation(text)
  if (isSyntaxProblem(tree)) return tree
  const resolved = resolve(tree, {
    isValue: name => declared.has(name),
    isFunction: name => ['f', '⊕'].includes(name) || isFunctionOfTheLanguage(name),
  })
  if (isReadingProblem(resolved)) return { problem: resolved.problem, offset: resolved.range[0] }
  return withoutPlaces(resolved)
}

/** Without what says how something is written, and not what it is. */
const withoutPlaces = (tree: Expression): object =>
  JSON.parse(JSON.stringify(tree, (key, value) => (['range', 'isDot'].includes(key) ? undefined : value)))

const namesOf = ({ fences }: Case) => new Set(fences.get('names')!.trim().split(/\s+/))
const spellings = sectionsOf('test/cases/language', 'spellings.md')
const problems = sectionsOf('test/cases/language', 'problems.md')

describe.each(spellings)('$title', section => {
  const names = namesOf(section)
  const [plain, latex] = ['plain', 'latex'].map(name => section.fences.get(name)!.trim())
  const tree = read(plain!, names)

  test('is one tree in both spellings', () => {
    expect(tree).not.toHaveProperty('problem')
    expect(read(latex!, names)).toEqual(tree)
  })

  test.each(['plain', 'latex'] as const)('prints as %s that reads as the same tree', spelling => {
    const parsed = parseEquation(plain!)
    if (isSyntaxProblem(parsed)) throw new Error(parsed.problem)
    expect(read(printExpression(parsed, spelling), names)).toEqual(tree)
  })
})

test.each(problems)('$title', section => {
  const text = section.fences.get('plain')!.replace(/\n$/, '')
  const found = read(text, namesOf(section))
  if (!('problem' in found && 'offset' in found)) throw new Error(`there is no problem with ${text}`)
  const caret = `${' '.repeat(found.offset as number)}^`
  expect(`${text}\n${caret}\n${String(found.problem)}\n`).toBe(section.fences.get('text'))
})
