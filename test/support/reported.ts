import { readFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import { Ajv } from 'ajv'
import katex from 'katex'
import type { CheckOutcome } from '../../src/pipeline.js'
import { renderJson } from '../../src/report/json.js'
import { renderMarkdown } from '../../src/report/markdown.js'
import { renderTerminal } from '../../src/report/terminal.js'
import { widthOf } from '../../src/text/width.js'

const widths = [40, 60, 80, 120, 200]
const isReport = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync('grammar/report.schema.json', 'utf8')),
)

/** A name that is too long stands on a line of its own. */
const isOneWord = (line: string): boolean => /^\s*\S+$/.test(line)

/** That what every reporter promises holds for an outcome, whatever it is. */
export function expectReported(outcome: CheckOutcome): void {
  expectFits(outcome)
  expectSameWithoutColors(outcome)
  expectReadableMarkdown(outcome)
  isReport(JSON.parse(renderJson([outcome])))
  expect(isReport.errors).toBeNull()
}

function expectFits(outcome: CheckOutcome): void {
  for (const width of widths) {
    const lines = renderTerminal([outcome], { color: false, width }).split('\n')
    const wide = lines.filter(line => widthOf(line) > width && !isOneWord(line))
    expect({ width, wide }).toEqual({ width, wide: [] })
  }
}

function expectSameWithoutColors(outcome: CheckOutcome): void {
  const plain = renderTerminal([outcome], { color: false, width: 90 })
  const colored = renderTerminal([outcome], { color: true, width: 90 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of colours
  expect(colored.replace(/\u001b\[\d+m/g, '')).toBe(plain)
}

function expectReadableMarkdown(outcome: CheckOutcome): void {
  const text = renderMarkdown([outcome])
  expect(text.split('\n')[0]).toMatch(/^## [✓✗?!~] (as written|accepted|differs|unverified|not checked)/)
  for (const [, formula] of text.matchAll(/^```math\n([\s\S]*?)\n```$/gm))
    expect(() => katex.renderToString(formula!, { throwOnError: true })).not.toThrow()
}
