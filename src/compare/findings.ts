import type { Code, HolesOf } from '../diagnostics/catalogue.js'
import { type DiagnosticPlace, diagnostic } from '../diagnostics/diagnostic.js'
import type { Node } from '../graph/node.js'
import { textOf } from '../library/config.js'
import { layers } from '../library/layers/table.js'
import type { Clause, Spec } from '../spec/spec.js'
import { differingKeys, isSame, type Pair } from './align.js'
import { layerText, type Unit } from './units.js'
import type { Evidence, Finding } from './verdict.js'

/** A difference as the alignment names it, before it is proved. */
export interface Candidate {
  readonly finding: Finding
  /** Whether it says something about structure and needs a counterexample. */
  readonly structural: boolean
  /** For activations: the specified and the actual one, to be tried alone; an absent one is the identity. */
  readonly alone?: { readonly specified?: Node; readonly implemented?: Node; readonly at: Unit }
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
export function nameDifferences(pairs: readonly Pair[], spec: Spec): readonly Candidate[] {
  return pairs.flatMap((pair, i): readonly Candidate[] => {
    const { specified, implemented } = pair
    if (specified && implemented) {
      const found = pair.moved ? [moved(specified, implemented, spec)] : []
      return [...found, ...compareUnits(specified, implemented, spec)]
    }
    if (specified) return [missing(specified, pairs, i, spec)]
    return implemented ? [extra(implemented)] : []
  })
}

function moved(specified: Unit, implemented: Unit, spec: Spec): Candidate {
  const clause = spec.clauseOf.get(String(specified.layer.id))
  const finding = make(
    'layer-order',
    { layer: layerText(implemented.layer) },
    { span: implemented.span, ...specPlace(specified) },
    clauseField(clause),
  )
  return { finding, structural: true }
}

function compareUnits(specified: Unit, implemented: Unit, spec: Spec): readonly Candidate[] {
  if (isSame(specified, implemented)) return []
  const layer = layerText(implemented.layer)
  const nodes = { specified: specified.output, implemented: implemented.output }
  if (specified.kind !== implemented.kind || specified.what !== implemented.what) {
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
          structural: true,
          alone: { specified: specified.output, implemented: implemented.output, at: implemented },
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
        structural: true,
      },
    ]
  }
  return differingKeys(specified, implemented).map(key => compareKey(key, specified, implemented, spec))
}

function compareKey(key: string, specified: Unit, implemented: Unit, spec: Spec): Candidate {
  const stated = specified.layer.config[key]!
  const actual = implemented.layer.config[key]
  const definition = layers[specified.what]!
  const effect = definition.config[key]!.effect
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
  return { finding, structural: false }
}

function missing(specified: Unit, pairs: readonly Pair[], i: number, spec: Spec): Candidate {
  const before = pairs
    .slice(0, i)
    .reverse()
    .find(({ implemented }) => implemented)?.implemented
  const after = pairs.slice(i + 1).find(({ implemented }) => implemented)?.implemented
  const place = before ?? after
  const span = place ? { span: place.layer.origin.span } : {}
  if (specified.kind === 'activation') {
    const owner = ownerOf(specified, pairs) ?? place
    const clause =
      spec.clauseOf.get(`${specified.layer.id}.activation`) ?? spec.clauseOf.get(String(specified.layer.id))
    const values = { expected: specified.what, layer: owner ? layerText(owner.layer) : 'the input' }
    const help = `add \`activation: '${specified.what}'\` to the layer’s configuration, or accept the deviation in the spec with its reason`
    const at = owner ? { span: owner.layer.origin.span } : span
    const finding = make(
      'activation-missing',
      values,
      { ...at, help, ...specPlace(specified) },
      {
        specified: specified.output,
        ...(owner && { implemented: owner.output }),
        ...clauseField(clause),
      },
    )
    return {
      finding,
      structural: true,
      ...(owner && { alone: { specified: specified.output, at: owner } }),
    }
  }
  const clause = spec.clauseOf.get(String(specified.layer.id))
  const where = before
    ? `after ${layerText(before.layer)}`
    : after
      ? `before ${layerText(after.layer)}`
      : 'from the model'
  const finding = make(
    'layer-missing',
    { expected: clause?.statement ?? specified.what, where },
    { ...span, ...specPlace(specified) },
    { specified: specified.output, ...clauseField(clause) },
  )
  return { finding, structural: true }
}

/** The unit of the code that corresponds to the one that a specified activation follows. */
function ownerOf(specified: Unit, pairs: readonly Pair[]): Unit | undefined {
  const input: Node | undefined = specified.inputs[0]
  return pairs.find(pair => pair.specified?.output === input && pair.implemented)?.implemented
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
    return { finding, structural: true, alone: { implemented: implemented.output, at: implemented } }
  }
  return {
    finding: make('layer-extra', { layer }, { span: implemented.span }, { implemented: implemented.output }),
    structural: true,
  }
}

/** Layers that the spec shares and the code does not, or the other way round. */
export function nameSharing(pairs: readonly Pair[], spec: Spec): readonly Candidate[] {
  const found: Candidate[] = []
  const linear = pairs.filter(
    ({ specified, implemented }) => specified?.kind === 'layer' && implemented?.kind === 'layer',
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
    const copies = [...new Set(members.map(({ implemented }) => implemented!.layer))]
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
      structural: false,
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
      structural: false,
    })
  }
  return found
}

/** Pairs that read something else than what is specified, where everything else fits. */
export function nameConnections(pairs: readonly Pair[], spec: Spec): readonly Candidate[] {
  const partner = new Map<Node, Node>()
  for (const { specified, implemented } of pairs)
    if (specified && implemented) partner.set(specified.output, implemented.output)
  return pairs.flatMap(({ specified, implemented }): readonly Candidate[] => {
    if (!specified || !implemented) return []
    const expected = specified.inputs.map(input => partner.get(input) ?? input)
    const wrong =
      expected.length !== implemented.inputs.length ||
      expected.some((input, i) => input !== implemented.inputs[i])
    if (!wrong) return []
    const clause = spec.clauseOf.get(String(specified.layer.id))
    return [
      {
        finding: make(
          'connection-different',
          { layer: layerText(implemented.layer) },
          { span: implemented.application.origin.span, ...specPlace(specified) },
          { specified: specified.output, implemented: implemented.output, ...clauseField(clause) },
        ),
        structural: true,
      },
    ]
  })
}
