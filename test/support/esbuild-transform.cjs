const { createHash } = require('node:crypto')
const { readFileSync } = require('node:fs')
const { transformSync } = require('esbuild')

/** What modules compute with; none of them declares one of these names. */
const globals = [
  'Array',
  'BigInt',
  'Float32Array',
  'Float64Array',
  'Int32Array',
  'Map',
  'Math',
  'Number',
  'Object',
  'Set',
]

/**
 * Strips types for jest; type errors are `npm run typecheck`'s business.
 *
 * Each module takes the globals once: in the contexts that jest makes for test files every use of a global asks an
 * interceptor, and loops over random numbers were nine times slower than in Node.
 */
module.exports = {
  process(source, path) {
    const { code, map } = transformSync(source, {
      banner: `const { ${globals.join(', ')} } = globalThis;`,
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcefile: path,
      sourcemap: 'both',
    })
    return { code, map }
  },

  /** What was transformed by another version of this file is transformed anew. */
  getCacheKey(source, path) {
    const hash = createHash('sha256').update(readFileSync(__filename))
    return hash.update('\0').update(path).update('\0').update(source).digest('hex')
  },
}
