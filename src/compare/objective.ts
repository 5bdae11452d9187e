import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { Model, ModelGraph, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Descent, TrainingGraph } from '../graph/training.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { labelsOf, namedLoss, objectiveOf, penaltiesOf } from '../library/objective.js'
import type { ApplyNetwork, StatedDescent } from '../spec/algorithm.js'
import type { OnValue } from '../spec/spec.js'
import { applicationsIn, isOfAny } from './applications.js'
import { type Drawing, drawings, withPlainDraws } from './drawings.js'
import { eachExample } from './each-example.js'
import { differingNumbers, leafNames, type Sides, type Whole } from './evidence.js'
import { differingExpectation } from './expectation.js'
import { anyWithSum } from './given-sums.js'
import { withoutGuards } from './guards.js'
import { NetworkLeaves } from './leaves.js'
import { asStated } from './network-ends.js'
import { type CodeNetwork, NetworkApplier, type NetworkPairing } from './networks.js'
import { compareEquations, difference, type EquationOutcome, type Instantiate } from './stated-equations.js'
import { StoppedValues, stopsBefore, withGradients } from './stopped.js'

/** What the names of a spec are in the code. */
export interface Meanings {
  readonly training: TrainingGraph
  readonly networks: NetworkPairing
  /** The nodes of the spec's inputs, by name. */
  readonly inputs: ReadonlyMap<string, Node>
  /** For inputs that are indices: how many values each of them names. */
  readonly below: ReadonlyMap<Node, Dimension>
  /** For inputs whose numbers along the last axis add up to something: what. */
  readonly sums: ReadonlyMap<Node, number>
  readonly bindings: ReadonlyMap<string, Dimension>
  readonly assumed: ReadonlyMap<string, number>
}

/** How much is done to decide: a proof by form alone, a verdict, or a verdict that says what a difference is called. */
export type Effort = 'form' | 'verdict' | 'name'

/** What a step of an optimizer minimises, as the only output of a model: of a compiled model, all that training adds up. */
export function lossOf({ loss, reason }: Descent, { builder }: TrainingGraph): Model | Problem {
  if (!loss) return { problem: `the loss is not known: ${reason ?? 'it was not followed'}` }
  if (loss.isMinimized) return loss
  const terms: (Node | Problem)[] = penaltiesOf(loss, builder).map(({ node }) => node)
  const labels: Port[] = []
  for (const term of loss.compilation?.losses ?? []) {
    const { output, kind, weight, span, function: own } = term
    const prediction = loss.outputs[output]?.node
    if (term.reason !== undefined || !prediction)
      return { problem: `the loss is not known: ${term.reason ?? 'it was not followed'}` }
    const given = own?.labels ?? labelsOf(builder, output, prediction)
    if (isProblem(given)) return given
    labels.push({ name: 'y', node: given, origin: { span, path: [] } })
    terms.push(objectiveOf(builder, own?.value ?? namedLoss(builder, kind, given, prediction), weight))
  }
  const failed = terms.find(isProblem)
  if (failed) return failed
  const [first, ...others] = terms as readonly Node[]
  if (!first) return { problem: 'the model is compiled without a loss' }
  const total = others.reduce<Node | Problem>(
    (sum, node) => (isProblem(sum) ? sum : builder.node('add', [sum, node])),
    first,
  )
  if (isProblem(total)) return total
  const outputs = [{ ...loss.outputs[0]!, name: 'loss', node: total }]
  return { ...loss, inputs: [...loss.inputs, ...labels], outputs }
}

/** What a value of the code reads that is no input of the spec: a caller may have drawn it. */
function givenBesides(root: Node, { inputs }: Meanings): string | undefined {
  const stated = new Set(nodesBelow([...inputs.values()]))
  const besides = nodesBelow([root]).find(node => node.op === 'input' && !stated.has(node))
  return besides && String(besides.attributes.name)
}

/**
 * Compares what a spec minimises with what a step of the code does: as values, and, where gradients are stopped on the way
 * to a parameter that moves, by their gradients as well. It is first proved for each example, which decides for batches
 * of any size.
 */
