import type { Remark } from '../core/program.js'
import type { Code } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { CustomGradient } from '../graph/custom-gradient.js'
import type { Dimension } from '../graph/dimension.js'
import type { Model, ShapeStatement } from '../graph/model.js'
import type { Problem } from '../graph/op.js'
import type { Origin, Provenance } from '../graph/provenance.js'
import type { Counter, Training } from '../graph/training.js'
import type { DataType, Shape } from '../graph/type.js'
import type { Span } from '../text/source.js'
import type { CallElsewhere } from './calls-elsewhere.js'
import type { Heap } from './heap.js'
import type { OwnSize } from './own-sizes.js'
import type { Reach } from './reach.js'
import type { RunningNumbers } from './running.js'
import type { Supposition } from './suppositions.js'
import type { Operation, Path } from './unknowns.js'
import type {
  ArrayObject,
  HostFunctionObject,
  HostObject,
  ObjectValue,
  Property,
  RecordObject,
  UnknownValue,
  Value,
} from './value.js'

/** One call of a library function by the code under trace. */
export interface HostCall {
  readonly thisValue: Value
  /** With the span of each argument expression. */
  readonly arguments: readonly Property[]
  /** Whether it was called with `new`. */
  readonly construct: boolean
  readonly span: Span
  readonly trace: Tracer
}

/** A call of something that is not known. */
export type UnknownCall = Pick<HostCall, 'thisValue' | 'arguments' | 'span'>

export interface HostFunction {
  readonly name: string
  readonly call: (call: HostCall) => Value
  /** For what classes of the program can extend: what `super(…)` does to a new object. */
  readonly initialize?: (created: ObjectValue, call: HostCall) => void
}

/** What the objects of one kind can do. Fields that the user sets, and members of classes of the program, come first. */
export interface HostType<State = unknown> {
  /** As in messages: `Sequential`, `Tensor`. */
  readonly name: string
  readonly members: Readonly<Record<string, HostMember<State>>>
  /** The object when it is called as a function; without it, a call is opaque. */
  call?(object: HostObject<State>, call: HostCall): Value
  /** Members that depend on the object, such as the exports of a module. */
  lookup?(object: HostObject<State>, key: string, trace: Tracer): Value | undefined
  /** Why any other member is not known. */
  readonly missing?: string
  /** What a loop over the object visits; without it, the object cannot be iterated over. */
  iterate?(object: HostObject<State>, trace: Tracer): readonly Property[] | undefined
  /**
   * The state of an object of which different ways made different things: what it was, and what each way left. It is
   * the same state where they agree on all that counts, and where nothing is known of the object already.
   */
  unknownState?(state: State, unknown: UnknownValue, ways: readonly State[]): State
  /**
   * What stands for the object that code puts in the place of this one from call to call, where nothing is known of it;
   * undefined where code changes the object itself.
   */
  replaced?(state: State): ((reason: Diagnostic) => State) | undefined
  /** What stands for what an object holds, where that is not known. */
  unknownIn?(state: State): UnknownValue | undefined
  /**
   * What a round of a loop makes of a state for good, so that later rounds find it, as the weights of a layer that it is
   * the first to apply; undefined where it makes nothing of it.
   */
  settled?(before: State, after: State): State | undefined
  /** Whether what a call of a target leaves in such an object counts for its next call; tensors and models have records of their own. */
  outlivesCalls?(left: State): boolean
  /** What code can get at through an object; without it, all that its state holds. */
  shows?(state: State): unknown
  /** For objects to which rounds of a loop add, each to what the one before left. */
  readonly handsOn?: {
    /** What a round found at the end of the object, and what it left there; undefined where it did something else. */
    read(before: State, after: State): { readonly initial: Value; readonly next: Value } | undefined
    /** What is at the end now; undefined where it is not known. */
    held(state: State): Value
    /** The object with something else at its end, and with what came to be there since. */
    put(state: State, value: Value): State
  }
  /** For objects that only record what happens, of which nothing in the program depends. */
  readonly records?: RecordKeeping<State>
  /** For the classes of a library: how they are instantiated and extended. */
  readonly class?: HostClass<State>
}

