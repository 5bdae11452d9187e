import { attributeKey } from '../graph/attribute.js'
import type { GraphBuilder } from '../graph/builder.js'
import { product } from '../graph/dimension.js'
import type { ConfigEntry, Layer, LayerApplication, Model } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { activations } from '../library/activations.js'
import { parseEquation } from '../math/parse.js'
import { opTable } from '../ops/table.js'
import type { Span } from '../text/source.js'

/** What is aligned: a layer without its activation, or an activation, however it is written. */
export interface Unit {
  readonly kind: 'layer' | 'activation'
  /** A key of the layer table, or the op of an activation with its attributes. */
  readonly what: string
  readonly layer: Layer
  readonly application: LayerApplication
  /** Position of the application in the model. */
  readonly position: number
  readonly inputs: readonly Node[]
  readonly output: Node
  /** The smallest span that states it. */
  readonly span: Span
}

/** Ops that are activations: those that the activation table names. */
const activationOps: ReadonlySet<string> = new Set(
  Object.values(activations).flatMap(({ means }) => {
    const parsed = parseEquation(means)
    return 'kind' in parsed && parsed.kind === 'call' ? [parsed.name] : []
  }),
)

/** The applications of a model with those of models inside it, in order; what is inside a frozen one is frozen. */
export function flatApplications(
  model: Model,
  builder: GraphBuilder,
  frozen = false,
): readonly LayerApplication[] {
  return model.applications.flatMap(application => {
    const { layer } = application
    // How many there are is not known, not even whether there is one.
    if (layer.count !== undefined) return []
    const inner = layer.model
    if (!inner) return [{ ...application, layer: withTraining(layer, layer.trainable && !frozen) }]
    const replaced = new Map<Node, Node>(inner.inputs.map(({ node }, i) => [node, application.inputs[i]!]))
    return flatApplications(inner, builder, frozen || !layer.trainable).map((entry): LayerApplication => {
      const move = (node: Node) => substituteInputs(node, replaced, builder)
      const { beforeActivation, ...rest } = entry
      return {
        ...rest,
        inputs: entry.inputs.map(move),
        outputs: entry.outputs.map(move),
        ...(beforeActivation && { beforeActivation: move(beforeActivation) }),
      }
    })
  })
}

/** A layer whose configuration says whether its parameters train, whoever decided it. */
function withTraining(layer: Layer, trains: boolean): Layer {
  const entry = layer.config.trainable
  if (!entry || layer.parameters.length === 0 || entry.value === trains) return layer
  return { ...layer, config: { ...layer.config, trainable: { ...entry, value: trains } } }
}

/** A value with some of those below it replaced. */
export function substituteInputs(root: Node, replaced: Map<Node, Node>, builder: GraphBuilder): Node {
  const pending = [root]
  for (let node = pending.at(-1); node; node = pending.at(-1)) {
    const missing = replaced.has(node) ? [] : node.inputs.filter(input => !replaced.has(input))
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    pending.pop()
    if (replaced.has(node)) continue
    const copy = builder.node(
      node.op,
      node.inputs.map(input => replaced.get(input)!),
      node.attributes,
    )
    replaced.set(node, isProblem(copy) ? node : copy)
  }
  return replaced.get(root)!
}

/**
 * Units in an order that depends on the graph alone: each after those that it reads, and of several that one reads, the
 * longest branch first. In which order independent branches were written then does not matter, nor that of outputs where
 * they are computed differently.
 */
