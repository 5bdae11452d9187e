import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedModel } from '../spec/spec.js'
import { adopt } from './adopt.js'
import { align } from './align.js'
import { alignModels, bringTogether, parameterPairings, portPlaces } from './pairing.js'
import { outputPlaces } from './ports.js'
import { specifiedUnits } from './structure.js'
import { flatApplications, unitsOf } from './units.js'
import type { Comparison } from './verdict.js'

/** A spec, or another model of code, with what corresponds in code: it reads the inputs of the code, and the learned tensors that are the same. */
export interface Counterpart {
  readonly graph: ModelGraph
  /** For each of its outputs, its place among those of the code. */
  readonly outputs: readonly number[]
}

/**
 * The spec of a comparison in the builder of the code. Learned tensors of layers are those of the layers that were aligned; of
 * equations, those whose shape only one on each side has, since nothing else says which is which.
 */
export function counterpartOf({ spec, code, specified }: Comparison): Counterpart | undefined {
  const graph = specified ?? inEquations(spec, code)
  return graph && { graph, outputs: outputPlaces(spec, code.model) }
}

/**
 * Another model in the builder of the code, for each way in which its learned tensors may be those of the code, the likeliest first. Each
 * is a guess; where there is one alone, nothing that is known of both speaks for another.
 */
export function counterpartsIn(code: ModelGraph, other: ModelGraph): readonly Counterpart[] | Problem {
  const alignment = alignModels(code, other)
  const outputs = portPlaces(other.model.outputs, code.model.outputs)
  const found: Counterpart[] = []
  let problem: Problem | undefined
  for (const pairing of parameterPairings(code, other, alignment)) {
    const together = bringTogether(code, other, alignment, pairing)
    if (isProblem(together)) problem ??= together
    else found.push({ graph: together.graph, outputs })
  }
  return problem && found.length === 0 ? problem : found
}

function inEquations(spec: StatedModel, code: ModelGraph): ModelGraph | undefined {
  const { builder, provenance, model } = code
  const { graph: first } = spec.instantiate({ builder, provenance })
  if (!first) return undefined
  const implemented = unitsOf(
    flatApplications(model, builder),
    model.outputs.map(({ node }) => node),
  )
  const rough = align(specifiedUnits(first), implemented)
  const { graph } = adopt(spec, code, rough)
  if (!graph) return undefined
  const own = parametersOf(model).map(({ parameter: { node } }) => node)
  const read = nodesBelow(graph.model.outputs.map(({ node }) => node)).filter(({ op }) => op === 'parameter')
  const free = own.filter(node => !read.includes(node))
  const open = read.filter(node => !own.includes(node))
  const partners = new Map(
    open.flatMap((node): (readonly [string, Node])[] => {
      const [only, ...others] = free.filter(other => hasShapeOf(other, node))
      const isOnly = only && others.length === 0 && open.filter(other => hasShapeOf(other, node)).length === 1
      return isOnly ? [[String(node.attributes.name), only]] : []
    }),
  )
  return adopt(spec, code, rough, { learned: name => partners.get(name) }).graph
}

const hasShapeOf = (a: Node, b: Node) => shapeText(a.type.shape) === shapeText(b.type.shape)
