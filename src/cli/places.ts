import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Files } from '../syntax/modules.js'
import { whyUnreadable } from './files.js'
import { revisionOf, type WorkTree } from './git.js'
import { pathInProject, projectOf, rootMarkers } from './project.js'
import { InputError } from './usage.js'

/** A file of one side with what can be read beside it, and what in it is meant. */
export interface Subject {
  readonly label: string
  readonly files: Files
  readonly path: string
  readonly target?: string | undefined
}

/** Where a side is read: at a revision, or as the files on disk are now. */
export interface Place {
  readonly label: string
  readonly exists: (path: string) => boolean
  readonly subject: (path: string, target: string | undefined) => Subject
}

export function atRevision(tree: WorkTree, name: string, label = name): Place {
  const { files } = revisionOf(tree, name)
  return {
    label,
    exists: files.exists,
    subject: (path, target) => ({ label, files: projectFiles(path, files), path, target }),
  }
}

/** The files of the project that a file belongs to, at a revision. */
export function projectFiles(path: string, files: Files): Files {
  return filesBelow(rootOf(path, files), files)
}

/** The files below a folder, which has a slash at its end or is the root; the others are as if they were not there. */
export function filesBelow(root: string, files: Files): Files {
  return {
    read: path => (path.startsWith(root) ? files.read(path) : undefined),
    exists: path => path.startsWith(root) && files.exists(path),
  }
}

/** The project of a file at a revision: the nearest folder upwards with a marker, with a slash at its end. */
function rootOf(path: string, files: Files): string {
  const folders = path.split('/').slice(0, -1)
  for (let depth = folders.length; depth > 0; depth--) {
    const root = `${folders.slice(0, depth).join('/')}/`
    if (rootMarkers.some(marker => files.exists(root + marker))) return root
  }
  return ''
}

export function inWorkTree({ root }: WorkTree): Place {
  return {
    label: 'the work tree',
    exists: path => statSync(resolve(root, path), { throwIfNoEntry: false })?.isFile() ?? false,
    subject: (path, target) => {
      const full = resolve(root, path)
      const problem = whyUnreadable(full, { shown: path })
      if (problem) throw new InputError([problem])
      const project = projectOf(full)
      return { label: 'the work tree', files: project.files, path: pathInProject(project, full), target }
    },
  }
}
