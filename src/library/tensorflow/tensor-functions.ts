import type { GraphBuilder } from '../../graph/builder.js'
import type { Dimension } from '../../graph/dimension.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem, type Problem } from '../../graph/op.js'
import type { DataType, TensorType } from '../../graph/type.js'
import { type Environment, elaborateText } from '../../ops/elaborate.js'
import type { HostCall, Tracer } from '../../trace/host.js'
import { isUnknown, type Property, type Value } from '../../trace/value.js'
import { type ReadArgument, readArgument } from './arguments.js'
import { reportSurplus } from './call-options.js'
import { contextOf } from './context.js'
import { sizesBeside, sizesThatFit, type Trial } from './fitting-sizes.js'
import type { ArgumentDeclaration, Arguments, Result, TensorFunction } from './functions/function.js'
import { tensorMethods } from './functions/table.js'
import type { Layout } from './given-data.js'
import { noteLimits } from './gradient-limits.js'
import { newNodes } from './layers.js'
import { misfit, supposeShapes, unboundTensors, wantSizes } from './open-shapes.js'
import type { Series } from './series.js'
import type { TensorState } from './state.js'
import { noteAge } from './tape.js'
import { isTensor, tensorType } from './types.js'

type Read = Node | readonly Node[] | { readonly series: Series } | { readonly value: Attribute } | undefined

/** Calls a function of the table: with the tensor that a method belongs to, if it is called as one. */
export function callTensorFunction(
  name: string,
  definition: TensorFunction,
  call: HostCall,
  receiver?: Value,
): Value {
  const { trace, span } = call
  const shown = receiver === undefined ? `tf.${name}` : name
  const given = new Map<string, Read>()
  const bound = bind(definition, call, receiver)
  // A method of a list of tensors takes the others as its first argument.
  const isAlone = definition.arguments[definition.receiver ?? 0]?.kind !== 'tensors'
  const own = receiver !== undefined && isAlone ? 1 : 0
  if (!definition.variadic && !definition.fields)
    reportSurplus(call, shown, definition.arguments.length - own)
  for (const { declaration, property } of bound) {
    const dtype = typeOf(declaration, given)
    const layout = layoutOf(declaration, given)
    const read = readArgument({ trace, span, property, declaration, dtype, layout })
    const failure = failureOf(read)
    if (failure) {
      const failed = failedArgument(call, shown, declaration, failure)
      wantTensors(trace, bound, failure, failed)
      supposeShapes(
        trace,
        definition,
        bound.map(({ declaration: own, property: given }) => ({ declaration: own, value: given?.value })),
        span,
      )
      return failed
    }
    given.set(declaration.name, read as Read)
  }
  const environment = new Meaning(trace, given)
  if (environment.inputs.some(({ type }) => type.shape === null))
    return trace.opaque('unbound-tensor', { call: shown, path: 'a tensor' }, span)
  const result = build(call, shown, definition, environment)
  const values = bound.map(({ property }) => property?.value)
  noteAge(trace, values, result)
  const nodesOf = (argument: string) => environment.nodes(argument)
  noteLimits(trace, definition, environment, { call: shown, span, nodesOf, result })
  return result
}

function resultOf({ means, series }: TensorFunction, environment: Meaning): Result {
  const list = environment.series
  if (list && series)
    return series(environment, list.element, axis => environment.putNode(list.stacked(axis)))
  if (list) return { problem: 'it is not known how many tensors the list has' }
  return typeof means === 'string' ? means : means(environment)
}

/** Notes all tensors that a call lacks, so that one message can ask for them. */
function wantTensors(trace: Tracer, bound: readonly Bound[], failure: Failure, failed: Value): void {
  const values = bound.flatMap(({ declaration: { kind }, property }) =>
    kind === 'tensor'
      ? [property?.value]
      : kind === 'tensors'
        ? (trace.elements(property?.value) ?? []).map(({ value }) => value)
        : [],
  )
  const isCause = !('unknown' in failure && failure.unknown.reason)
  const reason = isCause && isUnknown(failed) ? failed.reason : undefined
  trace.wantTensors(unboundTensors(values), reason)
}

type Failure = Extract<ReadArgument, { problem: string } | { unknown: unknown } | { unbound: string }>

function failureOf(read: ReadArgument): Failure | undefined {
  return read !== undefined && ('problem' in read || 'unknown' in read || 'unbound' in read)
    ? read
    : undefined
}

function failedArgument(
  { trace, span }: HostCall,
  shown: string,
  { name }: ArgumentDeclaration,
  failure: Failure,
): Value {
  if ('unknown' in failure && failure.unknown.reason) return failure.unknown
  if ('unknown' in failure)
    return trace.opaque('unbound-tensor', { call: shown, path: failure.unknown.path }, span)
  if ('unbound' in failure)
    return trace.opaque('unbound-tensor', { call: shown, path: failure.unbound }, span)
  return trace.opaque('unmodelled-call', { call: shown, reason: `\`${name}\`: ${failure.problem}` }, span)
}

