import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isPolynomial, symbolsOf } from '../graph/dimension.js'
import { type Span, spanText } from '../text/source.js'
import { isObject, isUnknown, type ObjectValue, type UnknownValue, type Value } from './value.js'

/** The operation of the core language whose result a value is. */
export interface Operation {
  readonly operator: string
  readonly operands: readonly Value[]
}

/** The names that begin with one text. */
interface Stem {
  readonly text: string
  /** The number of the last name that was given. */
  taken: number
  /** The last number of a name that stays. */
  kept: number
}

/** A text, or how it is made of the name of a value. */
export type Path = string | { readonly of: UnknownValue; readonly write: (name: string) => string }

/** What is known of a value. Most are never shown, so that a name is given to a loose one only where it is asked for. */
interface Identity {
  readonly key: string
  /** When it was made, among all of them. */
  readonly serial: number
  readonly born: number
  /** Another walk of the same program may give its name to another value. */
  readonly isLoose: boolean
  /** How many values wait for their names below this one. */
  readonly depth: number
  /** The member that it is of another value. */
  readonly member: string | undefined
  readonly write: () => string
  name?: string
  operation?: Operation
}

/** So many values may wait for the names of each other; a longer chain could not be named in one go. */
const longestChain = 40

/** A value that was made, and under which key it is found. */
interface Made {
  readonly identity: Identity
  readonly key: string | undefined
}

/** A name that was given. */
interface Given {
  readonly identity: Identity
  readonly name: string
  readonly stem: Stem
  readonly number: number
}

/** A value whose name is worked out when it is first asked for. */
class NamedValue implements UnknownValue {
  readonly kind = 'unknown'
  readonly identity: Identity
  readonly reason?: Diagnostic
  readonly #nameOf: (identity: Identity) => string

  constructor(identity: Identity, reason: Diagnostic | undefined, nameOf: (identity: Identity) => string) {
    this.identity = identity
    if (reason) this.reason = reason
    this.#nameOf = nameOf
  }

  get path(): string {
    return this.identity.name ?? this.#nameOf(this.identity)
  }

  because(reason: Diagnostic): UnknownValue {
    return new NamedValue(this.identity, reason, this.#nameOf)
  }
}

/** The same value, which is not known for this reason. */
export const because = (value: UnknownValue, reason: Diagnostic): UnknownValue =>
  value instanceof NamedValue ? value.because(reason) : { ...value, reason }

/** Short keys for long ones, the same in all walks of one program: a key of keys would double with every derivation. */
export class KeyTable {
  readonly #short = new Map<string, string>()

  shorten(key: string): string {
    const known = this.#short.get(key)
    if (known !== undefined) return known
    const short = String(this.#short.size)
    this.#short.set(key, short)
    return short
  }
}

/**
 * Names for values that are not known. A name becomes a symbol in shapes and equations, and two symbols are equal
 * exactly if they have one name: so a name must never stand for two values.
 */
export class Unknowns {
  /** The values that are found again, by what decides them. */
  readonly #found = new Map<string, Identity>()
  readonly #named = new Map<string, Identity>()
  readonly #stems = new Map<string, Stem>()
  /** Stems by paths as they are asked for. */
  readonly #written = new Map<string, Stem>()
  /** What may have to be taken back, in the order in which it came. */
  readonly #made: Made[] = []
  readonly #given: Given[] = []
  /** How many actions run now that may take names back. */
  #open = 0
  readonly #table: KeyTable
  readonly #clock: () => number
  #fresh = 0
  #serial = 0
  readonly #nameOf = (identity: Identity): string => this.#name(identity)

  /** `clock` tells the time in the ids of objects; `taken` are names that have a meaning of their own. */
  constructor(table: KeyTable, clock: () => number, taken: readonly string[]) {
    this.#table = table
    this.#clock = clock
    for (const name of taken) this.#stem(name).taken = 1
  }

  /** Lets a name that has a meaning of its own stand for what the program calls so as well. */
  release(name: string): void {
    this.#stem(name).taken = 0
  }

