import { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { layers as layerTable } from '../library/layers/table.js'
import { expand } from '../ops/elaborate.js'
import { notationOf } from '../ops/notation.js'
import { opTable } from '../ops/table.js'
import type { LayerCall } from './calls.js'
import { type ExpressionStyle, expressionOf } from './expression.js'
import { type Formula, glyph, symbol, word } from './formula.js'
import { reachable } from './lines.js'
import { variableSymbol } from './names.js'
import type { Run } from './recurrence.js'
import type { Equation } from './system.js'

const modes = ['inference', 'training'] as const

/** What holds in both modes, or one case for each. */
function byMode(meanings: readonly Formula[]): Formula {
  const [first] = meanings
  if (first && meanings.every(meaning => JSON.stringify(meaning) === JSON.stringify(first))) return first
  return {
    kind: 'cases',
    alternatives: modes.map((mode, i) => ({
      value: meanings[i]!,
      condition: glyph(`\\text{in ${mode}}`, `in ${mode}`),
    })),
  }
}

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
  const writtenOut = new Set([...calls.values()].map(opOf))
  const byOp = new Map<string, Equation>()
  const byLayer = new Map<string, Equation>()
  for (const node of nodes) {
    const call = calls.get(node)
    if (call && !byLayer.has(call.application.layer.kind)) {
      const definition = defineLayer(node, call, style, builder)
      if (definition) byLayer.set(call.application.layer.kind, definition)
    }
    // What a layer's definition writes out needs none of its own.
    if (!writtenOut.has(node.op)) define(node, byOp)
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
  if (isProblem(whole)) return
  const meanings = modes.map(mode => expand(whole, builder, mode))
  const style = { name: (inner: Node) => names.get(inner) }
  // A notation that is its own definition says nothing.
  const left = expressionOf(whole, style)
  const known = meanings.flatMap(meaning => (isProblem(meaning) ? [] : [meaning]))
  if (known.length < meanings.length) return
  const right = byMode(known.map(meaning => expressionOf(meaning, style)))
  if (JSON.stringify(left) === JSON.stringify(right)) return
  for (const inner of reachable(known, inner => inner.inputs)) define(inner, found)
  found.set(node.op, { kind: 'equation', left, sign: '=', right, explanations: [] })
}

/** The op that a layer written as a function stands for. */
function opOf({ application }: LayerCall): string | undefined {
  return layerTable[application.layer.kind]?.short?.op
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
  const right = byMode(
    modes.map(mode =>
      expressionOf(output, {
        name,
        replace: node => {
          const meaning = node.op === opOf(call) ? expand(node, builder, mode) : node
          return isProblem(meaning) ? node : meaning
        },
      }),
    ),
  )
  return { kind: 'equation', left, sign: '=', right, explanations: [] }
}
