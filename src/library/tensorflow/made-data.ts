import type { Node } from '../../graph/node.js'
import { nodesBelow } from '../../graph/walk.js'
import type { HostCall } from '../../trace/host.js'
import { tensorsIn } from './layers.js'

/** Ops of which each element is the same number, and no example of anything. */
const filling: ReadonlySet<string> = new Set(['fill', 'ones', 'scalar', 'zeros'])

/**
 * Why the loss of a model is not what a step of `fit(x, y)` or `trainOnBatch(x, y)` makes small for any data: the code computes
 * the examples with parameters, or all labels are a number that it chooses, as those of what a generator made.
 */
export function madeData({ trace, arguments: [examples, labels] }: HostCall): string | undefined {
  const nodesOf = (given: HostCall['arguments'][number] | undefined): readonly Node[] =>
    (tensorsIn(trace, given?.value) ?? []).flatMap(({ state }) => state.node ?? [])
  if (nodesOf(examples).some(isLearned)) return 'its examples are what a model of the code makes'
  if (nodesOf(labels).some(isFilled)) return 'its labels are numbers that the code chooses'
  return undefined
}

const isLearned = (node: Node): boolean => nodesBelow([node]).some(({ op }) => op === 'parameter')

const isFilled = (node: Node): boolean =>
  nodesBelow([node]).every(({ op, inputs }) => inputs.length > 0 || filling.has(op))
