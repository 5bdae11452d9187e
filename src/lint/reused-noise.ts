import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import { lossesOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { type Descent, descentsAmong, type Step, type TrainingGraph } from '../graph/training.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { Span } from '../text/source.js'
import type { ProgramRule } from './program.js'
import { ownersOf } from './step-owners.js'

/**
 * Random numbers that are drawn before a loop, or before a function that trains is called, and used in all steps in it, where
 * each step should draw its own.
 */
export const reusedNoise: ProgramRule = ({ trainings }) =>
  trainings.flatMap(graph => {
    const { steps, since } = graph.training
    return [...repeatsIn(steps), ...calls(steps, since)].flatMap(repeat => failuresIn(repeat, graph))
  })

/** Steps that are taken often. */
interface Repeat {
  readonly step: Descent
  /** The steps between which it is taken. */
  readonly around: readonly Descent[]
  /** The number of the first node that a round makes. */
  readonly since: number
  /** Whether a draw is the same in all rounds. */
  readonly isShared: (draw: Node) => boolean
}

function repeatsIn(steps: readonly Step[]): readonly Repeat[] {
  const inLoops = steps.flatMap((step): readonly Repeat[] => {
    if (step.kind === 'alternatives') return step.ways.flatMap(repeatsIn)
    if (step.kind !== 'rounds') return []
    const { since } = step
    if (since === undefined) return repeatsIn(step.steps)
    const around = descentsAmong(step.steps)
    return around.map(own => ({
      step: own,
      around,
      since,
      isShared: draw => draw.id < since,
    }))
  })
  return [...inLoops, ...unrolled(steps.filter(step => step.kind === 'descent'))]
}

/** The steps that each call takes outside of loops. */
function calls(steps: readonly Step[], since: number | undefined): readonly Repeat[] {
  if (since === undefined) return []
  const around = descentsAmong(steps)
  const outside = (all: readonly Step[]): readonly Descent[] =>
    all.flatMap(step => {
      if (step.kind === 'alternatives') return step.ways.flatMap(outside)
      return step.kind === 'descent' ? [step] : []
    })
  return outside(steps).map(step => ({
    step,
    around,
    since,
    isShared: draw => draw.id < since,
  }))
}

/** A loop of few rounds is walked round by round: equal steps of one place follow each other. */
function unrolled(around: readonly Descent[]): readonly Repeat[] {
  const byPlace = new Map<Span, Descent[]>()
  for (const step of around) byPlace.set(step.origin.span, [...(byPlace.get(step.origin.span) ?? []), step])
  return [...byPlace.values()].flatMap(([step, second]) => {
    if (!step?.loss || !second?.loss || step.since === undefined) return []
    const again = new Set(nodesBelow(lossesOf(second.loss)))
    return [{ step, around, since: step.since, isShared: draw => again.has(draw) }]
  })
}

function failuresIn({ step, around, since, isShared }: Repeat, graph: TrainingGraph): readonly Diagnostic[] {
  const nodes = step.loss ? nodesBelow(lossesOf(step.loss)) : []
  // What a layer of a model draws it draws whenever the model runs, though the model was built before.
  const ofModels = new Set(
    nodesBelow((step.applied ?? []).flatMap(({ model }) => model.outputs.map(({ node }) => node))),
  )
  const noise = noiseAmong(nodes, draw => isShared(draw) && !ofModels.has(draw))
  const used = nodes.find(node => scales(node, noise) || disturbs(node, nodes, noise, since))
  const drawn = used?.inputs.find(input => noise.has(input)) ?? seedOf(step, around, nodes, noise, graph)
  if (!drawn) return []
  const span = graph.provenance.origins(drawn)[0]?.span
  const related = [{ message: 'the step', span: step.origin.span }]
  return [diagnostic('reused-noise', { noise: shapeText(drawn.type.shape) }, { span, related })]
}

/** What is made of random draws and numbers alone, and is the same in all rounds. */
function noiseAmong(nodes: readonly Node[], isShared: (draw: Node) => boolean): ReadonlySet<Node> {
  const numbers = new Set<Node>()
  const noise = new Set<Node>()
  for (const node of nodes) {
    if (isData(node)) continue
    const isMade = node.inputs.every(input => numbers.has(input) || noise.has(input))
    if (isDraw(node) ? isShared(node) : isMade && node.inputs.some(input => noise.has(input))) noise.add(node)
    else if (!isDraw(node) && isMade) numbers.add(node)
  }
  return noise
}

const isData = ({ op }: Node): boolean => ['parameter', 'input', 'constant'].includes(op)

const dependsOn = (node: Node, leaves: readonly string[]): boolean =>
  nodesBelow([node]).some(({ op }) => leaves.includes(op))

/** Data of the step: what it is given, or draws by itself. */
const readsData = (node: Node, noise: ReadonlySet<Node>): boolean =>
  nodesBelow([node]).some(
    inner => ['input', 'constant'].includes(inner.op) || (isDraw(inner) && !noise.has(inner)),
  )

/** σ(x) ε: what is learned of data scales the draw. */
function scales({ op, inputs }: Node, noise: ReadonlySet<Node>): boolean {
  const other = inputs.find(input => !noise.has(input))
  if (op !== 'multiply' || !other || !inputs.some(input => noise.has(input))) return false
  return dependsOn(other, ['parameter']) && readsData(other, noise)
}

/** x + ε in the step, which a network is given. */
function disturbs(node: Node, nodes: readonly Node[], noise: ReadonlySet<Node>, since: number): boolean {
  const { op, inputs, id } = node
  if (!['add', 'subtract'].includes(op) || id < since) return false
  const data = inputs.find(input => !noise.has(input))
  if (!data || !inputs.some(input => noise.has(input))) return false
  if (dependsOn(data, ['parameter']) || !readsData(data, noise)) return false
  return nodes.some(
    reader => reader.inputs.includes(node) && reader.inputs.some(({ op: leaf }) => leaf === 'parameter'),
  )
}

/**
 * What a generator is given: a draw that only one network reads, of which another one, that another step of the loop trains,
 * reads what it gives.
 */
function seedOf(
  step: Descent,
  descents: readonly Descent[],
  nodes: readonly Node[],
  noise: ReadonlySet<Node>,
  { training }: TrainingGraph,
): Node | undefined {
  for (const drawn of noise) {
    const reading = nodes.filter(node => node.inputs.includes(drawn) && !noise.has(node))
    const fed = ownersOf(
      reading.flatMap(({ inputs }) => inputs),
      training.owners,
    )
    const [generator, ...others] = fed
    if (!generator || others.length > 0) continue
    const isFedOnly = reading.every(({ inputs }) =>
      inputs.some(input => generator.parameters.includes(input)),
    )
    const own = new Set(nodesBelow(nodes).filter(node => generator.parameters.includes(node)))
    const judges = training.owners.filter(
      owner =>
        owner !== generator &&
        nodes.some(
          node =>
            node.inputs.some(input => owner.parameters.includes(input)) &&
            nodesBelow([node]).some(inner => own.has(inner)),
        ),
    )
    const isJudged = descents.some(
      other =>
        other !== step &&
        other.moved.some(({ parameter }) =>
          judges.some(({ parameters }) => parameters.includes(parameter.node)),
        ),
    )
    if (isFedOnly && isJudged) return drawn
  }
  return undefined
}
