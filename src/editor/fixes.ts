import { acceptableCodes } from '../acceptance/acceptance.js'
import { acceptingComments } from '../acceptance/comments.js'
import type { Code } from '../diagnostics/catalogue.js'
import type { Notice } from '../report/notices.js'
import { parseSource } from '../syntax/parse.js'
import { nearest } from '../text/nearest.js'
import { lineText, positionAt, type SourceFile, type Span, sourceFile, spanText } from '../text/source.js'

/** One change of a text. */
export interface Edit {
  readonly span: Span
  readonly text: string
  /** Where in the text the reader is asked to write, the same at each place: nothing where it is complete. */
  readonly asked?: readonly (readonly [start: number, end: number])[]
}

/** What stands for the reason until somebody writes it. */
export const reasonToWrite = 'why it is accepted'

export const canBeAccepted = (code: Code): boolean => acceptableCodes.includes(code)

/**
 * A comment by which codes are accepted on the line of a place. Where it can stand depends on what is around it, such as
 * words of a page or a text of several lines: the first form is taken that is read as this acceptance and leaves the program
 * readable; undefined where none is.
 */
export function acceptingEdit({ file, start }: Span, codes: readonly Code[]): Edit | undefined {
  const { line } = positionAt(file, start)
  const said = `aswritten-ignore ${codes.join(', ')} -- `
  const first = firstLineOfDirectives(file, line)
  const above = file.lineStarts[first - 1] ?? 0
  const indentation = /^[ \t]*/.exec(lineText(file, line))?.[0] ?? ''
  const end = (file.lineStarts[line - 1] ?? 0) + lineText(file, line).length
  const ending = lineEndingOf(file)
  const forms: readonly { readonly at: number; readonly before: string; readonly after: string }[] = [
    { at: above, before: `${indentation}// `, after: ending },
    { at: above, before: `${indentation}{/* `, after: ` */}${ending}` },
    { at: end, before: ' // ', after: '' },
    { at: end, before: ' /* ', after: ' */' },
  ]
  const tried = forms.map(({ at, before, after }): Edit => {
    const head = before + said
    return {
      span: { file, start: at, end: at },
      text: head + reasonToWrite + after,
      asked: [[head.length, head.length + reasonToWrite.length]],
    }
  })
  return tried.find(edit => accepts(edit, codes, start))
}

/** Whether the text is read, after an edit, as accepting the codes where the place then is, and is as readable as before. */
function accepts(edit: Edit, codes: readonly Code[], place: number): boolean {
  const { file } = edit.span
  const changed = applied(edit)
  const moved = edit.span.start <= place ? place + edit.text.length : place
  const { line } = positionAt(changed, moved)
  const [before, after] = [acceptingComments(file), acceptingComments(changed)]
  const count = (comments: typeof before, code: Code) =>
    comments.acceptors.filter(acceptor => acceptor.code === code).length
  return (
    after.diagnostics.length === before.diagnostics.length &&
    errorsIn(changed) === errorsIn(file) &&
    codes.every(
      code =>
        count(after, code) === count(before, code) + 1 &&
        after.acceptors.some(acceptor => acceptor.code === code && acceptor.line === line),
    )
  )
}

/** Without a comment that nothing needs, or without one of its codes. */
export function removingEdit({ file, start }: Span, code: string): Edit | undefined {
  const { acceptors } = acceptingComments(file)
  const own = acceptors.filter(({ span }) => span.start === start)
  const [comment] = own
  if (!comment || !own.some(acceptor => acceptor.code === code)) return undefined
  if (own.length > 1) return withoutCode(comment.span, code)
  const behind = /^\*+\//.exec(file.text.slice(comment.span.end))?.[0].length ?? 0
  let [from, until] = [comment.span.start, comment.span.end + behind]
  // In the words of a page, braces stand around it.
  const [open] = /\{\s*$/.exec(file.text.slice(0, from)) ?? []
  const [close] = /^\s*\}/.exec(file.text.slice(until)) ?? []
  const isBlock = behind > 0 && open !== undefined && close !== undefined
  if (isBlock) [from, until] = [from - open.length, until + close.length]
  const before = /(^|\n)([ \t]*)$/.exec(file.text.slice(0, from))
  const [rest] = /^[ \t]*(\r?\n|$)/.exec(file.text.slice(until)) ?? []
  if (rest === undefined) return verified({ span: { file, start: from, end: until }, text: '' })
  // It has the line for itself, or is the last thing in it.
  if (before)
    return verified({ span: { file, start: from - before[2]!.length, end: until + rest.length }, text: '' })
  const [gap = ''] = /[ \t]*$/.exec(file.text.slice(0, from)) ?? []
  return verified({ span: { file, start: from - gap.length, end: until }, text: '' })
}

function withoutCode(span: Span, code: string): Edit | undefined {
  const [, head = '', list = ''] =
    /^([\s\S]*?aswritten-ignore)([\s\S]*?)(?=\s--(?:\s|$))/.exec(spanText(span)) ?? []
  const names = list.split(/[\s,]+/).filter(name => name !== '' && name !== code)
  if (names.length === 0) return undefined
  const start = span.start + head.length
  return verified({
    span: { file: span.file, start, end: start + list.length },
    text: ` ${names.join(', ')}`,
  })
}

/** An edit that leaves the program as readable as it is, and no comment broken. */
function verified(edit: Edit): Edit | undefined {
  const { file } = edit.span
  const changed = applied(edit)
  const isFine =
    errorsIn(changed) <= errorsIn(file) &&
    acceptingComments(changed).diagnostics.length <= acceptingComments(file).diagnostics.length
  return isFine ? edit : undefined
}

/** The name that is meant in the place of one that is not known, where the help of a notice names one. */
export function renamingEdit({ help, span, diagnostics }: Notice): Edit | undefined {
  const meant = /^did you mean `([^`]+)`/.exec(help ?? '')?.[1]
  const [entry] = diagnostics
  if (meant === undefined || !span || !entry) return undefined
  const text = spanText(span)
  const places = [...new Set(Object.values(entry.values))].flatMap(value => {
    const at = text.indexOf(value)
    const isName =
      value !== '' && at >= 0 && text.indexOf(value, at + 1) < 0 && isWhole(text, at, value.length)
    return isName ? [{ value, at }] : []
  })
  const likeliest = nearest(
    meant,
    places.map(({ value }) => value),
  )
  const place = places.find(({ value }) => value === likeliest)
  if (!place) return undefined
  const start = span.start + place.at
  return { span: { file: span.file, start, end: start + place.value.length }, text: meant }
}

const isWhole = (text: string, at: number, length: number): boolean =>
  !/[\w-]/.test(text.charAt(at - 1)) && !/[\w-]/.test(text.charAt(at + length))

/** Comments about the next line have to stay right above it, such as those of other linters. */
function firstLineOfDirectives(file: SourceFile, line: number): number {
  let first = line
  while (first > 1 && /^\s*\/\/.*(ignore|disable|expect)/.test(lineText(file, first - 1))) first--
  return first
}

export function lineEndingOf({ text }: SourceFile): string {
  const at = text.indexOf('\n')
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n'
}

export function applied({ span: { file, start, end }, text }: Edit): SourceFile {
  return sourceFile(file.path, file.text.slice(0, start) + text + file.text.slice(end))
}

const errorsIn = (file: SourceFile): number => parseSource(file).diagnostics.length
