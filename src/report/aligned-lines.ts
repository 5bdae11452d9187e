import type { ClauseVerdict, Comparison } from '../compare/verdict.js'
import { namedLines } from '../equations/equations.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Clause } from '../spec/spec.js'

/** The equations of code beside the layers of a spec, where layers were compared with layers. */
export interface AlignedLines {
  /** The values of the code that have an equation of their own, in order. */
  readonly lines: readonly Node[]
  /** For each value of the code, the line in whose equation it is written. */
  readonly lineOf: ReadonlyMap<Node, Node>
  /** For values of the spec, the values of the code in their places. */
  readonly places: ReadonlyMap<Node, Node>
  /** The clauses of layers by the line that computes what the layer computes; settings only where they are not as written. */
  readonly clausesOf: ReadonlyMap<Node, readonly ClauseVerdict[]>
  /** The lines that a clause is about, settings included. */
  readonly linesOf: (clause: Clause) => readonly Node[]
}

export function alignedLines(comparison: Comparison, specified: ModelGraph): AlignedLines {
  const { lines } = namedLines(comparison.code)
  const lineOf = linesByValue(lines)
  const places = placesOf(comparison, specified)
  const lineOfLayer = new Map<string, Node[]>()
  for (const { layer, outputs } of specified.model.applications) {
    const node = outputs[0] && places.get(outputs[0])
    const line = node && lineOf.get(node)
    const id = String(layer.id)
    if (line) lineOfLayer.set(id, [...(lineOfLayer.get(id) ?? []), line])
  }
  return {
    lines,
    lineOf,
    places,
    clausesOf: clausesByLine(comparison, lineOfLayer),
    linesOf: clause => [
      ...new Set(
        [...comparison.spec.clauseOf].flatMap(([part, own]) =>
          own === clause ? (lineOfLayer.get(layerOf(part)) ?? []) : [],
        ),
      ),
    ],
  }
}

/** The layer that a part of a spec belongs to: `3` of `3.units`. */
const layerOf = (part: string): string => part.split('.', 1)[0]!

/** Which line each value is written in: the first that reads it without another line in between. */
export function linesByValue(lines: readonly Node[]): ReadonlyMap<Node, Node> {
  const isLine = new Set(lines)
  const lineOf = new Map<Node, Node>()
  for (const line of lines) {
    const pending = [line]
    for (let node = pending.pop(); node; node = pending.pop()) {
      if (lineOf.has(node)) continue
      lineOf.set(node, line)
      pending.push(...node.inputs.filter(input => !isLine.has(input)))
    }
  }
  return lineOf
}

/**
 * For values of the spec, the values of the code in their places. What a layer computes is in the place of what the other
 * computes, also where one of them lacks an activation.
 */
function placesOf({ partners, code }: Comparison, specified: ModelGraph): ReadonlyMap<Node, Node> {
  const places = new Map(partners)
  for (const { outputs, beforeActivation } of specified.model.applications) {
    const [output] = outputs
    const place = beforeActivation && partners.get(beforeActivation)
    if (!output || !place || partners.has(output)) continue
    places.delete(beforeActivation)
    places.set(output, place)
  }
  const taken = new Set(places.values())
  const activated = new Map(
    code.model.applications.flatMap(({ outputs: [output], beforeActivation }) =>
      output && beforeActivation && !taken.has(output) ? [[beforeActivation, output] as const] : [],
    ),
  )
  for (const [value, place] of places) places.set(value, activated.get(place) ?? place)
  return places
}

/** The clauses of layers, with the line that computes what the layer computes. */
function clausesByLine(
  { clauses, spec }: Comparison,
  lineOfLayer: ReadonlyMap<string, readonly Node[]>,
): ReadonlyMap<Node, readonly ClauseVerdict[]> {
  const verdictOf = new Map<Clause, ClauseVerdict>(clauses.map(entry => [entry.clause, entry]))
  const ofLayer = new Map<string, ClauseVerdict[]>()
  for (const [part, clause] of spec.clauseOf) {
    const entry = verdictOf.get(clause)
    const id = layerOf(part)
    if (entry) ofLayer.set(id, [...(ofLayer.get(id) ?? []), entry])
  }
  const found = new Map<Node, ClauseVerdict[]>()
  for (const [id, lines] of lineOfLayer)
    for (const line of lines) {
      const known = found.get(line) ?? []
      found.set(line, known)
      for (const entry of new Set(ofLayer.get(id))) {
        const isSetting = entry.clause.kind === 'config' && entry.verdict === 'as written'
        if (!isSetting && !known.includes(entry)) known.push(entry)
      }
    }
  return found
}
