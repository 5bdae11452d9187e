import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { compare } from '../../src/compare/compare.js'
import { expressionOf } from '../../src/equations/expression.js'
import { symbol } from '../../src/equations/formula.js'
import { toLatex } from '../../src/equations/latex.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Attributes, Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { Provenance } from '../../src/graph/provenance.js'
import { opTable } from '../../src/ops/table.js'
import { readSpec } from '../../src/spec/read.js'
import { sourceFile } from '../../src/text/source.js'

type Tree =
  | { readonly kind: 'leaf'; readonly place: number }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Tree }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Tree; readonly right: Tree }

const names = ['a', 'b', 'c']
const reductions = ['sum', 'mean']
const unary = [...reductions, 'negate', 'exp', 'square']
const binary = ['add', 'subtract', 'multiply', 'divide']

/** Trees of one depth, so that sums of sums below signs are as frequent as single values. */
function treesOf(depth: number): fc.Arbitrary<Tree> {
  const leaf = fc.record({ kind: fc.constant('leaf' as const), place: fc.nat({ max: names.length - 1 }) })
  if (depth === 0) return leaf
  const [inner, other] = [treesOf(depth - 1), fc.oneof(leaf, treesOf(depth - 1))]
  return fc.oneof(
    fc.record({ kind: fc.constant('unary' as const), op: fc.constantFrom(...unary), of: inner }),
    fc.tuple(fc.boolean(), inner, other, fc.constantFrom(...binary)).map(
      ([isFirst, a, b, op]): Tree => ({
        kind: 'binary',
        op,
        left: isFirst ? a : b,
        right: isFirst ? b : a,
      }),
    ),
  )
}

const span = { file: sourceFile('model.js', ''), start: 0, end: 0 }
const origin = { span, path: [] }

test('what is printed for people means what the graph computes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }).chain(treesOf), plan => {
      const builder = new GraphBuilder(opTable)
      const make = (op: string, inputs: readonly Node[], attributes: Attributes = {}): Node => {
        const node = builder.node(op, inputs, attributes)
        if (isProblem(node)) throw new Error(node.problem)
        return node
      }
      const leaves = names.map((name, index) =>
        make('input', [], { name, index, shape: [3], dtype: 'float32' }),
      )
      const build = (own: Tree): Node => {
        if (own.kind === 'leaf') return leaves[own.place]!
        if (own.kind === 'binary') return make(own.op, [build(own.left), build(own.right)])
        const of = build(own.of)
        return make(own.op, [of], reductions.includes(own.op) ? { keepDims: false } : {})
      }
      const result = build(plan)
      const formula = expressionOf(result, {
        name: node => (leaves.includes(node) ? symbol(String(node.attributes.name)) : undefined),
      })
      const latex = toLatex(formula)
      const text = [
        'title: Printed',
        'inputs: { a: [3], b: [3], c: [3] }',
        'model:',
        '  - equation: |',
        `      y = ${latex}`,
        'outputs: y',
        '',
      ].join('\n')
      const { spec, diagnostics } = readSpec(sourceFile('printed.yaml', text))
      if (!spec) throw new Error(`${diagnostics.map(({ message }) => message).join('; ')}\n${text}`)
      const model = {
        name: 'model',
        inputs: leaves.map(node => ({ name: String(node.attributes.name), node, origin })),
        outputs: [{ name: 'y', node: result, origin }],
        applications: [],
        layers: [],
        origin,
      }
      const { clauses } = compare(spec, { model, builder, provenance: new Provenance() }, 'model')
      const wrong = clauses.filter(({ verdict }) => verdict === 'differs')
      expect(wrong.map(({ clause }) => `${clause.id}: ${latex}`)).toEqual([])
    }),
    { numRuns: 400 },
  )
})
