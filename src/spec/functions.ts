import { gradients } from '../gradient/gradient.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { EquationHost } from './equation-graph.js'

/** What a function of a paper's equations needs to know of the values. */
interface Reading extends Pick<EquationHost, 'builder'> {
  /** Whether the first axis of a value counts examples. */
  readonly hasBatch: (node: Node) => boolean
}

/** Undefined where it is the op of that name that is meant. */
type PaperFunction = (args: readonly Node[], reading: Reading) => Node | Problem | undefined

/** Functions of papers' equations that are no ops: what they mean depends on the expression, or on the batch. */
const paperFunctions: Readonly<Record<string, PaperFunction>> = {
  gradient,
  expectation,
  clip,
}

export const isPaperFunction = (name: string): boolean => Object.hasOwn(paperFunctions, name)

/** The value of a function of papers; undefined for other names. */
export function applyPaperFunction(
  name: string,
  args: readonly Node[],
  reading: Reading,
): Node | Problem | undefined {
  return isPaperFunction(name) ? paperFunctions[name]!(args, reading) : undefined
}

/** Whether a value is one number for one example; a vector of one number is that number. */
const isNumber = ({ type: { shape } }: Node, isOfExamples: boolean): boolean =>
  shape?.slice(isOfExamples ? 1 : 0).every(size => size === 1) ?? false

/**
 * `∇_x L`, in the shape of x, by reverse mode. Where L is a number for each example, so is x: examples do not depend on
 * each other, so the gradient of their sum is the gradient of each.
 */
function gradient([of, by]: readonly Node[], reading: Reading): Node | Problem {
  if (!of || !by) return { problem: 'a gradient is of one value, by another: `\\nabla_x L`' }
  if (!isNumber(of, reading.hasBatch(of)))
    return { problem: 'a gradient is taken of a number, not of several' }
  if (reading.hasBatch(of) && !reading.hasBatch(by))
    return {
      problem:
        'it is the gradient of a number for each example, by what all examples share: take the mean or the sum over the batch first',
    }
  const found = gradients(of, [by], reading.builder)
  if (isProblem(found)) return found
  return found[0] ?? { problem: 'it is the gradient by something on which the value does not depend' }
}

/** `𝔼_x[f(x)]` is what programs estimate it by: the mean over the examples of a batch. */
function expectation([of]: readonly Node[], reading: Reading): Node | Problem {
  if (!of) return { problem: 'an expectation is of a value' }
  if (!reading.hasBatch(of))
    return { problem: 'an expectation is the mean over examples, and this is no value for each example' }
  const rank = of.type.shape?.length ?? 1
  const axes = isNumber(of, true) ? Array.from({ length: rank }, (_, axis) => axis) : [0]
  return reading.builder.node('mean', [of], { axes, keepDims: false })
}

/** `clip(x, a, b)` with its bounds as arguments, as papers write it. */
function clip([x, low, high]: readonly Node[], { builder }: Reading): Node | Problem | undefined {
  if (!x || !low || !high) return undefined
  const above = builder.node('maximum', [x, low])
  return isProblem(above) ? above : builder.node('minimum', [above, high])
}
