import { moduleResolver } from '../syntax/modules.js'
import type { Revision, TreeEntry } from './git.js'
import { isCodePath, mayBuildModel } from './model-files.js'

/** A file of two revisions; one path is absent where the file was added or taken away. */
export interface FilePair {
  readonly before?: string
  readonly after?: string
}

/** The files that differ between two revisions. One that only moved is one file. */
export function changedFiles(before: Revision, after: Revision): readonly FilePair[] {
  const [first, second] = [before.entries, after.entries]
  const isOther = (a: TreeEntry, b: TreeEntry | undefined) => a.id !== b?.id || a.isLink !== b.isLink
  const edited = [...first].filter(([path, entry]) => second.has(path) && isOther(entry, second.get(path)))
  const gone = new Map([...first].filter(([path]) => !second.has(path)))
  const added = [...second].filter(([path]) => !first.has(path))
  const moved = added.map(([path, { id }]): FilePair => {
    const [from] = [...gone].find(([, entry]) => entry.id === id) ?? []
    if (from !== undefined) gone.delete(from)
    return { ...(from !== undefined && { before: from }), after: path }
  })
  return [
    ...edited.map(([path]) => ({ before: path, after: path })),
    ...moved,
    ...[...gone.keys()].map(path => ({ before: path })),
  ]
}

/** The files that may build a model, of those that changed or that import, also by others, what changed. */
export function affectedFiles(
  before: Revision,
  after: Revision,
  changes: readonly FilePair[],
): readonly FilePair[] {
  const pathsOf = (side: keyof FilePair) => changes.flatMap(change => change[side] ?? [])
  const [first, second] = [affectedIn(before, pathsOf('before')), affectedIn(after, pathsOf('after'))]
  const movedTo = new Map(
    changes.flatMap(pair => (pair.before && pair.after ? [[pair.before, pair.after]] : [])),
  )
  const pairs = new Map<string, FilePair>()
  for (const path of first) {
    const now = movedTo.get(path) ?? path
    pairs.set(now, { before: path, ...(after.files.exists(now) && { after: now }) })
  }
  const movedFrom = new Map([...movedTo].map(([from, to]) => [to, from]))
  for (const path of second) {
    const then = movedFrom.get(path) ?? path
    pairs.set(path, { ...(before.files.exists(then) && { before: then }), after: path })
  }
  return [...pairs]
    .filter(([, pair]) =>
      [pair.before && before.files.read(pair.before), pair.after && after.files.read(pair.after)].some(
        text => text !== undefined && mayBuildModel(text),
      ),
    )
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, pair]) => pair)
}

/** What a text may import; what only looks like it does no harm, since then one more file is looked at. */
const specifiers = /(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*(['"`])([^'"`\n]+)\1/g

/** The code of one revision that is changed or reads what is. */
function affectedIn({ entries, files, load }: Revision, changed: readonly string[]): readonly string[] {
  const code = [...entries.keys()].filter(isCodePath)
  load(code)
  const resolve = moduleResolver(files)
  const importers = new Map<string, string[]>()
  for (const path of code) {
    for (const [, , specifier = ''] of (files.read(path) ?? '').matchAll(specifiers)) {
      const found = resolve(specifier, path)
      if (found !== undefined) importers.set(found, [...(importers.get(found) ?? []), path])
    }
  }
  // What a configuration says of paths can lead every import below it elsewhere.
  const configured = changed
    .filter(path => /(^|\/)tsconfig[^/]*\.json$/.test(path))
    .flatMap(path => code.filter(other => other.startsWith(path.slice(0, path.lastIndexOf('/') + 1))))
  const affected = new Set([...changed, ...configured])
  for (const path of affected) for (const importer of importers.get(path) ?? []) affected.add(importer)
  return [...affected].filter(isCodePath)
}
