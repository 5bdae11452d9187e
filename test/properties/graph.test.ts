import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import {
  add,
  apply,
  type Dimension,
  divide,
  equals,
  multiply,
  substitute,
  symbol,
} from '../../src/graph/dimension.js'
import type { Attributes, Node } from '../../src/graph/node.js'
import { isProblem, type Problem } from '../../src/graph/op.js'
import { printGraph } from '../../src/graph/print.js'
import { readGraph } from '../../src/graph/read.js'
import { verify } from '../../src/graph/verify.js'
import { normalize } from '../../src/normal/normalize.js'
import { opTable } from '../../src/ops/table.js'

function sound<T extends object>(value: T | Problem): T {
  if (isProblem(value)) throw new Error(value.problem)
  return value
}

function make(builder: GraphBuilder, op: string, inputs: readonly Node[], attributes: Attributes = {}): Node {
  return sound(builder.node(op, inputs, attributes))
}

const input = (builder: GraphBuilder, index: number, shape: readonly Dimension[], dtype = 'float32') =>
  make(builder, 'input', [], { name: 'x', index, shape, dtype })

/** Printed and read back: the same nodes in the same builder, and the same text from another. */
function expectReadable(builder: GraphBuilder, outputs: readonly Node[]): void {
  expect(verify(outputs, opTable)).toEqual([])
  const text = printGraph(outputs)
  const again = sound(readGraph(text, builder))
  expect(again.length).toBe(outputs.length)
  for (const [i, node] of again.entries()) expect(node === outputs[i]).toBe(true)
  expect(printGraph(sound(readGraph(text, new GraphBuilder(opTable))))).toBe(text)
}

const cases = Object.entries(opTable).flatMap(([name, op]) =>
  op.examples.map((example, i) => ({ name, example, title: `${name} ${i + 1}` })),
)

test.each(cases)('$title: printed and read back', ({ name, example }) => {
  const builder = new GraphBuilder(opTable)
  const inputs = example.shapes.map((shape, i) => input(builder, i, shape, example.dtypes?.[i]))
  expectReadable(builder, [make(builder, name, inputs, example.attributes)])
})

const names = fc.constantFrom('N', 'units', 'true', 'real', 'max', 'options.units[0]', 'a`b"c\\', 'é')
const sizes = fc.letrec<{ size: Dimension }>(tie => ({
  size: fc.oneof(
    { maxDepth: 3 },
    fc.integer({ min: -3, max: 9 }),
    fc.constantFrom(0.1, 1 / 3, 1e-7, 1e21, 0.1 + 0.2, -0),
    fc.tuple(names, fc.boolean()).map(([name, whole]) => symbol(name, whole)),
    fc.tuple(tie('size'), tie('size')).map(([a, b]) => add(a, b)),
    fc.tuple(tie('size'), tie('size')).map(([a, b]) => multiply(a, b)),
    fc.tuple(tie('size'), fc.integer({ min: 1, max: 9 })).map(([a, b]) => divide(a, b)),
    fc.tuple(tie('size'), names).map(([a, b]) => divide(a, symbol(b, true))),
    tie('size').map(a => apply('floor', [a])),
    fc.tuple(tie('size'), tie('size')).map(args => apply('max', args)),
  ),
})).size

test('what is divided by a product of symbols and multiplied by them again is what it was', () => {
  const products = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), names), { minLength: 1, maxLength: 4 })
  const dimension = (factor: number | string) => (typeof factor === 'number' ? factor : symbol(factor, true))
  fc.assert(
    fc.property(
      fc.array(products, { maxLength: 3 }),
      fc.array(names, { maxLength: 4 }),
      (terms, divisors) => {
        const size = terms.map(term => term.map(dimension).reduce(multiply, 1)).reduce(add, 0)
        const quotient = divisors.map(dimension).reduce(divide, size)
        expect(equals(divisors.map(dimension).reduce(multiply, quotient), size)).toBe(true)
        expect(equals(divide(size, divisors.map(dimension).reduce(multiply, 1)), quotient)).toBe(true)
        const at = (name: string) => name.length + 1
        const number = (factors: readonly (number | string)[]) =>
          factors.reduce<number>((x, factor) => x * (typeof factor === 'number' ? factor : at(factor)), 1)
        const expected = terms.reduce((sum, term) => sum + number(term), 0) / number(divisors)
        expect(substitute(quotient, at)).toBeCloseTo(expected, 9)
      },
    ),
  )
})

