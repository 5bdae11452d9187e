import { ts } from 'ts-morph'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { SourceFile } from '../text/source.js'
import { declareExports, declareImports, declareScripts, exportCommonJs } from './lower-modules.js'
import { lowerStatements } from './lower-statements.js'
import { declareBlockNames, declareFunctionNames, Lowering } from './names.js'
import type { Module } from './program.js'

export interface LoweredModule {
  readonly module: Module
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Lowers a syntax tree of TypeScript, JavaScript or JSON to the core language. Types vanish; nothing is evaluated.
 * A JSON file becomes a CommonJS module that exports its value.
 */
export function lower(tree: ts.SourceFile, file: SourceFile): LoweredModule {
  try {
    return { module: lowerModule(new Lowering(tree, file)), diagnostics: [] }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    const module = { path: file.path, scope: [], body: [], imports: [], exports: [], globals: [] }
    const problem = diagnostic(
      'nesting-too-deep',
      { limit: 'can be followed' },
      { span: { file, start: 0, end: 0 } },
    )
    return { module, diagnostics: [problem] }
  }
}

function lowerModule(lowering: Lowering): Module {
  const { tree, file } = lowering
  const { statements } = tree
  const [first] = statements
  if (/\.json$/i.test(file.path)) {
    const body =
      first && ts.isExpressionStatement(first) ? [exportCommonJs(lowering, first, first.expression)] : []
    return {
      path: file.path,
      scope: [],
      body,
      imports: [],
      exports: [],
      globals: [...lowering.globals.values()],
    }
  }
  const imports = [...declareScripts(lowering), ...declareImports(lowering, statements)]
  const imported = new Set(imports.map(({ binding }) => binding))
  declareBlockNames(lowering, statements)
  declareFunctionNames(lowering, tree)
  const exports = declareExports(lowering, statements)
  const body = lowerStatements(lowering, statements)
  return {
    path: file.path,
    scope: lowering.names.filter(binding => !imported.has(binding)),
    body,
    imports,
    exports,
    globals: [...lowering.globals.values()],
  }
}
