import type { AxisMeaning, AxisOrder } from '../graph/meaning.js'
import type { Node } from '../graph/node.js'
import { opTable } from '../ops/table.js'

/** What something says of the axes of a node. */
export interface AxisStatement {
  readonly node: Node
  readonly order: AxisOrder
}

/** For each axis of a node what it counts, where that is known. */
export type AxisMeanings = (node: Node) => readonly (AxisMeaning | undefined)[]

/** Of two meanings where the second says more than the first, the second counts. */
const refinements: readonly (readonly [AxisMeaning, AxisMeaning])[] = [['feature', 'channel']]

/**
 * What the axes of nodes count. Axes that an op says are the same are one axis, and what is said of one of them is
 * said of all; where two things are said, nothing is known. `nodes` hold everything that is to be known.
 */
export function axisMeanings(nodes: readonly Node[], stated: readonly AxisStatement[]): AxisMeanings {
  const classes = new AxisClasses(nodes)
  for (const node of nodes) {
    const op = opTable[node.op]
    if (op && isShaped(node))
      for (const { a, axis, b, other } of op.axes(node)) classes.unite(a, axis, b, other)
  }
  for (const statement of [...nodes.flatMap(statementsOf), ...stated]) {
    const { node, order } = statement
    for (const [axis, meaning] of placed(order, node.type.shape?.length ?? 0))
      classes.say(node, axis, meaning)
  }
  return node => classes.meanings(node)
}

/** What an op says of its own axes and those of its inputs. */
function statementsOf(node: Node): readonly AxisStatement[] {
  const op = opTable[node.op]
  return Object.entries(op?.axisOrder ?? {}).flatMap(([name, order]) => {
    const subject = name === 'result' ? node : node.inputs[op!.inputs.indexOf(name)]
    return subject ? [{ node: subject, order }] : []
  })
}

/** The meanings of an order by axis, for a tensor of a rank; none where they do not fit. */
function placed(order: AxisOrder, rank: number): readonly (readonly [axis: number, AxisMeaning])[] {
  const gap = order.indexOf('…')
  if (gap < 0 ? order.length !== rank : order.length - 1 > rank) return []
  return order.flatMap((meaning, i) =>
    meaning === '…' ? [] : [[gap < 0 || i < gap ? i : rank - order.length + i, meaning] as const],
  )
}

function isShaped({ type, inputs }: Node): boolean {
  return type.shape !== null && inputs.every(input => input.type.shape !== null)
}

/** Sets of axes that are one axis, with what is said of each set: null where that is not one thing. */
class AxisClasses {
  /** Where the axes of a node start. */
  readonly #starts = new Map<Node, number>()
  readonly #parents: number[] = []
  readonly #meanings = new Map<number, AxisMeaning | null>()

  constructor(nodes: readonly Node[]) {
    for (const node of nodes) {
      this.#starts.set(node, this.#parents.length)
      for (let axis = 0; axis < (node.type.shape?.length ?? 0); axis++)
        this.#parents.push(this.#parents.length)
    }
  }

  unite(a: Node, axis: number, b: Node, other: number): void {
    const [x, y] = [this.#find(a, axis), this.#find(b, other)]
    if (x !== undefined && y !== undefined) this.#parents[Math.max(x, y)] = Math.min(x, y)
  }

  /** After all unions. */
  say(node: Node, axis: number, meaning: AxisMeaning): void {
    const at = this.#find(node, axis)
    if (at === undefined) return
    const known = this.#meanings.get(at)
    this.#meanings.set(at, known === undefined ? meaning : known && joined(known, meaning))
  }

  meanings(node: Node): readonly (AxisMeaning | undefined)[] {
    return (node.type.shape ?? []).map((_, axis) => {
      const at = this.#find(node, axis)
      return (at === undefined ? undefined : this.#meanings.get(at)) ?? undefined
    })
  }

  #find(node: Node, axis: number): number | undefined {
    const start = this.#starts.get(node)
    if (start === undefined || axis < 0 || axis >= (node.type.shape?.length ?? 0)) return undefined
    let at = start + axis
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!
      at = this.#parents[at]!
    }
    return at
  }
}

function joined(a: AxisMeaning, b: AxisMeaning): AxisMeaning | null {
  if (a === b) return a
  for (const [less, more] of refinements) if ([a, b].includes(less) && [a, b].includes(more)) return more
  return null
}
