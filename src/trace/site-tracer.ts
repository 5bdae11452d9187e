import type { Module } from '../core/program.js'
import { catalogue } from '../diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { CustomGradient } from '../graph/custom-gradient.js'
import { symbolsOf } from '../graph/dimension.js'
import type { Provenance } from '../graph/provenance.js'
import type { Training } from '../graph/training.js'
import { nearest } from '../text/nearest.js'
import { positionAt, type Span } from '../text/source.js'
import { askingFor } from './asked-options.js'
import { type Assumption, Assumptions, type Question } from './assumptions.js'
import { type Budget, BudgetExceeded, defaultBudget } from './budget.js'
import { DeclaredTensors } from './declared-tensors.js'
import type { Dialect } from './dialect.js'
import type { LeftByCalls } from './earlier-calls.js'
import { causesOf, type Found, type FoundModelEntry, ordered, same, withoutRepeated } from './found-models.js'
import { Thrown } from './frame.js'
import { isOfCall, rootOf } from './given-values.js'
import type { Library } from './host.js'
import { Interpreter, type Shared } from './interpreter.js'
import { fromJson } from './javascript-json.js'
import type { LoaderLike } from './modules.js'
import { callAsUnknown, MadeObjects, type NestedTarget, nestedTargets } from './nested-targets.js'
import type { Fits } from './own-sizes.js'
import { remainsOf } from './remains.js'
import { type Declarations, remarkedInputs, type StatedInput, type Taken } from './stated-inputs.js'
import type { Supposed } from './suppositions.js'
import { startOf, Targets } from './target-calls.js'
import { type Candidate, candidates, mentions, placeOf, targetNames } from './targets.js'
import { unreadFields, unreadSetting } from './unread.js'
import { type ClosureObject, isObject, isUnknown, type UnknownValue, type Value } from './value.js'
import type { WatchedCalls } from './watched-calls.js'

export interface TraceRequest {
  readonly loader: LoaderLike
  readonly library: Library
  readonly dialect: Dialect
  /** The file, relative to the project root. */
  readonly path: string
  /** `createModel`, `Class.method`, `variable`; without it every model of the file. */
  readonly target?: string
  /** Values of the target's parameters by name; nested ones by path. */
  readonly arguments?: Readonly<Record<string, unknown>>
  /** Tensors that the target takes, by the name of the parameter; nested ones by path. */
  readonly inputs?: Declarations
  /** Inputs that a spec states: for a target that builds no model, and takes tensors instead. */
  readonly stated?: readonly StatedInput[]
  /** Parameters that a spec states: such a target may take them as arguments. */
  readonly weights?: readonly StatedInput[]
  /** Whether tensors of which nothing says the shape are supposed to have one by how they are used. */
  readonly supposes?: boolean
  readonly budget?: Partial<Budget>
  /** What notes how the code that is walked calls one of its functions. */
  readonly watched?: WatchedCalls
}

/** A place that builds models, and what it builds: the returned model first, then others in order of creation. */
export interface Site {
  readonly target: string
  readonly span: Span
  readonly models: readonly Found[]
  /** What it does to train, if anything. */
  readonly training?: Training
  /** The functions with gradients of their own that it called. */
  readonly customGradients: readonly CustomGradient[]
  /** Whether the first model is what the target gives. */
  readonly returns: boolean
  /** Whether that is a model of the library, known or not, and no computation of tensors. */
  readonly givesModel: boolean
  /** For the top level: the variables of the module that hold its models. */
  readonly variables: ReadonlyMap<Found, string>
  /** The tensors that it takes of which the shapes would have to be known, by path. */
  readonly wanted: readonly string[]
  /** Those that calls take which would throw for any other shape. */
  readonly needed: Declarations
  /** What is taken for granted, where the target builds different models in different cases. */
  readonly assumptions: readonly Assumption[]
  /** Whether shapes of what it is given are supposed, and could be others. */
  readonly isSupposed?: true
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  readonly diagnostics: readonly Diagnostic[]
}

