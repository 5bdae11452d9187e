import { lineText, positionAt, type SourceFile, type Span } from '../text/source.js'
import { commonSubsequence } from '../text/subsequence.js'

/** Which lines of one text stand in place of which lines of another. */
export class LinePlaces {
  /** For each line of the first text, the lines of the second that may be in its place, both from 0. */
  readonly #partners = new Map<number, readonly [from: number, until: number]>()
  readonly #before: readonly string[]
  readonly #after: readonly string[]

  constructor(before: SourceFile, after: SourceFile) {
    this.#before = linesOf(before)
    this.#after = linesOf(after)
    this.#pair([0, this.#before.length], [0, this.#after.length], [line => line, shapeOf])
  }

  /**
   * Lines with one text are in place of each other; between them, lines with one shape, so that a variable may have another
   * name. What is left between is one by one where there are as many on both sides, and else not told apart.
   */
  #pair(before: Range, after: Range, keys: readonly ((line: string) => string)[]): void {
    const [key, ...others] = keys
    if (!key) {
      const isEven = before[1] - before[0] === after[1] - after[0]
      for (let i = before[0]; i < before[1]; i++) {
        const j = after[0] + i - before[0]
        this.#partners.set(i, isEven ? [j, j + 1] : after)
      }
      return
    }
    const common = commonSubsequence(
      this.#before.slice(...before).map(key),
      this.#after.slice(...after).map(key),
    )
    let [i, j] = [before[0], after[0]]
    for (const [first, second] of common) {
      const [a, b] = [before[0] + first, after[0] + second]
      this.#pair([i, a], [j, b], others)
      this.#partners.set(a, [b, b + 1])
      ;[i, j] = [a + 1, b + 1]
    }
    this.#pair([i, before[1]], [j, after[1]], others)
  }

  /**
   * Whether a place of the first text can be one of the second: in its place, in the only line of both that reads so, or, where
   * its own line is gone, in one of its shape.
   */
  areOne(before: Span, after: Span): boolean {
    const [i, j] = [lineOf(before), lineOf(after)]
    const [from, until] = this.#partners.get(i) ?? [0, 0]
    if (j >= from && j < until) return true
    const [own, other] = [this.#before[i]!, this.#after[j]!]
    if (own === other && isOnly(own, this.#before) && isOnly(own, this.#after)) return true
    return until - from !== 1 && shapeOf(own) === shapeOf(other)
  }
}

const isOnly = (line: string, lines: readonly string[]): boolean =>
  lines.indexOf(line) === lines.lastIndexOf(line)

type Range = readonly [from: number, until: number]

const lineOf = ({ file, start }: Span): number => positionAt(file, start).line - 1

/** The lines without what formatting changes. */
const linesOf = (file: SourceFile): readonly string[] =>
  file.lineStarts.map((_, i) =>
    lineText(file, i + 1)
      .replace(/\s+/g, ' ')
      .trim(),
  )

/** A line in which all names of variables are one. Keys and texts are not: they say what is computed. */
const shapeOf = (line: string): string =>
  line.replace(/(["'`])(?:\\.|(?!\1).)*\1|[A-Za-z_$][\w$]*(?!\s*:)\b/g, part =>
    /^["'`]/.test(part) ? part : '_',
  )
