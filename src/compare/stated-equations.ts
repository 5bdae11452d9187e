import { isDraw } from '../evaluate/concrete.js'
import { rebuild } from '../gradient/rebuild.js'
import { substituteIn } from '../graph/attribute.js'
import { type ModelGraph, parametersOf, type StatedValue } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { normalize } from '../normal/normalize.js'
import type { Clause, OnValue, StatedModel } from '../spec/spec.js'
import { type Adoption, adopt } from './adopt.js'
import { hasTheSameKeys, type Pair } from './align.js'
import { provedVerdicts } from './clause-verdicts.js'
import { Correspondence } from './correspondence.js'
import { drawings, withPlainDraws } from './drawings.js'
import { differingNumbers, leafNames, type Sides, type Whole } from './evidence.js'
import { nameDifferences } from './findings.js'
import { formsOf, overlap } from './forms.js'
import { missingFreedom } from './freedom.js'
import { judge } from './judge.js'
import { type NamedDifference, nameDifference } from './naming.js'
import { compareInputs, inputPlaces, outputPlaces } from './ports.js'
import { pairByRole } from './roles.js'
import { type Candidate, candidatesBySignature, type LearnedGroup } from './signatures.js'
import { matchStatements } from './stated-matches.js'
import { statedVerdicts } from './stated-verdicts.js'
import { relate } from './values.js'
import type { ClauseVerdict, Comparison, Evidence, Finding, StatedMatch } from './verdict.js'

/** How many nodes may be brought into normal form to try ways of pairing learned tensors with parameters. */
const mostNodes = 200_000

/** So many ways are tried at most, and at least one. */
const mostPairings = 500

/** So many candidates are looked at to choose one for each: where there are too few for all, every choice is in vain. */
const mostLookedAt = 100_000

/** How many nodes may be computed to tell parameters apart by numbers. */
const mostNumbers = 400_000

/** For so many of them it is asked what the difference is called. */
const mostNamed = 6

/** What became of a model that is stated in equations. */
export type EquationOutcome = { readonly rebuild?: Rebuild } & (
  | { readonly proof: Evidence }
  | (NamedDifference & {
      readonly evidence: Evidence
      /** What equations state, with the parameters that their learned tensors were taken for. */
      readonly statements: readonly StatedValue[]
    })
  | { readonly problem: string }
)

/** Builds the stated graph once more, with the parameters that its learned tensors were taken for. */
export type Rebuild = (onValue: OnValue) => ModelGraph | undefined

/** The structure of a model that is stated in equations, wholly or in parts. */
export function compareStated(
  spec: StatedModel,
  code: ModelGraph,
  stated: readonly Clause[],
  rough: readonly Pair[],
  { silent, bindings, assumed }: Adoption,
): {
  readonly clauses: readonly ClauseVerdict[]
  readonly loose: readonly Finding[]
  readonly silent: Comparison['silent']
  readonly matches: () => readonly StatedMatch[]
} {
  const adopted = rough.filter(hasTheSameKeys)
  const taken = new Set(
    adopted.flatMap(({ implemented }) => implemented!.layer.parameters.map(({ node }) => node)),
  )
  const drawn = spec.draws.length > 0 ? plainlyDrawn(code) : code
  const roots = drawn.model.outputs.map(({ node }) => node)
  const instantiations = drawings(spec.draws.length, roots, code.builder).map(
    (drawing): Instantiate =>
      (learned, onValue) =>
        adopt(spec, code, rough, { learned, draw: drawing(), ...(onValue && { onValue }) }).graph,
  )
  const bounded = boundedInputs(spec, code, bindings)
  const outcome = compareEquations(spec, drawn, { taken, assumed, bounded, instantiations })
  const matches = once(() => matchStatements(spec, code, outcome))
  const bind = (shape: Attribute) => substituteIn(shape, name => bindings.get(name))
  const settings = nameDifferences(adopted, new Correspondence(adopted, []), spec)
  const named = [...compareInputs(spec, code.model, bind), ...settings]
  if ('proof' in outcome) {
    const kept = named.filter(({ effect }) => effect === 'stated')
    return { ...provedVerdicts(stated, kept, outcome.proof), silent, matches }
  }
  const paired = new Set(adopted.map(({ specified }) => specified!.layer.id))
  return { ...statedVerdicts(outcome, spec, code, stated, paired, named), silent, matches }
}

