import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Files } from '../syntax/modules.js'
import { largestFile } from './files.js'
import { UsageError } from './usage.js'

/** A git work tree on disk, found by its `.git`. */
export interface WorkTree {
  readonly root: string
}

/** The files of one revision, as they are stored: nothing is checked out, converted or fetched. */
export interface Revision {
  /** As the user named it. */
  readonly name: string
  readonly commit: string
  /** Paths are relative to the root of the work tree. */
  readonly files: Files
  /** All files and links, by path. */
  readonly entries: ReadonlyMap<string, TreeEntry>
  /** Reads many files at once, which is much faster than one after the other. */
  readonly load: (paths: readonly string[]) => void
}

/** In milliseconds: no question to git takes longer. */
const longestWait = 20_000

/** In bytes: a tree with some hundred thousand files. */
const longestList = 100_000_000

/**
 * Everything that a repository can make git execute is off, whatever its configuration says: file system monitors,
 * pagers, prompts, transports (also those by which git fetches objects that are missing) and repositories inside
 * others. Contents are read as blobs, to which hooks, filters and textconv do not apply, and as their names say, without
 * replacements.
 */
const settings = [
  ...[
    'core.fsmonitor=false',
    'core.hooksPath=/dev/null',
    'protocol.allow=never',
    'safe.bareRepository=explicit',
  ],
].flatMap(setting => ['-c', setting])

function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  return {
    ...Object.fromEntries(own),
    GIT_ALLOW_PROTOCOL: 'none',
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  }
}

/** What went wrong between us and git. */
class GitError extends Error {}

/** Asks git without a shell. What it writes on its error stream is the error's message. */
function git(root: string, args: readonly string[], input = ''): Buffer {
  try {
    return execFileSync('git', ['-C', root, '--no-pager', ...settings, ...args], {
      // Not the work tree: Windows looks for programs in the working folder first.
      cwd: dirname(process.execPath),
      env: environment(),
      input,
      maxBuffer: longestList,
      timeout: longestWait,
      shell: false,
      stdio: 'pipe',
      windowsHide: true,
    })
  } catch (error) {
    throw new GitError(reasonOf(error as NodeJS.ErrnoException & { readonly stderr?: Buffer }))
  }
}

function reasonOf({ code, stderr }: NodeJS.ErrnoException & { readonly stderr?: Buffer }): string {
  if (code === 'ENOENT') return 'git is not installed'
  if (code === 'ETIMEDOUT') return `git did not answer within ${longestWait / 1000} seconds`
  if (code === 'ENOBUFS') return 'there is more than git is asked to list'
  return (
    String(stderr ?? '')
      .trim()
      .split('\n')[0] || 'git failed'
  )
}

/** The work tree that a folder is in: the nearest folder upwards with a `.git`. */
export function workTreeOf(folder: string): WorkTree {
  for (let root = resolve(folder); ; root = dirname(root)) {
    if (existsSync(join(root, '.git'))) return { root }
    if (dirname(root) === root)
      throw new UsageError(
        `this is no git work tree, so there are no revisions; two files are compared as \`aswritten diff a.js b.js\``,
      )
  }
}

/** A path of the file system as git names it: relative to the root, with forward slashes. */
export function pathInWorkTree({ root }: WorkTree, path: string): string {
  const inside = relative(root, resolve(path)).split(sep).join('/')
  if (inside === '..' || inside.startsWith('../'))
    throw new UsageError(`\`${path}\` is outside of the git work tree`)
  return inside
}

/** Where two lines of development parted: the `A` of `A...B` stands for it. */
export function mergeBase(tree: WorkTree, first: string, second: string): string {
  const [a, b] = [commitOf(tree, first), commitOf(tree, second)]
  try {
    return git(tree.root, ['merge-base', '--end-of-options', a, b]).toString().trim()
  } catch (error) {
    if (error instanceof GitError)
      throw new UsageError(`\`${first}\` and \`${second}\` have no commit in common`)
    throw error
  }
}

/** The files of a revision: the tree is listed once, and each file is read when it is asked for. */
export function revisionOf(tree: WorkTree, name: string): Revision {
  const commit = commitOf(tree, name)
  const entries = told(name, () =>
    readTree(git(tree.root, ['ls-tree', '-r', '-l', '-z', '--full-tree', commit])),
  )
  const texts = new Map<string, string | undefined>()
  const fileAt = (path: string): string | undefined => {
    const found = entries.get(followLinks(path, entries, id => blobText(tree, id)) ?? '')
    return found?.isLink === false ? found.id : undefined
  }
  return {
    name,
    commit,
    entries,
    load: paths => {
      const ids = paths.flatMap(path => fileAt(path) ?? []).filter(id => !texts.has(id))
      for (const [id, text] of blobTexts(tree, new Set(ids), entries)) texts.set(id, text)
    },
    files: {
      exists: path => fileAt(path) !== undefined,
      read: path => {
        const id = fileAt(path)
        if (id === undefined) return undefined
        if (!texts.has(id)) texts.set(id, blobText(tree, id))
        return texts.get(id)
      },
    },
  }
}

