import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Provenance } from '../graph/provenance.js'
import { notationOf } from '../ops/notation.js'
import { recurrenceForm } from '../ops/recurrence.js'
import { opTable } from '../ops/table.js'

/** An expression of more ops than this gets a name in between, so that lines stay readable. */
const longest = 12

/** What the printed expression of a node reads: its inputs, or those of a function that stands for several nodes. */
export type Reads = (node: Node) => readonly Node[]

/**
 * The values of a model that deserve an equation of their own, in order of computation: outputs, values that are read
 * more than once, values with a name of the author's, and the last value before a layer that mixes its input by a
 * matrix. Whatever only rescales or rearranges joins the line that it belongs to.
 */
export function chooseLines(model: Model, provenance: Provenance, reads: Reads): readonly Node[] {
  const outputs = new Set(model.outputs.map(({ node }) => node))
  const lines = new Set(outputs)
  const inputs = new Set(model.inputs.map(({ node }) => node))
  // What stands in the body of a recurrence has lines there.
  const computed = new Set(reachable([...lines], node => node.inputs))
  for (const node of beforeMixingLayers(model)) if (computed.has(node)) lines.add(node)
  const order = reachable([...lines], reads)
  for (const node of order) {
    if (!isRecurrence(node)) continue
    lines.add(node)
    for (const input of readByName(node)) if (!isLeaf(input)) lines.add(input)
  }
  if (model.applications.length === 0) {
    for (const node of order)
      if (provenance.name(node) !== undefined && !isLeaf(node) && !isQuiet(node)) lines.add(node)
  }
  addShared(order, lines, reads)
  splitLong(order, lines, reads, new Set(model.applications.flatMap(({ outputs }) => outputs)))
  for (const input of inputs) lines.delete(input)
  for (const node of firstStates(order, provenance, reads)) lines.delete(node)
  for (const node of lines) if (!outputs.has(node) && isNumberOfElements(node)) lines.delete(node)
  return [...lines].filter(node => !isLeaf(node)).sort((a, b) => a.id - b.id)
}

/** What the steps of a recurrence read by name: its sequences, and what stays. */
function readByName({ inputs, attributes }: Node): readonly Node[] {
  const { along, states } = recurrenceForm(attributes)
  return [...inputs.slice(0, along.length), ...inputs.slice(along.length + states)]
}

/** Values that nothing reads but a recurrence as its first state, and that the author calls as the state. */
function firstStates(order: readonly Node[], provenance: Provenance, reads: Reads): readonly Node[] {
  const others = new Set<Node>()
  const found = new Set<Node>()
  for (const node of order) {
    if (!isRecurrence(node)) {
      for (const input of reads(node)) others.add(input)
      continue
    }
    const { body, along, states } = recurrenceForm(node.attributes)
    for (const input of readByName(node)) others.add(input)
    for (let i = along.length; i < along.length + states; i++)
      if (provenance.name(node.inputs[i]!) === body.inputs[i]!.attributes.name) found.add(node.inputs[i]!)
  }
  return [...found].filter(node => !others.has(node) && !isRecurrence(node))
}

/** How many elements there are is written where it is read. */
function isNumberOfElements(node: Node): boolean {
  return notationOf(node)?.form === 'count'
}

export function isRecurrence(node: Node): boolean {
  return notationOf(node)?.form === 'recurrence'
}

/** Everything that a few values depend on, inputs first. */
export function reachable(roots: readonly Node[], reads: Reads): readonly Node[] {
  const seen = new Set(roots)
  const pending = [...roots]
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const input of reads(node)) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return [...seen].sort((a, b) => a.id - b.id)
}

function beforeMixingLayers({ applications }: Model): readonly Node[] {
  const made = new Map(
    applications.flatMap(({ outputs, inputs }) => outputs.map(node => [node, inputs[0]] as const)),
  )
  const found: Node[] = []
  for (const application of applications) {
    if (!mixes(application)) continue
    for (const input of application.inputs) {
      // What only rearranges a value belongs to the line that reads it: h = f(vec(h) W).
      const source = made.get(input)
      found.push(rearranges(input) && source ? source : input)
    }
    if (application.layer.model) found.push(...application.outputs)
  }
  return found
}

/** A kernel has two axes or more; a scale, a shift or a statistic has one. */
function mixes({ layer }: LayerApplication): boolean {
  return layer.model !== undefined || layer.parameters.some(({ shape }) => shape.length > 1)
}

function rearranges(node: Node): boolean {
  return isQuiet(node) || (opTable[node.op]?.rearranges ?? false)
}

/** It prints as its input. */
function isQuiet(node: Node): boolean {
  return notationOf(node)?.form === 'transparent'
}

export function isLeaf(node: Node): boolean {
  return node.inputs.length === 0
}

/** A number that is computed from numbers, as the root of a width, is short enough to be written twice. */
function isNumber({ inputs, attributes, type }: Node, numbers: ReadonlySet<Node>): boolean {
  const isGiven = inputs.length === 0 && ('name' in attributes || 'site' in attributes)
  return type.shape?.length === 0 && !isGiven && inputs.every(input => numbers.has(input))
}

function addShared(order: readonly Node[], lines: Set<Node>, reads: Reads): void {
  const readers = new Map<Node, number>()
  for (const node of order)
    for (const input of new Set(reads(node))) readers.set(input, (readers.get(input) ?? 0) + 1)
  const numbers = new Set<Node>()
  for (const node of order) {
    if (isNumber(node, numbers)) numbers.add(node)
    if ((readers.get(node) ?? 0) < 2 || isLeaf(node) || numbers.has(node)) continue
    // A leaf seen another way is short enough to be written twice.
    if (rearranges(node) && reads(node).every(isLeaf)) continue
    const target = isQuiet(node) ? node.inputs[0] : node
    if (target && !isLeaf(target)) lines.add(target)
  }
}

/** Breaks expressions that are too long, at a value that a layer made if there is one. */
function splitLong(order: readonly Node[], lines: Set<Node>, reads: Reads, made: ReadonlySet<Node>): void {
  const lengths = new Map<Node, number>()
  for (const node of order) {
    if (isLeaf(node)) continue
    const parts = reads(node).filter(input => !lines.has(input) && !isLeaf(input))
    const length = (input: Node) => lengths.get(input) ?? 0
    const isReduction = notationOf(node)?.form === 'reduction'
    const heavy = parts.filter(input => length(input) > (isReduction ? 2 : 3))
    if (isReduction || heavy.length > 1) for (const input of heavy) lines.add(input)
    let total =
      (isQuiet(node) ? 0 : 1) + parts.reduce((sum, input) => sum + (lines.has(input) ? 0 : length(input)), 0)
    const candidates = parts
      .filter(input => !lines.has(input))
      .sort((a, b) => Number(made.has(b)) - Number(made.has(a)) || length(b) - length(a))
    for (const candidate of candidates) {
      if (total <= longest) break
      lines.add(candidate)
      total -= length(candidate)
    }
    lengths.set(node, total)
  }
}
