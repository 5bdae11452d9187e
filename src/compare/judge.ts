import { isProblem } from '../graph/op.js'
import type { Sides, Whole } from './evidence.js'
import { equalValues, type NormalForms, normalForms, oneForm } from './prove.js'
import type { Evidence } from './verdict.js'

/** What is known of two models as wholes. */
export type Judgement =
  /** They are, if their learned tensors correspond as in `sides`. */
  { readonly kind: 'same'; readonly evidence: Evidence; readonly sides: Sides } | Whole

/** For how many pairings the identity test is made. */
const mostTested = 24

/**
 * Decides whether two models are the same, for every comparison there is. `pairings` are the ways in which the learned
 * tensors of one may be those of the other: one under which all outputs are equal, in inference and in training, proves
 * that they are the same. `refute` looks for what no pairing can explain; it is asked where no normal form decides,
 * and before exact arithmetic, which costs more.
 */
export function judge(pairings: Iterable<Sides>, refute: () => Whole): Judgement {
  const open: { readonly sides: Sides; readonly forms: NormalForms }[] = []
  for (const sides of pairings) {
    const forms = normalForms(sides)
    const evidence = oneForm(sides, forms)
    if (evidence) return { kind: 'same', evidence, sides }
    if (open.length < mostTested) open.push({ sides, forms })
  }
  const whole = refute()
  if (whole.kind === 'differs') return whole
  let why: string | undefined
  for (const { sides, forms } of open) {
    const proof = equalValues(sides, forms)
    if (!isProblem(proof)) return { kind: 'same', evidence: proof, sides }
    why ??= proof.problem
  }
  return why === undefined ? whole : { ...whole, problem: `${whole.problem}; nor is it proved: ${why}` }
}
