import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { commonjs, esm, notices, options } from './options.js'

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

rmSync('dist', { recursive: true, force: true })
const bundles = await Promise.all([
  build({
    ...options,
    ...esm,
    outdir: 'dist',
    entryPoints: {
      bin: 'src/bin.ts',
      index: 'src/index.ts',
      // Runs as a worker, which is started by the name of its file.
      'wild-file': 'src/cli/wild-file.ts',
      'editor-thread': 'src/cli/editor-thread.ts',
      // A program of its own: the only one that opens a connection.
      'post-comment': 'src/post-comment.ts',
      // A program of its own: the only one that runs model code.
      'experiment-process': 'src/experiment-process.ts',
    },
    splitting: true,
  }),
  // CommonJS in one file: only of such can a compiled form be kept in every version of Node.
  build({
    ...options,
    ...commonjs,
    outdir: 'dist',
    plugins: [...options.plugins, languageServerApart],
    entryPoints: { 'command-line': 'src/cli/main.ts', 'language-server': 'src/cli/language-server.ts' },
    // A script that is compiled by hand has no other way to load a file than `require`.
    supported: { 'dynamic-import': false },
    outExtension: { '.js': '.cjs' },
  }),
])
writeFileSync('dist/katex.css', mathStyle())
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
writeFileSync('dist/THIRD-PARTY-NOTICES.txt', notices(inputs))
