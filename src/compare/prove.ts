import { normalize } from '../normal/normalize.js'
import type { Sides } from './evidence.js'

/** Identical normal forms in both modes, output by output; the names of the rules that were used. */
export function proveEqual({
  specified,
  implemented,
  builder,
  complete,
}: Sides): { readonly rules: readonly string[] } | undefined {
  if (!complete) return undefined
  if (specified.every((node, i) => node === implemented[i])) return { rules: [] }
  const rules = new Set<string>()
  for (const mode of ['inference', 'training'] as const) {
    const a = normalize(specified, builder, mode)
    const b = normalize(implemented, builder, mode)
    if (a.outputs.some((node, i) => node !== b.outputs[i])) return undefined
    for (const rule of [...a.rules, ...b.rules]) rules.add(rule)
  }
  return { rules: [...rules].sort() }
}
