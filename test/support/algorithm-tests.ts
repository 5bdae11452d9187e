import { describe, expect, test } from '@jest/globals'
import { type CheckOutcome, check } from '../../src/pipeline.js'
import type { SourceFile } from '../../src/text/source.js'
import { algorithmsIn, type Program } from './algorithms.js'
import { inMemory } from './project.js'

function outcomeOf(spec: SourceFile, { target, inputs, code }: Program): CheckOutcome {
  const request = { files: inMemory({ 'train.js': code }), path: 'train.js', target, inputs }
  return check(request, spec)
}

/** What is not as written, and why. */
function deviations({ comparison, diagnostics, reason }: CheckOutcome): readonly string[] {
  const clauses = comparison?.clauses.flatMap(({ clause, verdict, reason: own, findings }) => {
    const why = findings.map(finding => finding.diagnostic.code).join() || own?.message
    return verdict === 'as written' ? [] : [`${clause.id} ${verdict}: ${why}`]
  })
  return [...(clauses ?? []), ...[...diagnostics, ...(reason ? [reason] : [])].map(({ message }) => message)]
}

/** The tests of a file of algorithms; those of several files run side by side. */
export function testAlgorithms(path: string): void {
  describe.each(algorithmsIn(path))('$title', ({ spec, programs, mutants, undecided }) => {
    test.each(programs.map((program, i) => ({ program, number: i + 1 })))(
      'program $number is as written',
      ({ program }) => {
        const outcome = outcomeOf(spec, program)
        expect(deviations(outcome)).toEqual([])
        expect(outcome.verdict).toBe('as written')
      },
    )

    test.each(mutants)('$change', ({ program, code }) => {
      const outcome = outcomeOf(spec, program)
      const codes = outcome.comparison?.findings.map(({ diagnostic }) => diagnostic.code)
      expect({ verdict: outcome.verdict, codes }).toEqual({
        verdict: 'differs',
        codes: expect.arrayContaining([code]),
      })
    })

    if (undecided.length > 0)
      test.each(undecided)('$change', ({ program, code }) => {
        const outcome = outcomeOf(spec, program)
        const open = outcome.comparison?.clauses.find(({ verdict }) => verdict !== 'as written')
        expect({ verdict: outcome.verdict, reason: open?.reason?.message }).toEqual({
          verdict: 'unverified',
          reason: expect.stringContaining(code),
        })
      })
  })
}
