import { equals, product, symbol } from '../../graph/dimension.js'
import type { ShapeStatement } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Origin } from '../../graph/provenance.js'
import type { Shape } from '../../graph/type.js'
import type { Tracer } from '../../trace/host.js'
import type { Running } from '../../trace/running.js'
import { contextOf } from './context.js'
import type { TensorState } from './state.js'
import { tensorType } from './types.js'

/** Numbers that a program is given. */
export interface GivenNumbers {
  readonly name: string
  /** What decides them. */
  readonly key: string
  /** Which numbers they are, without which of the elements of a list. */
  readonly signatures: ReadonlySet<string>
  /** The running numbers that have an axis in front, one value after the other. */
  readonly along: readonly Running[]
  /** The running numbers of the rounds that are walked, each of which has other numbers here. */
  readonly within: readonly Running[]
  /** Who says what they are, if that is a guess. */
  readonly stated?: ShapeStatement
  readonly origin: Origin
}

/** Numbers that a program is given, and the input of the graph that they are. */
export interface GivenInput extends GivenNumbers {
  readonly node: Node
}

/**
 * The input that numbers are: the same one wherever they are read, in whatever shape, and part of the one that has those of all
 * rounds where there is one. Undefined where the same numbers may be in another input: of two inputs nothing says that they are
 * equal.
 */
export function inputOf(trace: Tracer, numbers: GivenNumbers, shape: Shape): Node | undefined {
  const { given } = contextOf(trace)
  const known = given.get(keyOf(numbers)) ?? partOfAll(trace, numbers) ?? allOfParts(trace, numbers)
  if (known) return reshaped(trace, known.node, shape)
  const isShared = [...given.values()].some(other => mayShare(other.signatures, numbers.signatures))
  return isShared ? undefined : newInput(trace, numbers, shape)?.node
}

/** For those among some nodes that are other inputs in each round of a loop, the inputs of all rounds along an axis in front. */
export function inputsOfAllRounds(
  trace: Tracer,
  nodes: readonly Node[],
  round: string,
): ReadonlyMap<Node, Node> {
  const all = new Map<Node, Node>()
  const among = new Set(nodes)
  for (const given of [...contextOf(trace).given.values()]) {
    const running = given.within.find(other => other.symbol === round)
    const whole = running && among.has(given.node) ? alongToo(trace, given, running) : undefined
    if (whole) all.set(given.node, whole.node)
  }
  return all
}

/** The numbers for one value after the other of a running number that they are within. */
function alongToo(trace: Tracer, part: GivenInput, running: Running): GivenInput | undefined {
  const along = [running, ...part.along]
  const numbers = { ...part, along, within: part.within.filter(other => other !== running) }
  const known = contextOf(trace).given.get(keyOf(numbers))
  const { count } = running
  return (
    known ?? (count === undefined ? undefined : newInput(trace, numbers, [count, ...part.node.type.shape!]))
  )
}

/** Where the numbers of single rounds are inputs already, all of them. */
function allOfParts(trace: Tracer, numbers: GivenNumbers): GivenInput | undefined {
  const [first, ...along] = numbers.along
  if (!first) return undefined
  const inner: GivenNumbers = { ...numbers, along, within: [...numbers.within, first] }
  const part = contextOf(trace).given.get(keyOf(inner)) ?? allOfParts(trace, inner)
  return part && alongToo(trace, part, first)
}

/** Where the numbers of all rounds are an input already, those of one of them. */
function partOfAll(trace: Tracer, numbers: GivenNumbers): GivenInput | undefined {
  const inner = numbers.within.at(-1)
  if (!inner) return undefined
  const outer: GivenNumbers = {
    ...numbers,
    along: [inner, ...numbers.along],
    within: numbers.within.slice(0, -1),
  }
  const all = contextOf(trace).given.get(keyOf(outer)) ?? partOfAll(trace, outer)
  if (!all) return undefined
  const { builder } = trace
  const start = symbol(inner.symbol, true)
  const element = builder.node('slice', [all.node], { axis: 0, start, size: 1 })
  const node = isProblem(element) ? element : builder.node('squeeze', [element], { axes: [0] })
  return isProblem(node) ? undefined : { ...numbers, node }
}

function newInput(trace: Tracer, numbers: GivenNumbers, shape: Shape): GivenInput | undefined {
  const { name, stated, origin } = numbers
  const { given, givenByCalls, counters, statements } = contextOf(trace)
  const { builder, provenance } = trace
  const index = counters.next('input')
  const node = builder.node('input', [], { name, index, shape, dtype: 'float32' })
  if (isProblem(node)) return undefined
  provenance.setName(node, name)
  if (stated) statements.set(node, stated)
  const input = { ...numbers, node }
  given.set(keyOf(numbers), input)
  const state: TensorState = { node, symbolic: false, inputName: name, origin }
  givenByCalls.push(trace.host<TensorState>(tensorType, state))
  return input
}

function reshaped(trace: Tracer, node: Node, shape: Shape): Node | undefined {
  const own = node.type.shape!
  if (own.length === shape.length && own.every((size, i) => equals(size, shape[i]!))) return node
  if (!equals(product(own), product(shape))) return undefined
  const made = trace.builder.node('reshape', [node], { shape })
  return isProblem(made) ? undefined : made
}

const keyOf = ({ key, along }: GivenNumbers): string =>
  [key, ...along.map(running => running.symbol)].join(' along ')

/** Whether some numbers may be others, or a part of them. */
const mayShare = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  [...some].some(a => [...others].some(b => `${a}.`.startsWith(`${b}.`) || `${b}.`.startsWith(`${a}.`)))