test('sizes and attributes of every form are read back', () => {
  fc.assert(
    fc.property(fc.array(sizes, { maxLength: 4 }), sizes, fc.string(), (shape, value, name) => {
      const builder = new GraphBuilder(opTable)
      const leaf = make(builder, 'input', [], { name, index: 0, shape, dtype: 'float32' })
      const step = make(builder, 'leakyRelu', [leaf], { alpha: value })
      expectReadable(builder, [make(builder, 'scalar', [], { value }), step, leaf])
    }),
    { numRuns: 300 },
  )
})

/** Any ops of the table that accept what is there, with the attributes of an example. */
function randomGraph(builder: GraphBuilder, picks: readonly (readonly [number, number])[]): readonly Node[] {
  const nodes = [
    input(builder, 0, [symbol('N', true), 3]),
    input(builder, 1, [3, 3]),
    input(builder, 2, [2, 4], 'int32'),
  ]
  for (const [pick, from] of picks) {
    const { name, example } = cases[pick % cases.length]!
    const inputs = example.shapes.map((_, i) => nodes[(from + i * 7) % nodes.length]!)
    const node = builder.node(name, inputs, example.attributes)
    if (!isProblem(node)) nodes.push(node)
  }
  return nodes
}

test('random graphs are read back', () => {
  const pick = fc.tuple(fc.nat(cases.length - 1), fc.nat(50))
  fc.assert(
    fc.property(fc.array(pick, { minLength: 5, maxLength: 80 }), picks => {
      const builder = new GraphBuilder(opTable)
      expectReadable(builder, randomGraph(builder, picks).slice(-3))
    }),
    { numRuns: 200 },
  )
})

test('a recurrence is read back with its step', () => {
  const builder = new GraphBuilder(opTable)
  const [x, h] = [input(builder, 0, [symbol('N', true), 5, 3]), input(builder, 1, [symbol('N', true), 3])]
  const now = input(builder, 2, [symbol('N', true), 3])
  const next = make(builder, 'tanh', [make(builder, 'add', [now, h])])
  const body = { kind: 'body', body: { inputs: [now, h], outputs: [next] } } as const
  const outputs = [make(builder, 'recurrence', [x, h], { body, states: 1, sequences: true })]
  expectReadable(builder, outputs)
  expect(printGraph(outputs).split('\n').slice(3)).toEqual([
    '%3 = add[](%2, %1) : float32 [N, 3]',
    '%4 = tanh[](%3) : float32 [N, 3]',
    '%5 = recurrence[body = body(%2, %1 -> %4), along = [1], states = 1, steps = null, output = 0, sequences = true, axis = 1, reverse = false](%0, %1) : float32 [N, 5, 3]',
    'return %5',
    '',
  ])
})

test.each([
  ['%1 = add[](%0, %0) : float32 []', 'line 1: the next node is %0, not %1'],
  ['%0 = add[](%0, %0) : float32 []', 'line 1: there is no %0 above'],
  ['%0 = scalar[value = 1]() : float32 [2]', 'line 1: `scalar` gives float32 [], not float32 [2]'],
  ['%0 = scalar[value = oops(1)]() : float32 []', 'line 1: there is no function `oops`'],
  ['%0 = scalar[value]() : float32 []', 'line 1: expected `=` at column 18'],
  ['%0 = nothing[]() : float32 []', 'line 1: there is no op `nothing`'],
  ['%0 = scalar[value = 1]() : float32 []', 'the last line must be `return` with the outputs'],
])('%s: %s', (text, problem) => {
  expect(readGraph(text, new GraphBuilder(opTable))).toEqual({ problem })
})

/** A chain of so many steps, each a derived op and a sum with what came before. */
function chain(builder: GraphBuilder, steps: number): Node {
  const x = input(builder, 0, [2, 3])
  let node = x
  for (let i = 0; i < steps; i++)
    node = make(builder, 'add', [make(builder, i % 2 ? 'relu' : 'softplus', [node]), i % 3 ? x : node])
  return node
}

test('a long chain is built, verified, printed, read, normalised and evaluated', () => {
  const steps = 10_000
  const builder = new GraphBuilder(opTable)
  const outputs = [chain(builder, steps)]
  expect(builder.size).toBe(2 * steps + 1)
  expectReadable(builder, outputs)
  const normal = normalize(outputs, builder, 'inference')
  // Each step becomes a fixed number of nodes, whatever the length.
  expect(builder.size).toBeLessThan(40 * steps)
  expect(verify(normal.outputs, opTable)).toEqual([])
  const tensor = { shape: [2, 3], data: new Float64Array(6).fill(-1), dtype: 'float32' as const }
  const [direct] = sound(evaluate(outputs, { leaf: () => tensor }))
  const [normalised] = sound(evaluate(normal.outputs, { leaf: () => tensor }))
  expect(direct!.data[0]).toBeCloseTo(normalised!.data[0]!, 9)
})
