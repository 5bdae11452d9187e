import { isPolynomial } from '../graph/dimension.js'
import type { Initializer, Parameter } from '../graph/model.js'
import { isProblem, type Problem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { initializerNamed } from './initializers.js'
import type { ApplicationRequest } from './instantiate.js'
import type { LayerConfig, ParameterDeclaration } from './layer.js'

/** The parameters of a layer at its first application, new ones or those that the request has. */
export function makeParameters({
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
    const initializer = initializerOf(declaration, config)
    const existing = parameterFor?.(name)
    if (existing && shapeText(existing.shape) === shapeText(shape)) {
      parameters.push({ ...existing, name, initializer, trainable })
      continue
    }
    const node = builder.node('parameter', [], { identity: newIdentity(), name, shape, dtype: 'float32' })
    if (isProblem(node)) return node
    parameters.push({ name, node, shape, initializer, trainable })
  }
  return parameters
}

function initializerOf({ initializer }: ParameterDeclaration, config: LayerConfig): Initializer {
  if ('fixed' in initializer) return initializer.fixed
  const given = config[initializer.key]
  const text = given !== undefined && isPolynomial(given) ? given.key : String(given)
  return initializerNamed(text) ?? { kind: text, settings: {} }
}
