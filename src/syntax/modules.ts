import { type PathAliases, readAliases } from './tsconfig.js'

/** What can be read: paths are relative to the project root, with forward slashes. */
export interface Files {
  readonly read: (path: string) => string | undefined
  readonly exists: (path: string) => boolean
}

/** The path of the file that a specifier names from inside another; undefined for packages and missing files. */
export type Resolve = (specifier: string, from: string) => string | undefined

/** Extensions that a specifier may leave out. */
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']

/** Extensions that a specifier may write for what they are compiled from, which comes first as it does for TypeScript. */
const compiledFrom: ReadonlyMap<string, readonly string[]> = new Map([
  ['.js', ['.ts', '.tsx']],
  ['.jsx', ['.tsx']],
  ['.mjs', ['.mts']],
  ['.cjs', ['.cts']],
])

/** Resolves specifiers by relative path and by the `paths` and `baseUrl` of the nearest tsconfig, never out of the root. */
export function moduleResolver(files: Files): Resolve {
  const aliases = new Map<string, PathAliases | undefined>()
  const aliasesFor = (folder: readonly string[]): PathAliases | undefined => {
    const key = folder.join('/')
    if (!aliases.has(key)) {
      const path = [...folder, 'tsconfig.json'].join('/')
      const text = files.exists(path) ? files.read(path) : undefined
      const outer = () => (folder.length === 0 ? undefined : aliasesFor(folder.slice(0, -1)))
      aliases.set(key, text === undefined ? outer() : readAliases(path, text))
    }
    return aliases.get(key)
  }
  // A walk asks again wherever an import is read, and every question costs a look at many files.
  const answers = new Map<string, string | undefined>()
  return (specifier, from) => {
    const folder = foldersOf(from)
    const key = [...folder, specifier].join('\n')
    if (!answers.has(key)) answers.set(key, locate(specifier, folder))
    return answers.get(key)
  }

  function locate(specifier: string, folder: readonly string[]): string | undefined {
    if (/^\.\.?(\/|$)/.test(specifier)) return findFile(files, joinPath(folder, specifier))
    if (specifier.startsWith('/') || /^[a-z][a-z0-9+.-]*:/i.test(specifier)) return undefined
    const config = aliasesFor(folder)
    if (!config) return undefined
    const base = joinPath(config.folder, config.baseUrl ?? '.')
    for (const target of aliasTargets(config, specifier)) {
      const found = base && findFile(files, joinPath(base, target))
      if (found) return found
    }
    return config.baseUrl === undefined || !base ? undefined : findFile(files, joinPath(base, specifier))
  }
}

/** Where the patterns of `paths` lead; the one with the longest fixed part in front wins, as in TypeScript. */
function aliasTargets({ paths }: PathAliases, specifier: string): readonly string[] {
  const matching = paths.flatMap(({ pattern, targets }) => {
    const star = pattern.indexOf('*')
    if (star < 0) return pattern === specifier ? [{ fixed: Number.POSITIVE_INFINITY, targets }] : []
    const before = pattern.slice(0, star)
    const after = pattern.slice(star + 1)
    const isMatch =
      specifier.length >= before.length + after.length &&
      specifier.startsWith(before) &&
      specifier.endsWith(after)
    if (!isMatch) return []
    const middle = specifier.slice(before.length, specifier.length - after.length)
    return [{ fixed: before.length, targets: targets.map(target => target.replace('*', () => middle)) }]
  })
  return matching.sort((a, b) => b.fixed - a.fixed)[0]?.targets ?? []
}

function findFile(files: Files, path: readonly string[] | undefined): string | undefined {
  if (!path) return undefined
  const base = path.join('/')
  const extension = /\.[a-z]+$/.exec(base)?.[0] ?? ''
  const stem = base.slice(0, base.length - extension.length)
  const folder = base === '' ? '' : `${base}/`
  const candidates = [
    ...(compiledFrom.get(extension) ?? []).map(other => stem + other),
    ...(extensions.includes(extension) ? [base] : []),
    ...(base === '' ? [] : extensions.map(other => base + other)),
    ...extensions.map(other => `${folder}index${other}`),
  ]
  return candidates.find(candidate => files.exists(candidate))
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1)
}

/** Resolves `.` and `..`; undefined where the path would leave the root. */
function joinPath(folder: readonly string[], relative: string): readonly string[] | undefined {
  const parts = [...folder]
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts
}
