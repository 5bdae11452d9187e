import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { GraphBuilder } from '../graph/builder.js'
import { isPolynomial, symbolsOf } from '../graph/dimension.js'
import type { LossFunction, ModelGraph } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { labelsFrom, losses } from '../library/losses.js'
import { namedLoss, objectiveOf } from '../library/objective.js'
import { elaborateText } from '../ops/elaborate.js'
import type { TrainingStatement } from '../spec/spec.js'
import type { Span } from '../text/source.js'
import { eachExample } from './each-example.js'
import { differingNumbers, leafNames, type Sides, type Whole } from './evidence.js'
import { judge } from './judge.js'
import { readBy } from './layouts.js'
import { substituteInputs } from './units.js'
import type { Evidence } from './verdict.js'

/** What was found out about a loss that the program computes and one that is stated. */
export type LossOutcome =
  | { readonly kind: 'same'; readonly evidence: Evidence }
  | {
      readonly kind: 'different'
      readonly evidence: Evidence
      readonly specified: Node
      readonly implemented: Node
    }
  | { readonly kind: 'open'; readonly reason: Diagnostic }

/**
 * Compares what training minimises. Both sides read the same nodes of the code, so any numbers tell them apart; those
 * of the labels are of the kind that the stated loss is meant for, since for others it is not what the paper computes.
 */
export function compareLossFunction(
  { kind, weight }: TrainingStatement,
  loss: LossFunction,
  code: ModelGraph,
  span: Span,
): LossOutcome {
  const { builder } = code
  const open = (problem: string): LossOutcome => ({
    kind: 'open',
    reason: diagnostic('not-decided', { reason: problem }, { span }),
  })
  const { labels } = losses[kind]!
  if (labels === 'indices')
    return open('the stated labels are indices, and those of a loss function have the shape of the output')
  const specified = objectiveOf(builder, namedLoss(builder, kind, loss.labels, loss.prediction), weight)
  const implemented = objectiveOf(builder, loss.value)
  if (isProblem(specified)) return open(specified.problem)
  if (isProblem(implemented)) return open(implemented.problem)
  const nameOf = leafNames(code)
  const sides = (pair: readonly [Node, Node]): Sides => ({
    specified: [pair[0]],
    implemented: [pair[1]],
    names: ['loss'],
    nameOf: node => (node === loss.labels && labels ? labelsFrom[labels].shown : nameOf(node)),
    assumed: new Map(),
    builder,
    complete: true,
  })
  const examples = [specified, implemented].map(node => eachExample(node, loss.prediction, builder))
  const pair: readonly [Node, Node] =
    examples[0] && examples[1] ? [examples[0], examples[1]] : [specified, implemented]
  const loose = unboundIn([specified, implemented], loss.prediction)
  const meant =
    labels === undefined
      ? loss.labels
      : elaborateText(
          labelsFrom[labels].means,
          { value: name => (name === 't' ? loss.labels : undefined) },
          builder,
        )
  if (isProblem(meant)) return open(meant.problem)
  const forAny = forAnyOutput(loss, pair, code)
  const judgement = judge([...(forAny ? [sides(forAny)] : []), sides(pair)], (): Whole => {
    if (loose !== undefined)
      return { kind: 'open', problem: `it depends on \`${loose}\`, which has no value` }
    const given = [specified, implemented].map(node =>
      substituteInputs(node, new Map([[loss.labels, meant]]), builder),
    )
    const found = differingNumbers(sides([given[0]!, given[1]!]), 'unordered', name => `the ${name}`)
    return isProblem(found)
      ? { kind: 'open', problem: found.problem }
      : { kind: 'differs', evidence: found, parameters: false }
  })
  if (judgement.kind === 'open') return open(judgement.problem)
  if (judgement.kind === 'same') return judgement
  return { kind: 'different', evidence: judgement.evidence, specified, implemented }
}

/** The size of a batch may be any for the same model. */
const batch = 'N'

/** What the loss, but not the output that it is on, depends on and only a run or a caller gives. */
function unboundIn(roots: readonly Node[], prediction: Node): string | undefined {
  const sizes = (prediction.type.shape ?? []).flatMap(size => [...symbolsOf(size)])
  const own = nodesAbove(roots, prediction).flatMap(({ op, attributes }) => [
    ...('identity' in attributes || 'site' in attributes ? [String(attributes.name ?? op)] : []),
    ...Object.values(attributes).flatMap(symbolsIn),
  ])
  return [...own, ...sizes].find(name => name !== batch)
}

function symbolsIn(value: Attribute): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(symbolsIn)
  return isPolynomial(value) ? [...symbolsOf(value)] : []
}

/** The nodes that something is computed from, down to a value that ends the search. */
function nodesAbove(roots: readonly Node[], end: Node): readonly Node[] {
  const seen = new Set<Node>([end])
  const pending = [...roots]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    pending.push(...readBy(node))
  }
  seen.delete(end)
  return [...seen]
}

/** Both losses of any output: what holds for it holds for this one, and is proved without what computes it. */
function forAnyOutput(
  { prediction }: LossFunction,
  pair: readonly [Node, Node],
  { builder }: ModelGraph,
): readonly [Node, Node] | undefined {
  const { shape, dtype } = prediction.type
  const any: Node | Problem = builder.node('input', [], { name: 'output', index: -2000, shape, dtype })
  if (isProblem(any)) return undefined
  const [first, second] = pair.map(node => substituteInputs(node, new Map([[prediction, any]]), builder))
  return [first!, second!]
}

/** Whether two losses that programs compute are proved to be one function of the labels and the output. */
export function isSameLossFunction(
  first: LossFunction,
  second: LossFunction,
  builder: GraphBuilder,
): boolean {
  const { shape, dtype } = first.prediction.type
  const any = builder.node('input', [], { name: 'output', index: -2000, shape, dtype })
  if (isProblem(any)) return false
  const objectives: Node[] = []
  for (const { value, labels, prediction } of [first, second]) {
    const objective = objectiveOf(builder, value)
    if (isProblem(objective)) return false
    const common = new Map([
      [prediction, any],
      [labels, first.labels],
    ])
    objectives.push(substituteInputs(objective, common, builder))
  }
  const examples = objectives.flatMap(node => eachExample(node, any, builder) ?? [])
  const [specified, implemented] = examples.length === 2 ? examples : objectives
  const sides: Sides = {
    specified: [specified!],
    implemented: [implemented!],
    names: ['loss'],
    nameOf: node => node.op,
    assumed: new Map(),
    builder,
    complete: true,
  }
  const open: Whole = { kind: 'open', problem: 'no numbers are looked for' }
  return judge([sides], () => open).kind === 'same'
}