/** One walk over a site, and the next condition that it left open, where that hides a model. */
export interface Walk {
  readonly site: Site
  readonly open?: Question
  /** Whether it ended in an error of the program. */
  readonly throws: boolean
  /** What would have to be supposed of tensors that it was given for it to come further. */
  readonly supposes?: Supposed
  /** How many steps it took, those of what came before its target included. */
  readonly steps: number
  /** What its call leaves for the next one, where that is more than it was walked with. */
  readonly left?: LeftByCalls
  /** Where it throws: the same with what other functions set, which held nothing. */
  readonly unset?: LeftByCalls
  /** What it found empty, or as a number, and other functions fill and count, with what was known. */
  readonly grown?: LeftByCalls
  /** The sizes that open ones must have for it to run, where that is more than it was walked with. */
  readonly fits?: Fits
  /** The same with sizes that they usually have, where others are possible. */
  readonly usual?: Fits
  /** The functions that unknown code was given on the way, each as a site that begins where this one ends. */
  readonly callbacks: readonly Walk[]
}

/** What earlier walks of a target have found out. */
export interface Learned {
  /** What is known of the calls before that of the target. */
  readonly earlier?: LeftByCalls
  readonly fits?: Fits
}

/** Callbacks of callbacks are sites as well, so deep. */
const mostNestedCallbacks = 3

/** As many functions of one line are sites, each with what it sees. */
const mostOfOneLine = 8

/** The target that stands for a file's top level. */
export const topLevel = '<top>'

const nothing = (): readonly Value[] => []

/** One program under certain assumptions: its top level, and then its targets. */
export class SiteTracer {
  readonly #interpreter: Interpreter
  readonly #module: Module
  readonly #assumptions: readonly Assumption[]
  /** Those of a module that was evaluated, once it was. */
  #targets: Targets
  /** Places of settings that were said to be unread. */
  readonly #told = new Set<string>()
  readonly #declared: DeclaredTensors
  /** What the target may be inside of functions. */
  readonly #nested: readonly NestedTarget[]
  /** Why the top level was not walked to its end: then nothing that it declares can be called. */
  #stopped: BudgetExceeded | undefined
  /** The top level as a site; what it leaves behind stays, so that functions see it. */
  readonly top: Walk

  constructor(
    request: TraceRequest,
    module: Module,
    assumptions: readonly Assumption[],
    shared: Shared,
    { earlier = new Map(), fits = new Map() }: Learned = {},
  ) {
    this.#interpreter = new Interpreter(
      request.loader,
      request.library,
      request.dialect,
      { ...defaultBudget, ...request.budget },
      new Assumptions(assumptions),
      shared,
      fits,
    )
    this.#interpreter.watched = request.watched
    request.library.begin(this.#interpreter)
    this.#module = module
    this.#assumptions = assumptions
    this.#declared = new DeclaredTensors(this.#interpreter)
    this.#nested = request.target === undefined ? [] : nestedTargets(module, request.target)
    const [nested] = this.#nested
    if (nested && this.#nested.length === 1)
      this.#interpreter.made = new MadeObjects(this.#interpreter.heap, nested.nested)
    const { modules } = this.#interpreter
    this.#targets = new Targets(this.#interpreter, module, undefined, earlier)
    this.top = this.#run(
      topLevel,
      startOf(module),
      () => {
        try {
          this.#targets = new Targets(this.#interpreter, module, modules.instance(request.path), earlier)
        } catch (error) {
          if (error instanceof BudgetExceeded) this.#stopped = error
          throw error
        }
        return undefined
      },
      nothing,
    )
  }

