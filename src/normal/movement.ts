import type { GraphBuilder } from '../graph/builder.js'
import { add, apply, type Dimension, divide, multiply, product, symbol } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { resolveAxes, resolveAxis } from '../ops/shape.js'
import { opTable } from '../ops/table.js'
import { spellNumber } from './numbers.js'

/** A rewrite with a side condition on shapes or on attributes, which no equation over single tensors states. */
export interface Movement {
  readonly name: string
  /** In words, for the page of rules. */
  readonly statement: string
  readonly apply: (node: Node, builder: GraphBuilder) => Node | undefined
  /** Where it applies, in the equation language; `numbers` are what some names stand for. */
  readonly example: {
    readonly equation: string
    readonly shapes: Readonly<Record<string, readonly number[]>>
    readonly numbers?: Readonly<Record<string, Dimension>>
    /** Leaves that are whole numbers, as positions are. */
    readonly places?: Readonly<Record<string, number>>
  }
}

/** Tried after the rules. */
export const movements: readonly Movement[] = [
  {
    name: 'columns-of-a-result',
    statement:
      'what an op makes of some columns of a matrix is those columns of what it makes of the matrix, where each column of the result is made of one of the matrix (`columns` of the op table)',
    apply: columnsOfResult,
    example: {
      equation: 'matMul(x, slice[axis = 1, start = 1, size = 2](w))',
      shapes: { x: [2, 3, 4], w: [4, 5] },
    },
  },
  {
    name: 'product-with-a-matrix-first',
    statement: '(A B) C = A (B C), where B has axes in front of its rows and columns, and C has none',
    apply: matrixFirst,
    example: {
      equation: 'matMul(matMul(p, x), w)',
      shapes: { p: [2, 3, 4], x: [2, 4, 5], w: [5, 2] },
    },
  },
  {
    name: 'reversing-twice',
    statement: 'what is reversed twice along one axis is what it was',
    apply: reversedTwice,
    example: { equation: 'reverse[axis = 1](reverse[axis = -1](x))', shapes: { x: [2, 3] } },
  },
  {
    name: 'cast-of-whole-numbers',
    statement:
      'whole numbers that are cast to whole numbers are what they were, where what is computed of them has the type that it had',
    apply: withoutCasts,
    example: {
      equation: "x * cast['int32'](where(greater(x, y), 1, 0))",
      shapes: { x: [2, 3], y: [2, 3] },
    },
  },
  {
    name: 'element-at-a-number',
    statement: 'what is looked up at one place that is a number, and is on the axis, is that element',
    apply: elementAtNumber,
    example: { equation: 'gather[axis = 1](x, i)', shapes: { x: [2, 3, 4] }, places: { i: 2 } },
  },
  {
    name: 'number-of-elements',
    statement:
      'how many elements there are along axes is the product of their sizes, whatever the elements are',
    apply: numberOfElements,
    example: { equation: 'size[axes = [1, 2]](x)', shapes: { x: [2, 3, 4] } },
  },
  {
    name: 'number-of-symbols',
    statement:
      'a number that is made of symbols, such as sizes, is what ops make of those: code may take the root of a size before it is a tensor, or after',
    apply: spellNumber,
    example: {
      equation: 's',
      shapes: {},
      numbers: { s: divide(3, apply('sqrt', [add(multiply(2, symbol('d', true)), 1)])) },
    },
  },
]

/** x W[:, a:b] = (x W)[:, a:b]: then products of one matrix in parts, as for the heads of an attention, are one product. */
function columnsOfResult(node: Node, builder: GraphBuilder): Node | undefined {
  const op = opTable[node.op]
  const at = op?.columns === undefined ? -1 : op.inputs.indexOf(op.columns)
  const part = node.inputs[at]
  const whole = part?.op === 'slice' ? part.inputs[0] : undefined
  if (!part || !whole?.type.shape || !node.type.shape) return undefined
  if (resolveAxis(part.attributes.axis, whole.type.shape.length) !== whole.type.shape.length - 1)
    return undefined
  const inputs = node.inputs.map((input, i) => (i === at ? whole : input))
  const result = builder.node(node.op, inputs, node.attributes)
  if (isProblem(result)) return undefined
  const moved = builder.node('slice', [result], { ...part.attributes, axis: node.type.shape.length - 1 })
  return isProblem(moved) ? undefined : moved
}

