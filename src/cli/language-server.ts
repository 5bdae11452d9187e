import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { createConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-languageserver/node'
import type { AnswerTo, AskedOf, Question } from '../editor/questions.js'
import { type Analyst, serve } from '../editor/server.js'
import type { AnswerMessage, AskedMessage } from './editor-thread.js'
import { packageVersion } from './package.js'

/** What the thread that reads code may take. */
const megabytes = 2048

/** In milliseconds: what takes longer is given up. */
const longest = 60_000

/** In milliseconds: so long a newer text waits for a check that it makes needless. */
const patience = 2000

/** `aswritten language-server`: speaks the protocol over the standard streams, until the editor ends it. */
export function languageServer(): Promise<never> {
  const connection = createConnection(
    new StreamMessageReader(process.stdin),
    new StreamMessageWriter(process.stdout),
  )
  serve(connection, new AnalystThread(), wait, packageVersion())
  return new Promise(() => undefined)
}

interface Open {
  readonly message: AskedMessage
  readonly end: (answer: unknown) => void
}

/** Answers in a thread of its own, which can be ended, so that nothing keeps the server from answering. */
class AnalystThread implements Analyst {
  #worker: Worker | undefined
  #last = 0
  #tell: (text: string) => void = () => undefined
  readonly #open = new Map<number, Open>()

  onTrouble(tell: (text: string) => void): void {
    this.#tell = tell
  }

  ask<Name extends Question>(question: Name, asked: AskedOf<Name>): Promise<AnswerTo<Name> | undefined> {
    const older = question === 'check' ? this.#checks() : []
    const message: AskedMessage = { id: ++this.#last, question, asked }
    return new Promise(resolve => {
      const timer = setTimeout(() => {
        this.#end(
          `aswritten: nothing is said of these files, since to read them takes more than ${longest / 1000} seconds`,
        )
      }, longest)
      const end = (answer: unknown) => {
        clearTimeout(timer)
        resolve(answer as AnswerTo<Name> | undefined)
      }
      this.#open.set(message.id, { message, end })
      this.#post(message)
      if (older.length > 0) setTimeout(() => this.#makeWay(older), patience)
    })
  }

  #checks(): readonly number[] {
    return [...this.#open.values()].flatMap(({ message: { id, question } }) =>
      question === 'check' ? id : [],
    )
  }

  #post(message: AskedMessage): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(message)
  }

  /** Ends the thread where it is still at checks that are of no use any more, and asks another one for the rest. */
  #makeWay(checks: readonly number[]): void {
    if (!checks.some(id => this.#open.has(id))) return
    const rest = [...this.#open.values()].filter(({ message }) => !checks.includes(message.id))
    for (const id of checks) this.#answer({ id })
    this.#leave()
    for (const { message } of rest) this.#post(message)
  }

  /** Ends the thread, and leaves without an answer all that it was asked. */
  #end(trouble: string): void {
    this.#leave()
    for (const id of [...this.#open.keys()]) this.#answer({ id })
    this.#tell(trouble)
  }

  #leave(): void {
    const worker = this.#worker
    this.#worker = undefined
    worker?.removeAllListeners()
    // One that is ended may still run out of memory before it is.
    worker?.on('error', () => undefined)
    void worker?.terminate()
  }

  #answer({ id, answer, failure }: AnswerMessage): void {
    const open = this.#open.get(id)
    this.#open.delete(id)
    open?.end(answer)
    if (failure !== undefined) this.#tell(`aswritten: internal error, please report it: ${failure}`)
  }

  #start(): Worker {
    const worker = new Worker(new URL('./editor-thread.js', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: megabytes },
      // What a dependency prints must not come between the messages of the protocol.
      stdout: true,
    })
    return worker
      .on('message', (message: AnswerMessage) => this.#answer(message))
      .on('error', ({ message }) => this.#end(`aswritten: the files could not be read: ${message}`))
  }
}