/** How an object records what happens where code is walked once in place of many times. */
export interface RecordKeeping<State> {
  /**
   * The record with all rounds of a repetition at its end, of which one led from `before` to `after`; the same state if it
   * says so already.
   */
  repeat(state: State, before: State, after: State, repetition: RecordedRepetition): State
  /** The record with the number of rounds of the repetition at its end. */
  counted(state: State, count: Dimension): State
  /** Whether a round adds what the one before it added. */
  addsNothing(before: State, after: State): boolean
}

/** Code that runs any number of times: what says how often, and what tells this time from others. */
export interface RecordedRepetition {
  readonly span: Span
  readonly run: object
  /** The number of the first node that a round makes. */
  readonly since: number
  /** The number of the first object that it makes. */
  readonly firstObject: number
}

/** A class of a library, which `new` makes objects of and classes of the program can extend. */
export interface HostClass<State> {
  /** What it is called, as no other class of any library is: it is the same class in every walk of a program. */
  nameOf(object: HostObject<State>): string
  /** Where inherited members are looked up. Members of its type act on the object that they are read from. */
  prototype(object: HostObject<State>): ObjectValue
  /** A new object before any constructor ran. */
  create(object: HostObject<State>, trace: Tracer): ObjectValue
  /** What the constructor of the class does to a new object: `super(…)`. */
  initialize(object: HostObject<State>, created: ObjectValue, call: HostCall): void
  /** `value instanceof class`; undefined where that is not known. */
  includes(object: HostObject<State>, value: Value): boolean | undefined
  /** For classes whose instances are applied to tensors, as layers are. */
  applied?(object: HostObject<State>): AppliedClass | undefined
}

/** A class whose instances are applied to tensors. */
export interface AppliedClass {
  /** The method of the instances whose first parameter is what they are applied to. */
  readonly method: string
  /** What an instance of a class of the program gives when a model that is being built applies it. */
  readonly apply: (trace: Tracer, instance: ObjectValue, given: Value, span: Span) => Value
}

export type HostMember<State> =
  | { readonly kind: 'method'; call(object: HostObject<State>, call: HostCall): Value }
  | {
      readonly kind: 'property'
      get(object: HostObject<State>, trace: Tracer, span: Span): Value
      set?(object: HostObject<State>, property: Property, trace: Tracer): void
    }

/** The operator whose result is a number between 0 and 1 that nothing decides: 0 is possible, 1 is not. */
export const randomDraw = 'random draw'

/** The operators of what is read from a value that is not known: a field or an element of it, or one that stands for any. */
export const memberOf = 'member'
export const elementOf = 'element'
/** The operator of what a call gives of something that is not known. */
export const resultOf = 'result of a call'
/** The operator of a list that has some elements of another. */
export const someOf = 'some elements'
/** The operator of a list with a value for each element of another, of which the one for any of them is the second operand. */
export const elementwise = 'each element'
/** The operator of a list that rounds have made: the number of the round, and what each adds to the end of it. */
export const collected = 'collected'
/** The operator of a value that is one of two: the condition, and what it is if that holds, and else. */
export const choice = 'choice'

/** What a library may ask of the trace that calls it. */
export interface Tracer {
  readonly heap: Heap
  readonly builder: GraphBuilder
  readonly provenance: Provenance

  /** The symbols that count how far training has come. */
  readonly counters: Map<string, Counter>

