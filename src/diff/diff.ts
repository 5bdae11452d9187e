import { differingNumbers, leafNames } from '../compare/evidence.js'
import { compareModels, type ModelComparison } from '../compare/models.js'
import type { Counterexample, Evidence } from '../compare/verdict.js'
import { type Diagnostic, diagnostic, filledDiagnostic } from '../diagnostics/diagnostic.js'
import { countParameters } from '../equations/equations.js'
import { toText } from '../equations/unicode.js'
import { choicesOf, type FoundModel } from '../found.js'
import type { Dimension } from '../graph/dimension.js'
import type { ModelGraph } from '../graph/model.js'
import { isProblem } from '../graph/op.js'
import { isInputError } from '../pipeline.js'
import type { ReadResult } from '../reading.js'
import { type EquationChange, equationChanges } from './changes.js'
import { type SettingChange, settingChanges } from './settings.js'

export type Sameness = 'same' | 'different' | 'undecided'

/** What is known of the outputs of two models. */
export interface OutputsVerdict {
  readonly verdict: Sameness
  readonly evidence?: Evidence
  /** Numbers at the first value inside that differs, where there are any. */
  readonly smallest?: Counterexample
  /** What the difference is called, where one change of the first model gives the second. */
  readonly named?: Diagnostic
  /** Why nothing is decided, in words, or because of something in the code. */
  readonly problem?: string
  readonly reason?: Diagnostic
}

/** Two models of one case. */
export interface ModelDifference {
  /** What holds in this case: `kind = 'lstm'`. */
  readonly where: readonly string[]
  readonly verdict: Sameness
  readonly outputs: OutputsVerdict
  /** Beside the outputs; where these are the same, nothing of the function that is computed. */
  readonly settings: readonly SettingChange[]
  /** Empty where the outputs are the same. */
  readonly equations: readonly EquationChange[]
  readonly parameters?: { readonly before: Dimension; readonly after: Dimension }
  /** Names of what is open and taken to have one value on both sides. */
  readonly shared: readonly string[]
}

/** One target of both sides, or of one where the other has none. */
export interface TargetDifference {
  /** The name behind `#`, or the path where there is none. */
  readonly name: string
  readonly change: 'none' | 'added' | 'removed'
  readonly verdict: Sameness
  readonly cases: readonly ModelDifference[]
}

/** One side of a comparison: where it was read, and what was found. */
export interface DiffSide {
  /** `main`, `the work tree`, `model.js#createModel`. */
  readonly label: string
  /** Relative to the project. */
  readonly path: string
  readonly target?: string | undefined
  readonly read: ReadResult
}

/** The outcome of a comparison. `unusable`: the input has to be mended first. */
export interface DiffOutcome {
  readonly before: DiffSide
  readonly after: DiffSide
  readonly verdict: Sameness | 'unusable'
  readonly targets: readonly TargetDifference[]
  readonly diagnostics: readonly { readonly side: 'before' | 'after'; readonly diagnostic: Diagnostic }[]
}

/** Compares what two sides build: one target of each, or all of both by name. */
export function diff(before: DiffSide, after: DiffSide): DiffOutcome {
  const sides = { before, after }
  const errors = (['before', 'after'] as const).flatMap(side =>
    sides[side].read.diagnostics.filter(isInputError).map(entry => ({ side, diagnostic: entry })),
  )
  const diagnostics = errors.length > 0 ? errors : withoutModelsOf(before, after)
  if (diagnostics.length > 0) return { ...sides, verdict: 'unusable', targets: [], diagnostics }
  const targets = pairTargets(before, after).map(compareTarget)
  return { ...sides, verdict: gravest(targets.map(({ verdict }) => verdict)), targets, diagnostics }
}

/** A side that names a target which is no model, or both sides if neither has any. */
function withoutModelsOf(before: DiffSide, after: DiffSide): DiffOutcome['diagnostics'] {
  const isEmpty = ({ read }: DiffSide) => read.models.length === 0
  const bothEmpty = isEmpty(before) && isEmpty(after)
  return (['before', 'after'] as const).flatMap(side => {
    const { path, target, ...rest } = { before, after }[side]
    if (!isEmpty({ path, ...rest }) || (target === undefined && !bothEmpty)) return []
    const shown = target === undefined ? path : `${path}#${target}`
    return [{ side, diagnostic: diagnostic('not-a-model', { target: shown }) }]
  })
}

const gravest = (verdicts: readonly Sameness[]): Sameness =>
  (['different', 'undecided'] as const).find(verdict => verdicts.includes(verdict)) ?? 'same'

interface TargetPair {
  readonly name: string
  readonly before?: readonly FoundModel[]
  readonly after?: readonly FoundModel[]
}

