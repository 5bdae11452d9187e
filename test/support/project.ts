import { existsSync, readFileSync, statSync } from 'node:fs'
import { type CheckOutcome, check } from '../../src/pipeline.js'
import type { Files } from '../../src/syntax/modules.js'
import { sourceFile } from '../../src/text/source.js'

/** The files of this repository. */
export const repository: Files = {
  read: path => (existsSync(path) ? readFileSync(path, 'utf8') : undefined),
  exists: path => existsSync(path) && statSync(path).isFile(),
}

/** A project of a few files in memory. */
export function inMemory(files: Readonly<Record<string, string>>): Files {
  return { read: path => files[path], exists: path => Object.hasOwn(files, path) }
}

/** The check of `createModel` in a file of a project in memory against its `spec.yaml`. */
export function checked(files: Readonly<Record<string, string>>, path = 'model.js'): CheckOutcome {
  const request = { files: inMemory(files), path, target: 'createModel' }
  return check(request, sourceFile('spec.yaml', files['spec.yaml']!))
}

/** A file that makes a sequence of layers, one a line. */
export const layered = (...layers: readonly string[]) =>
  `exports.createModel = size => tf.sequential({ layers: [\n  ${layers.map(layer => `tf.layers.${layer}`).join(',\n  ')},\n] })\n`
