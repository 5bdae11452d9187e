import { lintedFile } from '../../src/cli/lint-files.js'
import { diff } from '../../src/diff/diff.js'
import { readSides } from '../../src/diff/sides.js'
import type { CheckOutcome } from '../../src/pipeline.js'
import { readModels, softFailures } from '../../src/reading.js'
import type { LintedFile } from '../../src/report/lint-reporters.js'
import { lintNotices, noticesOf } from '../../src/report/notices.js'
import { changedLines, noticeChange, type Review } from '../../src/report/review.js'
import { inMemory } from './project.js'

/** What is found in a file without a spec. */
export function linted(path: string, text: string): LintedFile {
  const result = readModels({ files: inMemory({ [path]: text }), path })
  return lintedFile(path, path, result, softFailures(result))
}

/** What a change of one file does, with its check before and after where it has a spec. */
export function reviewOf(
  path: string,
  [before, after]: readonly [string, string],
  checks?: readonly [CheckOutcome, CheckOutcome],
): Review {
  const [first, second] = readSides(
    { files: inMemory({ [path]: before }), path },
    { files: inMemory({ [path]: after }), path },
  )
  const [own, other] = [first, second].map(result =>
    lintNotices(lintedFile(path, path, result, softFailures(result)), ''),
  )
  const models = diff({ label: 'main', path, read: first }, { label: 'HEAD', path, read: second })
  const span = models.after.read.models[0]?.span
  return {
    base: { name: path, commit: '0'.repeat(40) },
    head: { name: 'HEAD', commit: '1'.repeat(40) },
    changed: 1,
    checks: checks
      ? [
          {
            before: checks[0],
            after: checks[1],
            found: noticeChange(noticesOf(checks[0], ''), noticesOf(checks[1], '')),
          },
        ]
      : [],
    files: [
      {
        path,
        models,
        listings: [{ target: path, lines: changedLines(before.split('\n'), after.split('\n')) }],
        found: noticeChange(own!, other!),
      },
    ],
    rules: [{ path, change: 'edited', lines: changedLines(before.split('\n'), after.split('\n')) }],
    comments: span ? [span] : [],
  }
}