  /** A place together with the calls that are active now. */
  origin(span: Span): Origin
  /**
   * A value that cannot be followed, with its reason, which is recorded. `path` is how the user would write it, and
   * `operation` what gave it, as far as that is known.
   */
  opaque(
    code: Code,
    values: Readonly<Record<string, string>>,
    span: Span,
    path?: Path,
    operation?: Operation,
  ): UnknownValue
  /** A value that is not known and equals no other, perhaps because of something that was found before. */
  fresh(path: Path, reason?: Diagnostic): UnknownValue
  /** A value that others decide, of which one is not known. `write` gives its name from theirs; `member` is its key in the first. */
  derived(
    values: readonly Value[],
    write: (texts: readonly string[]) => string,
    operator?: string,
    member?: string,
  ): UnknownValue
  /** What a value that is not known was computed from, if an operator gave it. */
  operation(value: UnknownValue): Operation | undefined
  /** The numbers that run, of rounds that are walked now and of places in lists, and which values depend on them. */
  readonly running: Pick<RunningNumbers, 'in' | 'over' | 'has' | 'isOpen'>
  /** What decides a value that is not known: two with equal keys are one value. */
  keyOf(value: UnknownValue): string
  /** The value that is not known and whose name a symbol has. */
  unknownNamed(name: string): UnknownValue | undefined
  /** A size of something that the target is given, under a name of its own: equal keys, equal sizes. */
  ownSize(path: string, key: string): OwnSize
  /**
   * Whether an object that is not known is as it was given: nothing was written into it, and none of its members was read
   * that may change it, or give what does. Elements and the length are no such members.
   */
  isUntouched(value: UnknownValue): boolean
  /** Copies the own fields of one object to another; `span` is where getters of them are called. */
  copyFields(from: Value, to: ObjectValue, span: Span): void
  /**
   * Notes values by name that must be tensors of known shapes; whoever asks for the trace can state those of parameters.
   * `reason` is what comes of not knowing them.
   */
  wantTensors(paths: readonly string[], reason?: Diagnostic): void
  /** Notes the sizes that open ones of what the target is given must have for the code at hand to run. */
  fit(sizes: ReadonlyMap<string, Dimension>): void
  /** Notes what shape a value by name would have, by how it is used, of which nothing says it. */
  suppose(path: string, supposition: Supposition): void
  /** Notes what open sizes would be, by what they are put together with; others are possible. */
  supposeSizes(sizes: ReadonlyMap<string, Dimension>): void
  /** Notes functions among values that other code may call later, such as listeners: what they build is found as well. */
  listen(values: readonly Value[]): void
  /** Records a diagnostic without making a value: an unknown config key, say. */
  report(diagnostic: Diagnostic): void

  /** The values that the condition at a place had where both its ways were walked. */
  conditionsAt(span: Span): readonly Value[]
  /** The calls of methods of these names in functions of the program that were not walked. */
  callsElsewhere(methods: ReadonlySet<string>): readonly CallElsewhere[]

  /** What the language and the library have under a global name. */
  provided(name: string): Value
  /** An error that the language itself throws, if something catches it; else what the code goes on with. */
  fail(type: 'TypeError' | 'ReferenceError' | 'RangeError', problem: string, span: Span): Value
  /** An error if a value is what it seems to be: what the code goes on with. */
  perhaps(problem: string, span: Span): Value
  /** Any field of the object may be one of those of `whole`, which is not known. */
  obscure(object: ObjectValue, whole: UnknownValue): void
  /** Calls a function of the program or of the library. */
  call(callee: Value, args: readonly Property[], span: Span, thisValue?: Value): Value
  /** Reads a field as the source language does: prototypes, getters, members of library objects. */
  get(object: Value, key: string, span: Span): Value
  /** The fields of a record in order, with their spans; undefined for a value that is not a plain object. */
  fields(value: Value): ReadonlyMap<string, Property> | undefined
  /** The elements of an array, or of anything the language iterates over; undefined where they are not known. */
  elements(value: Value): readonly Property[] | undefined
  /** All that the language gets from a value by iterating over it, which may run code of the program. */
  list(value: Value, span: Span): readonly Property[] | undefined
  /** What a library has for all elements of a list of unknown length, as long as the list is as it was made. */
  whole(value: Value): Value
  /** The text of a value as the language converts it, where no code of the program decides it. */
  plainText(value: Value): string | undefined
  /** How the language writes a value in a message or a template. */
  text(value: Value): string

