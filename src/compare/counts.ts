import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import { add, type Dimension, dimensionText, product } from '../graph/dimension.js'
import { type Model, parametersOf } from '../graph/model.js'
import type { Spec } from '../spec/spec.js'
import type { ClauseVerdict, Finding } from './verdict.js'

/** The verdict on the stated numbers of parameters. */
export function compareCounts(spec: Spec, model: Model): readonly ClauseVerdict[] {
  const { parameterCounts: stated } = spec
  if (!stated) return []
  let trainable: Dimension = 0
  let total: Dimension = 0
  for (const entry of parametersOf(model)) {
    const size = product(entry.parameter.shape)
    total = add(total, size)
    if (entry.trainable) trainable = add(trainable, size)
  }
  const { clause } = stated
  const findings: Finding[] = []
  let reason: Diagnostic | undefined
  for (const [kind, expected, actual] of [
    ['trainable', stated.trainable, trainable],
    ['total', stated.total, total],
  ] as const) {
    if (expected === undefined || expected === actual) continue
    const place = { span: model.origin.span }
    if (typeof actual !== 'number') {
      reason = diagnostic('symbolic-count', { count: dimensionText(actual) }, place)
      continue
    }
    const values = { kind, expected: String(expected), actual: String(actual) }
    findings.push({
      diagnostic: diagnostic('parameter-count-different', values, place),
      clause,
      evidence: { by: 'value', expected: values.expected, actual: values.actual },
    })
  }
  const [first] = findings
  if (first) return [{ clause, verdict: 'differs', evidence: first.evidence!, findings }]
  if (reason) return [{ clause, verdict: 'unverified', reason, findings: [] }]
  const value = String(stated.total ?? stated.trainable)
  return [
    {
      clause,
      verdict: 'as written',
      evidence: { by: 'value', expected: value, actual: value },
      findings: [],
    },
  ]
}