  /** A value under a name of its own. `key` says what decides the value: equal keys, equal values. */
  value(path: Path, key: string, reason?: Diagnostic): UnknownValue {
    const identity = this.#found.get(key) ?? this.#make(key, { ...pathEntry(path), isLoose: false })
    return this.#of(identity, reason)
  }

  /** A value that equals no other. */
  fresh(path: Path, reason?: Diagnostic): UnknownValue {
    return this.#of(this.#make(undefined, { ...pathEntry(path), isLoose: true }), reason)
  }

  #of(identity: Identity, reason: Diagnostic | undefined): UnknownValue {
    return new NamedValue(identity, reason, this.#nameOf)
  }

  #make(key: string | undefined, { write, depth, isLoose, born = this.#clock(), member }: Making): Identity {
    const serial = ++this.#serial
    // No other walk asks for a loose value, and within this one its number tells it from all others.
    const own = isLoose || key === undefined ? `~${serial}` : this.#table.shorten(key)
    const identity: Identity = { key: own, serial, born, isLoose, depth, member, write }
    if (key !== undefined) this.#found.set(key, identity)
    if (this.#open > 0) this.#made.push({ identity, key })
    if (!isLoose || depth >= longestChain) this.#name(identity)
    return identity
  }

  #name(identity: Identity): string {
    const path = identity.write()
    let stem = this.#written.get(path)
    if (!stem) {
      stem = this.#stem(grouped(shorten(path)))
      this.#written.set(path, stem)
    }
    const number = ++stem.taken
    const name = number === 1 ? stem.text : `${stem.text} (${number})`
    identity.name = name
    this.#named.set(name, identity)
    if (this.#open > 0) this.#given.push({ identity, name, stem, number })
    return name
  }

  #stem(text: string): Stem {
    let stem = this.#stems.get(text)
    if (!stem) {
      stem = { text, taken: 0, kept: 0 }
      this.#stems.set(text, stem)
    }
    return stem
  }

  /** A value that others decide, of which one is not known; it is unknown for the same reason. `member` is its key in the first. */
  derived(
    values: readonly Value[],
    write: (texts: readonly string[]) => string,
    operator?: string,
    member?: string,
  ): UnknownValue {
    const reason = values.find((value): value is UnknownValue => isUnknown(value) && !!value.reason)?.reason
    const key = write(values.map(operand => this.#identity(operand)))
    const identity =
      this.#found.get(key) ??
      this.#make(key, {
        write: () => write(values.map(shown)),
        depth: 1 + Math.max(...values.map(depthOf)),
        isLoose: values.some(operand => this.isLoose(operand)),
        born: Math.max(...values.map(operand => this.#bornOf(operand))),
        member,
      })
    identity.operation ??= { operator: operator ?? '', operands: values }
    return this.#of(identity, reason)
  }

  /** What decides a value: the same in every walk of the program, unless the value is loose. */
  keyOf(value: UnknownValue): string {
    return this.#identityOf(value)?.key ?? this.#table.shorten(value.path)
  }

  /** The value whose name a symbol has. */
  named(name: string): UnknownValue | undefined {
    const identity = this.#named.get(name)
    return identity && this.#of(identity, undefined)
  }

  /** Since when there is such a value: what others decide is as old as the youngest of them. */
  bornAt(value: UnknownValue): number {
    return this.#identityOf(value)?.born ?? 0
  }

  #identityOf(value: UnknownValue): Identity | undefined {
    return value instanceof NamedValue ? value.identity : this.#named.get(value.path)
  }

  #bornOf(value: Value): number {
    return isUnknown(value) ? this.bornAt(value) : isObject(value) ? this.#clock() : 0
  }

