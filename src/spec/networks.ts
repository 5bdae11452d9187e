import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals, product } from '../graph/dimension.js'
import type { Attributes, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import { type Shape, shapeText } from '../graph/type.js'
import { textOf } from '../library/config.js'
import { parseEquation } from '../math/parse.js'
import type { ApplyNetwork, StatedNetwork } from './algorithm.js'
import type { SpecContext } from './context.js'
import type { Clause } from './spec.js'
import { nameIn } from './statements.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Reads `networks: { D: { from: [d], to: [1] } }`. */
export function readNetworks(context: SpecContext, entry: YamlEntry | undefined): readonly StatedNetwork[] {
  if (!entry) return []
  const found = context.entries(entry.value, 'networks', ['D', '…']) ?? []
  const networks = found.flatMap(own => readNetwork(context, own) ?? [])
  const taken = new Set<string>()
  for (const [i, { name, to, parameters }] of networks.entries())
    for (const own of new Set([name, ...to.map(output => output.name), parameters])) {
      if (taken.has(own)) invalid(context, found[i]!, own, 'a name that is not taken')
      taken.add(own)
    }
  return networks
}

const invalid = (context: SpecContext, { key, keySpan }: YamlEntry, value: string, expected: string) =>
  context.report('spec-invalid-value', { layer: 'networks', key, value, expected }, keySpan)

function readNetwork(context: SpecContext, entry: YamlEntry): StatedNetwork | undefined {
  const name = nameOf(entry.key)
  if (name === undefined) {
    invalid(context, entry, entry.key, 'a name such as `D` or `Q_target`')
    return undefined
  }
  const fields = context.fields(entry.value, entry.key, ['from', 'to', 'parameters', 'cite'], ['from', 'to'])
  const [from, to] = [fields.get('from'), fields.get('to')]
  if (!from || !to) return undefined
  const letter = scalarOf(fields.get('parameters')?.value)
  const stated = fields.has('parameters') ? letter : `θ_${entry.key}`
  const parameters = typeof stated === 'string' ? nameOf(stated) : undefined
  if (parameters === undefined) {
    const given = fields.get('parameters')
    if (given) invalid(context, given, textOf(letter ?? null), 'a name such as `θ`')
    else context.report('spec-missing-key', { layer: entry.key, key: 'parameters' }, entry.keySpan)
    return undefined
  }
  const citation = context.citation(fields.get('cite'))
  const shapes = readArguments(context, entry.key, from)
  const outputs = readOutputs(context, name, to)
  const statement = `${name}: ${shapes.map(shape => textOf(shape)).join(', ')} → ${outputs
    .map(output => `${output.name === name ? '' : `${output.name} `}${textOf(output.shape)}`)
    .join(', ')}`
  const clause: Clause = {
    id: `networks.${name}`,
    kind: 'network',
    statement,
    span: entry.keySpan,
    ...(citation && { citation }),
  }
  return { name, from: shapes, to: outputs, parameters, clause }
}

/** The name that a key spells: `Q^-`, `Q_{target}`. */
function nameOf(text: string): string | undefined {
  return nameIn(parseEquation(text))?.name
}

/** One shape, or a list of them for several arguments. */
function readArguments(context: SpecContext, owner: string, { value, span }: YamlEntry): readonly Shape[] {
  const shape = (node: YamlNode | null) =>
    context.shape(node, owner, 'from', 'a shape such as `[d]`, or a list of them', span)
  const items = itemsOf(value)
  return items?.some(item => itemsOf(item)) ? items.map(item => shape(item)) : [shape(value)]
}

function readOutputs(context: SpecContext, name: string, { value, span }: YamlEntry): StatedNetwork['to'] {
  const named = entriesOf(value, context.file)
  const shape = (node: YamlNode | null) =>
    context.shape(node, name, 'to', 'a shape such as `[d]`, or shapes by name', span)
  if (!named) return [{ name, shape: shape(value) }]
  return named.flatMap(entry => {
    const own = nameOf(entry.key)
    if (own !== undefined) return [{ name: own, shape: shape(entry.value) }]
    context.report(
      'spec-invalid-value',
      { layer: name, key: 'to', value: entry.key, expected: 'a name such as `μ`' },
      entry.value ? spanOf(entry.value, context.file) : entry.keySpan,
    )
    return []
  })
}

/** Why a network does not take such values, if it does not. */
export function whyNotApplicable(
  { name, from }: StatedNetwork,
  args: readonly Node[],
  bind: (size: Dimension) => Dimension,
): Problem | undefined {
  if (args.length !== from.length)
    return { problem: `\`${name}\` takes ${from.length} arguments, not ${args.length}` }
  for (const [i, stated] of from.entries()) {
    const own = args[i]!.type.shape
    const wanted = stated.map(bind)
    if (!own) return { problem: `the shape of what \`${name}\` is applied to is not known` }
    const rest = own.slice(1)
    if (rest.length !== wanted.length || !rest.every((size, axis) => equals(size, wanted[axis]!)))
      return {
        problem: `\`${name}\` takes ${shapeText(wanted)} for each example, and is applied to ${shapeText(own)}`,
      }
  }
  return undefined
}

/**
 * Some network of the stated shapes, to find out whether equations fit it: a layer of its own for each output.
 * `identity` numbers its parameters.
 */
export function someNetwork(builder: GraphBuilder, identity: () => number): ApplyNetwork {
  const learned = new Map<string, Node | Problem>()
  const chain = (node: Node | Problem, op: string, attributes: Attributes, ...others: readonly Node[]) =>
    isProblem(node) ? node : builder.node(op, [node, ...others], attributes)
  return ({ name, from, to }, output, args) => {
    const { shape } = to[output]!
    let result: Node | Problem | undefined
    for (const [i, arg] of args.entries()) {
      const [batch = 1, ...own] = arg.type.shape ?? []
      const key = `${name} ${output} ${i}`
      const sizes = [product(from[i]!), product(shape)]
      const attributes = { identity: identity(), name: key, shape: sizes, dtype: 'float32' }
      const weights = learned.get(key) ?? builder.node('parameter', [], attributes)
      learned.set(key, weights)
      if (isProblem(weights)) return weights
      const flat = builder.node('reshape', [arg], { shape: [batch, product(own)] })
      const term = chain(chain(flat, 'matMul', {}, weights), 'tanh', {})
      if (isProblem(term)) return term
      result = result === undefined ? term : chain(result, 'add', {}, term)
    }
    if (result === undefined) return { problem: `\`${name}\` is applied to nothing` }
    const batch = args[0]!.type.shape?.[0] ?? 1
    return chain(result, 'reshape', { shape: [batch, ...shape] })
  }
}
