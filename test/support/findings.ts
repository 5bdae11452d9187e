import type { Finding } from '../../src/compare/verdict.js'
import { catalogue } from '../../src/diagnostics/catalogue.js'

/** Findings about the spec: what is suspicious without one stands beside them. */
export function differencesIn(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ diagnostic }) => catalogue[diagnostic.code].category === 'difference')
}
