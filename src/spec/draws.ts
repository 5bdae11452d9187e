import type { Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import type { Elaborator, Value } from '../ops/elaborator.js'
import type { BoundIndex } from '../ops/indices.js'
import { Misfit } from '../ops/misfit.js'
import { batchAxis, type Placed } from '../ops/named-axes.js'
import { isIdentity } from '../ops/square.js'
import type { EquationGraph } from './equation-graph.js'
import type { PlannedLine } from './plan.js'
import type { StandardDraw } from './spec.js'

/** A distribution as papers write it: the parameters scale and shift standard draws. */
interface Distribution {
  /** How it is called; the parameters stand in brackets. */
  readonly names: readonly string[]
  readonly standard: StandardDraw
  /** From which value standard draws start, and by how much they are scaled. */
  readonly placed: (
    parameters: readonly [Expression, Expression],
    elaborator: Elaborator,
  ) => { readonly start: Value; readonly scale: Value }
}

/** The distributions that `z \sim …` knows. */
const distributions: Readonly<Record<string, Distribution>> = {
  /** `N(μ, σ²)` is μ + σ ε; I stands for a variance of 1. */
  normal: {
    names: ['N', 'Normal', 'Gaussian'],
    standard: {
      op: 'gaussian',
      attributes: { deviation: 1 },
      from: 'x / deviation',
      mirrored: '-x',
    },
    placed: ([mean, variance], elaborator) => ({
      start: elaborator.value(mean),
      scale: elaborator.value(rootOf(variance)),
    }),
  },
  /** `U(a, b)` is a + (b − a) u. */
  uniform: {
    names: ['U', 'Uniform'],
    standard: {
      op: 'uniform',
      attributes: { low: 0, high: 1 },
      from: '(x - low) / (high - low)',
      mirrored: '1 - x',
    },
    placed: ([low, high], elaborator) => ({
      start: elaborator.value(low),
      scale: elaborator.value({ kind: 'binary', operator: '-', left: high, right: low, range: high.range }),
    }),
  },
}

/** The distribution of a name. */
export function distributionNamed(name: string): Distribution | undefined {
  return Object.values(distributions).find(({ names }) => names.includes(name))
}

/** Whether an expression is a normal distribution with its mean and its variance. */
export function isGaussian(expression: Expression): boolean {
  return (
    expression.kind === 'call' &&
    distributions.normal!.names.includes(expression.name) &&
    expression.arguments.length === 2
  )
}

/** The variance of each number, where it is written as a matrix: `σ² I`, `diag(σ²)`. */
export function varianceOfEach(variance: Expression): Expression {
  const { range } = variance
  if (variance.kind === 'name' && isIdentity(variance)) return { kind: 'number', value: 1, text: '1', range }
  if (variance.kind === 'call' && variance.name === 'diag' && variance.arguments.length === 1)
    return variance.arguments[0]!
  const isScaled = variance.kind === 'binary' && variance.operator === 'product'
  return isScaled && variance.right.kind === 'name' && isIdentity(variance.right)
    ? varianceOfEach(variance.left)
    : variance
}

/** The root of a variance: σ for σ². */
function rootOf(stated: Expression): Expression {
  const { range } = stated
  const variance = varianceOfEach(stated)
  if (variance.kind === 'number' && variance.value === 1) return variance
  const isSquare =
    variance.kind === 'binary' &&
    variance.operator === '^' &&
    variance.right.kind === 'number' &&
    variance.right.value === 2
  return isSquare
    ? variance.left
    : { kind: 'call', name: 'sqrt', attributes: [], arguments: [variance], range }
}

/** The value of `z ~ N(μ, σ²)` or `z ~ U(a, b)`, from standard draws. */
export function drawnValue(graph: EquationGraph, line: PlannedLine, shape: readonly Dimension[]): Node {
  const { expression, output, numbers, indices, range } = line
  const found = expression.kind === 'call' ? distributionNamed(expression.name) : undefined
  if (expression.kind !== 'call' || !found || expression.arguments.length !== 2)
    throw new Misfit('what is drawn is stated as `N(mean, variance)` or as `U(low, high)`', expression.range)
  const batch = graph.host.batch()
  const draw = graph.host.draw(found.standard, output, batch === undefined ? shape : [batch, ...shape])
  const bound = indices.map((name): BoundIndex => ({ name, range }))
  const elaborator = graph.elaborator(numbers).binding(bound)
  const { start, scale } = found.placed(expression.arguments as readonly [Expression, Expression], elaborator)
  const axes = [...(batch === undefined ? [] : [batchAxis]), ...indices]
  const standard: Placed = { node: draw, axes }
  const scaled =
    scale === 1 ? standard : elaborator.axes.elementwise('multiply', [elaborator.placed(scale), standard])
  const whole = start === 0 ? scaled : elaborator.axes.elementwise('add', [elaborator.placed(start), scaled])
  return elaborator.axes.inOrder(whole, axes).node
}
