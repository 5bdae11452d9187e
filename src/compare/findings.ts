import type { Code, HolesOf } from '../diagnostics/catalogue.js'
import { type Diagnostic, type DiagnosticPlace, diagnostic } from '../diagnostics/diagnostic.js'
import { isProblem } from '../graph/op.js'
import { keysOf, textOf } from '../library/config.js'
import { layers } from '../library/layers/table.js'
import type { Clause, StatedModel } from '../spec/spec.js'
import { type DifferingKey, differInSettings, differingKeys, isSame, type Pair } from './align.js'
import type { Correspondence } from './correspondence.js'
import { below } from './layouts.js'
import { layerText, type Unit } from './units.js'
import type { Evidence, Finding } from './verdict.js'

/** What a difference changes, and with it what shows that it is one. */
export type Effect =
  /** The structure: shown by numbers on which the models differ. */
  | 'structure'
  /** Which places share parameters: shown by how many there are. */
  | 'sharing'
  /** A setting of the function that is computed: it matters unless the numbers agree all the same. */
  | 'function'
  /** What is stated and does not change the function: a start, a rate, the shape of an input. */
  | 'stated'

/** A difference as the alignment names it, before it is shown. */
export interface Candidate {
  readonly finding: Finding
  readonly effect: Effect
  /** Why it cannot be decided, where the value depends on what has no value. */
  readonly open?: Diagnostic
  /** It concerns only the order of values, which what follows can undo. */
  readonly order?: boolean
  /** The unit of the code that reads it. */
  readonly unit?: Unit
}

function make<C extends Code>(
  code: C,
  values: Readonly<Record<HolesOf<C>, string>>,
  place: DiagnosticPlace,
  rest: Omit<Finding, 'diagnostic'> = {},
): Finding {
  return { diagnostic: diagnostic(code, values, place), ...rest }
}

const clauseField = (clause: Clause | undefined) => (clause ? { clause } : {})

const specPlace = (unit: Unit | undefined) =>
  unit ? { related: [{ message: 'specified here', span: unit.span }] } : {}

/** The differences of an alignment, each on the smallest span of the code that would have to change. */
export function nameDifferences(
  pairs: readonly Pair[],
  values: Correspondence,
  spec: StatedModel,
): readonly Candidate[] {
  return pairs.flatMap((pair, i): readonly Candidate[] => {
    const { specified, implemented } = pair
    if (specified && implemented) {
      const found = pair.moved ? [moved(specified, implemented, spec)] : []
      return [...found, ...compareUnits(specified, implemented, spec)]
    }
    if (specified) return [missing(specified, pairs, i, values, spec)]
    return implemented ? [extra(implemented)] : []
  })
}

function moved(specified: Unit, implemented: Unit, spec: StatedModel): Candidate {
  const clause = spec.clauseOf.get(String(specified.layer.id))
  const finding = make(
    'layer-order',
    { layer: layerText(implemented.layer) },
    { span: implemented.span, ...specPlace(specified) },
    clauseField(clause),
  )
  return { finding, effect: 'structure' }
}

function compareUnits(specified: Unit, implemented: Unit, spec: StatedModel): readonly Candidate[] {
  if (isSame(specified, implemented)) return []
  const layer = layerText(implemented.layer)
  const nodes = { specified: specified.output, implemented: implemented.output }
  const isOther = specified.kind !== implemented.kind || specified.what !== implemented.what
  if (isOther && !differInSettings({ specified, implemented })) {
    if (specified.kind === 'activation' && implemented.kind === 'activation') {
      const clause =
        spec.clauseOf.get(`${specified.layer.id}.activation`) ?? spec.clauseOf.get(String(specified.layer.id))
      const help = `write \`activation: '${specified.what}'\``
      const values = { layer, expected: specified.what, actual: implemented.what }
      const evidence: Evidence = { by: 'value', expected: specified.what, actual: implemented.what }
      return [
        {
          finding: make(
            'activation-different',
            values,
            { span: implemented.span, help, ...specPlace(specified) },
            { ...nodes, evidence, ...clauseField(clause) },
          ),
          effect: 'structure',
        },
      ]
    }
    const clause = spec.clauseOf.get(String(specified.layer.id))
    const values = { layer, expected: specified.what, actual: implemented.what }
    return [
      {
        finding: make(
          'layer-kind-different',
          values,
          { span: implemented.span, ...specPlace(specified) },
          { ...nodes, ...clauseField(clause) },
        ),
        effect: 'structure',
      },
    ]
  }
  return differingKeys(specified, implemented)
    .filter(({ key }) => !isIdle(key, specified) || !isIdle(key, implemented))
    .map(key => compareKey(key, specified, implemented, spec))
}

