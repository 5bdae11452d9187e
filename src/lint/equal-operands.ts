import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { lossesOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { allSteps, descentsAmong, type Step, type TrainingGraph } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { opTable } from '../ops/table.js'
import type { ProgramRule } from './program.js'

/** What ops of two operands come to where both are one value. */
const ofEqual: Readonly<Record<string, string>> = {
  subtract: 'it is 0',
  divide: 'it is 1',
  minimum: 'it is this value',
  maximum: 'it is this value',
}

/** Where a step compares what a network gives with itself: one network under two names, or named twice. */
export const equalOperands: ProgramRule = ({ trainings }) => trainings.flatMap(failuresIn)

function failuresIn(graph: TrainingGraph): readonly Diagnostic[] {
  const steps = allSteps(graph.training.steps)
  const descents = descentsAmong(graph.training.steps)
  const nodes = new Set(descents.flatMap(({ loss }) => (loss ? nodesBelow(lossesOf(loss)) : [])))
  return [...nodes].flatMap(node => {
    const [operand, other] = node.inputs
    const effect = Object.hasOwn(ofEqual, node.op) ? ofEqual[node.op] : undefined
    if (!effect || !operand || operand !== other || !isLearned(operand)) return []
    if (areApart(operand, node, steps)) return []
    const values = { op: opTable[node.op]!.title, effect }
    return [diagnostic('equal-operands', values, { span: graph.provenance.origins(node)[0]?.span })]
  })
}

const isLearned = (node: Node): boolean => nodesBelow([node]).some(({ op }) => op === 'parameter')

/**
 * Whether the two operands may have been computed at different times, by parameters that have the same place in the graph and
 * other values: before a step and in it, or after values were copied.
 */
function areApart(operand: Node, node: Node, steps: readonly Step[]): boolean {
  const read = new Set(nodesBelow([operand]).filter(({ op }) => op === 'parameter'))
  return steps.some(step => {
    if (step.kind === 'descent')
      return step.since === undefined || (operand.id < step.since && step.since <= node.id)
    if (step.kind !== 'assignment') return step.kind === 'unfollowed'
    return step.writes.some(({ value }) => !value || nodesBelow([value]).some(inner => read.has(inner)))
  })
}
