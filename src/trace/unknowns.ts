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
  /** How many of them were given. */
  taken: number
}

/** What is known of a value beside its name. */
interface Entry {
  readonly key: string
  readonly born: number
  /** Another walk of the same program may give its name to another value. */
  readonly isLoose: boolean
  operation?: Operation
}

/** A name that was given, and under which key it is found. */
interface Given {
  readonly name: string
  readonly stem: Stem
  readonly key: string | undefined
}

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
  /** The names of values that are found again, by what decides them. */
  readonly #names = new Map<string, string>()
  readonly #entries = new Map<string, Entry>()
  readonly #stems = new Map<string, Stem>()
  /** Stems by paths as they are asked for. */
  readonly #written = new Map<string, Stem>()
  /** The names that may have to be taken back, in the order in which they were given. */
  readonly #given: Given[] = []
  /** How many actions run now that may take names back. */
  #open = 0
  readonly #table: KeyTable
  readonly #clock: () => number
  #fresh = 0

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
  value(path: string, key: string, reason?: Diagnostic): UnknownValue {
    const name = this.#names.get(key) ?? this.#name(path, key, false, this.#clock())
    return { kind: 'unknown', path: name, ...(reason && { reason }) }
  }

  /** A value that equals no other. */
  fresh(path: string, reason?: Diagnostic): UnknownValue {
    const name = this.#name(path, undefined, true, this.#clock())
    return { kind: 'unknown', path: name, ...(reason && { reason }) }
  }

  /** The name of a new value. */
  #name(path: string, key: string | undefined, isLoose: boolean, born: number): string {
    let stem = this.#written.get(path)
    if (!stem) {
      stem = this.#stem(grouped(shorten(path)))
      this.#written.set(path, stem)
    }
    const count = ++stem.taken
    const name = count === 1 ? stem.text : `${stem.text} (${count})`
    if (key !== undefined) this.#names.set(key, name)
    // No other walk asks for a loose value, and within this one its name tells it from all others.
    const own = isLoose || key === undefined ? `~${name}` : this.#table.shorten(key)
    this.#entries.set(name, { key: own, born, isLoose })
    if (this.#open > 0) this.#given.push({ name, stem, key })
    return name
  }

  #stem(text: string): Stem {
    let stem = this.#stems.get(text)
    if (!stem) {
      stem = { text, taken: 0 }
      this.#stems.set(text, stem)
    }
    return stem
  }

  /** A value that others decide, of which one is not known; it is unknown for the same reason. */
  derived(
    values: readonly Value[],
    write: (texts: readonly string[]) => string,
    operator?: string,
  ): UnknownValue {
    const reason = values.find((value): value is UnknownValue => isUnknown(value) && !!value.reason)?.reason
    const key = write(values.map(operand => this.#identity(operand)))
    const name =
      this.#names.get(key) ??
      this.#name(
        write(values.map(shown)),
        key,
        values.some(operand => this.isLoose(operand)),
        Math.max(...values.map(operand => this.#bornOf(operand))),
      )
    const entry = this.#entries.get(name)
    if (operator !== undefined && entry) entry.operation ??= { operator, operands: values }
    return { kind: 'unknown', path: name, ...(reason && { reason }) }
  }

  /** What decides a value: the same in every walk of the program, unless the value is loose. */
  keyOf({ path }: UnknownValue): string {
    return this.#entries.get(path)?.key ?? this.#table.shorten(path)
  }

  /** Since when there is such a value: what others decide is as old as the youngest of them. */
  bornAt({ path }: UnknownValue): number {
    return this.#entries.get(path)?.born ?? 0
  }

  #bornOf(value: Value): number {
    return isUnknown(value) ? this.bornAt(value) : isObject(value) ? this.#clock() : 0
  }

  /** Whether a value is one of this walk only, such as an element in a loop of unknown length. */
  isLoose(value: Value): boolean {
    if (isUnknown(value)) return this.#isLooseName(value.path)
    if (isPolynomial(value)) return [...symbolsOf(value)].some(name => this.#isLooseName(name))
    return isObject(value) && classNameOf(value) === undefined
  }

  #isLooseName(name: string): boolean {
    return this.#entries.get(name)?.isLoose ?? false
  }

  /** The operation whose result a value is. */
  operation({ path }: UnknownValue): Operation | undefined {
    return this.#entries.get(path)?.operation
  }

  /** Runs an action whose values are gone afterwards: the next one may use their names. */
  within<Result>(action: () => Result): Result {
    return this.unless(() => false, action)
  }

  /** Runs an action whose values are gone afterwards unless they are kept. */
  unless<Result>(isKept: (result: Result) => boolean, action: () => Result): Result {
    const mark = this.#given.length
    this.#open++
    let keeps = false
    try {
      const result = action()
      keeps = isKept(result)
      return result
    } finally {
      this.#open--
      if (!keeps) this.#takeBack(mark)
      if (this.#open === 0) this.#given.length = 0
    }
  }

  #takeBack(mark: number): void {
    while (this.#given.length > mark) {
      const { name, stem, key } = this.#given.pop()!
      stem.taken--
      this.#entries.delete(name)
      if (key !== undefined) this.#names.delete(key)
    }
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
export function lastKeyOf({ path }: UnknownValue): string {
  return /\.([\w$]+)$/.exec(path)?.[1] ?? ''
}

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
