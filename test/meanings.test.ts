import { expect, test } from '@jest/globals'
import { printModel } from '../src/meanings/print.js'
import { casesIn } from './support/cases.js'
import { caseProgram, traceProgram } from './support/execution.js'

/** The ops of a printed graph with what is known of each, without names and places. */
function knownIn(text: string): string {
  return text.replace(/^%\d+ = (\w+)\[.*?(?: {2}# (.*))?$|^return.*$/gm, (line, op?: string, remark = '') => {
    if (op === undefined || op === 'parameter') return ''
    const known = remark.replace(/,? ?(?:`[^`]*`|[^ ,]+:\d+)/g, '')
    return line === '' ? '' : `${op} ${known}`.trim()
  })
}

test.each(casesIn('test/cases/meanings'))('$file: $title', ({ fences }) => {
  const traced = traceProgram(caseProgram(fences))
  if ('reason' in traced) throw new Error(traced.reason)
  expect(knownIn(printModel(traced.graph)).replace(/\n+/g, '\n').trim()).toBe(fences.get('text')?.trim())
})
