import type { Counterpart } from '../compare/counterpart.js'
import { isDraw } from '../evaluate/concrete.js'
import { domainOf, drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource, randomTensor } from '../evaluate/random.js'
import { isPolynomial, substitute } from '../graph/dimension.js'
import { type Layer, type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { lookupsOf } from './indices.js'
import { firstDifference, type Mode, type NumberDifference } from './number-difference.js'
import type { Description, Questions } from './protocol.js'
import { allParametersOf } from './sent-graph.js'

/** What comes of the same weights in code and in what it is compared with: its spec, or other code. */
export type WeightsOutcome =
  | {
      readonly kind: 'agree'
      readonly parameters: number
      readonly modes: readonly Mode[]
      /** Whether gradients were compared as well. */
      readonly gradients: boolean
    }
  | { readonly kind: 'differ'; readonly difference: NumberDifference }
  /** Weights cannot be carried over. */
  | { readonly kind: 'unmatched'; readonly reason: string }
  /** What runs is not what was read: a defect of aswritten, or an effect of where the code runs. */
  | { readonly kind: 'misread'; readonly difference: NumberDifference }

/** The nodes of the weights of a model that runs, in their order, or why they are not known. */
export function weightNodes({ parameters }: Description, { model }: ModelGraph): readonly Node[] | Problem {
  const layers = flatLayers(model.layers)
  const taken = new Map<number, number>()
  const nodes: Node[] = []
  const variables = [...(model.variables ?? [])]
  for (const { name, layer, shape } of parameters) {
    const place = layer === undefined ? 0 : (taken.get(layer) ?? 0)
    if (layer !== undefined) taken.set(layer, place + 1)
    const own = layer === undefined ? variables.shift() : layers[layer]?.parameters[place]
    if (!own) return { problem: `nothing that was read from the code is \`${name}\`` }
    if (own.shape.join() !== shape.join())
      return { problem: `\`${name}\` is [${shape}] in the run, and ${shapeText(own.shape)} as it was read` }
    nodes.push(own.node)
  }
  const missing = parametersOf(model).find(({ parameter }) => !nodes.includes(parameter.node))
  return missing
    ? { problem: `the run has no \`${missing.parameter.name}\`, which was read from the code` }
    : nodes
}

function flatLayers(layers: readonly Layer[]): readonly Layer[] {
  const found = layers.flatMap(layer => (layer.model ? flatLayers(layer.model.layers) : [layer]))
  return [...new Set(found)]
}

/** How many examples are looked at, and how large other open axes are. */
const examples = 3
const open = 4

/** As many learned tensors are listed that one side alone has. */
const mostListed = 4

/** Gradients of larger lookups take TensorFlow.js more than some seconds. */
const mostLookup = 3_000_000

/** A model that runs: its graph, and the nodes of its weights in the order in which it takes them. */
export interface WeightedModel {
  readonly graph: ModelGraph
  readonly weights: readonly Node[]
}

/** What a model is compared with. Its graph is in the builder of the model, and reads the same nodes. */
export interface Reference extends WeightedModel, Counterpart {}

/** What the two are called: `the code` and `the spec`. */
export interface SideNames {
  readonly code: string
  readonly other: string
}

/** A counterpart that runs as a graph of its own. */
export const graphReference = (counterpart: Counterpart): Reference => ({
  ...counterpart,
  weights: allParametersOf(counterpart.graph).map(({ node }) => node),
})

/** The same numbers for both sides. */
export interface SharedNumbers {
  readonly code: Weighed
  readonly other: Weighed
  readonly mode: Mode
}

export interface Weighed {
  readonly asked: Questions['outputs']['asked']
  /** The node of each weight. */
  readonly weights: readonly Node[]
}

/** Weights, inputs and factors of outputs for both sides, or why there are none. */
export function sharedNumbers(
  { graph: code, weights }: WeightedModel,
  { graph: other, weights: stated, outputs: places }: Reference,
  names: SideNames,
  seed: number,
): readonly SharedNumbers[] | Problem {
  const foreign = stated.filter(node => !weights.includes(node))
  const unread = weights.filter(node => !stated.includes(node))
  if (foreign.length > 0 || unread.length > 0) {
    const list = (nodes: readonly Node[]) => {
      const shapes = nodes.slice(0, mostListed).map(({ type }) => shapeText(type.shape))
      const more = nodes.length - shapes.length
      return `${shapes.join(' ') || 'none'}${more > 0 ? ` and ${more} more` : ''}`
    }
    return {
      problem: `${names.code} and ${names.other} do not have the same learned tensors: only ${names.code} has ${list(unread)}, only ${names.other} ${list(foreign)}`,
    }
  }
  if (other.model.inputs.some(({ node }) => !code.model.inputs.some(port => port.node === node)))
    return { problem: `${names.other} has another input than ${names.code}` }
  if (places.some(place => code.model.outputs[place] === undefined))
    return { problem: `${names.other} has an output that ${names.code} does not have` }
  const random = randomSource(seed)
  const numbers = new Map(weights.map(node => [node, startOf(node, random)]))
  const sizes = new Map<string, number>()
  const { bounds, cost } = lookupsOf(code)
  const inputs = new Map(
    code.model.inputs.map(({ node }) => {
      const shape = (node.type.shape ?? []).map((size, axis) => {
        if (typeof size === 'number') return size
        const own = axis === 0 ? examples : open
        if (isPolynomial(size) && !sizes.has(size.key)) sizes.set(size.key, own)
        return (substitute(size, name => sizes.get(name)) as number) ?? own
      })
      const below = bounds.get(node)
      const domain = below === undefined ? domainOf(node.type.dtype) : ({ kind: 'whole', below } as const)
      return [node, singlePrecision(drawTensor(shape, node.type.dtype, domain, random))] as const
    }),
  )
  const leaf = (node: Node) => inputs.get(node) ?? numbers.get(node)
  const specified = places.map((_, i) => other.model.outputs[i]!)
  const symbol = (name: string) => sizes.get(name)
  const tried = evaluate(
    specified.map(({ node }) => node),
    { leaf, symbol },
  )
  if (isProblem(tried)) return tried
  const factors = tried.map(({ shape }) => singlePrecision(randomTensor(shape, random, { range: [-1, 1] })))
  const codeFactors = code.model.outputs.map((_, at) => {
    const i = places.indexOf(at)
    return factors[i]
  })
  if (codeFactors.includes(undefined))
    return { problem: `${names.code} has an output that ${names.other} does not have` }
  const drawn = [...code.model.outputs, ...other.model.outputs].map(({ node }) => node)
  const isRandom = nodesBelow(drawn).some(node => isDraw(node) || 'site' in node.attributes)
  const derived = cost <= mostLookup
  const sides = (training: boolean): SharedNumbers => ({
    code: {
      weights,
      asked: {
        weights: weights.map(node => numbers.get(node)!),
        inputs: code.model.inputs.map(({ node }) => inputs.get(node)!),
        ...(derived && { factors: codeFactors as readonly Tensor[] }),
        training,
      },
    },
    other: {
      weights: stated,
      asked: {
        weights: stated.map(node => numbers.get(node)!),
        inputs: other.model.inputs.map(({ node }) => inputs.get(node)!),
        ...(derived && { factors }),
        training,
      },
    },
    mode: training ? 'training' : 'inference',
  })
  // Random draws of both sides are not the same, so that only inference can be compared.
  return isRandom ? [sides(false)] : [sides(false), sides(true)]
}

/** Numbers of the size that weights have; variances are positive. */
function startOf({ attributes, type }: Node, random: () => number): Tensor {
  const range = /variance/i.test(String(attributes.name)) ? ([0.5, 1.5] as const) : ([-0.6, 0.6] as const)
  return singlePrecision(randomTensor(type.shape as readonly number[], random, { range }))
}

const singlePrecision = (tensor: Tensor): Tensor => ({
  ...tensor,
  data: Float64Array.from(tensor.data, Math.fround),
})

type Answer = Questions['outputs']['answer']

/** What the code computes is what was read from it, up to rounding; else the first difference. */
export function misreading(
  code: ModelGraph,
  { code: { asked, weights }, mode }: Pick<SharedNumbers, 'code' | 'mode'>,
  real: Answer,
): NumberDifference | undefined {
  const values = new Map<Node, Tensor>([
    ...weights.map((node, i) => [node, asked.weights![i]!] as const),
    ...code.model.inputs.map(({ node }, i) => [node, asked.inputs[i]!] as const),
  ])
  const sizes = new Map<string, number>()
  for (const { node } of code.model.inputs)
    node.type.shape?.forEach((size, axis) => {
      if (isPolynomial(size)) sizes.set(size.key, values.get(node)!.shape[axis]!)
    })
  const expected = evaluate(
    code.model.outputs.map(({ node }) => node),
    { leaf: node => values.get(node), symbol: name => sizes.get(name), mode },
  )
  if (isProblem(expected)) return undefined
  return firstDifference(
    code.model.outputs.map(({ name }, i) => ({
      of: 'output' as const,
      name,
      mode,
      code: real.outputs[i]!,
      other: expected[i]!,
    })),
  )
}

/** The first output or gradient in which both sides differ. */
export function numberDifference(
  { code, other: reference, mode }: SharedNumbers,
  names: {
    readonly outputs: readonly string[]
    readonly places: readonly number[]
    readonly weights: readonly string[]
  },
  real: Answer,
  stated: Answer,
): NumberDifference | undefined {
  const outputs = names.places.map((at, i) => ({
    of: 'output' as const,
    name: names.outputs[at]!,
    mode,
    code: real.outputs[at]!,
    other: stated.outputs[i]!,
  }))
  const gradients = code.weights.flatMap((node, i) => {
    const own = real.gradients?.[i]
    const other = stated.gradients?.[reference.weights.indexOf(node)]
    // What does not train has none; that is told by `check`.
    return own && other ? [{ of: 'gradient' as const, name: names.weights[i]!, mode, code: own, other }] : []
  })
  return firstDifference([...outputs, ...gradients])
}
