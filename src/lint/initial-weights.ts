import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { evaluate } from '../evaluate/evaluate.js'
import { gradients } from '../gradient/gradient.js'
import { type OwnedParameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { opTable } from '../ops/table.js'
import { dataOf, type IsData, linearMap } from './linear-maps.js'
import type { LintContext, LintRule } from './lint.js'

/** Maps whose weights start as one number, so that training cannot make their units different, or cannot move them. */
export const constantWeights: LintRule = context => {
  const isData = dataOf(context)
  const owned = new Map(parametersOf(context.model).map(own => [own.parameter.node, own]))
  const readers = readersOf(context)
  return context.nodes.flatMap(node => {
    const map = linearMap(node, isData)
    const own = map && owned.get(map.parameter)
    const value = own?.trainable ? constantOf(own) : undefined
    if (!own || value === undefined || !(Number(node.type.shape?.at(-1)) > 1)) return []
    const way = wayBehind(node, isData, owned, readers)
    const last = way.at(-1)!
    const [reader, ...others] = readers.get(last) ?? []
    const next = reader && reader !== last && others.length === 0 ? linearMap(reader, isData) : undefined
    const isAlike = next && constantOf(owned.get(next.parameter)) !== undefined
    const silent = value === 0 ? silentStep(way, owned, context) : undefined
    if (silent)
      return [
        told(
          own,
          `the ${opTable[silent.op]!.title} of 0 is 0 and passes no gradient, so it never changes`,
          context,
        ),
      ]
    return isAlike ? [told(own, 'all units are equal, get equal gradients, and stay equal', context)] : []
  })
}

type Owned = ReadonlyMap<Node, OwnedParameter>
type Readers = ReadonlyMap<Node, readonly Node[]>

function readersOf({ model, nodes }: LintContext): Readers {
  const readers = new Map<Node, Node[]>()
  for (const node of nodes)
    for (const input of new Set(node.inputs)) readers.set(input, [...(readers.get(input) ?? []), node])
  // What the model gives is read by who uses it.
  for (const { node } of model.outputs) readers.set(node, [...(readers.get(node) ?? []), node])
  return readers
}

/** The number that all elements of a parameter start as. */
function constantOf(own: OwnedParameter | undefined): number | undefined {
  if (!own || own.parameter.isOverwritten || own.parameter.initializer.kind !== 'constant') return undefined
  const { value } = own.parameter.initializer.settings
  return typeof value === 'number' ? value : undefined
}

/** A value and what is computed of it, element by element and alike for all units, as long as nothing else reads it. */
function wayBehind(start: Node, isData: IsData, owned: Owned, readers: Readers): readonly Node[] {
  const way = [start]
  for (;;) {
    const [reader, ...others] = readers.get(way.at(-1)!) ?? []
    if (!reader || others.length > 0 || way.includes(reader)) return way
    if (!opTable[reader.op]?.elementwise || 'site' in reader.attributes) return way
    const isUniform = reader.inputs.every(
      input =>
        input === way.at(-1) ||
        constantOf(owned.get(input)) !== undefined ||
        (!isData(input) && input.type.shape?.every(size => size === 1)),
    )
    if (!isUniform) return way
    way.push(reader)
  }
}

/** The first function of a way that gives 0 and no slope, where all before it is 0. */
function silentStep(way: readonly Node[], owned: Owned, context: LintContext): Node | undefined {
  for (const [i, node] of way.entries()) {
    if (i === 0) continue
    const others = node.inputs.filter(input => input !== way[i - 1])
    if (others.some(other => constantOf(owned.get(other)) !== 0)) return undefined
    if (isStill(node, context)) return node
  }
  return undefined
}

/** Whether a function gives 0 for 0, with slope 0, so that no gradient gets below it while all below is 0. */
function isStill(node: Node, { builder }: LintContext): boolean {
  if (node.inputs.length > 1) return false
  const x = builder.node('input', [], { name: 'x', index: 0, shape: [1], dtype: 'float32' })
  if (isProblem(x)) return false
  const y = builder.node(node.op, [x], node.attributes)
  if (isProblem(y)) return false
  const slopes = gradients(y, [x], builder)
  if (isProblem(slopes) || !slopes[0]) return false
  const zero = { shape: [1], data: Float64Array.of(0), dtype: 'float32' as const }
  const values = evaluate([y, slopes[0]], { leaf: leaf => (leaf === x ? zero : undefined) })
  return !isProblem(values) && values.every(({ data }) => data[0] === 0)
}

function told({ layer, parameter }: OwnedParameter, effect: string, { provenance }: LintContext): Diagnostic {
  const name = layer
    ? `\`${parameter.name}\` of \`${layer.variable ?? layer.name}\``
    : `\`${provenance.name(parameter.node) ?? parameter.name}\``
  const span = layer?.origin.span ?? provenance.origins(parameter.node)[0]?.span
  return diagnostic('constant-weights', { parameter: name, effect }, { span })
}
