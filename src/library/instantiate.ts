import type { GraphBuilder } from '../graph/builder.js'
import type { Initializer, Parameter } from '../graph/model.js'
import type { Attribute, Body, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Provenance } from '../graph/provenance.js'
import { shapeText } from '../graph/type.js'
import { type Environment, elaborateText } from '../ops/elaborate.js'
import { activations } from './activations.js'
import { initializers } from './initializers.js'
import type { LayerConfig, LayerDefinition, ParameterDeclaration, RecurrentMeaning } from './layer.js'

export interface ApplicationRequest {
  readonly definition: LayerDefinition
  readonly config: LayerConfig
  readonly inputs: readonly Node[]
  /** Those of an earlier application of the same layer. */
  readonly parameters?: readonly Parameter[] | undefined
  /** Initial states of a recurrent layer. */
  readonly initialState?: readonly Node[] | undefined
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  /** Numbers that tell parameters and random draws apart. */
  readonly newIdentity: () => number
  /** The place of random draws, if it is not a new one. */
  readonly site?: number | undefined
  /** An existing parameter to use in place of a new one, if its shape is the declared one. */
  readonly parameterFor?: ((name: string) => Parameter | undefined) | undefined
}

export interface AppliedLayer {
  readonly outputs: readonly Node[]
  readonly parameters: readonly Parameter[]
  /** The value before the configured activation, where that is not linear. */
  readonly beforeActivation?: Node
  /** The place of its random draws. */
  readonly site: number
}

/** Applies a layer to tensors: makes its parameters at the first application, and the graph of its meaning. */
export function applyLayer(request: ApplicationRequest): AppliedLayer | Problem {
  const { definition, config, inputs, builder } = request
  const unknown = inputs.find(input => input.type.shape === null)
  if (unknown) return { problem: 'the shape of the input is not known' }
  if (definition.rank !== undefined && inputs[0]!.type.shape!.length !== definition.rank) {
    return {
      problem: `expected a tensor of rank ${definition.rank}, found ${shapeText(inputs[0]!.type.shape)}`,
    }
  }
  const types = inputs.map(input => input.type)
  const parameters = request.parameters ?? makeParameters(request)
  if (isProblem(parameters)) return parameters
  const meaning = definition.means(config, types)
  if (typeof meaning === 'object' && 'problem' in meaning) return meaning
  let beforeActivation: Node | undefined
  const site = request.site ?? request.newIdentity()
  const environment: Environment = {
    value: name => {
      if (name === 'site') return site
      if (name === 'batch') return inputs[0]!.type.shape![0]
      const input = inputNamed(definition, inputs, name)
      return input ?? parameters.find(parameter => parameter.name === name)?.node ?? config[name]
    },
    apply: (name, args) => {
      if (!(name in definition.config) || definition.config[name]?.kind !== 'activation') return undefined
      const activated = activate(config[name], args[0]!, builder)
      if (!isProblem(activated) && activated !== args[0]) beforeActivation = args[0]
      return activated
    },
  }
  if (typeof meaning === 'object') {
    const outputs = recur(request, meaning, environment)
    return isProblem(outputs) ? outputs : { outputs, parameters, site }
  }
  const output = elaborateText(meaning, environment, builder)
  if (isProblem(output)) return output
  return {
    outputs: [output],
    parameters,
    site,
    ...(beforeActivation && definition.kind !== 'activation' && { beforeActivation }),
  }
}

/** `activation(x)` for the name of an activation. */
export function activate(name: Attribute | undefined, x: Node, builder: GraphBuilder): Node | Problem {
  if (name === null || name === undefined) return x
  const activation =
    typeof name === 'string' && Object.hasOwn(activations, name) ? activations[name] : undefined
  if (!activation) return { problem: `there is no activation \`${String(name)}\`` }
  return elaborateText(activation.means, { value: inner => (inner === 'x' ? x : undefined) }, builder)
}

function inputNamed(
  { inputs: arity }: LayerDefinition,
  inputs: readonly Node[],
  name: string,
): Node | undefined {
  if (arity === 'one') return name === 'x' ? inputs[0] : undefined
  const [, index] = /^x_(\d+)$/.exec(name) ?? []
  return index === undefined ? undefined : inputs[Number(index) - 1]
}

function makeParameters({
  definition,
  config,
  inputs,
  builder,
  newIdentity,
  parameterFor,
}: ApplicationRequest): readonly Parameter[] | Problem {
  const declared = definition.parameters(
    config,
    inputs.map(input => input.type),
  )
  if (isProblem(declared)) return declared
  const parameters: Parameter[] = []
  for (const declaration of declared) {
    const { name, shape, trainable } = declaration
    const existing = parameterFor?.(name)
    if (existing && shapeText(existing.shape) === shapeText(shape)) {
      parameters.push({ ...existing, name, initializer: initializerOf(declaration, config), trainable })
      continue
    }
    const node = builder.node('parameter', [], { identity: newIdentity(), name, shape, dtype: 'float32' })
    if (isProblem(node)) return node
    parameters.push({ name, node, shape, initializer: initializerOf(declaration, config), trainable })
  }
  return parameters
}

function initializerOf({ initializer }: ParameterDeclaration, config: LayerConfig): Initializer {
  if ('fixed' in initializer)
    return initializers[initializer.fixed] ?? { kind: initializer.fixed, settings: {} }
  return { kind: String(config[initializer.key]), settings: {} }
}

/** Builds the body of one step and the recurrence over it; one output per requested state. */
function recur(
  request: ApplicationRequest,
  meaning: RecurrentMeaning,
  environment: Environment,
): readonly Node[] | Problem {
  const { builder, inputs, config } = request
  const x = inputs[0]!
  const shape = x.type.shape!
  const batch = shape[0]!
  const placeholder = (name: string, index: number, sizes: readonly (typeof batch)[]) =>
    builder.node('input', [], {
      name,
      index: -1 - index,
      shape: sizes,
      dtype: 'float32',
    })
  const step = placeholder('x_t', 0, [batch, ...shape.slice(2)])
  if (isProblem(step)) return step
  const names = new Map<string, Node>([['x', step]])
  const states: Node[] = []
  for (const [i, name] of meaning.state.entries()) {
    const state = placeholder(name, i + 1, [batch, meaning.units as number])
    if (isProblem(state)) return state
    names.set(name, state)
    states.push(state)
  }
  for (const [name, expression] of meaning.step) {
    const value = elaborateText(
      expression,
      { ...environment, value: inner => names.get(inner) ?? environment.value(inner) },
      builder,
    )
    if (isProblem(value)) return value
    request.provenance.setName(value, name)
    names.set(name, value)
  }
  const body: Body = { inputs: [step, ...states], outputs: meaning.next.map(name => names.get(name)!) }
  const initial: Node[] = []
  for (const [i] of meaning.state.entries()) {
    const given = request.initialState?.[i]
    const zero = given ?? builder.node('zeros', [], { shape: [batch, meaning.units as number] })
    if (isProblem(zero)) return zero
    initial.push(zero)
  }
  const result = (output: number, sequences: boolean) =>
    builder.node('recurrence', [x, ...initial], {
      body: { kind: 'body', body },
      states: states.length,
      output,
      sequences,
      reverse: meaning.reverse,
    })
  const outputs: Node[] = []
  const wanted = [
    { output: 0, sequences: meaning.sequences },
    ...(config.returnState === true ? states.map((_, output) => ({ output, sequences: false })) : []),
  ]
  for (const { output, sequences } of wanted) {
    const node = result(output, sequences)
    if (isProblem(node)) return node
    outputs.push(node)
  }
  return outputs
}
