import { opTable } from '../../ops/table.js'
import { type Kind, kind, sameShape } from './kind.js'

/** Differences of what is let pass and what is held back. */
export const maskKinds: readonly Kind[] = [
  kind('mask-inverted', ({ node, make, text }) => {
    const [condition, x, y] = node.inputs
    return node.op === 'where' && condition && x && y
      ? [{ to: make('where', [condition, y, x]), values: { mask: text(condition) } }]
      : []
  }),
  kind('mask-after-softmax', ({ node, read, written, make, text }) => {
    const [scores] = node.inputs
    if (!opTable[node.op]?.selects || !scores) return []
    return scores.inputs
      .filter(input => sameShape(input, scores))
      .flatMap(input => {
        const chosen = make(node.op, [input], node.attributes)
        if (!chosen) return []
        const masked = [...read, ...written].map(mask => make('multiply', [chosen, mask]))
        return masked.map(to => ({ to, values: { value: text(chosen) } }))
      })
  }),
  kind('mask-missing', ({ node, text }) => {
    const [condition, x, y] = node.inputs
    return node.op === 'where' && condition && x && y
      ? [x, y].map(to => ({ to, values: { mask: text(condition), value: text(x) } }))
      : []
  }),
]
