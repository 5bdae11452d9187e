import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Files } from '../../src/syntax/modules.js'

/** The files of this repository. */
export const repository: Files = {
  read: path => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  exists: path => existsSync(path) && statSync(path).isFile(),
}

/** A project of a few files in memory. */
export function inMemory(files: Readonly<Record<string, string>>): Files {
  return { read: path => files[path], exists: path => Object.hasOwn(files, path) }
}
