import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'

/** In milliseconds: editors save a file in several steps. */
const patience = 20

/**
 * Calls `run` again whenever a file is saved that the run before depended on, and never ends by itself. `run` gives the full
 * paths of these files; folders are watched, since editors put another file in the place of the one that they save.
 */
export async function rerunOnSave(run: () => ReadonlySet<string>): Promise<never> {
  const watchers = new Map<string, FSWatcher>()
  let waiting: NodeJS.Timeout | undefined
  let paths: ReadonlySet<string> = new Set()
  const later = () => {
    clearTimeout(waiting)
    waiting = setTimeout(again, patience)
  }
  const again = () => {
    const start = Date.now()
    paths = run()
    const folders = new Set([...paths].map(dirname))
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    const unwatched = [...folders].filter(folder => !watchers.has(folder))
    for (const folder of unwatched) watchFolder(folder)
    // What was saved while the run was on its way is told by no watcher that began after it.
    const isNew = (path: string) => unwatched.includes(path) || unwatched.includes(dirname(path))
    if ([...folders, ...paths].some(path => isNew(path) && hasChangedSince(path, start))) later()
  }
  const watchFolder = (folder: string) => {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && !paths.has(join(folder, name))) return
        later()
      })
      watchers.set(
        folder,
        watcher.on('error', () => watchers.delete(folder)),
      )
    } catch {
      // A folder that is gone has nothing to be saved in.
    }
  }
  again()
  return new Promise(() => undefined)
}

/** Whether a file was written, or something came into a folder or left it; what is not there did not change. */
function hasChangedSince(path: string, time: number): boolean {
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && found.mtimeMs >= time
}