export function compareObjective(
  stated: StatedDescent,
  loss: Model,
  moved: readonly Node[],
  meanings: Meanings,
  effort: Effort,
): EquationOutcome {
  const { training, networks, below, sums, assumed } = meanings
  const { builder, provenance } = training
  const port = loss.outputs[0]!
  const written = (node: Node): Node | Problem => {
    const found = withPlainDraws([node], builder)
    return isProblem(found) ? found : found[0]!
  }
  const indices = anyInputs(below, sums, builder)
  if (isProblem(indices)) return indices
  const taken = new Set([...networks.values()].flatMap(({ parameters }) => parameters))
  const prover = new Prover(stated, meanings, indices, { taken, assumed })
  const applications = applicationsIn(loss)
  const isForOne = [...networks.values()].some(({ model }) => isOfAny(model))
  // The framework's own training is in that mode by itself.
  const inTraining = loss.isMinimized ? trainingNetworks(stated, networks) : new Set<CodeNetwork>()
  const leaves = new NetworkLeaves(applications, networks, {
    builder,
    written,
    moved: new Set(moved),
    training: inTraining,
  })
  const byNetworks = prover.byNetworks(leaves, port)
  if (byNetworks) return byNetworks
  if (effort === 'form') return { problem: 'it is not proved whatever the networks compute' }
  const guarded = guardedObjective(stated, loss, moved, meanings)
  if (guarded) return guarded
  const root = written(port.node)
  if (isProblem(root)) return root
  const code: ModelGraph = { model: { ...loss, outputs: [{ ...port, node: root }] }, builder, provenance }
  const applier = new NetworkApplier(applications, builder, inTraining)
  const apply = asStated(networks, builder, (network, output, args) => applier.apply(network, output, args))
  const instantiator = new Instantiator(stated, meanings, apply)
  const ways = instantiator.ways([root])
  const first = ways[0]?.(() => undefined)
  if (!first) return { problem: instantiator.misfit }
  const { equationParameters } = stated.objective
  const search = { taken, assumed, isNamed: effort === 'name' }
  const stopped = [root, first.model.outputs[0]!.node].some(node => stopsBefore(node, moved, training))
  const names = leafNames(code)
  const by = stopped ? moved.map(node => [node, `the gradient by ${names(node)}`] as const) : []
  const clauseOf = new Map(
    [stated.name, ...by.map(([, name]) => name)].map(
      name => [`output:${name}`, stated.clauses.objective] as const,
    ),
  )
  const outputs = { equationParameters, clauseOf }
  const withAll = (graph: ModelGraph) =>
    withGradients(graph, stated.name, by, node => replacedIn(node, indices, builder))
  const [compared, specified] = [withAll(code), withAll(first)]
  if (isProblem(compared)) return compared
  if (isProblem(specified)) return specified
  const shown = sidesOf(specified, compared, assumed)
  let whole: Whole | undefined
  const refute = (): Whole => {
    whole ??= equationParameters.length > 0 ? { kind: 'open', problem: unpairedTensors } : refuted(shown)
    return whole
  }
  if (instantiator.unpaired !== undefined) {
    const given = givenBesides(root, meanings)
    if (given !== undefined) {
      const drawn = instantiator.unpaired
      return {
        problem: `the code does not draw ${drawn}, and \`${given}\`, which it is given, may be these draws`,
      }
    }
    // What one side draws and the other does not cannot make both equal, whatever else they are.
    const found = refute()
    return found.kind === 'differs'
      ? {
          evidence: found.evidence,
          specified: shown.specified[0]!,
          implemented: shown.implemented[0]!,
          statements: [],
        }
      : { problem: `the code has no draws that can be ${instantiator.unpaired}, and ${found.problem}` }
  }
  const isMoved = new Set(moved)
  const proved = prover.eachExample(code, ways, node => isMoved.has(node), refute)
  if (proved) return isForOne ? shownForOne : proved
  let failed: Problem | undefined
  const outcome = compareEquations(outputs, compared, {
    ...search,
    instantiations: ways.map(
      (make): Instantiate =>
        (learned, onValue) => {
          const found = mapped(make(learned, onValue), withAll)
          if (!found || !isProblem(found)) return found
          failed = found
          return undefined
        },
    ),
    refute: sides => (equationParameters.length > 0 ? difference(sides) : refute()),
  })
  if ('problem' in outcome && failed) return failed
  return 'proof' in outcome && isForOne ? shownForOne : outcome
}

const shownForOne: Problem = {
  problem:
    'of a model of which the shapes alone are given, it holds for one, and it is not shown for any other',
}

