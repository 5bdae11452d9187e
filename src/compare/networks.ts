import { rebuild } from '../gradient/rebuild.js'
import { substituteIn } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, dimensionText, equals, isPolynomial, symbolsOf } from '../graph/dimension.js'
import { type LayerApplication, type Model, type Parameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Assignment, Owner } from '../graph/training.js'
import { moveNodes } from '../graph/transplant.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedNetwork } from '../spec/algorithm.js'
import type { Spec } from '../spec/spec.js'
import { bindSizes } from './adopt.js'
import { isOfAny } from './applications.js'
import { choices, permutations } from './drawings.js'
import { flatShape } from './flat.js'
import { batch } from './sizes.js'
import { relate } from './values.js'

/** A model of the code that a network of a spec may be. */
export interface CodeNetwork {
  readonly name: string
  readonly model: Model
  /** All parameters of the model, in the framework's order, which tell it from others. */
  readonly owned: readonly Node[]
  /** Those that its outputs depend on. */
  readonly parameters: readonly Node[]
  /** The sizes of what goes into its only input, side by side, where the network takes these one by one. */
  readonly joined?: readonly Dimension[]
  /** Which input and output of the model stands at each place here; all in their order, if absent. */
  readonly order?: { readonly inputs: readonly number[]; readonly outputs: readonly number[] }
  /** For what is no model as it is: where it is applied. */
  readonly calls?: readonly AppliedFunction[]
  /** For a function of the program: a part of it, or more than it, may be what is meant. */
  readonly isGuess?: true
  /** The activation that the network ends in and the model does not: the code takes it of what the model gives. */
  readonly end?: string
  /** Whether tensors with axes that the model takes and gives are vectors of the network. */
  readonly isFlat?: true
}

/** A call of a function with the values that it is given and makes. */
export type AppliedFunction = Pick<LayerApplication, 'inputs' | 'outputs' | 'origin'>

/** Which model of the code is which network of the spec. */
export type NetworkPairing = ReadonlyMap<StatedNetwork, CodeNetwork>

/** The network that a model is, by its parameters. */
export function networkOf(model: Model, networks: readonly CodeNetwork[]): CodeNetwork | undefined {
  const own = parametersOf(model)
  return networks.find(
    ({ owned }) =>
      owned.length === own.length && own.every(({ parameter }, i) => parameter.node === owned[i]),
  )
}

/** The parameters of a network that can train. */
export function trainableOf({ model, parameters }: CodeNetwork): readonly Node[] {
  const own = new Set(parameters)
  return parametersOf(model).flatMap(({ parameter: { node, trainable } }) =>
    trainable && own.has(node) ? [node] : [],
  )
}

/**
 * The models among some and inside of their applications, and the variables that they read or that the program writes. Models of the same parameters
 * are one, unless their shapes tell them apart: what a function makes of a network's output is not the network.
 */
export function codeNetworks(
  models: readonly Model[],
  owners: readonly Owner[],
  assignments: readonly Assignment[],
  builder: GraphBuilder,
): readonly CodeNetwork[] {
  const found = new Map<string, CodeNetwork>()
  const visit = (model: Model): void => {
    const owned = parametersOf(model).map(({ parameter }) => parameter.node)
    const identities = owned.map(({ id }) => id).join()
    const shapes = [...model.inputs, ...model.outputs].map(({ node }) => shapeText(node.type.shape))
    const key = [identities, ...shapes].join(' ')
    if (owned.length > 0 && !model.isMinimized && !found.has(key)) {
      const owner = owners.find(own => own.parameters.map(({ id }) => id).join() === identities)
      found.set(key, { name: owner?.name ?? model.name, model, owned, parameters: owned })
    }
    for (const parameter of model.variables ?? []) addVariable(parameter, model)
    for (const { layer, inputs } of model.applications) {
      if (!layer.model) continue
      visit(layer.model)
      const network = networkOf(layer.model, [...found.values()])
      const parts = inputs.length === 1 ? joinedParts(inputs[0]!) : undefined
      const apart = network && parts && takingApart(network, parts.map(lastSize), builder)
      const key = `${network?.owned.map(({ id }) => id).join()} ${parts?.map(lastSize).map(dimensionText).join()}`
      if (apart && !found.has(key)) found.set(key, apart)
    }
  }
  const addVariable = ({ name, node, ...rest }: Parameter, { origin }: Pick<Model, 'origin'>): void => {
    if (found.has(String(node.id))) return
    const owned = [node]
    const variables = [{ name, node, ...rest }]
    const values = [node, ...withoutLeadingOnes(node, builder)]
    for (const [i, value] of values.entries()) {
      const outputs = [{ name, node: value, origin }]
      const model = { name, inputs: [], outputs, applications: [], layers: [], variables, origin }
      found.set(`${node.id}${i === 0 ? '' : ' as a row'}`, { name, model, owned, parameters: owned })
    }
  }
  models.forEach(visit)
  for (const assignment of assignments)
    for (const { moved } of assignment.writes) if (!moved.layer) addVariable(moved.parameter, assignment)
  return [...found.values()]
}

