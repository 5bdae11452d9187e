import type { Dimension } from '../graph/dimension.js'
import { isPolynomial } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { textOf } from '../library/config.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import type { Namespace } from './namespace.js'
import { declaredName } from './statements.js'
import { itemsOf, scalarOf, type YamlEntry } from './yaml.js'

/** What symbols stand for in one round of a repeat. */
export type Round = ReadonlyMap<string, Dimension>

const mostRounds = 1000

/**
 * The rounds of a repeat: as many as `times` says, or one for each value that `for` gives a symbol, as the rows of a paper's
 * table of blocks. Undefined where it says neither; that is reported.
 */
export function readRounds(
  context: SpecContext,
  fields: ReadonlyMap<string, YamlEntry>,
  scope: Namespace,
  span: Span,
): readonly Round[] | undefined {
  const [times, values] = [fields.get('times'), fields.get('for')]
  if (times && values) {
    const found = { layer: 'repeat', key: 'for', value: 'besides times', expected: 'one of them' }
    context.report('spec-invalid-value', found, values.keySpan)
    return undefined
  }
  return values ? roundsOf(context, values, scope) : countedRounds(context, times, span)
}

function countedRounds(context: SpecContext, entry: YamlEntry | undefined, span: Span) {
  if (!entry) {
    context.report('spec-missing-key', { layer: 'repeat', key: 'times' }, span)
    return undefined
  }
  const times = context.quantity(entry.value)
  if (typeof times === 'number' && Number.isInteger(times) && times >= 0 && times <= mostRounds)
    return Array.from({ length: times }, (): Round => new Map())
  const expected = `a whole number up to ${mostRounds}`
  context.report(
    'spec-invalid-value',
    { layer: 'repeat', key: 'times', value: textOf(times), expected },
    entry.span,
  )
  return undefined
}

function roundsOf(context: SpecContext, entry: YamlEntry, scope: Namespace): readonly Round[] | undefined {
  const columns = context.entries(entry.value, 'for', ['f', '…'])
  if (!columns) return undefined
  const before = context.diagnostics.length
  const read = columns.map(column => [declaredName(column.key), columnOf(context, column, scope)] as const)
  const lengths = new Set(read.map(([, values]) => values.length))
  if (context.diagnostics.length > before) return undefined
  if (lengths.size !== 1) {
    const found = read.map(([name, { length }]) => `${length} for ${name}`).join(', ') || 'no symbols'
    const expected = 'as many values for each symbol'
    context.report('spec-invalid-value', { layer: 'repeat', key: 'for', value: found, expected }, entry.span)
    return undefined
  }
  const [[, first]] = read as [(typeof read)[number]]
  return first.map((_, i) => new Map(read.map(([name, values]) => [name, values[i]!])))
}

/** The values of a symbol, round by round; what is wrong with them is reported. */
function columnOf(
  context: SpecContext,
  { key, keySpan, value, span }: YamlEntry,
  scope: Namespace,
): readonly Dimension[] {
  const wrong = (found: string, expected: string, place: Span): readonly Dimension[] => {
    context.report('spec-invalid-value', { layer: 'for', key, value: found, expected }, place)
    return []
  }
  if (scope.find(declaredName(key)) !== undefined) return wrong(key, 'a name that is not taken', keySpan)
  const items = itemsOf(value)
  if (!items) return wrong(String(scalarOf(value) ?? 'entries'), 'a list of numbers', span)
  if (items.length > mostRounds) return wrong(`${items.length} values`, `at most ${mostRounds}`, span)
  const before = context.diagnostics.length
  const values = items.map(item => context.quantity(item))
  if (context.diagnostics.length > before) return []
  return values.every(isDimension) ? values : wrong(textOf(values), 'a list of numbers', span)
}

const isDimension = (value: Attribute): value is Dimension => typeof value === 'number' || isPolynomial(value)
