import type { Binding, Import, Module } from '../core/program.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import type { HostType } from './host.js'
import type { Interpreter } from './interpreter.js'
import { type Cell, Scope } from './scope.js'
import { declareAll, runStatements } from './statements.js'
import { type HostObject, isObject, type Value } from './value.js'

/** Where the modules of a program come from. */
export interface LoaderLike {
  readonly load: (path: string) => { readonly module?: Module; readonly diagnostics: readonly Diagnostic[] }
  readonly resolve: (specifier: string, from: string) => string | undefined
  readonly length: (path: string) => number | undefined
}

/** A module of the program that is or was run. */
export interface Instance {
  readonly module: Module
  readonly scope: Scope
  /** `module` of CommonJS, with the field `exports`. */
  readonly commonModule: Value
}

/** The modules of a program: each is run once, when something of it is first needed. */
export class Modules {
  readonly #loader: LoaderLike
  readonly #interpreter: Interpreter
  readonly #instances = new Map<string, Instance>()
  readonly #imports = new Map<Binding, { readonly entry: Import; readonly from: string }>()
  readonly #globals = new Map<Binding, { readonly cell: Cell; readonly path: string }>()
  /** Objects of the language, such as `Math`, by name. */
  readonly #builtins = new Map<string, Value>()
  readonly #packages = new Map<string, Value>()
  /** The scripts of a page, by the path of each: they share what they declare at the top. */
  readonly #pages = new Map<string, Instance[]>()

  constructor(loader: LoaderLike, interpreter: Interpreter) {
    this.#loader = loader
    this.#interpreter = interpreter
  }

