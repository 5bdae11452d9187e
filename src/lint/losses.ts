import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import type { LintContext, LintRule } from './lint.js'
import { activatedBy, roleMade, roleText } from './outputs.js'

/** Values that an op takes for something else than they are: a softmax of a softmax, a loss of the wrong numbers. */
export const lossFailures: LintRule = context => context.nodes.flatMap(node => failuresAt(node, context))

function failuresAt(node: Node, context: LintContext): readonly Diagnostic[] {
  const op = opTable[node.op]
  const takes = Object.entries(op?.role.takes ?? {})
  // What is compared with a target is a loss; what only normalises may be given anything but its own result.
  const isLoss = takes.some(([, role]) => role === 'target')
  return takes.flatMap(([name, expected]): readonly Diagnostic[] => {
    const input = node.inputs[op!.inputs.indexOf(name)]
    if (!input || (expected !== 'logit' && expected !== 'probability')) return []
    return isLoss
      ? lossOfWrongNumbers(node, input, expected, context)
      : expected === 'logit'
        ? twice(node, input, context)
        : []
  })
}

function lossOfWrongNumbers(
  node: Node,
  input: Node,
  expected: 'logit' | 'probability',
  { model, meanings, provenance }: LintContext,
): readonly Diagnostic[] {
  const role = roleMade(meanings, input)
  const isLayer = activatedBy(model, input) !== undefined
  const isWrong =
    expected === 'logit'
      ? role === 'probability'
      : role === 'log-probability' || (isLayer && role !== 'probability')
  if (!isWrong) return []
  const values = {
    loss: opTable[node.op]!.title,
    expected: expected === 'logit' ? 'logits' : 'probabilities',
    actual:
      role === 'probability' || role === 'log-probability'
        ? roleText[role]!
        : 'the output of a layer without a sigmoid or softmax',
  }
  return [
    diagnostic('loss-input-mismatch', values, {
      span: provenance.origins(node)[0]?.span,
      related: provenance
        .origins(input)
        .slice(0, 1)
        .map(({ span }) => ({ message: 'what it is given', span })),
    }),
  ]
}

/** A softmax along the axis along which its input already sums to one, or a sigmoid of what a sigmoid gives. */
function twice(node: Node, input: Node, { meanings, provenance }: LintContext): readonly Diagnostic[] {
  const { over } = opTable[node.op]!.role
  const fact = meanings.role(input)
  const axis =
    over === undefined ? undefined : resolveAxis(node.attributes[over], input.type.shape?.length ?? 0)
  if (fact?.role !== 'probability' || fact.assumed || fact.over !== axis) return []
  const first = axis === undefined ? 'a probability for each element' : `a softmax along axis ${axis}`
  return [
    diagnostic(
      'softmax-twice',
      { op: opTable[node.op]!.title, first },
      {
        span: provenance.origins(node)[0]?.span,
        related: provenance
          .origins(input)
          .slice(0, 1)
          .map(({ span }) => ({ message: 'the first one', span })),
      },
    ),
  ]
}
