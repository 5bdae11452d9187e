import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedModel } from '../spec/spec.js'
import { adopt } from './adopt.js'
import { align } from './align.js'
import { outputPlaces } from './ports.js'
import { specifiedUnits } from './structure.js'
import { flatApplications, unitsOf } from './units.js'
import type { Comparison } from './verdict.js'

/** A spec with what corresponds in code: it reads the inputs of the code, and the learned tensors that are the same. */
export interface Counterpart {
  readonly graph: ModelGraph
  /** For each output of the spec, its place among those of the code. */
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
