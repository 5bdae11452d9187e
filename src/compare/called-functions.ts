import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { symbol } from '../graph/dimension.js'
import { type Model, type Parameter, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Origin, Provenance } from '../graph/provenance.js'
import type { Shape } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import type { Span } from '../text/source.js'
import { type AppliedFunction, type CodeNetwork, mostArranged } from './networks.js'
import { batch } from './sizes.js'

/** What one call of a function of the program computes. */
interface Call {
  readonly name: string
  readonly origin: Origin
  readonly nodes: Set<Node>
}

/** Calls are looked into as deep as this. */
const mostDeep = 12

/**
 * The functions of the program that networks of a spec may be, with their calls: each computes something of tensors by
 * parameters. Calls are of one function where they compute the same of what they are given, whatever the code calls it: a
 * function that gives logits is another one than a function that gives their probabilities.
 */
export function calledFunctions(
  losses: readonly Model[],
  { builder, provenance }: { readonly builder: GraphBuilder; readonly provenance: Provenance },
): readonly CodeNetwork[] {
  const roots = losses.flatMap(({ outputs }) => outputs.map(({ node }) => node))
  const nodes = nodesBelow(roots).toSorted((a, b) => a.id - b.id)
  const parameters = new Map<Node, Parameter>(
    losses.flatMap(parametersOf).map(({ parameter }) => [parameter.node, parameter]),
  )
  const reader = new CallReader(nodes, roots, builder)
  const functions = new Map<string, { readonly model: Model; readonly calls: AppliedFunction[] }>()
  for (const call of callsAmong(nodes, provenance)) {
    const read = reader.read(call)
    if (!read) continue
    const variables = read.parameters.flatMap(node => parameters.get(node) ?? [])
    if (variables.length === 0 || variables.length < read.parameters.length) continue
    const key = read.outputs.map(({ id }) => id).join()
    const known = functions.get(key) ?? { model: modelOf(call, read, variables), calls: [] }
    known.calls.push({ inputs: read.given, outputs: read.made, origin: call.origin })
    functions.set(key, known)
  }
  return [...functions.values()].map(({ model, calls }) => {
    const owned = (model.variables ?? []).map(({ node }) => node)
    return { name: model.name, model, owned, parameters: owned, calls, isGuess: true }
  })
}

function modelOf({ name, origin }: Call, { inputs, outputs }: Read, variables: readonly Parameter[]): Model {
  const port = (prefix: string) => (node: Node, i: number) => ({ name: `${prefix}${i + 1}`, node, origin })
  return {
    name,
    inputs: inputs.map(port('x')),
    outputs: outputs.map(port('y')),
    applications: [],
    layers: [],
    variables,
    origin,
  }
}

/** The calls that led to what is computed, the outer ones first. */
function callsAmong(nodes: readonly Node[], provenance: Provenance): readonly Call[] {
  const calls = new Map<string, Call>()
  for (const node of nodes) {
    const path = provenance.origins(node)[0]?.path ?? []
    let key = ''
    for (const [depth, span] of path.slice(0, mostDeep).entries()) {
      key += ` ${span.file.path}:${span.start}-${span.end}`
      const call = calls.get(key) ?? {
        name: calleeOf(span),
        origin: { span, path: path.slice(0, depth) },
        nodes: new Set<Node>(),
      }
      call.nodes.add(node)
      calls.set(key, call)
    }
  }
  return [...calls.values()]
}

/** `discriminator` of `discriminator(x)`, `forward` of `this.critic.forward(x)`. */
function calleeOf({ file, start, end }: Span): string {
  const text = file.text.slice(start, end)
  return /^[\w$.\s]*?([\w$]+)\s*\(/u.exec(text)?.[1] ?? 'function'
}

/** A call with what it is given and what it gives, and the same of arguments that stand for any. */
interface Read {
  readonly given: readonly Node[]
  readonly made: readonly Node[]
  readonly parameters: readonly Node[]
  readonly inputs: readonly Node[]
  readonly outputs: readonly Node[]
}

class CallReader {
  readonly #builder: GraphBuilder
  readonly #roots: ReadonlySet<Node>
  readonly #readers = new Map<Node, Node[]>()
  /** What depends on more than parameters and constants. */
  readonly #given = new Set<Node>()

  /** `nodes`: all that the roots are computed of, inputs before what reads them. */
  constructor(nodes: readonly Node[], roots: readonly Node[], builder: GraphBuilder) {
    this.#builder = builder
    this.#roots = new Set(roots)
    for (const node of nodes) {
      const isGiven =
        node.op === 'input' || 'site' in node.attributes || node.inputs.some(own => this.#given.has(own))
      if (isGiven) this.#given.add(node)
      for (const input of node.inputs) this.#readers.set(input, [...(this.#readers.get(input) ?? []), node])
    }
  }

  read({ nodes }: Call): Read | undefined {
    const isRead = (node: Node) =>
      this.#roots.has(node) || (this.#readers.get(node) ?? []).some(reader => !nodes.has(reader))
    const made = [...nodes].filter(node => this.#given.has(node) && isRead(node))
    const [given, parameters] = this.#leavesOf(made, nodes)
    const isSmall = [made, given].every(({ length }) => length > 0 && length <= mostArranged)
    if (!isSmall || parameters.length === 0) return undefined
    for (const shapeOf of [withAnyBatch, (node: Node) => node.type.shape ?? undefined]) {
      const inputs = given.flatMap((node, place) => this.#argument(node, place, shapeOf(node)) ?? [])
      if (inputs.length < given.length) continue
      const outputs = rebuild(made, this.#builder, node => inputs[given.indexOf(node)] ?? node)
      if (!isProblem(outputs)) return { given, made, parameters, inputs, outputs }
    }
    return undefined
  }

  /** What the nodes of a call read from outside, in the order of the computation, which all calls of a function share. */
  #leavesOf(
    made: readonly Node[],
    nodes: ReadonlySet<Node>,
  ): readonly [given: readonly Node[], parameters: readonly Node[]] {
    const [given, parameters]: [Node[], Node[]] = [[], []]
    const seen = new Set<Node>()
    const pending = made.toReversed()
    for (let node = pending.pop(); node; node = pending.pop()) {
      if (seen.has(node)) continue
      seen.add(node)
      if (node.op === 'parameter') parameters.push(node)
      else if (!nodes.has(node) && this.#given.has(node)) given.push(node)
      else pending.push(...node.inputs.toReversed())
    }
    return [given, parameters]
  }

  #argument({ type }: Node, place: number, shape: Shape | undefined): Node | undefined {
    if (!shape) return undefined
    const attributes = {
      name: `argument ${place + 1}`,
      index: firstArgument - place,
      shape,
      dtype: type.dtype,
    }
    const node = this.#builder.node('input', [], attributes)
    return isProblem(node) ? undefined : node
  }
}

/** Far from the indices of inputs, of leaves, of what is stopped, and of arguments that are put side by side. */
const firstArgument = -4_000_000_000

const withAnyBatch = ({ type: { shape } }: Node): Shape | undefined =>
  shape && shape.length > 0 ? [symbol(batch, true), ...shape.slice(1)] : undefined
