import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import type { Assignment, Training } from '../graph/training.js'
import type { StatedStep } from '../spec/algorithm.js'
import { clausesOfStep } from '../spec/clauses.js'
import type { Span } from '../text/source.js'
import { byValue, differs, undecided } from './clause-verdicts.js'
import type { Meanings } from './objective.js'
import { type CodeStep, isAssignment } from './steps.js'
import type { ClauseVerdict } from './verdict.js'

/** What is stated of a step that the code does not have. */
export interface MissingStep {
  readonly stated: StatedStep
  readonly entry: Diagnostic
  readonly expected: string
}

/**
 * The verdicts about a step that the code does not have: a difference only where all that trains was followed, and no function
 * that the target does not call may make it.
 */
export function missingStep(
  { stated, entry, expected }: MissingStep,
  steps: readonly CodeStep[],
  training: Training,
  { networks }: Meanings,
  span: Span,
): readonly ClauseVerdict[] {
  const over = stated.kind === 'descent' ? stated.over : []
  const own = ownUpdate(
    steps,
    over.flatMap(network => networks.get(network)!.parameters),
  )
  const wanted = stated.kind === 'descent' ? stated.over : [stated.network]
  const others = new Set(training.owners.map(({ name }) => name))
  for (const network of wanted) others.delete(networks.get(network)!.name)
  const elsewhere = training.elsewhere.find(
    ({ kind, receiver = '' }) =>
      kind === (stated.kind === 'descent' ? 'descent' : 'assignment') && !others.has(receiver),
  )
  return clausesOfStep(stated).map(clause => {
    if (own) return undecided(clause, ownUpdateReason(own), own.step.origin.span)
    if (!isAllFollowed(steps))
      return undecided(clause, 'the code trains something that was not followed', span)
    if (!elsewhere) return differs(clause, entry, byValue(expected, 'none'))
    const reason = `${elsewhere.by} may do this, which the target does not call: check a function that calls both`
    return undecided(clause, reason, elsewhere.span)
  })
}

function isAllFollowed(steps: readonly CodeStep[]): boolean {
  return steps.every(
    ({ step }) =>
      step.kind === 'assignment' || (step.kind === 'descent' && (step.open ?? step.reason) === undefined),
  )
}

/** Where the code writes some parameters itself, in a way that is not known to go down a loss. */
export function ownUpdate(
  steps: readonly CodeStep[],
  parameters: readonly Node[],
): CodeStep<Assignment> | undefined {
  const wanted = new Set(parameters)
  return steps
    .filter(isAssignment)
    .find(({ step }) => step.writes.some(({ moved }) => wanted.has(moved.parameter.node)))
}

export const ownUpdateReason = ({ step }: CodeStep<Assignment>): string =>
  `the code writes these parameters itself by \`${step.call}\`, in another way than gradient descent does`
