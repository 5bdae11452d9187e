import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { ModelFile } from './model-files.js'
import { type Site, wholeFile } from './wild-file.js'

/** What was found in a file, and how long that took. */
export interface TracedFile {
  readonly file: string
  readonly sites: readonly Site[]
  readonly seconds: number
}

const megabytes = 2048

/** What a walk notes lives about as long as the walk: with V8's default of 48, most of it is copied before it dies. */
const youngMegabytes = 192

/**
 * Traces the files of a folder. No file takes longer than `seconds`, and one that crashes ends no other. `step` is called
 * after each.
 */
export async function traceFiles(
  files: readonly ModelFile[],
  folder: string,
  seconds: number,
  step: () => void,
): Promise<readonly TracedFile[]> {
  const traced: TracedFile[] = []
  let next = 0
  const work = async () => {
    let worker: Worker | undefined
    for (let index = next++; index < files.length; index = next++) {
      worker ??= newWorker()
      const file = files[index]!
      const start = performance.now()
      const { found, isUsable } = await traceIn(worker, file, folder, seconds)
      traced[index] = { file: file.file, sites: found, seconds: (performance.now() - start) / 1000 }
      step()
      if (isUsable) continue
      await worker.terminate()
      worker = undefined
    }
    await worker?.terminate()
  }
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), files.length) }, work))
  return traced
}

function newWorker(): Worker {
  const worker = new Worker(new URL('./wild-file.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: youngMegabytes },
  })
  // One that is given up may still run out of memory before it ends.
  return worker.on('error', () => undefined)
}

/** Whether the worker can take another file depends on how it came out of this one. */
function traceIn(
  worker: Worker,
  file: ModelFile,
  folder: string,
  seconds: number,
): Promise<{ readonly found: readonly Site[]; readonly isUsable: boolean }> {
  return new Promise(resolve => {
    const end = (found: readonly Site[], isUsable: boolean) => {
      clearTimeout(timer)
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      resolve({ found, isUsable })
    }
    const lost = (status: 'failed' | 'crashed', reason: string) =>
      end([wholeFile(file.file, status, reason)], false)
    const onMessage = (found: readonly Site[]) => end(found, true)
    const onError = (error: Error) => lost('crashed', error.message)
    const onExit = (code: number) => lost('crashed', `the thread ended with ${code}`)
    const timer = setTimeout(
      () => lost('failed', `time-limit: the file takes more than ${seconds} seconds`),
      seconds * 1000,
    )
    worker.on('message', onMessage).on('error', onError).on('exit', onExit)
    worker.postMessage({ ...file, folder })
  })
}
