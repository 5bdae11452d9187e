import type { Dimension } from '../../graph/dimension.js'
import type { Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import { type Shape, shapeText } from '../../graph/type.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject, Value } from '../../trace/value.js'
import { type ApplicationRequest, type AppliedLayer, applyLayer } from '../instantiate.js'
import { isOpen, openSize } from '../open-sizes.js'
import type { ModelState, TensorState } from './state.js'

/*
 * While a model is built, TF.js knows of a tensor what `computeOutputShape` of its layer says, with `null` for what is
 * open. That can be less than what follows from the sizes of the inputs: after `reshape` to [-1, 2], the first of them
 * is open. Code that reads `shape` and layers that need a size see what is declared.
 */

type Tensors = readonly HostObject<TensorState>[]

/** `tensor.shape`, `layer.outputShape`: while a model is built, an open size is null. */
export function shapeOf(
  trace: Tracer,
  tensor: Pick<TensorState, 'node' | 'symbolic' | 'reason' | 'declared'> | undefined,
  path: string,
): Value {
  const shape = tensor?.declared ?? tensor?.node?.type.shape
  if (!shape) return trace.fresh(`${path}.shape`, tensor?.reason)
  return trace.array(shape.map(size => (tensor?.symbolic && isOpen(size) ? null : size)))
}

/** An open size in place of each one that is not known. */
export function declared(sizes: readonly (Dimension | null)[]): Shape {
  return sizes.map((size, axis) => size ?? openSize(axis))
}

/**
 * The declared shapes of what a layer gives in a model that is being built, or why TF.js refuses to build it. A shape
 * that is known as well as that of the tensor is left out.
 */
export function declaredShapes(
  request: ApplicationRequest,
  inputs: Tensors,
  applied: AppliedLayer,
): readonly (Shape | undefined)[] | Problem {
  const { definition, config, builder } = request
  const types = inputs.map(({ state }) => ({
    ...state.node!.type,
    ...(state.declared && { shape: state.declared }),
  }))
  const given = inputs.some(({ state }) => state.declared)
    ? applyLayer({ ...request, inputs: types.map(({ shape }) => standIn(builder, shape!)), masks: [] })
    : applied
  if (isProblem(given)) return given
  const open = definition.needsSizes && types.find(({ shape }) => shape?.slice(1).some(isOpen))
  if (open) return { problem: `all sizes but the batch must be known, found ${shapeText(open.shape)}` }
  const weight = given.parameters.find(({ shape }) => shape.some(isOpen))
  if (weight)
    return {
      problem: `the sizes of its weights must be known, and ${weight.name} is ${shapeText(weight.shape)}`,
    }
  const own = definition.declares?.(config, types)
  if (own) return [declared(own)]
  return given === applied ? [] : given.outputs.map(({ type }) => type.shape ?? undefined)
}

/** The declared shape of what a model gives when it is a layer of another one. */
export function declaredByModel(
  trace: Tracer,
  { inputs: own }: ModelState,
  output: TensorState,
  inputs: Tensors,
  rebuild: (root: Node, replaced: Map<Node, Node>) => Node | undefined,
): Shape | undefined {
  if (!output.declared && inputs.every(({ state }) => !state.declared)) return undefined
  const replaced = new Map<Node, Node>()
  for (const [i, { state }] of own.entries()) {
    const { declared: shape, node } = inputs[i]?.state ?? {}
    if (state.node && node) replaced.set(state.node, shape ? standIn(trace.builder, shape) : node)
  }
  const shape = rebuild(output.node!, replaced)?.type.shape
  return shape?.map((size, axis) =>
    output.declared && isOpen(output.declared[axis]!) ? openSize(axis) : size,
  )
}

/** A tensor of which nothing but the shape is read. */
function standIn(builder: ApplicationRequest['builder'], shape: Shape): Node {
  const node = builder.node('input', [], { name: 'declared', index: -1, shape, dtype: 'float32' })
  if (isProblem(node)) throw new Error(node.problem)
  return node
}
