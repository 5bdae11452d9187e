import type { Binding } from '../core/program.js'
import type { CodeNode } from '../core/walk.js'
import type { Code } from '../diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, isPolynomial } from '../graph/dimension.js'
import { type Origin, Provenance } from '../graph/provenance.js'
import type { Counter } from '../graph/training.js'
import { opTable } from '../ops/table.js'
import { noSpan, type Span, spanText } from '../text/source.js'
import type { Assumptions, Question } from './assumptions.js'
import { type Budget, Meter, type Work } from './budget.js'
import { Calls } from './calls.js'
import { type CallElsewhere, callsElsewhere } from './calls-elsewhere.js'
import { Conditions } from './conditions.js'
import type { Dialect } from './dialect.js'
import { copyFields } from './expressions.js'
import { Failures } from './failures.js'
import { getField, setField } from './fields.js'
import type { FoundModelEntry } from './found-models.js'
import type { GivenValues } from './given-values.js'
import { Heap } from './heap.js'
import type { HostFunction, HostType, Library, Tracer } from './host.js'
import { collectEach } from './list-calls.js'
import { type LoaderLike, Modules } from './modules.js'
import type { MadeObjects } from './nested-targets.js'
import { type Fits, type OwnSize, OwnSizes } from './own-sizes.js'
import { listOf } from './patterns.js'
import { OpenLoops } from './recurrences.js'
import { Repetitions } from './repetition.js'
import { RunningNumbers } from './running.js'
import type { Cell, Scope } from './scope.js'
import { type Supposition, Suppositions } from './suppositions.js'
import { UnknownObjects } from './unknown-objects.js'
import { type KeyTable, type Operation, type Path, shortText, Unknowns, whyUnknown } from './unknowns.js'
import type { UnreadSetting } from './unread.js'
import { UnsetReads } from './unset-reads.js'
import {
  type ArrayObject,
  type ClosureObject,
  type HostFunctionObject,
  type HostObject,
  isObject,
  isUnknown,
  type ObjectValue,
  type Property,
  type RecordObject,
  type UnknownValue,
  unknownKey,
  type Value,
  wholeKey,
  withoutHoles,
} from './value.js'
import { WantedTensors } from './wanted-tensors.js'
import type { WatchedCalls } from './watched-calls.js'

/** What is the same in all walks of one program. */
export interface Shared {
  readonly keys: KeyTable
  readonly work: Work
}

/** The state of one trace, and what a library may ask of it. */
export class Interpreter implements Tracer {
  readonly heap = new Heap()
  readonly repetitions = new Repetitions()
  readonly calls = new Calls(this)
  readonly openLoops = new OpenLoops()
  readonly running = new RunningNumbers(this)
  readonly builder = new GraphBuilder(opTable)
  readonly counters = new Map<string, Counter>()
  readonly provenance = new Provenance()
  readonly library: Library
  readonly dialect: Dialect
  readonly meter: Meter
  readonly modules: Modules
  readonly unknowns: Unknowns
  readonly conditions: Conditions
  /** What an assumption would have to answer, for each reason that an open condition gave, if one can. */
  /** What conditions were where both their ways were walked, by their places. */
  readonly branched = new Map<Span, Value[]>()
  readonly questions = new WeakMap<Diagnostic, Question>()
  diagnostics: Diagnostic[] = []
  found: FoundModelEntry[] = []
  /** Functions of the program that unknown code was given, and may call later: listeners, callbacks. */
  callbacks: ClosureObject[] = []
  /** Where a variable or field was read or assigned. */
  readonly visited = new Set<CodeNode>()
  /** What the target that is called is given besides its arguments. */
  given: GivenValues | undefined
  /** What the calls of one function of the program are noted by, where they are asked for. */
  watched: WatchedCalls | undefined
  /** What notes what is made of the code of a target inside of functions. */
  made: MadeObjects | undefined
  readonly failures = new Failures(this)
  readonly unset = new UnsetReads()
  readonly wanted = new WantedTensors()
  /** The sizes that open ones must have for the target to run at all. */
  readonly fits = new Map<string, Dimension>()
  readonly ownSizes: OwnSizes
  readonly suppositions = new Suppositions()
  readonly unknownObjects = new UnknownObjects(this)
  /** What functions that made objects of a library were told, and do not read. */
  unread: UnreadSetting[] = []
  readonly #path: Span[] = []
  readonly #named = new WeakMap<HostObject, Set<string>>()
  readonly #places = new Set<string>()
  #speculations = 0
  #attempts = 0
  #objects = 0
  #early = 0
  #hosts = 0