function once<Result>(compute: () => Result): () => Result {
  let known: { readonly result: Result } | undefined
  return () => {
    known ??= { result: compute() }
    return known.result
  }
}

/**
 * Compares a model that is stated in equations with code. Equations do not say which parameter of the code a learned
 * tensor is: every pairing of equal shapes is tried, and one under which both are equal proves them equal. That they
 * differ is said only with numbers that no pairing can explain, with all parameters equal.
 */
export function compareEquations(
  spec: StatedOutputs,
  code: ModelGraph,
  {
    taken,
    assumed,
    instantiations,
    bounded = new Map(),
    refute = difference,
    isNamed = true,
  }: EquationSearch,
): EquationOutcome {
  const nodes = nodesBelow(code.model.outputs.map(({ node }) => node))
  // Layers in layers have parameters that the framework does not count.
  const all = new Set([
    ...parametersOf(code.model).map(({ parameter: { node } }) => node),
    ...nodes.filter(({ op }) => op === 'parameter'),
  ])
  const free = [...all].filter(node => !taken.has(node))
  const size = nodes.length
  let left = Math.max(1, Math.min(mostPairings, Math.floor(mostNodes / size)))
  const shown: Sides[] = []
  const built = new Map<Sides, { readonly graph: ModelGraph; readonly rebuild: Rebuild }>()
  function* sides(): Generator<Sides> {
    for (const instantiate of instantiations) {
      for (const pairing of pairingsOf(spec, code, free, assumed, instantiate)) {
        if (left-- === 0) return
        const specified = instantiate(name => pairing.get(name))
        if (!specified) continue
        const own = sidesOf(spec, specified, code, assumed, bounded)
        if (shown.length < mostNamed) shown.push(own)
        const rebuild: Rebuild = onValue => instantiate(name => pairing.get(name), onValue)
        built.set(own, { graph: specified, rebuild })
        yield own
      }
    }
  }
  const judgement = judge(sides(), () => {
    const unpaired = shown.length > 0 ? undefined : instantiations[0]?.(() => undefined)
    if (unpaired) shown.push(sidesOf(spec, unpaired, code, assumed, bounded))
    return shown[0] ? refute(shown[0]) : open('the equations do not fit the code')
  })
  const rebuilt = (sides: Sides | undefined) => {
    const rebuild = sides && built.get(sides)?.rebuild
    return rebuild && { rebuild }
  }
  if (judgement.kind === 'same') return { proof: judgement.evidence, ...rebuilt(judgement.sides) }
  if (judgement.kind === 'open') {
    const tooMany = 'the learned tensors can be paired with parameters in too many ways'
    return { problem: left < 0 ? tooMany : judgement.problem, ...rebuilt(shown[0]) }
  }
  const { evidence } = judgement
  const subject = evidence.by === 'counterexample' ? evidence.counterexample.subject : undefined
  const shownBy = shown[0]!.names.findIndex(name => subject === `the output ${name}`)
  const at = shownBy >= 0 ? shownBy : differingOutput(shown[0]!)
  const whole = { specified: shown[0]!.specified[at]!, implemented: shown[0]!.implemented[at]! }
  const named = isNamed ? nameDifference(shown) : undefined
  const statements = (named?.sides && built.get(named.sides)?.graph.statements) ?? []
  return { evidence, statements, ...(named ?? whole), ...rebuilt(named?.sides ?? shown[0]) }
}

type Pairing = ReadonlyMap<string, Node>

/** What is known of values that equations state: their names, and the learned tensors that they are made of. */
type StatedOutputs = Pick<StatedModel, 'equationParameters' | 'clauseOf'>

/** The stated graph, with nodes of the code for learned tensors; undefined where it does not fit. */
export type Instantiate = (
  learned: (name: string) => Node | undefined,
  onValue?: OnValue,
) => ModelGraph | undefined

/** What equations are compared with, and how. */
interface EquationSearch {
  /** Parameters that cannot be learned tensors of equations. */
  readonly taken: ReadonlySet<Node>
  readonly assumed: ReadonlyMap<string, number>
  /** What stands for inputs of which the spec says below which number they are. */
  readonly bounded?: ReadonlyMap<Node, Node>
  /** The stated graph with what is not said to be the code's in one way or another: any of them may be what is meant. */
  readonly instantiations: readonly Instantiate[]
  /** What shows that no pairing makes both equal. */
  readonly refute?: (sides: Sides) => Whole
  /** Whether it is asked what a difference is called, which may cost more than to find it; it is, unless this is false. */
  readonly isNamed?: boolean
}