/** Whether a key says how a parameter starts or is restrained that the layer does not have. */
export function isIdle(key: string, { layer, inputs }: Unit): boolean {
  const { config, parameters } = layers[layer.kind]!
  const start = key.replace(/(Regularizer|Constraint)$/, 'Initializer')
  if (config[start]?.kind !== 'initializer') return false
  const values = Object.entries(layer.config).map(([name, { value }]) => [name, value] as const)
  const declared = parameters(
    Object.fromEntries(values),
    inputs.map(({ type }) => type),
  )
  if (isProblem(declared)) return false
  return !declared.some(({ initializer }) => 'key' in initializer && initializer.key === start)
}

function compareKey(
  { key, relation }: DifferingKey,
  specified: Unit,
  implemented: Unit,
  spec: StatedModel,
): Candidate {
  const stated = specified.layer.config[key]!
  const actual = implemented.layer.config[key]
  const definition = layers[specified.layer.kind]!
  const { effect } = keysOf(definition, name => specified.layer.config[name]?.value)[key]!
  const values = {
    key,
    layer: layerText(implemented.layer),
    expected: textOf(stated.value),
    actual: actual ? textOf(actual.value) : 'missing',
  }
  const clause =
    spec.clauseOf.get(`${specified.layer.id}.${key}`) ?? spec.clauseOf.get(String(specified.layer.id))
  const isDefault = actual?.from !== 'given'
  const code =
    effect === 'start'
      ? 'initializer-different'
      : isDefault
        ? 'framework-default-differs'
        : 'config-different'
  const notes = isDefault ? [`The default is read from ${definition.source}.`] : []
  const help = isDefault
    ? `write \`${key}: ${values.expected}\` in the layer’s configuration`
    : `change it to ${values.expected}, or accept the deviation in the spec with its reason`
  const span = actual?.span ?? implemented.span
  const finding = make(
    code,
    values,
    { span, help, notes, ...specPlace(specified) },
    {
      specified: specified.output,
      implemented: implemented.output,
      evidence: { by: 'value', expected: values.expected, actual: values.actual },
      ...clauseField(clause),
    },
  )
  const { expected, actual: found } = values
  const what = `\`${key}\` of ${values.layer}`
  const reason = diagnostic('symbolic-value', { what, expected, actual: found }, { span })
  return {
    finding,
    effect: effect === 'function' ? 'function' : 'stated',
    ...(relation === 'open' && { open: reason }),
  }
}

function missing(
  specified: Unit,
  pairs: readonly Pair[],
  i: number,
  values: Correspondence,
  spec: StatedModel,
): Candidate {
  const read = unitsRead(specified, pairs, values)
  const before = read.at(-1) ?? [...pairs.slice(0, i)].reverse().find(pair => pair.implemented)?.implemented
  const after = pairs.slice(i + 1).find(({ implemented }) => implemented)?.implemented
  const place = before ?? after
  const span = place ? { span: place.layer.origin.span } : {}
  if (specified.kind === 'activation') {
    const owner = place
    const clause =
      spec.clauseOf.get(`${specified.layer.id}.activation`) ?? spec.clauseOf.get(String(specified.layer.id))
    const holes = { expected: specified.what, layer: owner ? layerText(owner.layer) : 'the input' }
    const help = `add \`activation: '${specified.what}'\` to the layer’s configuration, or accept the deviation in the spec with its reason`
    const at = owner ? { span: owner.layer.origin.span } : span
    const finding = make(
      'activation-missing',
      holes,
      { ...at, help, ...specPlace(specified) },
      {
        specified: specified.output,
        ...(owner && { implemented: owner.output }),
        ...clauseField(clause),
      },
    )
    return { finding, effect: 'structure' }
  }
  const clause = spec.clauseOf.get(String(specified.layer.id))
  const rest = { specified: specified.output, ...clauseField(clause) }
  if (before && isResidual(specified)) {
    const from = read.length > 1 ? layerText(read[0]!.layer) : 'the input'
    const place = { span: before.layer.origin.span, ...specPlace(specified) }
    const finding = make('residual-missing', { from, to: layerText(before.layer) }, place, rest)
    return { finding, effect: 'structure' }
  }
  const where = before
    ? `after ${layerText(before.layer)}`
    : after
      ? `before ${layerText(after.layer)}`
      : 'from the model'
  const finding = make(
    'layer-missing',
    { expected: clause?.statement ?? specified.what, where },
    { ...span, ...specPlace(specified) },
    rest,
  )
  return { finding, effect: 'structure' }
}

