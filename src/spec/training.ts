import { isPolynomial } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import { losses, lossNamed } from '../library/losses.js'
import { optimizers } from '../library/optimizers.js'
import { nearest } from '../text/nearest.js'
import { clausesOf } from './clauses.js'
import type { SpecContext } from './context.js'
import type { Clause, Spec, TrainingStatement } from './spec.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry, type YamlNode } from './yaml.js'

/** What a spec states beside the structure. */
export interface Training {
  readonly losses: readonly TrainingStatement[]
  readonly optimizer?: TrainingStatement
  readonly counts?: NonNullable<Spec['parameterCounts']>
  readonly clauses: readonly Clause[]
}

/** Losses, optimizer and parameter counts. */
export function readTraining(
  context: SpecContext,
  top: ReadonlyMap<string, YamlEntry>,
  outputs: readonly string[],
): Training {
  const clauses: Clause[] = []
  const lossEntry = top.get('loss')
  const lossNodes = itemsOf(lossEntry?.value) ?? (lossEntry?.value ? [lossEntry.value] : [])
  const stated = lossNodes.flatMap((node, i): TrainingStatement[] => {
    const span = spanOf(node, context.file)
    const word = scalarOf(node)
    const [head] = entriesOf(node, context.file) ?? []
    const name = typeof word === 'string' ? word : head?.key
    if (name === undefined) {
      const expected = 'a loss such as `meanSquaredError`'
      const value = textOf(word ?? null)
      context.report('spec-invalid-value', { layer: 'spec', key: 'loss', value, expected }, span)
      return []
    }
    onlyOne(context, node, 'loss')
    const kind = lossNamed(name)
    if (!kind) {
      const suggestion = nearest(name, Object.keys(losses))
      context.report(
        'spec-unknown-name',
        { kind: 'loss', name },
        head?.keySpan ?? span,
        suggestion ? `did you mean \`${suggestion}\`?` : `losses are ${Object.keys(losses).join(', ')}`,
      )
      return []
    }
    const fields =
      head && scalarOf(head.value) !== null
        ? context.fields(head.value, name, ['output', 'weight', 'cite'])
        : new Map<string, YamlEntry>()
    const output = scalarOf(fields.get('output')?.value)
    const invalid = (key: string, value: Attribute, expected: string) =>
      context.report(
        'spec-invalid-value',
        { layer: name, key, value: textOf(value), expected },
        fields.get(key)!.span,
      )
    if (fields.has('output') && typeof output !== 'string')
      invalid('output', output ?? null, 'the name of an output')
    if (typeof output === 'string' && !outputs.includes(output)) {
      const suggestion = nearest(output, outputs)
      context.report(
        'spec-unknown-name',
        { kind: 'output', name: output },
        fields.get('output')!.span,
        suggestion && `did you mean \`${suggestion}\`?`,
      )
    }
    const weight = fields.has('weight') ? context.quantity(fields.get('weight')!.value) : 1
    if (typeof weight !== 'number' && !isPolynomial(weight)) invalid('weight', weight, 'a number')
    const to = typeof output === 'string' ? output : outputs[i]
    const citation = context.citation(fields.get('cite'))
    const clause: Clause = {
      id: `loss.${to ?? i + 1}`,
      kind: 'loss',
      statement: `${kind}${to === undefined ? '' : ` on ${to}`}${weight === 1 ? '' : `, weight ${textOf(weight)}`}`,
      span,
      ...(citation && { citation }),
    }
    clauses.push(clause)
    return [{ kind, settings: {}, ...(to !== undefined && { output: to }), weight, clause }]
  })
  const optimizer = readOptimizer(context, top.get('optimizer'), 'optimizer')
  if (optimizer) clauses.push(...clausesOf(optimizer))
  const counts = readCounts(context, top.get('parameters'), clauses)
  return { losses: stated, ...(optimizer && { optimizer }), ...(counts && { counts }), clauses }
}

