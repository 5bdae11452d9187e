import { attributeKey } from '../graph/attribute.js'
import { type ModelGraph, type OwnedParameter, type Port, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import { nodesOfModel, type Replacement, type Transplanted, transplant } from '../graph/transplant.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { layers } from '../library/layers/table.js'
import { align, hasTheSameKeys, type Pair } from './align.js'
import { placesByName } from './ports.js'
import { flatApplications, type Unit, unitsOf } from './units.js'

/** How the layers and the inputs of two models correspond, whatever their learned tensors are. */
export interface Alignment {
  readonly pairs: readonly Pair[]
  /** For each input of the first model its partner among those of the second, of the same shape or not. */
  readonly inputs: readonly (readonly [first: Port, second: Port | undefined])[]
}

/** Which learned tensor of the second model is which of the first. */
export type ParameterPairing = ReadonlyMap<Node, Node>

export function alignModels(first: ModelGraph, second: ModelGraph): Alignment {
  const places = portPlaces(first.model.inputs, second.model.inputs)
  return {
    pairs: align(unitsIn(first), unitsIn(second)),
    inputs: first.model.inputs.map((port, i) => [port, second.model.inputs[places[i]!]]),
  }
}

export function unitsIn({ model, builder }: ModelGraph): readonly Unit[] {
  return unitsOf(
    flatApplications(model, builder),
    model.outputs.map(({ node }) => node),
  )
}

/** Names that the framework makes up: `input1`, `dense_Dense1`, `output_2` (tfjs-layers/src/engine/topology.ts). */
const generatedName = /^input[_\d]*$|_input\d*$|^output(_\d+)?$|^[a-z0-9_]+_[A-Z]\w*\d+$/

/** The places of the partners: by the author's names where both have the same, else in the order of the call. */
export function portPlaces(first: readonly Port[], second: readonly Port[]): readonly number[] {
  const isNamed = [...first, ...second].every(({ name }) => !generatedName.test(name))
  return isNamed
    ? placesByName(
        first.map(({ name }) => name),
        second,
      )
    : first.map((_, i) => i)
}

/**
 * Ways in which the learned tensors of the second model may be those of the first, the likeliest first: as the layers
 * are aligned, and in the order in which the framework lists them. Tensors of other shapes are never paired.
 */
export function parameterPairings(
  first: ModelGraph,
  second: ModelGraph,
  { pairs }: Alignment,
): readonly ParameterPairing[] {
  const [left, right] = [parametersOf(first.model), parametersOf(second.model)]
  const aligned = new Map<Node, Node>()
  const taken = new Set<Node>()
  const join = (a: Node, b: Node, into: Map<Node, Node>) => {
    if (taken.has(a) || into.has(b) || !sameShape(a, b)) return
    taken.add(a)
    into.set(b, a)
  }
  for (const { specified, implemented } of pairs.filter(isLayerPair)) {
    for (const { name, node } of specified!.layer.parameters) {
      const partner = implemented!.layer.parameters.find(parameter => parameter.name === name)
      if (partner) join(node, partner.node, aligned)
    }
  }
  joinRest(left, right, (a, b) => nameIn(a) === nameIn(b), join, aligned)
  joinRest(left, right, () => true, join, aligned)
  taken.clear()
  const inOrder = new Map<Node, Node>()
  joinRest(left, right, () => true, join, inOrder)
  const isTheSame = [...aligned].every(([b, a]) => inOrder.get(b) === a)
  return isTheSame ? [aligned] : [aligned, inOrder]
}

/** Whether a pair is one layer on both sides, whose learned tensors then correspond by name. */
function isLayerPair(pair: Pair): boolean {
  const kind = pair.specified?.layer.kind ?? ''
  return hasTheSameKeys(pair) || (kind === pair.implemented?.layer.kind && !isTabled(kind))
}

/** Whether the layer table says what a kind of layer computes; for classes of the program their code does. */
export const isTabled = (kind: string): boolean => Object.hasOwn(layers, kind)

const nameIn = ({ parameter, layer }: OwnedParameter) => `${layer?.name ?? ''}/${parameter.name}`

const sameShape = (a: Node, b: Node) =>
  shapeText(a.type.shape) === shapeText(b.type.shape) && a.type.dtype === b.type.dtype

function joinRest(
  left: readonly OwnedParameter[],
  right: readonly OwnedParameter[],
  isPartner: (a: OwnedParameter, b: OwnedParameter) => boolean,
  join: (a: Node, b: Node, into: Map<Node, Node>) => void,
  into: Map<Node, Node>,
): void {
  for (const b of right)
    for (const a of left) if (isPartner(a, b)) join(a.parameter.node, b.parameter.node, into)
}

/** Where the identities of nodes without a partner begin, apart from those of the other model. */
const apart = 2 ** 40

/**
 * The second model in the builder of the first, with the first one's nodes for the inputs, the learned tensors and
 * the random draws that correspond. What has no partner equals nothing of the first model.
 */
export function bringTogether(
  first: ModelGraph,
  second: ModelGraph,
  { pairs, inputs }: Alignment,
  parameters: ParameterPairing,
): Transplanted | Problem {
  const known = new Map<Node, Node>(parameters)
  for (const [a, b] of inputs) if (b && sameShape(a.node, b.node)) known.set(b.node, a.node)
  const own = new Set(second.model.inputs.map(({ node }) => node))
  const sites = sitePairing(
    nodesBelow(nodesOfModel(first.model)),
    nodesBelow(nodesOfModel(second.model)),
    pairs,
  )
  const replace = (node: Node): Replacement => {
    const partner = known.get(node)
    if (partner) return partner
    const { identity, site, index } = node.attributes
    return {
      attributes: {
        ...node.attributes,
        ...(typeof identity === 'number' && { identity: identity + apart }),
        ...(typeof site === 'number' && { site: sites.get(site) ?? site + apart }),
        ...(own.has(node) && typeof index === 'number' && { index: index + apart }),
      },
    }
  }
  return transplant(second, first.builder, replace)
}

/** Which place of random draws of the second model is which of the first: of paired layers, then the same draws in order. */
function sitePairing(
  first: readonly Node[],
  second: readonly Node[],
  pairs: readonly Pair[],
): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  const taken = new Set<number>()
  const join = (a: number, b: number) => {
    if (taken.has(a) || found.has(b)) return
    taken.add(a)
    found.set(b, a)
  }
  for (const { specified, implemented } of pairs.filter(hasTheSameKeys)) {
    const [a, b] = [specified!.application.site, implemented!.application.site]
    const draws = layers[specified!.layer.kind]?.draws ?? 1
    if (a !== undefined && b !== undefined) for (let i = 0; i < draws; i++) join(a + i, b + i)
  }
  const drawsOf = (nodes: readonly Node[]) =>
    nodes.flatMap(node => {
      const { site } = node.attributes
      return typeof site === 'number' ? [{ site, key: drawKey(node) }] : []
    })
  const left = drawsOf(first)
  for (const { site, key } of drawsOf(second)) {
    if (found.has(site)) continue
    const partner = left.find(other => other.key === key && !taken.has(other.site))
    if (partner) join(partner.site, site)
  }
  return found
}

/** What two draws of one kind have in common. */
const drawKey = ({ op, attributes }: Node): string =>
  [
    op,
    ...Object.entries(attributes).map(([name, value]) => (name === 'site' ? '' : attributeKey(value))),
  ].join()
