import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Files, moduleResolver, type Resolve } from '../syntax/modules.js'
import { parseSource } from '../syntax/parse.js'
import { sourceFile } from '../text/source.js'
import { lower } from './lower-typescript.js'
import type { Module } from './program.js'

export interface LoadedModule {
  /** Absent where the file could not be read or parsed. */
  readonly module?: Module
  readonly diagnostics: readonly Diagnostic[]
}

/** Gives the modules of a project in core form: each is read, parsed and lowered once, when it is first asked for. */
export interface ModuleLoader {
  readonly load: (path: string) => LoadedModule
  readonly resolve: Resolve
  /** How many characters a file has; undefined where it cannot be read. */
  readonly length: (path: string) => number | undefined
}

export function moduleLoader(files: Files): ModuleLoader {
  const loaded = new Map<string, LoadedModule>()
  return {
    load: path => {
      const known = loaded.get(path)
      if (known) return known
      const result = loadModule(files, path)
      loaded.set(path, result)
      return result
    },
    resolve: moduleResolver(files),
    length: path => files.read(path)?.length,
  }
}

function loadModule(files: Files, path: string): LoadedModule {
  const text = files.read(path)
  if (text === undefined) return { diagnostics: [diagnostic('file-not-found', { path })] }
  const file = sourceFile(path, text)
  const { tree, diagnostics } = parseSource(file)
  if (diagnostics.length > 0) return { diagnostics }
  const lowered = lower(tree, file)
  return lowered.diagnostics.length > 0 ? { diagnostics: lowered.diagnostics } : lowered
}
