import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { isPolynomial } from '../graph/dimension.js'
import { isObject, isUnknown, type UnknownValue, type Value } from './value.js'

/**
 * Names for values that are not known. A name becomes a symbol in shapes and equations, and two symbols are equal
 * exactly if they have one name: so a name must never stand for two values.
 */
export class Unknowns {
  #names = new Map<string, string>()
  /** How often each name was asked for. */
  #taken = new Map<string, number>()
  #fresh = 0

  /** A value under a name of its own. `key` says what decides the value: equal keys, equal values. */
  value(path: string, key: string, reason?: Diagnostic): UnknownValue {
    let name = this.#names.get(key)
    if (name === undefined) {
      const short = grouped(shorten(path))
      const count = (this.#taken.get(short) ?? 0) + 1
      this.#taken.set(short, count)
      name = count === 1 ? short : `${short} (${count})`
      this.#names.set(key, name)
    }
    return { kind: 'unknown', path: name, ...(reason && { reason }) }
  }

  /** A value that equals no other. */
  fresh(path: string, reason?: Diagnostic): UnknownValue {
    return this.value(path, this.#freshKey(), reason)
  }

  /** A value that others decide, of which one is not known; it is unknown for the same reason. */
  derived(values: readonly Value[], write: (texts: readonly string[]) => string): UnknownValue {
    const reason = values.find((value): value is UnknownValue => isUnknown(value) && !!value.reason)?.reason
    return this.value(write(values.map(shown)), write(values.map(value => this.#identity(value))), reason)
  }

  /** Runs an action whose values are gone afterwards: the next one may use their names. */
  within<Result>(action: () => Result): Result {
    const [names, taken] = [this.#names, this.#taken]
    this.#names = new Map(names)
    this.#taken = new Map(taken)
    try {
      return action()
    } finally {
      this.#names = names
      this.#taken = taken
    }
  }

  /** A text that two values share only if they are the same value. What an object holds can change. */
  #identity(value: Value): string {
    if (isUnknown(value)) return `?${JSON.stringify(value.path)}`
    if (isPolynomial(value)) return `(${value.key})`
    if (isObject(value)) return this.#freshKey()
    return typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
  }

  #freshKey(): string {
    return `#${this.#fresh++}`
  }
}

function shown(value: Value): string {
  if (isUnknown(value)) return value.path
  if (isPolynomial(value)) return grouped(value.key)
  return isObject(value) ? '…' : typeof value === 'string' ? `'${value}'` : String(value)
}

/** A text as an operand of another. */
function grouped(text: string): string {
  return /\s/.test(text) && !/^[\w.]*[([].*[)\]]$/.test(text) ? `(${text})` : text
}

/** Code in a message: one line, not too long. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ')
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
