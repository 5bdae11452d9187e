import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { type Block, type Flow, gradientFlow } from '../gradient/flow.js'
import {
  type LayerApplication,
  lossesOf,
  type Model,
  type OwnedParameter,
  parametersOf,
} from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { layers } from '../library/layers/table.js'
import { opTable } from '../ops/table.js'
import type { Span } from '../text/source.js'
import type { LintContext, LintRule } from './lint.js'

/** What is wrong with how the parameters of a model are trained, wherever its losses are known. */
export const trainingFailures: LintRule = context => {
  const losses = lossesOf(context.model)
  if (losses.length === 0) return []
  const flow = gradientFlow(losses, context.builder, context.provenance)
  return [
    ...blockedParameters(losses, flow, context),
    ...(context.model.isMinimized
      ? [...inertLayers(flow, context), ...unusedRegularizers(flow, context)]
      : []),
  ]
}

const trainedOf = (model: Model): readonly OwnedParameter[] =>
  parametersOf(model).filter(({ trainable, parameter }) => trainable && !parameter.isOverwritten)

/** Parameters that losses depend on, and that no gradient reaches. */
function blockedParameters(
  losses: readonly Node[],
  { reached, blocks }: Flow,
  { model, provenance }: LintContext,
): readonly Diagnostic[] {
  const below = new Set(nodesBelow(losses))
  const stopped = trainedOf(model).filter(({ parameter: { node } }) => below.has(node) && !reached.has(node))
  if (stopped.length === 0) return []
  const hidden = blocks.map(block => ({ block, nodes: new Set(nodesBelow([block.input])) }))
  return stopped.flatMap(({ layer, parameter: { name, node } }) => {
    const blocking = hidden.filter(({ nodes }) => nodes.has(node)).sort((a, b) => a.nodes.size - b.nodes.size)
    const first = blocking[0]?.block
    if (!first || blocking.some(({ block }) => block.because.isMeant)) return []
    const own = provenance.name(node) ?? name
    const owner = layer ? `\`${name}\` of \`${layer.variable ?? layer.name}\`` : `\`${own}\``
    const values = { parameter: owner, op: titleOf(first), reason: first.because.none }
    return [
      diagnostic('blocked-gradient', values, {
        span: provenance.origins(first.written)[0]?.span ?? provenance.origins(node)[0]?.span,
        related: provenance
          .origins(node)
          .slice(0, 1)
          .map(({ span }) => ({ message: 'the parameter', span })),
      }),
    ]
  })
}

const titleOf = ({ written }: Block): string => opTable[written.op]!.title

/** Layers that do something else in training, and do it not in a step that trains what they are given. */
function inertLayers({ reached }: Flow, { model, provenance, nodes }: LintContext): readonly Diagnostic[] {
  const trained = new Set(trainedOf(model).map(({ parameter }) => parameter.node))
  return nodes.flatMap(node => {
    if (!hasModes(node) || node.attributes.mode !== 'inference' || !reached.has(node)) return []
    return inertLayer(node, model, trained, provenance.origins(node)[0]?.span) ?? []
  })
}

/** Whether an op is something else in training than in inference. */
export function hasModes({ op: name }: Node): boolean {
  const op = opTable[name]
  return op?.kind === 'derived' && typeof op.means === 'object'
}

/** A node of a model that acts as in inference, unless that is since its layer does not train; undefined without a layer. */
export function inertLayer(
  node: Node,
  model: Model,
  trained: ReadonlySet<Node>,
  span: Span | undefined,
): Diagnostic | undefined {
  const parameters = nodesBelow([node]).filter(({ op: leaf }) => leaf === 'parameter')
  if (parameters.length > 0 && !parameters.some(parameter => trained.has(parameter))) return undefined
  const application = applicationsOf(model).find(({ outputs }) => outputs.includes(node))
  // The layers of a model that is applied here have nodes of their own.
  const { layer, origin } =
    application ?? model.applications.find(({ outputs }) => nodesBelow(outputs).includes(node)) ?? {}
  if (!layer) return undefined
  const name = `\`${layer.variable ?? layer.name}\``
  const values = {
    what: application ? `${layer.kind} layer ${name}` : `${opTable[node.op]!.title} in ${name}`,
  }
  return diagnostic('inert-in-training', values, { span: span ?? origin?.span })
}

function applicationsOf(model: Model): readonly LayerApplication[] {
  const within = (application: LayerApplication): readonly LayerApplication[] => [
    application,
    ...(application.inner ?? []).flatMap(within),
    ...(application.layer.model ? applicationsOf(application.layer.model) : []),
  ]
  return model.applications.flatMap(within)
}

/**
 * Penalties that a layer declares, and that only the framework's own training adds to the loss. Where the loss has a number
 * that is made of a parameter alone, the program adds one itself.
 */
function unusedRegularizers({ reached }: Flow, { model, nodes }: LintContext): readonly Diagnostic[] {
  const all = new Set(applicationsOf(model).map(({ layer }) => layer))
  const penalised = penalisedAmong(nodes)
  return [...all].flatMap(layer => {
    if (!layer.parameters.some(({ node }) => reached.has(node))) return []
    if (layer.parameters.some(({ node }) => penalised.has(node))) return []
    return Object.entries(layer.config).flatMap(([key, { value, from, span }]) => {
      const isPenalty = layers[layer.kind]?.config[key]?.kind === 'regularizer'
      if (!isPenalty || value === null || from !== 'given') return []
      const values = { key, layer: layer.variable ?? layer.name }
      return [
        diagnostic('unused-regularizer', values, {
          span: span ?? layer.origin.span,
          related: [{ message: 'the step', span: model.origin.span }],
        }),
      ]
    })
  })
}

/** Parameters of which a single number is made without any data. */
function penalisedAmong(nodes: readonly Node[]): ReadonlySet<Node> {
  const alone = new Set<Node>()
  for (const node of nodes) {
    const { op, inputs } = node
    const isMade =
      inputs.some(input => alone.has(input)) && inputs.every(input => alone.has(input) || isNumber(input))
    if (op === 'parameter' || isMade) alone.add(node)
  }
  const numbers = [...alone].filter(({ op, type }) => op !== 'parameter' && type.shape?.length === 0)
  return new Set(nodesBelow(numbers).filter(({ op }) => op === 'parameter'))
}

const isNumber = ({ op, inputs }: Node): boolean =>
  inputs.length === 0 && ['scalar', 'fill', 'zeros', 'ones'].includes(op)
