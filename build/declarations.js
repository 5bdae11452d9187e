import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import ts from 'typescript'

/** Writes the declarations that `index.d.ts` leads to. What a user of the library cannot name does not ship. */
const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.')
const program = ts.createProgram(['src/index.ts', 'src/math/grammar.generated.d.ts'], {
  ...options,
  noEmit: false,
  declaration: true,
  emitDeclarationOnly: true,
  outDir: 'dist',
})
const declarations = new Map()
const { diagnostics } = program.emit(undefined, (path, text) => declarations.set(relative('.', path), text))
if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)))

const open = ['dist/index.d.ts']
for (const path of open) {
  const text = declarations.get(path)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  for (const { fileName } of ts.preProcessFile(text).importedFiles) {
    if (!fileName.startsWith('.'))
      throw new Error(`${path} needs the types of ${fileName}, which does not ship`)
    const imported = join(dirname(path), fileName.replace(/\.js$/, '.d.ts'))
    if (!open.includes(imported)) open.push(imported)
  }
}
