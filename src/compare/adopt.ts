import { type Dimension, isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { ModelGraph, Parameter } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { keysOf, textOf } from '../library/config.js'
import { layers } from '../library/layers/table.js'
import { plainSizeName } from '../ops/plain.js'
import type { Instantiation, StatedModel } from '../spec/spec.js'
import { hasTheSameKeys, type Pair } from './align.js'
import type { Draw } from './drawings.js'
import { inputPlaces } from './ports.js'
import { layerText } from './units.js'
import type { Comparison } from './verdict.js'

/** The spec's model, built with what the code has wherever the spec leaves it open. */
export interface Adoption {
  /** Absent where the stated model does not fit what it takes over. */
  readonly graph?: ModelGraph
  /** What the spec does not say and the code had to choose. */
  readonly silent: Comparison['silent']
  /** What the spec's open symbols stand for in the code. */
  readonly bindings: ReadonlyMap<string, Dimension>
  /** The stated values of unbound parameters of the code: what they would have to be. */
  readonly assumed: ReadonlyMap<string, number>
}

/** Builds the spec again with what it is silent on, the parameters, the inputs and the draws of the code. */
export function adopt(
  spec: StatedModel,
  code: ModelGraph,
  pairs: readonly Pair[],
  equations: Pick<Instantiation, 'onValue'> & {
    readonly learned?: (name: string) => Node | undefined
    readonly draw?: Draw
  } = {},
): Adoption {
  const { learned, draw, onValue } = equations
  const byLayer = new Map<number, Pair>()
  /** Which layer of the spec has the parameters of a layer of the code: no two have the same. */
  const owners = new Map<number, number>()
  const sites = new Map<number, number>()
  for (const pair of pairs.filter(hasTheSameKeys)) {
    const { specified, implemented } = pair as Required<Pair>
    if (!byLayer.has(specified.layer.id)) {
      byLayer.set(specified.layer.id, pair)
      if (!owners.has(implemented.layer.id)) owners.set(implemented.layer.id, specified.layer.id)
    }
    const { site } = implemented.application
    if (site !== undefined) sites.set(specified.position, site)
  }
  const places = inputPlaces(spec, code.model)
  const { bindings, assumed } = unify(spec, code, [...byLayer.values()], places)
  const { graph } = spec.instantiate({
    builder: code.builder,
    provenance: code.provenance,
    adopt: (layer, key) => byLayer.get(layer)?.implemented?.layer.config[key]?.value,
    parameter: (layer, name): Parameter | undefined => {
      const other = byLayer.get(layer)?.implemented?.layer
      if (!other || owners.get(other.id) !== layer) return undefined
      return other.parameters.find(parameter => parameter.name === name)
    },
    site: application => sites.get(application),
    input: (_, index) => code.model.inputs[places[index]!]?.node,
    symbol: name => bindings.get(name),
    // A loop of known length is walked step by step in the code as well.
    isWrittenOut: !nodesBelow(code.model.outputs.map(({ node }) => node)).some(
      ({ op }) => op === 'recurrence',
    ),
    ...(learned && { equationParameter: learned }),
    ...(draw && { draw }),
    ...(onValue && { onValue }),
  })
  const silent = [...byLayer.values()].flatMap(({ specified, implemented }) => {
    const keys = keysOf(layers[specified!.layer.kind]!, name => specified!.layer.config[name]?.value)
    return Object.entries(specified!.layer.config).flatMap(([key, { from }]) => {
      const value = implemented!.layer.config[key]?.value
      return from === 'silent' && keys[key]?.effect === 'function' && value !== undefined && value !== null
        ? [{ layer: layerText(implemented!.layer), key, value: textOf(value) }]
        : []
    })
  })
  return { ...(graph && { graph }), silent, bindings, assumed }
}

/** What symbols stand for. */
interface Bindings {
  /** Which size of the code an open symbol of the spec is. */
  readonly bindings: ReadonlyMap<string, Dimension>
  /** Which stated number an unbound parameter of the code would have to be. */
  readonly assumed: ReadonlyMap<string, number>
}

/** What symbols stand for where stated sizes meet those of the code, each by the first place where it is met. */
export function bindSizes(
  { symbols }: Pick<StatedModel, 'symbols'>,
  places: Iterable<readonly [stated: Attribute | undefined, actual: Attribute | undefined]>,
): Bindings {
  const bindings = new Map<string, Dimension>()
  const assumed = new Map<string, number>()
  const isOpen = (name: string) => symbols.has(name) && symbols.get(name)?.value === undefined
  const meet = (stated: Attribute | undefined, actual: Attribute | undefined) => {
    if (Array.isArray(stated) && Array.isArray(actual)) {
      stated.forEach((value, i) => {
        meet(value, (actual as readonly Attribute[])[i])
      })
      return
    }
    const name = nameOf(stated)
    if (name !== undefined && isOpen(name) && isSize(actual)) {
      if (!bindings.has(name)) bindings.set(name, actual)
      return
    }
    const parameter = nameOf(actual)
    if (parameter !== undefined && typeof stated === 'number' && !assumed.has(parameter))
      assumed.set(parameter, stated)
  }
  for (const [stated, actual] of places) meet(stated, actual)
  return { bindings, assumed }
}

function unify(
  spec: StatedModel,
  code: ModelGraph,
  pairs: readonly Pair[],
  places: readonly number[],
): Bindings {
  const inputs = spec.inputs.map(
    ({ shape }, i) => [shape, code.model.inputs[places[i]!]?.node.type.shape ?? undefined] as const,
  )
  const settings = pairs.flatMap(({ specified, implemented }) =>
    Object.entries(specified!.layer.config).flatMap(([key, { value, from }]) =>
      from === 'silent' ? [] : [[value, implemented!.layer.config[key]?.value] as const],
    ),
  )
  const { bindings, assumed } = bindSizes(spec, [...inputs, ...settings])
  return { bindings: new Map([...sizesByName(spec, code, bindings), ...bindings]), assumed }
}

/** Open sizes that nothing else binds are those of the code that are called so: `options_units` is `options.units`. */
function sizesByName(
  { symbols }: StatedModel,
  { model }: ModelGraph,
  bindings: Bindings['bindings'],
): Bindings['bindings'] {
  const isOpen = (name: string) => !bindings.has(name) && symbols.get(name)?.value === undefined
  const open = new Set([...symbols.keys()].filter(isOpen))
  const found = new Map<string, Dimension>()
  if (open.size === 0) return found
  for (const { attributes } of nodesBelow(model.outputs.map(({ node }) => node)))
    for (const size of Object.values(attributes).flat()) {
      const own = nameOf(size as Attribute)
      const name = own && plainSizeName(own)
      if (name && name !== own && open.has(name) && !found.has(name)) found.set(name, size as Dimension)
    }
  return found
}

const isSize = (value: Attribute | undefined): value is Dimension =>
  typeof value === 'number' || isPolynomial(value)

/** The name of a value that is nothing but a symbol. */
function nameOf(value: Attribute | undefined): string | undefined {
  if (!isPolynomial(value)) return undefined
  const [name] = symbolsOf(value)
  return value.key === name ? name : undefined
}
