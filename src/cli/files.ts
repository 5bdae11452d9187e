import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { nearest } from '../text/nearest.js'
import { type SourceFile, type Span, sourceFile } from '../text/source.js'

/** In bytes; larger files are not loaded, not even to say how large they are. */
export const largestFile = 50_000_000

/** How a file is called in what is said about it, and where the user named it. */
export interface Naming {
  readonly shown: string
  readonly span?: Span | undefined
}

/** What the operating system says, in words. */
const refusals: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  ENOTDIR: 'a part of its path is a file and no folder',
  EEXIST: 'a part of its path is a file and no folder',
}

/** Why the operating system refuses, where it is not that there is nothing. */
export function refusalOf(error: unknown): string | undefined {
  return refusals[(error as NodeJS.ErrnoException).code ?? '']
}

/** Why a file that the user named cannot be read; undefined where it can. */
export function whyUnreadable(path: string, { shown, span }: Naming): Diagnostic | undefined {
  const unreadable = (reason: string, help?: string) =>
    diagnostic('file-unreadable', { path: shown, reason }, { span, help })
  if (shown.trim() === '') return unreadable('its name is empty')
  try {
    const found = statSync(path)
    if (found.isDirectory()) return unreadable('it is a folder', 'name a file in it')
    if (!found.isFile()) return unreadable('it is not a regular file')
    if (found.size > largestFile) {
      const values = { path: shown, size: String(found.size), limit: String(largestFile) }
      return diagnostic('input-too-large', values, { span })
    }
    accessSync(path, constants.R_OK)
    return undefined
  } catch (error) {
    const reason = refusalOf(error)
    if (reason) return unreadable(reason)
    return diagnostic('file-not-found', { path: shown }, { span, help: suggestion(path, shown) })
  }
}

/** Why a file that was named as model code is none that can be read; undefined where it may be some. */
export function whyNoProgram(path: string, naming: Naming): Diagnostic | undefined {
  const { shown, span } = naming
  const problem = whyUnreadable(path, naming)
  if (problem || !/\.ya?ml$/i.test(path)) return problem
  const help = `name the code that it describes: \`aswritten check model.ts#createModel --spec ${shown}\``
  return diagnostic(
    'file-unreadable',
    { path: shown, reason: 'it is YAML, and no model code' },
    { span, help },
  )
}

/** The text of a file that the user named, or why there is none. Text that is not UTF-8 is refused. */
export function readNamedFile(path: string, naming: Naming): SourceFile | Diagnostic {
  const problem = whyUnreadable(path, naming)
  if (problem) return problem
  const { shown, span } = naming
  try {
    return sourceFile(shown, new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path)))
  } catch {
    const help = 'save it as UTF-8'
    return diagnostic('file-unreadable', { path: shown, reason: 'it is not UTF-8 text' }, { span, help })
  }
}

export const isDiagnostic = (value: object): value is Diagnostic => 'code' in value

/** The text as a program is read by Node: without the byte order mark, and with a sign for what is not UTF-8. */
export function programText(path: string): string {
  return new TextDecoder().decode(readFileSync(path))
}

/** Whether a path leads into a folder, also through links. What does not exist is where it would be. */
export function isWithin(folder: string, path: string): boolean {
  const root = realpathSync(folder)
  const full = resolve(folder, path)
  let target = full
  try {
    target = realpathSync(full)
  } catch {
    const existing = nearestFolder(full)
    target = realpathSync(existing) + full.slice(existing.length)
  }
  return target === root || target.startsWith(root.endsWith(sep) ? root : root + sep)
}

function nearestFolder(path: string): string {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      realpathSync(folder)
      return folder
    } catch {
      if (dirname(folder) === folder) return folder
    }
  }
}

/** The file in the same folder whose name is like the one that does not exist. */
function suggestion(path: string, shown: string): string | undefined {
  try {
    const name = nearest(basename(path), readdirSync(dirname(path)))
    return name && `did you mean \`${join(dirname(shown), name)}\`?`
  } catch {
    return undefined
  }
}
