import type { Attribute } from '../graph/node.js'
import { keysOf } from '../library/config.js'
import { layers } from '../library/layers/table.js'
import type { Unit } from './units.js'
import { type Relation, relate } from './values.js'

/** A unit of the spec, one of the code, or both that belong together. */
export interface Pair {
  readonly specified?: Unit
  readonly implemented?: Unit
  /** Found in another place than where it is specified. */
  readonly moved?: boolean
}

/** The table of the dynamic programme has at most this many cells; larger gaps are paired in order. */
const mostCells = 4_000_000

/** Cost of leaving a unit without a partner. */
const gap = 1

/**
 * Pairs the units of spec and code so that insertions, deletions and changes cost least. What is equal at both ends
 * is paired at once, so that nearly equal models take linear time.
 */
export function align(specified: readonly Unit[], implemented: readonly Unit[]): readonly Pair[] {
  let start = 0
  while (
    start < specified.length &&
    start < implemented.length &&
    isSame(specified[start]!, implemented[start]!)
  )
    start++
  let end = 0
  while (
    end < specified.length - start &&
    end < implemented.length - start &&
    isSame(specified.at(-1 - end)!, implemented.at(-1 - end)!)
  ) {
    end++
  }
  const head = specified
    .slice(0, start)
    .map((unit, i): Pair => ({ specified: unit, implemented: implemented[i]! }))
  const middle = alignGap(
    specified.slice(start, specified.length - end),
    implemented.slice(start, implemented.length - end),
  )
  const tail = specified
    .slice(specified.length - end)
    .map((unit, i): Pair => ({ specified: unit, implemented: implemented[implemented.length - end + i]! }))
  return pairMoved([...head, ...middle, ...tail])
}

function alignGap(a: readonly Unit[], b: readonly Unit[]): readonly Pair[] {
  if (a.length * b.length > mostCells) {
    return Array.from(
      { length: Math.max(a.length, b.length) },
      (_, i): Pair => ({ ...(a[i] && { specified: a[i] }), ...(b[i] && { implemented: b[i] }) }),
    )
  }
  const width = b.length + 1
  const cost = new Float64Array((a.length + 1) * width)
  for (let i = a.length; i >= 0; i--) {
    for (let j = b.length; j >= 0; j--) {
      if (i === a.length || j === b.length) {
        cost[i * width + j] = (a.length - i + b.length - j) * gap
        continue
      }
      cost[i * width + j] = Math.min(
        distance(a[i]!, b[j]!) + cost[(i + 1) * width + j + 1]!,
        gap + cost[(i + 1) * width + j]!,
        gap + cost[i * width + j + 1]!,
      )
    }
  }
  const pairs: Pair[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const here = cost[i * width + j]!
    if (i < a.length && j < b.length && here === distance(a[i]!, b[j]!) + cost[(i + 1) * width + j + 1]!) {
      pairs.push({ specified: a[i++]!, implemented: b[j++]! })
    } else if (i < a.length && here === gap + cost[(i + 1) * width + j]!) pairs.push({ specified: a[i++]! })
    else pairs.push({ implemented: b[j++]! })
  }
  return pairs
}

/** From 0, the same, to 2, nothing in common: then two gaps are as good. */
function distance(a: Unit, b: Unit): number {
  if (isSame(a, b)) return 0
  if (differInSettings({ specified: a, implemented: b })) return 0.2 + 0.6 * differingShare(a, b)
  if (a.kind !== b.kind) return 2.5
  if (a.kind === 'activation') return 0.9
  if (a.what !== b.what) return sameFamily(a.what, b.what) ? 1.4 : 2.2
  return 0.2 + 0.6 * differingShare(a, b)
}

/** Layers that read the same configuration are variants of one another. */
function sameFamily(a: string, b: string): boolean {
  return layers[a]?.source === layers[b]?.source && layers[a]?.rank === layers[b]?.rank
}

