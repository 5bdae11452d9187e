import { symbolsIn } from '../graph/attribute.js'
import { type Dimension, isPolynomial } from '../graph/dimension.js'
import { textOf } from '../library/config.js'
import { batchName } from '../library/open-sizes.js'
import { nearest } from '../text/nearest.js'
import type { SpecContext } from './context.js'
import { isPassage, type Plan, type PlannedInput } from './plan.js'
import { declaredName } from './statements.js'
import type { StepReader } from './steps.js'
import { entriesOf, itemsOf, scalarOf, spanOf, type YamlEntry } from './yaml.js'

/** The inputs: a name and a shape without the batch axis. */
export function readInputs(context: SpecContext, entry: YamlEntry | undefined): Plan['inputs'] {
  if (!entry) return []
  const inputs = context.entries(entry.value, 'inputs', ['x', '…']) ?? []
  if (inputs.length === 0 && context.diagnostics.length === 0) {
    const values = {
      layer: 'spec',
      key: 'inputs',
      value: 'none',
      expected: 'at least one, such as `x: [784]`',
    }
    context.report('spec-invalid-value', values, entry.span)
  }
  const planned = inputs.flatMap(({ key: written, value, keySpan, span }) => {
    const key = declaredName(written)
    const fields =
      entriesOf(value, context.file) &&
      context.fields(value, key, ['shape', 'dtype', 'below', 'sums', 'batch', 'meaning', 'cite'], ['shape'])
    const citation = context.citation(fields?.get('cite'))
    const sizes = fields ? fields.get('shape')?.value : value
    if (sizes === undefined) return []
    const shape = context.shape(sizes, 'inputs', key, 'a list of sizes without the batch axis', span)
    const dtype = scalarOf(fields?.get('dtype')?.value) ?? 'float32'
    const batch = fields?.get('batch')
    const hasBatch = batch ? scalarOf(batch.value) : true
    if (typeof hasBatch !== 'boolean') {
      const values = { layer: key, key: 'batch', value: textOf(hasBatch ?? null), expected: 'true or false' }
      context.report('spec-invalid-value', values, batch!.span)
      return []
    }
    const below = readBelow(context, key, fields?.get('below'))
    const sums = readSum(context, key, fields?.get('sums'))
    const kind = below === undefined ? String(dtype) : 'int32'
    const stated = { name: key, shape, dtype: kind, hasBatch, span: keySpan }
    const domain = { ...(below !== undefined && { below }), ...(sums !== undefined && { sums }) }
    return [{ ...stated, ...domain, ...(citation && { citation }) }]
  })
  for (const input of planned) reportSizeCalledAsTheBatch(context, input)
  return planned
}

/** Equations may speak of the number of examples; no other size must be taken for it. */
function reportSizeCalledAsTheBatch(
  context: SpecContext,
  { name, shape, hasBatch, span }: PlannedInput,
): void {
  if (!hasBatch || !symbolsIn(shape).has(batchName)) return
  const expected = `sizes of other names: \`${batchName}\` counts the examples, in front of every input without \`batch: false\``
  context.report('spec-invalid-value', { layer: 'inputs', key: name, value: textOf(shape), expected }, span)
}

/** Of an input of indices: how many values they name. */
function readBelow(context: SpecContext, name: string, entry: YamlEntry | undefined): Dimension | undefined {
  if (!entry) return undefined
  const below = context.quantity(entry.value)
  if (isPolynomial(below) || (typeof below === 'number' && Number.isSafeInteger(below) && below > 0))
    return below
  const values = { layer: name, key: 'below', value: textOf(below), expected: 'a size, such as 10' }
  context.report('spec-invalid-value', values, entry.span)
  return undefined
}

/** Of an input such as labels: what its numbers along the last axis add up to. */
function readSum(context: SpecContext, name: string, entry: YamlEntry | undefined): number | undefined {
  if (!entry) return undefined
  const total = context.quantity(entry.value)
  if (typeof total === 'number' && total !== 0) return total
  const values = { layer: name, key: 'sums', value: textOf(total), expected: 'a number, such as 1' }
  context.report('spec-invalid-value', values, entry.span)
  return undefined
}

const isOfFunctionsOnly = ({ planned }: StepReader) =>
  planned.every(step => isPassage(step) && step.lines.every(({ kind }) => kind === 'function'))

const onlyFunctions = 'the equations define functions only: add one that applies them, such as `y = f(x)`'

/** The outputs: steps by name, or expressions of them; without them the results of the last step. */
export function readOutputs(
  context: SpecContext,
  entry: YamlEntry | undefined,
  last: readonly string[],
  reader: StepReader,
  model: YamlEntry | undefined,
): Plan['outputs'] {
  if (!entry) {
    const span = model?.keySpan ?? { file: context.file, start: 0, end: 0 }
    const own = reader.appliedLast === undefined ? last : [reader.appliedLast]
    if (model && reader.planned.length > 0 && isOfFunctionsOnly(reader))
      context.report('spec-missing-key', { layer: 'spec', key: 'outputs' }, span, onlyFunctions)
    return own.map(value => ({ name: value, value, span }))
  }
  const items = itemsOf(entry.value) ?? (entry.value ? [entry.value] : [])
  return items.flatMap(item => {
    const name = declaredName(textOf(scalarOf(item) ?? null))
    const span = spanOf(item, context.file)
    if (reader.has(name)) return [{ name, value: name, span }]
    const value =
      reader.valueOf(name) ?? (typeof scalarOf(item) === 'string' ? reader.readOff(item) : undefined)
    if (value !== undefined) return [{ name, value, span }]
    const suggestion = nearest(name, reader.values)
    context.report(
      'spec-unknown-name',
      { kind: 'step', name },
      span,
      suggestion && `did you mean \`${suggestion}\`?`,
    )
    return []
  })
}
