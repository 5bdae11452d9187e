import type { Dimension } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Expression } from '../math/expression.js'
import { Misfit } from '../ops/misfit.js'
import type { EquationGraph } from './equation-graph.js'
import type { PlannedLine } from './plan.js'

/** How papers call the normal distribution, with its mean and its variance. */
const normals: ReadonlySet<string> = new Set(['N', 'Normal', 'Gaussian'])

/** `z ~ N(μ, σ²)` is μ + σ ε with standard normal draws ε; I stands for a variance of 1. */
export function drawnValue(graph: EquationGraph, line: PlannedLine, shape: readonly Dimension[]): Node {
  const { expression, output, numbers } = line
  const isNormal =
    expression.kind === 'call' && normals.has(expression.name) && expression.arguments.length === 2
  if (!isNormal) throw new Misfit('what is drawn is stated as `N(mean, variance)`', expression.range)
  const [mean, variance] = expression.arguments as readonly [Expression, Expression]
  const batch = graph.host.batch()
  const draw = graph.host.draw(output, batch === undefined ? shape : [batch, ...shape])
  const own = (name: string) => (name === 'I' ? 1 : undefined)
  const elaborator = graph.elaborator(numbers, own)
  const isSquare =
    variance.kind === 'binary' &&
    variance.operator === '^' &&
    variance.right.kind === 'number' &&
    variance.right.value === 2
  const deviation = isSquare
    ? elaborator.value(variance.left)
    : elaborator.value({
        kind: 'call',
        name: 'sqrt',
        attributes: [],
        arguments: [variance],
        range: variance.range,
      })
  const isOne = variance.kind === 'name' && variance.name === 'I'
  const standard = { node: draw, axes: batch === undefined ? [] : [''] }
  const scaled =
    isOne || deviation === 1
      ? standard
      : elaborator.axes.elementwise('multiply', [elaborator.placed(deviation), standard])
  const center = elaborator.value(mean)
  return center === 0
    ? scaled.node
    : elaborator.axes.elementwise('add', [elaborator.placed(center), scaled]).node
}
