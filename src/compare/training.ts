import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { LossFunction, LossTerm, Model, ModelGraph, Optimizer } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import { losses } from '../library/losses.js'
import { optimizers } from '../library/optimizers.js'
import { clausesOf } from '../spec/clauses.js'
import type { Clause, Spec, TrainingStatement } from '../spec/spec.js'
import type { Span } from '../text/source.js'
import { asWritten, byValue, differs, unverified } from './clause-verdicts.js'
import { relateRounds, relateSchedules, type Schedule } from './hyper-parameters.js'
import { compareLossFunction } from './loss-functions.js'
import { outputNames, outputPlaces } from './ports.js'
import { relate } from './values.js'
import type { ClauseVerdict, Finding } from './verdict.js'

const same = (clause: Clause, value: string): ClauseVerdict => asWritten(clause, byValue(value, value))

/** The verdicts on loss and optimizer. */
export function compareTraining(spec: Spec, code: ModelGraph): readonly ClauseVerdict[] {
  const { model } = code
  const optimizer = spec.optimizer
    ? compareOptimizer(spec.optimizer, model.compilation?.optimizer, notCompiled('optimizer', model))
    : []
  return [...compareLosses(spec, code), ...optimizer]
}

function notCompiled(what: string, model: Model): Diagnostic {
  return diagnostic('not-compiled', { what }, { span: model.origin.span })
}

const symbolic = (
  what: string,
  { expected, actual }: { readonly expected: string; readonly actual: string },
  span: Span | undefined,
): Diagnostic => diagnostic('symbolic-value', { what, expected, actual }, span ? { span } : {})

function compareLosses(spec: Spec, code: ModelGraph): readonly ClauseVerdict[] {
  return withExtraLosses(spec, code, compareStatedLosses(spec, code))
}

/** Losses on outputs for which the spec, which states others, has none: they are added to what is minimised. */
function withExtraLosses(
  spec: Spec,
  code: ModelGraph,
  verdicts: readonly ClauseVerdict[],
): readonly ClauseVerdict[] {
  const { model } = code
  const [first, ...others] = spec.losses
  const [verdict] = verdicts
  if (!first || !verdict) return verdicts
  // One loss without an output is the loss of every output.
  const isForAll = others.length === 0 && first.output === undefined
  const stated = new Set(spec.losses.map(({ output }, i) => outputIndex(spec, model, output, i)))
  const loose = (model.compilation?.losses ?? [])
    .filter(({ output }) => !stated.has(output))
    .map(term => (isForAll ? compareLoss(first, term, code) : extraLoss(first, term, code)))
  const findings = loose.flatMap(entry => (entry.verdict === 'differs' ? entry.findings : []))
  const [finding] = findings
  const open = loose.find(entry => entry.verdict === 'unverified')
  if (finding?.evidence) {
    const all = [...verdict.findings, ...findings]
    return [
      {
        clause: first.clause,
        verdict: 'differs',
        evidence: all[0]!.evidence ?? finding.evidence,
        findings: all,
      },
      ...verdicts.slice(1),
    ]
  }
  return open && verdict.verdict === 'as written' ? [open, ...verdicts.slice(1)] : verdicts
}

/** A loss that is not stated at all; one that is not followed may be nothing. */
function extraLoss({ clause }: TrainingStatement, term: LossTerm, { model }: ModelGraph): ClauseVerdict {
  const { kind, output, span } = term
  const name = outputName(model, output)
  if (kind === 'opaque') return unverified(clause, opaqueLoss(term, name))
  return differs(
    clause,
    diagnostic('loss-extra', { output: name, actual: shownLoss(term) }, { span }),
    byValue('none', shownLoss(term)),
  )
}

const outputName = (model: Model, output: number): string =>
  model.outputs[output]?.name ?? `output ${output + 1}`

/** A loss as messages show it. */
const shownLoss = ({ kind, function: own }: LossTerm): string => (own ? 'a function of the program' : kind)

const opaqueLoss = ({ reason, span }: LossTerm, output: string): Diagnostic =>
  diagnostic('opaque-loss', { what: `loss on ${output}`, reason: reason ?? 'it was not followed' }, { span })

function compareStatedLosses(spec: Spec, code: ModelGraph): readonly ClauseVerdict[] {
  const { model } = code
  return spec.losses.map((stated, i): ClauseVerdict => {
    const { clause, kind } = stated
    const { compilation } = model
    if (!compilation) return unverified(clause, notCompiled('loss', model))
    const index = outputIndex(spec, model, stated.output, i)
    const actual = compilation.losses.find(({ output }) => output === index)
    if (actual) return compareLoss(stated, actual, code)
    const values = { output: stated.output ?? outputName(model, index), expected: kind }
    return differs(
      clause,
      diagnostic('loss-missing', values, { span: compilation.origin.span }),
      byValue(kind, 'none'),
    )
  })
}