/** The models of both sides by their names; where each side has one, these are meant. */
function pairTargets(before: DiffSide, after: DiffSide): readonly TargetPair[] {
  const first = choicesOf(before.read.models)
  const second = choicesOf(after.read.models)
  const [left, right] = [first[0], second[0]]
  if (first.length === 1 && second.length === 1 && left && right)
    return [{ name: nameOf(right), before: left, after: right }]
  const names = [...first, ...second].map(nameOf)
  return [...new Set(names)].map(name => {
    const [own, other] = [first, second].map(choices => choices.find(models => nameOf(models) === name))
    return { name, ...(own && { before: own }), ...(other && { after: other }) }
  })
}

function nameOf([model]: readonly FoundModel[]): string {
  const target = model?.target ?? ''
  return target.slice(target.indexOf('#') + 1)
}

function compareTarget({ name, before, after }: TargetPair): TargetDifference {
  if (!before || !after)
    return { name, change: before ? 'removed' : 'added', verdict: 'different', cases: [] }
  const keys = (models: readonly FoundModel[]) => models.map(({ where }) => where.join(', '))
  const [first, second] = [keys(before), keys(after)]
  const isAlike =
    new Set(first).size === first.length &&
    first.length === second.length &&
    first.every(key => second.includes(key))
  if (!isAlike) {
    const problem = `the cases are others, ${caseList(first)} before and ${caseList(second)} after; say which is meant: --arg NAME=VALUE`
    const outputs = { verdict: 'undecided', problem } as const
    return { name, change: 'none', verdict: 'undecided', cases: [withoutModels([], outputs)] }
  }
  const cases = before.map((model, i) => compareCase(model, after[second.indexOf(first[i]!)]!))
  return { name, change: 'none', verdict: gravest(cases.map(({ verdict }) => verdict)), cases }
}

const caseList = (keys: readonly string[]): string => keys.map(key => key || 'one').join('; ')

const withoutModels = (where: readonly string[], outputs: OutputsVerdict): ModelDifference => ({
  where,
  verdict: outputs.verdict,
  outputs,
  settings: [],
  equations: [],
  shared: [],
})

function compareCase(before: FoundModel, after: FoundModel): ModelDifference {
  const reason = before.graph ? after.reason : before.reason
  if (!before.graph || !after.graph)
    return withoutModels(after.where, { verdict: 'undecided', ...(reason && { reason }) })
  const comparison = compareModels(before.graph, after.graph)
  const { alignment, parameters, together, shared } = comparison
  const compared = {
    before: before.graph,
    after: after.graph,
    alignment,
    parameters,
    ...(together && { together }),
  }
  const changes = together ? equationChanges(before.graph, together.graph) : []
  const outputs = outputsVerdict(comparison, before.graph, after.graph, changes)
  const isSame = outputs.verdict === 'same'
  const settings = settingChanges(compared).filter(({ part }) => part !== 'function' || !isSame)
  const beside = settings.filter(({ part }) => part !== 'function').map(({ verdict }) => verdict)
  return {
    where: after.where,
    verdict: gravest([outputs.verdict, ...beside]),
    outputs,
    settings,
    equations: isSame ? [] : changes,
    parameters: {
      before: countParameters(before.graph.model).total,
      after: countParameters(after.graph.model).total,
    },
    shared,
  }
}

function outputsVerdict(
  { judgement, named }: ModelComparison,
  before: ModelGraph,
  after: ModelGraph,
  changes: readonly EquationChange[],
): OutputsVerdict {
  if (judgement.kind === 'same') return { verdict: 'same', evidence: judgement.evidence }
  if (judgement.kind === 'open') return { verdict: 'undecided', problem: judgement.problem }
  if ([before, after].some(({ model }) => model.makesWeights))
    return { verdict: 'undecided', problem: 'the function makes layers, whose weights nothing learns' }
  const smallest = smallestCounterexample(before, changes)
  return {
    verdict: 'different',
    evidence: judgement.evidence,
    ...(smallest && { smallest }),
    ...(named?.name && { named: filledDiagnostic(named.name) }),
  }
}

/** Numbers at the first value that differs though all that it reads is equal. */
function smallestCounterexample(
  graph: ModelGraph,
  changes: readonly EquationChange[],
): Counterexample | undefined {
  for (const { before, inside } of changes) {
    if (!before?.left || !inside) continue
    const name = toText(before.left)
    const found = differingNumbers(
      {
        specified: [inside.before],
        implemented: [inside.after],
        names: [name],
        nameOf: leafNames(graph),
        assumed: new Map(),
        builder: graph.builder,
        complete: false,
      },
      'unordered',
    )
    if (!isProblem(found)) return { ...found.counterexample, subject: name }
  }
  return undefined
}