/** An objective that is the stated one but for what keeps its logarithms finite. */
function guardedObjective(
  stated: StatedDescent,
  loss: Model,
  moved: readonly Node[],
  meanings: Meanings,
): EquationOutcome | undefined {
  const without = withoutGuards(loss, meanings.training.builder)
  if (!without) return undefined
  const { guard, loss: plain } = without
  const outcome = compareObjective(stated, plain, moved, meanings, 'form')
  if (!('proof' in outcome)) return undefined
  const { constant } = guard
  return {
    name: { code: 'log-guarded', values: { constant: String(constant) } },
    evidence: {
      by: 'value',
      expected: 'log(0) = −∞',
      actual: `log(${constant}) = ${Number(Math.log(constant).toPrecision(4))}`,
    },
    specified: guard.plain,
    implemented: guard.guarded,
    statements: [],
  }
}

const mapped = <Result>(
  graph: ModelGraph | undefined,
  change: (graph: ModelGraph) => Result,
): Result | undefined => graph && change(graph)

function onlyOutput(
  { model, builder, provenance }: ModelGraph,
  change: (node: Node) => Node | undefined,
): ModelGraph | undefined {
  const port = model.outputs[0]!
  const node = change(port.node)
  return node && { model: { ...model, outputs: [{ ...port, node }] }, builder, provenance }
}

function replacedIn(root: Node, replaced: ReadonlyMap<Node, Node>, builder: GraphBuilder): Node | Problem {
  const found = rebuild([root], builder, node => replaced.get(node) ?? node)
  return isProblem(found) ? found : found[0]!
}

type Proof = Extract<EquationOutcome, { readonly proof: unknown }>

/** Looks for proofs that two objectives are one. */
class Prover {
  readonly #stated: StatedDescent
  readonly #meanings: Meanings
  readonly #indices: ReadonlyMap<Node, Node>
  readonly #search: { readonly taken: ReadonlySet<Node>; readonly assumed: ReadonlyMap<string, number> }

  constructor(
    stated: StatedDescent,
    meanings: Meanings,
    indices: ReadonlyMap<Node, Node>,
    search: { readonly taken: ReadonlySet<Node>; readonly assumed: ReadonlyMap<string, number> },
  ) {
    this.#stated = stated
    this.#meanings = meanings
    this.#indices = indices
    this.#search = search
  }

