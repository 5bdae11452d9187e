import { lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { longestComment, marker } from '../report/comment-limits.js'
import { field, numberField, textField } from './fields.js'
import { Refusal } from './refusal.js'

/** In bytes, of a file that a review writes. */
const largestFile = 50_000_000

/** In characters, of a comment. */
const longestAccepted = 65_536

/** What `aswritten review` said, as far as a comment needs it. */
export interface PostedReview {
  readonly text: string
  /** The commit that was looked at. */
  readonly commit: string
  /** Whether no equation, verdict, finding or rule is another one. */
  readonly isSilent: boolean
}

/** The names of the files in the folder of a review. */
export const reviewFiles = { text: 'review.md', facts: 'review.json', number: 'pull-request.txt' } as const

/**
 * Reads `review.md` and `review.json`, which may come from a stranger: they are data. The text is refused if it is longer than what a
 * review writes or is not marked as one, and it can call nobody.
 */
export function readReview(folder: string): PostedReview {
  const facts = parseFacts(readText(folder, reviewFiles.facts))
  const reviews = field(facts, 'reviews')
  const review: unknown = Array.isArray(reviews) && reviews.length === 1 ? reviews[0] : undefined
  const commit = textField(review, 'head', 'commit')
  if (field(facts, 'version') !== 1 || commit === undefined || !/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit))
    throw new Refusal(`\`${reviewFiles.facts}\` is not what \`aswritten review --format json\` writes`)
  return { text: commentText(readText(folder, reviewFiles.text)), commit, isSilent: isSilent(review) }
}

/** The pull request that the folder says it is of. */
export function readNumber(folder: string): number {
  const [, digits] = /^([1-9]\d{0,8})\s*$/.exec(readText(folder, reviewFiles.number)) ?? []
  if (digits === undefined) throw new Refusal(`\`${reviewFiles.number}\` is not the number of a pull request`)
  return Number(digits)
}

/** Counts of a review in which anything but zero is worth saying. */
const told = ['verdicts', 'added', 'resolved', 'different', 'undecided', 'unusable']

function isSilent(review: unknown): boolean {
  const isEmpty = (name: string) => {
    const list = field(review, name)
    return Array.isArray(list) && list.length === 0
  }
  return told.every(name => numberField(review, 'counts', name) === 0) && ['rules', 'comments'].every(isEmpty)
}

function commentText(text: string): string {
  if (text.length > longestComment)
    throw new Refusal(
      `\`${reviewFiles.text}\` has ${text.length} characters, and a review has ${longestComment} at most`,
    )
  const lines = text.trimEnd().split('\n')
  if (lines.at(-1) !== marker || lines.indexOf(marker) < lines.length - 1 || !/^## [✓✗?~] /.test(text))
    throw new Refusal(`\`${reviewFiles.text}\` is not what \`aswritten review --format markdown\` writes`)
  // GitHub calls whoever stands after an `@`, and where it does is not for us to know: a space without width parts them.
  const safe = lines
    .join('\n')
    .replace(/[\p{Cc}\p{Cf}]/gu, character => (character === '\n' || character === '\t' ? character : '?'))
    .replace(/@(?=\w)/g, '@\u200b')
  if (safe.length > longestAccepted)
    throw new Refusal(
      `\`${reviewFiles.text}\` has more than the ${longestAccepted} characters that GitHub accepts`,
    )
  return safe
}

function parseFacts(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(`\`${reviewFiles.facts}\` is no JSON`)
  }
}

function readText(folder: string, name: string): string {
  let bytes: Buffer
  try {
    const path = join(folder, name)
    const status = lstatSync(path)
    if (!status.isFile()) throw new Refusal(`\`${name}\` is no file`)
    if (status.size > largestFile) throw new Refusal(`\`${name}\` has more than ${largestFile} bytes`)
    bytes = readFileSync(path)
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`\`${name}\` cannot be read from the folder of the review`)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new Refusal(`\`${name}\` is no text in UTF-8`)
  }
}
