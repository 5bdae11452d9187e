import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Files, parseFile, resolveSpecifier } from '../syntax/modules.js'
import { sourceFile } from '../text/source.js'
import { lower } from './lower-typescript.js'
import type { Module } from './program.js'

export interface LoadedModule {
  /** Absent where the file could not be read or parsed at all. */
  readonly module?: Module
  readonly diagnostics: readonly Diagnostic[]
}

/** Gives the modules of a project in core form: each is read, parsed and lowered once, when it is first asked for. */
export interface ModuleLoader {
  readonly load: (path: string) => LoadedModule
  /** The path of the module that a specifier names from inside another; undefined for packages. */
  readonly resolve: (specifier: string, from: string) => string | undefined
}

export function moduleLoader(files: Files): ModuleLoader {
  const loaded = new Map<string, LoadedModule>()
  return {
    load: path => {
      let result = loaded.get(path)
      if (!result) {
        result = loadModule(files, path)
        loaded.set(path, result)
      }
      return result
    },
    resolve: (specifier, from) => resolveSpecifier(files, specifier, from),
  }
}

function loadModule(files: Files, path: string): LoadedModule {
  const { tree, diagnostics } = parseFile(files, path)
  if (!tree || diagnostics.length > 0) return { diagnostics }
  const file = sourceFile(path, files.read(path) ?? '')
  try {
    return { module: lower(tree, file), diagnostics }
  } catch (error) {
    // The parser bounds nesting by brackets; other nesting, such as a long chain of `else if`, ends here.
    if (!(error instanceof RangeError)) throw error
    return {
      diagnostics: [
        diagnostic('nesting-too-deep', { limit: 'the stack' }, { span: { file, start: 0, end: 0 } }),
      ],
    }
  }
}
