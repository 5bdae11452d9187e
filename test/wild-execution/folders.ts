import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Outcome } from './file.js'

/*
 * Runs the models of folders of foreign code in TensorFlow.js, a process for each file, and counts how many agree with
 * the trace: `npm run wild-execution -- FOLDER… [--calls CALLS.json] [--out RESULTS.json]`. `CALLS.json` holds
 * expressions for functions that take arguments: `{ "src/model.js": ["createModel({ units: 7 })"] }`.
 */

const perFile = 180_000
const megabytes = 1500
const skipped = /^(node_modules|dist|build|\.git|vendor|coverage)$/
const code = /\.(ts|tsx|js|jsx|mjs|html)$/
const builds = /\b(sequential|model|LayersModel|Sequential)\s*\(/

const { folders, options } = read(process.argv.slice(2))
const program = join(import.meta.dirname, 'file.js')
// Without a network where the system can take it away.
const apart = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : []
const scratch = mkdtempSync(join(tmpdir(), 'wild-execution-'))
const pending = folders.flatMap(folder =>
  [...filesIn(folder)].map(path => ({ path, folder: rootOf(folder) })),
)
const outcomes: (Outcome & { readonly file: string })[] = []
await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, work))
rmSync(scratch, { recursive: true })
if (options.out) writeFileSync(options.out, `${JSON.stringify(outcomes, null, 1)}\n`)
summarize()

function read(args: readonly string[]): {
  readonly folders: readonly string[]
  readonly options: { readonly calls?: string; readonly out?: string }
} {
  const found: string[] = []
  const named: Record<string, string> = {}
  for (let i = 0; i < args.length; i++) {
    const [, name] = /^--(calls|out)$/.exec(args[i]!) ?? []
    if (name) named[name] = resolve(args[++i] ?? '')
    else found.push(resolve(args[i]!))
  }
  return { folders: found, options: named }
}

/** Where nothing marks the root of a project, it is the folder that was asked for. */
function rootOf(folder: string): string {
  return statSync(folder).isDirectory() ? folder : dirname(folder)
}

function* filesIn(folder: string): Generator<string> {
  if (!statSync(folder).isDirectory()) {
    yield folder
    return
  }
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !skipped.test(entry.name)) yield* filesIn(path)
    else if (
      entry.isFile() &&
      code.test(entry.name) &&
      !/\.min\.|\.d\.ts$/.test(entry.name) &&
      isModelCode(path)
    )
      yield path
  }
}

function isModelCode(path: string): boolean {
  if (statSync(path).size > 400_000) return false
  const text = readFileSync(path, 'utf8')
  return builds.test(text) && /\btf\w*\b/.test(text)
}

async function work(): Promise<void> {
  for (let next = pending.shift(); next; next = pending.shift()) {
    const { path, folder } = next
    const found = await run(path, folder)
    outcomes.push(...found.map(outcome => ({ ...outcome, file: path })))
    process.stderr.write(`${pending.length} left, ${outcomes.length} sites\r`)
  }
}

function run(path: string, folder: string): Promise<readonly Outcome[]> {
  return new Promise(done => {
    const args = [
      `--max-old-space-size=${megabytes}`,
      program,
      path,
      folder,
      ...(options.calls && existsSync(options.calls) ? [options.calls] : []),
    ]
    const [command = process.execPath, ...rest] = [...apart, process.execPath, ...args]
    const child = spawn(command, rest, {
      cwd: scratch,
      env: { PATH: process.env.PATH },
      timeout: perFile,
      killSignal: 'SIGKILL',
    })
    let text = ''
    let errors = ''
    child.stdout.on('data', data => {
      text += data
    })
    child.stderr.on('data', data => {
      errors += data
    })
    child.on('close', (status, signal) => {
      const lines = text.split('\n').filter(line => line.startsWith('{"site"'))
      const found = lines.map(line => JSON.parse(line) as Outcome)
      const why = signal ? `stopped after ${perFile / 1000} s` : errors.trim().slice(-200)
      const broken: Outcome = { site: path, status: 'not run', traced: false, why: [why] }
      done(status === 0 ? found : [...found, broken])
    })
  })
}

function summarize(): void {
  const count = (status: Outcome['status']) => outcomes.filter(outcome => outcome.status === status).length
  const run = outcomes.length - count('not run')
  console.log(`\n${outcomes.length} sites, ${run} of them run`)
  for (const status of ['agrees', 'differs', 'untraced', 'not run'] as const)
    console.log(`${status}: ${count(status)}`)
  console.log(`with numbers: ${outcomes.filter(({ numbers }) => numbers).length}`)
  for (const { site, status, why } of outcomes)
    if (status === 'differs' || status === 'untraced')
      console.log(`${status} ${site}: ${why.slice(0, 2).join('; ')}`)
}
