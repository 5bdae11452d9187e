import type { Node } from '../graph/node.js'
import { arithmetic } from '../ops/arithmetic.js'
import { functions } from '../ops/functions.js'
import { logic } from '../ops/logic.js'
import { resolveAxes, resolveAxis, stridesOf } from '../ops/shape.js'
import { trigonometry } from '../ops/trigonometry.js'
import { everything, offsetsOf, type Positions, type Selection } from './selection.js'

/** What has to be known of the operands, and what then comes out: at least what was wanted. */
export interface Reach {
  readonly inputs: readonly Selection[]
  readonly output: Selection
  /** Where the op comes down to one product per position. */
  readonly factored?: Factored
}

/**
 * A product with a second operand whose numbers w depend only on the position f of the result's last axis:
 * y_f = w_f · op(Σ_k x_k, 1), where the sum goes over the contracted axis and 1 is of one row and one column.
 */
export interface Factored {
  /** The axis of the first operand that is summed. */
  readonly summed: number
  /** The shape of the second operand that is all ones. */
  readonly ones: readonly number[]
}

/** What is known of the numbers of leaves before they are computed. */
export interface Foreknowledge {
  /** Outside of which positions a leaf is zero; undefined where nothing is known. */
  readonly support: (leaf: Node) => Selection | undefined
  /** Whether all positions of a leaf along an axis have the same numbers. */
  readonly isUniform: (leaf: Node, axis: number) => boolean
}

/**
 * How far one op reaches for a part of its result. Applied to the parts of its operands, with the same attributes, the
 * op must give exactly the part of its result.
 */
type Rule = (node: Node, wanted: Selection, known: Foreknowledge) => Reach

const nothing: Foreknowledge = { support: () => undefined, isUniform: () => false }

const sizes = (node: Node): readonly number[] => node.type.shape as readonly number[]
const whole = (node: Node): Selection => everything(sizes(node))

/** The op as a whole. */
const all: Rule = node => ({ inputs: node.inputs.map(whole), output: whole(node) })

/** An operand is read where the result is wanted; along an axis that is repeated, at its one position. */
function broadcasting(input: Node, rank: number, wanted: Selection): Selection {
  const lead = rank - sizes(input).length
  return sizes(input).map((size, axis) => (size === 1 ? null : (wanted[axis + lead] ?? null)))
}

const elementwise: Rule = (node, wanted) => ({
  inputs: node.inputs.map(input => broadcasting(input, wanted.length, wanted)),
  output: wanted,
})

/** Everything along some axes, given for the operand; elsewhere position by position. */
const along =
  (axesOf: (node: Node, rank: number) => readonly number[]): Rule =>
  (node, wanted) => {
    const axes = axesOf(node, wanted.length)
    const part = wanted.map((positions, axis) => (axes.includes(axis) ? null : positions))
    return { inputs: node.inputs.map(() => part), output: part }
  }

const alongAttribute = along(({ attributes }, rank) => [resolveAxis(attributes.axis, rank) as number])

const reduction: Rule = (node, wanted) => {
  const rank = sizes(node.inputs[0]!).length
  const gone = resolveAxes(node.attributes.axes, rank) as readonly number[]
  if (node.attributes.keepDims) return along(() => gone)(node, wanted, nothing)
  let next = 0
  const input = Array.from({ length: rank }, (_, axis) => (gone.includes(axis) ? null : wanted[next++]!))
  return { inputs: [input], output: wanted }
}

/** How a product is factored whose second operand has these axes of rows and columns, where that is possible. */
function factoredProduct(
  operand: Node,
  contracted: number,
  columns: number,
  summed: number,
  { isUniform }: Foreknowledge,
): Factored | undefined {
  const shape = sizes(operand)
  if (!shape.every((size, axis) => axis === columns || size === 1 || isUniform(operand, axis)))
    return undefined
  return { summed, ones: shape.map((size, axis) => (axis === columns || axis === contracted ? 1 : size)) }
}

const matMul: Rule = (node, wanted, known) => {
  const [x, y] = node.inputs as readonly [Node, Node]
  const [a, b] = [sizes(x).length, sizes(y).length]
  const columns = wanted.at(-1)!
  const batch = wanted.slice(0, a > 1 ? -2 : -1)
  const outer = (input: Node) =>
    broadcasting(input, batch.length + 2, [...batch, null, null]).slice(0, sizes(input).length - 2)
  const left: Selection = a > 1 ? [...outer(x), wanted.at(-2)!, null] : [null]
  const factored = b === 2 ? factoredProduct(y, 0, 1, a - 1, known) : undefined
  const right: Selection = factored ? [[0], columns] : [...outer(y), null, columns]
  return { inputs: [left, right], output: wanted, ...(factored && { factored }) }
}

const convolution =
  (contracted: number, columns: number): Rule =>
  (node, [batch = null, , , filters = null], known) => {
    const factored = factoredProduct(node.inputs[1]!, contracted, columns, 3, known)
    const place: Positions = factored ? [0] : null
    const kernel = [place, place, place, place].map((rows, axis) => (axis === columns ? filters : rows))
    return {
      inputs: [[batch, null, null, null], kernel],
      output: [batch, null, null, filters],
      ...(factored && { factored }),
    }
  }

