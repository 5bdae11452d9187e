// Writes the extension for VS Code into a folder: its files, and beside them the .vsix that holds them.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createVSIX } from '@vscode/vsce'
import { build } from 'esbuild'
import { commonjs, esm, notices, options } from './options.js'

const folder = resolve(process.argv[2] ?? 'dist/vscode')
const files = join(folder, 'extension')
rmSync(folder, { recursive: true, force: true })
mkdirSync(files, { recursive: true })

const outdir = join(files, 'dist')
const bundles = await Promise.all([
  build({
    ...options,
    ...commonjs,
    outdir,
    entryPoints: { extension: 'src/editor/vscode/extension.ts', server: 'src/cli/extension-server.ts' },
    outExtension: { '.js': '.cjs' },
    external: ['vscode'],
  }),
  // The server starts it by its name, which is the same in the package.
  build({ ...options, ...esm, outdir, entryPoints: { 'editor-thread': 'src/cli/editor-thread.ts' } }),
])
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs))
writeFileSync(join(outdir, 'THIRD-PARTY-NOTICES.txt'), notices(inputs))

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
const manifest = JSON.parse(readFileSync('src/editor/vscode/manifest.json', 'utf8'))
writeFileSync(join(files, 'package.json'), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`)
cpSync('src/editor/vscode/README.md', join(files, 'README.md'))
cpSync('LICENSE', join(files, 'LICENSE.txt'))
// Specs that checks can name, and the pages that diagnostics lead to.
for (const path of ['specs', 'docs/findings']) cpSync(path, join(files, path), { recursive: true })

const packagePath = join(folder, `aswritten-${version}.vsix`)
await createVSIX({ cwd: files, packagePath, dependencies: false, allowMissingRepository: true })