/**
 * Ways to give each learned tensor a parameter or a part of one: by the roles that they play, then those that numbers
 * allow, then all of equal shapes.
 */
function* pairingsOf(
  spec: StatedOutputs,
  code: ModelGraph,
  free: readonly Node[],
  assumed: ReadonlyMap<string, number>,
  instantiate: Instantiate,
): Generator<Pairing> {
  if (spec.equationParameters.length === 0) {
    yield new Map()
    return
  }
  const unpaired = instantiate(() => undefined)
  if (!unpaired) return
  const sides = sidesOf(spec, unpaired, code, assumed)
  const likely = likelyPairing(spec, sides, free)
  if (spec.equationParameters.every(({ name }) => likely.has(name))) yield likely
  const groups = groupsOf(spec, sides, free)
  const size = nodesBelow([...sides.specified, ...sides.implemented]).length
  const byNumbers =
    (groups.length + free.length) * size <= mostNumbers
      ? candidatesBySignature(sides, groups, free)
      : undefined
  if (byNumbers) yield* choices(byNumbers)
  const forms = free.flatMap(node => formsOf(node, code.builder).map(form => ({ parameter: node, form })))
  const byShape = groupedBy(forms, ({ form }) => shapeText(form.type.shape))
  yield* choices(
    spec.equationParameters.map(({ name, shape }) => {
      const first = likely.get(name)
      const alike = byShape.get(shapeText(shape)) ?? []
      const ordered = first
        ? alike.toSorted((a, b) => Number(b.form === first) - Number(a.form === first))
        : alike
      return ordered.map(({ parameter, form }) => ({
        parameters: [parameter],
        forms: new Map([[name, form]]),
      }))
    }),
  )
}

/** The parameters that play the roles of the learned tensors, where both sides have them, by the names of the tensors. */
function likelyPairing(spec: StatedOutputs, sides: Sides, free: readonly Node[]): Pairing {
  const names = learnedNodes(spec, sides, free)
  const [stated, actual] = [sides.specified, sides.implemented].map(
    nodes => normalize(nodes, sides.builder, 'inference').outputs,
  )
  const pairing = pairByRole({ outputs: stated!, open: [...names.keys()] }, { outputs: actual!, open: free })
  return new Map([...pairing].map(([node, partner]) => [names.get(node)!, partner]))
}

/** Every way to choose one candidate for each, no part of a parameter twice, in the order of the candidates. */
function* choices(candidates: readonly (readonly Candidate[])[]): Generator<Pairing> {
  const chosen: Candidate[] = []
  const tried: number[] = [0]
  let left = mostLookedAt
  while (tried.length > 0 && left > 0) {
    const at = tried.length - 1
    if (at === candidates.length) {
      yield new Map(chosen.flatMap(({ forms }) => [...forms]))
      tried.pop()
    } else {
      const open = candidates[at]!
      let next = tried[at]!
      while (next < open.length && chosen.some(other => overlap(other, open[next]!))) next++
      left -= next + 1 - tried[at]!
      if (next < open.length) {
        tried[at] = next + 1
        chosen.push(open[next]!)
        tried.push(0)
        continue
      }
      tried.pop()
    }
    chosen.pop()
  }
}

/** The learned tensors of a spec whose nodes are no parameters of the code, those of a family together. */
function groupsOf(spec: StatedOutputs, sides: Sides, free: readonly Node[]): readonly LearnedGroup[] {
  const nodes = learnedNodes(spec, sides, free)
  const byName = new Map([...nodes].map(([node, name]) => [name, node]))
  const members = spec.equationParameters.flatMap(({ name, family }) => {
    const node = byName.get(name)
    return node ? [{ name, node, family }] : []
  })
  return [...groupedBy(members, ({ family }) => family).values()].map(group => ({ members: group }))
}

function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item])
  return groups
}

