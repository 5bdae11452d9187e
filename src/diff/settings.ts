import { hasActivationInside, hasTheSameKeys } from '../compare/align.js'
import { isIdle } from '../compare/findings.js'
import { isSameLossFunction } from '../compare/loss-functions.js'
import { type Alignment, isTabled, type ParameterPairing } from '../compare/pairing.js'
import { layerText, type Unit } from '../compare/units.js'
import { relate } from '../compare/values.js'
import type { ConfigEntry, Layer, Model, ModelGraph, Optimizer } from '../graph/model.js'
import { parametersOf } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { Transplanted } from '../graph/transplant.js'
import { keysOf, textOf } from '../library/config.js'
import { initializerText } from '../library/initializers.js'
import type { ConfigEffect } from '../library/layer.js'
import { layers } from '../library/layers/table.js'
import type { Span } from '../text/source.js'

/** What a setting is a part of. All but `function` stand beside the outputs: these are the same whatever they are. */
export type SettingPart = 'input' | 'function' | 'start' | 'training' | 'loss' | 'optimizer'

/** Something that both sides state and that is not the same, or may not be. */
export interface SettingChange {
  readonly part: SettingPart
  /** `\`rate\` of dropout \`drop\``. */
  readonly subject: string
  /** Absent where that side has nothing of the kind. */
  readonly before?: SettingValue
  readonly after?: SettingValue
  readonly verdict: 'different' | 'undecided'
}

export interface SettingValue {
  readonly text: string
  readonly span?: Span
}

/** A setting of one side. Those of both sides that have one key are one setting. */
interface Setting {
  readonly key: string
  readonly subject: string
  readonly value: Attribute
  /** Set where the value is not known, with the reason. */
  readonly unknown?: string
  readonly span?: Span
}

interface Reading {
  readonly before: readonly Setting[]
  readonly after: readonly Setting[]
}

interface Compared {
  readonly before: ModelGraph
  readonly after: ModelGraph
  readonly alignment: Alignment
  readonly parameters: ParameterPairing
  readonly together?: Transplanted
}

/** What is compared beside the outputs, by the part that it belongs to. */
const parts: Readonly<Record<SettingPart, (compared: Compared) => Reading>> = {
  input: ({ alignment, after }) => readInputs(alignment, after.model),
  function: ({ alignment }) => readLayers(alignment, 'function'),
  start: compared => joined(readLayerStarts(compared.alignment), readStarts(compared)),
  training: compared => joined(readLayers(compared.alignment, 'training'), readTrained(compared)),
  loss: readLosses,
  optimizer: ({ before, after }) => readOptimizers(before.model, after.model),
}

/** Everything that the sides set differently, or may. */
export function settingChanges(compared: Compared): readonly SettingChange[] {
  return (Object.keys(parts) as SettingPart[]).flatMap(part => {
    const { before, after } = parts[part](compared)
    const left = new Map(before.map(entry => [entry.key, entry]))
    const right = new Map(after.map(entry => [entry.key, entry]))
    return [...new Set([...left.keys(), ...right.keys()])].flatMap(key =>
      compareSetting(part, left.get(key), right.get(key)),
    )
  })
}

function compareSetting(
  part: SettingPart,
  before: Setting | undefined,
  after: Setting | undefined,
): readonly SettingChange[] {
  const isUnknown = before?.unknown !== undefined || after?.unknown !== undefined
  const relation =
    before && after
      ? isUnknown
        ? 'open'
        : relate(before.value, after.value)
      : isUnknown
        ? 'open'
        : 'different'
  if (relation === 'same') return []
  const shown = (setting: Setting | undefined): SettingValue | undefined =>
    setting && {
      text: setting.unknown ?? textOf(setting.value),
      ...(setting.span && { span: setting.span }),
    }
  const [left, right] = [shown(before), shown(after)]
  const change = {
    part,
    subject: (after ?? before)!.subject,
    ...(left && { before: left }),
    ...(right && { after: right }),
  }
  return [{ ...change, verdict: relation === 'open' ? 'undecided' : 'different' }]
}

const joined = (...readings: readonly Reading[]): Reading => ({
  before: readings.flatMap(({ before }) => before),
  after: readings.flatMap(({ after }) => after),
})

function readInputs({ inputs }: Alignment, after: Model): Reading {
  const setting = ({ name, node, origin }: Model['inputs'][number], key: string): Setting => ({
    key,
    subject: `the shape of the input \`${name}\``,
    value: [node.type.dtype, ...(node.type.shape ?? ['of unknown rank'])],
    span: origin.span,
  })
  const partners = new Map(inputs.flatMap(([, second], i) => (second ? [[second, i] as const] : [])))
  return {
    before: inputs.map(([first], i) => setting(first, String(i))),
    after: after.inputs.map((port, i) => setting(port, String(partners.get(port) ?? `new ${i}`))),
  }
}

/**
 * What trains is read tensor by tensor, and an activation at the end of a layer is the same written as a layer of its own:
 * equations show it.
 */
const isListed = (key: string, ...units: readonly Unit[]): boolean =>
  key !== 'trainable' && (key !== 'activation' || units.some(hasActivationInside))

/** The keys of layers that have one effect, layer by layer as they are aligned. */
function readLayers({ pairs }: Alignment, effect: ConfigEffect): Reading {
  return readPairs(pairs, (unit, place, other) => {
    const { layer } = unit
    const keys = keysOf(layers[layer.kind]!, name => layer.config[name]?.value)
    return Object.entries(layer.config).flatMap(([name, entry]) =>
      keys[name]?.effect === effect &&
      isListed(name, unit, other) &&
      !(isIdle(name, unit) && isIdle(name, other))
        ? [layerSetting(`${place} ${name}`, `\`${name}\` of ${layerText(layer)}`, entry, layer)]
        : [],
    )
  })
}

