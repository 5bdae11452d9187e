import type { GraphBuilder } from '../graph/builder.js'
import type { Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Proof } from '../identity/prove.js'
import { proveShared } from '../identity/shared.js'
import { type Normalized, normalize } from '../normal/normalize.js'
import type { Mode } from '../ops/elaborate.js'
import type { Sides } from './evidence.js'
import { joinRecurrences } from './induction.js'
import type { Evidence } from './verdict.js'

/** Multiplications and additions that one identity test may spend: a second or two. */
const budget = 400_000

interface Pairs {
  readonly first: readonly Node[]
  readonly second: readonly Node[]
}

/** Both sides in normal form, in each mode in which they are another computation. */
export interface NormalForms {
  readonly byMode: readonly { readonly mode: 'inference' | 'training'; readonly sides: Pairs }[]
  readonly rules: readonly string[]
}

export function normalForms({ specified, implemented, builder }: Sides): NormalForms {
  if (specified.every((node, i) => node === implemented[i])) return { byMode: [], rules: [] }
  const rules = new Set<string>()
  const byMode: NormalForms['byMode'][number][] = []
  for (const mode of ['inference', 'training'] as const) {
    const first = normalize(specified, builder, mode)
    const second = normalize(implemented, builder, mode)
    for (const rule of rulesThatMatter(first, second)) rules.add(rule)
    const sides = { first: first.outputs, second: second.outputs }
    if (!byMode.some(other => isSame(other.sides, sides))) byMode.push({ mode, sides })
  }
  return { byMode, rules: [...rules].sort() }
}

/** The rules that were used on something that the two sides do not share. */
function rulesThatMatter({ used: first }: Normalized, { used: second }: Normalized): readonly string[] {
  const matters = (rule: string) => {
    const [a, b] = [[...(first.get(rule) ?? [])], [...(second.get(rule) ?? [])]]
    return a.some(node => !second.get(rule)?.has(node)) || b.some(node => !first.get(rule)?.has(node))
  }
  return [...first.keys(), ...second.keys()].filter(matters)
}

/** Evidence that both are equal, output by output and in both modes, by identical normal forms. */
export function oneForm({ complete }: Sides, { byMode, rules }: NormalForms): Evidence | undefined {
  return complete && byMode.every(({ sides }) => isEqual(sides)) ? { by: 'normal-form', rules } : undefined
}

/** The same by equal values in prime fields of what the normal forms do not share, or why that is no proof. */
export function equalValues(
  { complete, builder }: Sides,
  { byMode, rules }: NormalForms,
): Evidence | Problem {
  if (!complete) return { problem: 'not all outputs can be compared' }
  const proofs: Extract<Proof, { readonly kind: 'proved' }>[] = []
  let byInduction = false
  for (const { mode, sides } of byMode) {
    if (isEqual(sides)) continue
    const steps: Proof[] = []
    const joined = joinRecurrences(sides, builder, pairs => {
      const proof = proveStep(pairs, builder, mode)
      if (proof?.kind === 'proved') steps.push(proof)
      return proof === undefined || proof.kind === 'proved'
    })
    byInduction ||= !isSame(joined, sides)
    const rest = isEqual(joined) ? [] : [proveShared(joined, builder, { mode, budget })]
    for (const proof of [...steps, ...rest]) {
      if (proof.kind !== 'proved') return { problem: proof.reason }
      proofs.push(proof)
    }
  }
  const all = byInduction ? [...rules, 'induction'] : rules
  if (proofs.length === 0) return { by: 'normal-form', rules: all }
  return {
    by: 'identity',
    rules: all,
    laws: [...new Set(proofs.flatMap(({ laws }) => laws))].sort(),
    bits: Math.min(...proofs.map(({ bits }) => bits)),
  }
}

/** The identity test of what the normal forms do not share; undefined where they are one. */
function proveStep({ first, second }: Pairs, builder: GraphBuilder, mode: Mode): Proof | undefined {
  const sides = {
    first: normalize(first, builder, mode).outputs,
    second: normalize(second, builder, mode).outputs,
  }
  return isEqual(sides) ? undefined : proveShared(sides, builder, { mode, budget })
}

const isEqual = ({ first, second }: Pairs): boolean => first.every((node, i) => node === second[i])

const isSame = (a: Pairs, b: Pairs): boolean =>
  isEqual({ first: a.first, second: b.first }) && isEqual({ first: a.second, second: b.second })
