import type { GraphBuilder } from '../graph/builder.js'
import { add, type Dimension, dimensionText, product, substitute } from '../graph/dimension.js'
import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { findCounterexample } from './counterexample.js'
import { below, layoutsOf } from './layouts.js'
import type { PointKind } from './point.js'
import { relate } from './values.js'
import type { Evidence } from './verdict.js'

/** Two models whose outputs should be equal, in pairs. */
export interface Sides {
  readonly specified: readonly Node[]
  readonly implemented: readonly Node[]
  readonly names: readonly string[]
  readonly nameOf: (node: Node) => string
  /** What unbound parameters of the code would have to be, so that only other differences show. */
  readonly assumed: ReadonlyMap<string, number>
  readonly builder: GraphBuilder
  /** Whether these are all outputs of both models. */
  readonly complete: boolean
}

/** What was found out about two models as wholes. */
export type Whole =
  /** They differ. `parameters`: already in how many parameters there are. */
  | { readonly kind: 'differs'; readonly evidence: Evidence; readonly parameters: boolean }
  /** Nothing shows that they differ. */
  | { readonly kind: 'open'; readonly problem: string }

/**
 * Looks for what shows that two models differ, whichever parameter of one is which of the other: shapes of outputs,
 * numbers at a point that does not distinguish them, or how many parameters there are. `rearranged`: whether elements
 * may stand in other places on one side, so that another arrangement of parameters could make both equal. `explained`:
 * whether what is named needs no numbers beside its own, so that what the structure shows is enough.
 */
export function compareWholes(
  sides: Sides,
  { rearranged, explained }: { readonly rearranged: boolean; readonly explained: boolean },
): Whole {
  const { specified, implemented } = sides
  for (const [i, node] of specified.entries()) {
    const [stated, actual] = [node.type.shape, implemented[i]!.type.shape]
    if (!stated || !actual || relate(stated, actual) !== 'different') continue
    const evidence = { by: 'shape', expected: shapeText(stated), actual: shapeText(actual) } as const
    return { kind: 'differs', evidence, parameters: false }
  }
  const [left, right] = [
    parametersBelow(specified, sides.assumed),
    parametersBelow(implemented, sides.assumed),
  ]
  const isAnother = relate(left.total, right.total) === 'different'
  const counts: Evidence = {
    by: 'value',
    expected: `${dimensionText(left.total)} parameters`,
    actual: `${dimensionText(right.total)} parameters`,
  }
  if (isAnother && explained) return { kind: 'differs', evidence: counts, parameters: true }
  const isSameSet = left.readings.join() === right.readings.join()
  const kind: PointKind = isAnother || (isSameSet && !rearranged) ? 'unordered' : 'equal'
  const found = differingNumbers(sides, kind)
  if (!isProblem(found)) return { kind: 'differs', evidence: found, parameters: isAnother }
  if (isAnother) return { kind: 'differs', evidence: counts, parameters: true }
  return { kind: 'open', problem: found.problem }
}

/** Numbers on which the sides differ at points of one kind, in inference or in training, or why there are none. */
export function differingNumbers(
  sides: Sides,
  kind: PointKind,
  subjectOf = (name: string): string => `the output ${name}`,
): Extract<Evidence, { by: 'counterexample' }> | Problem {
  const pairs = sides.specified.flatMap((node, i) => (node === sides.implemented[i] ? [] : [i]))
  const found = findCounterexample({
    specified: pairs.map(i => sides.specified[i]!),
    implemented: pairs.map(i => sides.implemented[i]!),
    subjects: pairs.map(i => subjectOf(sides.names[i]!)),
    nameOf: sides.nameOf,
    symbols: sides.assumed,
    kind,
  })
  return isProblem(found) ? found : { by: 'counterexample', counterexample: found }
}

/** How many elements the parameters below some values have in all, and how each of them is read. */
function parametersBelow(
  outputs: readonly Node[],
  assumed: ReadonlyMap<string, number>,
): { readonly total: Dimension; readonly readings: readonly string[] } {
  const layouts = layoutsOf(outputs)
  let total: Dimension = 0
  const readings: string[] = []
  for (const node of below(outputs)) {
    if (!('identity' in node.attributes) || !('name' in node.attributes) || !node.type.shape) continue
    const size = substitute(product(node.type.shape), name => assumed.get(name))
    total = add(total, size)
    const layout = layouts.get(node) === 'columns' ? 'rows' : layouts.get(node)
    readings.push(`${layout} ${dimensionText(size)}`)
  }
  return { total, readings: readings.sort() }
}

/** How the leaves of a model are called. */
export function leafNames({ model, provenance }: ModelGraph): (node: Node) => string {
  const parameters = new Map(
    parametersOf(model).map(({ layer, parameter }) => [
      parameter.node,
      layer ? `${parameter.name} of ${layer.name}` : parameter.name,
    ]),
  )
  return node => parameters.get(node) ?? provenance.name(node) ?? String(node.attributes.name ?? node.op)
}
