import { isPolynomial } from '../graph/dimension.js'
import type { Assumptions, Literal, Question } from './assumptions.js'
import type { Dialect } from './dialect.js'
import type { Unknowns } from './unknowns.js'
import { isObject, isUnknown, type UnknownValue, type Value } from './value.js'

/** Decides conditions, as far as values and the assumptions of an alternative decide them. */
export class Conditions {
  readonly #dialect: Dialect
  readonly #unknowns: Unknowns
  readonly #assumptions: Assumptions

  constructor(dialect: Dialect, unknowns: Unknowns, assumptions: Assumptions) {
    this.#dialect = dialect
    this.#unknowns = unknowns
    this.#assumptions = assumptions
  }

  /** Whether a value counts as true; undefined where that is not known. */
  truth(value: Value): boolean | undefined {
    const known = this.#dialect.truth(value)
    if (known !== undefined || !isUnknown(value)) return known
    return this.#decide(value, question => this.#assumptions.answer(question))
  }

  /** What would have to be known to decide a condition next; undefined where no assumption can be about it. */
  question(condition: Value): Question | undefined {
    let open: Question | undefined
    if (!isUnknown(condition)) return undefined
    this.#decide(condition, question => {
      const answer = this.#assumptions.answer(question)
      // Its text is worked out now: names of a walk are gone afterwards.
      if (answer === undefined) open ??= { ...question }
      return answer
    })
    return open
  }

  /** The value itself, where an assumption gives it. */
  settle(value: Value): Value {
    if (!isUnknown(value)) return value
    const known = this.#assumptions.valueOf(this.#unknowns.keyOf(value))
    return known ? known.value : value
  }

  /** Takes a condition apart into questions about values that are not themselves conditions. */
  #decide(value: UnknownValue, answer: (question: Question) => boolean | undefined): boolean | undefined {
    const { operator, operands } = this.#unknowns.operation(value) ?? { operator: '', operands: [] }
    const [a, b] = operands
    const recur = (inner: Value): boolean | undefined =>
      isUnknown(inner) ? this.#decide(inner, answer) : this.#dialect.truth(inner)
    if (operator === 'not') {
      const truth = recur(a)
      return truth === undefined ? undefined : !truth
    }
    if (operator === 'and' || operator === 'or') {
      const first = recur(a)
      if (first === undefined) {
        const second = recur(b)
        return second === (operator === 'or') ? second : undefined
      }
      return first === (operator === 'and') ? recur(b) : first
    }
    const holdsIfEqual = this.#dialect.equality(operator)
    if (holdsIfEqual !== undefined) {
      const [subject, literal] = isUnknown(a) ? [a, b] : [b, a]
      if (isUnknown(subject) && isLiteral(literal) && !this.#unknowns.isLoose(subject)) {
        const key = this.#unknowns.keyOf(subject)
        const same = answer({
          kind: 'equality',
          subject: key,
          get text() {
            return subject.path
          },
          literal,
        })
        return same === undefined ? undefined : same === holdsIfEqual
      }
    }
    if (this.#unknowns.isLoose(value)) return undefined
    return answer({
      kind: 'truth',
      subject: this.#unknowns.keyOf(value),
      get text() {
        return value.path
      },
    })
  }
}

function isLiteral(value: Value): value is Literal {
  return !isUnknown(value) && !isPolynomial(value) && !isObject(value)
}
