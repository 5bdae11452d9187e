import { type Diagnostic, diagnostic } from '../../diagnostics/diagnostic.js'
import type { Optimizer } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Descent, Step } from '../../graph/training.js'
import type { Span } from '../../text/source.js'
import type { Remains, Tracer } from '../../trace/host.js'
import type { HostObject } from '../../trace/value.js'
import { keepsState } from '../optimizers.js'
import { contextOf } from './context.js'
import { stepsOf } from './training-record.js'
import { isLayer } from './types.js'
import { parametersOf } from './weights.js'

/**
 * Steps of optimizers with a state that nobody has after the step, while what they train is there before and after: each round
 * of a loop, or each call of the target, begins with an empty state.
 */
export function freshOptimizers(trace: Tracer, remains: Remains): readonly Diagnostic[] {
  const steps = stepsOf(contextOf(trace).record.state)
  const again = [...inRounds(steps), ...inEqualRounds(steps)]
  if (!remains.isCall) return again.map(told)
  const isTold = ({ origin }: Descent) => again.some(other => other.origin.span === origin.span)
  const once = lonely(outsideOfLoops(steps)).filter(
    step => !isTold(step) && endsWithCall(step, trace, remains),
  )
  return [...again, ...once].map(told)
}

function told({ call, optimizer, origin }: Descent): Diagnostic {
  const values = { call, optimizer: `an optimizer \`${optimizer.kind}\`` }
  const related = [{ message: 'the optimizer', span: madeAt(optimizer) }]
  return diagnostic('fresh-optimizer', values, { span: origin.span, related })
}

const hasState = ({ optimizer: { kind, object }, open }: Descent): boolean =>
  object !== undefined && open === undefined && keepsState(kind)

const movedBy = ({ moved }: Descent): readonly Node[] => moved.map(({ parameter }) => parameter.node)

/** The steps in loops whose rounds make the optimizer, and not what it trains. */
function inRounds(steps: readonly Step[]): readonly Descent[] {
  return steps.flatMap((step): readonly Descent[] => {
    if (step.kind === 'alternatives') return step.ways.flatMap(inRounds)
    if (step.kind !== 'rounds') return []
    const { since = 0, firstObject } = step
    const own = lonely(outsideOfLoops(step.steps)).filter(
      ({ optimizer, moved }) =>
        firstObject !== undefined &&
        optimizer.object! >= firstObject &&
        moved.every(({ parameter }) => parameter.node.id < since),
    )
    return [...own, ...inRounds(step.steps)]
  })
}

/** The first of the steps that a loop of few rounds takes at one place, each with an optimizer of its own for the same parameters. */
function inEqualRounds(steps: readonly Step[]): readonly Descent[] {
  const all = lonely(outsideOfLoops(steps))
  return all.filter((first, i) => {
    const same = all.filter(
      ({ origin, optimizer }) =>
        origin.span === first.origin.span && madeAt(optimizer) === madeAt(first.optimizer),
    )
    const nodes = movedBy(first)
    const isRepeated = same.length >= fewestRounds && all.indexOf(same[0]!) === i
    return isRepeated && same.every(other => movedBy(other).every(node => nodes.includes(node)))
  })
}

/** Fewer calls of one function need not be rounds. */
const fewestRounds = 3

const outsideOfLoops = (steps: readonly Step[]): readonly Descent[] =>
  steps.flatMap((step): readonly Descent[] => {
    if (step.kind === 'alternatives') return step.ways.flatMap(outsideOfLoops)
    return step.kind === 'descent' ? [step] : []
  })

/** Steps of which each is the only one of its optimizer. */
function lonely(steps: readonly Descent[]): readonly Descent[] {
  return steps.filter(
    step =>
      hasState(step) &&
      steps.every(other => other === step || other.optimizer.object !== step.optimizer.object),
  )
}

/** Where the code makes it: settings that it is not given have that place. */
const madeAt = ({ settings, span }: Optimizer): Span =>
  Object.values(settings).find(({ from }) => from === 'default')?.span ??
  Object.values(settings)[0]?.span ??
  span

/** Whether the call makes the optimizer and leaves it to nobody, and leaves what it trains. */
function endsWithCall({ optimizer, moved }: Descent, trace: Tracer, remains: Remains): boolean {
  const { made, variables, optimizers } = contextOf(trace)
  const own = optimizers.get(optimizer.object!) as HostObject | undefined
  if (!own || own.id < remains.since) return false
  if (remains.isHeld(own) || !remains.isWalked(madeAt(optimizer))) return false
  const layers = made.flatMap(({ object }) => (isLayer(object) ? [object] : []))
  const kept = new Set([
    ...layers
      .filter(layer => remains.isHeld(layer as HostObject))
      .flatMap(({ state }) => parametersOf(state).map(({ node }) => node)),
    ...variables
      .filter(variable => remains.isHeld(variable as HostObject))
      .flatMap(({ state }) => state.variable?.node ?? []),
  ])
  return moved.length > 0 && moved.every(({ parameter }) => kept.has(parameter.node))
}
