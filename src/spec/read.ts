import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { GraphBuilder } from '../graph/builder.js'
import { type Dimension, symbol } from '../graph/dimension.js'
import { Provenance } from '../graph/provenance.js'
import { textOf } from '../library/config.js'
import { losses, lossNamed } from '../library/losses.js'
import { optimizers } from '../library/optimizers.js'
import { opTable } from '../ops/table.js'
import { nearest } from '../text/nearest.js'
import type { SourceFile } from '../text/source.js'
import { SpecContext } from './context.js'
import { instantiatePlan } from './instantiate.js'
import type { Plan } from './plan.js'
import type { AcceptedDeviation, Clause, Spec, TrainingStatement } from './spec.js'
import { StepReader } from './steps.js'
import { entriesOf, itemsOf, readYaml, scalarOf, spanOf, type YamlEntry } from './yaml.js'

const topKeys = [
  'title',
  'citation',
  'notes',
  'symbols',
  'inputs',
  'models',
  'model',
  'outputs',
  'loss',
  'optimizer',
  'parameters',
  'accepted',
]

/** Reads a spec. All errors that can be told at once are reported together, each with its place. */
export function readSpec(file: SourceFile): {
  readonly spec?: Spec
  readonly diagnostics: readonly Diagnostic[]
} {
  const { root, diagnostics } = readYaml(file)
  if (!root) return { diagnostics }
  const context = new SpecContext(file)
  const top = context.fields(root, 'the spec', topKeys, ['title', 'inputs', 'model'])
  readSymbols(context, top.get('symbols'))
  const inputs = readInputs(context, top.get('inputs'))
  const models = new Map((entriesOf(top.get('models')?.value, file) ?? []).map(entry => [entry.key, entry]))
  const reader = new StepReader(
    context,
    models,
    inputs.map(({ name }) => name),
  )
  const last = top.has('model')
    ? reader.steps(
        top.get('model')!.value,
        inputs.map(({ name }) => name),
        '',
      )
    : []
  const outputs = readOutputs(context, top.get('outputs'), last, reader, top.get('model'))
  const plan: Plan = { inputs, applications: reader.applications, outputs }
  const clauses = structureClauses(plan)
  const training = readTraining(
    context,
    top,
    outputs.map(({ name }) => name),
  )
  const accepted = readAccepted(context, top.get('accepted'))
  if (context.diagnostics.length > 0) return { diagnostics: context.diagnostics }
  const title = String(scalarOf(top.get('title')?.value) ?? file.path)
  const citation = context.citation(top.get('citation'))
  const instantiate: Spec['instantiate'] = request => instantiatePlan(title, plan, request)
  const trial = instantiate({ builder: new GraphBuilder(opTable), provenance: new Provenance() })
  if (trial.diagnostics.length > 0) return { diagnostics: trial.diagnostics }
  const spec: Spec = {
    title,
    ...(citation && { citation }),
    path: file.path,
    symbols: context.symbols,
    instantiate,
    inputs: inputs.map(({ name, shape }) => ({
      name,
      shape: [symbol('N', true), ...(shape as readonly Dimension[])],
      clause: clauses.byPart.get(`input:${name}`)!,
    })),
    clauses: [...clauses.list, ...training.clauses],
    clauseOf: clauses.byPart,
    losses: training.losses,
    ...(training.optimizer && { optimizer: training.optimizer }),
    ...(training.counts && { parameterCounts: training.counts }),
    accepted,
  }
  return { spec, diagnostics: [] }
}

