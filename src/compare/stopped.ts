import { derivativeOf } from '../gradient/derivative.js'
import { gradientFlow } from '../gradient/flow.js'
import { gradients } from '../gradient/gradient.js'
import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { equals } from '../graph/dimension.js'
import type { ModelGraph, Port } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import type { Sides } from './evidence.js'
import { judge } from './judge.js'

/** Whether a node gives on its input and is there to stop gradients. */
export function stops(node: Node): boolean {
  const derivative = node.inputs.length === 1 ? derivativeOf(node, 0) : undefined
  return typeof derivative === 'object' && derivative.isMeant === true
}

/** Whether gradients by some nodes are stopped on the way from a value. */
export function stopsBefore(
  root: Node,
  by: readonly Node[],
  { builder, provenance }: Pick<ModelGraph, 'builder' | 'provenance'>,
): boolean {
  const wanted = new Set(by)
  return gradientFlow([root], builder, provenance).blocks.some(
    ({ because, input }) => because.isMeant && nodesBelow([input]).some(node => wanted.has(node)),
  )
}

/** A graph with its value, in which nothing is stopped, and with its gradients, in which it is; each as it is changed. */
export function withGradients(
  { model, builder, provenance }: ModelGraph,
  name: string,
  by: readonly (readonly [Node, string])[],
  change: (node: Node) => Node | Problem,
): ModelGraph | Problem {
  const port = model.outputs[0]!
  const plain = rebuild([port.node], builder, node => (stops(node) ? node.inputs[0]! : node))
  if (isProblem(plain)) return plain
  const outputs: Port[] = [{ ...port, name, node: plain[0]! }]
  if (by.length > 0) {
    const nodes = by.map(([node]) => node)
    const found = gradients(port.node, nodes, builder)
    if (isProblem(found)) return found
    for (const [i, [node, own]] of by.entries()) {
      const shape = node.type.shape ?? []
      const gradient = found[i] ?? builder.node('fill', [], { shape, value: 0 })
      if (isProblem(gradient)) return gradient
      outputs.push({ ...port, name: own, node: gradient })
    }
  }
  const changed: Port[] = []
  for (const output of outputs) {
    const node = change(output.node)
    if (isProblem(node)) return node
    changed.push({ ...output, node })
  }
  return { model: { ...model, outputs: changed }, builder, provenance }
}

/** Values that are stopped in two computations, each as a leaf; equal ones are one leaf. */
export class StoppedValues {
  readonly #builder: GraphBuilder
  readonly #isMoved: (node: Node) => boolean
  /** What is stopped in the first computation, with the leaves that stand for it. */
  readonly #known: { readonly value: Node; readonly leaf: Node }[] = []

  /** `isMoved` says of a leaf whether gradients are taken by it, or by what it stands for. */
  constructor(isMoved: (node: Node) => boolean, builder: GraphBuilder) {
    this.#builder = builder
    this.#isMoved = isMoved
  }

  /**
   * A value in which nothing is stopped: what does not depend on what moves stands as it is. Two values that are equal with
   * leaves for all that is stopped have the same gradients as well.
   */
  replacedIn(root: Node): Node | Problem {
    const found = rebuild([root], this.#builder, node => {
      if (!stops(node)) return node
      const value = node.inputs[0]!
      return nodesBelow([value]).some(this.#isMoved) ? this.#leafOf(value) : value
    })
    return isProblem(found) ? found : found[0]!
  }

  #leafOf(value: Node): Node | Problem {
    const { shape, dtype } = value.type
    if (!shape) return { problem: 'the shape of what is stopped is not known' }
    const plain = rebuild([value], this.#builder, node => (stops(node) ? node.inputs[0]! : node))
    if (isProblem(plain)) return plain
    for (const { value: other, leaf } of this.#known) {
      const fitted = isSameContent(other, value)
        ? this.#builder.node('reshape', [other], { shape })
        : undefined
      if (!fitted || isProblem(fitted) || !isEqual(plain[0]!, fitted, this.#builder)) continue
      return this.#builder.node('reshape', [leaf], { shape })
    }
    const attributes = { name: 'stopped', index: firstLeaf - this.#known.length, shape, dtype }
    const leaf = this.#builder.node('input', [], attributes)
    if (!isProblem(leaf)) this.#known.push({ value: plain[0]!, leaf })
    return leaf
  }
}

/** Far from the indices of inputs. */
const firstLeaf = -3000

/** Whether two shapes are one but for axes of size 1. */
function isSameContent({ type: { shape: a } }: Node, { type: { shape: b } }: Node): boolean {
  const [left, right] = [a, b].map(shape => shape?.filter(size => size !== 1) ?? [])
  return left!.length === right!.length && left!.every((size, axis) => equals(size, right![axis]!))
}

/** Whether two values are proved to be equal. */
export function isEqual(first: Node, second: Node, builder: GraphBuilder): boolean {
  const sides: Sides = {
    specified: [first],
    implemented: [second],
    names: ['value'],
    nameOf: node => node.op,
    assumed: new Map(),
    builder,
    complete: true,
  }
  return judge([sides], () => ({ kind: 'open', problem: 'no numbers are looked for' })).kind === 'same'
}