function compareLoss(stated: TrainingStatement, actual: LossTerm, code: ModelGraph): ClauseVerdict {
  const { clause, kind } = stated
  const { span } = actual
  const output = stated.output ?? outputName(code.model, actual.output)
  if (actual.function) return compareOwnLoss(stated, actual, actual.function, output, code)
  if (actual.kind === 'opaque') return unverified(clause, opaqueLoss(actual, output))
  if (actual.kind !== kind && losses[actual.kind]?.means === losses[kind]?.means) {
    const reason = `\`${actual.kind}\` is the formula of \`${kind}\` for labels in another form`
    return unverified(clause, diagnostic('not-decided', { reason }, { span }))
  }
  if (actual.kind !== kind) {
    const values = { output, expected: kind, actual: actual.kind }
    return differs(clause, diagnostic('loss-different', values, { span }), byValue(kind, actual.kind))
  }
  const weight = stated.weight ?? 1
  const relation = relate(weight, actual.weight)
  if (relation === 'same') return same(clause, kind)
  const values = { output, expected: textOf(weight), actual: textOf(actual.weight) }
  if (relation === 'open')
    return unverified(clause, symbolic(`the weight of the loss on ${output}`, values, span))
  const help =
    'TensorFlow.js adds the losses of all outputs with weight 1; a weight has to be written into a loss function'
  return differs(
    clause,
    diagnostic('loss-weight-different', values, { span, help }),
    byValue(values.expected, values.actual),
  )
}

/** A loss that the program computes itself, weight included. */
function compareOwnLoss(
  stated: TrainingStatement,
  term: LossTerm,
  own: LossFunction,
  output: string,
  code: ModelGraph,
): ClauseVerdict {
  const { clause, kind } = stated
  const { span } = term
  const outcome = compareLossFunction(stated, own, code, span)
  if (outcome.kind === 'open') return unverified(clause, outcome.reason)
  if (outcome.kind === 'same')
    return { clause, verdict: 'as written', evidence: outcome.evidence, findings: [] }
  const values = { output, expected: kind, actual: shownLoss(term) }
  const entry = diagnostic('loss-different', values, { span })
  const { evidence, specified, implemented } = outcome
  const finding: Finding = { diagnostic: entry, clause, evidence, specified, implemented }
  return { clause, verdict: 'differs', evidence, findings: [finding] }
}

/** The place in the code of the output that a loss is on. */
function outputIndex(spec: Spec, model: Model, name: string | undefined, position: number): number {
  const at = name === undefined ? position : outputNames(spec).indexOf(name)
  return outputPlaces(spec, model)[at >= 0 ? at : position] ?? position
}

/** Compares a stated optimizer, setting by setting; `missing` says why the code has none. */
export function compareOptimizer(
  stated: TrainingStatement,
  actual: Optimizer | undefined,
  missing: Diagnostic,
  schedule: Schedule = { counters: new Map() },
): readonly ClauseVerdict[] {
  const settings = Object.entries(stated.settings)
  const all = clausesOf(stated)
  if (!actual) return all.map(clause => unverified(clause, missing))
  if (actual.kind === 'opaque') {
    const reason = diagnostic(
      'opaque-loss',
      { what: 'optimizer', reason: actual.reason ?? 'it was not followed' },
      { span: actual.span },
    )
    return all.map(clause => unverified(clause, reason))
  }
  const common = commonForm(stated, actual)
  if (!common) {
    const values = { expected: stated.kind, actual: actual.kind }
    const first = differs(
      stated.clause,
      diagnostic('optimizer-different', values, { span: actual.span }),
      byValue(values.expected, values.actual),
    )
    return [first, ...settings.map(([, { clause }]) => ({ ...first, clause }))]
  }
  return [
    same(stated.clause, stated.kind),
    ...settings.map(([key, { clause, value: expected }]): ClauseVerdict => {
      if (!common.has(key)) return same(clause, textOf(expected))
      const entry = actual.settings[key]
      const rounds = schedule.changing?.[key]
      const { relation, at } = rounds
        ? relateRounds(expected, rounds, schedule.rounds)
        : relateSchedules(expected, entry?.value, schedule)
      if (relation === 'same') return same(clause, textOf(expected))
      const values = at
        ? { key, expected: `${at.expected} in ${at.time}`, actual: String(at.actual) }
        : { key, expected: textOf(expected), actual: entry ? textOf(entry.value) : 'not set' }
      if (relation === 'open' && rounds) {
        const reason = `\`${key}\` changes in the rounds of a loop, and how the spec counts them is not known`
        return unverified(clause, diagnostic('not-decided', { reason }, { span: entry?.span ?? actual.span }))
      }
      if (relation === 'open')
        return unverified(
          clause,
          entry?.reason ?? symbolic(`\`${key}\` of the optimizer`, values, entry?.span ?? actual.span),
        )
      const notes =
        entry?.from === 'default'
          ? [`The value is a default of the framework (${optimizers[actual.kind]?.source ?? ''}).`]
          : []
      return differs(
        clause,
        diagnostic('optimizer-setting-different', values, { span: entry?.span ?? actual.span, notes }),
        byValue(values.expected, values.actual),
      )
    }),
  ]
}

type Settings = Pick<Optimizer, 'kind'> & {
  readonly settings: Readonly<Record<string, { readonly value: Attribute }>>
}

/** The settings that matter where both are one optimizer, or one of them is the other as a special case. */
function commonForm(stated: Settings, actual: Settings): ReadonlySet<string> | undefined {
  const forms = (own: Settings) => [own.kind, ...specialCase(own)]
  const kind = forms(stated).find(form => forms(actual).includes(form))
  return kind === undefined ? undefined : new Set(optimizers[kind]?.settings.map(({ name }) => name))
}

/** The optimizer that one with such settings is. */
function specialCase({ kind, settings }: Settings): readonly string[] {
  const special = optimizers[kind]?.special
  const holds = ([name, value]: readonly [string, Attribute]) =>
    settings[name] !== undefined && relate(value, settings[name].value) === 'same'
  return special && Object.entries(special.where).every(holds) ? [special.is] : []
}
