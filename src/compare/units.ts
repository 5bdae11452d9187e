import { attributeKey } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { ConfigEntry, Layer, LayerApplication, Model } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { activations } from '../library/activations.js'
import { parseEquation } from '../math/parse.js'
import { opTable } from '../ops/table.js'
import type { Span } from '../text/source.js'

/** What is aligned: a layer without its activation, or an activation, however it is written. */
export interface Unit {
  readonly kind: 'layer' | 'activation'
  /** A key of the layer table, or the op of an activation with its attributes. */
  readonly what: string
  readonly layer: Layer
  readonly application: LayerApplication
  /** Position of the application in the model. */
  readonly position: number
  readonly inputs: readonly Node[]
  readonly output: Node
  /** The smallest span that states it. */
  readonly span: Span
}

/** Ops that are activations: those that the activation table names. */
const activationOps: ReadonlySet<string> = new Set(
  Object.values(activations).flatMap(({ means }) => {
    const parsed = parseEquation(means)
    return 'kind' in parsed && parsed.kind === 'call' ? [parsed.name] : []
  }),
)

/** The applications of a model with those of models inside it, in order. */
export function flatApplications(model: Model, builder: GraphBuilder): readonly LayerApplication[] {
  return model.applications.flatMap(application => {
    const inner = application.layer.model
    if (!inner) return [application]
    const replaced = new Map<Node, Node>(inner.inputs.map(({ node }, i) => [node, application.inputs[i]!]))
    return flatApplications(inner, builder).map((entry): LayerApplication => {
      const move = (node: Node) => substituteInputs(node, replaced, builder)
      const { beforeActivation, ...rest } = entry
      return {
        ...rest,
        inputs: entry.inputs.map(move),
        outputs: entry.outputs.map(move),
        ...(beforeActivation && { beforeActivation: move(beforeActivation) }),
      }
    })
  })
}

function substituteInputs(root: Node, replaced: Map<Node, Node>, builder: GraphBuilder): Node {
  const pending = [root]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    const missing = replaced.has(node) ? [] : node.inputs.filter(input => !replaced.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    pending.pop()
    if (replaced.has(node)) continue
    const copy = builder.node(
      node.op,
      node.inputs.map(input => replaced.get(input)!),
      node.attributes,
    )
    replaced.set(node, isProblem(copy) ? node : copy)
  }
  return replaced.get(root)!
}

/** Splits applications into units; what computes nothing vanishes. */
export function unitsOf(applications: readonly LayerApplication[]): readonly Unit[] {
  return applications.flatMap((application, position): Unit[] => {
    const { layer, inputs, beforeActivation } = application
    const output = application.outputs[0]!
    const common = { layer, application, position }
    const span = activationEntry(layer)?.span ?? layer.origin.span
    const before = beforeActivation ?? inputs[0]
    if (before && layer.parameters.length === 0 && inputs.length === 1 && !beforeActivation) {
      if (output === before) return []
      if (activationOps.has(output.op) && output.inputs.length === 1 && output.inputs[0] === before) {
        return [
          { ...common, kind: 'activation', what: activationName(output), inputs: [before], output, span },
        ]
      }
    }
    const linear: Unit = {
      ...common,
      kind: 'layer',
      what: layer.kind,
      inputs,
      output: beforeActivation ?? output,
      span: layer.origin.span,
    }
    if (!beforeActivation) return [linear]
    return [
      linear,
      {
        ...common,
        kind: 'activation',
        what: activationName(output),
        inputs: [beforeActivation],
        output,
        span,
      },
    ]
  })
}

/** `relu`, `leakyRelu(alpha 0.3)`: the op with the attributes that are not its defaults. */
function activationName({ op, attributes, type }: Node): string {
  const rank = type.shape?.length ?? 0
  const shown = Object.entries(attributes).flatMap(([name, value]) => {
    const declared = opTable[op]?.attributes[name]
    const resolved: Attribute = declared?.kind === 'axis' && value === rank - 1 ? -1 : value
    return attributeKey(declared?.default) === attributeKey(resolved)
      ? []
      : [`${name} ${attributeKey(resolved)}`]
  })
  return shown.length > 0 ? `${op}(${shown.join(', ')})` : op
}

/** Where a layer states its activation. */
export function activationEntry(layer: Layer): ConfigEntry | undefined {
  return layer.config.activation
}

/** How a layer is called in messages: by the user's name if there is one. */
export function layerText(layer: Layer): string {
  const name = layer.config.name?.from === 'given' ? layer.name : (layer.variable ?? layer.name)
  return `${layer.kind} \`${name}\``
}
