import { diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Assignment } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import type { StatedNetwork, StatedUpdate } from '../spec/algorithm.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { differingNumbers, type Sides, type Whole } from './evidence.js'
import { judge } from './judge.js'
import { trainableOf } from './networks.js'
import type { Meanings } from './objective.js'
import type { ClauseVerdict } from './verdict.js'

/** Far from the indices of other stand-ins. */
const firstStandIn = -5_000_000_000

/** Whether each parameter becomes what is stated. */
export function compareUpdate(
  stated: StatedUpdate,
  step: Assignment,
  { training, networks, bindings, assumed }: Meanings,
  nameOf: (node: Node) => string,
): ClauseVerdict {
  const { clause, network } = stated
  const { builder, provenance } = training
  const { span } = step.origin
  const target = networks.get(network)!
  const writes = new Map(step.writes.map(own => [own.moved.parameter.node, own]))
  const forgotten = trainableOf(target).find(node => !writes.has(node))
  const { parameters } = network
  const values = { call: step.call, parameters }
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  if (forgotten) {
    const entry = diagnostic('update-different', values, place)
    const name = nameOf(forgotten)
    return differs(clause, entry, byValue(`${name} is written`, 'it is not'))
  }
  const pairs: { readonly name: string; readonly specified: Node; readonly implemented: Node }[] = []
  for (const [i, node] of target.parameters.entries()) {
    const own = writes.get(node)
    if (!own) continue
    if (!own.value) return undecided(clause, own.reason ?? 'what is written is not known', span)
    // A variable that the value does not read may have fewer parameters.
    const unread = new Map<Node, StatedNetwork>()
    const standIn = (network: StatedNetwork): Node | Problem => {
      const attributes = {
        name: network.parameters,
        index: firstStandIn - unread.size,
        shape: [],
        dtype: 'float32',
      }
      const found = builder.node('input', [], attributes)
      if (!isProblem(found)) unread.set(found, network)
      return found
    }
    const { graph, diagnostics } = stated.value.instantiate({
      builder,
      provenance,
      symbol: name => bindings.get(name),
      input: name => networks.get(stated.reads.find(read => read.parameters === name)!)?.parameters[i],
      network: own => networks.get(own)?.parameters[i] ?? standIn(own),
    })
    const specified = graph?.model.outputs[0]?.node
    if (!specified) return undecided(clause, diagnostics[0]?.message ?? 'it does not fit the code', span)
    const lacking = nodesBelow([specified]).flatMap(own => unread.get(own)?.parameters ?? [])
    if (lacking.length > 0) return undecided(clause, `\`${lacking[0]}\` has no parameter for each`, span)
    pairs.push({ name: nameOf(node), specified, implemented: own.value })
  }
  const sides: Sides = {
    specified: pairs.map(pair => pair.specified),
    implemented: pairs.map(pair => pair.implemented),
    names: pairs.map(({ name }) => name),
    nameOf: nameOf,
    assumed,
    builder,
    complete: true,
  }
  const judgement = judge([sides], (): Whole => {
    const found = differingNumbers(sides, 'distinct', name => `what ${name} becomes`)
    return isProblem(found)
      ? { kind: 'open', problem: found.problem }
      : { kind: 'differs', evidence: found, parameters: false }
  })
  if (judgement.kind === 'open') return undecided(clause, judgement.problem, span)
  if (judgement.kind === 'same') return asWritten(clause, judgement.evidence)
  const at = pairs.findIndex(pair => pair.specified !== pair.implemented)
  return differs(
    clause,
    diagnostic('update-different', values, place),
    judgement.evidence,
    pairs[Math.max(0, at)],
  )
}
