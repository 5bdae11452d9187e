import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { allSteps, type Descent, descentsAmong, type Step, type TrainingGraph } from '../graph/training.js'
import type { ProgramRule } from './program.js'
import { namesOf } from './step-owners.js'

/** Variables that a step is told to train, that its loss does not depend on, and that no step of the program changes. */
export const idleVariables: ProgramRule = ({ trainings }) => {
  const steps = trainings.flatMap(({ training }) => allSteps(training.steps))
  if (steps.some(isOpen)) return []
  const changed = new Set(steps.flatMap(changedBy))
  return trainings.flatMap(graph =>
    descentsAmong(graph.training.steps).flatMap(step => failuresIn(step, changed, graph)),
  )
}

/** Whether it is not known what a step changes, which may be any variable. */
const isOpen = (step: Step): boolean =>
  step.kind === 'unfollowed' || (step.kind === 'descent' && step.open !== undefined)

function changedBy(step: Step): readonly Node[] {
  if (step.kind === 'descent')
    return [...step.moved, ...step.statistics].map(({ parameter }) => parameter.node)
  return step.kind === 'assignment' ? step.writes.map(({ moved }) => moved.parameter.node) : []
}

function failuresIn(
  { idle = [], call, origin }: Descent,
  changed: ReadonlySet<Node>,
  graph: TrainingGraph,
): readonly Diagnostic[] {
  const nodes = idle.map(({ parameter }) => parameter.node).filter(node => !changed.has(node))
  if (nodes.length === 0) return []
  return [diagnostic('idle-variable', { call, variables: namesOf(nodes, graph) }, { span: origin.span })]
}
