import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Files } from '../syntax/modules.js'
import { type SourceFile, sourceFile } from '../text/source.js'
import { UsageError } from './usage.js'

/** What makes a folder the root of a project. */
const rootMarkers = ['aswritten.yaml', 'package.json', '.git']

/** A project on disk: only files below its root can be read. */
export interface Project {
  readonly root: string
  readonly files: Files
}

/** The project that a file or folder belongs to: the nearest folder upwards with a marker, else its own folder. */
export function projectOf(path: string): Project {
  const start = existsSync(path) && statSync(path).isDirectory() ? resolve(path) : dirname(resolve(path))
  let root = start
  for (let folder = start; ; folder = dirname(folder)) {
    if (rootMarkers.some(marker => existsSync(join(folder, marker)))) {
      root = folder
      break
    }
    if (dirname(folder) === folder) break
  }
  return { root, files: filesBelow(root) }
}

/** The path as the project writes it: relative to the root, with forward slashes. */
export function pathInProject({ root }: Project, path: string): string {
  return relative(root, resolve(path)).split(sep).join('/')
}

/** In bytes; larger files are not loaded, not even to say how large they are. */
const largestFile = 50_000_000

/** Reads a file that the user named, or says that there is none. */
export function readNamedFile(path: string, shown = path): SourceFile {
  try {
    const found = statSync(path)
    if (found.isDirectory()) throw new UsageError(`\`${shown}\` is a folder; name a file in it`)
    if (!found.isFile()) throw new UsageError(`\`${shown}\` is not a regular file`)
    if (found.size > largestFile)
      throw new UsageError(`\`${shown}\` has ${found.size} bytes, more than the ${largestFile} that are read`)
    return sourceFile(shown, readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`there is no file \`${shown}\`, or it cannot be read`)
  }
}

/** Splits `file.ts#target`. */
export function splitTarget(text: string): { readonly path: string; readonly target?: string } {
  const at = text.lastIndexOf('#')
  return at < 0 ? { path: text } : { path: text.slice(0, at), target: text.slice(at + 1) }
}

function filesBelow(root: string): Files {
  const real = realpathSync(root)
  /** A link that leads out of the root is as if it were not there. */
  const inside = (path: string): string | undefined => {
    const full = resolve(root, path)
    try {
      const target = realpathSync(full)
      return target === real || target.startsWith(real + sep) ? target : undefined
    } catch {
      return undefined
    }
  }
  return {
    read: path => {
      const full = inside(path)
      try {
        return full !== undefined && isReadable(full) ? readFileSync(full, 'utf8') : undefined
      } catch {
        return undefined
      }
    },
    exists: path => {
      const full = inside(path)
      return full !== undefined && statSync(full).isFile()
    },
  }
}

function isReadable(path: string): boolean {
  const found = statSync(path)
  return found.isFile() && found.size <= largestFile
}
