import { type FSWatcher, watch } from 'node:fs'
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
  const again = () => {
    paths = run()
    const folders = new Set([...paths].map(dirname))
    for (const [folder, watcher] of watchers) {
      if (folders.has(folder)) continue
      watcher.close()
      watchers.delete(folder)
    }
    for (const folder of folders) if (!watchers.has(folder)) watchFolder(folder)
  }
  const watchFolder = (folder: string) => {
    try {
      const watcher = watch(folder, (_event, name) => {
        if (name !== null && !paths.has(join(folder, name))) return
        clearTimeout(waiting)
        waiting = setTimeout(again, patience)
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
