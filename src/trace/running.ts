import { type Dimension, isPolynomial, symbol, symbolsOf } from '../graph/dimension.js'
import type { Span } from '../text/source.js'
import { collected, elementOf, elementwise, resultOf, someOf } from './host.js'
import type { Interpreter } from './interpreter.js'
import { isObject, isUnknown, type UnknownValue, type Value } from './value.js'

/** A number that runs from 0 on: that of the rounds of a loop, or of the places in a list whose elements are not known. */
export interface Running {
  readonly number: UnknownValue
  readonly symbol: string
  /** How many values it takes; undefined as long as that is not known. */
  readonly count: Dimension | undefined
}

/** A number that runs, which gets its name when it is asked for. */
class Known implements Running {
  /** When loops ran over it: what came to be then, and is no part of anything else, may be another value in each round. */
  readonly times: { readonly from: number; to: number }[] = []
  readonly number: UnknownValue
  readonly #register: (known: Known) => void
  #name: string | undefined
  #count: () => Dimension | undefined

  constructor(number: UnknownValue, countOf: () => Dimension | undefined, register: (known: Known) => void) {
    this.number = number
    this.#count = countOf
    this.#register = register
  }

  get symbol(): string {
    if (this.#name === undefined) {
      this.#name = this.number.path
      this.#register(this)
    }
    return this.#name
  }

  get count(): Dimension | undefined {
    return this.#count()
  }

  set count(count: Dimension | undefined) {
    this.#count = () => count
  }
}

/** The numbers that run, and what depends on them: data that is another in each round is no input that all rounds share. */
export class RunningNumbers {
  readonly #interpreter: Interpreter
  /** By what decides them: a value that was taken back is none of them any more. */
  readonly #known = new WeakMap<object, Known>()
  /** By the names of their symbols. */
  readonly #named = new Map<string, Known>()
  /** Those that rounds ran over. */
  readonly #run = new Set<Known>()
  readonly #open = new Set<Known>()

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
  }

  /** The number of the rounds of a loop that begins now; `count` is how many there are, if that is known already. */
  ofLoop(count: Dimension | undefined): Running {
    return this.#of(this.#interpreter.fresh('round'), () => count)
  }

  /** The places in a list: one that rounds have collected, or made of each element of another, has those of that one. */
  over(list: UnknownValue, span: Span): Running {
    const { unknowns } = this.#interpreter
    const { operator, operands: [first] = [] } = unknowns.operation(list) ?? {}
    if (operator === collected) return this.#find(first as UnknownValue)!
    if (operator === elementwise && isUnknown(first)) return this.over(first, span)
    const place = unknowns.derived([list], ([name]) => `places in ${name}`)
    return this.#find(place) ?? this.#of(place, () => this.#lengthOf(list, span))
  }

  #lengthOf(list: UnknownValue, span: Span): Dimension | undefined {
    const length = this.#interpreter.get(list, 'length', span)
    return isUnknown(length) ? symbol(length.path, true) : isPolynomial(length) ? length : undefined
  }

  /** How many elements a list has that rounds have collected, or that is made of each element of another. */
  lengthOf(list: UnknownValue, span: Span): Dimension | undefined {
    const operator = this.#interpreter.operation(list)?.operator
    return operator === collected || operator === elementwise ? this.over(list, span).count : undefined
  }

  #of(number: UnknownValue, count: () => Dimension | undefined): Running {
    const made = new Known(number, count, known => {
      this.#interpreter.counters.set(known.symbol, 'round')
      this.#named.set(known.symbol, known)
    })
    this.#known.set(number.identity ?? number, made)
    return made
  }

  #find(number: UnknownValue): Known | undefined {
    return this.#known.get(number.identity ?? number)
  }

  /** Says how many values a number takes. */
  counted(running: Running, count: Dimension | undefined): void {
    ;(running as Known).count = count
  }

  /** Whether a value is one of these numbers. */
  has(value: UnknownValue): boolean {
    return this.#find(value) !== undefined
  }

  isOpen(running: Running): boolean {
    return this.#open.has(running as Known)
  }

  /** Runs rounds over a number; `isKept` says whether what they left stays. */
  within<Result>(running: Running, isKept: (result: Result) => boolean, action: () => Result): Result {
    const known = running as Known
    const time = { from: this.#interpreter.newId(), to: Number.POSITIVE_INFINITY }
    known.times.push(time)
    this.#run.add(known)
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
    const running = this.#find(value)
    if (running) {
      found.add(running)
      return
    }
    const { operator, operands = [] } = unknowns.operation(value) ?? {}
    if (operator === undefined || operator === resultOf || operator === someOf) {
      const born = unknowns.bornAt(value)
      for (const known of this.#run)
        if (known.times.some(({ from, to }) => from <= born && born < to)) found.add(known)
    }
    const [list] = operands
    if (operator === elementOf && operands.length === 1 && isUnknown(list))
      found.add(this.over(list, span) as Known)
    for (const operand of operands) visit(operand)
  }
}
