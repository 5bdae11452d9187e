import { sameAttribute } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { dependsOnMode, expand, type Mode } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { isCommutative, orderChains } from './chains.js'
import { movements } from './movement.js'
import { compileRule, type Rewrite } from './pattern.js'
import { rules } from './rules.js'

export interface Normalized {
  readonly outputs: readonly Node[]
  /** The names of the rules that were used, and `order-of-operands`, each with the nodes that it was used on. */
  readonly used: ReadonlyMap<string, ReadonlySet<Node>>
}

type Used = Map<string, Set<Node>>

function note(used: Used, rule: string, node: Node): void {
  used.set(rule, (used.get(rule) ?? new Set()).add(node))
}

let compiled: ReadonlyMap<string, readonly Rewrite[]> | undefined

function rewritesFor(op: string): readonly Rewrite[] {
  if (!compiled) {
    const byOp = new Map<string, Rewrite[]>()
    for (const rule of rules) {
      const rewrite = compileRule(rule)
      if (rewrite) byOp.set(rewrite.op, [...(byOp.get(rewrite.op) ?? []), rewrite])
    }
    compiled = byOp
  }
  return compiled.get(op) ?? []
}

/**
 * The normal form of outputs: named rules first, then derived ops replaced by their meanings, then the rules again.
 * Identical results mean equal computations, for all sizes. Different results mean nothing.
 */
export function normalize(outputs: readonly Node[], builder: GraphBuilder, mode: Mode): Normalized {
  const [first] = outputs
  if (!first) return { outputs, used: new Map() }
  const known = normalized.get(first) ?? new Map<string, Normalized>()
  normalized.set(first, known)
  const keyOf = (each: Mode) => `${each} ${outputs.map(({ id }) => id)}`
  const found = known.get(keyOf(mode))
  if (found) return found
  const { isOfMode, ...form } = normalForm(outputs, builder, mode)
  for (const each of isOfMode ? [mode] : modes) known.set(keyOf(each), form)
  return form
}

const modes: readonly Mode[] = ['inference', 'training']

/** A model of code is compared with many readings of a spec: its form is found once. */
const normalized = new WeakMap<Node, Map<string, Normalized>>()

/** `isOfMode`: whether anything was expanded that means something else in the other mode. */
function normalForm(
  outputs: readonly Node[],
  builder: GraphBuilder,
  mode: Mode,
): Normalized & { readonly isOfMode: boolean } {
  const used: Used = new Map()
  let isOfMode = false
  const expandOnce = (node: Node): Node => {
    if (opTable[node.op]?.kind !== 'derived') return node
    isOfMode ||= dependsOnMode(node)
    const next = expand(node, builder, mode)
    return isProblem(next) ? node : next
  }
  const expandWholly = (node: Node): Node => {
    let current = node
    for (let next = expandOnce(current); next !== current; next = expandOnce(current)) current = next
    return current
  }
  const first = rewrite(outputs, node => applyRules(node, builder, used), builder, used)
  // An expansion can contain derived ops in its operands: expand until nothing changes.
  let before: readonly Node[] = first
  let after = rewrite(first, expandWholly, builder, used)
  for (let round = 0; round < 12 && after.some((node, i) => node !== before[i]); round++) {
    before = after
    after = rewrite(after, node => expandOnce(applyRules(node, builder, used)), builder, used)
  }
  return { outputs: orderChains(after, builder), used, isOfMode }
}

function applyRules(node: Node, builder: GraphBuilder, used: Used): Node {
  let current = node
  for (let again = true; again; ) {
    again = false
    for (const { name, apply } of [...rewritesFor(current.op), ...movements]) {
      const next = apply(current, builder)
      if (next && next !== current) {
        note(used, name, current)
        current = next
        again = true
        break
      }
    }
  }
  return current
}

/** Attributes in the one spelling that the op table has for all that mean the same. */
function canonical({ op, attributes, inputs }: Node): Attributes {
  const definition = opTable[op]
  const types = inputs.map(({ type }) => type)
  if (definition?.kind !== 'primitive' || types.some(({ shape }) => !shape)) return attributes
  const spelled = definition.canonical?.(attributes, types)
  const isNew =
    spelled && Object.entries(spelled).some(([name, value]) => !sameAttribute(value, attributes[name]))
  return isNew ? { ...attributes, ...spelled } : attributes
}

/** Rebuilds a graph from its leaves up, passing every node through `change`. Shared nodes are visited once. */
function rewrite(
  outputs: readonly Node[],
  change: (node: Node) => Node,
  builder: GraphBuilder,
  used: Used,
): readonly Node[] {
  const done = new Map<Node, Node>()
  const pending = [...outputs]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (done.has(node)) {
      pending.pop()
      continue
    }
    const missing = node.inputs.filter(input => !done.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    const inputs = node.inputs.map(input => done.get(input)!)
    if (isCommutative(node.op) && inputs.some((input, i) => i > 0 && input.id < inputs[i - 1]!.id)) {
      inputs.sort((a, b) => a.id - b.id)
      note(used, 'order-of-operands', node)
    }
    const attributes = canonical(node)
    const same = attributes === node.attributes && inputs.every((input, i) => input === node.inputs[i])
    const copy = same ? node : builder.node(node.op, inputs, attributes)
    done.set(node, change(isProblem(copy) ? node : copy))
    pending.pop()
  }
  return outputs.map(node => done.get(node)!)
}
