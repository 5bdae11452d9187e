import { diagnostic } from '../diagnostics/diagnostic.js'
import { sourceFile } from '../text/source.js'
import { type ParseResult, parseSource } from './parse.js'

/** What can be read: paths are relative to the project root, with forward slashes. */
export interface Files {
  readonly read: (path: string) => string | undefined
  readonly exists: (path: string) => boolean
}

/** Extensions that a specifier may leave out, or write as the one that they compile to. */
const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']

const compiledFrom: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
}

/** Parses a file of the project. */
export function parseFile(files: Files, path: string): ParseResult {
  const text = files.read(path)
  if (text === undefined) return { diagnostics: [diagnostic('file-not-found', { path })] }
  return parseSource(sourceFile(path, text))
}

/** The file that a specifier names from inside another file, or undefined for packages and missing files. */
export function resolveSpecifier(files: Files, specifier: string, from: string): string | undefined {
  if (!specifier.startsWith('.')) return resolveAlias(files, specifier, from)
  const base = joinPath(from.split('/').slice(0, -1), specifier)
  return base === undefined ? undefined : findFile(files, base)
}

function findFile(files: Files, base: string): string | undefined {
  const extension = /\.[a-z]+$/.exec(base)?.[0] ?? ''
  const stem = base.slice(0, base.length - extension.length)
  const candidates = [
    ...(extensions.includes(extension) ? [base] : []),
    ...(compiledFrom[extension] ?? []).map(other => stem + other),
    ...extensions.map(other => base + other),
    ...extensions.map(other => `${base}/index${other}`),
  ]
  return candidates.find(path => files.exists(path))
}

/** Resolves `.` and `..`; undefined where the path would leave the root. */
function joinPath(folder: readonly string[], relative: string): string | undefined {
  const parts = [...folder]
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

/** `paths` and `baseUrl` of the nearest tsconfig.json upwards. */
function resolveAlias(files: Files, specifier: string, from: string): string | undefined {
  const folder = from.split('/').slice(0, -1)
  for (;;) {
    const path = [...folder, 'tsconfig.json'].join('/')
    const text = files.exists(path) ? files.read(path) : undefined
    if (text !== undefined) return matchPaths(files, specifier, folder, text)
    if (folder.pop() === undefined) return undefined
  }
}

function matchPaths(
  files: Files,
  specifier: string,
  folder: readonly string[],
  config: string,
): string | undefined {
  const options = compilerOptions(config)
  const base = joinPath(folder, typeof options.baseUrl === 'string' ? options.baseUrl : '.')
  if (base === undefined) return undefined
  for (const [pattern, targets] of Object.entries(options.paths ?? {})) {
    const [before = '', after] = pattern.split('*')
    const matches =
      after === undefined ? specifier === pattern : specifier.startsWith(before) && specifier.endsWith(after)
    if (!matches || !Array.isArray(targets)) continue
    const middle = after === undefined ? '' : specifier.slice(before.length, specifier.length - after.length)
    for (const target of targets) {
      const candidate = joinPath(base.split('/').filter(Boolean), String(target).replace('*', middle))
      const found = candidate === undefined ? undefined : findFile(files, candidate)
      if (found) return found
    }
  }
  if (typeof options.baseUrl !== 'string') return undefined
  const candidate = joinPath(base.split('/').filter(Boolean), specifier)
  return candidate === undefined ? undefined : findFile(files, candidate)
}

/** tsconfig files are JSON with comments and trailing commas; a broken one counts as empty. */
function compilerOptions(text: string): {
  readonly baseUrl?: unknown
  readonly paths?: Readonly<Record<string, unknown>>
} {
  const plain = text
    .replace(/("(?:[^"\\]|\\.)*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '$1')
    .replace(/,(\s*[}\]])/g, '$1')
  try {
    const content = JSON.parse(plain) as { compilerOptions?: object } | null
    return content?.compilerOptions ?? {}
  } catch {
    return {}
  }
}
