import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { innerLayersOf, type Layer, type LayerApplication, type Model, parametersOf } from '../graph/model.js'
import { descentsAmong } from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'
import type { ProgramRule } from './program.js'

/**
 * Weights of layers inside layers of the program, of models that only `fit` trains: TF.js finds the weights that a layer
 * added itself, and none of layers that it holds (`Layer.trainableWeights` in tfjs-layers/src/engine/topology.ts). Steps
 * that the program takes itself reach them all the same.
 */
export const unlistedWeights: ProgramRule = ({ models, trainings }) => {
  const descents = trainings.flatMap(({ training }) => descentsAmong(training.steps))
  if (descents.some(({ choice }) => choice !== 'compiled')) return []
  const fitted = descents.flatMap(({ loss }) => loss ?? [])
  const compiled = models.map(({ model }) => model).filter(({ compilation }) => compilation?.losses.length)
  return [...compiled, ...fitted].flatMap(failuresIn)
}

function failuresIn(model: Model): readonly Diagnostic[] {
  const listed = new Set(parametersOf(model).map(({ parameter }) => parameter.node))
  const used = new Set(nodesBelow(model.outputs.map(({ node }) => node)))
  const known = new Set(innerLayersOf(model))
  return holders(model).flatMap(([owner, layer]): readonly Diagnostic[] => {
    if (owner.listed === 'unknown' || !layer.trainable || !known.delete(layer)) return []
    const lost = layer.parameters.filter(
      ({ node, trainable, isOverwritten }) =>
        trainable && !isOverwritten && used.has(node) && !listed.has(node),
    )
    if (lost.length === 0) return []
    const values = {
      weights: lost.map(({ name }) => `\`${name}\``).join(' and '),
      layer: layer.variable ?? layer.name,
      owner: owner.variable ?? owner.name,
      reason: owner.listed
        ? 'its own list does not have them when the model is compiled'
        : 'TensorFlow.js does not list the weights of layers that a layer of the program holds',
    }
    const related = [{ message: 'the layer that holds it', span: owner.origin.span }]
    return [diagnostic('unlisted-weights', values, { span: layer.origin.span, related })]
  })
}

/** Layers inside layers of the program, with the outermost that they are in. */
function holders(model: Model): readonly (readonly [owner: Layer, layer: Layer])[] {
  const within = (owner: Layer, { inner = [] }: LayerApplication): readonly (readonly [Layer, Layer])[] =>
    inner.flatMap(application => [
      [owner, application.layer] as const,
      ...within(application.layer.listed === undefined ? owner : application.layer, application),
    ])
  return model.applications.flatMap(application => [
    ...within(application.layer, application),
    ...(application.layer.model ? holders(application.layer.model) : []),
  ])
}