/** The type to which numbers are converted; an argument that names it comes later and is read ahead. */
function typeOf({ dtype }: ArgumentDeclaration, given: ReadonlyMap<string, Read>): DataType | undefined {
  if (typeof dtype !== 'object') return dtype
  const named = given.get(dtype.of)
  return named && 'value' in named && typeof named.value === 'string' ? (named.value as DataType) : undefined
}

/** How numbers are arranged that are not known; an argument that says it comes later and is read ahead. */
function layoutOf({ data }: ArgumentDeclaration, given: ReadonlyMap<string, Read>): Layout | undefined {
  if (!data) return undefined
  const asked = data.shape === undefined ? undefined : given.get(data.shape)
  const sizes =
    asked && 'value' in asked && Array.isArray(asked.value) ? (asked.value as Dimension[]) : undefined
  return { ...(data.rank !== undefined && { rank: data.rank }), ...(sizes && { sizes }) }
}

interface Bound {
  readonly declaration: ArgumentDeclaration
  readonly property: Property | undefined
}

/** Which value goes to which argument. Arguments that name a type or a shape come first, since others need them. */
function bind(
  definition: TensorFunction,
  { arguments: args, trace, span }: HostCall,
  receiver: Value,
): readonly Bound[] {
  const { arguments: declared } = definition
  const own = receiver === undefined ? undefined : { value: receiver }
  const at = definition.receiver ?? 0
  const fields = definition.fields ? trace.fields(args[0]?.value) : undefined
  const rest = [...args]
  const bound = declared.map((declaration, i): Bound => {
    if (fields) return { declaration, property: fields.get(declaration.name) }
    if (definition.variadic && i === declared.length - 1)
      return { declaration, property: { value: trace.array(rest.map(({ value }) => value)), span } }
    if (!own || i !== at) return { declaration, property: rest.shift() }
    if (declaration.kind !== 'tensors') return { declaration, property: own }
    // `a.concat(b)` and `a.concat([b, c])` put the tensor in front of the list.
    const others = rest.shift()?.value
    const list = isTensor(others) ? [{ value: others }] : (trace.elements(others) ?? [{ value: others }])
    return {
      declaration,
      property: { value: trace.array([receiver, ...list.map(({ value }) => value)]), span },
    }
  })
  const ahead = new Set(
    declared.flatMap(({ dtype, data }) => [
      ...(typeof dtype === 'object' ? [dtype.of] : []),
      ...(data?.shape === undefined ? [] : [data.shape]),
    ]),
  )
  return [
    ...bound.filter(({ declaration }) => ahead.has(declaration.name)),
    ...bound.filter(({ declaration }) => !ahead.has(declaration.name)),
  ]
}

/** The arguments of a call, for the function that states the meaning and for the equation that it states. */
class Meaning implements Arguments, Environment {
  readonly #trace: Tracer
  readonly #given: ReadonlyMap<string, Read>
  readonly #values = new Map<string, Attribute>()
  readonly #nodes = new Map<string, Node>()
  #site: number | undefined

  constructor(trace: Tracer, given: ReadonlyMap<string, Read>) {
    this.#trace = trace
    this.#given = given
  }

