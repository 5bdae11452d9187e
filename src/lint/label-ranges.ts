import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { isDraw } from '../evaluate/concrete.js'
import { evaluate } from '../evaluate/evaluate.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { type Descent, descentsAmong } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import { activations } from '../library/activations.js'
import type { ProgramRule } from './program.js'

/** Losses that are least where an output is its label. */
const losses: ReadonlySet<string> = new Set([
  'meanSquaredError',
  'meanAbsoluteError',
  'meanAbsolutePercentageError',
  'binaryCrossentropy',
])

/** What 32 bits of a label may be off by. */
const rounding = 1e-6

/** Labels, all of them known, that the last activation of the model never comes to. */
export const labelRanges: ProgramRule = ({ trainings }) =>
  trainings.flatMap(({ training }) => descentsAmong(training.steps).flatMap(failuresIn))

function failuresIn({ loss, labels = [], origin }: Descent): readonly Diagnostic[] {
  return (loss?.compilation?.losses ?? []).flatMap(({ output, kind, span }) => {
    const port = loss!.outputs[output]
    const range = port && rangeOf(port.node)
    const actual = labels[output] && boundsOf(labels[output])
    if (!losses.has(kind) || !range || !actual) return []
    const isAbove = actual[1] > range[1] + rounding
    if (!isAbove && actual[0] >= range[0] - rounding) return []
    const values = {
      output: port.name,
      range: rangeText(range),
      actual: isAbove ? `up to ${actual[1]}` : `down to ${actual[0]}`,
    }
    const related = [
      { message: 'the output', span: port.origin.span },
      { message: 'the loss', span },
    ]
    return [diagnostic('label-out-of-range', values, { span: origin.span, related })]
  })
}

/** The range of the activation that makes a value. */
const rangeOf = ({ op }: Node): readonly [number, number] | undefined =>
  Object.values(activations).find(({ means }) => means === `${op}(x)`)?.range

const rangeText = ([low, high]: readonly [number, number]): string =>
  Number.isFinite(low) && Number.isFinite(high)
    ? `from ${low} to ${high}`
    : Number.isFinite(low)
      ? `no less than ${low}`
      : `no more than ${high}`

/** The least and the largest number of a tensor that the program writes down. */
function boundsOf(node: Node): readonly [number, number] | undefined {
  if (nodesBelow([node]).some(inner => isDraw(inner) || ['input', 'parameter'].includes(inner.op)))
    return undefined
  const values = evaluate([node], { leaf: () => undefined })
  if (isProblem(values)) return undefined
  const { data } = values[0]!
  const known = data.filter(Number.isFinite)
  if (known.length === 0) return undefined
  return [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))]
}
