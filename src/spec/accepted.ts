import type { SpecContext } from './context.js'
import type { AcceptedDeviation } from './spec.js'
import { itemsOf, scalarOf, spanOf, type YamlEntry } from './yaml.js'

/** Differences that the author accepts, each with a reason. */
export function readAccepted(
  context: SpecContext,
  entry: YamlEntry | undefined,
): readonly AcceptedDeviation[] {
  return (itemsOf(entry?.value) ?? []).flatMap((node): AcceptedDeviation[] => {
    const fields = context.fields(
      node,
      'accepted',
      ['clause', 'code', 'value', 'reason'],
      ['clause', 'reason'],
    )
    const clause = scalarOf(fields.get('clause')?.value)
    const reason = scalarOf(fields.get('reason')?.value)
    const code = scalarOf(fields.get('code')?.value)
    if (typeof clause !== 'string' || typeof reason !== 'string') return []
    return [
      {
        clause,
        ...(typeof code === 'string' && { code }),
        ...(fields.has('value') && { value: context.data(fields.get('value')!.value) }),
        reason,
        span: spanOf(node, context.file),
      },
    ]
  })
}
