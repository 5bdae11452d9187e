import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { normalize } from '../normal/normalize.js'
import { notationOf } from '../ops/notation.js'
import { opTable } from '../ops/table.js'
import type { Pair } from './align.js'
import { below } from './layouts.js'
import { substituteInputs, type Unit } from './units.js'

/** Places of the stand-ins for the inputs of a layer, apart from those of models and recurrences. */
const firstPlace = -100_000

/** Whether a layer gives the same result in whatever order it reads its inputs. */
export function isOrderFree(unit: Unit, builder: GraphBuilder): boolean {
  const inputs = [...new Set(unit.inputs)]
  const results = inputs.map((_, shift) => {
    const standIns = new Map<Node, Node>()
    for (const [i, input] of inputs.entries()) {
      const { shape, dtype } = input.type
      const index = firstPlace - ((i + shift) % inputs.length)
      const node = builder.node('input', [], { name: 'x', index, shape, dtype })
      if (isProblem(node)) return undefined
      standIns.set(input, node)
    }
    return normalize([substituteInputs(unit.output, standIns, builder)], builder, 'training').outputs[0]
  })
  return results.every(result => result !== undefined && result === results[0])
}

/** Whether a unit moves elements to other places, which what follows can undo by another order of its parameters. */
function canRearrange({ inputs, output }: Unit): boolean {
  const seen = new Set<Node>(inputs)
  const pending = seen.has(output) ? [] : [output]
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (opTable[node.op]?.rearranges && !isView(node)) return true
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return false
}

/** Axes of size 1 come and go without an element changing places. */
const isView = (node: Node) => notationOf(node)?.form === 'transparent'

/** Whether elements may be moved to other places on one side of an alignment than on the other. */
export function rearrangeOtherwise(
  pairs: readonly Pair[],
  isTheSame: (specified: Unit, implemented: Unit) => boolean,
): boolean {
  const differing = pairs.filter(
    ({ specified, implemented, moved }) =>
      !specified || !implemented || moved || !isTheSame(specified, implemented),
  )
  const rearranges = ({ specified, implemented }: Pair) =>
    [specified, implemented].some(unit => unit && canRearrange(unit))
  if (differing.some(rearranges)) return true
  const moved = differing.filter(pair => pair.moved)
  return moved.length > 0 && pairs.filter(rearranges).some(pair => moved.some(other => passes(other, pair)))
}

/** Whether a unit that has another place stands on another side of a unit in the code than in the spec. */
function passes({ specified, implemented }: Pair, other: Pair): boolean {
  const isAfter = (a: Unit | undefined, b: Unit | undefined) =>
    a !== undefined && b !== undefined && below([a.output]).has(b.output)
  return (
    isAfter(specified, other.specified) !== isAfter(implemented, other.implemented) ||
    isAfter(other.specified, specified) !== isAfter(other.implemented, implemented)
  )
}