  constructor(
    loader: LoaderLike,
    library: Library,
    dialect: Dialect,
    budget: Budget,
    assumptions: Assumptions,
    { keys, work }: Shared,
    fits: Fits,
  ) {
    this.library = library
    this.dialect = dialect
    this.unknowns = new Unknowns(keys, () => this.#objects - 1, library.sizes)
    this.ownSizes = new OwnSizes(this.unknowns, fits)
    this.conditions = new Conditions(dialect, this.unknowns, assumptions)
    this.meter = new Meter(budget, work)
    this.modules = new Modules(loader, this)
  }

  step(): void {
    this.meter.step(this.builder.size, this.#speculations > 0)
  }

  origin(span: Span): Origin {
    return { span, path: [...this.#path] }
  }

  opaque(
    code: Code,
    values: Readonly<Record<string, string>>,
    span: Span,
    path: Path = spanText(span),
    operation?: Operation,
  ): UnknownValue {
    const value = this.valueAt(span, path, diagnostic(code, values as never, { span }))
    if (operation) this.unknowns.explain(value, operation)
    return value
  }

  /** What a place gives that is not known. The first value that it gives in a chain of calls is found again by another walk. */
  valueAt(span: Span, path: Path, reason: Diagnostic): UnknownValue {
    if (this.#speculations > 0) return this.unknowns.fresh(path, reason)
    const key = [span, ...this.#path].map(({ file, start, end }) => `${file.path}:${start}-${end}`).join('<')
    if (this.#places.has(key)) return this.unknowns.fresh(path, reason)
    this.#places.add(key)
    return this.unknowns.value(path, `at ${key}`, reason)
  }

  /** Runs code that may run any number of times: what it finds is of this walk only. */
  speculate<Result>(action: () => Result): Result {
    this.#speculations++
    try {
      return action()
    } finally {
      this.#speculations--
    }
  }

  /** Runs code that runs in some of the cases at hand only. */
  tentatively<Result>(action: () => Result): Result {
    this.#attempts++
    try {
      return action()
    } finally {
      this.#attempts--
    }
  }

  get isSpeculating(): boolean {
    return this.#speculations > 0
  }

  fresh(path: Path, reason?: Diagnostic): UnknownValue {
    return this.unknowns.fresh(path, reason)
  }

  derived(
    values: readonly Value[],
    write: (texts: readonly string[]) => string,
    operator?: string,
    member?: string,
  ): UnknownValue {
    return this.unknowns.derived(values, write, operator, member)
  }

  /** A parameter without a value. */
  unbound(name: string, key: string): Value {
    return this.library.unbound(name, this) ?? this.unknowns.value(name, key)
  }

  operation(value: UnknownValue): Operation | undefined {
    return this.unknowns.operation(value)
  }

  conditionsAt(span: Span): readonly Value[] {
    return this.branched.get(span) ?? []
  }

  callsElsewhere(methods: ReadonlySet<string>): readonly CallElsewhere[] {
    return callsElsewhere(this.modules.loaded, methods, this.visited)
  }

  provided(name: string): Value {
    return this.modules.provided(name)
  }

  fail(...given: Parameters<Failures['fail']>): Value {
    return this.failures.fail(...given)
  }

  perhaps(problem: string, span: Span): Value {
    return this.failures.perhaps(problem, span)
  }

  unknownNamed(name: string): UnknownValue | undefined {
    return this.unknowns.named(name)
  }

  ownSize(path: string, key: string): OwnSize {
    return this.ownSizes.size(path, key)
  }

  keyOf(value: UnknownValue): string {
    return this.unknowns.keyOf(value)
  }

  isUntouched(value: UnknownValue): boolean {
    return this.unknownObjects.isUntouched(value)
  }

  copyFields(from: Value, to: ObjectValue, span: Span): void {
    copyFields(this, from, to, span)
  }

  wantTensors(paths: readonly string[], reason?: Diagnostic): void {
    this.wanted.add(paths, reason)
  }

  fit(sizes: ReadonlyMap<string, Dimension>): void {
    const isCertain = this.#attempts === 0 && this.#speculations === 0 && this.failures.guards.length === 0
    if (isCertain) for (const [name, size] of sizes) this.fits.set(name, size)
  }

  suppose(path: string, supposition: Supposition): void {
    this.suppositions.add(path, supposition)
  }

  supposeSizes(sizes: ReadonlyMap<string, Dimension>): void {
    this.suppositions.addSizes(sizes)
  }

  listen(values: readonly Value[]): void {
    for (const value of this.isSpeculating ? [] : values)
      if (isObject(value) && value.kind === 'closure') this.callbacks.push(value)
  }

  report(entry: Diagnostic): void {
    const known = this.diagnostics.some(
      other =>
        other.code === entry.code &&
        other.message === entry.message &&
        other.span?.start === entry.span?.start,
    )
    if (!known) this.diagnostics.push(entry)
  }

  call(callee: Value, args: readonly Property[], span: Span, thisValue?: Value): Value {
    return this.calls.call(callee, args, span, thisValue)
  }

  construct(callee: Value, args: readonly Property[], span: Span): Value {
    return this.calls.construct(callee, args, span)
  }

  /** `receiver` is what the member is read for, where that is not the object itself: `super.member`. */
  get(object: Value, key: string, span: Span, receiver = object): Value {
    return getField(this, object, key, span, receiver)
  }

  set(object: Value, key: string, property: Property): void {
    setField(this, object, key, property)
  }

  /** A write whose key is not known: any field may be another from here on. */
  setUnknownKey(object: Value, key: Value, span: Span): void {
    if (isUnknown(object)) this.unknownObjects.setUnknownKey(object, key, span)
    else if (isObject(object))
      this.obscure(object, this.unknowns.fresh(`${shortText(span)}, changed`, whyUnknown(key, span)))
  }

  /** Any field of the object may be one of those of `whole`, which is not known. */
  obscure(object: ObjectValue, whole: UnknownValue): void {
    if (object.kind === 'array') this.heap.forgetWhole(object)
    for (const [name, { span }] of object.properties)
      this.heap.setProperty(object, name, {
        value: this.get(whole, name, span ?? whole.reason?.span ?? noSpan),
        ...(span && { span }),
      })
    this.heap.setProperty(object, unknownKey, { value: whole })
  }

  setVariable(cell: Cell, name: string, value: Value): void {
    this.heap.setCell(cell, value)
    this.name(value, name)
  }

  fields(value: Value): ReadonlyMap<string, Property> | undefined {
    return isObject(value) && value.kind === 'record' ? value.properties : undefined
  }

  elements(value: Value): readonly Property[] | undefined {
    if (typeof value === 'string') return [...value].map(character => ({ value: character }))
    if (!isObject(value)) return undefined
    if (value.kind === 'host') return value.type.iterate?.(value, this)
    return value.kind !== 'array' || value.properties.has(unknownKey) ? undefined : withoutHoles(value)
  }

  list(value: Value, span: Span): readonly Property[] | undefined {
    return listOf(this, value, span)
  }

  whole(value: Value): Value {
    if (!isObject(value) || value.kind !== 'array' || value.elements.length > 0) return undefined
    return value.properties.get(wholeKey)?.value ?? undefined
  }

  plainText(value: Value): string | undefined {
    return this.dialect.text(value)
  }

  text(value: Value): string {
    return isUnknown(value) ? value.path : isPolynomial(value) ? value.key : (this.dialect.text(value) ?? '…')
  }

  record(fields: Readonly<Record<string, Value>> = {}): RecordObject {
    const properties = new Map(Object.entries(fields).map(([key, value]) => [key, { value }]))
    return { kind: 'record', id: this.newId(), prototype: null, properties }
  }

  array(elements: readonly Value[]): ArrayObject {
    return this.arrayOf(elements.map(value => ({ value })))
  }

  collect(count: Dimension, make: (place: Dimension) => Value, span: Span): ArrayObject | undefined {
    return collectEach(this, count, make, span)
  }

  arrayOf(elements: readonly Property[]): ArrayObject {
    return {
      kind: 'array',
      id: this.newId(),
      prototype: null,
      properties: new Map(),
      elements: [...elements],
    }
  }

  /** An array of which only this is known. */
  unknownArray(object: ArrayObject, unknown: UnknownValue): void {
    this.heap.forgetWhole(object)
    this.heap.setProperty(object, unknownKey, { value: unknown })
  }

  host<State>(type: HostType<State>, state: State): HostObject<State> {
    this.#hosts++
    return { kind: 'host', id: this.newId(), prototype: null, properties: new Map(), type, state }
  }

  function(name: string, call: HostFunction['call'], holds?: readonly Value[]): HostFunctionObject {
    return {
      kind: 'hostFunction',
      id: this.newId(),
      prototype: null,
      properties: new Map(),
      function: { name, call },
      ...(holds && { holds }),
    }
  }

  newId(): number {
    return this.#early > 0 ? -1 : this.#objects++
  }

  /** Makes objects that count as being there from the start. */
  asBefore<Result>(make: () => Result): Result {
    this.#early++
    try {
      return make()
    } finally {
      this.#early--
    }
  }

  /** The variables and fields that a library object was assigned to. */
  namesOf(object: HostObject): ReadonlySet<string> {
    return this.#named.get(object) ?? new Set()
  }

  /** What the program wrote into objects that it was given. */
  get written(): Iterable<RecordObject> {
    return this.unknownObjects.written
  }

  /** The number that the next object gets. */
  get nextId(): number {
    return this.#objects
  }

  foundModel(object: HostObject, read: FoundModelEntry['read']): void {
    this.found.push({ object, read })
  }

  /** Calls a function, and notes what it does not read, if it makes objects of a library. */
  observe<Result>(run: () => Result, unread: () => readonly UnreadSetting[]): Result {
    const before = this.#hosts
    const result = run()
    if (this.#hosts > before) this.unread.push(...unread())
    return result
  }

  /** The value of a variable; imports are resolved when they are first read. */
  variable(scope: Scope, binding: Binding, span: Span): Value {
    const cell = scope.find(binding)
    if (!cell) return this.modules.external(binding, span)
    if (cell.initialized || !binding.declared) this.unset.note({ kind: 'variable', cell }, cell.value)
    return cell.initialized || !binding.declared
      ? cell.value
      : this.failures.fail('ReferenceError', 'is read before its declaration', span)
  }

  /** Runs a call, which is one more on the way to the places of what it makes. */
  inCall<Result>(span: Span, action: () => Result): Result {
    return this.meter.deeper(() => {
      this.#path.push(span)
      try {
        return action()
      } finally {
        this.#path.pop()
      }
    })
  }

  /** Notes what the program calls a value. */
  name(value: Value, name: string): void {
    if (!name || !isObject(value) || value.kind !== 'host') return
    const known = this.#named.get(value)
    if (known) known.add(name)
    else {
      this.#named.set(value, new Set([name]))
      this.library.named(value, name, this)
    }
  }
}
