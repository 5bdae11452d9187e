import { type Dimension, isPolynomial, symbol, symbolsOf } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import { collected, elementOf, elementwise, resultOf, someOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { isObject, isUnknown, type UnknownValue, type Value } from './value.js'

/** A number that runs from 0 on: that of the rounds of a loop, or of the places in a list whose elements are not known. */
export interface Running {
  readonly symbol: string
  /** How many values it takes; undefined as long as that is not known. */
  readonly count: Dimension | undefined
}

interface Known extends Running {
  readonly key: string
  count: Dimension | undefined
  /** When loops ran over it: what came to be then, and is no part of anything else, may be another value in each round. */
  readonly times: { readonly from: number; to: number }[]
}

/** The numbers that run, and what depends on them: data that is another in each round is no input that all rounds share. */
export class RunningNumbers {
  readonly #interpreter: Interpreter
  /** By the names of their symbols. */
  readonly #named = new Map<string, Known>()
  /** By what decides them. */
  readonly #known = new Map<string, Known>()
  readonly #open = new Set<Known>()

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** The number of the rounds of a loop that begins now; `count` is how many there are, if that is known already. */
  ofLoop(count: Dimension | undefined): Running {
    return this.#of(this.#interpreter.fresh('round'), count)
  }

  /** The places in a list: one that rounds have collected, or made of each element of another, has those of that one. */
  over(list: UnknownValue, span: Span): Running {
    const { unknowns } = this.#interpreter
    const { operator, operands: [first] = [] } = unknowns.operation(list) ?? {}
    if (operator === collected) return this.#known.get(unknowns.keyOf(first as UnknownValue))!
    if (operator === elementwise && isUnknown(first)) return this.over(first, span)
    const place = unknowns.derived([list], ([name]) => `places in ${name}`)
    const known = this.#known.get(unknowns.keyOf(place))
    if (known) return known
    const length = this.#interpreter.get(list, 'length', span)
    const count = isUnknown(length) ? symbol(length.path, true) : isPolynomial(length) ? length : undefined
    return this.#of(place, count)
  }

  /** How many elements a list has that rounds have collected, or that is made of each element of another. */
  lengthOf(list: UnknownValue, span: Span): Dimension | undefined {
    const operator = this.#interpreter.operation(list)?.operator
    return operator === collected || operator === elementwise ? this.over(list, span).count : undefined
  }

  #of(number: UnknownValue, count: Dimension | undefined): Running {
    const { unknowns, counters } = this.#interpreter
    const made: Known = { symbol: number.path, key: unknowns.keyOf(number), count, times: [] }
    counters.set(made.symbol, 'round')
    this.#named.set(made.symbol, made)
    this.#known.set(made.key, made)
    return made
  }

  /** Says how many values a number takes. */
  counted(running: Running, count: Dimension | undefined): void {
    this.#named.get(running.symbol)!.count = count
  }

  /** Whether a value is one of these numbers. */
  has(value: UnknownValue): boolean {
    return this.#known.has(this.#interpreter.keyOf(value))
  }

  isOpen(running: Running): boolean {
    return this.#open.has(running as Known)
  }

  /** Runs rounds over a number; `isKept` says whether what they left stays. */
  within<Result>(running: Running, isKept: (result: Result) => boolean, action: () => Result): Result {
    const known = running as Known
    const time = { from: this.#interpreter.newId(), to: Number.POSITIVE_INFINITY }
    known.times.push(time)
    this.#open.add(known)
    let keeps = false
    try {
      const result = action()
      keeps = isKept(result)
      return result
    } finally {
      this.#open.delete(known)
      time.to = this.#interpreter.newId()
      if (!keeps) known.times.splice(known.times.indexOf(time), 1)
    }
  }

  /** The numbers that a value may depend on, the outermost first. */
  in(values: readonly Value[], span: Span): readonly Running[] {
    const { unknowns } = this.#interpreter
    const found = new Set<Known>()
    const seen = new Set<string>()
    const visit = (value: Value): void => {
      if (isPolynomial(value)) for (const name of symbolsOf(value)) visitName(name)
      else if (isObject(value)) for (const open of this.#open) found.add(open)
      if (!isUnknown(value) || seen.has(unknowns.keyOf(value))) return
      seen.add(unknowns.keyOf(value))
      this.#visit(value, found, visit, span)
    }
    const visitName = (name: string): void => {
      const running = this.#named.get(name)
      if (running) found.add(running)
      else visit(unknowns.named(name))
    }
    for (const value of values) visit(value)
    return [...found]
  }

  #visit(value: UnknownValue, found: Set<Known>, visit: (value: Value) => void, span: Span): void {
    const { unknowns } = this.#interpreter
    const running = this.#known.get(unknowns.keyOf(value))
    if (running) {
      found.add(running)
      return
    }
    const { operator, operands = [] } = unknowns.operation(value) ?? {}
    if (operator === undefined || operator === resultOf || operator === someOf) {
      const born = unknowns.bornAt(value)
      for (const known of this.#known.values())
        if (known.times.some(({ from, to }) => from <= born && born < to)) found.add(known)
    }
    const [list] = operands
    if (operator === elementOf && operands.length === 1 && isUnknown(list))
      found.add(this.over(list, span) as Known)
    for (const operand of operands) visit(operand)
  }
}
