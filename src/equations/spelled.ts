import type { NamedSymbol } from './formula.js'
import { indexText } from './latex.js'
import { letterText } from './letters.js'

/** `\hat{y}_2` is `y_hat_2`. */
export function spelled({ base, accent, label, index, power, layer }: NamedSymbol): string {
  const parts = [
    letterText(base),
    accent,
    label,
    index === undefined ? undefined : indexText(index),
    layer === undefined ? undefined : indexText(layer),
    power === undefined ? undefined : `to${power}`,
  ]
  return parts.flatMap(part => part?.match(/[A-Za-z0-9\u0370-\u03ff]+/g) ?? []).join('_')
}