/** Whether both units stand for whole layers of one kind, which then have the same keys. */
export function hasTheSameKeys({ specified, implemented }: Pair): boolean {
  if (!specified || !implemented || specified.layer.kind !== implemented.layer.kind) return false
  return isWholeLayer(specified) && isWholeLayer(implemented)
}

/** Whether both units stand for whole layers of one kind that differ in what these are given, also where one is an activation. */
export function differInSettings(pair: Pair): boolean {
  const { specified, implemented } = pair
  return (
    specified !== undefined &&
    implemented !== undefined &&
    hasTheSameKeys(pair) &&
    differingKeys(specified, implemented).length > 0
  )
}

/** Whether the unit is a layer itself, and not the activation at the end of one. */
const isWholeLayer = ({ kind, application }: Unit) => kind === 'layer' || !application.beforeActivation

/** Whether nothing that the spec states about the unit differs. */
export function isSame(specified: Unit, implemented: Unit): boolean {
  return (
    specified.kind === implemented.kind &&
    specified.what === implemented.what &&
    (specified.kind === 'activation' || differingKeys(specified, implemented).length === 0)
  )
}

function differingShare(a: Unit, b: Unit): number {
  const stated = Object.values(a.layer.config).filter(({ from }) => from !== 'silent').length
  return differingKeys(a, b).length / Math.max(1, stated)
}

/** A key that the spec states and in which the code is not, or may not be, the same. */
export interface DifferingKey {
  readonly key: string
  readonly relation: Exclude<Relation, 'same'>
}

/** The keys of a layer that the spec states and in which the code differs; the activation is a unit of its own. */
export function differingKeys(specified: Unit, implemented: Unit): readonly DifferingKey[] {
  const definition = layers[specified.layer.kind]
  if (!definition) return []
  const keys = keysOf(definition, name => specified.layer.config[name]?.value)
  const isOwnUnit = !hasActivationInside(specified) && !hasActivationInside(implemented)
  return Object.entries(specified.layer.config).flatMap(([name, entry]): readonly DifferingKey[] => {
    const key = keys[name]
    if (!key || entry.from === 'silent' || key.effect === 'none') return []
    if (name === 'activation' && isOwnUnit) return []
    const other = implemented.layer.config[name]
    const relation = relate(
      resolved(entry.value, specified, name),
      other && resolved(other.value, implemented, name),
    )
    return relation === 'same' ? [] : [{ key: name, relation }]
  })
}

/** Whether a layer uses its activation in the middle, as recurrent ones do, so that no unit stands for it. */
export function hasActivationInside({ layer, application }: Unit): boolean {
  const activation = layer.config.activation?.value ?? null
  return activation !== null && activation !== 'linear' && !application.beforeActivation
}

/** A value in the form in which it acts: axes counted from the end. */
function resolved(value: Attribute, unit: Unit, name: string): Attribute {
  const kind = layers[unit.layer.kind]?.config[name]?.kind
  const rank = unit.inputs[0]?.type.shape?.length
  if ((kind !== 'axis' && kind !== 'axes') || rank === undefined) return value
  const fromEnd = [value].flat().map(axis => (typeof axis === 'number' && axis >= 0 ? axis - rank : axis))
  return fromEnd.length === 1 ? fromEnd[0]! : fromEnd
}

/** Units that are left on both sides and are the same stand in another place. */
function pairMoved(pairs: readonly Pair[]): readonly Pair[] {
  const left = pairs.filter(pair => pair.specified && !pair.implemented)
  const right = pairs.filter(pair => !pair.specified && pair.implemented)
  const taken = new Map<Pair, Pair>()
  const used = new Set<Pair>()
  for (const pair of left) {
    const partner = right.find(other => !used.has(other) && isSame(pair.specified!, other.implemented!))
    if (!partner) continue
    used.add(partner)
    taken.set(pair, { specified: pair.specified!, implemented: partner.implemented!, moved: true })
  }
  return pairs.flatMap(pair => (used.has(pair) ? [] : [taken.get(pair) ?? pair]))
}
