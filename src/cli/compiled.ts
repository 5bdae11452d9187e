import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Script } from 'node:vm'

/**
 * What a CommonJS file exports. Its compiled form is kept in the system's folder for temporary files, so that the next
 * process need not compile it: V8's code cache with the functions that ran, which loads faster than what Node keeps by
 * itself since 22.1 (`module.enableCompileCache`), and in Node 20 as well. NODE_DISABLE_COMPILE_CACHE turns it off, as
 * it does Node's.
 */
export function requireCompiled(path: string): unknown {
  const require = createRequire(path)
  if (process.env.NODE_DISABLE_COMPILE_CACHE) return require(path)
  const source = readFileSync(path, 'utf8')
  const kept = pathOfCode(source)
  if (!kept) return require(path)
  const code = readIfPresent(kept)
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: path,
    ...(code ? { cachedData: code } : {}),
  })
  if (!code || script.cachedDataRejected) {
    // At the end, because functions are compiled when they are first called.
    process.once('exit', () => keep(kept, script.createCachedData()))
  }
  const loaded = { exports: {} }
  script.runInThisContext()(loaded.exports, require, loaded, path, dirname(path))
  return loaded.exports
}

/**
 * Where the compiled form of a text is kept. V8 runs what it finds there without looking into it, so the folder has to
 * be the user's own, and closed to others; undefined where it cannot be.
 */
function pathOfCode(source: string): string | undefined {
  const user = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `aswritten-compile-cache-${user}`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const { uid, mode } = lstatSync(folder)
    const isOwn = process.platform === 'win32' || (uid === user && (mode & 0o022) === 0)
    if (!isOwn || !lstatSync(folder).isDirectory()) return undefined
  } catch {
    return undefined
  }
  const key = createHash('sha256').update(`${process.version} ${process.arch} ${source}`).digest('hex')
  return join(folder, key.slice(0, 32))
}

function readIfPresent(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Without the cache everything works, only slower, so a disk that is full or closed is no error. */
function keep(path: string, code: Buffer): void {
  try {
    const draft = `${path}.${process.pid}`
    writeFileSync(draft, code, { mode: 0o600 })
    renameSync(draft, path)
  } catch {}
}