/** The units of the code that make what a specified unit reads, in the order of the code. */
function unitsRead({ inputs }: Unit, pairs: readonly Pair[], values: Correspondence): readonly Unit[] {
  const read = new Set(inputs.map(input => values.partner(input)))
  return pairs
    .flatMap(({ implemented }) => (implemented && read.has(implemented.output) ? [implemented] : []))
    .sort((a, b) => a.position - b.position)
}

/** Whether a unit joins a value with another one that is computed from it. */
function isResidual({ inputs }: Unit): boolean {
  return inputs.some(shortcut => inputs.some(other => other !== shortcut && below([other]).has(shortcut)))
}

function extra(implemented: Unit): Candidate {
  const layer = layerText(implemented.layer)
  if (implemented.kind === 'activation') {
    const finding = make(
      'activation-extra',
      { actual: implemented.what, layer },
      { span: implemented.span },
      {
        implemented: implemented.output,
        ...(implemented.inputs[0] && { specified: implemented.inputs[0] }),
      },
    )
    return { finding, effect: 'structure' }
  }
  return {
    finding: make('layer-extra', { layer }, { span: implemented.span }, { implemented: implemented.output }),
    effect: 'structure',
  }
}

/** Layers that the spec shares and the code does not, or the other way round. */
export function nameSharing(pairs: readonly Pair[], spec: StatedModel): readonly Candidate[] {
  const found: Candidate[] = []
  const linear = pairs.filter(
    ({ specified, implemented }) =>
      specified?.kind === 'layer' && implemented?.kind === 'layer' && implemented.layer.parameters.length > 0,
  )
  const group = (side: 'specified' | 'implemented', other: 'specified' | 'implemented') => {
    const groups = new Map<number, Pair[]>()
    for (const pair of linear) {
      const id = pair[side]!.layer.id
      groups.set(id, [...(groups.get(id) ?? []), pair])
    }
    return [...groups.values()].filter(
      members => new Set(members.map(pair => pair[other]!.layer.id)).size > 1,
    )
  }
  for (const members of group('specified', 'implemented')) {
    const { specified } = members[0]!
    const clause = spec.clauseOf.get(String(specified!.layer.id))
    const copies = [
      ...new Map(members.map(({ implemented }) => [implemented!.layer.id, implemented!.layer])).values(),
    ]
    const values = {
      expected: specified!.layer.name,
      times: String(members.length),
      actual: String(copies.length),
    }
    const related = copies.slice(0, -1).map(layer => ({ message: 'another copy', span: layer.origin.span }))
    found.push({
      finding: make(
        'sharing-lost',
        values,
        {
          span: copies.at(-1)!.origin.span,
          related,
          help: 'create the layer once and apply it several times',
        },
        {
          ...clauseField(clause),
          evidence: { by: 'value', expected: '1 layer', actual: `${copies.length} layers` },
        },
      ),
      effect: 'sharing',
    })
  }
  for (const members of group('implemented', 'specified')) {
    const { specified, implemented } = members[0]!
    const clause = spec.clauseOf.get(String(specified!.layer.id))
    const separate = new Set(members.map(pair => pair.specified!.layer.id)).size
    found.push({
      finding: make(
        'sharing-extra',
        { layer: layerText(implemented!.layer) },
        { span: implemented!.span },
        {
          ...clauseField(clause),
          evidence: { by: 'value', expected: `${separate} layers`, actual: '1 layer' },
        },
      ),
      effect: 'sharing',
    })
  }
  return found
}

/** Units of the code that read something else than their partners are specified to read. */
export function nameConnections(
  pairs: readonly Pair[],
  values: Correspondence,
  spec: StatedModel,
): readonly Candidate[] {
  return pairs.flatMap(({ specified, implemented, moved: elsewhere }): readonly Candidate[] => {
    if (!specified || !implemented || elsewhere || values.readsTheSame(specified, implemented)) return []
    const clause = spec.clauseOf.get(String(specified.layer.id))
    const finding = make(
      'connection-different',
      { layer: layerText(implemented.layer) },
      { span: implemented.application.origin.span, ...specPlace(specified) },
      { specified: specified.output, implemented: implemented.output, ...clauseField(clause) },
    )
    const order = values.readsReordered(specified, implemented)
    return [{ finding, effect: 'structure', unit: implemented, ...(order && { order }) }]
  })
}
