import { readFileSync, realpathSync, statSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { dirname, join, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import vm from 'node:vm'
import { type Transform, transform } from 'sucrase'
import type { TensorFlow } from '../experiment/compile/framework.js'
import { failureOf } from '../experiment/failures.js'
import type { CodeSubject } from '../experiment/protocol.js'
import { type Files, moduleResolver, type Resolve } from '../syntax/modules.js'

/** Packages that mean TensorFlow.js, or a part of it: all of them are the one that was chosen. */
const framework = /^@tensorflow\/tfjs(-(node|node-gpu|core|layers|converter|data|backend-\w+))?(\/.*)?$/

/** What a file has in scope and gives away. */
export interface LoadedFile {
  /** The value of a name in the scope of the file, or of what it exports; undefined where there is none. */
  readonly read: (name: string) => unknown
  /** The names that it exports. */
  readonly exported: readonly string[]
}

/** The files of a program. */
export type ProgramFiles = Pick<CodeSubject, 'root' | 'base' | 'path' | 'text'>

/** Reads the value of an expression in the scope where it was made. */
type Scope = (expression: string) => unknown

/**
 * The modules of a program, as they are run. Specifiers name the files that the trace reads, types are taken out, and
 * modules of ECMAScript and of CommonJS may import each other. Two programs share no state of their modules.
 *
 * Modules are made by hand and not by the hooks of Node's loader: those run on a thread, which the permission model
 * does not allow, and they do not run for CommonJS in all versions.
 */
export class ProgramModules {
  readonly #base: string
  readonly #tf: TensorFlow
  readonly #resolve: Resolve
  readonly #files: Files
  readonly #linked = new Map<string, Promise<vm.Module>>()
  readonly #commonjs = new Map<string, { exports: unknown; scope?: Scope }>()
  readonly #scopes = new Map<string, Scope>()

  /** `text` is what stands in the file at a path, where it is not what stands on disk. */
  constructor({ root, base, path, text }: ProgramFiles, tf: TensorFlow) {
    this.#base = base
    this.#tf = tf
    const files = filesBelow(root, base)
    this.#files =
      text === undefined ? files : { ...files, read: name => (name === path ? text : files.read(name)) }
    this.#resolve = moduleResolver(this.#files)
  }

  /** Runs a file, and all that it imports first. */
  async run(path: string): Promise<LoadedFile> {
    const module = await this.#moduleAt(path)
    if (module.status === 'unlinked') await module.link((specifier, from) => this.#imported(specifier, from))
    await module.evaluate()
    const scope = this.#scopes.get(path) ?? this.#commonjs.get(path)?.scope
    const exports = module.namespace as Readonly<Record<string, unknown>>
    return {
      read: name => valueIn(scope, name) ?? exports[name],
      exported: Object.keys(exports).filter(name => name !== 'default'),
    }
  }

  #imported(specifier: string, from: vm.Module): Promise<vm.Module> {
    const importing = from.identifier
    if (framework.test(specifier)) return this.#synthetic(specifier, () => this.#tf)
    const found = this.#resolve(specifier, importing)
    if (found !== undefined) return this.#moduleAt(found)
    return this.#synthetic(`${specifier} of ${importing}`, () => this.#package(specifier, importing))
  }

  #moduleAt(path: string): Promise<vm.Module> {
    const known = this.#linked.get(path)
    if (known) return known
    const made = this.#make(path)
    this.#linked.set(path, made)
    return made
  }

  async #make(path: string): Promise<vm.Module> {
    const code = path.endsWith('.json') ? undefined : this.#code(path, [])
    if (code === undefined || isCommonJs(code)) {
      const { exports } = this.#required(path)
      return synthetic(path, exports)
    }
    return new vm.SourceTextModule(`${code}\n;import.meta.scope(text => eval(text))`, {
      identifier: path,
      initializeImportMeta: meta => {
        meta.url = pathToFileURL(resolve(this.#base, path)).href
        Object.assign(meta, { scope: (scope: Scope) => this.#scopes.set(path, scope) })
      },
      importModuleDynamically: (specifier: string) => this.#importedLater(specifier, path),
    } as vm.SourceTextModuleOptions)
  }

  async #importedLater(specifier: string, from: string): Promise<vm.Module> {
    const module = await this.#imported(specifier, { identifier: from } as vm.Module)
    if (module.status === 'unlinked')
      await module.link((inner, importing) => this.#imported(inner, importing))
    await module.evaluate()
    return module
  }

  async #synthetic(name: string, load: () => unknown): Promise<vm.Module> {
    const known = this.#linked.get(name)
    if (known) return known
    const made = Promise.resolve(synthetic(name, load()))
    this.#linked.set(name, made)
    return made
  }

  /** A file as CommonJS; one of ECMAScript is made into that. */
  #required(path: string): { exports: unknown } {
    const known = this.#commonjs.get(path)
    if (known) return known
    const module: { exports: unknown; scope?: Scope } = { exports: {} }
    this.#commonjs.set(path, module)
    if (path.endsWith('.json')) {
      module.exports = JSON.parse(this.#text(path)) as unknown
      return module
    }
    const plain = this.#code(path, [])
    const code = isCommonJs(plain) ? plain : this.#code(path, ['imports'])
    const names = ['exports', 'require', 'module', '__filename', '__dirname', 'scope']
    const full = resolve(this.#base, path)
    const run = vm.compileFunction(`${code}\n;scope(text => eval(text))`, names, {
      filename: path,
      importModuleDynamically: ((specifier: string) => this.#importedLater(specifier, path)) as never,
    }) as (...given: unknown[]) => void
    const require = (specifier: string): unknown => {
      if (framework.test(specifier)) return this.#tf
      const found = this.#resolve(specifier, path)
      return found === undefined ? this.#package(specifier, path) : this.#required(found).exports
    }
    const keep = (scope: Scope) => {
      module.scope = scope
    }
    run.call(module.exports, module.exports, require, module, full, dirname(full), keep)
    return module
  }

  /** What is no file of the project: a package, or a module of Node. */
  #package(specifier: string, from: string): unknown {
    const isNode = specifier.startsWith('node:') || builtinModules.includes(specifier)
    try {
      if (/^\.{0,2}\//.test(specifier)) throw failureOf('import', { specifier })
      return createRequire(resolve(this.#base, from))(specifier)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const isMissing = code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
      throw isMissing && !isNode ? failureOf('import', { specifier }) : error
    }
  }

  #text(path: string): string {
    const text = this.#files.read(path)
    if (text === undefined) throw failureOf('import', { specifier: path })
    return text
  }

  /** JavaScript on the same lines. */
  #code(path: string, also: readonly Transform[]): string {
    const typed = /\.[mc]?tsx?$/.test(path)
    const marked = /\.([jt]sx|[mc]?js)$/.test(path)
    const transforms: Transform[] = [
      ...(typed ? (['typescript'] as const) : []),
      ...(marked ? (['jsx'] as const) : []),
      ...also,
    ]
    const text = this.#text(path).replace(/^\ufeff|^#!.*/, '')
    try {
      return transform(text, { transforms, disableESTransforms: true, production: true, filePath: path }).code
    } catch (error) {
      const message = (error instanceof Error ? error.message : String(error)).replace(
        `Error transforming ${path}: `,
        '',
      )
      throw failureOf('syntax', { message })
    }
  }
}

/** A module that gives away the fields of a value, and the value itself as its default. */
function synthetic(name: string, value: unknown): vm.Module {
  const isObject = (typeof value === 'object' && value !== null) || typeof value === 'function'
  const fields = isObject ? (value as Readonly<Record<string, unknown>>) : {}
  const names = new Set([...Object.keys(fields), 'default'])
  const fallback = '__esModule' in fields || fields[Symbol.toStringTag as never] === 'Module'
  const module = new vm.SyntheticModule(
    [...names],
    () => {
      for (const own of names) if (own !== 'default') module.setExport(own, fields[own])
      module.setExport('default', fallback && 'default' in fields ? fields.default : value)
    },
    { identifier: name },
  )
  return module
}

/** Whether a text runs as CommonJS, as Node itself finds out: everything but `import`, `export` and `await` on top does. */
function isCommonJs(code: string): boolean {
  try {
    vm.compileFunction(code, ['exports', 'require', 'module', '__filename', '__dirname', 'scope'])
    return true
  } catch {
    return false
  }
}

function valueIn(scope: Scope | undefined, name: string): unknown {
  if (!scope || !/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)) return undefined
  return scope(`typeof ${name} === 'undefined' ? undefined : ${name}`)
}

/** Files of a project by their paths from `base`, as those of the trace: none outside of the root, also not by links. */
function filesBelow(root: string, base: string): Files {
  const real = realpathSync(root)
  const inside = (path: string): string | undefined => {
    try {
      const target = realpathSync(join(base, path))
      return target === real || target.startsWith(real + sep) ? target : undefined
    } catch {
      return undefined
    }
  }
  return {
    read: path => {
      const full = inside(path)
      return full === undefined ? undefined : readFileSync(full, 'utf8')
    },
    exists: path => {
      const full = inside(path)
      return full !== undefined && statSync(full).isFile()
    },
  }
}
