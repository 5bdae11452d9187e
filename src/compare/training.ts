import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { sameAttribute } from '../graph/attribute.js'
import type { Model } from '../graph/model.js'
import { activations } from '../library/activations.js'
import { textOf } from '../library/config.js'
import { losses } from '../library/losses.js'
import { optimizers } from '../library/optimizers.js'
import type { Clause, Spec } from '../spec/spec.js'
import type { ClauseVerdict, Finding } from './verdict.js'

const asWritten = (clause: Clause, value: string): ClauseVerdict => ({
  clause,
  verdict: 'as written',
  evidence: { by: 'value', expected: value, actual: value },
  findings: [],
})
const unverified = (clause: Clause, reason: Diagnostic): ClauseVerdict => ({
  clause,
  verdict: 'unverified',
  reason,
  findings: [],
})

function differs(clause: Clause, entry: Diagnostic, expected: string, actual: string): ClauseVerdict {
  const finding: Finding = { diagnostic: entry, clause, evidence: { by: 'value', expected, actual } }
  return { clause, verdict: 'differs', evidence: finding.evidence!, findings: [finding] }
}

/** The verdicts on loss and optimizer. */
export function compareTraining(spec: Spec, model: Model): readonly ClauseVerdict[] {
  return [...compareLosses(spec, model), ...compareOptimizer(spec, model)]
}

function notCompiled(what: string, model: Model): Diagnostic {
  return diagnostic('not-compiled', { what }, { span: model.origin.span })
}

function compareLosses(spec: Spec, model: Model): readonly ClauseVerdict[] {
  return spec.losses.map((stated, i): ClauseVerdict => {
    const { clause, kind } = stated
    const { compilation } = model
    if (!compilation) return unverified(clause, notCompiled('loss', model))
    const index = outputIndex(spec, stated.output, i)
    const actual = compilation.losses.find(({ output }) => output === index)
    const output = stated.output ?? model.outputs[index]?.name ?? `output ${index + 1}`
    if (!actual)
      return differs(
        clause,
        diagnostic('loss-missing', { output, expected: kind }, { span: compilation.origin.span }),
        kind,
        'none',
      )
    if (actual.kind === 'opaque')
      return unverified(
        clause,
        diagnostic(
          'opaque-loss',
          { what: `loss on ${output}`, reason: actual.reason ?? 'it was not followed' },
          { span: actual.span },
        ),
      )
    if (actual.kind !== kind)
      return differs(
        clause,
        diagnostic('loss-different', { output, expected: kind, actual: actual.kind }, { span: actual.span }),
        kind,
        actual.kind,
      )
    const weight = stated.weight ?? 1
    if (!sameAttribute(weight, actual.weight)) {
      const values = { output, expected: textOf(weight), actual: textOf(actual.weight) }
      const help =
        'TensorFlow.js adds the losses of all outputs with weight 1; a weight has to be written into a loss function'
      return differs(
        clause,
        diagnostic('loss-weight-different', values, { span: actual.span, help }),
        values.expected,
        values.actual,
      )
    }
    return asWritten(clause, kind)
  })
}

/** Outputs are listed in one order on both sides. */
function outputIndex(spec: Spec, name: string | undefined, position: number): number {
  if (name === undefined) return position
  const outputs = [...spec.clauseOf.keys()].filter(key => key.startsWith('output:'))
  const at = outputs.indexOf(`output:${name}`)
  return at >= 0 ? at : position
}

function compareOptimizer(spec: Spec, model: Model): readonly ClauseVerdict[] {
  const { optimizer: stated } = spec
  if (!stated) return []
  const settings = spec.clauses.filter(({ id }) => id.startsWith('optimizer.'))
  const all = [stated.clause, ...settings]
  const actual = model.compilation?.optimizer
  if (!actual) return all.map(clause => unverified(clause, notCompiled('optimizer', model)))
  if (actual.kind === 'opaque') {
    const reason = diagnostic(
      'opaque-loss',
      { what: 'optimizer', reason: actual.reason ?? 'it was not followed' },
      { span: actual.span },
    )
    return all.map(clause => unverified(clause, reason))
  }
  if (actual.kind !== stated.kind) {
    const values = { expected: stated.kind, actual: actual.kind }
    const first = differs(
      stated.clause,
      diagnostic('optimizer-different', values, { span: actual.span }),
      values.expected,
      values.actual,
    )
    return [first, ...settings.map(clause => ({ ...first, clause }))]
  }
  return [
    asWritten(stated.clause, stated.kind),
    ...settings.map((clause): ClauseVerdict => {
      const key = clause.id.slice('optimizer.'.length)
      const expected = stated.settings[key]!.value
      const entry = actual.settings[key]
      if (entry && sameAttribute(entry.value, expected)) return asWritten(clause, textOf(expected))
      const values = { key, expected: textOf(expected), actual: entry ? textOf(entry.value) : 'not set' }
      const notes =
        entry?.from === 'default'
          ? [`The value is a default of the framework (${optimizers[actual.kind]?.source ?? ''}).`]
          : []
      return differs(
        clause,
        diagnostic('optimizer-setting-different', values, { span: entry?.span ?? actual.span, notes }),
        values.expected,
        values.actual,
      )
    }),
  ]
}

/** Outputs whose activation does not fit their loss: suspicious whatever the spec says. */
export function findLossMismatches(model: Model): readonly Diagnostic[] {
  return (model.compilation?.losses ?? []).flatMap((term): readonly Diagnostic[] => {
    const expects = losses[term.kind]?.expects
    const port = model.outputs[term.output]
    if (!expects || expects === 'real' || !port) return []
    const isProbability = probabilityOps.has(port.node.op)
    const application = model.applications.find(({ outputs }) => outputs.includes(port.node))
    if (!application || application.layer.model || isProbability === (expects === 'probability')) return []
    const [article, actual] = isProbability
      ? ['logits', 'a probability']
      : ['a probability', 'not one: it has no sigmoid or softmax']
    return [
      diagnostic(
        'output-activation-loss-mismatch',
        { loss: term.kind, output: port.name, expected: article, actual },
        {
          span: application.layer.config.activation?.span ?? application.layer.origin.span,
          related: [{ message: 'the loss', span: term.span }],
        },
      ),
    ]
  })
}

/** Ops of activations whose values are probabilities. */
const probabilityOps: ReadonlySet<string> = new Set(
  Object.values(activations).flatMap(({ means, role }) =>
    role === 'probability' ? [means.replace(/\(.*/, '')] : [],
  ),
)