  record(fields: Readonly<Record<string, Value>>): RecordObject
  array(elements: readonly Value[]): ArrayObject
  /**
   * A list of as many elements as a quantity says, of which each is made from its place; undefined where what makes one changes
   * more than it hands on.
   */
  collect(count: Dimension, make: (place: Dimension) => Value, span: Span): ArrayObject | undefined
  arrayOf(elements: readonly Property[]): ArrayObject
  /** Makes the elements of an array unknown. */
  unknownArray(object: ArrayObject, unknown: UnknownValue): void
  host<State>(type: HostType<State>, state: State): HostObject<State>
  /** A function; `holds` are values that it acts on besides those that it is given. */
  function(name: string, call: HostFunction['call'], holds?: readonly Value[]): HostFunctionObject

  /** The variables and fields that a library object was assigned to, in order. */
  namesOf(object: HostObject): ReadonlySet<string>

  /** Tells the trace that a model now exists. `read` gives it as it is when the site ends. */
  foundModel(object: HostObject, read: () => Model | UnknownValue): void
}

/** What is known of a tensor that a function is given. */
export interface TensorDeclaration {
  readonly shape: Shape
  readonly dtype: DataType
  /** Who says so, if that is not who asks for the trace. */
  readonly stated?: ShapeStatement
}

/** A size that something says of a tensor: a number, a name for one, or null where it is left open. */
export type StatedSize = number | string | null

/** What a remark on a parameter says of a tensor that it is or holds. */
export interface StatedTensor extends Pick<ShapeStatement, 'span'> {
  readonly by: Extract<ShapeStatement['by'], 'type' | 'comment'>
  /** Where it is in the parameter: nothing for the parameter itself, else the keys that lead to it. */
  readonly path: readonly string[]
  readonly sizes: readonly StatedSize[]
  readonly dtype: DataType
}

/** A value that rounds of a loop hand on to each other. */
export interface Carried {
  readonly name: string
  /** Before the first round. */
  readonly initial: Value
  /** Stands for it in the round that was walked. */
  readonly standIn: Value
  /** What that round left in its place. */
  readonly next: Value
}

/** A loop of which one round was walked, in place of all. */
export interface Repetition {
  /** The symbol that is the number of the round, from 0 on. */
  readonly round: string
  /** How many rounds there are; less than nothing stands for none. */
  readonly count: Dimension
  /** Nodes of this id or a later one were made in rounds. */
  readonly since: number
  /** Objects of this id or a later one were made in rounds. */
  readonly firstObject: number
  readonly carried: readonly Carried[]
  /** What lists held before, and what each round adds to their ends. */
  readonly collected: readonly { readonly before: readonly Value[]; readonly next: Value }[]
  readonly span: Span
}

/** What a repetition leaves. */
export interface Repeated {
  readonly carried: readonly Value[]
  /** One value for all elements of each list; undefined where there is none. */
  readonly collected: readonly Value[]
}

/** What is left when a walk has come to its end without anything that stayed open. */
export interface Remains {
  /** Objects of the walk have at least this number. */
  readonly since: number
  /** Whether it was a call, of which there may be others. */
  readonly isCall: boolean
  /** What the walk gave, as far as it is known. */
  readonly models: readonly Model[]
  /** What the program, or whoever called it, can still get at. */
  readonly reach: Reach
  /** Whether code that comes later can get at an object, also at one that is a result of the walk by itself. */
  isHeld(object: ObjectValue): boolean
  /** Whether no code that was not walked may be about an object that was made at a place. */
  isForgotten(object: HostObject, span: Span): boolean
  /** Whether all code was walked of the function that makes something at a place, which no caller may give instead. */
  isWalked(span: Span): boolean
}

/** The result of a call as a statement. */
export interface Discarded {
  readonly name: string
  /** The variable that it is given to, where no code mentions it again. */
  readonly variable?: string
  readonly value: Value
  readonly span: Span
}