/** What papers write as a vector, programs may keep as a matrix of one row. */
function withoutLeadingOnes(node: Node, builder: GraphBuilder): readonly Node[] {
  const { shape } = node.type
  const first = shape?.findIndex(size => size !== 1) ?? -1
  const row = shape && first > 0 ? builder.node('reshape', [node], { shape: shape.slice(first) }) : undefined
  return row && !isProblem(row) ? [row] : []
}

const lastSize = ({ type }: Node): Dimension => type.shape!.at(-1)!

/** What is put side by side along the last axis, as code does that gives a model several values as one. */
function joinedParts({ op, inputs, attributes: { axis }, type }: Node): readonly Node[] | undefined {
  const isLast = axis === -1 || axis === (type.shape?.length ?? 0) - 1
  return op === 'concat' && isLast && inputs.every(({ type: own }) => own.shape) ? inputs : undefined
}

/** Far from the indices of inputs, of leaves, and of what is stopped. */
const firstPart = -2_000_000

/** A model of one input as a network that takes what goes into it one by one. */
function takingApart(
  network: CodeNetwork,
  joined: readonly Dimension[],
  builder: GraphBuilder,
): CodeNetwork | undefined {
  const { model } = network
  const [input] = model.inputs
  const shape = input?.node.type.shape
  if (!input || !shape || model.inputs.length > 1) return undefined
  const parts: Node[] = []
  for (const [i, size] of joined.entries()) {
    const part = builder.node('input', [], {
      name: `${input.name}_${i + 1}`,
      index: firstPart - input.node.id * joined.length - i,
      shape: [...shape.slice(0, -1), size],
      dtype: input.node.type.dtype,
    })
    if (isProblem(part)) return undefined
    parts.push(part)
  }
  const whole = builder.node('concat', parts, { axis: shape.length - 1 })
  if (isProblem(whole) || !equals(lastSize(whole), lastSize(input.node))) return undefined
  const outputs = rebuild(
    model.outputs.map(({ node }) => node),
    builder,
    node => (node === input.node ? whole : node),
  )
  if (isProblem(outputs)) return undefined
  const apart: Model = {
    ...model,
    inputs: parts.map((node, i) => ({ ...input, name: `${input.name}_${i + 1}`, node })),
    outputs: model.outputs.map((port, i) => ({ ...port, node: outputs[i]! })),
  }
  return { ...network, model: apart, joined }
}

/** What a network is given where code applies its model, at the places of the network; undefined where that is one value. */
export function inputsOf(
  { joined, order }: CodeNetwork,
  { inputs }: Pick<LayerApplication, 'inputs'>,
): readonly Node[] | undefined {
  const parts = joined ? joinedParts(inputs[0]!) : inputs
  if (!parts || joined?.some((size, i) => !parts[i] || !equals(lastSize(parts[i]), size))) return undefined
  return order ? order.inputs.flatMap(i => parts[i] ?? []) : parts
}

/** Of more inputs or outputs, no other orders are tried. */
export const mostArranged = 4

/**
 * A model as a network that it may be: with its inputs in any order, and with as many of its outputs as are stated, since
 * what they are is not told by their places. A model may compute more than the network does.
 */
