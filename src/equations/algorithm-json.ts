import { type Dimension, dimensionText, isPolynomial } from '../graph/dimension.js'
import type { Optimizer } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { Moved } from '../graph/training.js'
import { formatPlace, spanText } from '../text/source.js'
import type { Algorithm, AlgorithmLine } from './algorithm.js'

/** An algorithm as data: `grammar/equations.schema.json`. */
export function algorithmJson({ lines }: Algorithm): readonly unknown[] {
  return lines.map(lineJson)
}

function lineJson(line: AlgorithmLine): unknown {
  if (line.kind === 'block') {
    const { step } = line
    const steps = line.lines.map(lineJson)
    return step.kind === 'rounds'
      ? {
          kind: 'rounds',
          count: step.count === undefined ? null : jsonOf(step.count),
          ...(step.condition && { condition: spanText(step.condition) }),
          steps,
        }
      : { kind: 'perhaps', condition: spanText(step.condition), steps }
  }
  const { step, number } = line
  const common = { kind: step.kind, number, call: step.call, place: formatPlace(step.origin.span) }
  if (step.kind === 'unfollowed') return { ...common, reason: step.reason }
  if (step.kind === 'assignment')
    return { ...common, parameters: step.writes.map(({ moved }) => parameterOf(moved)) }
  const { loss, reason, optimizer, changing, choice, moved, open, changed, statistics, schedule } = step
  return {
    ...common,
    loss: loss ? (loss.isMinimized ? 'function' : loss.name) : null,
    ...(reason !== undefined && { reason }),
    optimizer: optimizerOf(optimizer),
    ...(changing && { changing: jsonOfEach(changing) }),
    choice,
    parameters: moved.map(parameterOf),
    isExact: open === undefined,
    ...(open !== undefined && { why: open }),
    ...(changed !== undefined && { changed }),
    statistics: statistics.map(parameterOf),
    ...(schedule && { epochs: jsonOf(schedule.epochs), batchSize: jsonOf(schedule.batchSize) }),
  }
}

function parameterOf({ parameter: { name, shape }, layer }: Moved): unknown {
  return { name, layer: layer?.name ?? null, shape: shape.map(jsonOf) }
}

function optimizerOf({ kind, settings, reason }: Optimizer): unknown {
  const entries = Object.entries(settings).map(
    ([name, { value, from }]) => [name, { value: jsonOf(value), from }] as const,
  )
  return { kind, settings: Object.fromEntries(entries), ...(reason !== undefined && { reason }) }
}

const jsonOfEach = (changing: Readonly<Record<string, readonly Attribute[]>>): unknown =>
  Object.fromEntries(Object.entries(changing).map(([name, values]) => [name, values.map(jsonOf)]))

/** A number or text; a size that is no number as the equations write it. */
function jsonOf(value: Attribute | Dimension): unknown {
  return isPolynomial(value) ? dimensionText(value) : value
}
