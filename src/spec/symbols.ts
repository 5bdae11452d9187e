import type { SpecContext } from './context.js'
import { entriesOf, scalarOf, type YamlEntry } from './yaml.js'

/** Symbols may depend on one another, in any order. */
export function readSymbols(context: SpecContext, entry: YamlEntry | undefined): void {
  const pending = [...(entriesOf(entry?.value, context.file) ?? [])]
  for (const { key, keySpan } of pending) context.symbols.set(key, { value: undefined, span: keySpan })
  const numbers = new Map<string, YamlEntry>()
  for (const item of pending) {
    const value = scalarOf(item.value)
    const inner = entriesOf(item.value, context.file)?.find(({ key }) => key === 'value')
    if (typeof value === 'number') context.symbols.set(item.key, { value, span: item.keySpan })
    else if (inner) numbers.set(item.key, { ...inner, key: item.key, keySpan: item.keySpan })
    else if (typeof value === 'string') numbers.set(item.key, item)
  }
  for (let round = 0; numbers.size > 0; round++) {
    const ready = [...numbers].filter(
      ([, { value }]) => !namesIn(String(scalarOf(value))).some(name => numbers.has(name)),
    )
    if (ready.length === 0 || round > 1000) {
      const [, first] = [...numbers][0]!
      context.report(
        'spec-invalid-value',
        {
          layer: 'symbols',
          key: first.key,
          value: String(scalarOf(first.value)),
          expected: 'a value that does not depend on itself',
        },
        first.span,
      )
      return
    }
    for (const [name, { value, keySpan }] of ready) {
      context.symbols.set(name, { value: context.quantity(value), span: keySpan })
      numbers.delete(name)
    }
  }
}

function namesIn(text: string): readonly string[] {
  return text.match(/[\p{L}\\][\p{L}\p{N}_]*/gu) ?? []
}
