// Strips types for jest; type errors are `npm run typecheck`'s business.
const { transformSync } = require('esbuild')

module.exports = {
  process(source, path) {
    const { code, map } = transformSync(source, {
      loader: 'ts',
      format: 'esm',
      target: 'node20',
      sourcefile: path,
      sourcemap: 'both',
    })
    return { code, map }
  },
}
