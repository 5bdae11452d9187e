import { diagnostic } from '../diagnostics/diagnostic.js'
import { rebuild } from '../gradient/rebuild.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Descent } from '../graph/training.js'
import type { StatedClipping } from '../spec/algorithm.js'
import { asWritten, byValue, differs, undecided } from './clause-verdicts.js'
import { differingNumbers, type Sides, type Whole } from './evidence.js'
import { judge } from './judge.js'
import type { Meanings } from './objective.js'
import type { ClauseVerdict } from './verdict.js'

/** Far from the indices of other stand-ins. */
const firstStandIn = -7_000_000_000

/** Whether an optimizer is given the gradients of the loss as they are stated to be bounded, for any gradients. */
export function compareClipping(
  { by, bound, clause }: StatedClipping,
  step: Descent,
  { training, bindings, assumed }: Meanings,
  nameOf: (node: Node) => string,
): ClauseVerdict {
  const { builder } = training
  const { span } = step.origin
  const place = { span, related: [{ message: 'specified here', span: clause.span }] }
  const entry = diagnostic('clipping-different', { call: step.call }, place)
  if (step.open ?? step.reason) return undecided(clause, 'the gradients are not known', span)
  if (step.changed === undefined) return differs(clause, entry, byValue(clause.statement, 'as they are'))
  const { derivatives, gradients = [] } = step
  const unknown = gradients.find(({ value }) => !value)
  if (gradients.length === 0 || unknown) return undecided(clause, unknown?.reason ?? step.changed, span)
  const leaves = new Map<Node, Node>()
  for (const [i, { moved }] of gradients.entries()) {
    const derivative = derivatives?.get(moved.parameter.node)
    const { shape, dtype } = derivative?.type ?? moved.parameter.node.type
    if (!derivative || !shape) return undecided(clause, 'the gradients are not known', span)
    const name = `g(${nameOf(moved.parameter.node)})`
    const leaf = builder.node('input', [], { name, index: firstStandIn - i, shape, dtype })
    if (isProblem(leaf)) return undecided(clause, leaf.problem, span)
    leaves.set(derivative, leaf)
  }
  const limit: Dimension = substitute(bound, name => bindings.get(name))
  const specified: readonly Node[] | Problem = by.clip([...leaves.values()], limit, builder)
  const written = gradients.map(({ value }) => value!)
  const implemented = rebuild(written, builder, node => leaves.get(node) ?? node)
  const failed = [specified, implemented].find(isProblem)
  if (failed) return undecided(clause, failed.problem, span)
  const names = gradients.map(({ moved }) => `the gradient by ${nameOf(moved.parameter.node)}`)
  const sides: Sides = {
    specified: specified as readonly Node[],
    implemented: implemented as readonly Node[],
    names,
    nameOf,
    assumed,
    builder,
    complete: true,
  }
  const judgement = judge([sides], (): Whole => {
    const found = differingNumbers(sides, 'distinct', name => name)
    return isProblem(found)
      ? { kind: 'open', problem: found.problem }
      : { kind: 'differs', evidence: found, parameters: false }
  })
  if (judgement.kind === 'open') return undecided(clause, judgement.problem, span)
  return judgement.kind === 'same'
    ? asWritten(clause, judgement.evidence)
    : differs(clause, entry, judgement.evidence)
}
