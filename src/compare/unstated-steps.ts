import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import type { Step } from '../graph/training.js'
import { sharedStates } from '../library/shared-state.js'
import type { Span } from '../text/source.js'
import { byValue } from './clause-verdicts.js'
import { areOfOnePlace, type CodeStep, movedBy } from './steps.js'
import type { Finding } from './verdict.js'

/** Whether a condition decides if a step runs, where the others do. */
const isConditional = ({ around }: CodeStep, common: CodeStep['around']): boolean =>
  around.some(block => block.kind === 'alternatives' && !common.includes(block))

/** Steps of the code that no stated one is; `common` are the loops and conditions around all that are. */
export class UnstatedSteps {
  readonly #steps: readonly CodeStep[]
  readonly #common: CodeStep['around']
  /** Where steps stand that stated ones are: what else such a place does may be another round of it. */
  readonly #places: ReadonlySet<Span>
  readonly #known: readonly CodeStep[]

  constructor(steps: readonly CodeStep[], known: readonly CodeStep[], common: CodeStep['around']) {
    this.#steps = steps.filter(code => !known.includes(code))
    this.#common = common
    this.#known = known
    this.#places = new Set(known.map(({ step }) => step.origin.span))
  }

  #isAnotherRound(code: CodeStep): boolean {
    const { step } = code
    if (step.kind === 'assignment') return this.#places.has(step.origin.span)
    return this.#known.some(known => areOfOnePlace(known, code))
  }

  /** A step that was not followed, or of which a condition decides: it may be another one than those that are stated. */
  get doubtful(): CodeStep | undefined {
    return this.#steps.find(
      code =>
        code.step.kind === 'unfollowed' || isConditional(code, this.#common) || this.#isAnotherRound(code),
    )
  }

  /** What the others train, which the spec says nothing of. Parameters may be given values before training begins. */
  findings(nameOf: (node: Node) => string): readonly Finding[] {
    return this.#steps.flatMap((code): readonly Finding[] => {
      const { step, around } = code
      if (step.kind === 'unfollowed' || isConditional(code, this.#common) || this.#isAnotherRound(code))
        return []
      if (step.kind === 'assignment' && around.length < Math.max(1, this.#common.length)) return []
      const moved = [...movedBy(step)]
      if (moved.length === 0) return []
      const parameters = moved.slice(0, 4).map(nameOf).join(', ') + (moved.length > 4 ? ', …' : '')
      const entry = diagnostic('step-extra', { call: step.call, parameters }, { span: step.origin.span })
      return [{ diagnostic: entry, evidence: byValue('no such step', step.call) }]
    })
  }
}

/** Steps that go on with what an optimizer kept for other parameters: no paper says so. */
export function sharedOptimizers(steps: readonly Step[]): readonly Finding[] {
  return sharedStates(steps).map(({ first, second }) => ({
    diagnostic: diagnostic(
      'shared-optimizer',
      { call: second.call, other: first.call },
      {
        span: second.origin.span,
        related: [{ message: 'the other parameters', span: first.origin.span }],
      },
    ),
    evidence: byValue('averages of its own parameters', 'those of others'),
  }))
}
