import { textOf } from '../library/config.js'
import type { SpecContext } from './context.js'
import { declaredName } from './statements.js'
import { entriesOf, scalarOf, type YamlEntry } from './yaml.js'

/** Keys of a symbol that is more than a value. */
export const symbolKeys = ['value', 'meaning', 'cite'] as const

/** Sizes and numbers by name. They may depend on one another, in any order; one without a value is left open. */
export function readSymbols(context: SpecContext, entry: YamlEntry | undefined): void {
  if (!entry) return
  const entries = context.entries(entry.value, 'symbols', ['H', '…']) ?? []
  const pending = new Map<string, YamlEntry>()
  for (const entry of entries) {
    const item = { ...entry, key: declaredName(entry.key) }
    const { value, meaning } = readSymbol(context, item)
    const known = { value: undefined, ...(meaning !== undefined && { meaning }), span: item.keySpan }
    context.symbols.set(item.key, known)
    if (value) pending.set(item.key, value)
  }
  while (pending.size > 0) {
    const ready = [...pending].filter(
      ([, { value }]) => !namesIn(textOf(scalarOf(value) ?? null)).some(name => pending.has(name)),
    )
    for (const [name, { value }] of ready) {
      context.symbols.set(name, { ...context.symbols.get(name)!, value: context.quantity(value) })
      pending.delete(name)
    }
    if (ready.length > 0) continue
    for (const [key, { value, span }] of pending) {
      const values = { layer: 'symbols', key, value: textOf(scalarOf(value) ?? null) }
      context.report(
        'spec-invalid-value',
        { ...values, expected: 'a value that does not depend on itself' },
        span,
      )
    }
    return
  }
}

function readSymbol(
  context: SpecContext,
  item: YamlEntry,
): { readonly value?: YamlEntry; readonly meaning?: string } {
  const isMap = entriesOf(item.value, context.file) !== undefined
  const fields = isMap ? context.fields(item.value, item.key, symbolKeys) : new Map([['value', item]])
  context.citation(fields.get('cite'))
  const meaning = scalarOf(fields.get('meaning')?.value)
  const value = fields.get('value')
  const scalar = scalarOf(value?.value)
  if (value && scalar !== null && typeof scalar !== 'number' && typeof scalar !== 'string') {
    const values = { layer: 'symbols', key: item.key, value: textOf(scalar ?? 'a list') }
    context.report(
      'spec-invalid-value',
      { ...values, expected: 'a number, or an expression of symbols' },
      value.span,
    )
    return {}
  }
  return {
    ...(value && scalar !== null && { value }),
    ...(typeof meaning === 'string' && { meaning }),
  }
}

function namesIn(text: string): readonly string[] {
  return text.match(/[\p{L}\\][\p{L}\p{N}_]*/gu) ?? []
}
