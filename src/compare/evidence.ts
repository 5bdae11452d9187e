import type { GraphBuilder } from '../graph/builder.js'
import { add, type Dimension, dimensionText, product, substitute } from '../graph/dimension.js'
import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { findCounterexample, type Search } from './counterexample.js'
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
  /** Nothing shows that they differ. `agree`: they were computed and gave the same numbers. */
  | { readonly kind: 'open'; readonly problem: string; readonly agree: boolean }

/**
 * Looks for what shows that two models differ, whichever parameter of one is which of the other: shapes of outputs,
 * numbers at a point that does not distinguish them, or how many parameters there are. `ordered`: whether the order of
 * features may be all that differs, which only numbers that do not depend on it can exclude.
 */
export function compareWholes(sides: Sides, ordered: boolean): Whole {
  const { specified, implemented } = sides
  for (const [i, node] of specified.entries()) {
    const [stated, actual] = [node.type.shape, implemented[i]!.type.shape]
    if (!stated || !actual || relate(stated, actual) !== 'different') continue
    const evidence = { by: 'shape', expected: shapeText(stated), actual: shapeText(actual) } as const
    return { kind: 'differs', evidence, parameters: false }
  }
  const [left, right] = [sizesBelow(specified, sides.assumed), sizesBelow(implemented, sides.assumed)]
  const isAnother = relate(left.total, right.total) === 'different'
  const counts: Evidence = {
    by: 'value',
    expected: `${dimensionText(left.total)} parameters`,
    actual: `${dimensionText(right.total)} parameters`,
  }
  const kind: PointKind = isAnother
    ? 'sparse'
    : left.sizes !== right.sizes
      ? 'equal'
      : ordered
        ? 'unordered'
        : 'sparse'
  const found = searchBothModes(sides, kind)
  if ('evidence' in found) return { kind: 'differs', evidence: found.evidence, parameters: isAnother }
  if (isAnother) return { kind: 'differs', evidence: counts, parameters: true }
  return { kind: 'open', ...found }
}

/** Numbers on which the sides differ at a point of one kind, in inference or else in training. */
export function searchBothModes(
  sides: Sides,
  kind: PointKind,
): { readonly evidence: Evidence } | { readonly problem: string; readonly agree: boolean } {
  const pairs = sides.specified.flatMap((node, i) => (node === sides.implemented[i] ? [] : [i]))
  const search: Omit<Search, 'mode'> = {
    specified: pairs.map(i => sides.specified[i]!),
    implemented: pairs.map(i => sides.implemented[i]!),
    subjects: pairs.map(i => `the output ${sides.names[i]}`),
    nameOf: sides.nameOf,
    symbols: sides.assumed,
    kind,
  }
  let open = { problem: 'the numbers agree at all points that were tried', agree: true }
  if (pairs.length === 0) return open
  for (const mode of ['inference', 'training'] as const) {
    const found = findCounterexample({ ...search, mode })
    if (!isProblem(found)) return { evidence: { by: 'counterexample', counterexample: found } }
    if (!found.agree) open = { problem: found.problem, agree: false }
  }
  return open
}

/** The sizes of all parameters below some values: in all, and each by itself, in order. */
function sizesBelow(
  outputs: readonly Node[],
  assumed: ReadonlyMap<string, number>,
): { readonly total: Dimension; readonly sizes: string } {
  const seen = new Set(outputs)
  const pending = [...outputs]
  let total: Dimension = 0
  const sizes: string[] = []
  for (let node = pending.pop(); node; node = pending.pop()) {
    if ('identity' in node.attributes && 'name' in node.attributes && node.type.shape) {
      const size = substitute(product(node.type.shape), name => assumed.get(name))
      total = add(total, size)
      sizes.push(dimensionText(size))
    }
    const bodies = Object.values(node.attributes).flatMap(value =>
      typeof value === 'object' && value !== null && 'body' in value ? value.body.outputs : [],
    )
    for (const next of [...node.inputs, ...bodies]) {
      if (seen.has(next)) continue
      seen.add(next)
      pending.push(next)
    }
  }
  return { total, sizes: sizes.sort().join() }
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
