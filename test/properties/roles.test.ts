import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { pairByRole } from '../../src/compare/roles.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { moveNodes } from '../../src/graph/transplant.js'
import { normalize } from '../../src/normal/normalize.js'
import { opTable } from '../../src/ops/table.js'

const width = 3

/** Steps over what there is so far: an op, and the places that it reads. */
const steps = fc.array(
  fc.record({
    op: fc.constantFrom('add', 'multiply', 'subtract', 'matMul', 'tanh'),
    first: fc.nat(),
    second: fc.nat(),
  }),
  { minLength: 3, maxLength: 25 },
)

/** A computation with parameters that are created in an order of its own. */
function build(
  builder: GraphBuilder,
  order: readonly number[],
  firstIdentity: number,
  program: readonly { readonly op: string; readonly first: number; readonly second: number }[],
): { readonly parameters: readonly Node[]; readonly output: Node } {
  const make = (op: string, inputs: readonly Node[], attributes = {}): Node => {
    const node = builder.node(op, inputs, attributes)
    if (isProblem(node)) throw new Error(node.problem)
    return node
  }
  const x = make('input', [], { name: 'x', index: 0, shape: [width, width], dtype: 'float32' })
  const parameters: Node[] = []
  order.forEach((place, i) => {
    const attributes = { identity: firstIdentity + i, name: `p${i}`, shape: [width, width], dtype: 'float32' }
    parameters[place] = make('parameter', [], attributes)
  })
  const values = [x, ...parameters]
  for (const { op, first, second } of program) {
    const operands = [values[first % values.length]!, values[second % values.length]!]
    values.push(make(op, operands.slice(0, opTable[op]!.inputs.length)))
  }
  return { parameters, output: values.at(-1)! }
}

/** `p_0 + p_0 p_3 + p_1 p_4`: the first factors tell the second ones apart. */
const shared = [
  { op: 'matMul', first: 1, second: 4 },
  { op: 'matMul', first: 2, second: 5 },
  { op: 'add', first: 6, second: 7 },
  { op: 'add', first: 1, second: 8 },
]

test('a computation and itself with the parameters in another order are one under the pairing of roles', () => {
  fc.assert(
    fc.property(steps, fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (program, order) => {
      const builder = new GraphBuilder(opTable)
      const first = build(builder, [0, 1, 2, 3, 4], 0, program)
      const second = build(builder, order, 100, program)
      const pairing = pairByRole(
        { outputs: [first.output], open: first.parameters },
        { outputs: [second.output], open: second.parameters },
      )
      const moved = moveNodes(
        [first.output],
        builder,
        node => pairing.get(node) ?? (node.inputs.length > 0 ? { attributes: node.attributes } : node),
      )
      if (isProblem(moved)) throw new Error(moved.problem)
      const sides = [moved.get(first.output)!, second.output]
      const [a, b] = sides.map(output => normalize([output], builder, 'inference').outputs[0])
      expect(a === b).toBe(true)
    }),
    { numRuns: 300, examples: [[shared, [2, 4, 0, 3, 1]]] },
  )
})