  /** The module at a path, run to its end unless it is running already; undefined where it cannot be read. */
  instance(path: string): Instance | undefined {
    const known = this.#instances.get(path)
    if (known) return known
    const { module, diagnostics } = this.#loader.load(path)
    for (const entry of diagnostics) this.#interpreter.report(entry)
    if (!module) return undefined
    const scope = new Scope(null)
    const imported = new Set(module.imports.map(({ binding }) => binding))
    declareAll(
      scope,
      module.scope.filter(binding => !imported.has(binding)),
    )
    const exports = this.#interpreter.record()
    const commonModule = this.#interpreter.record({ exports })
    const instance: Instance = { module, scope, commonModule }
    this.#instances.set(path, instance)
    if (module.imports.some(isScript)) this.#pages.set(path, [])
    const page = this.#pages.get(path)
    page?.push(instance)
    for (const entry of module.imports) this.#imports.set(entry.binding, { entry, from: path })
    for (const binding of module.globals) {
      this.#globals.set(binding, { cell: { value: undefined, initialized: false }, path })
    }
    this.#interpreter.heap.permanently(() => {
      for (const entry of module.imports) {
        const imported = this.#loader.resolve(entry.specifier, path)
        if (imported === undefined) continue
        if (isScript(entry) && this.#isLibrary(imported)) continue
        if (page && isScript(entry) && !this.#instances.has(imported)) this.#pages.set(imported, page)
        this.instance(imported)
      }
      runStatements(this.#interpreter, module.body, { scope, thisValue: undefined })
    })
    return instance
  }

  /** The modules that were run. */
  get loaded(): readonly Module[] {
    return [...this.#instances.values()].map(({ module }) => module)
  }

  /**
   * What code that comes later finds in the modules: what they export, the functions and classes of their top level,
   * and all of a script, which shares its variables with others.
   */
  *remaining(): Iterable<Value> {
    for (const { module, scope, commonModule } of this.#instances.values()) {
      yield commonModule
      const exported = new Set(
        module.exports.flatMap(entry => (entry.kind === 'local' ? [entry.binding] : [])),
      )
      const isShared = module.exports.length === 0 && module.imports.every(isScript)
      for (const binding of module.scope) {
        const value = scope.find(binding)?.value
        const isCode = isObject(value) && (value.kind === 'closure' || value.kind === 'class')
        if (isShared || isCode || exported.has(binding)) yield value
      }
    }
    for (const { cell } of this.#globals.values()) yield cell.value
  }

  /** The value of a name that the module does not declare: an import, or something global. */
  external(binding: Binding, span: Span): Value {
    const imported = this.#imports.get(binding)
    if (imported) return this.#import(imported.entry.specifier, imported.entry.imported, imported.from, span)
    const global = this.#globals.get(binding)
    if (global?.cell.initialized) return global.cell.value
    const shared = global && this.#shared(binding.name, global.path)
    if (shared) return shared.value
    return this.#global(binding.name, global?.path ?? '', span)
  }

  /** Where an assignment to a name that nothing declares goes. */
  globalCell(binding: Binding): Cell | undefined {
    const own = this.#globals.get(binding)
    if (!own || own.cell.initialized) return own?.cell
    return this.#shared(binding.name, own.path) ?? own.cell
  }

  /** The variable that nothing declares and the program assigned: it is a field of the global object. */
  undeclared(name: string): Cell | undefined {
    for (const [binding, { cell }] of this.#globals)
      if (binding.name === name && cell.initialized) return cell
    return undefined
  }

  /** A variable of the top level of a script: with `var`, or as a function, it is a field of the global object as well. */
  declaredByScript(name: string): Cell | undefined {
    for (const { module, scope } of this.#instances.values()) {
      if (module.exports.length > 0 || !module.imports.every(isScript)) continue
      const declared = module.scope.find(binding => binding.name === name)
      const cell = declared && scope.find(declared)
      if (cell?.initialized) return cell
    }
    return undefined
  }

  /** What the language and the library have under a global name. */
  provided(name: string): Value {
    return this.#interpreter.library.global(name, this.#interpreter) ?? this.#builtin(name)
  }

  /** Whether a script is too long to be a page's own; what it declares stays unknown. */
  #isLibrary(path: string): boolean {
    return (this.#loader.length(path) ?? 0) > longestScript
  }

  /** The variable of that name of another script of the page. */
  #shared(name: string, path: string): Cell | undefined {
    for (const { module, scope } of this.#pages.get(path) ?? []) {
      if (module.path === path) continue
      const isNamed = (other: Binding) => other.name === name
      const declared = module.scope.find(isNamed)
      const global = declared ? undefined : module.globals.find(isNamed)
      const cell = declared ? scope.find(declared) : global && this.#globals.get(global)?.cell
      if (cell?.initialized) return cell
    }
    return undefined
  }

  isImport(binding: Binding): boolean {
    return this.#imports.has(binding)
  }

  /** An exported value by name; `*` is the namespace. */
  exported(instance: Instance, name: string, span: Span, seen = new Set<Instance>()): Value {
    if (seen.has(instance)) return undefined
    seen.add(instance)
    const { module, scope, commonModule } = instance
    for (const entry of module.exports) {
      if (entry.exported !== name) continue
      if (entry.kind === 'local') return this.#interpreter.variable(scope, entry.binding, span)
      return this.#import(entry.specifier, entry.imported, module.path, span)
    }
    for (const entry of module.exports) {
      if (entry.kind !== 'from' || entry.exported !== '*') continue
      const path = this.#loader.resolve(entry.specifier, module.path)
      const other = path === undefined ? undefined : this.instance(path)
      const value = other
        ? this.exported(other, name, span, seen)
        : this.#import(entry.specifier, name, module.path, span)
      if (value !== undefined) return value
    }
    if (module.exports.length > 0) return undefined
    const common = this.#interpreter.get(commonModule, 'exports', span)
    // What a default import of CommonJS gives, as Node and all compilers of modules agree.
    if (name === 'default' && this.#interpreter.get(common, '__esModule', span) !== true) return common
    return this.#interpreter.get(common, name, span)
  }

  exportedNames({ module, commonModule }: Instance, span: Span): readonly string[] {
    const common = this.#interpreter.get(commonModule, 'exports', span)
    const fields = isObject(common) ? [...common.properties.keys()] : []
    return [...module.exports.map(({ exported }) => exported).filter(name => name !== '*'), ...fields]
  }

  /** The namespace object of a module of the program. */
  namespace(instance: Instance): HostObject {
    return this.#interpreter.host(moduleType as HostType, { instance, modules: this })
  }

  /** What `require` gives. */
  required(specifier: string, from: string, span: Span): Value {
    const path = this.#loader.resolve(specifier, from)
    const instance = path === undefined ? undefined : this.instance(path)
    if (!instance) return this.#package(specifier, span)
    return instance.module.exports.length > 0
      ? this.namespace(instance)
      : this.#interpreter.get(instance.commonModule, 'exports', span)
  }

  #import(specifier: string, name: string, from: string, span: Span): Value {
    const path = this.#loader.resolve(specifier, from)
    const instance = path === undefined ? undefined : this.instance(path)
    if (instance) {
      if (name === '*') {
        return instance.module.exports.length > 0
          ? this.namespace(instance)
          : this.#interpreter.get(instance.commonModule, 'exports', span)
      }
      return this.exported(instance, name, span)
    }
    const namespace = this.#package(specifier, span)
    if (name === '*' || name === 'default') return namespace
    return this.#interpreter.get(namespace, name, span)
  }

  #package(specifier: string, span: Span): Value {
    const known = this.#packages.get(specifier)
    if (known !== undefined) return known
    const value =
      this.#interpreter.library.module(specifier, this.#interpreter) ??
      this.#interpreter.opaque('unknown-package', { specifier }, span, specifier)
    this.#packages.set(specifier, value)
    return value
  }

  #builtin(name: string): Value {
    const known = this.#builtins.get(name)
    if (known !== undefined) return known
    const { dialect, heap } = this.#interpreter
    const value = this.#interpreter.asBefore(() =>
      heap.permanently(() => dialect.global(name, this.#interpreter)),
    )
    if (isObject(value)) this.#builtins.set(name, value)
    return value
  }

  #global(name: string, path: string, span: Span): Value {
    const interpreter = this.#interpreter
    const instance = this.#instances.get(path)
    if (name === 'module' && instance) return instance.commonModule
    if (name === 'exports' && instance) return interpreter.get(instance.commonModule, 'exports', span)
    if (name === 'require' || name === 'import') {
      const load = interpreter.function(name, call => {
        const specifier = call.arguments[0]?.value
        if (typeof specifier === 'string') return this.required(specifier, path, call.span)
        return interpreter.opaque('unknown-package', { specifier: interpreter.text(specifier) }, call.span)
      })
      // The file that is read is taken for the one that is run.
      const [main] = this.#instances.values()
      if (main) load.properties.set('main', { value: main.commonModule })
      return load
    }
    if (interpreter.dialect.globalObject.has(name)) return interpreter.unknownObjects.globalObject(name, span)
    const field = interpreter.unknownObjects.global(name, span)
    return field ?? this.provided(name) ?? interpreter.opaque('unknown-global', { name }, span, name)
  }
}

/** Longer scripts of pages are libraries, in characters. */
const longestScript = 200_000

const isScript = ({ imported }: Import): boolean => imported === ''

interface ModuleState {
  readonly instance: Instance
  readonly modules: Modules
}

const moduleType: HostType<ModuleState> = {
  name: 'module',
  members: {},
  lookup: ({ state }, key) => {
    const { module } = state.instance
    return state.modules.exported(state.instance, key, {
      file: module.scope[0]?.span.file ?? emptyFile,
      start: 0,
      end: 0,
    })
  },
}

const emptyFile = { path: '', text: '', lineStarts: [0] }
