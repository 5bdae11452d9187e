import type { GraphBuilder } from '../graph/builder.js'
import type { Parameter } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import { shapeText } from '../graph/type.js'
import { type Environment, elaborateText } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { activations } from './activations.js'
import { anyAxes } from './axes.js'
import { innerConfigs } from './inner.js'
import { type LayerConfig, type LayerDefinition, unmodelled, type Wrapping } from './layer.js'
import { layerNamed } from './layers/table.js'
import { makeParameters } from './parameters.js'
import { overTime, perStep } from './recurrence.js'

export interface ApplicationRequest {
  readonly definition: LayerDefinition
  readonly config: LayerConfig
  readonly inputs: readonly Node[]
  /** Those of an earlier application of the same layer. */
  readonly parameters?: readonly Parameter[] | undefined
  /** For each input, which of its steps count, [batch, time]; without a mask all do. */
  readonly masks?: readonly (Node | undefined)[] | undefined
  /** For a layer around a model: the model as a layer. */
  readonly innerModel?: InnerModel | undefined
  /** Which phase the layer is in, where the call fixes it; else it is left open. */
  readonly training?: boolean | 'mode'
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  /** Numbers that tell parameters and random draws apart. */
  readonly newIdentity: () => number
  /** The place of random draws, if it is not a new one. */
  readonly site?: number | undefined
  /** An existing parameter to use in place of a new one, if its shape is the declared one. */
  readonly parameterFor?: ((name: string) => Parameter | undefined) | undefined
}

/** A model in place of an inner layer. */
export interface InnerModel {
  readonly parameters: readonly Parameter[]
  /** Its results on other tensors than its own inputs. */
  readonly apply: (inputs: readonly Node[]) => readonly Node[] | Problem
}

export interface AppliedLayer {
  readonly outputs: readonly Node[]
  readonly parameters: readonly Parameter[]
  /** The value before the configured activation, where that is not linear. */
  readonly beforeActivation?: Node
  /** The place of its random draws. */
  readonly site: number
  /** Which steps of the results count; without it all do. */
  readonly mask?: Node
}

/** Applies a layer to tensors: makes its parameters at the first application, and the graph of its meaning. */
export function applyLayer(request: ApplicationRequest): AppliedLayer | Problem {
  const applied = applyFormula(request)
  if (isProblem(applied)) return applied
  const mask = resultMask(request)
  return mask === undefined ? applied : isProblem(mask) ? mask : { ...applied, mask }
}

/** The mask of the results: `computeMask` of the layer. */
function resultMask({
  definition,
  config,
  inputs,
  builder,
  masks = [],
}: ApplicationRequest): Node | Problem | undefined {
  const means = definition.masks?.(
    config,
    inputs.map(input => input.type),
    inputs.map((_, i) => masks[i] !== undefined),
  )
  if (means === null || means === undefined) return undefined
  if (typeof means !== 'string') return means
  const maskNamed = (name: string) => {
    const [, index] = /^mask(?:_(\d+))?$/.exec(name) ?? []
    return name === 'mask' ? masks[0] : index === undefined ? undefined : masks[Number(index) - 1]
  }
  return elaborateText(
    means,
    {
      value: name => maskNamed(name) ?? inputNamed(definition, inputs, name) ?? settingNamed(config, name),
    },
    builder,
  )
}

function applyFormula(request: ApplicationRequest): AppliedLayer | Problem {
  const { definition, config, inputs } = request
  const misfit = checkInputs(definition, inputs) ?? checkConfig(definition, config)
  if (misfit) return misfit
  if (definition.wraps?.uses) return applyWrapper(request, definition.wraps)
  const parameters = request.parameters ?? makeParameters(request)
  if (isProblem(parameters)) return parameters
  const meaning = definition.means(
    config,
    inputs.map(input => input.type),
  )
  if (typeof meaning === 'object' && 'problem' in meaning) return meaning
  if (request.masks?.[0] && definition.readsMask && !(typeof meaning === 'object' && 'cells' in meaning))
    return unmodelled('what it makes of the mask of its input is not modelled')
  const site = request.site ?? newSite(request)
  const { environment, beforeActivation } = environmentOf(request, parameters, site)
  const outputs =
    typeof meaning === 'object' && 'cells' in meaning
      ? overTime(
          request,
          meaning,
          use =>
            environmentOf({ ...request, ...use, inputs: [] }, under(use.prefix, parameters), site)
              .environment,
        )
      : elaborateAll(meaning, environment, request.builder)
  if (isProblem(outputs)) return outputs
  const before = beforeActivation()
  const isActivated = before && typeof meaning === 'string' && definition.kind !== 'activation'
  return { outputs, parameters, site, ...(isActivated && { beforeActivation: before }) }
}

