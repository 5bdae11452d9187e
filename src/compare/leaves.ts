import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { LayerApplication } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { type Applied, appliedNetworks, variantOf, variants } from './applied.js'
import type { CodeNetwork, NetworkPairing } from './networks.js'
import { isEqual, stops } from './stopped.js'

/** What a network gives for some values, as a leaf of which nothing else is known. */
interface NetworkLeaf {
  readonly network: CodeNetwork
  readonly output: number
  readonly variant: string
  readonly args: readonly Node[]
  readonly leaf: Node
}

/** Far from the indices of inputs, and of what is stopped. */
const firstLeaf = -1_000_000

/**
 * Computations with a leaf for each application of a network: one leaf for equal networks of equal values. Whatever the
 * networks compute, two computations are equal, and have equal gradients, if these are; and networks are most of what they
 * are made of.
 */
export class NetworkLeaves {
  readonly #builder: GraphBuilder
  /** How a value stands in computations beside draws of the code. */
  readonly #written: (node: Node) => Node | Problem
  readonly #moved: ReadonlySet<Node>
  readonly #training: ReadonlySet<CodeNetwork>
  readonly #applied: readonly Applied[]
  readonly #outputs = new Map<Node, { readonly applied: Applied; readonly output: number }>()
  readonly #leaves: NetworkLeaf[] = []
  readonly #byNode = new Map<Node, NetworkLeaf>()

  /** `moved` are the parameters that move; networks in `training` are meant in the mode of training. */
  constructor(
    applications: readonly LayerApplication[],
    networks: NetworkPairing,
    {
      builder,
      written,
      moved,
      training,
    }: {
      readonly builder: GraphBuilder
      readonly written: (node: Node) => Node | Problem
      readonly moved: ReadonlySet<Node>
      readonly training: ReadonlySet<CodeNetwork>
    },
  ) {
    this.#builder = builder
    this.#written = written
    this.#moved = moved
    this.#training = training
    this.#applied = appliedNetworks(applications, networks)
    for (const applied of this.#applied)
      for (const [output, node] of applied.outputs.entries()) this.#outputs.set(node, { applied, output })
  }

  readonly isLeaf = (node: Node): boolean => this.#byNode.has(node)

  /** The network of which a node is a leaf. */
  networkOf(node: Node): CodeNetwork | undefined {
    return this.#byNode.get(node)?.network
  }

  /** What the networks are applied to so far. */
  get values(): readonly Node[] {
    return this.#leaves.flatMap(({ args }) => args)
  }

  /** Whether a node moves, or is a leaf that depends on what moves. */
  readonly isMoving = (node: Node): boolean => {
    if (this.#moved.has(node)) return true
    const known = this.#byNode.get(node)
    if (!known) return false
    const { network, args } = known
    return network.parameters.some(own => this.#moved.has(own)) || nodesBelow(args).some(this.isMoving)
  }

  /** A computation of the code with leaves for its networks. */
  replacedIn(root: Node): Node | Problem {
    const found = rebuild([root], this.#builder, node => {
      const own = this.#outputs.get(node)
      if (!own) return node
      const args = this.#replacedArguments(own.applied)
      return isProblem(args) ? args : this.#leafOf(own.applied, own.output, args, node)
    })
    return isProblem(found) ? found : this.#written(found[0]!)
  }

  #replacedArguments({ inputs }: Applied): readonly Node[] | Problem {
    const args: Node[] = []
    for (const input of inputs) {
      const arg = this.replacedIn(input)
      if (isProblem(arg)) return arg
      args.push(arg)
    }
    return args
  }

  /** The leaf of a network that the spec applies: as the code does, to the same values or else to any. */
  apply(network: CodeNetwork, output: number, args: readonly Node[]): Node | Problem {
    const own = this.#applied.filter(applied => applied.network === network)
    const form = network.model.outputs[output]?.node
    if (!form) return { problem: 'the model of the code has fewer outputs' }
    if (args.length === 0) return form
    const same = own.find(applied => {
      const inputs = this.#replacedArguments(applied)
      return !isProblem(inputs) && areEqual(inputs, args, this.#builder)
    })
    const variant =
      (same ?? own[0])?.variant ??
      variantOf(
        network.model.inputs.map(({ node }) => node),
        [form],
      )
    const isFree = variant.startsWith(variants.drawing) && !same
    if (isFree) return { problem: 'what the model of the code draws is drawn anew' }
    const meant = this.#training.has(network) && variant !== variants.plain ? variants.training : variant
    return this.#leafOf({ network, variant: meant }, output, args, form)
  }

  #leafOf(
    { network, variant }: Pick<Applied, 'network' | 'variant'>,
    output: number,
    args: readonly Node[],
    form: Node,
  ): Node | Problem {
    const known = this.#leaves.find(
      own =>
        own.network === network &&
        own.output === output &&
        own.variant === variant &&
        areEqual(own.args, args, this.#builder),
    )
    if (known) return known.leaf
    const batch = args[0]?.type.shape?.[0]
    const { shape, dtype } = form.type
    if (!shape) return { problem: 'the shape of what a network gives is not known' }
    const own = batch === undefined ? shape : [batch, ...shape.slice(1)]
    const attributes = { name: network.name, index: firstLeaf - this.#leaves.length, shape: own, dtype }
    const leaf = this.#builder.node('input', [], attributes)
    if (isProblem(leaf)) return leaf
    const entry = { network, output, variant, args, leaf }
    this.#leaves.push(entry)
    this.#byNode.set(leaf, entry)
    return leaf
  }
}

/** Values are the same if they are equal and nothing in them is stopped, or written alike. */
function areEqual(first: readonly Node[], second: readonly Node[], builder: GraphBuilder): boolean {
  if (first.length !== second.length) return false
  return first.every((node, i) => {
    const other = second[i]!
    if (node === other) return true
    return !nodesBelow([node, other]).some(stops) && isEqual(node, other, builder)
  })
}
