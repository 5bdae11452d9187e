import { gradients } from '../gradient/gradient.js'
import type { GraphBuilder } from '../graph/builder.js'
import { equals, isPolynomial, subtract } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { elaborateText } from '../ops/elaborate.js'
import type { EquationHost } from './equation-graph.js'

/** What a function of a paper's equations needs to know of the values. */
interface Reading extends Pick<EquationHost, 'builder' | 'isOpaque'> {
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
  gaussianDivergence,
  gaussianLogDensity,
  members,
  withEnd,
  tr: trace,
  Tr: trace,
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
  if (nodesBelow([of]).some(reading.isOpaque)) return { problem: 'what the gradient is of is not known' }
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

/**
 * KL(N(m, v) ‖ N(n, w)) of vectors of independent numbers: ½ Σ (log w − log v + (v + (m − n)²) / w − 1); see Kingma and
 * Welling 2014, appendix B, for n = 0 and w = 1.
 */
function gaussianDivergence(args: readonly Node[], { builder, hasBatch }: Reading): Node | Problem {
  const [m, v, n, w] = args
  const value = (name: string) => ({ m, v, n, w })[name]
  const each = elaborateText('0.5 * (log(w) - log(v) + (v + square(m - n)) / w - 1)', { value }, builder)
  return isProblem(each) ? each : sumOfEach(each, args.some(hasBatch), builder)
}

/** `log N(x; m, v)` of independent numbers: −½ Σ (log 2π + log v + (x − m)² / v). */
function gaussianLogDensity(args: readonly Node[], { builder, hasBatch }: Reading): Node | Problem {
  const [x, m, v] = args
  const value = (name: string) => ({ x, m, v })[name]
  const each = elaborateText('-0.5 * (log(2 * π) + log(v) + square(x - m) / v)', { value }, builder)
  return isProblem(each) ? each : sumOfEach(each, args.some(hasBatch), builder)
}

/** The sum over all numbers of one example. */
function sumOfEach(each: Node, isOfExamples: boolean, builder: GraphBuilder): Node | Problem {
  const axes = (each.type.shape ?? []).flatMap((_, axis) => (isOfExamples && axis === 0 ? [] : [axis]))
  return axes.length > 0 ? builder.node('sum', [each], { axes, keepDims: false }) : each
}

/** `tr(A)`: the sum of the elements on the diagonal. */
function trace([matrix]: readonly Node[], { builder, hasBatch }: Reading): Node | Problem {
  const shape = matrix?.type.shape ?? []
  const [rows, columns] = shape.slice(-2)
  if (!matrix || shape.length !== (hasBatch(matrix) ? 3 : 2) || !equals(rows!, columns!))
    return { problem: 'a trace is taken of a square matrix' }
  const eye = builder.node('eye', [], { rows: rows! })
  if (isProblem(eye)) return eye
  const kept = builder.node('multiply', [matrix, eye])
  return isProblem(kept) ? kept : builder.node('sum', [kept], { axes: [-2, -1], keepDims: false })
}

/** The values of a family of equations, one for each place of a new first axis. */
function members(args: readonly Node[], { builder, hasBatch }: Reading): Node | Problem {
  const isOfExamples = args.map(hasBatch)
  if (new Set(isOfExamples).size > 1)
    return { problem: 'some equations of the family are of each example, and others of all of them' }
  return builder.node('stack', args, { axis: isOfExamples[0] ? 1 : 0 })
}

/** A sequence one step on, with what is stated for the place behind its last one, of which the number before is given. */
function withEnd([sequence, end, last]: readonly Node[], { builder, hasBatch }: Reading): Node | Problem {
  const axis = sequence && hasBatch(sequence) ? 1 : 0
  const shape = sequence?.type.shape ?? []
  const size = shape[axis]
  if (!sequence || !end || !last || size === undefined)
    return { problem: 'what is behind the last place is stated of a sequence' }
  const stated = last.attributes.value
  if (last.op !== 'scalar' || !(typeof stated === 'number' || isPolynomial(stated)) || !equals(stated, size))
    return { problem: `the sequence has ${shapeText([size])} places, and its end is stated for another one` }
  const behind = builder.node('broadcastTo', [end], { shape: shape.toSpliced(axis, 1) })
  if (isProblem(behind)) return behind
  const place = builder.node('expandDims', [behind], { axes: [axis] })
  if (isProblem(place) || equals(size, 1)) return place
  const rest = builder.node('slice', [sequence], { axis, start: 1, size: subtract(size, 1) })
  return isProblem(rest) ? rest : builder.node('concat', [rest, place], { axis })
}

/** `clip(x, a, b)` with its bounds as arguments, as papers write it. */
function clip([x, low, high]: readonly Node[], { builder }: Reading): Node | Problem | undefined {
  if (!x || !low || !high) return undefined
  const above = builder.node('maximum', [x, low])
  return isProblem(above) ? above : builder.node('minimum', [above, high])
}
