import { catalogue } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ChangedLine, EquationChange } from '../diff/changes.js'
import type { DiffOutcome, DiffSide, ModelDifference, TargetDifference } from '../diff/diff.js'
import type { SettingChange, SettingValue } from '../diff/settings.js'
import type { Formula } from '../equations/formula.js'
import { toLatex } from '../equations/latex.js'
import { toText } from '../equations/unicode.js'
import { type Dimension, dimensionText } from '../graph/dimension.js'
import { lineFormula } from './diff-facts.js'
import { diagnosticJson, placeJson } from './json.js'

/** Raised when a field changes its meaning or goes; new fields do not raise it. */
const formatVersion = 1

/** The outcome of comparisons as JSON; `grammar/diff.schema.json` describes it. */
export function renderDiffJson(outcomes: readonly DiffOutcome[]): string {
  return `${JSON.stringify({ version: formatVersion, comparisons: outcomes.map(diffJson) }, null, 2)}\n`
}

/** One comparison as `grammar/diff.schema.json` describes it. */
export function diffJson({ before, after, verdict, targets, diagnostics }: DiffOutcome): object {
  return {
    before: sideJson(before),
    after: sideJson(after),
    verdict,
    targets: targets.map(targetJson),
    diagnostics: diagnostics.map(({ side, diagnostic }) => ({ side, ...diagnosticJson(diagnostic) })),
  }
}

const sideJson = ({ label, path, target }: DiffSide): object => ({ label, path, target: target ?? null })

const targetJson = ({ name, change, verdict, cases }: TargetDifference): object => ({
  name,
  change,
  verdict,
  cases: cases.map(caseJson),
})

function caseJson({
  where,
  verdict,
  outputs,
  settings,
  equations,
  parameters,
  shared,
}: ModelDifference): object {
  return {
    where,
    verdict,
    outputs: {
      verdict: outputs.verdict,
      evidence: outputs.evidence ?? null,
      smallest: outputs.smallest ?? null,
      named: outputs.named ? nameJson(outputs.named) : null,
      problem: outputs.problem ?? null,
      reason: outputs.reason ? diagnosticJson(outputs.reason) : null,
    },
    settings: settings.map(settingJson),
    equations: equations.map(equationJson),
    parameters: parameters
      ? { before: countJson(parameters.before), after: countJson(parameters.after) }
      : null,
    shared,
  }
}

const nameJson = ({ code, values }: Diagnostic): object => ({ code, title: catalogue[code].title, values })

const settingJson = ({ part, subject, before, after, verdict }: SettingChange): object => ({
  part,
  subject,
  verdict,
  before: valueJson(before),
  after: valueJson(after),
})

const valueJson = (value: SettingValue | undefined): object | null =>
  value ? { text: value.text, place: value.span ? placeJson(value.span) : null } : null

const equationJson = ({ before, after }: EquationChange): object => ({
  before: lineJson(before),
  after: lineJson(after),
})

const lineJson = (line: ChangedLine | undefined): object | null =>
  line
    ? {
        ...formulaJson(lineFormula(line)),
        space: line.space ? formulaJson(line.space) : null,
        place: line.span ? placeJson(line.span) : null,
      }
    : null

const formulaJson = (formula: Formula): object => ({ latex: toLatex(formula), text: toText(formula) })

const countJson = (count: Dimension): number | string =>
  typeof count === 'number' ? count : dimensionText(count)
