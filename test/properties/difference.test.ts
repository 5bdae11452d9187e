import { expect, test } from '@jest/globals'
import { findDifference } from '../../src/evaluate/difference.js'
import type { Domain } from '../../src/evaluate/domain.js'
import { drawnPoints } from '../../src/evaluate/draws.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { elaborateText } from '../../src/ops/elaborate.js'
import { opTable } from '../../src/ops/table.js'

/** What the search says of two expressions of x, a tensor of a domain. */
function search(first: string, second: string, domain: Domain = { kind: 'real' }): string {
  const builder = new GraphBuilder(opTable)
  const x = builder.node('input', [], { name: 'x', index: 0, shape: [2, 3] })
  if (isProblem(x)) throw new Error(x.problem)
  const [a, b] = [first, second].map((text): Node => {
    const node = elaborateText(text, { value: name => (name === 'x' ? x : undefined) }, builder)
    if (isProblem(node)) throw new Error(node.problem)
    return node
  })
  const points = drawnPoints(node => (node === x ? { name: 'x', shape: [2, 3], domain } : undefined), {})
  return findDifference({ first: [a!], second: [b!], inOneGraph: true }, points).kind
}

const positive: Domain = { kind: 'interval', low: 0.1, high: 2 }

test.each([
  { first: 'x + 1', second: 'x + 1.00001', found: 'different' },
  { first: 'x + x', second: '2 * x', found: 'equal' },
  // Beyond the forty binary digits that every number is trusted for.
  { first: '(x + 100000000000000) - 100000000000000', second: 'x', found: 'open' },
  // No numbers outside of the domain of the logarithm: also where both sides have some.
  { first: 'log(x)', second: '2 * log(x)', found: 'open' },
  { first: 'log(x)', second: '2 * log(x)', domain: positive, found: 'different' },
  // Equal until exponentials overflow in one of the forms.
  { first: 'exp(x) / exp(x)', second: 'exp(x - x)', found: 'equal' },
  { first: 'sigmoid(30 * x)', second: 'exp(30 * x) / (1 + exp(30 * x))', found: 'equal' },
])('$first and $second: $found', ({ first, second, domain, found }) => {
  expect(search(first, second, domain)).toBe(found)
})
