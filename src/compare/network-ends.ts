import type { GraphBuilder } from '../graph/builder.js'
import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { activations } from '../library/activations.js'
import { elaborateText, expand } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import type { ApplyNetwork } from '../spec/algorithm.js'
import { applyFlat } from './flat.js'
import { applicationsOf, type CodeNetwork, type NetworkPairing } from './networks.js'

/** What a network gives, of what its model gives. */
export function ended({ end }: CodeNetwork, output: Node, builder: GraphBuilder): Node | Problem {
  const means = end === undefined ? undefined : activations[end]?.means
  return means === undefined
    ? output
    : elaborateText(means, { value: name => (name === 'x' ? output : undefined) }, builder)
}

/** Applies networks, with their ends and of vectors, as `apply` does their models. */
export const asStated =
  (
    networks: NetworkPairing,
    builder: GraphBuilder,
    apply: (network: CodeNetwork, output: number, args: readonly Node[]) => Node | Problem,
  ): ApplyNetwork =>
  (stated, output, args) => {
    const network = networks.get(stated)!
    return applyFlat(network, args, builder, own => {
      const found = apply(network, output, own)
      return isProblem(found) ? found : ended(network, found, builder)
    })
  }

/**
 * Networks with the activations that they may end in where their models end in a linear map and the code leaves the rest
 * to what reads them: a model that gives logits, and a loss that takes them, are together a network that gives
 * probabilities. So are functions with values between 0 and 1 where exponentials are taken of what a model gives, and what
 * the code itself applies to it.
 */
export function networksWithEnds(
  networks: readonly CodeNetwork[],
  losses: readonly Model[],
  applications: readonly LayerApplication[],
  builder: GraphBuilder,
): readonly CodeNetwork[] {
  const nodes = nodesBelow(losses.flatMap(({ outputs }) => outputs.map(({ node }) => node)))
  const readers = new Map<Node, Node[]>()
  for (const node of nodes)
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node])
  const exponentials = new Exponentials(builder)
  return networks.flatMap(network => {
    const outputs = applicationsOf(network, applications).flatMap(({ outputs: [first] }) => first ?? [])
    const [output, ...others] = network.model.outputs.map(({ node }) => node)
    if (!output || others.length > 0 || !outputs.every(endsLinearly)) return []
    // A softmax of one number is 1, whatever the model gives.
    const isSingle = output.type.shape?.at(-1) === 1
    const above = readersAbove(outputs, readers)
    const applied = new Set(outputs.flatMap(output => (readers.get(output) ?? []).map(({ op }) => op)))
    const isExponential = above.some(node => exponentials.isIn(node))
    return Object.entries(activations).flatMap(([end, { range }]) => {
      const isProbability = range?.[0] === 0 && range[1] === 1
      const isLeft =
        isExponential && isProbability && exponentials.isSmooth(ended({ ...network, end }, output, builder))
      const isMeant = end !== 'linear' && (applied.has(end) || isLeft)
      return isMeant && (opTable[end]?.elementwise || !isSingle) ? [{ ...network, end }] : []
    })
  })
}

const endsLinearly = ({ op }: Node): boolean => {
  const definition = opTable[op]
  return definition?.kind === 'primitive' && definition.affine.length > 0
}

/** What is made of outputs without multiplying or dividing what is made of them by each other, as a similarity does. */
function readersAbove(
  outputs: readonly Node[],
  readers: ReadonlyMap<Node, readonly Node[]>,
): readonly Node[] {
  const above = new Set(outputs)
  for (const node of above)
    for (const reader of readers.get(node) ?? []) {
      const op = opTable[reader.op]
      const read = reader.inputs.flatMap((input, i) => (above.has(input) ? (op?.inputs[i] ?? []) : []))
      const isLinear =
        op?.kind === 'primitive' && op.affine.some(together => read.every(name => together.includes(name)))
      if (read.length === 1 || op?.kind === 'derived' || isLinear) above.add(reader)
    }
  return [...above].filter(node => !outputs.includes(node))
}

/** Which ops are an exponential, or are made of one. */
class Exponentials {
  readonly #builder: GraphBuilder
  readonly #known = new Map<string, boolean>()

  constructor(builder: GraphBuilder) {
    this.#builder = builder
  }

  /** Whether a function is one by itself, or is made of exponentials: not of pieces. */
  isSmooth(node: Node | Problem): boolean {
    return !isProblem(node) && (opTable[node.op]?.kind === 'primitive' || this.isIn(node))
  }

  isIn(node: Node): boolean {
    const known = this.#known.get(node.op)
    if (known !== undefined) return known
    this.#known.set(node.op, node.op === 'exp')
    const next = expand(node, this.#builder, 'training')
    const found =
      node.op === 'exp' || (!isProblem(next) && next !== node && this.#isBetween(next, node.inputs))
    this.#known.set(node.op, found)
    return found
  }

  /** Whether there is one in what a value is made of, down to some inputs. */
  #isBetween(value: Node, inputs: readonly Node[]): boolean {
    const seen = new Set([value])
    for (const node of seen) {
      if (inputs.includes(node)) continue
      if (this.isIn(node)) return true
      for (const input of node.inputs) seen.add(input)
    }
    return false
  }
}
