/** A value of the program that a condition can compare with. */
export type Literal = string | number | boolean | null | undefined

/** What a condition of the program asks about a value that is not known. `subject` identifies the value. */
export type Question =
  | { readonly kind: 'truth'; readonly subject: string; readonly text: string }
  | { readonly kind: 'equality'; readonly subject: string; readonly text: string; readonly literal: Literal }

/** An answer that an alternative takes for granted. */
export interface Assumption {
  readonly question: Question
  readonly holds: boolean
}

/** A case in words: `kind = 'lstm'`, `not useBias`. What a value is says what it is not. */
export function caseText(assumptions: readonly Assumption[]): readonly string[] {
  const isValue = ({ question, holds }: Assumption) => question.kind === 'equality' && holds
  const given = new Set(assumptions.filter(isValue).map(({ question }) => question.subject))
  return assumptions.filter(entry => isValue(entry) || !given.has(entry.question.subject)).map(assumptionText)
}

/** `kind = 'lstm'`, `kind ≠ 'lstm'`, `useBias`, `not useBias`. */
function assumptionText({ question, holds }: Assumption): string {
  if (question.kind === 'equality')
    return `${question.text} ${holds ? '=' : '≠'} ${literalText(question.literal)}`
  return holds ? question.text : `not ${question.text}`
}

function literalText(literal: Literal): string {
  return typeof literal === 'string' ? `'${literal}'` : String(literal)
}

/** What one alternative takes for granted, and what follows from it. */
export class Assumptions {
  readonly list: readonly Assumption[]
  readonly #values = new Map<string, { readonly value: Literal }>()
  readonly #excluded = new Map<string, Set<Literal>>()
  readonly #truths = new Map<string, boolean>()

  constructor(list: readonly Assumption[]) {
    this.list = list
    for (const { question, holds } of list) {
      if (question.kind === 'truth') this.#truths.set(question.subject, holds)
      else if (holds) this.#values.set(question.subject, { value: question.literal })
      else {
        const excluded = this.#excluded.get(question.subject) ?? new Set()
        this.#excluded.set(question.subject, excluded.add(question.literal))
      }
    }
  }

  /** The value itself, where an equality gives it. */
  valueOf(subject: string): { readonly value: Literal } | undefined {
    return this.#values.get(subject)
  }

  answer(question: Question): boolean | undefined {
    const { subject } = question
    const known = this.#values.get(subject)
    const truth = this.#truths.get(subject)
    if (question.kind === 'truth') return known ? Boolean(known.value) : truth
    if (known) return known.value === question.literal
    if (this.#excluded.get(subject)?.has(question.literal)) return false
    return truth !== undefined && truth !== Boolean(question.literal) ? false : undefined
  }
}
