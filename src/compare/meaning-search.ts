import { substitute } from '../graph/dimension.js'
import type { Model, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Assignment } from '../graph/training.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedAlgorithm } from '../spec/algorithm.js'
import type { Spec } from '../spec/spec.js'
import { bindSizes } from './adopt.js'
import { applicationsIn } from './applications.js'
import { calledFunctions } from './called-functions.js'
import { flatNetworks, givesTensors } from './flat.js'
import { NetworkLeaves } from './leaves.js'
import { networksWithEnds } from './network-ends.js'
import {
  type CodeNetwork,
  codeNetworks,
  type NetworkPairing,
  networkPairings,
  placesOf,
  triesAllOf,
} from './networks.js'
import type { Meanings } from './objective.js'
import { networksOfParts } from './output-parts.js'
import { inputPairings, type Program, portsOf } from './program.js'
import type { CodeStep } from './steps.js'

const sizesIn = (networks: NetworkPairing) =>
  [...networks].flatMap(([stated, code]) => placesOf(stated, code))

/** Looks for what the networks and inputs of a spec are in a training program. */
export class MeaningSearch {
  /** What the program reads and the spec may have as inputs. */
  readonly ports: readonly Port[]
  /** What may be networks, as the code has it. */
  readonly networks: readonly CodeNetwork[]
  readonly #spec: Spec
  readonly #algorithm: StatedAlgorithm
  readonly #program: Program
  readonly #losses: readonly (Model | Problem)[]
  /** The networks of the code, also with activations that it leaves to what reads them, and of vectors. */
  readonly #candidates: readonly CodeNetwork[]

  /** `losses` are of the steps of the program, as far as they are known. */
  constructor(
    spec: Spec,
    algorithm: StatedAlgorithm,
    program: Program,
    losses: readonly (Model | Problem)[],
    steps: readonly CodeStep[],
  ) {
    this.#spec = spec
    this.#algorithm = algorithm
    this.#program = program
    this.#losses = losses
    const { training } = program
    const known = losses.flatMap(loss => (isProblem(loss) ? [] : [loss]))
    const assignments = steps.flatMap(({ step }): Assignment[] => (step.kind === 'assignment' ? [step] : []))
    const { builder } = training
    const applications = known.flatMap(applicationsIn)
    const whole = codeNetworks([...program.models, ...known], training.training.owners, assignments, builder)
    const models = [...whole, ...networksOfParts(whole, known, applications, builder)]
    const all = [...models, ...flatNetworks(models)]
    const isModels = !networkPairings(algorithm.networks, all, spec).next().done
    this.networks = isModels ? models : [...models, ...calledFunctions(known, training)]
    const ended = networksWithEnds(this.networks, known, applications, builder)
    const asTheyAre = [...this.networks, ...ended]
    this.#candidates = [...asTheyAre, ...flatNetworks(asTheyAre)]
    this.ports = portsOf(known, steps)
  }

  /** Whether every model of the code is tried as every network. */
  get triesAll(): boolean {
    return triesAllOf(this.#algorithm.networks, this.networks)
  }

  /** The ways that shapes allow; `search` says how many choices of inputs are left to be tried. */
  *meanings(search: { left: number }): Generator<Meanings> {
    const { inputs: stated, symbols } = this.#spec
    const { training } = this.#program
    for (const networks of networkPairings(this.#algorithm.networks, this.#candidates, { symbols })) {
      const sizes = sizesIn(networks)
      const { builder } = training
      const takesVectors = [...networks.values()].some(({ isFlat }) => isFlat)
      const by = { builder, takesVectors }
      for (const inputs of inputPairings(this.#spec, this.ports, sizes, by, search)) {
        const ownSizes = stated.map(
          ({ name, shape }) => [shape, inputs.get(name)?.type.shape ?? undefined] as const,
        )
        const bound = bindSizes(this.#spec, [...ownSizes, ...sizes])
        const below = stated.flatMap(({ name, below: count }) => {
          const node = inputs.get(name)
          if (!node || count === undefined) return []
          return [[node, substitute(count, own => bound.bindings.get(own))] as const]
        })
        const sums = stated.flatMap(({ name, sums: total }) => {
          const node = inputs.get(name)
          return node && total !== undefined ? [[node, total] as const] : []
        })
        yield { training, networks, inputs, below: new Map(below), sums: new Map(sums), ...bound }
      }
    }
  }

  /** Why no model of the code can be the networks, or nothing of it the inputs. */
  whyNone(): string {
    const isFitting = !networkPairings(this.#algorithm.networks, this.#candidates, this.#spec).next().done
    const unknown = this.#losses.find(isProblem)
    if (unknown && (this.networks.length === 0 || isFitting)) return unknown.problem
    if (isFitting) {
      const tensors = this.ports.map(({ name, node }) => `\`${name}\` ${shapeText(node.type.shape)}`)
      return `the code has no tensors of these shapes, one for each input; it has ${tensors.join(', ') || 'none'}`
    }
    const shapes = (ports: readonly Pick<Port, 'node'>[]) =>
      ports.map(({ node }) => shapeText(node.type.shape)).join(', ')
    const models = this.networks.map(
      ({ name, model }) => `\`${name}\`: ${shapes(model.inputs)} → ${shapes(model.outputs)}`,
    )
    return `the code has no models of these shapes, one for each network; it has ${models.join('; ') || 'none'}`
  }

  /**
   * Why a part of what networks are in the code, or more than it, may be what the paper means: of a function, and of a
   * model whose tensors the code makes something of itself where the paper has a vector.
   */
  doubtAbout(networks: NetworkPairing): string | undefined {
    const all = [...networks.values()]
    const guess = all.find(({ isGuess }) => isGuess)
    if (guess) return `a part of the function \`${guess.name}\`, or more than it, may be the network`
    if (!all.some(givesTensors)) return undefined
    const { builder } = this.#program.training
    const known = {
      builder,
      written: (node: Node) => node,
      moved: new Set<Node>(),
      training: new Set<CodeNetwork>(),
    }
    for (const loss of this.#losses) {
      if (isProblem(loss)) return loss.problem
      const leaves = new NetworkLeaves(applicationsIn(loss), networks, known)
      const root = leaves.replacedIn(loss.outputs[0]!.node)
      if (isProblem(root)) return root.problem
      const read = nodesBelow([root]).flatMap(node => leaves.networkOf(node) ?? [])
      const tensor = read.find(givesTensors)
      if (tensor)
        return `the code makes something itself of the tensor that \`${tensor.name}\` gives, which may belong to the network`
    }
    return undefined
  }
}
