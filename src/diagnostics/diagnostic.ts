import type { Span } from '../text/source.js'
import { type Code, catalogue, type HolesOf } from './catalogue.js'

/** A place that helps to understand a diagnostic: the paper's clause, the cause, an earlier use. */
export interface RelatedPlace {
  readonly message: string
  readonly span: Span
}

/** Why somebody lives with what is told, and where they say so. */
export interface Acceptance {
  readonly reason: string
  readonly owner?: string
  /** The last day on which it holds, as `2027-01-31`. */
  readonly expires?: string
  readonly span: Span
}

/** One message to the user: a finding, a reason why something is unverified, or an error in the input. */
export interface Diagnostic {
  readonly code: Code
  /** One factual sentence, lower case; never advice. */
  readonly message: string
  /** The values that filled the holes of the catalogue's message. */
  readonly values: Readonly<Record<string, string>>
  readonly span?: Span
  readonly related: readonly RelatedPlace[]
  /** Why it matters here, with the figures of this case. */
  readonly notes: readonly string[]
  /** What to do about it. */
  readonly help?: string
  /** Set where somebody accepts it: it stays visible and does not fail a check. */
  readonly accepted?: Acceptance
}

export interface DiagnosticPlace {
  readonly span?: Span | undefined
  readonly related?: readonly RelatedPlace[]
  readonly notes?: readonly string[]
  readonly help?: string | undefined
}

/** Makes a diagnostic; the holes of the code's message decide which values must be given. */
export function diagnostic<C extends Code>(
  code: C,
  values: Readonly<Record<HolesOf<C>, string>>,
  place: DiagnosticPlace = {},
): Diagnostic {
  return filledDiagnostic({ code, values }, place)
}

/** A code with the values of its holes, where a table that knows which they are has put them together. */
export interface Filled {
  readonly code: Code
  readonly values: Readonly<Record<string, string>>
}

/** The message of each code, as texts with a hole between one and the next. */
const templates = new Map<Code, readonly string[]>()

function templateOf(code: Code): readonly string[] {
  const known = templates.get(code)
  if (known) return known
  const parts = catalogue[code].message.split(/\{(\w+)\}/)
  templates.set(code, parts)
  return parts
}

export function filledDiagnostic({ code, values }: Filled, place: DiagnosticPlace = {}): Diagnostic {
  return {
    code,
    message: templateOf(code).reduce(
      (text, part, i) => text + (i % 2 === 0 ? part : (values[part] ?? '')),
      '',
    ),
    values,
    ...(place.span && { span: place.span }),
    related: place.related ?? [],
    notes: place.notes ?? [],
    ...(place.help !== undefined && { help: place.help }),
  }
}
