import type { Code } from '../diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { markedComments } from '../syntax/comments.js'
import { nearest } from '../text/nearest.js'
import { lineText, positionAt, type SourceFile, type Span } from '../text/source.js'
import { type Acceptor, acceptableCodes } from './acceptance.js'
import { isDay } from './days.js'

const word = 'aswritten-ignore'

/** What a comment accepts: a code, on a line of its file. */
export interface CommentAcceptor extends Acceptor {
  readonly span: Span
  /** The line that it is about, counted from 1. */
  readonly line: number
}

/**
 * The comments of a program that accept something: `aswritten-ignore CODE -- reason`, with several codes separated by
 * commas, and `(until 2027-01-31)` behind the reason where it holds no longer. One that has a line for itself is about the
 * next line of code, any other about its own.
 */
export function acceptingComments(file: SourceFile): {
  readonly acceptors: readonly CommentAcceptor[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const acceptors: CommentAcceptor[] = []
  const diagnostics: Diagnostic[] = []
  const comments = markedComments(file, word)
  for (const { text, span } of comments) {
    const [, list = '', rest = ''] = /^(.*?)(?:(?:^|\s)--(?:\s(.*))?)?$/.exec(text) ?? []
    const [, reason = '', expires] = /^(.*?)(?:\s*\(until ([^()]*)\))?$/.exec(rest.trim()) ?? []
    const names = list.split(/[\s,]+/).filter(Boolean)
    const problem = problemOf({ names, reason, expires })
    if (problem) diagnostics.push({ ...problem, span })
    else {
      const line = lineOf(file, span)
      for (const code of names as Code[])
        acceptors.push({
          kind: 'comment',
          subject: code,
          code,
          span,
          line,
          acceptance: { reason, span, ...(expires !== undefined && { expires }) },
          accepts: notice =>
            notice.code === code &&
            notice.span?.file.path === file.path &&
            positionAt(file, notice.span.start).line === line,
        })
    }
  }
  return { acceptors, diagnostics }
}

interface Said {
  readonly names: readonly string[]
  readonly reason: string
  readonly expires: string | undefined
}

function problemOf({ names, reason, expires }: Said): Diagnostic | undefined {
  const help = `write \`${word} CODE -- reason\``
  const unknown = names.find(name => !acceptableCodes.some(code => code === name))
  if (unknown !== undefined) {
    const suggestion = nearest(unknown, acceptableCodes)
    const known = suggestion
      ? `did you mean \`${suggestion}\`?`
      : '`aswritten explain` lists the codes; what is wrong with the input cannot be accepted'
    return diagnostic('unknown-accepted-code', { name: unknown }, { help: known })
  }
  if (names.length === 0) return diagnostic('incomplete-acceptance', { missing: 'code' }, { help })
  if (reason === '') return diagnostic('incomplete-acceptance', { missing: 'reason' }, { help })
  if (expires !== undefined && !isDay(expires))
    return diagnostic('incomplete-acceptance', { missing: 'day after `until` such as 2027-01-31' }, { help })
  return undefined
}

/** The line that a comment is about. */
function lineOf(file: SourceFile, { start, end }: Span): number {
  const { line } = positionAt(file, start)
  if (!/^\s*\{?$/.test(lineText(file, line).slice(0, start - (file.lineStarts[line - 1] ?? 0)))) return line
  const last = positionAt(file, end).line
  const behind = lineText(file, last).slice(end - (file.lineStarts[last - 1] ?? 0))
  if (!/^(\*+\/)?\s*\}?\s*$/.test(behind)) return last
  let next = last + 1
  while (next < file.lineStarts.length && isWithoutCode(lineText(file, next))) next++
  return next
}

/** An empty line, or one with a comment that has it for itself. */
const isWithoutCode = (text: string): boolean => /^\s*(\/\/.*|\{?\/\*.*\*\/\}?\s*)?$/.test(text)