/** A place of random draws that is followed by as many free ones as the layer makes draws. */
function newSite({ definition, newIdentity }: ApplicationRequest): number {
  const site = newIdentity()
  for (let i = 1; i < (definition.draws ?? 1); i++) newIdentity()
  return site
}

/** The parameters whose names have a prefix, without it. */
function under(prefix: string, parameters: readonly Parameter[]): readonly Parameter[] {
  return parameters
    .filter(({ name }) => name.startsWith(prefix))
    .map(parameter => ({ ...parameter, name: parameter.name.slice(prefix.length) }))
}

/** Settings under which the framework throws when the layer is applied. */
function checkConfig(definition: LayerDefinition, config: LayerConfig): Problem | undefined {
  for (const [name, { throws }] of Object.entries(definition.config))
    if (throws !== undefined && config[name] !== null && config[name] !== undefined)
      return { problem: throws }
  return undefined
}

/** The framework's rules about the inputs of a layer, in words; undefined if they are kept. */
function checkInputs(definition: LayerDefinition, inputs: readonly Node[]): Problem | undefined {
  if (inputs.some(input => input.type.shape === null))
    return { problem: 'the shape of the input is not known' }
  const [first, ...rest] = inputs
  if (!first) return { problem: 'it is applied to nothing' }
  if (definition.inputs === 'one' && rest.length > 0)
    return { problem: `it takes one tensor, not ${inputs.length}` }
  const found = shapeText(first.type.shape)
  const rank = first.type.shape!.length
  if (definition.rank !== undefined && rank !== definition.rank)
    return { problem: `expected a tensor of rank ${definition.rank}, found ${found}` }
  const [smallest, largest] = definition.ranks ?? [0, Number.POSITIVE_INFINITY]
  if (rank < smallest) return { problem: `expected a tensor of rank ${smallest} or more, found ${found}` }
  if (rank > largest) return { problem: `expected a tensor of rank ${largest} or less, found ${found}` }
  return undefined
}

/** What the names of a layer's formula stand for, and the argument of its activation once that was applied. */
function environmentOf(
  { definition, config, inputs, builder, training }: ApplicationRequest,
  parameters: readonly Parameter[],
  site: number,
): { readonly environment: Environment; readonly beforeActivation: () => Node | undefined } {
  let before: Node | undefined
  const environment: Environment = {
    value: name => {
      if (name === 'site') return site
      if (name === 'batch') return inputs[0]?.type.shape?.[0]
      const size = sizeNamed(inputs, name)
      if (size !== undefined) return size
      const input = inputNamed(definition, inputs, name)
      return (
        input ?? parameters.find(parameter => parameter.name === name)?.node ?? settingNamed(config, name)
      )
    },
    apply: (name, args, attributes) => {
      if (definition.config[name]?.kind === 'activation') {
        const activated = activate(config[name], args[0]!, builder)
        if (!isProblem(activated) && activated !== args[0]) before = args[0]
        return activated
      }
      if (typeof training !== 'boolean' || !opTable[name]?.attributes.mode) return undefined
      return builder.node(name, args, { ...attributes, mode: training ? 'training' : 'inference' })
    },
  }
  return { environment, beforeActivation: () => before }
}

/** `dim_1`: the size of an axis of the first input. */
function sizeNamed([first]: readonly Node[], name: string): Attribute | undefined {
  const [, axis] = /^dim_(\d+)$/.exec(name) ?? []
  return axis === undefined ? undefined : first?.type.shape?.[Number(axis)]
}

/** A config key, or an element of a list that it holds: `strides_1`, `padding_1_2`. */
function settingNamed(config: LayerConfig, name: string): Attribute | undefined {
  if (Object.hasOwn(config, name)) return config[name]
  const [key = '', ...places] = name.split('_')
  let value = Object.hasOwn(config, key) ? config[key] : undefined
  for (const place of places) value = Array.isArray(value) ? value[Number(place) - 1] : undefined
  return value
}

function inputNamed(
  { inputs: arity }: LayerDefinition,
  inputs: readonly Node[],
  name: string,
): Node | undefined {
  if (arity !== 'many') return name === 'x' ? inputs[0] : undefined
  const [, index] = /^x_(\d+)$/.exec(name) ?? []
  return index === undefined ? undefined : inputs[Number(index) - 1]
}

