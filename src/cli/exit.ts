/** What the exit codes mean; scripts rely on them. */
export const exitCodes = {
  asWritten: 0,
  differs: 1,
  unusable: 2,
  unverified: 3,
  /** A defect of the tool itself (EX_SOFTWARE of sysexits.h). */
  crash: 70,
} as const

/** What makes a check fail; unusable input always does. */
export const failures = ['unverified', 'differs', 'never'] as const

export type FailOn = (typeof failures)[number]

export const isFailOn = (value: unknown): value is FailOn => failures.some(name => name === value)