/** Symbols may depend on one another, in any order. */
function readSymbols(context: SpecContext, entry: YamlEntry | undefined): void {
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

function readInputs(context: SpecContext, entry: YamlEntry | undefined): Plan['inputs'] {
  return (entriesOf(entry?.value, context.file) ?? []).flatMap(({ key, value, keySpan, span }) => {
    const fields =
      entriesOf(value, context.file) && context.fields(value, key, ['shape', 'dtype', 'meaning'], ['shape'])
    const shape = context.quantity(fields ? (fields.get('shape')?.value ?? null) : value)
    const dtype = scalarOf(fields?.get('dtype')?.value) ?? 'float32'
    if (!Array.isArray(shape)) {
      context.report(
        'spec-invalid-value',
        { layer: 'inputs', key, value: textOf(shape), expected: 'a list of sizes without the batch axis' },
        span,
      )
      return []
    }
    return [{ name: key, shape, dtype: String(dtype), span: keySpan }]
  })
}

function readOutputs(
  context: SpecContext,
  entry: YamlEntry | undefined,
  last: readonly string[],
  reader: StepReader,
  model: YamlEntry | undefined,
): Plan['outputs'] {
  if (!entry)
    return last.map(value => ({
      name: value,
      value,
      span: model?.keySpan ?? { file: context.file, start: 0, end: 0 },
    }))
  const items = itemsOf(entry.value) ?? (entry.value ? [entry.value] : [])
  return items.flatMap(item => {
    const name = String(scalarOf(item))
    const span = spanOf(item, context.file)
    if (reader.has(name)) return [{ name, value: name, span }]
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

function structureClauses(plan: Plan): {
  readonly list: readonly Clause[]
  readonly byPart: ReadonlyMap<string, Clause>
} {
  const byPart = new Map<string, Clause>()
  const list: Clause[] = []
  const put = (part: string, clause: Clause) => {
    byPart.set(part, clause)
    list.push(clause)
  }
  for (const { name, shape, span } of plan.inputs) {
    put(`input:${name}`, {
      id: `inputs.${name}`,
      kind: 'input',
      statement: `${name} of shape [${shape.map(textOf).join(', ')}]`,
      span,
    })
  }
  for (const layer of new Set(plan.applications.map(application => application.layer))) {
    const cited = layer.citation ? { citation: layer.citation } : {}
    put(String(layer.id), {
      id: `model.${layer.name}`,
      kind: 'layer',
      statement: layer.statement,
      span: layer.span,
      ...cited,
    })
    for (const [key, entry] of Object.entries(layer.config)) {
      if (entry.from !== 'given' || key === 'name' || !entry.span) continue
      put(`${layer.id}.${key}`, {
        id: `model.${layer.name}.${key}`,
        kind: 'config',
        statement: `${key} ${textOf(entry.value)}`,
        span: entry.span,
        ...cited,
      })
    }
  }
  for (const { name, span } of plan.outputs)
    put(`output:${name}`, { id: `outputs.${name}`, kind: 'output', statement: `${name} is an output`, span })
  return { list, byPart }
}

interface Training {
  readonly losses: readonly TrainingStatement[]
  readonly optimizer?: TrainingStatement
  readonly counts?: NonNullable<Spec['parameterCounts']>
  readonly clauses: readonly Clause[]
}

function readTraining(
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
    if (name === undefined) return []
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
      head?.value && entriesOf(head.value, context.file)
        ? context.fields(head.value, name, ['output', 'weight', 'cite'])
        : new Map<string, YamlEntry>()
    const output = scalarOf(fields.get('output')?.value)
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
  const optimizer = readOptimizer(context, top.get('optimizer'), clauses)
  const counts = readCounts(context, top.get('parameters'), clauses)
  return { losses: stated, ...(optimizer && { optimizer }), ...(counts && { counts }), clauses }
}

function readOptimizer(
  context: SpecContext,
  entry: YamlEntry | undefined,
  clauses: Clause[],
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
  const names = definition.settings.map(({ name }) => name)
  const fields =
    head?.value && scalarOf(head.value) !== null
      ? context.fields(head.value, kind, [...names, 'cite'])
      : new Map<string, YamlEntry>()
  const citation = context.citation(fields.get('cite'))
  const clause: Clause = {
    id: 'optimizer',
    kind: 'optimizer',
    statement: kind,
    span: entry.span,
    ...(citation && { citation }),
  }
  clauses.push(clause)
  const settings: Record<string, TrainingStatement['settings'][string]> = {}
  for (const [name, field] of fields) {
    if (name === 'cite') continue
    settings[name] = { value: context.quantity(field.value), span: field.span }
    clauses.push({
      id: `optimizer.${name}`,
      kind: 'optimizer',
      statement: `${name} ${textOf(settings[name].value)}`,
      span: field.span,
      ...(citation && { citation }),
    })
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
  const parts = [
    ...(trainable === undefined ? [] : [`${trainable} trainable`]),
    ...(total === undefined ? [] : [`${total} in total`]),
  ]
  const citation = context.citation(fields.get('cite'))
  const clause: Clause = {
    id: 'parameters',
    kind: 'parameters',
    statement: `parameters: ${parts.join(', ')}`,
    span: entry.span,
    ...(citation && { citation }),
  }
  clauses.push(clause)
  return { ...(trainable !== undefined && { trainable }), ...(total !== undefined && { total }), clause }
}

function readAccepted(context: SpecContext, entry: YamlEntry | undefined): readonly AcceptedDeviation[] {
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
