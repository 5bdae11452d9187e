import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as tf from '@tensorflow/tfjs'
import { transformSync } from 'esbuild'

tf.env().set('IS_TEST', true)

const require = createRequire(import.meta.url)

/** Random numbers in place of every initializer: the orthogonal one alone takes seconds in plain JavaScript. */
export function replaceInitializers(): void {
  const classes = Object.values(tf.initializers).flatMap(make => {
    try {
      return [
        Object.getPrototypeOf((make as (config: object) => object)({ value: 0, scale: 1 })) as {
          apply: unknown
        },
      ]
    } catch {
      return []
    }
  })
  for (const prototype of classes) {
    let at: { apply?: unknown } | null = prototype
    while (at && !Object.hasOwn(at, 'apply')) at = Object.getPrototypeOf(at) as { apply?: unknown } | null
    if (at) at.apply = (shape: number[]) => tf.zeros(shape)
  }
}

/** Runs one of our own fixtures in real TensorFlow.js and gives what it exports. */
export function runFixture(path: string): Exported {
  return runSource(readFileSync(path, 'utf8'), path)
}

type Exported = Readonly<Record<string, (...args: unknown[]) => tf.LayersModel>>

/** The same for a source that is not in a file; its name says the language. */
export function runSource(text: string, name: string): Exported {
  const { code } = transformSync(text, { loader: name.endsWith('.ts') ? 'ts' : 'js', format: 'cjs' })
  const module = { exports: {} }
  const resolve = (wanted: string): unknown => (wanted.startsWith('@tensorflow/') ? tf : require(wanted))
  new Function('require', 'module', 'exports', code)(resolve, module, module.exports)
  return module.exports
}

export { tf }
