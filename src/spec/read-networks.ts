import type { Dimension } from '../graph/dimension.js'
import { shapeText } from '../graph/type.js'
import { textOf } from '../library/config.js'
import { parseEquation } from '../math/parse.js'
import type { Span } from '../text/source.js'
import type { StatedNetwork } from './algorithm.js'
import { structureClauses } from './clauses.js'
import type { SpecContext } from './context.js'
import { isSameShape } from './equation-graph.js'
import type { Plan } from './plan.js'
import type { Clause, StatedModel } from './spec.js'
import { statedModel, tried } from './stated-model.js'
import { nameIn } from './statements.js'
import { StepReader } from './steps.js'
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

/** Reads `variables: { α: [] }`: learned tensors outside of networks, each a network without arguments. */
export function readVariables(
  context: SpecContext,
  entry: YamlEntry | undefined,
  taken: readonly StatedNetwork[],
): readonly StatedNetwork[] {
  if (!entry) return []
  const names = new Set(taken.flatMap(({ name, parameters }) => [name, parameters]))
  return (context.entries(entry.value, 'variables', ['α', '…']) ?? []).flatMap(own => {
    const name = nameOf(own.key)
    if (name === undefined || names.has(name) || context.symbols.has(name)) {
      const values = {
        layer: 'variables',
        key: own.key,
        value: own.key,
        expected: 'a name that is not taken',
      }
      context.report('spec-invalid-value', values, own.keySpan)
      return []
    }
    const { keySpan: span } = own
    const shape = context.shape(own.value, 'variables', name, 'a shape, such as `[]` for a number', own.span)
    const statement = `${name} of shape ${textOf(shape)}`
    const clause: Clause = { id: `variables.${name}`, kind: 'network', statement, span }
    return [{ name, from: [], to: [{ name, shape, span }], parameters: name, clause }]
  })
}

const invalid = (context: SpecContext, { key, keySpan }: YamlEntry, value: string, expected: string) =>
  context.report('spec-invalid-value', { layer: 'networks', key, value, expected }, keySpan)

function readNetwork(context: SpecContext, entry: YamlEntry): StatedNetwork | undefined {
  const name = nameOf(entry.key)
  if (name === undefined) {
    invalid(context, entry, entry.key, 'a name such as `D` or `Q_target`')
    return undefined
  }
  const known = ['from', 'to', 'parameters', 'model', 'cite']
  const fields = context.fields(entry.value, entry.key, known, ['from', 'to'])
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
  const args = readArguments(context, entry.key, from)
  const shapes = args.map(({ shape }) => shape)
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
  const inside = readInside(context, fields.get('model'), name, args, outputs)
  return { name, from: shapes, to: outputs, parameters, ...(inside && { inside }), clause }
}

/** What a network computes, as the steps of a model. */
function readInside(
  context: SpecContext,
  entry: YamlEntry | undefined,
  name: string,
  args: readonly Argument[],
  outputs: StatedNetwork['to'],
): StatedModel | undefined {
  if (!entry) return undefined
  const names = args.map(own => own.name)
  const reader = new StepReader(context, new Map(), names)
  const last = reader.steps(entry.value, names, '')
  if (context.diagnostics.length > 0) return undefined
  const isOne = outputs.length === 1
  const ports = outputs.flatMap(output => {
    const value = isOne ? last[0] : output.name
    if (value !== undefined && reader.has(value)) return [{ name: output.name, value, span: output.span }]
    context.report('spec-unknown-name', { kind: 'step', name: output.name }, output.span)
    return []
  })
  const plan: Plan = {
    inputs: args.map(own => ({ ...own, dtype: 'float32', hasBatch: true })),
    steps: reader.planned,
    outputs: ports,
  }
  const { byPart } = structureClauses(plan, `networks.${name}.`)
  const inside = statedModel(context, name, plan, byPart)
  const { graph, diagnostics } = tried(inside)
  context.diagnostics.push(...diagnostics)
  for (const [i, port] of (graph?.model.outputs ?? []).entries()) {
    const given = port.node.type.shape?.slice(1)
    const { shape } = outputs[i]!
    if (!given || isSameShape(given, shape)) continue
    const problem = `its steps give ${shapeText(given)} for each example, and ${shapeText(shape)} is stated`
    context.report('spec-shape-mismatch', { layer: `\`${port.name}\``, problem }, port.origin.span)
  }
  return inside
}

/** The name that a key spells: `Q^-`, `Q_{target}`. */
function nameOf(text: string): string | undefined {
  return nameIn(parseEquation(text))?.name
}

/** What a network is applied to; the steps of its inside call it by its name. */
interface Argument {
  readonly name: string
  readonly shape: readonly Dimension[]
  readonly span: Span
}

/** One shape, a list of them for several arguments, or a map by their names. */
function readArguments(context: SpecContext, owner: string, { value, span }: YamlEntry): readonly Argument[] {
  const shape = (node: YamlNode | null) =>
    context.shape(node, owner, 'from', 'a shape such as `[d]`, or several', span)
  const named = entriesOf(value, context.file)
  if (named) return named.map(own => ({ name: own.key, shape: shape(own.value), span: own.keySpan }))
  const items = itemsOf(value)
  if (!items?.some(item => itemsOf(item))) return [{ name: 'x', shape: shape(value), span }]
  return items.map((item, i) => ({ name: `x_${i + 1}`, shape: shape(item), span }))
}

function readOutputs(context: SpecContext, name: string, { value, span }: YamlEntry): StatedNetwork['to'] {
  const named = entriesOf(value, context.file)
  const shape = (node: YamlNode | null) =>
    context.shape(node, name, 'to', 'a shape such as `[d]`, or shapes by name', span)
  if (!named) return [{ name, shape: shape(value), span }]
  return named.flatMap(entry => {
    const own = nameOf(entry.key)
    if (own !== undefined) return [{ name: own, shape: shape(entry.value), span: entry.keySpan }]
    context.report(
      'spec-invalid-value',
      { layer: name, key: 'to', value: entry.key, expected: 'a name such as `μ`' },
      entry.value ? spanOf(entry.value, context.file) : entry.keySpan,
    )
    return []
  })
}
