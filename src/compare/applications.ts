import type { LayerApplication, Model } from '../graph/model.js'
import type { Node } from '../graph/node.js'

/** All applications in a computation, those in models and layers of the program included. */
export function applicationsIn({ applications }: Pick<Model, 'applications'>): readonly LayerApplication[] {
  return applications.flatMap((application): readonly LayerApplication[] => {
    const { layer, inner = [] } = application
    const within = layer.model ? inPlace(layer.model, application) : []
    return [application, ...applicationsIn({ applications: [...inner, ...within] })]
  })
}

/** Whether a model is one of which the shapes alone are known, or has one inside. */
export const isOfAny = (model: Model): boolean =>
  model.isAny === true || applicationsIn(model).some(({ layer }) => layer.model?.isAny)

/** The applications in a model with the nodes that they have where the model is applied. */
function inPlace(model: Model, { inputs, outputs }: LayerApplication): readonly LayerApplication[] {
  const places = new Map(
    model.inputs.flatMap(({ node }, i) => (inputs[i] ? [[node, inputs[i]] as const] : [])),
  )
  const pending = model.outputs.flatMap(({ node }, i) => (outputs[i] ? [[node, outputs[i]] as const] : []))
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [own, other] = pair
    if (places.has(own) || !isAlike(own, other)) continue
    places.set(own, other)
    pending.push(...own.inputs.map((input, i) => [input, other.inputs[i]!] as const))
  }
  const at = (nodes: readonly Node[]) => nodes.flatMap(node => places.get(node) ?? [])
  return model.applications.flatMap(({ beforeActivation: _, ...application }) => {
    const placed = { ...application, inputs: at(application.inputs), outputs: at(application.outputs) }
    const isWhole =
      placed.inputs.length === application.inputs.length &&
      placed.outputs.length === application.outputs.length
    return isWhole ? [placed] : []
  })
}

/** Whether two nodes compute the same of what they read: modes, draws and the size of the batch are those of the place. */
const isAlike = (a: Node, b: Node): boolean =>
  a === b || (a.op === b.op && a.op !== 'parameter' && a.inputs.length === b.inputs.length)