const depthwise: Rule = (node, [batch = null, , , wanted = null]) => {
  const multiplier = sizes(node.inputs[1]!)[3]!
  const channels = wanted && [...new Set(wanted.map(position => Math.floor(position / multiplier)))]
  const results = channels?.flatMap(c => Array.from({ length: multiplier }, (_, k) => c * multiplier + k))
  return {
    inputs: [
      [batch, null, null, channels],
      [null, null, channels, null],
    ],
    output: [batch, null, null, results ?? null],
  }
}

const pool: Rule = (_, [batch = null, , , channels = null]) => ({
  inputs: [[batch, null, null, channels]],
  output: [batch, null, null, channels],
})

const concat: Rule = (node, wanted) => {
  const axis = resolveAxis(node.attributes.axis, wanted.length) as number
  let start = 0
  const inputs = node.inputs.map(input => {
    const [from, size] = [start, sizes(input)[axis]!]
    start += size
    const own = wanted[axis]?.filter(position => position >= from && position < from + size)
    return wanted.map((positions, i) =>
      i === axis ? (own?.map(position => position - from) ?? null) : positions,
    )
  })
  return { inputs, output: wanted }
}

const stack: Rule = (node, wanted) => {
  const axis = resolveAxis(node.attributes.axis, wanted.length) as number
  const part = wanted.filter((_, i) => i !== axis)
  return {
    inputs: node.inputs.map(() => part),
    output: wanted.map((positions, i) => (i === axis ? null : positions)),
  }
}

/** The same elements under another shape, where only the axes behind the first are joined or split. */
const reshape: Rule = (node, wanted, known) => {
  const [from, to] = [sizes(node.inputs[0]!), sizes(node)]
  if (from.length === 0 || from[0] !== to[0]) return all(node, wanted, known)
  const batch = wanted[0]!
  if (wanted.slice(1).every(positions => positions === null))
    return { inputs: [[batch, ...everything(from.slice(1))]], output: wanted }
  if (from.length === 2) {
    const list = [...offsetsOf(to.slice(1), wanted.slice(1))]
    return { inputs: [[batch, list]], output: wanted }
  }
  if (to.length !== 2) return all(node, wanted, known)
  const steps = stridesOf(from.slice(1))
  const inner = from.slice(1).map((size, axis): Positions => {
    const found = new Set(wanted[1]!.map(position => Math.floor(position / steps[axis]!) % size))
    return [...found].sort((a, b) => a - b)
  })
  return { inputs: [[batch, ...inner]], output: [batch, [...offsetsOf(from.slice(1), inner)]] }
}

const expandDims: Rule = (node, wanted) => {
  const places = resolveAxes(node.attributes.axes, wanted.length) as readonly number[]
  return {
    inputs: [wanted.filter((_, axis) => !places.includes(axis))],
    output: wanted.map((positions, axis) => (places.includes(axis) ? null : positions)),
  }
}

const squeeze: Rule = (node, wanted) => {
  const shape = sizes(node.inputs[0]!)
  const { axes } = node.attributes
  const gone =
    axes === null
      ? shape.flatMap((size, axis) => (size === 1 ? [axis] : []))
      : (resolveAxes(axes, shape.length) as readonly number[])
  let next = 0
  return { inputs: [shape.map((_, axis) => (gone.includes(axis) ? null : wanted[next++]!))], output: wanted }
}

const transpose: Rule = (node, wanted) => {
  const { permutation } = node.attributes
  const rank = wanted.length
  const order = Array.isArray(permutation)
    ? (permutation as readonly number[])
    : [...Array.from({ length: rank - 2 }, (_, i) => i), rank - 1, rank - 2]
  const input = Array.from({ length: rank }, (_, axis) => wanted[order.indexOf(axis)]!)
  return { inputs: [input], output: wanted }
}

const gather: Rule = (node, wanted, known) => {
  const [table, indices] = node.inputs as readonly [Node, Node]
  const { axis, batchDims } = node.attributes
  if (resolveAxis(axis, sizes(table).length) !== 0 || batchDims !== 0) return all(node, wanted, known)
  const lead = sizes(indices).length
  const rows = known.support(table)?.[0] ?? null
  // Positions count within the part only if it is the beginning of the table; beyond it the table is zero.
  const beginning = rows?.every((row, i) => row === i) ? rows : null
  return { inputs: [[beginning, ...wanted.slice(lead)], wanted.slice(0, lead)], output: wanted }
}

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.keys({ ...arithmetic, ...logic, ...functions, ...trigonometry }).map(name => [name, elementwise]),
  ),
  sum: reduction,
  product: reduction,
  max: reduction,
  min: reduction,
  all: reduction,
  any: reduction,
  matMul,
  conv2d: convolution(2, 3),
  conv2dTranspose: convolution(3, 2),
  depthwiseConv2d: depthwise,
  maxPool2d: pool,
  averagePool2d: pool,
  concat,
  stack,
  reshape,
  flatten: reshape,
  expandDims,
  squeeze,
  transpose,
  pad: alongAttribute,
  slice: alongAttribute,
  reverse: alongAttribute,
  repeat: alongAttribute,
  tile: alongAttribute,
  gather,
  cumsum: alongAttribute,
  cumprod: alongAttribute,
}

/** How far a node reaches for a part of its value; ops without a rule are taken as a whole. */
export function reachOf(node: Node, wanted: Selection, known: Foreknowledge = nothing): Reach {
  const rule = Object.hasOwn(rules, node.op) ? rules[node.op]! : all
  return rule(node, wanted, known)
}