  /** A proof for whatever the networks compute. */
  byNetworks(leaves: NetworkLeaves, port: Port): Proof | undefined {
    const { training, networks } = this.#meanings
    const node = leaves.replacedIn(port.node)
    if (isProblem(node)) return undefined
    const apply = asStated(networks, training.builder, (network, output, args) =>
      leaves.apply(network, output, args),
    )
    const instantiator = new Instantiator(this.#stated, this.#meanings, apply, leaves.isLeaf)
    const model: Model = {
      name: 'loss',
      inputs: [],
      outputs: [{ ...port, node }],
      applications: [],
      layers: [],
      origin: port.origin,
    }
    const ways = instantiator.ways([node, ...leaves.values])
    if (!ways[0]?.(() => undefined) || instantiator.unpaired !== undefined) return undefined
    const refute = (): Whole => ({ kind: 'open', problem: 'no numbers are looked for' })
    return this.eachExample({ model, ...training }, ways, leaves.isMoving, refute)
  }

  /**
   * A proof for each example, which is one for batches of any size, with a leaf for each value that is stopped on the way
   * to something that moves.
   */
  eachExample(
    code: ModelGraph,
    ways: readonly Instantiate[],
    isMoved: (node: Node) => boolean,
    refute: () => Whole,
  ): Proof | undefined {
    const { builder } = code
    const { objective, name, clauses } = this.#stated
    const { inputs } = this.#meanings
    const example = [...inputs.values()].find(({ type }) => (type.shape?.length ?? 0) > 0)
    const values = new StoppedValues(isMoved, builder)
    const each = (graph: ModelGraph): ModelGraph | undefined =>
      onlyOutput(graph, node => {
        const followed = values.replacedIn(node)
        const given = isProblem(followed) ? followed : replacedIn(followed, this.#indices, builder)
        if (isProblem(given)) return undefined
        return (example && eachExample(given, example, builder)) ?? given
      })
    const own = each(code)
    if (!own) return undefined
    const outputs = {
      equationParameters: objective.equationParameters,
      clauseOf: new Map([[`output:${name}`, clauses.objective]]),
    }
    const outcome = compareEquations(outputs, own, {
      ...this.#search,
      instantiations: ways.map(
        (make): Instantiate =>
          learned =>
            mapped(make(learned), each),
      ),
      refute,
      isNamed: false,
    })
    return 'proof' in outcome ? outcome : undefined
  }
}

/** Networks that are said to be in the mode of training: those that a step moves, where it is stated what they compute. */
export const trainingNetworks = ({ over }: StatedDescent, networks: NetworkPairing) =>
  new Set(over.flatMap(network => (network.inside && networks.get(network)) ?? []))

/** Builds what a spec minimises of what its names are in the code. */
class Instantiator {
  readonly #stated: StatedDescent
  readonly #meanings: Meanings
  readonly #network: ApplyNetwork
  readonly #isOpaque: ((node: Node) => boolean) | undefined
  /** Why the equations do not fit, where they do not. */
  misfit = 'the equations do not fit the code'
  /** What the spec draws and the code does not. */
  unpaired: string | undefined

  constructor(
    stated: StatedDescent,
    meanings: Meanings,
    network: ApplyNetwork,
    isOpaque?: (node: Node) => boolean,
  ) {
    this.#stated = stated
    this.#meanings = meanings
    this.#network = network
    this.#isOpaque = isOpaque
  }

  /** The ways in which the draws of the spec may be those of some values of the code. */
  ways(roots: readonly Node[]): readonly Instantiate[] {
    const { objective } = this.#stated
    const { builder } = this.#meanings.training
    return drawings(objective.draws.length, roots, builder).map(
      (drawing): Instantiate =>
        (learned, onValue) =>
          this.make(drawing, learned, onValue),
    )
  }

  make(
    drawing: Drawing,
    learned: (name: string) => Node | undefined,
    onValue?: OnValue,
  ): ModelGraph | undefined {
    const { training, inputs, bindings } = this.#meanings
    const draw = drawing()
    const { graph, diagnostics } = this.#stated.objective.instantiate({
      builder: training.builder,
      provenance: training.provenance,
      symbol: name => bindings.get(name),
      input: name => inputs.get(name),
      equationParameter: learned,
      draw: (standard, name, shape) => {
        const node = draw(standard, name, shape)
        if (!node)
          this.unpaired ??= `\`${name.slice(name.lastIndexOf('.') + 1)}\` of shape ${shapeText(shape)}`
        return node
      },
      network: this.#network,
      ...(this.#isOpaque && { isOpaque: this.#isOpaque }),
      ...(onValue && { onValue }),
    })
    if (diagnostics[0]) this.misfit = diagnostics[0].message
    return graph
  }
}

function sidesOf(
  specified: ModelGraph,
  implemented: ModelGraph,
  assumed: ReadonlyMap<string, number>,
): Sides {
  return {
    specified: specified.model.outputs.map(({ node }) => node),
    implemented: implemented.model.outputs.map(({ node }) => node),
    names: implemented.model.outputs.map(({ name }) => name),
    nameOf: leafNames(implemented),
    assumed,
    builder: implemented.builder,
    complete: true,
  }
}

const unpairedTensors = 'which parameters of the code the learned tensors are is not known'

/** The value alone: gradients with equal expectations follow from values with equal ones. */
const onlyValue = (sides: Sides): Sides => ({
  ...sides,
  specified: sides.specified.slice(0, 1),
  implemented: sides.implemented.slice(0, 1),
  names: sides.names.slice(0, 1),
})

/** Numbers that show a difference where both sides are made of the same parameters. */
function refuted(sides: Sides): Whole {
  const hasDraws = nodesBelow([...sides.specified, ...sides.implemented]).some(
    ({ attributes }) => 'site' in attributes,
  )
  const found = hasDraws
    ? differingExpectation(onlyValue(sides))
    : differingNumbers(sides, 'distinct', name => name)
  return isProblem(found)
    ? { kind: 'open', problem: found.problem }
    : { kind: 'differs', evidence: found, parameters: false }
}

/** Indices of which it is known how many there are, and values of which it is known what they add up to. */
function anyInputs(
  below: Meanings['below'],
  sums: Meanings['sums'],
  builder: GraphBuilder,
): ReadonlyMap<Node, Node> | Problem {
  const replaced = new Map<Node, Node>()
  for (const [node, total] of sums) {
    const known = anyWithSum(node, total, builder)
    if (isProblem(known)) return known
    replaced.set(node, known)
  }
  for (const [node, count] of below) {
    const known = builder.node('input', [], { ...node.attributes, dtype: 'int32', below: count })
    if (isProblem(known)) return known
    replaced.set(node, known)
  }
  return replaced
}
