import { expect, test } from '@jest/globals'
import { type Domain, drawTensor } from '../../src/evaluate/domain.js'
import { evaluate } from '../../src/evaluate/evaluate.js'
import { randomSource } from '../../src/evaluate/random.js'
import { GraphBuilder } from '../../src/graph/builder.js'
import type { Node } from '../../src/graph/node.js'
import { isProblem } from '../../src/graph/op.js'
import { decide } from '../../src/identity/decide.js'
import { laws as identityLaws } from '../../src/identity/laws.js'
import { operations } from '../../src/identity/operations.js'
import { type LeafIdentity, prove } from '../../src/identity/prove.js'
import { isSyntaxProblem, parseEquation } from '../../src/math/parse.js'
import { normalize } from '../../src/normal/normalize.js'
import { rules } from '../../src/normal/rules.js'
import { elaborate } from '../../src/ops/elaborate.js'
import { opTable } from '../../src/ops/table.js'

const positive: Domain = { kind: 'interval', low: 0.2, high: 2 }

/** Both sides of an equation over matrices named by single letters; p and q are positive. */
function sidesOf(left: string, right: string, builder = new GraphBuilder(opTable)) {
  const leaves = new Map<string, Node>()
  const build = (text: string): Node => {
    const expression = parseEquation(text)
    if (isSyntaxProblem(expression)) throw new Error(`${text}: ${expression.problem}`)
    const node = elaborate(
      expression,
      {
        value: name => {
          if (!/^[a-z]$/.test(name)) return undefined
          const leaf = builder.node('input', [], {
            name,
            index: name.charCodeAt(0),
            shape: [2, 3],
            dtype: 'float32',
          })
          if (isProblem(leaf)) throw new Error(leaf.problem)
          leaves.set(name, leaf)
          return leaf
        },
      },
      builder,
    )
    if (isProblem(node)) throw new Error(`${text}: ${node.problem}`)
    return node
  }
  return { first: [build(left)], second: [build(right)] }
}

const leaf = ({ op, attributes: { name } }: Node): LeafIdentity | undefined =>
  op === 'input' && typeof name === 'string'
    ? { name, domain: 'pq'.includes(name) ? positive : { kind: 'real' } }
    : undefined

const halves = (equation: string) => equation.split(' = ') as [string, string]

const equal = [
  'exp(x + y) = exp(x) * exp(y)',
  'log(p * q) = log(p) + log(q)',
  'log(p / q) = log(p) - log(q)',
  'sqrt(p * q) = sqrt(p) * sqrt(q)',
  'sqrt(x^2) = absolute(x)',
  'exp(0.5 * x) = sqrt(exp(x))',
  'sigmoid(x) = 0.5 * (1 + tanh(x / 2))',
  'sigmoid(-x) = 1 - sigmoid(x)',
  'softplus(x) = log(1 + exp(x))',
  'logSigmoid(x) = -softplus(-x)',
  'maximum(-x, -y) = -minimum(x, y)',
  'maximum(x, y) = 0.5 * (x + y + absolute(x - y))',
  'relu(x) - relu(-x) = x',
  'leakyRelu[0.1](x) = relu(x) - 0.1 * relu(-x)',
  'elu(x) = relu(x) + expm1(minimum(x, 0))',
  'softmax(x + 7) = softmax(x)',
  'logSoftmax(x) = x - logSumExp[1](x)',
  'logSumExp(x + y - y) = logSumExp(x)',
  'variance(x) = mean(x^2) - mean(x)^2',
  '(x + y)^2 = x^2 + 2 * x * y + y^2',
  'geluNew(x) = x * sigmoid(1.5957691216057308 * (x + 0.044715 * x^3))',
  'x y^T = (y x^T)^T',
  'matMul(x, matMul(y^T, z)) = matMul(matMul(x, y^T), z)',
  'relu(x)^2 = relu(x) * x',
  'log(exp(x - y / 3)) = x - y / 3',
  'sqrt(square(x) + square(y)) * sqrt(square(z) + 1) = sqrt((square(x) + square(y)) * (square(z) + 1))',
  'maximum(x * y, 0) = where(greater(x, 0), maximum(y, 0), minimum(y, 0)) * x',
  'maximum(maximum(x, y), z) = maximum(x, maximum(z, y))',
  'max(2 * x + 3) = 2 * max(x) + 3',
  'argMax(2 * x + 3) = argMax(x)',
  'argMax[1](softmax(x)) = argMax[1](x)',
  'argMin(x) = argMax(-x)',
  'maximum(exp(x), exp(y)) = exp(maximum(x, y))',
] as const

