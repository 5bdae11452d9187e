import { sameAttribute, substituteIn } from '../../graph/attribute.js'
import { type Dimension, equals, symbol, symbolsOf } from '../../graph/dimension.js'
import type { Attribute, Attributes, Body, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Mode } from '../../ops/elaborate.js'
import type { Tracer } from '../../trace/host.js'

/** What is to be different in a computation that is built again. */
export interface Changes {
  /** What differs between training and inference is what it is in this mode. */
  readonly mode?: Mode | undefined
  /** The sizes that symbols stand for now. */
  readonly sizes?: ReadonlyMap<string, Dimension> | undefined
}

/** The sizes that are open in some shapes and known in others: those of a model's inputs, and of what it is given. */
export function sizesGiven(
  pairs: readonly (readonly [open: Node | undefined, given: Node | undefined])[],
): ReadonlyMap<string, Dimension> {
  const sizes = new Map<string, Dimension>()
  const unclear = new Set<string>()
  for (const [open, given] of pairs)
    for (const [axis, size] of (open?.type.shape ?? []).entries()) {
      const [name] = symbolsOf(size)
      const own = given?.type.shape?.[axis]
      if (name === undefined || own === undefined || !equals(size, symbol(name, true))) continue
      if (!equals(sizes.get(name) ?? own, own)) unclear.add(name)
      sizes.set(name, own)
    }
  for (const [name, size] of sizes)
    if (unclear.has(name) || equals(size, symbol(name, true))) sizes.delete(name)
  return sizes
}

/** What has an identity of its own, and stays as it is. */
const leaves: ReadonlySet<string> = new Set(['parameter', 'input'])

/** The same computation with some nodes replaced; parameters stay. */
export function rebuild(
  trace: Tracer,
  root: Node,
  replaced: Map<Node, Node>,
  changes: Changes = {},
): Node | undefined {
  const pending = [root]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (replaced.has(node)) {
      pending.pop()
      continue
    }
    const missing = node.inputs.filter(input => !replaced.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    const inputs = node.inputs.map(input => replaced.get(input)!)
    const same = inputs.every((input, i) => input === node.inputs[i])
    const attributes = leaves.has(node.op) ? node.attributes : changed(trace, node, changes)
    if (!attributes) return undefined
    const unchanged = same && attributes === node.attributes
    const copy = unchanged ? node : trace.builder.node(node.op, inputs, attributes)
    if (isProblem(copy)) return undefined
    for (const origin of trace.provenance.origins(node)) trace.provenance.addOrigin(copy, origin)
    replaced.set(node, copy)
    pending.pop()
  }
  return replaced.get(root)
}

/** The attributes of a node as they are now, in the bodies of recurrences as well. */
function changed(trace: Tracer, { attributes }: Node, changes: Changes): Attributes | undefined {
  const { mode, sizes } = changes
  const found: Record<string, Attribute> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (mode && name === 'mode' && value === 'run') found[name] = mode
    if (typeof value === 'object' && value !== null && 'body' in value) {
      const body = changedBody(trace, value.body, changes)
      if (!body) return undefined
      if (body !== value.body) found[name] = { kind: 'body', body }
    } else if (sizes?.size) {
      const resized = substituteIn(value, size => sizes.get(size))
      if (!sameAttribute(resized, value)) found[name] = resized
    }
  }
  return Object.keys(found).length > 0 ? { ...attributes, ...found } : attributes
}

function changedBody(trace: Tracer, body: Body, changes: Changes): Body | undefined {
  const replaced = new Map<Node, Node>()
  for (const input of body.inputs) {
    const attributes = changed(trace, input, changes)
    const copy =
      attributes && (attributes === input.attributes ? input : trace.builder.node(input.op, [], attributes))
    if (!copy || isProblem(copy)) return undefined
    replaced.set(input, copy)
  }
  const inputs = body.inputs.map(input => replaced.get(input)!)
  const outputs = body.outputs.map(output => rebuild(trace, output, replaced, changes))
  if (outputs.some(output => !output)) return undefined
  const isSame = [...inputs, ...outputs].every((node, i) => node === [...body.inputs, ...body.outputs][i])
  return isSame ? body : { inputs, outputs: outputs as readonly Node[] }
}
