import type { Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import type { Elaborator, Value } from '../ops/elaborator.js'
import { Misfit } from '../ops/misfit.js'
import type { Placed } from '../ops/named-axes.js'
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

/** The root of a variance: σ for σ². */
function rootOf(variance: Expression): Expression {
  const { range } = variance
  if (variance.kind === 'name' && variance.name === 'I') return { kind: 'number', value: 1, text: '1', range }
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
  const { expression, output, numbers } = line
  const found =
    expression.kind === 'call'
      ? Object.values(distributions).find(({ names }) => names.includes(expression.name))
      : undefined
  if (expression.kind !== 'call' || !found || expression.arguments.length !== 2)
    throw new Misfit('what is drawn is stated as `N(mean, variance)` or as `U(low, high)`', expression.range)
  const batch = graph.host.batch()
  const draw = graph.host.draw(found.standard, output, batch === undefined ? shape : [batch, ...shape])
  const elaborator = graph.elaborator(numbers)
  const { start, scale } = found.placed(expression.arguments as readonly [Expression, Expression], elaborator)
  const standard: Placed = { node: draw, axes: batch === undefined ? [] : [''] }
  const scaled =
    scale === 1 ? standard : elaborator.axes.elementwise('multiply', [elaborator.placed(scale), standard])
  return start === 0
    ? scaled.node
    : elaborator.axes.elementwise('add', [elaborator.placed(start), scaled]).node
}