test.each(equal)('%s is proved', equation => {
  expect(decide(sidesOf(...halves(equation)), { leaf })).toMatchObject({ kind: 'proved', exceptTies: false })
})

/** Each is wrong somewhere, and some only where random numbers hardly ever are. */
const unequal = [
  'exp(x * y) = exp(x) * exp(y)',
  'log(p + q) = log(p) + log(q)',
  'sqrt(x^2) = x',
  'sqrt(p + q) = sqrt(p) + sqrt(q)',
  'exp(-10000 * (x - 1)^2) = exp(-20000 * (x - 1)^2)',
  'exp(-10000 * (x - 1)^2) = 0 * x',
  'maximum(x - 20000, 0) = 0 * x',
  'softmax(x) = softmax(2 * x)',
  'softmax[0](x) = softmax[1](x)',
  'sigmoid(x) = 1 - sigmoid(x)',
  'gelu(x) = geluNew(x)',
  'floor(x + y) = floor(x) + floor(y)',
  'round(x) = floor(x)',
  'sum[0](x) = sum[1](x)^2 / sum[1](x) + 0 * sum[0](x)',
  'mean[0](x) = sum[0](x) / 3',
  'x + 0.00001 = x',
  'hardSigmoid(x) = relu6(x + 3) / 6',
  'sign(x) = x',
  'argMax(x) = argMin(x)',
  'argMax(x) = argMax(x * y)',
  'argMax(p) = argMax(log(q))',
  'argMax[0](softmax(x)) = argMax[0](x)',
  'max(x + y) = max(x) + max(y)',
  'maximum(x * y, 0) = maximum(x, 0) * maximum(y, 0)',
  'maximum(square(x) * y, 0) = maximum(y, 0)',
  'sqrt(x * y) = sqrt(x) * sqrt(y) + 0.001',
  'cos(1) + 0 * x = 0.5403023 + 0 * x',
] as const

test.each(unequal)('%s is never proved', equation => {
  expect(prove(sidesOf(...halves(equation)), { leaf }).kind).toBe('undecided')
})

test('a comparison that decides ties otherwise is proved with that exception only', () => {
  const sides = sidesOf('where(greater(x, 0), 1, 0) + 0 * x', 'where(greaterEqual(x, 0), 1, 0) + 0 * x')
  expect(prove(sides, { leaf })).toMatchObject({ kind: 'proved', exceptTies: true })
})

test.each(rules)('the rule $name is proved', ({ equation }) => {
  expect(decide(sidesOf(...halves(equation)), { leaf }).kind).toBe('proved')
})

const ofFunctions = Object.entries(identityLaws).flatMap(([name, { equations }]) =>
  equations.map(equation => ({ name, equation })),
)

test.each(ofFunctions)('the law $name is known: $equation', ({ equation }) => {
  expect(decide(sidesOf(...halves(equation)), { leaf }).kind).toBe('proved')
})

/** Laws about truth values and about positions need inputs of other types. */
function isBuildable(law: string): boolean {
  try {
    sidesOf(...halves(law))
    return true
  } catch {
    return false
  }
}

const laws = Object.values(opTable)
  .flatMap(({ laws: own = [] }) => own)
  .filter(isBuildable)

