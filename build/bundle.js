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
    const file = ['LICENSE', 'LICENSE.txt', 'License.txt', 'license'].find(file =>
      existsSync(`node_modules/${name}/${file}`),
    )
    return `${name}\n\n${readFileSync(`node_modules/${name}/${file}`, 'utf8').trim()}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}

/** Fonts of KaTeX for what equations are written in; the style sheet names others, which a page then does without. */
const fonts =
  /^KaTeX_(Main-(Regular|Bold|Italic)|Math-(Italic|BoldItalic)|AMS-Regular|Caligraphic-Regular|Size[1-4]-Regular)$/

/** The style sheet of KaTeX with its fonts in it, so that a page that holds it loads nothing. */
function mathStyle() {
  const folder = 'node_modules/katex/dist'
  const sheet = readFileSync(`${folder}/katex.min.css`, 'utf8')
  return sheet.replace(/@font-face\{[^}]*\}/g, face => {
    const name = /url\(fonts\/(\w+-\w+)\.woff2\)/.exec(face)?.[1]
    if (!name || !fonts.test(name)) return ''
    const data = readFileSync(`${folder}/fonts/${name}.woff2`).toString('base64')
    return face.replace(/src:[^;}]*/, `src:url(data:font/woff2;base64,${data}) format("woff2")`)
  })
}

/** The language server is a file of its own: nothing else needs what it speaks its protocol with. */
const languageServerApart = {
  name: 'language-server-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/language-server\.js$/ }, () => ({
      path: './language-server.cjs',
      external: true,
    }))
  },
}

/** What both bundles have in common. */
const options = {
  outdir: 'dist',
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

rmSync('dist', { recursive: true, force: true })
const bundles = await Promise.all([
  build({
    ...options,
    entryPoints: {
      bin: 'src/bin.ts',
      index: 'src/index.ts',
      // Runs as a worker, which is started by the name of its file.
      'wild-file': 'src/cli/wild-file.ts',
      'editor-thread': 'src/cli/editor-thread.ts',
      // A program of its own: the only one that opens a connection.
      'post-comment': 'src/post-comment.ts',
    },
    format: 'esm',
    splitting: true,
    // CommonJS packages in the bundle ask for modules of Node by `require`.
    banner: {
      js: "import{createRequire as requireFrom}from'node:module';const require=requireFrom(import.meta.url);",
    },
  }),
  // CommonJS in one file: only of such can a compiled form be kept in every version of Node.
  build({
    ...options,
    plugins: [...options.plugins, languageServerApart],
    entryPoints: { 'command-line': 'src/cli/main.ts', 'language-server': 'src/cli/language-server.ts' },
    format: 'cjs',
    // A script that is compiled by hand has no other way to load a file than `require`.
    supported: { 'dynamic-import': false },
    outExtension: { '.js': '.cjs' },
    define: { 'import.meta.url': 'addressOfFile' },
    banner: { js: "const addressOfFile=require('node:url').pathToFileURL(__filename).href;" },
  }),
])
writeFileSync('dist/katex.css', mathStyle())
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(inputs))
