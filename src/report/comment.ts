import { longestComment } from './comment-limits.js'
import { code } from './markdown-text.js'

/** A part of a comment, and how it is called where it is cut. */
export interface Part {
  readonly name: string
  readonly text: string
}

/** How many parts that were cut are named, and how long their names and the note around them may be. */
const mostNames = 10
const longestName = 120
const mostOfNote = mostNames * (longestName + 8) + 200

/** The parts as far as a comment can hold them, what was cut by its name, and the foot, which is never cut. */
export function fitted(parts: readonly Part[], foot: readonly string[]): string {
  const room = longestComment - foot.join('\n\n').length - mostOfNote
  const kept: string[] = []
  const cut: string[] = []
  let used = 0
  for (const { name, text } of parts) {
    if (cut.length === 0 && used + text.length + 2 <= room) {
      kept.push(text)
      used += text.length + 2
    } else cut.push(name)
  }
  const names = cut.slice(0, mostNames).map(name => code(name.slice(0, longestName)))
  const more = cut.length > names.length ? ` and ${cut.length - names.length} more` : ''
  const note =
    cut.length > 0
      ? [
          `**Left out, since a comment has ${longestComment} characters at most:** ${names.join(', ')}${more}.`,
        ]
      : []
  return `${[...kept, ...note, ...foot].join('\n\n')}\n`
}
