import { isOfAny } from './compare/applications.js'
import { compare, compareTrainingProgram } from './compare/compare.js'
import { readInputs } from './compare/learned-inputs.js'
import { optionsFor, remarkedInputs } from './compare/remarked-inputs.js'
import type { Comparison, Verdict } from './compare/verdict.js'
import { catalogue } from './diagnostics/catalogue.js'
import { type Diagnostic, diagnostic } from './diagnostics/diagnostic.js'
import { choicesOf, type FoundModel, type FoundTraining } from './found.js'
import type { ModelGraph } from './graph/model.js'
import type { Step } from './graph/training.js'
import { judgeGradient } from './lint/custom-gradients.js'
import {
  isOfSpec,
  type ModelRequest,
  type OneExample,
  type ReadResult,
  readForSpec,
  severalModels,
} from './reading.js'
import type { StatedAlgorithm } from './spec/algorithm.js'
import { readSpec } from './spec/read.js'
import type { Spec } from './spec/spec.js'
import type { SourceFile, Span } from './text/source.js'
import { shapeAsked } from './trace/stated-inputs.js'

export interface CaseVerdict {
  /** What holds in this case: `kind = 'lstm'`. */
  readonly where: readonly string[]
  readonly verdict: Verdict
}

/** The outcome of one check. `unusable` means that the input has to be mended first. */
export interface CheckOutcome {
  readonly target: string
  readonly specPath: string
  readonly verdict: Verdict | 'unusable'
  readonly spec?: Spec
  readonly comparison?: Comparison
  /** The cases that were told apart, where the target builds different models in different cases. */
  readonly cases?: readonly CaseVerdict[]
  /** Why nothing could be compared, where that is so. */
  readonly reason?: Diagnostic
  /** What differs does for batches, which only the spec speaks of. The options say that the code takes one example. */
  readonly oneExample?: string
  /** Errors in the input, and soft failures that were met on the way. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Runs a part of the line, and may note how long it takes. */
export type Measure = <Result>(phase: string, run: () => Result) => Result

/** Compares the model that the request names with a spec. */
export function check(
  request: ModelRequest,
  specFile: SourceFile,
  measure: Measure = (_phase, run) => run(),
): CheckOutcome {
  const { spec, diagnostics } = readSpec(specFile)
  const read = measure('trace', () => readForSpec(request, spec))
  return checkReading(request, { path: specFile.path, spec, diagnostics }, read, measure)
}

/** A spec that was read, or what is wrong with it. */
export interface SpecReading {
  readonly path: string
  readonly spec: Spec | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/** Compares what was read with a spec. */
export function checkReading(
  { path, target: name }: Pick<ModelRequest, 'path' | 'target'>,
  { path: specPath, spec, diagnostics: specDiagnostics }: SpecReading,
  read: ReadResult,
  measure: Measure = (_phase, run) => run(),
): CheckOutcome {
  const target = `${path}${name === undefined ? '' : `#${name}`}`
  const base = { target, specPath }
  const diagnostics = [...specDiagnostics, ...read.diagnostics]
  if (!spec || diagnostics.some(isInputError)) return { ...base, verdict: 'unusable', diagnostics }
  const whole = { ...base, spec, diagnostics }
  const { algorithm } = spec
  if (algorithm) return measure('compare', () => checkPrograms(spec, algorithm, read, whole))
  const [found, ...others] = choicesOf(read.models)
  if (others.length > 0 && found)
    return { ...whole, verdict: 'unusable', diagnostics: [severalModels(target, [found, ...others])] }
  if (!found?.[0]) {
    const missing = diagnostic('not-a-model', { target })
    return { ...whole, verdict: 'unusable', diagnostics: [...diagnostics, missing] }
  }
  const outcome = inCases(
    whole,
    found.map(model => ({ ...model, outcome: measure('compare', () => checkModel(spec, model)) })),
  )
  const { oneExample } = read
  if (!oneExample || outcome.verdict !== 'differs') return outcome
  const reading = { path: specPath, spec, diagnostics: specDiagnostics }
  return withoutBatch(outcome, spec, oneExample, (calledAt?: Span) =>
    checkReading({ path, target: name }, reading, oneExample.read(calledAt), measure),
  )
}

/** As many axes may the inputs of code have that takes batches as a matter of course: products take matrices. */
const usualBatchRank = 2

/**
 * What is found of a function that differs for batches, which only the spec speaks of: its calls say whether it takes them.
 * Where none does and it is as written for one example, that may be meant: a matrix may be one example or many vectors.
 */
function withoutBatch(
  outcome: CheckOutcome,
  spec: Spec,
  { calls }: OneExample,
  checkOne: (calledAt?: Span) => CheckOutcome,
): CheckOutcome {
  const { batch, example } = calls()
  if (batch) return outcome
  if (example) return checkOne(example)
  const alone = checkOne()
  if (alone.verdict !== 'as written') return outcome
  const [many, one] = [outcome, alone].map(optionsOfSpec)
  if (spec.inputs.every(({ shape }) => shape.length <= usualBatchRank))
    return { ...outcome, oneExample: one! }
  const { comparison, ...rest } = outcome
  const span = comparison?.code.model.origin.span
  const help = `say which one it takes: \`${one}\` or \`${many}\``
  const reason = diagnostic('batch-not-said', { target: outcome.target }, { ...(span && { span }), help })
  return { ...rest, verdict: 'unverified', reason }
}

/** The options that state the shapes of the inputs for which only a spec does. */
function optionsOfSpec({ comparison }: CheckOutcome): string {
  return (comparison?.code.model.inputs ?? [])
    .filter(isOfSpec)
    .map(({ name, node }) => `--input ${name}:${shapeAsked(node.type.shape ?? [])}`)
    .join(' ')
}

/** What is found out about one case. */
type CaseOutcome = Pick<CheckOutcome, 'comparison' | 'reason'> & { readonly verdict: Verdict }

/** The outcome for all cases of a target: one verdict if they share it. */
function inCases(
  whole: Omit<CheckOutcome, 'verdict'>,
  found: readonly (Pick<FoundModel, 'target' | 'where'> & { readonly outcome: CaseOutcome })[],
): CheckOutcome {
  const [{ target, outcome }] = found as readonly [(typeof found)[number]]
  const named = { ...whole, target }
  if (found.length === 1) return { ...named, ...outcome }
  const cases = found.map(({ where, outcome: { verdict } }) => ({ where, verdict }))
  if (cases.every(({ verdict }) => verdict === outcome.verdict)) return { ...named, ...outcome, cases }
  const verdicts = cases.map(({ where, verdict }) => `${verdict} where ${where.join(', ')}`).join('; ')
  const help = 'say which case is meant: --arg NAME=VALUE'
  const reason = diagnostic('verdict-by-case', { target, verdicts }, { help })
  return { ...named, verdict: 'unverified', reason, cases }
}

/** Compares the training programs of a target with what a spec says of training. */
function checkPrograms(
  spec: Spec,
  algorithm: StatedAlgorithm,
  { trainings, models, customGradients }: ReadResult,
  whole: Omit<CheckOutcome, 'verdict'>,
): CheckOutcome {
  const { target, diagnostics } = whole
  const names = [...new Set(trainings.map(training => training.target))]
  const [named] = names
  if (named === undefined || names.length > 1) {
    const listed = names.map(name => `\`${name}\``).join(', ')
    const entry =
      named === undefined
        ? diagnostic('no-training', { target })
        : diagnostic(
            'several-trainings',
            { target, listed },
            { help: `name one as the target: \`${named}\`` },
          )
    return { ...whole, verdict: 'unusable', diagnostics: [...diagnostics, entry] }
  }
  return inCases(
    whole,
    trainings.map(training => ({ ...training, outcome: checkProgram(training) })),
  )

  function checkProgram({ target: own, where, graph }: FoundTraining): CaseOutcome {
    const isHere = (found: Pick<FoundModel, 'where'>) => found.where.join() === where.join()
    const made = models.flatMap(model =>
      model.graph?.builder === graph.builder && isHere(model) ? [model.graph.model] : [],
    )
    const altered = customGradients.find(
      ({ custom, builder }) => builder === graph.builder && judgeGradient(custom, builder).kind !== 'equal',
    )
    const gradients =
      altered && 'a function of the program has a gradient of its own, which is not its derivative'
    const span = placeOf(graph.training.steps[0]!)
    const program = { training: graph, models: made, span, ...(gradients !== undefined && { gradients }) }
    const comparison = compareTrainingProgram(spec, algorithm, program, own)
    // What would make more known of the code is said of what it gives.
    const asked = models.find(model => isHere(model) && model.reason?.help !== undefined)
    return comparison.verdict === 'unverified' && asked?.reason
      ? { verdict: comparison.verdict, comparison, reason: asked.reason }
      : { verdict: comparison.verdict, comparison }
  }
}

/** Where a training begins. */
function placeOf(step: Step): Span {
  if ('origin' in step) return step.origin.span
  return step.kind === 'alternatives' ? step.condition : (step.condition ?? placeOf(step.steps[0]!))
}

/** A difference must not rest on what a type or a comment says of a tensor. */
function checkModel(spec: Spec, { target, graph, reason }: FoundModel): CaseOutcome {
  if (!graph) return { verdict: 'unverified', ...(reason && { reason }) }
  if (isOfAny(graph.model)) {
    const { name, origin } = graph.model
    return { verdict: 'unverified', reason: diagnostic('saved-model', { name }, { span: origin.span }) }
  }
  const comparison = compareReadings(spec, graph, target)
  if (comparison.reason) return comparison
  const [remarked] = remarkedInputs(graph.model)
  if (comparison.verdict !== 'differs' || !remarked?.stated) return comparison
  const { by, span: place } = remarked.stated
  const values = { input: remarked.name, by }
  const help = `give the shapes that the spec is about: \`${optionsFor(graph.model)}\``
  return { verdict: 'unverified', reason: diagnostic('remarked-shape', values, { span: place, help }) }
}

/** Compares a function for each choice of its inputs: it is as written if it is so for one, and differs if for all. */
function compareReadings(spec: Spec, graph: ModelGraph, target: string): CaseOutcome {
  const { readings, areAll } = readInputs(spec, graph)
  const [first, ...others] = readings
  const likely = compare(spec, first, target)
  const outcome = { verdict: likely.verdict, comparison: likely }
  if (others.length === 0 && areAll) return outcome
  if (isRight(likely)) return outcome
  const rest = others.map(code => compare(spec, code, target))
  const right = rest.find(isRight)
  if (right) return { verdict: right.verdict, comparison: right }
  if (likely.verdict === 'unverified' || (areAll && rest.every(({ verdict }) => verdict === 'differs')))
    return outcome
  const help = 'give the inputs of the spec the names that they have in the code'
  const { span } = graph.model.origin
  return { verdict: 'unverified', reason: diagnostic('inputs-not-said', { target }, { span, help }) }
}

const isRight = ({ verdict }: Comparison): boolean => verdict === 'as written' || verdict === 'accepted'

export function isInputError({ code }: Diagnostic): boolean {
  return catalogue[code].category === 'input'
}
