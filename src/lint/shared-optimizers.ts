import { diagnostic } from '../diagnostics/diagnostic.js'
import { sharedStates } from '../library/shared-state.js'
import type { ProgramRule } from './program.js'

/** An optimizer with a state that trains different parameters in turns. */
export const sharedOptimizers: ProgramRule = ({ trainings }) =>
  trainings.flatMap(({ training }) =>
    sharedStates(training.steps).map(({ first, second }) =>
      diagnostic(
        'shared-optimizer',
        { call: second.call, other: first.call },
        {
          span: second.origin.span,
          related: [{ message: 'the other parameters', span: first.origin.span }],
        },
      ),
    ),
  )
