import { rebuild } from '../gradient/rebuild.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, equals } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { shapeText } from '../graph/type.js'
import { nodesBelow } from '../graph/walk.js'
import { type RecurrenceForm, recurrenceForm, stepsOf } from '../ops/recurrence.js'

interface Pairs {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

/** Whether two computations are equal for all values of their leaves. */
export type Prover = (pairs: Pairs) => boolean

/** For how many correspondences of states one step is looked at. */
const mostTried = 24

/**
 * Two computations in which recurrences of the second are those of the first where induction proves them equal: they
 * read the same at each step, their states are equal before the first step, and if they are equal before a step, they
 * are equal after it. What a state of one is in the other is found by trying.
 */
export function joinRecurrences({ first, second }: Pairs, builder: GraphBuilder, prove: Prover): Pairs {
  const refused = new Set<string>()
  let own = second
  for (let joined = true; joined; ) {
    joined = false
    const [left, right] = [recurrencesBelow(first), recurrencesBelow(own)]
    for (const b of right.filter(node => !left.includes(node))) {
      const a = left.find(node => {
        const key = `${node.id} ${b.id}`
        if (right.includes(node) || refused.has(key)) return false
        refused.add(key)
        return isSameRecurrence(node, b, builder, prove)
      })
      const next = a && rebuild(own, builder, node => (node === b ? a : node))
      if (!next || isProblem(next)) continue
      own = next
      joined = true
      break
    }
  }
  return { first, second: own }
}

function recurrencesBelow(outputs: readonly Node[]): readonly Node[] {
  const seen = new Set(outputs)
  for (const node of seen) for (const input of node.inputs) seen.add(input)
  return [...seen].filter(({ op }) => op === 'recurrence').sort((a, b) => a.id - b.id)
}

/** A recurrence with the parts that its result depends on. */
interface Steps {
  readonly form: RecurrenceForm
  readonly count: Dimension
  readonly initial: readonly Node[]
  /** The states that the result depends on. */
  readonly needed: readonly number[]
  readonly node: Node
}

function isSameRecurrence(a: Node, b: Node, builder: GraphBuilder, prove: Prover): boolean {
  const [left, right] = [stepsIn(a), stepsIn(b)]
  const [own, other] = [left.form, right.form]
  if (
    !hasSameType(a, b) ||
    !equals(left.count, right.count) ||
    own.sequences !== other.sequences ||
    (own.sequences && own.axis !== other.axis) ||
    own.reverse !== other.reverse ||
    left.needed.length !== right.needed.length
  )
    return false
  let tried = 0
  for (const partners of correspondences(left, right, prove)) {
    if (tried++ === mostTried) return false
    if (isSameStep(left, right, partners, builder, prove)) return true
  }
  return false
}

function stepsIn(node: Node): Steps {
  const form = recurrenceForm(node.attributes)
  const { body, along, states, output } = form
  const count = stepsOf(
    node.inputs.map(({ type }) => type),
    node.attributes,
  ) as Dimension
  const needed = new Set([output])
  for (const from of needed) {
    const below = new Set(nodesBelow([body.outputs[from]!]))
    for (let state = 0; state < states; state++)
      if (below.has(body.inputs[along.length + state]!)) needed.add(state)
  }
  const initial = node.inputs.slice(along.length, along.length + states)
  return { form, count, initial, needed: [...needed].filter(state => state < states), node }
}

/** Which state of one may be which of the other: of one type, and equal before the first step. */
function* correspondences(
  a: Steps,
  b: Steps,
  prove: Prover,
  at = 0,
  taken: readonly number[] = [],
): Generator<readonly number[]> {
  const state = a.needed[at]
  if (state === undefined) {
    yield taken
    return
  }
  const isResult = state === a.form.output
  const nameOf = ({ form }: Steps, k: number) => form.body.inputs[form.along.length + k]!.attributes.name
  const fitting = b.needed.filter(
    other =>
      !taken.includes(other) &&
      (a.form.sequences || isResult === (other === b.form.output)) &&
      hasSameType(a.initial[state]!, b.initial[other]!),
  )
  const isNamesake = (other: number) => nameOf(a, state) === nameOf(b, other)
  for (const other of [...fitting.filter(isNamesake), ...fitting.filter(one => !isNamesake(one))])
    if (prove({ first: [a.initial[state]!], second: [b.initial[other]!] }))
      yield* correspondences(a, b, prove, at + 1, [...taken, other])
}

/** Whether equal states before a step, and the same that is read at it, give equal states and results. */
function isSameStep(
  a: Steps,
  b: Steps,
  partners: readonly number[],
  builder: GraphBuilder,
  prove: Prover,
): boolean {
  const leaf = (name: string, index: number, { type: { shape, dtype } }: Node) =>
    builder.node('input', [], { name, index, shape: shape!, dtype })
  const outputs = (steps: Steps, states: readonly number[]): readonly Node[] | undefined => {
    const { body, along, states: count, output } = steps.form
    const replaced = new Map<Node, Node>()
    for (const [i, placeholder] of body.inputs.entries()) {
      const input = steps.node.inputs[i]!
      const axis = along[i]
      const place = states.indexOf(i - along.length)
      const stand =
        axis !== undefined
          ? leaf(`element along ${axis}`, input.id, placeholder)
          : i >= along.length + count
            ? input
            : place >= 0
              ? leaf('state before a step', place, placeholder)
              : placeholder
      if (isProblem(stand)) return undefined
      replaced.set(placeholder, stand)
    }
    const wanted = [...states, output].map(at => body.outputs[at]!)
    return substituted(wanted, replaced, builder)
  }
  const [first, second] = [outputs(a, a.needed), outputs(b, partners)]
  return !!first && !!second && prove({ first, second })
}

/** Nodes with others in place of leaves; what stands in bodies is closed and stays. */
function substituted(
  roots: readonly Node[],
  replaced: ReadonlyMap<Node, Node>,
  builder: GraphBuilder,
): readonly Node[] | undefined {
  const done = new Map(replaced)
  const seen = new Set(roots)
  for (const node of seen) if (!done.has(node)) for (const input of node.inputs) seen.add(input)
  for (const node of [...seen].sort((x, y) => x.id - y.id)) {
    if (done.has(node)) continue
    const copy = builder.node(
      node.op,
      node.inputs.map(input => done.get(input)!),
      node.attributes,
    )
    if (isProblem(copy)) return undefined
    done.set(node, copy)
  }
  return roots.map(root => done.get(root)!)
}

function hasSameType({ type: a }: Node, { type: b }: Node): boolean {
  return a.dtype === b.dtype && shapeText(a.shape) === shapeText(b.shape)
}
