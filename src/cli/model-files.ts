import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { refusalOf } from './files.js'

const extensions = /\.([cm]?[jt]sx?|html?)$/
const skipped = /^(node_modules|dist|build|vendor|\..*)$|\.min\.[cm]?js$|\.d\.[cm]?ts$/

/** What every file mentions that builds a model, under whatever name it imports TensorFlow.js. */
const mentions = /tensorflow|\btf(js|l)?\b|\blayers\b|\bsequential\b/i

/** Longer files are bundles, which nobody wrote. */
const longest = 1_000_000

/** Characters of a line, on average, that nobody writes in code of more than a page: what has as many was minified. */
const longestLine = 5_000

/** Whether a file may be code that a model is made of, by its path. */
export const isCodePath = (path: string): boolean =>
  extensions.test(path) && !path.split('/').some(part => skipped.test(part))

/** Whether code may build a model. */
export const mayBuildModel = (text: string): boolean => text.length <= longest && mentions.test(text)

const isMinified = (text: string): boolean => text.length >= longestLine * text.split('\n').length

/** A file on disk, and how it is called in the result. */
export interface ModelFile {
  readonly path: string
  readonly file: string
}

export interface FoundFiles {
  readonly files: readonly ModelFile[]
  /** What could not be looked at, with the reason. A folder ends in a slash. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[]
}

/** The files below a folder that may build a model, called by their path in the folder. */
export const modelFilesBelow = (folder: string): FoundFiles => filesBelow(folder, '')

/** The files that may build a model; `name` is how the folder is called in the result. */
function filesBelow(folder: string, name: string): FoundFiles {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    const found = entries.map(entry => readEntry(entry, join(folder, entry.name), name + entry.name))
    return {
      files: found.flatMap(({ files }) => files),
      unreadable: found.flatMap(({ unreadable }) => unreadable),
    }
  } catch (error) {
    return refused(name || './', error)
  }
}

const nothing: FoundFiles = { files: [], unreadable: [] }

function readEntry(entry: Dirent, path: string, name: string): FoundFiles {
  if (skipped.test(entry.name)) return nothing
  if (entry.isDirectory()) return filesBelow(path, `${name}/`)
  if (!entry.isFile() || !extensions.test(entry.name)) return nothing
  try {
    if (statSync(path).size > longest) return nothing
    const text = readFileSync(path, 'utf8')
    // What was minified counts where files change, since a change could be hidden so.
    if (!mayBuildModel(text) || isMinified(text)) return nothing
    return { files: [{ path, file: name }], unreadable: [] }
  } catch (error) {
    return refused(name, error)
  }
}

/** A file that is gone by now was none; any other error is told. */
function refused(name: string, error: unknown): FoundFiles {
  const reason = refusalOf(error)
  return reason === undefined ? nothing : { files: [], unreadable: [{ file: name, reason }] }
}
