import { textOf } from '../library/config.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { nearest } from '../text/nearest.js'
import type { Span } from '../text/source.js'
import type { SpecContext } from './context.js'
import type { PlannedEquation, PlannedParameter } from './plan.js'
import { entriesOf, placeWithin, scalarOf, type YamlEntry } from './yaml.js'

/**
 * Reads a step such as `equation: h = tanh(x W + b)` with `where: { W: [3, 8], b: [8] }`. Names that nothing defines
 * are reported at their place; whether the shapes fit shows when the graph is built.
 */
export function readEquation(
  context: SpecContext,
  head: YamlEntry,
  fields: ReadonlyMap<string, YamlEntry>,
  values: ReadonlySet<string>,
  known: Map<string, PlannedParameter>,
): PlannedEquation | undefined {
  const text = scalarOf(head.value)
  if (typeof text !== 'string') {
    const values = { equation: String(text ?? 'nothing'), problem: 'expected a text such as `y = x W + b`' }
    context.report('spec-equation', values, head.span)
    return undefined
  }
  const at = (start: number, end: number): Span => placeWithin(head.value!, context.file, text, start, end)
  const fail = (problem: string, start: number, end: number, help?: string) => {
    context.report('spec-equation', { equation: text.trim(), problem }, at(start, end), help)
    return undefined
  }
  const parsed = parseEquation(text)
  if (isSyntaxProblem(parsed)) return fail(parsed.problem, parsed.offset, parsed.offset + 1)
  if (parsed.kind !== 'binary' || parsed.operator !== '=' || parsed.left.kind !== 'name') {
    const help = 'name the value on the left: `h = tanh(x W + b)`'
    return fail('the left side is not a name', ...parsed.range, help)
  }
  const output = parsed.left.name
  if (values.has(output)) return fail(`\`${output}\` is already defined`, ...parsed.left.range)
  const names = namesOf(parsed.right)
  const used = new Set(names.map(({ name }) => name))
  readParameters(context, fields.get('where'), used, values, known)
  let complete = true
  for (const { name, range } of names) {
    if (values.has(name) || known.has(name) || context.symbols.has(name) || constants.has(name)) continue
    complete = false
    const suggestion = nearest(name, [...values, ...known.keys(), ...context.symbols.keys()])
    context.report(
      'spec-undefined-symbol',
      { name },
      at(...range),
      suggestion
        ? `did you mean \`${suggestion}\`?`
        : 'define it: a size under `symbols:`, a learned tensor under `where:` of the equation, a value by an earlier step',
    )
  }
  const citation = context.citation(fields.get('cite'))
  if (!complete) return undefined
  return {
    output,
    expression: parsed.right,
    parameters: [...known.values()],
    statement: text.trim().replace(/\s+/g, ' '),
    at,
    span: head.span,
    ...(citation && { citation }),
  }
}

/** Names that the equation language itself knows. */
const constants: ReadonlySet<string> = new Set(['true', 'false'])

/** The learned tensors of an equation, by name, each with its shape. */
function readParameters(
  context: SpecContext,
  entry: YamlEntry | undefined,
  used: ReadonlySet<string>,
  values: ReadonlySet<string>,
  known: Map<string, PlannedParameter>,
): void {
  if (!entry) return
  const entries = entriesOf(entry.value, context.file)
  const wrong = (key: string, value: string, expected: string, span: Span) =>
    context.report('spec-invalid-value', { layer: 'where', key, value, expected }, span)
  if (!entries) {
    wrong(
      'where',
      String(scalarOf(entry.value) ?? 'a list'),
      'learned tensors with their shapes, such as `W: [3, 8]`',
      entry.span,
    )
    return
  }
  for (const { key, keySpan, value, span } of entries) {
    const shape = context.shape(value, 'where', key, 'a shape such as `[3, 8]`', span)
    if (known.has(key) || values.has(key) || context.symbols.has(key))
      wrong(key, textOf(shape), 'a name that is not taken', keySpan)
    else if (!used.has(key)) wrong(key, textOf(shape), 'a name that the equation uses', keySpan)
    else known.set(key, { name: key, shape })
  }
}

type Name = Extract<Expression, { kind: 'name' }>

/** All names that an expression uses as values, in order. */
function namesOf(expression: Expression): readonly Name[] {
  switch (expression.kind) {
    case 'name':
      return [expression]
    case 'binary':
      return [...namesOf(expression.left), ...namesOf(expression.right)]
    case 'negate':
    case 'transpose':
    case 'absolute':
      return namesOf(expression.operand)
    case 'call':
      return [
        ...expression.attributes.flatMap(({ value }) => namesOf(value)),
        ...expression.arguments.flatMap(namesOf),
      ]
    case 'list':
      return expression.items.flatMap(namesOf)
    case 'number':
    case 'text':
      return []
  }
}