/** The nodes that stand for learned tensors, with their names. */
function learnedNodes(
  spec: StatedOutputs,
  { specified }: Sides,
  free: readonly Node[],
): ReadonlyMap<Node, string> {
  const learned = new Set(spec.equationParameters.map(({ name }) => name))
  const isKnown = new Set(free)
  return new Map(
    nodesBelow(specified).flatMap(node => {
      const name = String(node.attributes.name)
      return node.op === 'parameter' && learned.has(name) && !isKnown.has(node) ? [[node, name]] : []
    }),
  )
}

/** Code of which every draw stands by itself, to be paired with those of a spec. */
function plainlyDrawn(code: ModelGraph): ModelGraph {
  const { outputs } = code.model
  const nodes = withPlainDraws(
    outputs.map(({ node }) => node),
    code.builder,
  )
  if (isProblem(nodes)) return code
  return {
    ...code,
    model: { ...code.model, outputs: outputs.map((port, i) => ({ ...port, node: nodes[i]! })) },
  }
}

/** Inputs of whole numbers as far as the spec says that they go: numbers beyond show no difference. */
function boundedInputs(
  spec: StatedModel,
  { model, builder }: ModelGraph,
  bindings: Adoption['bindings'],
): ReadonlyMap<Node, Node> {
  const places = inputPlaces(spec, model)
  return new Map(
    spec.inputs.flatMap(({ below }, i) => {
      const node = model.inputs[places[i]!]?.node
      if (below === undefined || node?.type.dtype !== 'int32') return []
      const bound = substituteIn(below, name => bindings.get(name))
      const known = builder.node('input', [], { ...node.attributes, below: bound })
      return isProblem(known) ? [] : [[node, known] as const]
    }),
  )
}

function sidesOf(
  spec: StatedOutputs,
  { model }: ModelGraph,
  code: ModelGraph,
  assumed: ReadonlyMap<string, number>,
  bounded: ReadonlyMap<Node, Node> = new Map(),
): Sides {
  const places = outputPlaces(spec, code.model)
  const outputs = model.outputs.flatMap(({ node, name }, i) => {
    const other = code.model.outputs[places[i]!]?.node
    return other ? [{ name, node, other }] : []
  })
  const within = (nodes: readonly Node[]) => {
    const rebuilt = bounded.size > 0 ? rebuild(nodes, code.builder, node => bounded.get(node) ?? node) : nodes
    return isProblem(rebuilt) ? nodes : rebuilt
  }
  return {
    specified: within(outputs.map(({ node }) => node)),
    implemented: within(outputs.map(({ other }) => other)),
    names: outputs.map(({ name }) => name),
    nameOf: leafNames(code),
    assumed,
    builder: code.builder,
    complete: outputs.length === model.outputs.length && outputs.length === code.model.outputs.length,
  }
}

/** The first output of another shape, else the first one. */
function differingOutput({ specified, implemented }: Sides): number {
  const isOther = ({ type }: Node, i: number) =>
    type.shape && implemented[i]!.type.shape && relate(type.shape, implemented[i]!.type.shape) === 'different'
  return Math.max(0, specified.findIndex(isOther))
}

const open = (problem: string): Whole => ({ kind: 'open', problem })

/** What shows that no pairing of learned tensors with parameters makes both sides equal. */
export function difference(sides: Sides): Whole {
  const [stated, actual] = [sides.specified, sides.implemented].map(
    nodes => nodes[differingOutput(sides)]?.type.shape,
  )
  if (stated && actual && relate(stated, actual) === 'different') {
    const evidence = { by: 'shape', expected: shapeText(stated), actual: shapeText(actual) } as const
    return { kind: 'differs', evidence, parameters: false }
  }
  if ([...sides.specified, ...sides.implemented].some(draws)) return open('the values depend on random draws')
  const found = differingNumbers(sides, 'equal')
  if (!isProblem(found)) return { kind: 'differs', evidence: found, parameters: false }
  const missing = missingFreedom(sides)
  if (missing) return { kind: 'differs', evidence: missing, parameters: true }
  const isLearned = ({ attributes }: Node) => 'identity' in attributes && 'name' in attributes
  if (!nodesBelow([...sides.specified, ...sides.implemented]).some(isLearned)) return open(found.problem)
  const unpaired = 'no pairing of learned tensors with parameters makes both equal'
  return open(`${unpaired}, and ${found.problem}`)
}

/** Whether a value depends on draws that do not vanish in inference. */
function draws(root: Node): boolean {
  const seen = new Set([root])
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (isDraw(node)) return true
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return false
}