function* arrangementsOf({ from, to, inside }: StatedNetwork, network: CodeNetwork): Generator<CodeNetwork> {
  const { model } = network
  // What is inside of it is stated of the axes that it has.
  if ((network.isFlat || isOfAny(network.model)) && inside) return
  if (model.inputs.length !== from.length || model.outputs.length < to.length) return
  if (model.inputs.length > mostArranged || model.outputs.length > mostArranged) {
    if (model.outputs.length === to.length) yield network
    return
  }
  for (const inputs of permutations([...model.inputs.keys()]))
    for (const outputs of choices([...model.outputs.keys()], to.length)) {
      const arranged = {
        ...model,
        inputs: inputs.map(i => model.inputs[i]!),
        outputs: outputs.map(i => model.outputs[i]!),
      }
      const parameters =
        to.length === model.outputs.length ? network.owned : reachedBy(arranged, network.owned)
      yield { ...network, model: arranged, parameters, order: { inputs, outputs } }
    }
}

function reachedBy({ outputs }: Model, parameters: readonly Node[]): readonly Node[] {
  const reached = new Set(nodesBelow(outputs.map(({ node }) => node)))
  return parameters.filter(node => reached.has(node))
}

/** Whether all ways are tried in which networks of some forms may be some models. */
export const triesAllOf = (networks: readonly StatedNetwork[], candidates: readonly CodeNetwork[]): boolean =>
  networks.every(({ from, to }) => from.length <= mostArranged && to.length <= mostArranged) &&
  candidates.every(
    ({ model: { inputs, outputs } }) => inputs.length <= mostArranged && outputs.length <= mostArranged,
  )

/**
 * The ways to choose a model for each network, no model twice, that shapes allow; those first that use all outputs, and in
 * which names begin with the same letter.
 */
export function* networkPairings(
  networks: readonly StatedNetwork[],
  candidates: readonly CodeNetwork[],
  { symbols }: Pick<Spec, 'symbols'>,
  taken: readonly (readonly [StatedNetwork, CodeNetwork])[] = [],
): Generator<NetworkPairing> {
  const [network, ...rest] = networks
  if (!network) {
    yield new Map(taken)
    return
  }
  const isAlike = ({ name }: CodeNetwork) => name[0]?.toLowerCase() === network.name[0]?.toLowerCase()
  const isWhole = ({ model, end, isFlat }: CodeNetwork) =>
    model.outputs.length === network.to.length && end === undefined && !isFlat
  const ordered = candidates.toSorted(
    (a, b) => Number(isWhole(b)) - Number(isWhole(a)) || Number(isAlike(b)) - Number(isAlike(a)),
  )
  for (const candidate of ordered) {
    if (taken.some(([, other]) => isOneWith(candidate, other))) continue
    for (const arranged of arrangementsOf(network, candidate)) {
      const chosen = [...taken, [network, arranged] as const]
      const places = chosen.flatMap(([stated, code]) => placesOf(stated, code))
      if (isConsistent({ symbols }, places)) yield* networkPairings(rest, candidates, { symbols }, chosen)
    }
  }
}

/**
 * Whether two networks of the code cannot be two of a spec: one model is not, and functions are not that share parameters, as a
 * teacher that is the student's logits in another form.
 */
const isOneWith = (a: CodeNetwork, b: CodeNetwork): boolean =>
  a.owned === b.owned ||
  ((a.calls !== undefined || b.calls !== undefined) && a.owned.some(node => b.owned.includes(node)))

/** A stated shape where it meets one of the code. */
export type SizePlace = readonly [stated: readonly Dimension[], actual: readonly Dimension[] | undefined]

/** Whether all shapes can be what they meet. */
export function isConsistent(spec: Pick<Spec, 'symbols'>, places: readonly SizePlace[]): boolean {
  const { bindings } = bindSizes(spec, places)
  return places.every(([stated, actual]) => {
    const bound = substituteIn(stated, name => bindings.get(name))
    return relate(bound, actual) !== 'different' && !isElse(stated, actual, bindings)
  })
}

/** Whether an open size of the spec is one of the code, and meets another one here, which is equal at most for some values. */
const isElse = (
  stated: readonly Dimension[],
  actual: readonly Dimension[] | undefined,
  bindings: ReadonlyMap<string, Dimension>,
): boolean =>
  stated.some((size, i) => {
    const [own, other] = [isPolynomial(size) ? bindings.get(size.key) : undefined, actual?.[i]]
    const isCounted = isPolynomial(size) && size.key === batch
    return !isCounted && own !== undefined && other !== undefined && !equals(own, other)
  })