/** A mean that a program takes by hand divides by the number, and both need nothing of what the mean is of. */
function numberOfElements({ op, attributes, inputs }: Node, builder: GraphBuilder): Node | undefined {
  const shape = op === 'size' ? inputs[0]!.type.shape : undefined
  const axes = shape && resolveAxes(attributes.axes, shape.length)
  if (!axes || isProblem(axes)) return undefined
  const number = builder.node('scalar', [], { value: product(axes.map(axis => shape[axis]!)) })
  return isProblem(number) ? undefined : number
}

/** Code reads the step of a sequence by either, `x.gather(t, 1)` or a slice of one. */
function elementAtNumber(node: Node, builder: GraphBuilder): Node | undefined {
  const [x, at] = node.inputs
  if (node.op !== 'gather' || node.attributes.batchDims !== 0 || at?.type.shape?.length !== 0)
    return undefined
  const [start] = at.op === 'constant' ? (at.attributes.values as readonly unknown[]) : [at.attributes.value]
  const axis = resolveAxis(node.attributes.axis, x!.type.shape!.length)
  const size = typeof axis === 'number' ? x!.type.shape![axis] : undefined
  if (typeof start !== 'number' || typeof size !== 'number') return undefined
  if (!Number.isInteger(start) || start < 0 || start >= size) return undefined
  const part = builder.node('slice', [x!], { axis: axis as number, start, size: 1 })
  const element = isProblem(part) ? part : builder.node('squeeze', [part], { axes: [axis as number] })
  return isProblem(element) ? undefined : element
}

/** The values of an attention are made before they are weighed: P (x W) and (P x) W are one. */
function matrixFirst(node: Node, builder: GraphBuilder): Node | undefined {
  const [product, matrix] = node.inputs
  if (node.op !== 'matMul' || product?.op !== 'matMul' || matrix?.type.shape?.length !== 2) return undefined
  const [left, middle] = product.inputs as readonly [Node, Node]
  if ((middle.type.shape?.length ?? 0) < 3 || (left.type.shape?.length ?? 0) < 2) return undefined
  const first = builder.node('matMul', [middle, matrix])
  if (isProblem(first)) return undefined
  // What was made is looked at as well: the matrix may be some columns of one.
  const result = builder.node('matMul', [left, columnsOfResult(first, builder) ?? first])
  return isProblem(result) ? undefined : result
}

/** One-hot rows are whole numbers in TensorFlow.js, and a choice between 0 and 1 on paper. */
function withoutCasts(node: Node, builder: GraphBuilder): Node | undefined {
  const inputs = node.inputs.map(input => {
    const [inner] = input.inputs
    return input.op === 'cast' && input.type.dtype === 'int32' && isWhole(inner!) ? inner! : input
  })
  if (inputs.every((input, i) => input === node.inputs[i])) return undefined
  const copy = builder.node(node.op, inputs, node.attributes)
  return isProblem(copy) || copy.type.dtype !== node.type.dtype ? undefined : copy
}

/** Whether values are whole numbers by what they are, whatever type they have. */
function isWhole({ op, inputs, attributes, type }: Node): boolean {
  if (type.dtype === 'int32' || type.dtype === 'bool') return true
  if (op === 'where') return inputs.slice(1).every(isWhole)
  return op === 'scalar' && Number.isInteger(attributes.value)
}

function reversedTwice(node: Node): Node | undefined {
  const [inner] = node.inputs
  if (node.op !== 'reverse' || inner?.op !== 'reverse' || !inner.type.shape) return undefined
  const [outside, inside] = [node, inner].map(({ attributes }) =>
    resolveAxis(attributes.axis, inner.type.shape!.length),
  )
  return typeof outside === 'number' && outside === inside ? inner.inputs[0] : undefined
}
