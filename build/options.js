import { readdirSync, readFileSync } from 'node:fs'
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
export function notices(inputs) {
  const folders = inputs.flatMap(path => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? [])
  const own = ['ts-morph', '@ts-morph/common', 'typescript'].map(name => `node_modules/${name}`)
  const nameOf = folder => folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length)
  const bundled = new Map([...own, ...folders].map(folder => [nameOf(folder), folder]))
  const texts = [...bundled.keys()].sort().map(name => {
    const folder = bundled.get(name)
    const file = readdirSync(folder).find(file => /^licen[cs]e(\.\w+)?$/i.test(file))
    return `${name}\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** What all bundles have in common. */
export const options = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // The ES modules of yaml, of which only what is used goes into the bundle.
  alias: { yaml: './node_modules/yaml/browser/dist/index.js' },
  plugins: [parserOfTsMorph],
  metafile: true,
  logLevel: 'warning',
}

/** CommonJS that knows, as an ES module does, where its file is. */
export const commonjs = {
  format: 'cjs',
  // A third of the largest file is names.
  minifyIdentifiers: true,
  define: { 'import.meta.url': 'addressOfFile' },
  banner: { js: "const addressOfFile=require('node:url').pathToFileURL(__filename).href;" },
}

/** CommonJS packages in a bundle of ES modules ask for modules of Node by `require`. */
export const esm = {
  format: 'esm',
  banner: {
    js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
  },
}
