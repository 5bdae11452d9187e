import { attributeKey } from './attribute.js'
import { type LayerApplication, type Model, type ModelGraph, parametersOf } from './model.js'
import type { Body, Node } from './node.js'
import { isProblem, type OpSignature, type OpSignatures } from './op.js'
import { shapeText } from './type.js'
import { nodesBelow } from './walk.js'

/**
 * What is wrong with a graph, as sentences; none for a sound one. Inputs precede nodes, every node is of its op and
 * there once, types follow the rules, and no two parameters share an identity.
 */
export function verify(outputs: readonly Node[], ops: OpSignatures): readonly string[] {
  const nodes = nodesBelow(outputs)
  return [...nodes.flatMap(node => nodeProblems(node, ops)), ...doubles(nodes)]
}

/** What is wrong with a model beside that: a leaf of its graph that is neither an input nor a parameter of it. */
export function verifyModel(model: Model, ops: OpSignatures): readonly string[] {
  const own = new Set([
    ...model.inputs.map(({ node }) => node),
    ...parametersOf(model).map(({ parameter }) => parameter.node),
    ...model.applications.flatMap(innerParameters),
  ])
  return [
    ...verify(outputsOf(model), ops),
    ...computed(model).flatMap(node =>
      ['input', 'parameter'].includes(node.op) && !own.has(node)
        ? [`${nameOf(node)} is none of the model's`]
        : [],
    ),
  ]
}

/** The values of a model that are computed without a place in the code. */
export function verifyPlaces({ model, provenance }: ModelGraph): readonly string[] {
  return computed(model).flatMap(node =>
    node.inputs.length > 0 && provenance.origins(node).length === 0
      ? [`${nameOf(node)} has no place in the code`]
      : [],
  )
}

const outputsOf = ({ outputs }: Model): readonly Node[] => outputs.map(({ node }) => node)

/** The framework counts them for no model. */
function innerParameters({ inner = [] }: LayerApplication): readonly Node[] {
  return inner.flatMap(application => [
    ...application.layer.parameters.map(({ node }) => node),
    ...innerParameters(application),
  ])
}

/** What outputs are computed from, without what stands in bodies. */
function computed(model: Model): readonly Node[] {
  const found = new Set(outputsOf(model))
  for (const node of found) for (const input of node.inputs) found.add(input)
  return [...found]
}

const nameOf = ({ id, op }: Node): string => `node ${id} (${op})`

function nodeProblems(node: Node, ops: OpSignatures): readonly string[] {
  const signature = ops[node.op]
  if (!signature) return [`${nameOf(node)} has no entry in the op table`]
  return [
    ...orderProblems(node),
    ...arityProblems(node, signature),
    ...attributeProblems(node, signature),
    ...typeProblems(node, signature),
  ]
}

function orderProblems(node: Node): readonly string[] {
  const bodies = Object.values(node.attributes).flatMap((value): readonly Body[] =>
    typeof value === 'object' && value !== null && 'body' in value ? [value.body] : [],
  )
  return [...node.inputs, ...bodies.flatMap(({ inputs, outputs }) => [...inputs, ...outputs])].flatMap(
    input => (input.id < node.id ? [] : [`${nameOf(node)} reads node ${input.id}, which is not older`]),
  )
}

function arityProblems(node: Node, { inputs, variadic }: OpSignature): readonly string[] {
  const [count, expected] = [node.inputs.length, inputs.length]
  return (variadic ? count >= expected - 1 : count === expected)
    ? []
    : [`${nameOf(node)} has ${count} inputs instead of ${expected}`]
}

function attributeProblems(node: Node, { attributes }: OpSignature): readonly string[] {
  return [
    ...Object.keys(attributes).flatMap(key =>
      key in node.attributes ? [] : [`${nameOf(node)} lacks the attribute ${key}`],
    ),
    ...Object.entries(node.attributes).flatMap(([key, value]) =>
      key in attributes ? [] : [`${nameOf(node)} has the unknown attribute ${key}: ${attributeKey(value)}`],
    ),
  ]
}

function typeProblems(node: Node, signature: OpSignature): readonly string[] {
  const { inputs, attributes, type } = node
  const types = inputs.map(input => input.type)
  if (types.some(({ shape }) => shape === null))
    return type.shape === null ? [] : [`${nameOf(node)} has a shape, which its inputs have not`]
  const expected = signature.type(types, attributes, inputs)
  if (isProblem(expected)) return [`${nameOf(node)}: ${expected.problem}`]
  if (shapeText(expected.shape) !== shapeText(type.shape))
    return [
      `${nameOf(node)} has the shape ${shapeText(type.shape)}, its rule says ${shapeText(expected.shape)}`,
    ]
  return expected.dtype === type.dtype
    ? []
    : [`${nameOf(node)} has the data type ${type.dtype}, its rule says ${expected.dtype}`]
}

/** Nodes that are there twice, nodes of several builders, and parameters that share an identity. */
function doubles(nodes: readonly Node[]): readonly string[] {
  const problems: string[] = []
  const once = (kind: string, key: (node: Node) => string | undefined) => {
    const seen = new Map<string, Node>()
    for (const node of nodes) {
      const own = key(node)
      const other = own === undefined ? undefined : seen.get(own)
      if (other) problems.push(`${nameOf(node)} and ${nameOf(other)} ${kind}`)
      else if (own !== undefined) seen.set(own, node)
    }
  }
  once('have one id', ({ id }) => String(id))
  once('are the same', ({ op, inputs, attributes }) =>
    [
      op,
      ...inputs.map(({ id }) => id),
      ...Object.entries(attributes).map(([key, value]) => `${key}=${attributeKey(value)}`),
    ].join(';'),
  )
  once('are one parameter', ({ op, attributes }) =>
    op === 'parameter' ? attributeKey(attributes.identity) : undefined,
  )
  return problems
}
