import { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { expand } from '../ops/elaborate.js'
import { notationOf } from '../ops/notation.js'
import { opTable } from '../ops/table.js'
import type { LayerCall } from './calls.js'
import { type ExpressionStyle, expressionOf } from './expression.js'
import { type Formula, symbol, word } from './formula.js'
import { reachable } from './lines.js'
import { variableSymbol } from './names.js'
import type { Run } from './recurrence.js'
import type { Equation } from './system.js'

interface Defined {
  readonly lines: readonly Node[]
  readonly runs: readonly Run[]
  readonly calls: ReadonlyMap<Node, LayerCall>
  readonly style: ExpressionStyle
  readonly builder: GraphBuilder
}

/**
 * One definition for each function in the equations and in the definitions themselves. A layer that is written as a
 * function is defined by its first use; what another use has in place of its parameters shows in the subscript.
 */
export function definitionsOf({ lines, runs, calls, style, builder }: Defined): readonly Equation[] {
  const roots = [...lines, ...runs.flatMap(({ body }) => body.outputs)]
  const nodes = reachable(roots, node => node.inputs)
  const byOp = new Map<string, Equation>()
  const byLayer = new Map<string, Equation>()
  for (const node of nodes) {
    const call = calls.get(node)
    if (call && !byLayer.has(call.application.layer.kind)) {
      const definition = defineLayer(node, call, style, builder)
      if (definition) byLayer.set(call.application.layer.kind, definition)
    }
    define(node, byOp)
  }
  return [...byLayer.values(), ...byOp.values()]
}

/** Defines a node's op, and before it the ops in its meaning. */
function define(node: Node, found: Map<string, Equation>): void {
  const op = opTable[node.op]
  const notation = notationOf(node)
  // A mean is written as a sum over a count: it needs no definition.
  const isDefinition = notation?.form === 'reduction' && notation.average === true
  if (op?.kind !== 'derived' || isDefinition || found.has(node.op)) return
  const builder = new GraphBuilder(opTable)
  const inputs: Node[] = []
  const names = new Map<Node, Formula>()
  for (const [i, { type }] of node.inputs.entries()) {
    const name = op.inputs[Math.min(i, op.inputs.length - 1)] ?? 'x'
    const input = builder.node('input', [], { name, index: i, shape: type.shape ?? [], dtype: type.dtype })
    if (isProblem(input)) return
    names.set(input, variableSymbol(name) ?? word(name))
    inputs.push(input)
  }
  const whole = builder.node(node.op, inputs, node.attributes)
  const meaning = isProblem(whole) ? whole : expand(whole, builder, 'inference')
  if (isProblem(whole) || isProblem(meaning)) return
  const style = { name: (inner: Node) => names.get(inner) }
  // A notation that is its own definition says nothing.
  const left = expressionOf(whole, style)
  const right = expressionOf(meaning, style)
  if (JSON.stringify(left) === JSON.stringify(right)) return
  for (const inner of reachable([meaning], inner => inner.inputs)) define(inner, found)
  found.set(node.op, { kind: 'equation', left, sign: '=', right, explanations: [] })
}

function defineLayer(
  output: Node,
  call: LayerCall,
  style: ExpressionStyle,
  builder: GraphBuilder,
): Equation | undefined {
  const head = style.call?.(output)?.head
  const [input] = call.inputs
  if (!head || !input) return undefined
  const name = (node: Node): Formula | undefined =>
    node === input ? symbol('x') : node === output ? undefined : style.name(node)
  const left = expressionOf(output, { ...style, name })
  const right = expressionOf(output, {
    name,
    replace: node => {
      const meaning = expand(node, builder, 'inference')
      return isProblem(meaning) ? node : meaning
    },
  })
  return { kind: 'equation', left, sign: '=', right, explanations: [] }
}
