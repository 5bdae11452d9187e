import type { ClauseVerdict, Counterexample, Evidence, Finding, Verdict } from '../compare/verdict.js'
import { catalogue } from '../diagnostics/catalogue.js'
import { expressionIn } from '../equations/equations.js'
import type { Formula } from '../equations/formula.js'
import type { Node } from '../graph/node.js'
import type { CheckOutcome } from '../pipeline.js'

/** How many clauses have each verdict; an accepted difference counts by itself and never as written. */
export interface Counts {
  readonly asWritten: number
  readonly differs: number
  readonly accepted: number
  readonly unverified: number
}

export function countVerdicts(clauses: readonly ClauseVerdict[]): Counts {
  const accepted = clauses.filter(isAccepted)
  const rest = clauses.filter(clause => !isAccepted(clause))
  const count = (verdict: Verdict) => rest.filter(clause => clause.verdict === verdict).length
  return {
    asWritten: count('as written'),
    differs: count('differs'),
    accepted: accepted.length,
    unverified: count('unverified'),
  }
}

/** Whether all differences of a clause are accepted by the spec. */
export function isAccepted({ findings }: ClauseVerdict): boolean {
  return findings.length > 0 && findings.every(({ accepted }) => accepted !== undefined)
}

/** `9 as written, 1 differs`: what there is none of is left out. */
export function countsText({ asWritten, differs, accepted, unverified }: Counts): string {
  const parts = [
    asWritten > 0 && `${asWritten} as written`,
    differs > 0 && `${differs} ${differs === 1 ? 'differs' : 'differ'}`,
    accepted > 0 && `${accepted} accepted`,
    unverified > 0 && `${unverified} unverified`,
  ]
  return parts.filter(Boolean).join(', ')
}

/** The two sides of a finding as formulas in the names of the code, with the signs that differ marked. */
export function sidesOf(
  finding: Finding,
  outcome: CheckOutcome,
): { readonly specified?: Formula; readonly implemented?: Formula } {
  const { comparison } = outcome
  const { specified, implemented } = finding
  if (!comparison) return {}
  const formula = (node: Node | undefined, other: Node | undefined): Formula | undefined => {
    if (!node) return undefined
    const shared = other ? nodesBelow(other) : new Set<Node>()
    return expressionIn(
      comparison.code,
      node,
      other ? [node, other] : [node],
      inner => other !== undefined && !shared.has(inner),
    )
  }
  const left = formula(specified, implemented)
  const right = formula(implemented, specified)
  return { ...(left && { specified: left }), ...(right && { implemented: right }) }
}

function nodesBelow(root: Node): ReadonlySet<Node> {
  const seen = new Set([root])
  const pending = [root]
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
  }
  return seen
}

/** Evidence in a few words. */
export function evidenceText(evidence: Evidence): string {
  switch (evidence.by) {
    case 'normal-form':
      return evidence.rules.length > 0 ? `equal after ${evidence.rules.join(', ')}` : 'identical'
    case 'value':
      return evidence.expected === evidence.actual
        ? `value ${evidence.actual}`
        : `stated ${evidence.expected}, found ${evidence.actual}`
    case 'shape':
      return `shape stated ${evidence.expected}, found ${evidence.actual}`
    case 'counterexample':
      return counterexampleText(evidence.counterexample)
  }
}

/** The numbers on which two expressions part, in one line. */
export function counterexampleText({ subject, inputs, expected, actual, index }: Counterexample): string {
  const given = inputs
    .map(({ name, shape, values }) => {
      const shown = values.slice(0, 6).map(round).join(', ')
      return `${name} = [${shown}${values.length > 6 ? ', …' : ''}]${shape.length > 1 ? ` as ${shape.join('×')}` : ''}`
    })
    .join('; ')
  const at = index.length > 0 ? ` at [${index.join(', ')}]` : ''
  return `${subject}${at} should be ${round(expected)} and is ${round(actual)}${given ? `, for ${given}` : ''}`
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)))
}

/** Why a finding of this kind matters. */
export function whyText({ diagnostic }: Finding): string {
  return [catalogue[diagnostic.code].why, ...diagnostic.notes].join(' ')
}

/** The word that stands for a verdict, also where there is no colour. */
export const verdictSigns: Readonly<Record<CheckOutcome['verdict'], string>> = {
  'as written': '✓',
  differs: '✗',
  unverified: '?',
  unusable: '!',
}