/** Settings belong under the name; what stands beside it would be lost. */
function onlyOne(context: SpecContext, node: YamlNode | null, owner: string): void {
  const [first, ...others] = entriesOf(node, context.file) ?? []
  for (const { key, keySpan } of others)
    context.report('spec-unknown-key', { layer: owner, key }, keySpan, `put it under \`${first!.key}\``)
}

/** An optimizer with the settings that the paper gives; its clauses are called after `id`. */
export function readOptimizer(
  context: SpecContext,
  entry: YamlEntry | undefined,
  id: string,
): TrainingStatement | undefined {
  if (!entry) return undefined
  const word = scalarOf(entry.value)
  const [head] = entriesOf(entry.value, context.file) ?? []
  const kind = typeof word === 'string' ? word : head?.key
  const definition = kind !== undefined && Object.hasOwn(optimizers, kind) ? optimizers[kind] : undefined
  if (kind === undefined || !definition) {
    const suggestion = nearest(kind ?? '', Object.keys(optimizers))
    context.report(
      'spec-unknown-name',
      { kind: 'optimizer', name: kind ?? 'none' },
      head?.keySpan ?? entry.span,
      suggestion ? `did you mean \`${suggestion}\`?` : `optimizers are ${Object.keys(optimizers).join(', ')}`,
    )
    return undefined
  }
  onlyOne(context, entry.value, 'optimizer')
  const names = definition.settings.map(({ name }) => name)
  const fields =
    head?.value && scalarOf(head.value) !== null
      ? context.fields(head.value, kind, [...names, 'cite'])
      : new Map<string, YamlEntry>()
  const citation = context.citation(fields.get('cite'))
  const clause: Clause = {
    id,
    kind: 'optimizer',
    statement: kind,
    span: entry.span,
    ...(citation && { citation }),
  }
  const settings: Record<string, TrainingStatement['settings'][string]> = {}
  for (const [name, field] of fields) {
    if (name === 'cite') continue
    const value = context.hyperParameter(field.value)
    const written = isPolynomial(value) ? scalarOf(field.value) : undefined
    const own: Clause = {
      id: `${id}.${name}`,
      kind: 'optimizer',
      statement: `${name} ${typeof written === 'string' ? written : textOf(value)}`,
      span: field.span,
      ...(citation && { citation }),
    }
    settings[name] = { value, clause: own }
  }
  return { kind, settings, clause }
}

function readCounts(
  context: SpecContext,
  entry: YamlEntry | undefined,
  clauses: Clause[],
): NonNullable<Spec['parameterCounts']> | undefined {
  if (!entry) return undefined
  const single = scalarOf(entry.value)
  const fields =
    typeof single === 'number'
      ? new Map<string, YamlEntry>()
      : context.fields(entry.value, 'parameters', ['trainable', 'total', 'cite'])
  const read = (key: string): number | undefined => {
    const field = fields.get(key)
    if (!field) return undefined
    const value = context.quantity(field.value)
    if (typeof value === 'number') return value
    context.report(
      'spec-invalid-value',
      { layer: 'parameters', key, value: textOf(value), expected: 'a number' },
      field.span,
    )
    return undefined
  }
  const trainable = read('trainable')
  const total = typeof single === 'number' ? single : read('total')
  if (typeof single !== 'number' && !fields.has('trainable') && !fields.has('total'))
    context.report('spec-missing-key', { layer: 'parameters', key: 'total' }, entry.keySpan)
  const parts = [
    ...(trainable === undefined ? [] : [`${trainable} trainable`]),
    ...(total === undefined ? [] : [`${total} in total`]),
  ]
  const citation = context.citation(fields.get('cite'))
  const clause: Clause = {
    id: 'parameters',
    kind: 'parameters',
    statement: parts.join(', '),
    span: entry.span,
    ...(citation && { citation }),
  }
  clauses.push(clause)
  return { ...(trainable !== undefined && { trainable }), ...(total !== undefined && { total }), clause }
}
