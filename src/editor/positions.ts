import type { Location, Position, Range } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { SourceFile, Span } from '../text/source.js'

/**
 * A file as the protocol counts: lines end also at a lone carriage return, and columns are UTF-16 units, as offsets are.
 */
const documents = new WeakMap<SourceFile, TextDocument>()

function documentOf(file: SourceFile): TextDocument {
  const known = documents.get(file)
  if (known) return known
  const made = TextDocument.create(file.path, '', 0, file.text)
  documents.set(file, made)
  return made
}

export function rangeOf({ file, start, end }: Span): Range {
  const document = documentOf(file)
  return { start: document.positionAt(start), end: document.positionAt(Math.max(start, end)) }
}

/** The offset of a position; one past the end of its line is the end of the line. */
export function offsetOf(file: SourceFile, position: Position): number {
  return documentOf(file).offsetAt(position)
}

/** What a file is called by who asks; nothing for one that cannot be opened. */
export type UriOf = (path: string) => string | undefined

export function locationsOf(spans: readonly Span[], uriOf: UriOf): readonly Location[] {
  return spans.flatMap(span => {
    const uri = uriOf(span.file.path)
    return uri === undefined ? [] : [{ uri, range: rangeOf(span) }]
  })
}

/** Whether an offset is in a span, or right behind it. */
export const isIn = ({ start, end }: Pick<Span, 'start' | 'end'>, offset: number): boolean =>
  start <= offset && offset <= end