  get inputs(): readonly Node[] {
    const given = [...this.#given.values()].flatMap(read =>
      read === undefined || 'value' in read
        ? []
        : 'op' in read
          ? [read]
          : 'series' in read
            ? read.series.before
            : read,
    )
    return [...given, ...this.#nodes.values()]
  }

  /** What was given that is no tensor. */
  get attributes(): readonly Attribute[] {
    return [...this.#given.values()].flatMap(read => (read && 'value' in read ? [read.value] : []))
  }

  /** The same call with what stands for its tensors and attributes in a trial. */
  tried({ node, attribute }: Trial): Meaning {
    const entries = [...this.#given].map(([name, read]): [string, Read] => {
      if (read === undefined || 'series' in read) return [name, read]
      if ('value' in read) return [name, { value: attribute(read.value) }]
      return [name, 'op' in read ? node(read) : read.map(node)]
    })
    return new Meaning(this.#trace, new Map(entries))
  }

  /** What was given for one argument. */
  nodes(name: string): readonly Node[] {
    const read = this.#given.get(name)
    return read && 'op' in read ? [read] : this.#list(name)
  }

  /** The list of unknown length among the arguments, if there is one. */
  get series(): Series | undefined {
    for (const read of this.#given.values()) if (read && 'series' in read) return read.series
    return undefined
  }

  /** A name for a node, to be used in the equation. */
  putNode(node: Node): string {
    const name = `node_of_${this.#nodes.size}`
    this.#nodes.set(name, node)
    return name
  }

  tensor(name: string): TensorType {
    const read = this.#given.get(name)
    return read && 'op' in read ? read.type : { dtype: 'float32', shape: [] }
  }

  optional(name: string): TensorType | undefined {
    const read = this.#given.get(name)
    return read && 'op' in read ? read.type : undefined
  }

  tensors(name: string): readonly TensorType[] {
    return this.#list(name).map(({ type }) => type)
  }

  /** The tensors of a list, as far as they are known one by one. */
  #list(name: string): readonly Node[] {
    const read = this.#given.get(name)
    if (read && 'series' in read) return read.series.before
    return Array.isArray(read) ? (read as readonly Node[]) : []
  }

  value(name: string): Attribute
  value(name: string): Node | Attribute | undefined
  value(name: string): Node | Attribute | undefined {
    const put = this.#values.get(name)
    if (put !== undefined) return put
    const node = this.#nodes.get(name)
    if (node) return node
    if (name === 'site') return this.#place()
    const read = this.#given.get(name)
    if (read && 'value' in read) return read.value
    if (read && 'op' in read) return read
    const [, stem, index] = /^(.*)_(\d+)$/.exec(name) ?? []
    return stem === undefined ? undefined : this.#list(stem)[Number(index) - 1]
  }

  flag(name: string): boolean {
    return this.value(name) === true
  }

  list(name: string): readonly Dimension[] {
    const value: Attribute = this.value(name)
    return value === null ? [] : ([value].flat() as readonly Dimension[])
  }

  put(value: Attribute): string {
    const name = `value_${this.#values.size + 1}`
    this.#values.set(name, value)
    return name
  }

  /** A new place for each call; calls with one seed and one configuration draw the same numbers. */
  #place(): number {
    if (this.#site !== undefined) return this.#site
    const { counters, seeds } = contextOf(this.#trace)
    const seed = this.#given.get('seed')
    const isTied = seed && 'value' in seed && seed.value !== null
    const key = isTied
      ? JSON.stringify(
          [...this.#given].map(([name, read]) => [name, read && 'value' in read ? read.value : null]),
        )
      : undefined
    const known = key === undefined ? undefined : seeds.get(key)
    this.#site = known ?? counters.next('identity')
    if (key !== undefined) seeds.set(key, this.#site)
    return this.#site
  }
}

function build(call: HostCall, shown: string, definition: TensorFunction, environment: Meaning): Value {
  const result = resultOf(definition, environment)
  const { trace, span } = call
  const fail = ({ problem }: Problem) => {
    const values = { layer: shown, problem }
    const opaque = trace.opaque(misfit(trace, environment.inputs), values, span)
    wantSizes(trace, opaque.reason)
    if (opaque.reason?.code === 'open-shape') fitSizes(trace, definition, environment)
    return opaque
  }
  if (typeof result === 'string') {
    const value = tensorOf(call, result, environment)
    return isProblem(value) ? fail(value) : value
  }
  if ('problem' in result && typeof result.problem === 'string') return fail(result as Problem)
  const values: Record<string, Value> = {}
  for (const [key, text] of Object.entries(result as Readonly<Record<string, string>>)) {
    const value = tensorOf(call, text, environment)
    if (isProblem(value)) return fail(value)
    values[key] = value
  }
  return Array.isArray(result) ? trace.array(Object.values(values)) : trace.record(values)
}

/** Notes the open sizes that follow from that a call is possible. */
function fitSizes(trace: Tracer, definition: TensorFunction, environment: Meaning): void {
  const { remarkedSizes, exampleCounts } = contextOf(trace)
  const call = {
    inputs: environment.inputs,
    attributes: environment.attributes,
    isPossible: (trial: Trial) => isPossible(definition, environment.tried(trial), trial.builder),
  }
  const isOpen = (name: string) => remarkedSizes.has(name)
  const fitting = sizesThatFit(call, isOpen, name => exampleCounts.has(name))
  if (fitting.size > 0) trace.fit(fitting)
  else trace.supposeSizes(sizesBeside(call, isOpen))
}

function isPossible(definition: TensorFunction, environment: Meaning, builder: GraphBuilder): boolean {
  const result = resultOf(definition, environment)
  if (typeof result === 'object' && 'problem' in result) return false
  const texts = typeof result === 'string' ? [result] : Object.values<string>(result)
  // The parts of a tensor along an axis are as many as the size that is tried, and all alike.
  const tried = texts.length > mostTried ? [texts[0]!, texts.at(-1)!] : texts
  return tried.every(text => !isProblem(elaborateText(text, environment, builder)))
}

/** As many results of a call are tried one by one. */
const mostTried = 16

function tensorOf({ trace, span }: HostCall, text: string, environment: Meaning) {
  const node = elaborateText(text, environment, trace.builder)
  return isProblem(node) ? node : eager(trace, node, environment.inputs, span)
}

/** A tensor object for a node, and the place for all nodes that were made for it. */
export function eager(trace: Tracer, node: Node, inputs: readonly Node[], span: HostCall['span']) {
  const origin = trace.origin(span)
  for (const made of newNodes([node], inputs)) trace.provenance.addOrigin(made, origin)
  return trace.host<TensorState>(tensorType, { node, symbolic: false, origin })
}

/** Gives the tensor type its methods. */
export function addTensorMethods(): void {
  for (const [spelling, { name, definition }] of tensorMethods) {
    tensorType.members[spelling] = {
      kind: 'method',
      call: (tensor, call) => callTensorFunction(name, definition, call, tensor),
    }
  }
}