/** `activation(x)` for the name of an activation. */
export function activate(name: Attribute | undefined, x: Node, builder: GraphBuilder): Node | Problem {
  if (name === null || name === undefined) return x
  const activation =
    typeof name === 'string' && Object.hasOwn(activations, name) ? activations[name] : undefined
  if (!activation) return { problem: `there is no activation \`${String(name)}\`` }
  return elaborateText(activation.means, { value: inner => (inner === 'x' ? x : undefined) }, builder)
}

function elaborateAll(
  meaning: string | readonly string[],
  environment: Environment,
  builder: GraphBuilder,
): readonly Node[] | Problem {
  const outputs: Node[] = []
  for (const text of typeof meaning === 'string' ? [meaning] : meaning) {
    const output = elaborateText(text, environment, builder)
    if (isProblem(output)) return output
    outputs.push(output)
  }
  return outputs
}

/**
 * Applies a layer around another layer: the inner one as often as the definition says, then the formula over the
 * results. States that the inner layer returns follow the results, those of all uses in order.
 */
function applyWrapper(request: ApplicationRequest, wraps: Wrapping): AppliedLayer | Problem {
  const { definition, config, parameters: known, builder } = request
  const inner = wrappedLayer(request, wraps)
  if (isProblem(inner)) return inner
  const site =
    request.site ?? newSite({ ...request, definition: { ...inner, draws: 2 * (inner.draws ?? 1) } })
  const uses = wraps.uses!(innerConfigs(config, wraps.key)[0]!)
  const [x, ...states] = request.inputs as [Node, ...Node[]]
  const share = states.length / uses.length
  if (!Number.isInteger(share))
    return { problem: `${states.length} initial states cannot be shared by ${uses.length} directions` }
  const applied: AppliedLayer[] = []
  for (const [i, { prefix, config: own }] of uses.entries()) {
    const use: ApplicationRequest = {
      ...request,
      definition: inner,
      config: own,
      site: site + i * (inner.draws ?? 1),
      parameters: known && under(prefix, known),
      parameterFor: name => request.parameterFor?.(`${prefix}${name}`),
      inputs: [x, ...states.slice(i * share, (i + 1) * share)],
    }
    const result = wraps.perStep && !inner.positionwise ? perStep(use, applyInner) : applyInner(use)
    if (isProblem(result)) return result
    applied.push(result)
  }
  const meaning = definition.means(
    config,
    request.inputs.map(input => input.type),
  )
  if (typeof meaning === 'object' && ('problem' in meaning || 'cells' in meaning))
    return 'problem' in meaning ? meaning : { problem: 'a layer around another has no steps of its own' }
  const result = (name: string) => applied[Number(/^y_(\d+)$/.exec(name)?.[1]) - 1]?.outputs[0]
  const outputs = elaborateAll(meaning, { value: result }, builder)
  if (isProblem(outputs)) return outputs
  const [only] = applied
  const before = applied.length === 1 && outputs[0] === only?.outputs[0] ? only?.beforeActivation : undefined
  return {
    outputs: [...outputs, ...applied.flatMap(use => use.outputs.slice(1))],
    parameters: applied.flatMap((use, i) =>
      use.parameters.map(parameter => ({ ...parameter, name: `${uses[i]!.prefix}${parameter.name}` })),
    ),
    site,
    ...(before && { beforeActivation: before }),
  }
}

/** The definition of the inner layer; a model is a layer without keys. */
function wrappedLayer(
  { config, innerModel }: ApplicationRequest,
  { key, kinds }: Wrapping,
): LayerDefinition | Problem {
  const kind = config[key]
  if (kind === 'model' && innerModel && !kinds) return modelAsLayer
  const inner = typeof kind === 'string' ? layerNamed(kind) : undefined
  if (!inner) return { problem: 'the inner layer is not known' }
  return kinds && !kinds.includes(inner.kind)
    ? unmodelled(`\`${inner.kind}\` as the inner layer is not modelled`)
    : inner
}

const modelAsLayer: LayerDefinition = {
  kind: 'model',
  className: 'Model',
  summary: 'A model in place of a layer.',
  source: 'tfjs-layers/src/engine/container.ts',
  inputs: 'one',
  axes: anyAxes,
  config: {},
  parameters: () => [],
  means: () => ({ problem: 'a model has no formula of its own' }),
}

function applyInner(request: ApplicationRequest): AppliedLayer | Problem {
  if (request.definition !== modelAsLayer) return applyLayer(request)
  const { parameters, apply } = request.innerModel!
  const outputs = apply(request.inputs)
  return isProblem(outputs) ? outputs : { outputs, parameters, site: request.site! }
}
