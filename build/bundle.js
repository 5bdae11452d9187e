import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { compilerNames, parserModule } from './parser.js'

/** In place of ts-morph: `ts` with the values that the sources take from it. */
const parserOfTsMorph = {
  name: 'parser-of-ts-morph',
  setup({ onResolve, onLoad }) {
    const names = compilerNames('src')
    const list = names.join(', ')
    onResolve({ filter: /^(ts-morph|compiler)$/ }, ({ path }) => ({ path, namespace: 'ts-morph' }))
    onLoad({ filter: /^ts-morph$/, namespace: 'ts-morph' }, () => ({
      contents: `import { ${list} } from 'compiler'\nexport const ts = { ${list} }`,
    }))
    onLoad({ filter: /^compiler$/, namespace: 'ts-morph' }, () => ({ contents: parserModule(names) }))
  },
}

/** The licences of what the bundle holds, which ask to go with it. TypeScript is a part of @ts-morph/common. */
function notices(inputs) {
  const packages = inputs.flatMap(path => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [])
  const bundled = [...new Set(['ts-morph', '@ts-morph/common', 'typescript', ...packages])].sort()
  const texts = bundled.map(name => {
    const file = ['LICENSE', 'LICENSE.txt'].find(file => existsSync(`node_modules/${name}/${file}`))
    return `${name}\n\n${readFileSync(`node_modules/${name}/${file}`, 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

rmSync('dist', { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    bin: 'src/bin.ts',
    index: 'src/index.ts',
    // Runs as a worker, which is started by the name of its file.
    'wild-file': 'src/cli/wild-file.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // CommonJS packages in the bundle ask for modules of Node by `require`.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  // The ES modules of yaml, of which only what is used goes into the bundle.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
  plugins: [parserOfTsMorph],
  metafile: true,
  logLevel: 'warning',
})
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(Object.keys(metafile.inputs)))