/** Everything outside the program: modules by specifier, and global names. */
export interface Library {
  /** The module's namespace, or undefined for a package that the library does not know. */
  readonly module: (specifier: string, trace: Tracer) => Value | undefined
  /** A global such as `tf` of a script tag, `Math` or `console`. */
  readonly global: (name: string, trace: Tracer) => Value | undefined
  /** What a parameter without a value is by its name alone; undefined for what may be anything. */
  readonly unbound: (name: string, trace: Tracer) => Value | undefined
  /** The names under which the user describes models. */
  readonly models: readonly string[]
  /** Names that it gives to sizes, such as that of the batch: what the program calls so is something else. */
  readonly sizes: readonly string[]
  /** The one of them that counts examples, as a spec calls it too. */
  readonly batch: string
  /** Whether a name says that a variable is a setting of a model or of its training. */
  readonly isSetting: (name: string) => boolean
  /** Names of calls that make a model; a function whose text has none of them cannot be a model site. */
  readonly modelCalls: ReadonlySet<string>
  /** The model behind a value, if it is one: what a target may evaluate to. */
  readonly modelOf: (value: Value) => { readonly object: HostObject } | undefined
  /** Tells the trace of a model that was made earlier, for a target that is a variable. */
  readonly announce: (object: HostObject, trace: Tracer) => void
  /** The tensors that remarks on a parameter speak of; what counts more comes first. */
  readonly stated: (remarks: readonly Remark[]) => readonly StatedTensor[]
  /** What a parameter must hold by its type, apart from tensors; by path. */
  readonly typed: (trace: Tracer, name: string, remarks: readonly Remark[]) => Readonly<Record<string, Value>>
  /** What a parameter without a value must be, by the method of it that is called and what that is given. */
  readonly receiver: (trace: Tracer, name: string, call: UnknownCall) => Value
  /** Called where a function is called that is not known, with its name: which values have to be tensors. */
  readonly calledUnknown: (trace: Tracer, name: string, call: UnknownCall) => readonly string[]
  /** A tensor that the target takes, for a parameter of it. */
  readonly input: (trace: Tracer, name: string, declaration: TensorDeclaration, span: Span) => Value
  /** What the next call of a function gives that is said to give a value of the library: another one like it. */
  readonly next: (trace: Tracer, value: Value) => Value
  /** Called before anything is walked, and once more before each walk of a site. */
  readonly begin: (trace: Tracer) => void
  /** What the walk that ends now does to train, if anything. */
  readonly trainingOf: (trace: Tracer) => Training | undefined
  /** The functions with gradients of their own that the walk that ends now called. */
  readonly customGradientsOf: (trace: Tracer) => readonly CustomGradient[]
  /** Called when all code that comes before the target was run, and the target is about to be called. */
  readonly enter: (trace: Tracer) => void
  /** Called for what a call gives that stands by itself, with the last name of what is called. */
  readonly discard: (trace: Tracer, call: Discarded) => void
  /** Called when a walk has ended: what is suspicious about what it left behind. */
  readonly leave: (trace: Tracer, remains: Remains) => readonly Diagnostic[]
  /** The same of what it did to train, at the end of any walk that is not an attempt under some condition. */
  readonly untrained: (trace: Tracer, remains: Remains) => readonly Diagnostic[]
  /** The shape of a value that is a tensor; undefined where it is none, or not known. */
  readonly shapeOf: (value: Value) => Shape | undefined
  /** What a function over tensors computes, or why that is not known; undefined if it gives no tensor. */
  readonly readFunction: (
    trace: Tracer,
    name: string,
    inputs: readonly Value[],
    result: Value,
    span: Span,
  ) => Model | UnknownValue | undefined
  /**
   * A value of the type of `initial`, to stand for what rounds of a loop hand on, or what keeps it from being handed on;
   * undefined for what is none of the library's.
   */
  readonly standIn: (trace: Tracer, initial: Value, next: Value, name: string) => Value | Problem
  /** Whether a value is of the type of a stand-in. */
  readonly isAlike: (standIn: Value, value: Value) => boolean
  /** What is there after a loop; or why that cannot be said. */
  readonly repeat: (trace: Tracer, repetition: Repetition) => Repeated | Problem
  /** Called when a variable or field first receives a library object, so that it can take the user's name. */
  readonly named: (object: HostObject, name: string, trace: Tracer) => void
}
