import type { CheckOutcome } from '../pipeline.js'

/** What the exit codes mean; scripts rely on them. */
export const exitCodes = {
  asWritten: 0,
  differs: 1,
  unusable: 2,
  unverified: 3,
  /** A defect of the tool itself (EX_SOFTWARE of sysexits.h). */
  crash: 70,
} as const

const byVerdict: Readonly<Record<CheckOutcome['verdict'], number>> = {
  'as written': exitCodes.asWritten,
  differs: exitCodes.differs,
  unusable: exitCodes.unusable,
  unverified: exitCodes.unverified,
}

/** The gravest code wins: unusable input, then a difference, then something unverified. */
export function exitCodeOf(outcomes: readonly CheckOutcome[]): number {
  const codes = new Set(outcomes.map(({ verdict }) => byVerdict[verdict]))
  const order = [exitCodes.unusable, exitCodes.differs, exitCodes.unverified]
  return order.find(code => codes.has(code)) ?? exitCodes.asWritten
}
