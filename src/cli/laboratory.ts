import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { ExperimentFailure, failureOf } from '../experiment/failures.js'
import type { Backend, BackendName, QuestionName, Questions, Reply, Subject } from '../experiment/protocol.js'
import { experimentProgram, packageRoot } from './package.js'

/** What a process that runs code may use. */
export interface Limits {
  /** Of the heap of JavaScript, and where the system says it, of all memory of the process. */
  readonly megabytes: number
  /** For one question. */
  readonly seconds: number
}

export const usualLimits: Limits = { megabytes: 2048, seconds: 60 }

/** In characters: so much of what the code prints is kept, from the end. */
const keptOutput = 2000

/** How often the memory of a process is looked at, in milliseconds. */
const watched = 250

/**
 * A process that runs one subject, model code or a graph, with limits: the only file that starts one. It may read the
 * project and the packages, and cannot write files or start processes; it has no environment and no input. When a limit is
 * exceeded it is killed, with all of its group.
 */
export class Laboratory {
  readonly #subject: Subject
  readonly #limits: Limits
  readonly #process: ChildProcess
  readonly #ready: Promise<void>
  #waiting: { readonly done: (reply: Reply) => void; readonly fail: (error: Error) => void } | undefined
  #printed = ''
  #isTooLarge = false
  #ended: Error | undefined
  /** What computed the last answer. */
  backend: Backend | undefined

  /** `folder` is that of the model. */
  constructor(subject: Subject, limits: Limits) {
    this.#subject = subject
    this.#limits = limits
    this.#process = startProcess(this.#readable(), limits)
    this.#ready = new Promise((resolve, reject) => {
      this.#waiting = { done: () => resolve(), fail: reject }
    })
    this.#ready.catch(() => undefined)
    this.#listen()
  }

  /** Loads and builds the subject. */
  async start(seed: number, backend?: BackendName): Promise<Questions['start']['answer']> {
    await this.#ready
    return this.ask(
      'start',
      { subject: this.#subject, folders: this.#folders(), seed, backend },
      'building the model',
    )
  }

  /** Asks one question; what is asked at once is answered in order. Throws the failure of the subject. */
  async ask<Name extends QuestionName>(
    name: Name,
    asked: Questions[Name]['asked'],
    doing: string,
    progress: (part: number) => void = () => undefined,
    seconds = this.#limits.seconds,
  ): Promise<Questions[Name]['answer']> {
    if (this.#ended) throw this.#ended
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(failureOf('endless', { seconds: String(seconds), doing }))
      }, seconds * 1000)
      const fail = (error: Error) => {
        clearTimeout(timer)
        this.#waiting = undefined
        reject(error)
      }
      const done = (reply: Reply) => {
        if (reply.kind === 'progress') {
          progress(reply.part)
          return
        }
        if (reply.kind === 'failure') {
          fail(new ExperimentFailure(reply.failure))
          return
        }
        if (reply.kind !== 'answer') return
        clearTimeout(timer)
        this.#waiting = undefined
        this.backend = reply.backend
        resolve(reply.answer as Questions[Name]['answer'])
      }
      this.#waiting = { done, fail }
      this.#process.send({ name, asked })
    })
  }

  /** Ends the process; further questions are refused. */
  close(): void {
    this.#end(new Error('the process was closed'))
  }

  #listen(): void {
    const child = this.#process
    const keep = (data: Buffer) => {
      this.#printed = (this.#printed + data.toString()).slice(-keptOutput)
    }
    child.stdout?.on('data', keep)
    child.stderr?.on('data', keep)
    child.on('message', (reply: Reply) => this.#waiting?.done(reply))
    child.on('error', error => this.#end(failureOf('crash', { message: error.message })))
    child.on('exit', (code, signal) => this.#end(this.#whyEnded(code, signal)))
    const memory = setInterval(() => {
      const used = megabytesOf(child.pid)
      if (used === undefined || used <= this.#limits.megabytes) return
      this.#isTooLarge = true
      this.#end(this.#whyEnded(null, 'SIGKILL'))
    }, watched)
    memory.unref()
    child.on('exit', () => clearInterval(memory))
  }

  #whyEnded(code: number | null, signal: string | null): Error {
    const megabytes = String(this.#limits.megabytes)
    // What V8 says before it gives up.
    if (this.#isTooLarge || /JavaScript heap out of memory/.test(this.#printed))
      return failureOf('memory', { megabytes })
    const last = this.#printed.trim().split('\n').at(-1)
    const how = signal ? `by the signal ${signal}` : `with code ${code}`
    return failureOf('crash', { message: last ? `${how}, after \`${last.slice(0, 200)}\`` : how })
  }

  #end(reason: Error): void {
    if (this.#ended) return
    this.#ended = reason
    kill(this.#process)
    this.#waiting?.fail(reason)
  }

  /** Where TensorFlow.js is looked for: beside the model, in its project, and beside aswritten. */
  #folders(): readonly string[] {
    const own = this.#subject
    const users = own.kind === 'code' ? [dirname(join(own.base, own.path)), own.root] : [process.cwd()]
    return [...users, packageRoot()]
  }

  /** Folders that the process may read: the project, aswritten, and the packages that both can find. */
  #readable(): readonly string[] {
    const roots =
      this.#subject.kind === 'code' ? [this.#subject.root, packageRoot()] : [process.cwd(), packageRoot()]
    const packages = roots.flatMap(folder => packageFolders(folder))
    const own = this.#subject.kind === 'code' ? roots : [packageRoot()]
    const all = [...own, ...packages].flatMap(folder => [folder, realpathSync(folder)])
    const distinct = [...new Set(all)].sort()
    // Node 20 ends with an assertion where one of two paths is the beginning of the other.
    return distinct.filter(
      folder => !distinct.some(other => other !== folder && folder.startsWith(other + sep)),
    )
  }
}

/** All folders of packages in which Node looks from a folder. */
function packageFolders(folder: string): readonly string[] {
  const found = join(folder, 'node_modules')
  const own = existsSync(found) ? [found] : []
  return dirname(folder) === folder ? own : [...own, ...packageFolders(dirname(folder))]
}

function startProcess(readable: readonly string[], { megabytes }: Limits): ChildProcess {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const named = major > 23 || (major === 23 && minor >= 5) || (major === 22 && minor >= 13)
  const hasNative = readable.some(folder => existsSync(join(folder, '@tensorflow', 'tfjs-node')))
  return spawn(
    process.execPath,
    [
      named ? '--permission' : '--experimental-permission',
      ...readable.map(folder => `--allow-fs-read=${join(folder, '*')}`),
      // The native backend is an addon; only where there is one are addons allowed.
      ...(hasNative ? ['--allow-addons'] : []),
      `--max-old-space-size=${megabytes}`,
      '--experimental-vm-modules',
      '--no-warnings',
      experimentProgram(),
    ],
    {
      cwd: process.cwd(),
      // What Windows needs to start a program at all; nothing of the user's.
      env: process.platform === 'win32' ? { SystemRoot: process.env.SystemRoot } : {},
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
      shell: false,
      windowsHide: true,
      detached: process.platform !== 'win32',
    },
  )
}

/** Ends a process with all that belongs to it. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {}
}

/** The memory of a process, where the system has it in a file. */
function megabytesOf(pid: number | undefined): number | undefined {
  try {
    const [, pages] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')
    return (Number(pages) * pageSize) / 2 ** 20
  } catch {
    return undefined
  }
}

/** Of nearly all systems that have /proc, in bytes; where pages are larger, more memory is allowed. */
const pageSize = 4096