function commitOf({ root }: WorkTree, name: string): string {
  try {
    const answer = git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])
    const id = answer.toString().trim()
    if (/^[0-9a-f]{40,64}$/.test(id)) return id
  } catch (error) {
    if (!(error instanceof GitError)) throw error
    if (error.message !== 'git failed')
      throw new UsageError(`\`${name}\` cannot be looked up: ${error.message}`)
  }
  throw new UsageError(`there is no revision \`${name}\``)
}

function told<Value>(name: string, ask: () => Value): Value {
  try {
    return ask()
  } catch (error) {
    if (error instanceof GitError) throw new UsageError(`\`${name}\` cannot be read: ${error.message}`)
    throw error
  }
}

export interface TreeEntry {
  /** The name of its content: equal contents have one name. */
  readonly id: string
  /** In bytes. */
  readonly size: number
  readonly isLink: boolean
}

/** The files and links of a tree; repositories inside of it are none. */
function readTree(list: Buffer): ReadonlyMap<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>()
  for (const line of list.toString().split('\0')) {
    const [, mode, id, size, path] = /^(\d+) blob ([0-9a-f]+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? []
    if (mode !== undefined && id !== undefined && path !== undefined)
      entries.set(path, { id, size: Number(size) || 0, isLink: mode === '120000' })
  }
  return entries
}

/** More links than this on one path lead in a circle, as for the operating system. */
const mostLinks = 40

/** Where a path leads through the links of the tree; undefined if that is out of it. */
function followLinks(
  path: string,
  entries: ReadonlyMap<string, TreeEntry>,
  read: (id: string) => string | undefined,
): string | undefined {
  const pending = path.split('/')
  const done: string[] = []
  let links = 0
  for (let part = pending.shift(); part !== undefined; part = pending.shift()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (done.pop() === undefined) return undefined
      continue
    }
    const entry = entries.get([...done, part].join('/'))
    if (!entry?.isLink) {
      done.push(part)
      continue
    }
    const target = read(entry.id)
    if (target === undefined || target.startsWith('/') || ++links > mostLinks) return undefined
    pending.unshift(...target.split('/'))
  }
  return done.join('/')
}

/** The text of a blob, whatever the attributes of the repository say; undefined if it is missing or too large. */
function blobText({ root }: WorkTree, id: string): string | undefined {
  try {
    const answer = git(root, ['cat-file', '--batch', '--buffer'], `${id}\n`)
    const end = answer.indexOf('\n')
    const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(answer.subarray(0, end).toString()) ?? []
    if (size === undefined || Number(size) > largestFile) return undefined
    return new TextDecoder().decode(answer.subarray(end + 1, end + 1 + Number(size)))
  } catch (error) {
    if (error instanceof GitError) return undefined
    throw error
  }
}

/** In bytes: so much is asked for at once. */
const mostAtOnce = 50_000_000

/** The texts of many blobs. Those that are missing or too large are left out. */
function blobTexts(
  { root }: WorkTree,
  ids: ReadonlySet<string>,
  entries: ReadonlyMap<string, TreeEntry>,
): readonly (readonly [id: string, text: string])[] {
  const sizes = new Map([...entries.values()].map(({ id, size }) => [id, size]))
  const groups: string[][] = [[]]
  let together = 0
  for (const id of ids) {
    const size = sizes.get(id) ?? 0
    if (size > largestFile) continue
    if (together + size > mostAtOnce) {
      groups.push([])
      together = 0
    }
    groups.at(-1)!.push(id)
    together += size
  }
  return groups.filter(group => group.length > 0).flatMap(group => readBatch(root, group))
}

function readBatch(root: string, ids: readonly string[]): readonly (readonly [id: string, text: string])[] {
  try {
    const answer = git(root, ['cat-file', '--batch', '--buffer'], `${ids.join('\n')}\n`)
    const texts: (readonly [id: string, text: string])[] = []
    for (let at = 0; at < answer.length; ) {
      const end = answer.indexOf('\n', at)
      const [, id, size] = /^([0-9a-f]+) blob (\d+)$/.exec(answer.subarray(at, end).toString()) ?? []
      at = end + 1
      if (id === undefined) continue
      texts.push([id, new TextDecoder().decode(answer.subarray(at, at + Number(size)))])
      at += Number(size) + 1
    }
    return texts
  } catch (error) {
    if (error instanceof GitError) return []
    throw error
  }
}
