import { textOf } from '../library/config.js'
import type { Place, StatedNetwork, StatedStep } from './algorithm.js'
import { isPassage, type Plan } from './plan.js'
import type { Clause, TrainingStatement } from './spec.js'

/** One clause for each thing that the structure states, in order and by the part that it is about. `owner` is whose it is. */
export function structureClauses(
  plan: Plan,
  owner = '',
): {
  readonly list: readonly Clause[]
  readonly byPart: ReadonlyMap<string, Clause>
} {
  const byPart = new Map<string, Clause>()
  const list: Clause[] = []
  const put = (part: string, clause: Clause) => {
    byPart.set(part, clause)
    list.push(clause)
  }
  for (const { name, shape, span, citation } of plan.inputs) {
    put(`input:${name}`, {
      id: `${owner}inputs.${name}`,
      kind: 'input',
      statement: `${name} of shape ${textOf(shape)}`,
      span,
      ...(citation && { citation }),
    })
  }
  for (const step of plan.steps) {
    if (isPassage(step)) {
      for (const line of step.lines) {
        if (line.clause === undefined) continue
        const name = `${step.scope.prefix}${line.clause}`
        if (byPart.has(`equation:${name}`)) continue
        put(`equation:${name}`, {
          id: `${owner}model.${name}`,
          kind: 'equation',
          statement: line.statement,
          equation: { lead: '', tree: line.equation, read: line.expression },
          span: step.lines.length === 1 ? step.span : step.at(...line.range),
          ...(step.citation && { citation: step.citation }),
        })
      }
      continue
    }
    const { layer } = step
    if (byPart.has(String(layer.id))) continue
    const cited = layer.citation ? { citation: layer.citation } : {}
    put(String(layer.id), {
      id: `${owner}model.${layer.name}`,
      kind: 'layer',
      statement: layer.statement,
      span: layer.span,
      ...cited,
    })
    for (const [key, entry] of Object.entries(layer.config)) {
      if (entry.from !== 'given' || key === 'name' || !entry.span) continue
      put(`${layer.id}.${key}`, {
        id: `${owner}model.${layer.name}.${key}`,
        kind: 'config',
        statement: `${key} ${textOf(entry.value)}`,
        span: entry.span,
        ...cited,
      })
    }
  }
  for (const { name, span } of plan.outputs)
    put(`output:${name}`, {
      id: `${owner}outputs.${name}`,
      kind: 'output',
      statement: `${name} is an output`,
      span,
    })
  return { list, byPart }
}

/** The clauses of a statement: its own, and one for each setting. */
export const clausesOf = ({ clause, settings }: TrainingStatement): readonly Clause[] => [
  clause,
  ...Object.values(settings).map(setting => setting.clause),
]

const clausesOfPlace = ({ timesClause, every }: Place): readonly Clause[] => [
  ...(timesClause ? [timesClause] : []),
  ...(every ? [every.clause] : []),
]

/** The clauses of a network: that there is one of its shapes, and what its inside is. */
export const clausesOfNetwork = ({ clause, inside }: StatedNetwork): readonly Clause[] => [
  clause,
  ...(inside?.clauses ?? []),
]

/** The clauses of a step, in the order in which reports show them. */
export const clausesOfStep = (step: StatedStep): readonly Clause[] =>
  step.kind === 'update'
    ? [step.clause, ...clausesOfPlace(step)]
    : [
        step.clauses.objective,
        step.clauses.over,
        ...(step.optimizer ? clausesOf(step.optimizer) : []),
        ...(step.clipping ? [step.clipping.clause] : []),
        ...step.amounts.map(({ clause }) => clause),
        ...clausesOfPlace(step),
      ]
