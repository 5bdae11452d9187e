import type { ModelGraph, StatedValue } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { fingerprints } from '../identity/fingerprints.js'
import { type Expression, partsOf } from '../math/expression.js'
import type { Clause, StatedModel } from '../spec/spec.js'
import { outputPlaces } from './ports.js'
import { batch, fixedSizes, smallSizes } from './sizes.js'
import type { EquationOutcome, Rebuild } from './stated-equations.js'
import type { StatedMatch, StatedPart } from './verdict.js'

/** Multiplications and additions that it may take to find values that are equal without being one node. */
const budget = 1_000_000

/** The size of the batch at which values are compared. */
const batchSize = 2

/**
 * For each equation and layer of a spec, the values of the code that are equal to what it states: what was proved about the
 * whole, told of its parts. Where the models differ, what the stated value is after the edit that explains the difference,
 * and the outputs stand for each other. A value that the code computes in no place of its own has no partner.
 */
export function matchStatements(
  spec: Pick<StatedModel, 'clauses' | 'clauseOf'>,
  code: ModelGraph,
  outcome: EquationOutcome,
): readonly StatedMatch[] {
  const values = new Map<Expression, Set<Node>>()
  const graph = outcome.rebuild?.((part, value) => {
    values.set(part, (values.get(part) ?? new Set()).add(value))
  })
  const statements: readonly StatedValue[] = [
    ...(graph?.statements ?? []),
    ...(graph?.model.applications ?? []).flatMap(({ layer, outputs: [node] }) =>
      node ? [{ part: String(layer.id), node }] : [],
    ),
  ]
  const inParts = [...values.values()].flatMap(nodes => [...nodes])
  const stated = [...statements.flatMap(({ node, given = [] }) => [node, ...given]), ...inParts]
  const partner = graph && partners(stated, outputPairs(graph, code, spec), code, outcome)
  return spec.clauses.flatMap((clause): readonly StatedMatch[] => {
    if (clause.kind !== 'equation' && clause.kind !== 'layer') return []
    const own = statements.filter(({ part }) => spec.clauseOf.get(part) === clause)
    return [
      {
        clause,
        values: own.map(({ node, given = [] }) => {
          const implemented = partner?.(node)
          return {
            specified: node,
            given: given.flatMap(value => partner?.(value) ?? []),
            ...(implemented && { implemented }),
          }
        }),
        parts: partsByValue(clause, values, node => partner?.(node)),
      },
    ]
  })
}

/** The parts of an equation by the values that they have. */
function partsByValue(
  { equation }: Clause,
  values: ReadonlyMap<Expression, ReadonlySet<Node>>,
  partner: (value: Node) => Node | undefined,
): ReadonlyMap<Node, readonly StatedPart[]> {
  const found = new Map<Node, StatedPart[]>()
  const pending = equation ? [equation.read] : []
  for (let part = pending.pop(); part; part = pending.pop()) {
    const nodes = [...(values.get(part) ?? [])]
    const own = { expression: part, implemented: nodes.flatMap(node => partner(node) ?? []) }
    for (const node of nodes) found.set(node, [...(found.get(node) ?? []), own])
    pending.push(...partsOf(part))
  }
  return found
}

function outputPairs(
  graph: ModelGraph,
  code: ModelGraph,
  spec: Pick<StatedModel, 'clauseOf'>,
): ReadonlyMap<Node, Node> {
  const places = outputPlaces(spec, code.model)
  return new Map(
    graph.model.outputs.flatMap(({ node }, i) => {
      const other = code.model.outputs[places[i]!]
      return other ? [[node, other.node] as const] : []
    }),
  )
}

/** What the code has in the place of a stated value. */
function partners(
  stated: readonly Node[],
  outputs: ReadonlyMap<Node, Node>,
  code: ModelGraph,
  outcome: EquationOutcome,
): (value: Node) => Node | undefined {
  const image = ('image' in outcome && outcome.image) || ((node: Node) => node)
  const own = nodesBelow(code.model.outputs.map(({ node }) => node))
  const isOwn = new Set(own)
  const images = new Map(stated.map(node => [node, image(node)] as const))
  const others = [...new Set(images.values())].flatMap(node => node ?? [])
  const keys = others.every(node => isOwn.has(node)) ? undefined : keysOf([...others, ...own], code)
  const byKey = new Map(own.flatMap(node => (keys ? [[keys.get(node), node] as const] : [])))
  return node => {
    const known = outputs.get(node)
    if (known) return known
    const mended = images.get(node) ?? node
    if (isOwn.has(mended)) return mended
    const key = keys?.get(mended)
    return key === undefined ? undefined : byKey.get(key)
  }
}

function keysOf(nodes: readonly Node[], { builder }: ModelGraph): ReadonlyMap<Node, string> | undefined {
  const symbol = smallSizes(new Map([[batch, batchSize]]), fixedSizes(nodes))
  return fingerprints([...new Set(nodes)], builder, () => false, { mode: 'inference', symbol, budget })
}

/** The parts of equations that have a value. */
export function partsWith(value: Node, rebuild: Rebuild): readonly Expression[] {
  const found: Expression[] = []
  rebuild((part, own) => {
    if (own === value) found.push(part)
  })
  return found
}
