import { catalogue } from '../diagnostics/catalogue.js'
import { nearest } from '../text/nearest.js'
import type { SpecContext } from './context.js'
import type { AcceptedDeviation, Clause } from './spec.js'
import { itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** Codes of findings that can be accepted: differences. */
export const acceptableCodes: readonly string[] = Object.entries(catalogue).flatMap(([code, { category }]) =>
  category === 'difference' ? [code] : [],
)

/** Differences that the author accepts, each with a reason. What they refer to must exist. */
export function readAccepted(
  context: SpecContext,
  entry: YamlEntry | undefined,
  clauses: readonly Clause[],
): readonly AcceptedDeviation[] {
  if (!entry) return []
  const items = itemsOf(entry.value)
  if (!items) {
    const expected = 'a list of entries with `clause` or `code`, and `reason`'
    const value = String(scalarOf(entry.value) ?? 'entries')
    context.report('spec-invalid-value', { layer: 'spec', key: 'accepted', value, expected }, entry.span)
    return []
  }
  return items.flatMap(node => readOne(context, node, clauses))
}

function readOne(
  context: SpecContext,
  node: YamlNode,
  clauses: readonly Clause[],
): readonly AcceptedDeviation[] {
  const fields = context.fields(node, 'accepted', ['clause', 'code', 'value', 'reason'], ['reason'])
  const text = (key: string): string | undefined => {
    const value = scalarOf(fields.get(key)?.value)
    return value === undefined || value === null ? undefined : String(value)
  }
  const [clause, code, reason] = [text('clause'), text('code'), text('reason')?.trim()]
  if (clause === undefined && code === undefined)
    context.report('spec-missing-key', { layer: 'accepted', key: 'clause' }, spanOf(node, context.file))
  if (fields.has('reason') && !reason) {
    const values = { layer: 'accepted', key: 'reason', value: '', expected: 'why the difference is accepted' }
    context.report('spec-invalid-value', values, fields.get('reason')!.span)
  }
  const ids = clauses.map(({ id }) => id)
  const exists = (wanted: string) => ids.some(id => id === wanted || id.startsWith(`${wanted}.`))
  if (clause !== undefined && !exists(clause)) unknown('clause', clause, ids)
  if (code !== undefined && !acceptableCodes.includes(code)) unknown('code', code, acceptableCodes)
  if (!reason) return []
  return [
    {
      ...(clause !== undefined && { clause }),
      ...(code !== undefined && { code }),
      ...(fields.has('value') && { value: context.data(fields.get('value')!.value) }),
      reason,
      span: spanOf(node, context.file),
    },
  ]

  function unknown(key: 'clause' | 'code', name: string, known: readonly string[]): void {
    const suggestion = nearest(name, known)
    context.report(
      'spec-unknown-name',
      { kind: key === 'code' ? 'difference' : 'clause', name },
      fields.get(key)!.span,
      suggestion ? `did you mean \`${suggestion}\`?` : `known are ${known.slice(0, 30).join(', ')}`,
    )
  }
}