test.each(laws)('the law %s is not refuted', law => {
  const domain = (node: Node) => leaf(node) && { name: String(node.attributes.name), domain: positive }
  expect(decide(sidesOf(...halves(law)), { leaf: domain }).kind).not.toBe('refuted')
})

/** Expressions of a random shape. */
function randomExpression(random: () => number, depth: number): string {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
  if (depth === 0) return pick(['x', 'y', 'p', '2', '0.5'])
  const inner = () => randomExpression(random, depth - 1)
  return pick([
    () => `(${inner()} + ${inner()})`,
    () => `(${inner()} - ${inner()})`,
    () => `(${inner()} * ${inner()})`,
    () => `maximum(${inner()}, ${inner()})`,
    () => `where(less(${inner()}, ${inner()}), ${inner()}, ${inner()})`,
    () =>
      `${pick(['relu', 'sigmoid', 'tanh', 'softplus', 'square', 'absolute', 'sin', 'negate'])}(${inner()})`,
    () => `softmax(x * (${inner()}))`,
    () => `mean(x + (${inner()}))`,
  ])()
}

/** One change that mostly matters. */
function mutant(text: string, random: () => number): string {
  const changes = [
    ['+', '-'],
    ['-', '+'],
    ['*', '+'],
    ['maximum', 'minimum'],
    ['less', 'greater'],
    ['relu', 'absolute'],
    ['sigmoid', 'tanh'],
    ['sin', 'cos'],
    ['mean', 'sum'],
    ['2', '0.5'],
    ['x ', 'y '],
  ] as const
  const possible = changes.filter(([from]) => text.includes(from))
  const [from, to] = possible[Math.floor(random() * possible.length)] ?? ['', '1 + ']
  return text.replace(from, to)
}

test('random expressions: what is proved agrees on numbers, and so does what the rules prove', () => {
  const random = randomSource(7)
  let proved = 0
  for (let i = 0; i < 60; i++) {
    const left = `${randomExpression(random, 3)} + 0 * x`
    const right = i % 3 === 0 ? `0 * x + (${left})` : mutant(left, random)
    const builder = new GraphBuilder(opTable)
    const sides = sidesOf(left, right, builder)
    const proof = prove(sides, { leaf })
    const [a, b] = normalize([sides.first[0]!, sides.second[0]!], builder, 'inference').outputs
    if (a === b) expect(decide(sides, { leaf }).kind).not.toBe('refuted')
    if (proof.kind !== 'proved') continue
    proved++
    for (let seed = 100; seed < 110; seed++) expect(agreesAt(seed, sides)).toBe(true)
  }
  expect(proved).toBeGreaterThan(15)
})

function agreesAt(seed: number, { first, second }: ReturnType<typeof sidesOf>): boolean {
  const values = ['first', 'second'].map(side => {
    const random = randomSource(seed)
    const drawn = new Map(
      ['x', 'y', 'p'].map(name => [
        name,
        drawTensor([2, 3], 'float32', name === 'p' ? positive : { kind: 'real' }, random),
      ]),
    )
    const result = evaluate(side === 'first' ? first : second, {
      leaf: node => drawn.get(String(node.attributes.name)),
    })
    if (isProblem(result)) throw new Error(result.problem)
    return result[0]!.data
  })
  const [a, b] = values as [Float64Array, Float64Array]
  return a.every((x, i) => Math.abs(x - b[i]!) <= 1e-8 * (1 + Math.abs(x)))
}

test('every primitive op can be followed, or is known not to be', () => {
  const primitive = Object.entries(opTable).filter(([, op]) => op.kind === 'primitive')
  const missing = primitive.map(([name]) => name).filter(name => !(name in operations))
  expect(missing).toEqual(notFollowed)
})

/** Leaves and draws are variables; the others are undecided. */
const notFollowed = [
  'input',
  'parameter',
  'opaque',
  'atan2',
  'bernoulli',
  'gaussian',
  'truncated',
  'uniform',
  'multinomial',
]