  /** Whether a value is one of this walk only, such as an element in a loop of unknown length. */
  isLoose(value: Value): boolean {
    if (isUnknown(value)) return this.#identityOf(value)?.isLoose ?? false
    if (isPolynomial(value))
      return [...symbolsOf(value)].some(name => this.#named.get(name)?.isLoose ?? false)
    return isObject(value) && classNameOf(value) === undefined
  }

  /** Says of which operation a value is the result that was made for it. */
  explain(value: UnknownValue, operation: Operation): void {
    const identity = this.#identityOf(value)
    if (identity) identity.operation ??= operation
  }

  /** The operation whose result a value is. */
  operation(value: UnknownValue): Operation | undefined {
    return this.#identityOf(value)?.operation
  }

  /** Runs an action whose values are gone afterwards: the next one may use their names. */
  within<Result>(action: () => Result): Result {
    return this.unless(() => false, action)
  }

  /** Runs an action whose values are gone afterwards unless they are kept. */
  unless<Result>(isKept: (result: Result) => boolean, action: () => Result): Result {
    const [made, given, last] = [this.#made.length, this.#given.length, this.#serial]
    this.#open++
    let keeps = false
    try {
      const result = action()
      keeps = isKept(result)
      return result
    } finally {
      this.#open--
      if (!keeps) this.#takeBack(made, given, last)
      if (this.#open === 0) {
        this.#made.length = 0
        this.#given.length = 0
      }
    }
  }

  /** Takes back all values that were made since, and their names. One that was there before may have got its name only now. */
  #takeBack(made: number, given: number, last: number): void {
    for (const { key } of this.#made.splice(made)) if (key !== undefined) this.#found.delete(key)
    const stay: Given[] = []
    for (const entry of this.#given.splice(given).reverse()) {
      const { identity, name, stem, number } = entry
      if (identity.serial <= last) {
        stem.kept = Math.max(stem.kept, number)
        stay.push(entry)
      } else {
        stem.taken = Math.max(stem.kept, number - 1)
        this.#named.delete(name)
      }
    }
    this.#given.push(...stay.reverse())
  }

  /** A text that two values share only if they are the same value. What an object holds can change. */
  #identity(value: Value): string {
    if (isUnknown(value)) return `?${this.keyOf(value)}`
    if (isPolynomial(value)) return `(${value.key})`
    if (isObject(value)) return classNameOf(value) ?? this.#freshKey()
    return typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
  }

  #freshKey(): string {
    return `#${this.#fresh++}`
  }
}

type Making = Pick<Identity, 'write' | 'depth' | 'isLoose'> & Partial<Pick<Identity, 'born' | 'member'>>

const pathEntry = (path: Path): Pick<Identity, 'write' | 'depth'> =>
  typeof path === 'string'
    ? { write: () => path, depth: 0 }
    : { write: () => path.write(path.of.path), depth: 1 + depthOf(path.of) }

/** How many names have to be worked out for the one of a value. */
const depthOf = (value: Value): number =>
  value instanceof NamedValue && value.identity.name === undefined ? value.identity.depth : 0

function shown(value: Value): string {
  if (isUnknown(value)) return value.path
  if (isPolynomial(value)) return grouped(value.key)
  if (isObject(value)) return classNameOf(value) ?? '…'
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** What a class of a library is called. */
function classNameOf(value: ObjectValue): string | undefined {
  return value.kind === 'host' ? value.type.class?.nameOf(value) : undefined
}

/** A text as an operand of another. */
function grouped(text: string): string {
  return /\s/.test(text) && !/^[\w.]*[([].*[)\]]$/.test(text) ? `(${text})` : text
}

/** Why what is read or written under a key that is not known is not known either. */
export function whyUnknown(key: Value, span: Span): Diagnostic {
  const reason = isUnknown(key) ? key.reason : undefined
  return reason ?? diagnostic('unknown-key', { target: shortText(span) }, { span })
}

/** The member that an unknown value is of another one; empty where it is none. */
export const lastKeyOf = (value: UnknownValue): string =>
  (value instanceof NamedValue && value.identity.member) || (/\.([\w$]+)$/.exec(value.path)?.[1] ?? '')

/** Code in a message: one line, not too long. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}

const shortTexts = new WeakMap<Span, string>()

/** The code of a place in a message. */
export function shortText(span: Span): string {
  const known = shortTexts.get(span)
  if (known !== undefined) return known
  const text = shorten(spanText(span))
  shortTexts.set(span, text)
  return text
}
