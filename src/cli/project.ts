import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Files } from '../syntax/modules.js'
import { largestFile, programText } from './files.js'

/** What makes a folder the root of a project. */
export const rootMarkers = ['aswritten.yaml', 'package.json', '.git']

/** A project on disk: only files below its root can be read. */
export interface Project {
  readonly root: string
  /** Where its paths start: the working folder if the project is in it, so that paths are as the user writes them. */
  readonly base: string
  readonly files: Files
}

/**
 * The project that a file or folder belongs to: the nearest folder upwards with a marker, else `fallback`, which is its
 * own folder where nothing else is said.
 */
export function projectOf(path: string, fallback?: string): Project {
  const start = existsSync(path) && statSync(path).isDirectory() ? resolve(path) : dirname(resolve(path))
  let root = fallback === undefined ? start : resolve(fallback)
  for (let folder = start; ; folder = dirname(folder)) {
    if (rootMarkers.some(marker => existsSync(join(folder, marker)))) {
      root = folder
      break
    }
    if (dirname(folder) === folder) break
  }
  return projectAt(root)
}

/** The project in a folder, whatever else is a project inside it. */
export function projectAt(root: string, base = baseFor(root)): Project {
  return { root, base, files: filesBelow(root, base) }
}

function baseFor(root: string): string {
  const here = process.cwd()
  return `${resolve(root)}${sep}`.startsWith(here.endsWith(sep) ? here : here + sep) ? here : root
}

/** What was asked of the files of a project. */
export interface Reading {
  /** Texts by path. */
  readonly read: ReadonlyMap<string, string>
  /** All paths that were looked for, also in vain. */
  readonly sought: ReadonlySet<string>
}

/** The same files, and what is asked of them. */
export function recorded(files: Files): Reading & { readonly files: Files } {
  const read = new Map<string, string>()
  const sought = new Set<string>()
  return {
    read,
    sought,
    files: {
      exists: path => {
        sought.add(path)
        return files.exists(path)
      },
      read: path => {
        sought.add(path)
        const text = files.read(path)
        if (text !== undefined) read.set(path, text)
        return text
      },
    },
  }
}

/** The path as the project writes it: relative to its base, with forward slashes. */
export function pathInProject({ base }: Project, path: string): string {
  return relative(base, resolve(path)).split(sep).join('/')
}

/**
 * Splits `file.ts#target`. Both may have a `#` of their own: the path is the first part that is a file. Paths start in
 * `folder`; `isFile` says what is one where that is not the disk.
 */
export function splitTarget(
  text: string,
  folder: string,
  isFile: (path: string) => boolean = path =>
    statSync(resolve(folder, path), { throwIfNoEntry: false })?.isFile() ?? false,
): { readonly path: string; readonly target?: string } {
  const places = [...text.matchAll(/#/g)].map(({ index }) => index)
  const at = places.find(place => isFile(text.slice(0, place))) ?? places.at(-1)
  if (at === undefined || isFile(text)) return { path: text }
  return { path: text.slice(0, at), target: text.slice(at + 1) }
}

/** Files of a project by their paths from `base`; those outside of the root are as if they were not there. */
function filesBelow(root: string, base: string): Files {
  const real = realpathSync(root)
  /** A link that leads out of the root is as if it were not there. */
  const inside = (path: string): string | undefined => {
    const full = resolve(base, path)
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
        return full !== undefined && isReadable(full) ? programText(full) : undefined
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
