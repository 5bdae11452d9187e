import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { layers as layerTable } from '../library/layers/table.js'
import type { ExpressionStyle } from './expression.js'
import { type Formula, number, symbol, word } from './formula.js'
import { reachable } from './lines.js'
import type { Names } from './names.js'

/** A layer that is written as a function of its input: `BN_{γ,β}(x)`. */
export interface LayerCall {
  readonly application: LayerApplication
  readonly inputs: readonly Node[]
  /** Which of several results it gives. */
  readonly place?: number
}

export function layerCalls(model: Model): ReadonlyMap<Node, LayerCall> {
  const calls = new Map<Node, LayerCall>()
  for (const application of model.applications) {
    const short = layerTable[application.layer.kind]?.short
    const [output] = application.outputs
    if (!short || !output || application.outputs.length > 1) continue
    // A phase that the call fixes has replaced the op by one of its meanings, and that has to show.
    const inside = reachable([output], node => (application.inputs.includes(node) ? [] : node.inputs))
    if (inside.some(({ op }) => op === short.op))
      calls.set(output, { application, inputs: application.inputs })
  }
  return calls
}

export function modelCalls(model: Model): ReadonlyMap<Node, LayerCall> {
  const calls = new Map<Node, LayerCall>()
  for (const application of model.applications) {
    if (!application.layer.model) continue
    const { inputs, outputs } = application
    for (const [i, output] of outputs.entries())
      calls.set(output, { application, inputs, ...(outputs.length > 1 && { place: i + 1 }) })
  }
  return calls
}

export function styleOf(
  names: Names,
  calls: ReadonlyMap<Node, LayerCall>,
  models: ReadonlyMap<Node, LayerCall>,
): ExpressionStyle {
  return {
    name: node => names.symbol(node),
    call: node => {
      const model = models.get(node)
      if (model) {
        const { layer } = model.application
        const name = word(layer.variable ?? layer.name)
        const lower = model.place === undefined ? undefined : number(model.place)
        return { head: lower ? { kind: 'script', base: name, lower } : name, inputs: model.inputs }
      }
      const call = calls.get(node)
      return call && { head: callHead(call, names), inputs: call.inputs }
    },
  }
}

/** The function's name, told apart like the parameters of its layer. */
function callHead({ application: { layer } }: LayerCall, names: Names): Formula {
  const { name } = layerTable[layer.kind]!.short!
  const own = layer.parameters.flatMap(({ node }) => names.symbol(node) ?? [])[0]
  const { label, index } = own ?? {}
  return symbol(name, { ...(label !== undefined && { label }), ...(index !== undefined && { index }) })
}
