import { type Position, positionAt, type Span } from '../text/source.js'

/** A place for programs: a path from the root of the repository, and positions as people count. */
export interface Location {
  readonly path: string
  readonly start: Position
  /** The end is not part of it. */
  readonly end: Position
}

/** `folder` is where paths start, as seen from the root of the repository: `packages/model/`, or nothing. */
export function locationOf({ file, start, end }: Span, folder: string): Location {
  return {
    path: pathFrom(folder, file.path),
    start: positionAt(file, start),
    end: positionAt(file, Math.max(start, end)),
  }
}

/** A path that starts in a folder, as seen from where the folder's path starts. */
export function pathFrom(folder: string, inside: string): string {
  const parts: string[] = []
  for (const part of (folder + inside).split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '.' && (part !== '' || parts.length === 0)) parts.push(part)
  }
  return parts.join('/')
}

/** A path as a URI reference: every character that could mean something else is escaped. */
export function uriOf(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** Control and formatting characters would act on who reads it. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, character => (character === '\n' ? '\n' : '?'))
}
