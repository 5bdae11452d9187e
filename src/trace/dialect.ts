import type { Span } from '../text/source.js'
import type { HostFunction, Tracer } from './host.js'
import type { ObjectValue, Property, Value } from './value.js'

/** What differs between source languages that share the core language. */
export interface Dialect {
  readonly name: string
  /** Whether a value counts as true; undefined where that is not known. */
  readonly truth: (value: Value) => boolean | undefined
  /**
   * The operands of an operator, where objects of the program say what they are as primitive values. A value that is used
   * as a key is the operand of `key`.
   */
  readonly convert: (
    operator: string,
    operands: readonly Value[],
    trace: Tracer,
    span: Span,
  ) => readonly Value[]
  /** Applies a strict operator; undefined where the operands do not determine the result. */
  readonly operator: (operator: string, operands: readonly Value[]) => { readonly value: Value } | undefined
  /**
   * For an operator that asks whether its operands are one value, without converting them: what it gives if they
   * are. Undefined for all other operators.
   */
  readonly equality: (operator: string) => boolean | undefined
  /** The text of a value as the language converts it; undefined where it is not known. */
  readonly text: (value: Value) => string | undefined
  /** The key under which an index is stored: `0` and `"0"` are one key in JavaScript. */
  readonly key: (value: Value) => string | undefined
  /** Whether what a value gives is taken from it one by one, since that changes it or runs code of the program. */
  readonly isTakenFrom: (value: Value, trace: Tracer) => boolean
  /** Takes it, as far as more is wanted. An item that is undefined stands for any number of values that are not known. */
  readonly take: (
    value: Value,
    trace: Tracer,
    span: Span,
    wantsMore: (item: Property | undefined) => boolean,
    /** How many are wanted at most; where that is none, it is closed at once. */
    most?: number,
  ) => Value
  /** An error that the language itself throws. */
  readonly error: (type: string, message: string, trace: Tracer) => Value
  /** Names that every program of the language can use: `Math`, `Object`. */
  readonly global: (name: string, trace: Tracer) => Value | undefined
  /** Names for the object whose fields are the global names. */
  readonly globalObject: ReadonlySet<string>
  /**
   * Members of the language's own values: strings, numbers, arrays, functions, plain objects. A value borrows those of
   * others by `call`.
   */
  readonly builtinMember: (value: Value, key: string, isBorrowed?: boolean) => BuiltinMember | undefined
  /** Methods of lists that give a list with a value for each element, or with some of the elements, or that visit each. */
  readonly listMethods: Readonly<Record<string, 'each' | 'some' | 'visits'>>
  /** Names of methods by which lists get more elements. */
  readonly filling: ReadonlySet<string>
  /** What values of the language inherit from, where programs can add fields. */
  readonly prototypes: (value: Value, trace: Tracer) => readonly ObjectValue[]
}

/** A method or property that the language itself gives to a value. */
export type BuiltinMember =
  | { readonly kind: 'value'; readonly value: Value }
  | {
      readonly kind: 'method'
      readonly name: string
      readonly call: HostFunction['call']
    }
  /** A member that the language has and that is not modelled: not known, and not absent. */
  | { readonly kind: 'unmodelled'; readonly name: string }