export function unitsOf(
  applications: readonly LayerApplication[],
  outputs: readonly Node[],
): readonly Unit[] {
  const units = split(applications)
  const producers = new Map<Node, Unit>()
  for (const unit of units) {
    const { outputs: all } = unit.application
    for (const node of unit.output === all[0] ? all : [unit.output]) producers.set(node, unit)
  }
  const known = new Map<Unit, Branch>()
  for (const unit of units) {
    const below = producersOf(unit.inputs, producers).flatMap(other => known.get(other) ?? [])
    const depth = 1 + Math.max(0, ...below.map(branch => branch.depth))
    const sorted = below.map(({ hash }) => hash)
    const parameters = unit.kind === 'layer' ? numbersIn(unit.layer) : 0
    known.set(unit, {
      depth,
      hash: hashText(`${unit.what}(${sorted.join()})`),
      numbers: below.reduce((sum, branch) => sum + branch.numbers, parameters),
      input: Math.min(...unit.inputs.map(inputIndex), ...below.map(branch => branch.input)),
    })
  }
  const order = new Set<Unit>()
  const visit = (roots: readonly Unit[]) => {
    const pending = [...roots].reverse()
    for (let unit = pending.at(-1); unit; unit = pending.at(-1)) {
      const missing = producersOf(unit.inputs, producers).filter(other => !order.has(other))
      if (order.has(unit) || missing.length === 0) {
        pending.pop()
        order.add(unit)
        continue
      }
      missing.sort((a, b) => compareBranches(known.get(b)!, known.get(a)!))
      pending.push(...missing.reverse())
    }
  }
  visit([...producersOf(outputs, producers)].sort((a, b) => compareBranches(known.get(b)!, known.get(a)!)))
  visit(units)
  return [...order]
}

/**
 * What stands below a unit: the length of the longest path, a number that equal structures share, how many numbers are
 * learned on all paths, as far as that is known, and the first input that is read.
 */
interface Branch {
  readonly depth: number
  readonly hash: number
  readonly numbers: number
  readonly input: number
}

/** Branches of one structure, such as the towers of a recommender, are told apart by their sizes, and then by what they read. */
const compareBranches = (a: Branch, b: Branch) =>
  a.depth - b.depth || a.hash - b.hash || b.numbers - a.numbers || b.input - a.input || 0

function numbersIn({ parameters }: Layer): number {
  const counts = parameters.map(({ shape }) => product(shape))
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0)
}

const inputIndex = ({ op, attributes: { index } }: Node): number =>
  op === 'input' && typeof index === 'number' ? index : Number.POSITIVE_INFINITY

const producersOf = (nodes: readonly Node[], producers: ReadonlyMap<Node, Unit>): readonly Unit[] => [
  ...new Set(nodes.flatMap(node => producers.get(node) ?? [])),
]

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0
  return hash
}

/** Splits applications into units; what computes nothing vanishes. */
function split(applications: readonly LayerApplication[]): readonly Unit[] {
  return applications.flatMap((application, position): Unit[] => {
    const { layer, inputs, beforeActivation } = application
    const output = application.outputs[0]!
    const common = { layer, application, position }
    const span = activationEntry(layer)?.span ?? layer.origin.span
    const before = beforeActivation ?? inputs[0]
    if (before && layer.parameters.length === 0 && inputs.length === 1 && !beforeActivation) {
      if (output === before) return []
      if (activationOps.has(output.op) && output.inputs.length === 1 && output.inputs[0] === before) {
        return [
          { ...common, kind: 'activation', what: activationName(output), inputs: [before], output, span },
        ]
      }
    }
    const linear: Unit = {
      ...common,
      kind: 'layer',
      what: layer.kind,
      inputs,
      output: beforeActivation ?? output,
      span: layer.origin.span,
    }
    if (!beforeActivation) return [linear]
    return [
      linear,
      {
        ...common,
        kind: 'activation',
        what: activationName(output),
        inputs: [beforeActivation],
        output,
        span,
      },
    ]
  })
}

/** `relu`, `leakyRelu(alpha 0.3)`: the op with the attributes that are not its defaults. */
function activationName({ op, attributes, type }: Node): string {
  const rank = type.shape?.length ?? 0
  const shown = Object.entries(attributes).flatMap(([name, value]) => {
    const declared = opTable[op]?.attributes[name]
    const resolved: Attribute = declared?.kind === 'axis' && value === rank - 1 ? -1 : value
    return attributeKey(declared?.default) === attributeKey(resolved)
      ? []
      : [`${name} ${attributeKey(resolved)}`]
  })
  return shown.length > 0 ? `${op}(${shown.join(', ')})` : op
}

/** Where a layer states its activation. */
export function activationEntry(layer: Layer): ConfigEntry | undefined {
  return layer.config.activation
}

/** How a layer is called in messages: by the user's name if there is one. */
export function layerText(layer: Layer): string {
  const name = layer.config.name?.from === 'given' ? layer.name : (layer.variable ?? layer.name)
  return `${layer.kind} \`${name}\``
}