/** How the tensors of layers of the table start, whichever keys decide it. */
function readLayerStarts({ pairs }: Alignment): Reading {
  return readPairs(pairs, ({ layer }, place) =>
    layer.parameters.map(
      ({ name, initializer }): Setting => ({
        key: `${place} ${name}`,
        subject: `how \`${name}\` of ${layerText(layer)} starts`,
        value: initializerText(initializer),
        span: layer.origin.span,
      }),
    ),
  )
}

/** Settings of layers of the table that are one on both sides, each read once. */
function readPairs(
  pairs: Alignment['pairs'],
  read: (unit: Unit, place: number, other: Unit) => readonly Setting[],
): Reading {
  const seen = new Set<Layer>()
  const reading: { before: Setting[]; after: Setting[] } = { before: [], after: [] }
  for (const [place, pair] of pairs.entries()) {
    const { specified, implemented } = pair
    if (!specified || !implemented || !hasTheSameKeys(pair) || !isTabled(specified.layer.kind)) continue
    if (seen.has(specified.layer) || seen.has(implemented.layer)) continue
    seen.add(specified.layer).add(implemented.layer)
    reading.before.push(...read(specified, place, implemented))
    reading.after.push(...read(implemented, place, specified))
  }
  return reading
}

const layerSetting = (key: string, subject: string, { value, span }: ConfigEntry, layer: Layer): Setting => ({
  key,
  subject,
  value,
  span: span ?? layer.origin.span,
})

/** How tensors start that no layer of the table makes: variables, and the weights of layers of the program. */
function readStarts({ before, after, parameters }: Compared): Reading {
  return readParameters(before, after, parameters, ({ layer, parameter }) =>
    layer && isTabled(layer.kind) ? undefined : initializerText(parameter.initializer),
  )
}

/** Which learned tensors train, whoever decides it. */
function readTrained({ before, after, parameters }: Compared): Reading {
  return readParameters(before, after, parameters, ({ trainable }) => trainable)
}

function readParameters(
  before: ModelGraph,
  after: ModelGraph,
  pairing: ParameterPairing,
  read: (entry: ReturnType<typeof parametersOf>[number]) => Attribute | undefined,
): Reading {
  const partners = new Set(pairing.values())
  const list = (
    { model }: ModelGraph,
    idOf: (entry: ReturnType<typeof parametersOf>[number]) => number | undefined,
  ) =>
    parametersOf(model).flatMap((entry): readonly Setting[] => {
      const [id, value] = [idOf(entry), read(entry)]
      if (id === undefined || value === undefined) return []
      const owner = entry.layer ? ` of ${layerText(entry.layer)}` : ''
      const what = typeof value === 'boolean' ? 'whether' : 'how'
      const verb = typeof value === 'boolean' ? 'trains' : 'starts'
      return [
        {
          key: `parameter ${id}`,
          subject: `${what} \`${entry.parameter.name}\`${owner} ${verb}`,
          value,
          ...(entry.layer && { span: entry.layer.origin.span }),
        },
      ]
    })
  return {
    before: list(before, ({ parameter: { node } }) => (partners.has(node) ? node.id : undefined)),
    after: list(after, ({ parameter: { node } }) => pairing.get(node)?.id),
  }
}

/** The losses by the output that they are on; functions of the program are the same where that is proved. */
function readLosses({ before, after, together }: Compared): Reading {
  const moved = together?.graph.model.compilation?.losses ?? []
  const areEqual = (before.model.compilation?.losses ?? []).flatMap(({ output, function: own }) => {
    const other = moved.find(term => term.output === output)?.function
    return own && other && isSameLossFunction(own, other, before.builder) ? [output] : []
  })
  const read = ({ compilation, outputs }: Model) =>
    (compilation?.losses ?? []).flatMap((term): readonly Setting[] => {
      const { output, kind, weight, span, reason } = term
      const name = outputs.length > 1 ? ` on \`${outputs[output]?.name ?? output + 1}\`` : ''
      const isOpen = term.function ? !areEqual.includes(output) : kind === 'opaque'
      const why = term.function ? 'a function of the program' : (reason ?? 'it was not followed')
      const unknown = isOpen && { unknown: why }
      return [
        { span, ...unknown, key: `${output} kind`, subject: `the loss${name}`, value: kind },
        {
          span,
          ...(kind === 'opaque' && unknown),
          key: `${output} weight`,
          subject: `the weight of the loss${name}`,
          value: weight,
        },
      ]
    })
  return { before: read(before.model), after: read(after.model) }
}

/** The optimizers and the settings that both have, or that one has where both are of one kind. */
function readOptimizers(before: Model, after: Model): Reading {
  const [first, second] = [before.compilation?.optimizer, after.compilation?.optimizer]
  const isOneKind = first?.kind === second?.kind
  const read = (own: Optimizer | undefined, other: Optimizer | undefined): readonly Setting[] => {
    if (!own) return []
    const { kind, settings, span, reason } = own
    const common = { span, ...(kind === 'opaque' && { unknown: reason ?? 'it was not followed' }) }
    const shared = Object.entries(settings).filter(([name]) => isOneKind || other?.settings[name])
    return [
      { ...common, key: 'kind', subject: 'the optimizer', value: kind },
      ...shared.map(
        ([name, entry]): Setting => ({
          ...common,
          key: `setting ${name}`,
          subject: `\`${name}\` of the optimizer`,
          value: entry.value,
          ...(entry.span && { span: entry.span }),
        }),
      ),
    ]
  }
  return { before: read(first, second), after: read(second, first) }
}
