import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import { lossesOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import {
  type Assignment,
  allSteps,
  type Descent,
  descentsAmong,
  type Owner,
  type Step,
  type TrainingGraph,
} from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { formatPlace } from '../text/source.js'
import type { ProgramRule } from './program.js'
import { counterpart, namesOf, ownersOf } from './step-owners.js'

/** Steps without a list of variables that reach a network which something else gives its values. */
export const stepVariables: ProgramRule = ({ trainings }) =>
  trainings.flatMap(graph =>
    failuresIn(
      graph,
      trainings.filter(other => other !== graph),
    ),
  )

/** `others` are what other functions of the program do. */
function failuresIn(graph: TrainingGraph, others: readonly TrainingGraph[]): readonly Diagnostic[] {
  const { steps } = graph.training
  const descents = placed(steps).filter(entry => isWhole(entry.step))
  return descents.flatMap(entry => {
    if (entry.step.choice !== 'all') return []
    const found =
      trainedTarget(entry.step, steps, graph) ??
      trainedJudge(entry, descents, graph) ??
      trainedElsewhere(entry.step, graph, others)
    if (!found) return []
    const values = { call: entry.step.call, owner: namesOf(found.nodes, graph), reason: found.reason }
    return [diagnostic('unlisted-variables', values, { span: entry.step.origin.span })]
  })
}

/** A step, and the loops that it is in, outermost first. */
interface Placed {
  readonly step: Descent
  readonly loops: readonly Step[]
}

const placed = (steps: readonly Step[], loops: readonly Step[] = []): readonly Placed[] =>
  steps.flatMap((step): readonly Placed[] => {
    if (step.kind === 'descent') return [{ step, loops }]
    if (step.kind === 'rounds') return placed(step.steps, [...loops, step])
    return step.kind === 'alternatives' ? step.ways.flatMap(way => placed(way, loops)) : []
  })

const isWhole = ({ loss, open }: Descent): boolean => loss !== undefined && open === undefined

interface Found {
  readonly nodes: readonly Node[]
  readonly reason: string
}

const movedBy = ({ moved }: Descent): readonly Node[] => moved.map(({ parameter }) => parameter.node)

/** A network that follows another one by assignments: the step trains both. */
function trainedTarget(
  step: Descent,
  steps: readonly Step[],
  { training }: TrainingGraph,
): Found | undefined {
  const moved = new Set(movedBy(step))
  for (const assignment of allSteps(steps).filter(other => other.kind === 'assignment')) {
    const { owners } = training
    const targets = assignment.writes.map(write => write.moved.parameter.node)
    const sources = readBy(assignment)
    if (![...sources].some(node => moved.has(node) && !targets.includes(node))) continue
    const own = new Set(ownersOf(targets, owners).flatMap(({ parameters }) => parameters))
    const others = [...sources].filter(node => !own.has(node) && !targets.includes(node))
    const nodes = targets.filter(node => moved.has(node))
    if (nodes.length === 0 || !others.some(node => moved.has(node))) continue
    return { nodes, reason: `\`${assignment.call}\` gives it the values of another one` }
  }
  return undefined
}

function readBy({ writes }: Assignment): ReadonlySet<Node> {
  const values = writes.flatMap(({ value }) => value ?? [])
  return new Set(nodesBelow(values).filter(({ op }) => op === 'parameter'))
}

/**
 * A network that judges what another one gives: the step trains both, and another step, in the same loop, trains only one
 * of them by another loss.
 */
function trainedJudge(
  { step, loops }: Placed,
  all: readonly Placed[],
  graph: TrainingGraph,
): Found | undefined {
  const { owners } = graph.training
  const moved = ownersOf(movedBy(step), owners)
  for (const first of moved)
    for (const judge of moved) {
      if (first === judge || !judges(judge, first, step)) continue
      for (const { step: other, loops: around } of all) {
        if (other === step || other.origin.span === step.origin.span || !isNested(loops, around)) continue
        const role = roleOf({ step: other, first, judge }, { step, first, judge })
        if (!role) continue
        const nodes = role === 'judge' ? judge.parameters : first.parameters
        const also = role === 'generator' ? judge.parameters : nodes
        const { name } = role === 'generator' ? first : judge
        const reason = trainsFor(other, name)
        return { nodes: role === 'both' ? [...first.parameters, ...judge.parameters] : also, reason }
      }
    }
  return undefined
}

const trainsFor = ({ call, origin }: Descent, name: string): string =>
  `\`${call}\` (${formatPlace(origin.span)}) trains \`${name}\` for another loss`

/**
 * The same where the other step is one of another function: then both steps have no list, and train a network and its judge, which
 * one of them applies to something else as well. Steps of other functions that train one of the two may come before or after.
 */
function trainedElsewhere(
  step: Descent,
  graph: TrainingGraph,
  others: readonly TrainingGraph[],
): Found | undefined {
  const moved = ownersOf(movedBy(step), graph.training.owners)
  for (const first of moved)
    for (const judge of moved) {
      if (first === judge || !judges(judge, first, step)) continue
      for (const other of others) {
        const [sameFirst, sameJudge] = [first, judge].map(owner => counterpart(owner, graph, other))
        if (!sameFirst || !sameJudge) continue
        const found = descentsAmong(other.training.steps).find(
          own =>
            own.choice === 'all' &&
            isWhole(own) &&
            own.origin.span !== step.origin.span &&
            roleOf({ step: own, first: sameFirst, judge: sameJudge }, { step, first, judge }) === 'both',
        )
        if (!found) continue
        return { nodes: [...first.parameters, ...judge.parameters], reason: trainsFor(found, judge.name) }
      }
    }
  return undefined
}

/** A step with a network and what judges it. */
interface Judged {
  readonly step: Descent
  readonly first: Owner
  readonly judge: Owner
}

/** What another step says of a pair of networks: it trains one of them alone, or both, as this step does. */
function roleOf(other: Judged, own: Judged): 'judge' | 'generator' | 'both' | undefined {
  const { step, first, judge } = other
  const moves = (owner: Owner) => owner.parameters.some(node => movedBy(step).includes(node))
  const below = new Set(nodesBelow(lossesOf(step.loss!)))
  const reads = (owner: Owner) => owner.parameters.some(node => below.has(node))
  if (moves(judge) && !reads(first)) return 'judge'
  if (moves(first) && !moves(judge) && judges(judge, first, step)) return 'generator'
  const isBoth = moves(first) && moves(judge) && judges(judge, first, step)
  return isBoth && [own, other].some(each => judgesMore(each.judge, each.first, each.step))
    ? 'both'
    : undefined
}

const isNested = (a: readonly Step[], b: readonly Step[]): boolean =>
  a.every((loop, i) => i >= b.length || loop === b[i])

/** Nodes that read a parameter of an owner, with what else they are computed from. */
function readers(owner: Owner, { loss }: Descent): readonly Node[] {
  const own = new Set(owner.parameters)
  return nodesBelow(lossesOf(loss!)).filter(({ inputs }) => inputs.some(input => own.has(input)))
}

/** Whether a network is applied to what another one gives. */
function judges(judge: Owner, first: Owner, step: Descent): boolean {
  const own = new Set(first.parameters)
  return readers(judge, step).some(node => nodesBelow([node]).some(inner => own.has(inner)))
}

/** Whether it is applied to something else as well: to data, since a penalty reads its weights too. */
function judgesMore(judge: Owner, first: Owner, step: Descent): boolean {
  const own = new Set(first.parameters)
  return readers(judge, step).some(node => {
    const below = nodesBelow([node])
    return below.some(isData) && !below.some(inner => own.has(inner))
  })
}

const isData = (node: Node): boolean => ['input', 'constant'].includes(node.op) || isDraw(node)
