import type { ModelGraph } from '../graph/model.js'
import { lint } from '../lint/lint.js'
import type { StatedAlgorithm } from '../spec/algorithm.js'
import type { Spec } from '../spec/spec.js'
import { positionAt, type Span } from '../text/source.js'
import { acceptFinding, overallVerdict, withAccepted } from './accepted.js'
import { compareAlgorithm } from './algorithm.js'
import { compareCounts } from './counts.js'
import { inputPlaces } from './ports.js'
import type { Program } from './program.js'
import { compareStructure } from './structure.js'
import { compareTraining } from './training.js'
import type { Comparison, Finding } from './verdict.js'

/** Compares a model with a spec, clause by clause. Equality is proved, difference is shown, the rest is unverified. */
export function compare(stated: Spec, code: ModelGraph, target: string): Comparison {
  const spec = asCodeCounts(stated, code)
  const structure = compareStructure(spec, code)
  const others = [...compareCounts(spec, code.model), ...compareTraining(spec, code)]
  const known = new Map<Finding, Finding>()
  const accept = (finding: Finding): Finding => {
    const entry = known.get(finding) ?? acceptFinding(finding, spec.accepted)
    known.set(finding, entry)
    return entry
  }
  const verdicts = [...structure.clauses, ...others].map(entry => withAccepted(entry, accept))
  const loose = structure.loose.map(accept)
  const differences = [...new Set([...verdicts.flatMap(entry => entry.findings), ...loose])]
  const failures = lint(code)
    .filter(entry => !differences.some(({ diagnostic }) => isSamePlace(diagnostic.span, entry.span)))
    .map((entry): Finding => ({ diagnostic: entry }))
  return {
    target,
    spec,
    code,
    verdict: overallVerdict(verdicts, loose),
    clauses: verdicts,
    findings: [...differences, ...failures],
    ...(structure.specified && { specified: structure.specified }),
    partners: structure.partners ?? new Map(),
    ...(structure.matches && { matches: structure.matches }),
    silent: structure.silent,
  }
}

/**
 * What is stated, with the axis that counts examples where the code has it: a function may compute one example, or take once
 * what all examples share.
 */
function asCodeCounts(spec: Spec, { model }: ModelGraph): Spec {
  const places = inputPlaces(spec, model)
  const alone = new Set(
    spec.inputs.flatMap(({ name, shape }, i) => {
      const rank = model.inputs[places[i]!]?.node.type.shape?.length
      return rank === shape.length - 1 ? [name] : []
    }),
  )
  if (!spec.withBatch || alone.size === 0) return spec
  return { ...spec, ...spec.withBatch(name => !alone.has(name)), clauses: spec.clauses }
}

/** Compares a training program with what a spec says of training. */
export function compareTrainingProgram(
  spec: Spec,
  algorithm: StatedAlgorithm,
  program: Program,
  target: string,
): Comparison {
  const { code, ...found } = compareAlgorithm(spec, algorithm, program)
  const clauses = found.clauses.map(entry =>
    withAccepted(entry, finding => acceptFinding(finding, spec.accepted)),
  )
  const loose = found.loose.map(finding => acceptFinding(finding, spec.accepted))
  const findings = [...clauses.flatMap(entry => entry.findings), ...loose]
  const verdict = overallVerdict(clauses, loose)
  const { training } = program
  const { steps } = found
  return { target, spec, code, training, steps, verdict, clauses, findings, partners: new Map(), silent: [] }
}

/** What the spec says of a place is worth more than what is suspicious there without one. */
function isSamePlace(a: Span | undefined, b: Span | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.file.path === b.file.path &&
    a.start < b.end &&
    b.start < a.end &&
    positionAt(a.file, a.start).line === positionAt(b.file, b.start).line
  )
}
