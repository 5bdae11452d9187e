import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Attribute, Attributes, Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { expand, expandToCompute, type Mode } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'

export interface ConcreteOptions {
  /** The value of a symbol in sizes and attributes. */
  readonly symbol?: ((name: string) => number | undefined) | undefined
  readonly mode: Mode
  /** Whether numbers are to be computed, so that those in between have to be small. */
  readonly isNumeric?: boolean
}

/** Nodes with numbers for all sizes and without derived ops, and the leaves and draws that they came from. */
export interface ConcreteGraph {
  readonly outputs: readonly Node[]
  /** The node that a leaf or a random draw of the concrete graph stands for. */
  readonly sources: ReadonlyMap<Node, Node>
}

/** Whether a node is a random draw itself, and not something that is made of one. */
export const isDraw = ({ op, attributes }: Node): boolean =>
  'site' in attributes && opTable[op]?.kind === 'primitive'

/** Rebuilds nodes in a builder of their own, with numbers for symbols and meanings for derived ops. */
export function concreteGraph(outputs: readonly Node[], options: ConcreteOptions): ConcreteGraph | Problem {
  const builder = new GraphBuilder(opTable)
  const done = new Map<Node, Node>()
  const sources = new Map<Node, Node>()
  const meanings = new Map<Node, Node>()
  const pending = [...outputs]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    if (done.has(node)) {
      pending.pop()
      continue
    }
    const missing = operandsOf(node).filter(operand => !done.has(operand))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    const copy = builder.node(
      node.op,
      node.inputs.map(input => done.get(input)!),
      numericAttributes(node.attributes, options, done),
    )
    if (isProblem(copy)) return copy
    const { shape } = copy.type
    if (!shape || shape.some(size => typeof size !== 'number'))
      return { problem: `the shape of \`${node.op}\` is not known` }
    if ((node.inputs.length === 0 || isDraw(node)) && !sources.has(copy)) sources.set(copy, node)
    if (opTable[node.op]?.kind !== 'derived') {
      done.set(node, copy)
      done.set(copy, copy)
      continue
    }
    const meaning =
      meanings.get(copy) ?? (options.isNumeric ? expandToCompute : expand)(copy, builder, options.mode)
    if (isProblem(meaning)) return meaning
    meanings.set(copy, meaning)
    const known = done.get(meaning)
    if (known) done.set(node, known)
    else pending.push(meaning)
  }
  return { outputs: outputs.map(node => done.get(node)!), sources }
}

function bodiesOf({ attributes }: Node): readonly Body[] {
  return Object.values(attributes).flatMap(value =>
    typeof value === 'object' && value !== null && 'body' in value ? [value.body] : [],
  )
}

/** What a node reads, the nodes of its bodies included. */
function operandsOf(node: Node): readonly Node[] {
  const bodies = bodiesOf(node)
  return bodies.length === 0
    ? node.inputs
    : [...node.inputs, ...bodies.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])]
}

function numericAttributes(
  attributes: Attributes,
  { symbol }: ConcreteOptions,
  done: ReadonlyMap<Node, Node>,
): Attributes {
  const numeric = (value: Attribute): Attribute => {
    if (Array.isArray(value)) return value.map(numeric)
    if (typeof value !== 'object' || value === null || !('kind' in value)) return value
    if (value.kind === 'polynomial') return substitute(value as Dimension, name => symbol?.(name))
    const { inputs, outputs } = value.body
    const moved = (nodes: readonly Node[]) => nodes.map(node => done.get(node)!)
    return { kind: 'body', body: { inputs: moved(inputs), outputs: moved(outputs) } }
  }
  const values: Record<string, Attribute> = {}
  for (const name in attributes) values[name] = numeric(attributes[name]!)
  return values
}
