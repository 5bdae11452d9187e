import type { Node } from '../graph/node.js'
import { type Decision, decide } from '../identity/decide.js'
import type { LeafIdentity } from '../identity/prove.js'
import { type FoundFunction, readFunctionBody } from '../reading.js'
import type { Case } from './cases.js'
import { withFirstValues } from './first-values.js'

export interface CaseResult {
  readonly verdict: 'same' | 'different' | 'undecided'
  readonly outcome: 'right' | 'undecided' | 'wrong'
  /** What the verdict rests on, or why there is none. */
  readonly evidence: string
  readonly seconds: number
}

/** Reads both functions of a case and decides whether they are equal. */
export function runCase(pair: Case): CaseResult {
  const start = performance.now()
  const { verdict, evidence } = judge(pair)
  const outcome = verdict === 'undecided' ? 'undecided' : verdict === pair.verdict ? 'right' : 'wrong'
  return { verdict, outcome, evidence, seconds: (performance.now() - start) / 1000 }
}

function judge(pair: Case): Pick<CaseResult, 'verdict' | 'evidence'> {
  const first = outputsOf(readFunctionBody(pair.first, pair.inputs))
  if (typeof first === 'string') return { verdict: 'undecided', evidence: `a: ${first}` }
  const second = outputsOf(readFunctionBody(pair.second, pair.inputs))
  if (typeof second === 'string') return { verdict: 'undecided', evidence: `b: ${second}` }
  const leaf = ({ attributes: { name } }: Node): LeafIdentity | undefined => {
    const input = typeof name === 'string' ? pair.inputs[name] : undefined
    return input && typeof name === 'string' ? { name, domain: input.domain } : undefined
  }
  const decision = decide({ first, second }, { leaf })
  return { verdict: verdicts[decision.kind], evidence: evidenceOf(decision) }
}

const verdicts = { proved: 'same', refuted: 'different', undecided: 'undecided' } as const

function outputsOf({ graph, where, reason, trainings }: FoundFunction): readonly Node[] | string {
  if (where.length > 0) return `it gives one result where ${where.join(', ')}, and another elsewhere`
  if (graph) return withFirstValues(graph, trainings)
  return reason?.message ?? 'it is not a function of tensors'
}

function evidenceOf(decision: Decision): string {
  switch (decision.kind) {
    case 'proved': {
      const laws = decision.laws.length > 0 ? `, with ${decision.laws.join(', ')}` : ''
      return `equal in exact arithmetic, up to an error of 2^-${decision.bits}${laws}${decision.exceptTies ? ', except where comparisons tie' : ''}`
    }
    case 'refuted': {
      const { index, first, second } = decision.difference
      return `element [${index.join(', ')}] is ${first} and ${second}`
    }
    case 'undecided':
      return decision.reason
  }
}