  /** `kept` is what the code that asks for the walk can get at afterwards, besides the modules. */
  #run(
    target: string,
    span: Span,
    action: () => Value,
    kept: () => readonly Value[],
    read?: (result: Value) => Found | undefined,
    since = this.#interpreter.nextId,
    inputs: Declarations = {},
  ): Walk {
    const interpreter = this.#interpreter
    interpreter.unread = []
    interpreter.found = []
    interpreter.callbacks = []
    interpreter.diagnostics = []
    interpreter.wanted.clear()
    interpreter.fits.clear()
    interpreter.suppositions.clear()
    interpreter.meter.walk()
    interpreter.library.begin(interpreter)
    let failure: UnknownValue | undefined
    let throws = false
    let result: Value
    try {
      result = action()
    } catch (error) {
      failure = this.#failure(error, span)
      throws = error instanceof Thrown
    }
    const returned = isObject(result) ? interpreter.library.modelOf(result)?.object : undefined
    // A model may have been made before the target that gives it was called.
    if (returned && !interpreter.found.some(({ object }) => object === returned))
      interpreter.library.announce(returned, interpreter)
    const entries = ordered(interpreter.found, returned)
    const models: Found[] = entries.map(({ read }) => read())
    const variables = new Map(
      target === topLevel ? entries.flatMap(({ object }, i) => this.#variable(object, models[i]!)) : [],
    )
    const computed = failure ? undefined : read?.(result)
    if (computed) models.splice(0, models.length, computed, ...models.filter(model => !same(model, computed)))
    // What a walk that was stopped had built so far may be a part of it only.
    if (failure?.reason?.code === 'budget-exceeded' && models.length > 0)
      models.splice(0, models.length, failure)
    if (failure && models.length === 0 && target !== topLevel) models.push(failure)
    const isOpen =
      isUnknown(result) &&
      result.reason !== undefined &&
      (models.length === 0 ||
        (result.reason.code === 'unknown-branch' && models.some(model => 'applications' in model)))
    if (isOpen && target !== topLevel) models.unshift(result as UnknownValue)
    const diagnostics = [
      ...interpreter.diagnostics,
      ...(failure?.reason && (models.length > 0 || target === topLevel) && !models.includes(failure)
        ? [failure.reason]
        : []),
    ]
    const reasons = models.flatMap(model => ('reason' in model && model.reason ? [model.reason] : []))
    const told = [...reasons, ...models.flatMap(causesOf), ...diagnostics]
    const open = told.map(reason => interpreter.questions.get(reason)).find(question => question)
    if (!failure && this.#assumptions.length === 0 && models.some(model => 'applications' in model))
      diagnostics.push(...this.#unread())
    if (!failure && !open && this.#assumptions.length === 0) {
      const known = models.filter(model => 'applications' in model)
      const remains = remainsOf(interpreter, {
        since,
        isCall: target !== topLevel,
        models: known,
        kept: [result, ...kept()],
      })
      diagnostics.push(...interpreter.library.untrained(interpreter, remains))
      if (models.length > 0 && known.length === models.length)
        diagnostics.push(...interpreter.library.leave(interpreter, remains))
    }
    const training = failure ? undefined : interpreter.library.trainingOf(interpreter)
    const parameters = target === topLevel ? [] : this.#targets.parameters(target)
    const site: Site = {
      target,
      ...(training && { training }),
      customGradients: interpreter.library.customGradientsOf(interpreter),
      span,
      models: withoutRepeated(models, variables).map(model => this.#asking(model, target, inputs)),
      returns: isOpen || computed !== undefined || returned !== undefined,
      givesModel: returned !== undefined,
      variables,
      wanted: interpreter.wanted.namesAmong(parameters),
      needed: interpreter.suppositions.needed(parameters),
      assumptions: this.#assumptions,
      builder: interpreter.builder,
      provenance: interpreter.provenance,
      diagnostics:
        target === topLevel && models.length === 0
          ? diagnostics.filter(
              ({ code }) => code === 'budget-exceeded' || catalogue[code].category === 'soft-failure',
            )
          : diagnostics,
    }
    const steps = interpreter.meter.spent
    const left = training && this.#targets.left
    const unset = told.some(({ code }) => code === 'uncaught-error') && this.#targets.unset
    const { grown } = this.#targets
    const fits = interpreter.ownSizes.learned(interpreter.fits)
    const usual = interpreter.ownSizes.learned(interpreter.suppositions.sizes)
    const supposes = this.#supposed(target)
    const callbacks = this.#runCallbacks(target)
    return {
      site,
      throws,
      steps,
      ...(open && { open }),
      ...(left && { left }),
      ...(unset && { unset }),
      ...(grown && { grown }),
      ...(fits && { fits }),
      ...(usual && { usual }),
      ...(supposes && { supposes }),
      callbacks,
    }
  }

  /** A model that is not known, with what would help. */
  #asking(model: Found, target: string, inputs: Declarations): Found {
    if ('applications' in model || target === topLevel) return model
    // Its name is worked out now: those of a walk are gone afterwards.
    const { kind, path, reason } = model
    if (!reason) return { kind, path }
    const names = [...this.#targets.parameters(target), ...this.#targets.reads(target)]
    return { kind, path, reason: askingFor(reason, this.#interpreter.wanted, { names, inputs }) }
  }

  #supposed(target: string): Supposed | undefined {
    const { suppositions, library } = this.#interpreter
    return target === topLevel
      ? undefined
      : suppositions.next(this.#targets.parameters(target), library.batch)
  }

  /** Settings that nothing reads, each once for all that is walked. */
  #unread(): readonly Diagnostic[] {
    const { unread, visited } = this.#interpreter
    return [...unread, ...unreadFields(this.#module, visited)].flatMap(setting => {
      const { span } = setting
      const place = `${span.file.path}:${span.start}`
      if (this.#told.has(place)) return []
      this.#told.add(place)
      return [unreadSetting(setting)]
    })
  }

  #variable(object: FoundModelEntry['object'], model: Found): readonly (readonly [Found, string])[] {
    const name = this.#targets.variableOf(object)
    return name === undefined ? [] : [[model, name]]
  }

  /** Runs each callback that may build a model as unknown code would: with arguments that are not known. */
  #runCallbacks(target: string): readonly Walk[] {
    const interpreter = this.#interpreter
    const { modelCalls } = interpreter.library
    const named = new Set(candidates(this.#module, modelCalls).map(({ span }) => span.start))
    const byLine = new Map<number, ClosureObject[]>()
    for (const closure of interpreter.callbacks) {
      const { span } = closure.code
      if (
        span.file.path !== this.#module.path ||
        named.has(span.start) ||
        !mentions(closure.code, modelCalls)
      )
        continue
      const { line } = positionAt(span.file, span.start)
      const others = byLine.get(line) ?? []
      byLine.set(line, others)
      // Handed out again, a function sees the same variables; made again, it sees its own.
      if (!others.some(({ code, scope }) => code === closure.code && scope === closure.scope))
        others.push(closure)
    }
    if (target.split(':').length > mostNestedCallbacks) return []
    return [...byLine].flatMap(([line, closures]) =>
      closures.slice(0, mostOfOneLine + 1).map((closure, i) => {
        const name = i === 0 ? `${target}:${line}` : `${target}:${line} (${i + 1})`
        const { span } = closure.code
        const call = () => {
          if (i === mostOfOneLine)
            throw new BudgetExceeded(`more than ${mostOfOneLine} functions of one line are handed out`)
          return callAsUnknown(interpreter, closure, name)
        }
        return interpreter.heap.attempt(() => this.#run(name, span, call, () => [closure])).result
      }),
    )
  }

  /** A site of the list: it must not disturb the next one. `supposed` are tensors of which nothing says the shape. */
  site({ name, span }: Candidate, supposed: Declarations = {}): Walk {
    const interpreter = this.#interpreter
    const call = () => {
      if (this.#stopped) throw this.#stopped
      const { typed } = remarkedInputs(interpreter.library, this.#targets.takes(name))
      return this.#targets.call(
        name,
        Object.fromEntries(this.#tensors(name, { ...typed, ...supposed }, span)),
      )
    }
    return interpreter.unknowns.within(
      () => interpreter.heap.attempt(() => this.#run(name, span, call, () => this.#targets.given)).result,
    )
  }

  /** What a function computes from tensors, if that is tensors. */
  computation({ name, span }: Candidate, inputs: Declarations): Walk {
    const interpreter = this.#interpreter
    const tensors = this.#tensors(name, inputs, span)
    return interpreter.unknowns.within(
      () =>
        interpreter.heap.attempt(() =>
          this.#run(
            name,
            span,
            () => this.#targets.call(name, Object.fromEntries(tensors)),
            () => this.#targets.given,
            result => this.#computed(name, tensors, result, span),
          ),
        ).result,
    )
  }

  #computed(
    name: string,
    tensors: readonly (readonly [string, Value])[],
    result: Value,
    span: Span,
  ): Found | undefined {
    const given = tensors.flatMap(([path, tensor]) => (isOfCall(path) ? [] : [tensor]))
    const { library } = this.#interpreter
    return library.readFunction(this.#interpreter, name.split('.').at(-1)!, given, result, span)
  }

  /** What a call of a target takes. */
  takes(target: string): readonly Taken[] {
    return this.#targets.takes(target)
  }

  target(name: string, args: Readonly<Record<string, unknown>>, inputs: Declarations): Walk {
    const interpreter = this.#interpreter
    this.#reach(name)
    const span = placeOf(this.#module, name) ?? this.#nested[0]?.nested.code.span ?? startOf(this.#module)
    // `--input x:[N,4]` says that the size of x is what the parameter N stands for.
    for (const { shape, stated } of Object.values(inputs))
      if (!stated)
        for (const size of shape) for (const symbol of symbolsOf(size)) interpreter.unknowns.release(symbol)
    const tensors = this.#tensors(name, inputs, span)
    const isAsked = Object.values(inputs).some(({ stated }) => !stated || stated.by === 'spec')
    const bindings = {
      ...Object.fromEntries(
        Object.entries(args).map(([path, value]) => [path, fromJson(interpreter, value)]),
      ),
      ...Object.fromEntries(tensors),
    }
    const walk = this.#run(
      name,
      span,
      () => this.#targets.call(name, bindings, new Set(Object.keys(inputs).map(rootOf))),
      () => this.#targets.given,
      result =>
        !isAsked && interpreter.found.length > 0 ? undefined : this.#computed(name, tensors, result, span),
      0,
      inputs,
    )
    return this.#telling(walk, name)
  }

  /** Makes a target that is inside of functions. */
  #reach(target: string): void {
    const [nested] = this.#nested
    if (!nested || this.#stopped) return
    this.#interpreter.meter.walk()
    try {
      this.#targets.reach(target, nested)
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error
      this.#stopped = error
    }
  }

  /** A walk with what is said of values that were given and went nowhere. */
  #telling(walk: Walk, target: string): Walk {
    const { given } = this.#interpreter
    if (!given || walk.throws || this.#assumptions.length > 0) return walk
    const unused = given.unused.map(name => diagnostic('unused-argument', { target, name }))
    return { ...walk, site: { ...walk.site, diagnostics: [...walk.site.diagnostics, ...unused] } }
  }

  #tensors(target: string, inputs: Declarations, span: Span): readonly (readonly [string, Value])[] {
    return this.#declared.make(inputs, new Set(this.#targets.parameters(target)), span)
  }

  /** Why a target or an argument cannot be used. */
  missing(target: string, args: readonly string[]): Diagnostic | undefined {
    const targets = this.#targets
    this.#reach(target)
    if (this.#stopped)
      return diagnostic('budget-exceeded', { budget: this.#stopped.message }, { span: startOf(this.#module) })
    if (!targets.exists(target)) {
      return diagnostic('unknown-target', { path: this.#module.path, target }, { help: this.#help(target) })
    }
    const parameters = targets.parameters(target)
    const reads = targets.reads(target)
    for (const name of args) {
      const first = name.split('.')[0]!
      if (parameters.includes(first) || reads.includes(first)) continue
      const suggestion = nearest(first, [...parameters, ...reads])
      const help = suggestion
        ? `did you mean \`${suggestion}\`?`
        : parameters.length > 0
          ? `its parameters are ${parameters.join(', ')}`
          : 'it has no parameters'
      return diagnostic('unknown-argument', { target, name: first }, { help })
    }
    return undefined
  }

  /** What to write for a target that is none. */
  #help(target: string): string | undefined {
    const list = (names: readonly string[]) =>
      names
        .slice(0, 12)
        .map(name => `\`${name}\``)
        .join(', ')
    const [nested, ...others] = this.#nested.map(({ nested: { name } }) => name)
    if (others.length > 0)
      return `it is inside of several functions: ${list(this.#nested.map(({ nested: { name } }) => name))}`
    if (nested !== undefined) return `what is around \`${nested}\` does not come to it`
    const names = targetNames(this.#module)
    const suggestion = nearest(target, names)
    if (suggestion) return `did you mean \`${suggestion}\`?`
    return names.length > 0 ? `the file declares ${list(names)}` : undefined
  }

  #failure(error: unknown, span: Span): UnknownValue {
    const interpreter = this.#interpreter
    if (error instanceof Thrown) {
      const message = isObject(error.value)
        ? interpreter.get(error.value, 'message', error.span)
        : error.value
      return interpreter.opaque('uncaught-error', { message: interpreter.text(message) }, error.span)
    }
    if (error instanceof BudgetExceeded)
      return interpreter.opaque('budget-exceeded', { budget: error.message }, span)
    if (error instanceof RangeError)
      return interpreter.opaque('budget-exceeded', { budget: 'expressions nest too deeply' }, span)
    throw error
  }
}