/** The stated shapes of a network beside those of a model, without the batch axis. */
export function placesOf({ from, to }: StatedNetwork, { model, isFlat }: CodeNetwork): readonly SizePlace[] {
  const axes = from.length === 0 ? 0 : 1
  const own = (node: Node | undefined) => {
    const shape = node?.type.shape ?? undefined
    return shape && (isFlat ? flatShape(shape) : shape).slice(axes)
  }
  return [
    ...from.map((shape, i) => [shape, own(model.inputs[i]?.node)] as const),
    ...to.map(({ shape }, i) => [shape, own(model.outputs[i]?.node)] as const),
  ]
}

/** Where a computation applies a model. */
type Application = Pick<LayerApplication, 'inputs' | 'outputs'>

/** Applies models of the code: as one computation does where it does, else as the model stands by itself. */
export class NetworkApplier {
  readonly #builder: GraphBuilder
  readonly #applications: readonly LayerApplication[]
  readonly #training: ReadonlySet<CodeNetwork>
  #copies = 0

  /**
   * The applications of the computation say in which mode a model runs, and what is drawn in it; networks in `training` are
   * meant in the mode of training.
   */
  constructor(
    applications: readonly LayerApplication[],
    builder: GraphBuilder,
    training: ReadonlySet<CodeNetwork>,
  ) {
    this.#builder = builder
    this.#applications = applications
    this.#training = training
  }

  apply(network: CodeNetwork, output: number, args: readonly Node[]): Node | Problem {
    const { model, order } = network
    const mode = this.#training.has(network) ? 'training' : undefined
    const own = applicationsOf(network, this.#applications).flatMap((application): readonly Application[] => {
      const { outputs } = application
      const inputs = inputsOf(network, application)
      if (!inputs) return []
      return [{ inputs, outputs: order ? order.outputs.flatMap(i => outputs[i] ?? []) : outputs }]
    })
    const same = own.find(({ inputs }) => inputs.every((node, i) => node === args[i]))
    if (same && !mode) return same.outputs[output] ?? missing
    const template: Application = own[0] ?? {
      inputs: model.inputs.map(({ node }) => node),
      outputs: model.outputs.map(({ node }) => node),
    }
    return this.#moved(same ?? template, output, args, mode)
  }

  /** What an application computes of other values; what it draws, it draws anew. */
  #moved(
    { inputs, outputs }: Application,
    output: number,
    args: readonly Node[],
    mode: string | undefined,
  ): Node | Problem {
    const root = outputs[output]
    if (!root) return missing
    const counted = batchOf(inputs[0], args[0])
    const isSame = inputs.every((node, i) => node === args[i])
    const copy = isSame ? 0 : ++this.#copies
    const replaced = new Map(inputs.map((node, i) => [node, args[i]!]))
    const moved = moveNodes([root], this.#builder, node => {
      const known = replaced.get(node)
      if (known) return known
      const attributes = Object.entries(node.attributes).map(([name, value]) => {
        if (name === 'site' && typeof value === 'number') return [name, value + copy * newSites] as const
        if (name === 'mode' && mode !== undefined) return [name, mode] as const
        return [
          name,
          counted ? substituteIn(value, own => (own === counted.name ? counted.size : undefined)) : value,
        ] as const
      })
      return { attributes: Object.fromEntries(attributes) }
    })
    return isProblem(moved) ? moved : moved.get(root)!
  }
}

/** Far from the places of draws that a program has. */
const newSites = 2 ** 33

const missing: Problem = { problem: 'the model of the code has fewer outputs' }

/** The symbol of the batch of one value, and the size that another has in its place. */
function batchOf(from: Node | undefined, to: Node | undefined) {
  const [size, other] = [from?.type.shape?.[0], to?.type.shape?.[0]]
  if (!isPolynomial(size) || other === undefined) return undefined
  const [name] = symbolsOf(size)
  return name !== undefined && size.key === name ? { name, size: other } : undefined
}

/** Where a network is applied: by a model as a layer, or by a call. */
export const applicationsOf = (
  network: CodeNetwork,
  applications: readonly LayerApplication[],
): readonly AppliedFunction[] =>
  network.calls ??
  applications.filter(({ layer }) => layer.model !== undefined && networkOf(layer.model, [network]))
