import type { layers as Layers, LayersModel, Tensor, Variable } from '@tensorflow/tfjs'
import type { DescribedParameter, DescribedPort } from '../experiment/protocol.js'

/** Something that can be run: a model of the user, a function over tensors, or a graph. */
export interface Runnable {
  readonly inputs: readonly DescribedPort[]
  readonly outputs: readonly DescribedPort[]
  readonly parameters: readonly RunnableParameter[]
  readonly apply: (inputs: readonly Tensor[], training: boolean) => readonly Tensor[]
  /** The model of the user, where it is one that was compiled. */
  readonly compiled?: LayersModel
}

export interface RunnableParameter extends DescribedParameter {
  readonly variable: Variable
}

/** Weights of a layer as the framework keeps them. */
interface LayerWeight {
  readonly originalName: string
  readonly shape: readonly (number | null)[]
  readonly trainable: boolean
  readonly val: Variable
}

export function runnableModel(model: LayersModel): Runnable {
  const ports = (
    list: readonly { readonly name: string; readonly shape: unknown; readonly dtype: string }[],
    names: readonly string[],
  ): readonly DescribedPort[] =>
    list.map(({ shape, dtype }, i) => ({
      name: names[i] ?? `${i}`,
      shape: shape as readonly (number | null)[],
      dtype: dtype as DescribedPort['dtype'],
    }))
  return {
    inputs: ports(model.inputs, model.inputNames),
    outputs: ports(model.outputs, model.outputNames),
    parameters: parametersIn(model),
    apply: (inputs, training) => {
      const given = inputs.length === 1 ? inputs[0]! : [...inputs]
      return [model.apply(given, { training }) as Tensor | Tensor[]].flat()
    },
    ...((model as unknown as { readonly optimizer?: object }).optimizer && { compiled: model }),
  }
}

/** The weights of a model by layer, in the order in which layers are listed; a model inside counts as its layers. */
function parametersIn(model: LayersModel): readonly RunnableParameter[] {
  const found: RunnableParameter[] = []
  const seen = new Set<Variable>()
  let place = 0
  const visit = (layer: Layers.Layer, frozen: boolean): void => {
    const { layers } = layer as unknown as { readonly layers?: readonly Layers.Layer[] }
    if (layer.getClassName() === 'InputLayer') return
    if (layers) {
      for (const inner of layers) visit(inner, frozen || !layer.trainable)
      return
    }
    const own = place++
    for (const { originalName, val, trainable } of layer.weights as unknown as readonly LayerWeight[]) {
      if (seen.has(val)) continue
      seen.add(val)
      found.push({
        name: originalName,
        layer: own,
        shape: val.shape,
        trainable: trainable && layer.trainable && !frozen,
        variable: val,
      })
    }
  }
  for (const layer of model.layers) visit(layer, !model.trainable)
  return found
}
