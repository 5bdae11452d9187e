import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { type Assignment, allSteps, type TrainingGraph } from '../graph/training.js'
import type { ProgramRule } from './program.js'
import { scaledOne } from './reductions.js'
import { namesOf } from './step-owners.js'

/** Parameters that are given what they hold: a network that is copied into itself, as under two names. */
export const ownAssignments: ProgramRule = ({ trainings }) => trainings.flatMap(failuresIn)

function failuresIn(graph: TrainingGraph): readonly Diagnostic[] {
  return allSteps(graph.training.steps)
    .filter(step => step.kind === 'assignment')
    .filter(keepsAll)
    .map(step => {
      const nodes = step.writes.map(({ moved }) => moved.parameter.node)
      const values = { call: step.call, parameters: namesOf(nodes, graph) }
      return diagnostic('own-assignment', values, { span: step.origin.span })
    })
}

/** Whether each parameter is given a value that is its own, as w τ + w (1 − τ) is. */
function keepsAll({ writes }: Assignment): boolean {
  return (
    writes.length > 0 &&
    writes.every(({ value, moved }) => {
      const times = value && multipleOf(value, moved.parameter.node)
      return times !== undefined && Math.abs(times - 1) < rounding
    })
  )
}

/** What sums of decimals are off by. */
const rounding = 1e-12

/** How many times a parameter a value is, where it is made of sums of its multiples. */
function multipleOf(value: Node, parameter: Node): number | undefined {
  if (value === parameter) return 1
  const [x, y] = value.inputs
  if (!x) return undefined
  const scaled = scaledOne(value)
  const inner = scaled && multipleOf(scaled.node, parameter)
  if (inner !== undefined) return inner * scaled!.factor
  if (!y || !['add', 'subtract'].includes(value.op)) return undefined
  const [first, second] = [multipleOf(x, parameter), multipleOf(y, parameter)]
  if (first === undefined || second === undefined) return undefined
  return value.op === 'add' ? first + second : first - second
}
