import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { sameContent } from './branches.js'
import type { Change } from './heap.js'
import type { Interpreter } from './interpreter.js'
import { type ReasonOf, Surroundings } from './repetition.js'
import { shortText } from './unknowns.js'

/** The round in which it is looked whether a loop changes anything. */
const lookAt = 8

/** Code that may run any number of times is walked again and again, so a loop in it gets this part of the steps. */
const repeatedShare = 10

/** So many steps are not counted for each node that a loop makes: what it builds has a limit of its own. */
const stepsForNode = 10

/** Says when the rounds of a loop are too many to walk each of them. */
export class LoopLength {
  readonly #interpreter: Interpreter
  readonly #start: number
  readonly #nodes: number

  constructor(interpreter: Interpreter) {
    this.#interpreter = interpreter
    this.#start = interpreter.meter.spent
    this.#nodes = interpreter.builder.size
  }

  get isTooLong(): boolean {
    const { meter, builder, isSpeculating } = this.#interpreter
    const steps = meter.spent - this.#start
    if (isSpeculating) return steps > meter.longLoop / repeatedShare
    return steps - stepsForNode * (builder.size - this.#nodes) > meter.longLoop
  }

  isTimeToLook(round: number): boolean {
    return round === lookAt
  }

  /** Runs a round, and says whether all that there was before it is as it was: then no later round does more. */
  changesNothing(run: () => void): boolean {
    const surroundings = new Surroundings(this.#interpreter)
    const changes = this.#interpreter.heap.observe(run)
    return !changes.some(change => surroundings.areChangedBy(change) && !leavesSame(change))
  }
}

/** Whether a round leaves what it found, or has the same to record as the one before it. */
function leavesSame({ slot, before, after }: Change): boolean {
  const records = slot.kind === 'state' ? slot.object.type.records : undefined
  return records ? records.addsNothing(before, after) : sameContent(before, after)
}

const reasons =
  (code: 'unknown-loop' | 'long-loop') =>
  (span: Span): ReasonOf =>
  what => ({ ...diagnostic(code, { what, condition: shortText(span) }, { span }), span })

/** Why what changes in a loop is not known: it is not known how often it runs. */
export const unknownLength = reasons('unknown-loop')

/** Why what a loop of unknown length hands on is not known: it is no recurrence. */
export const noRecurrence =
  (span: Span, problem: string): ReasonOf =>
  what => {
    const values = { what, condition: shortText(span), problem }
    return { ...diagnostic('no-recurrence', values, { span }), span }
  }

/** Why what changes in a loop is not known: it is not walked to its end. */
export const tooLong = reasons('long-loop')
