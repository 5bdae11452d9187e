import { isDraw } from '../evaluate/concrete.js'
import { evaluate, type Interpretation, type OpApplication } from '../evaluate/evaluate.js'
import { attributeKey } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { Mode } from '../ops/elaborate.js'
import { sizeOf } from '../ops/shape.js'
import { Arithmetic } from './arithmetic.js'
import { bitsPerLane } from './field.js'
import { variableTensor } from './inputs.js'
import { operations } from './operations.js'
import { drawOf, fewestBits, sizesOf } from './prove.js'
import { abstracted, domainOf, isConstant, isLeaf } from './region.js'
import { OutOfReach, UnluckyPoints } from './values.js'

export interface FingerprintOptions {
  readonly mode: Mode
  /** The size that a symbol is tried at. */
  readonly symbol: (name: string) => number
  /** Multiplications and additions that they may take together. */
  readonly budget: number
}

/** Random points that do not suit are replaced this often. */
const attempts = 3

/**
 * A text for each node, such that nodes with one text have equal values at the sizes that are tried: their values at
 * shared random points of prime fields. The chance that two texts are equal by accident is below 2⁻¹⁰⁰ for all of them
 * together. Nodes for which `isCut` holds are free leaves. An op that means nothing in a field is a variable named by what
 * it is applied to. Undefined where the values cannot be computed.
 */
export function fingerprints(
  nodes: readonly Node[],
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
  options: FingerprintOptions,
): ReadonlyMap<Node, string> | undefined {
  const values = fieldValues(nodes, builder, isCut, options)
  return values && new Map([...values].map(([node, value]) => [node, keyOf(value)]))
}

/** The values that fingerprints are made of: each element is one of a prime field, or an atom. */
export function fieldValues(
  nodes: readonly Node[],
  builder: GraphBuilder,
  isCut: (node: Node) => boolean,
  options: FingerprintOptions,
): ReadonlyMap<Node, Tensor> | undefined {
  const roots = abstracted(nodes, builder, node => isCut(node) && !isConstant(node))
  if (isProblem(roots)) return undefined
  for (let seed = 1; seed <= attempts; seed++) {
    try {
      const values = valuesAt(seed, roots, options)
      return values && new Map(nodes.map((node, i) => [node, values[i]!]))
    } catch (error) {
      if (error instanceof OutOfReach) return undefined
      if (!(error instanceof UnluckyPoints)) throw error
    }
  }
  return undefined
}

const keyOf = ({ shape, data }: Tensor): string => `${shape.join('×')}: ${data.join()}`

function valuesAt(
  seed: number,
  roots: readonly Node[],
  { mode, symbol, budget }: FingerprintOptions,
): readonly Tensor[] | undefined {
  const arithmetic = new Arithmetic(seed)
  const known = new Map<Node, Tensor>()
  const interpret: Interpretation = (application, inputs, context) => {
    const operation = operations[application.name]
    if (!operation) return unknownValue(application, inputs, arithmetic)
    try {
      return operation(application, inputs, arithmetic, context)
    } catch (error) {
      if (!(error instanceof OutOfReach)) throw error
      return unknownValue(application, inputs, arithmetic)
    }
  }
  const leaf = (node: Node): Tensor | undefined => {
    if (!isLeaf(node)) return undefined
    const shape = sizesOf(node, { symbol })
    if (!shape) return undefined
    const name = isDraw(node) ? drawOf(node)!.name : `node ${node.id}`
    const value = known.get(node) ?? variableTensor(name, shape, node.type.dtype, domainOf(node), arithmetic)
    known.set(node, value)
    return value
  }
  const values = evaluate(roots, { leaf, interpret, symbol, mode, budget })
  if (isProblem(values) || arithmetic.values.confidence(bitsPerLane) < fewestBits) return undefined
  return values
}

/** A tensor of which nothing is known but that the same op gives it for the same values. */
function unknownValue(
  { name, attributes, type }: OpApplication,
  inputs: readonly Tensor[],
  arithmetic: Arithmetic,
): Tensor {
  const settings = Object.entries(attributes).map(([key, value]) => `${key}=${attributeKey(value)}`)
  const what = `value ${name} ${settings.join(' ')} of ${inputs.map(keyOf).join('; ')}`
  const data = Float64Array.from({ length: sizeOf(type.shape) }, (_, at) =>
    arithmetic.values.atom(`${what} at ${at}`),
  )
  return { shape: type.shape, data, dtype: type.dtype }
}
