import { add, product } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import type { Provenance } from '../graph/provenance.js'
import {
  type Assignment,
  allSteps,
  descentsAmong,
  type Moved,
  type Owner,
  type Step,
} from '../graph/training.js'
import { nodesBelow } from '../graph/walk.js'

import { type Formula, glyph, type NamedSymbol, separated, symbol } from './formula.js'
import { isGeneratedName, labelOf, variableSymbol } from './names.js'
import type { Explanation } from './system.js'

/** Parameters that the steps of a training always change together. */
export interface ParameterGroup {
  readonly letter: NamedSymbol
  readonly members: readonly Moved[]
}

/** As many owners of parameters are listed in an explanation. */
const mostListed = 4

/** Names for the sets of parameters that steps change, such that each of these sets is made of whole groups. */
export class ParameterGroups {
  readonly #groupOf = new Map<Node, ParameterGroup>()
  readonly groups: readonly ParameterGroup[]

  constructor(steps: readonly Step[], owners: readonly Owner[], provenance: Provenance) {
    const sets = [...steps.flatMap(setsIn), ...readOneByOne(steps)]
    const ownerOf = new Map<Node, string>()
    for (const { name, parameters } of named(
      owners,
      new Set(sets.flat().map(({ parameter }) => parameter.node)),
    ))
      for (const node of parameters) if (!ownerOf.has(node)) ownerOf.set(node, name)
    const members = new Map<Node, Moved>()
    const memberships = new Map<Node, number[]>()
    for (const [i, set] of sets.entries())
      for (const moved of set) {
        const { node } = moved.parameter
        members.set(node, moved)
        memberships.set(node, [...(memberships.get(node) ?? []), i])
      }
    const cells = new Map<string, Moved[]>()
    for (const [node, moved] of members) {
      const key = `${ownerOf.get(node) ?? ''} ${memberships.get(node)!.join()}`
      cells.set(key, [...(cells.get(key) ?? []), moved])
    }
    const taken = new Set<string>()
    this.groups = [...cells.values()].map(cell => {
      const owner = ownerOf.get(cell[0]!.parameter.node)
      return { letter: free(letterOf(cell, owner, provenance), taken), members: cell }
    })
    for (const group of this.groups)
      for (const { parameter } of group.members) this.#groupOf.set(parameter.node, group)
  }

  /** The groups that a set of parameters is made of. */
  of(moved: readonly Moved[]): readonly ParameterGroup[] {
    return [...new Set(moved.flatMap(({ parameter }) => this.#groupOf.get(parameter.node) ?? []))]
  }

  /** The name of the group of a parameter. */
  letter(node: Node): NamedSymbol | undefined {
    return this.#groupOf.get(node)?.letter
  }

  /** What each name stands for. */
  explanations(): readonly Explanation[] {
    return this.groups.map(({ letter, members }) => ({
      symbol: letter,
      meaning: contents(members),
      count: members.map(({ parameter }) => product(parameter.shape)).reduce(add, 0),
    }))
  }
}

/** The names of groups side by side. */
export const lettersOf = (groups: readonly ParameterGroup[]): Formula =>
  separated(
    groups.map(({ letter }) => letter),
    glyph(',\\,', ', '),
  )

function setsIn(step: Step): readonly (readonly Moved[])[] {
  switch (step.kind) {
    case 'descent':
      return [step.moved]
    case 'assignment':
      return ofLayers(step)
        ? [step.writes.map(({ moved }) => moved)]
        : step.writes.map(({ moved }) => [moved])
    case 'rounds':
      return step.steps.flatMap(setsIn)
    case 'alternatives':
      return step.ways.flat().flatMap(setsIn)
    case 'unfollowed':
      return []
  }
}

/** Variables that optimizers move together and that what is written into others reads: each has a name of its own. */
function readOneByOne(steps: readonly Step[]): readonly (readonly Moved[])[] {
  const all = allSteps(steps)
  const values = all
    .flatMap(step => (step.kind === 'assignment' ? step.writes : []))
    .flatMap(({ value }) => value ?? [])
  const read = new Set(nodesBelow(values))
  return descentsAmong(steps)
    .flatMap(({ moved }) => moved)
    .flatMap(moved => (moved.layer === undefined && read.has(moved.parameter.node) ? [[moved]] : []))
}

/** Whether a step gives values to weights of layers, and not to variables of the program. */
const ofLayers = ({ writes }: Assignment): boolean => writes.every(({ moved }) => moved.layer !== undefined)

/** Owners of the parameters in question, each with a name of its own. */
function named(owners: readonly Owner[], asked: ReadonlySet<Node>): readonly Owner[] {
  const used = owners.filter(({ parameters }) => parameters.some(node => asked.has(node)))
  const counts = new Map<string, number>()
  return used.map(({ name, parameters }) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return { name: count === 1 ? name : `${name}${count}`, parameters }
  })
}

function letterOf(members: readonly Moved[], owner: string | undefined, provenance: Provenance): NamedSymbol {
  const [first, ...others] = members
  if (owner !== undefined) return symbol('\\theta', labelOf(owner) ?? {})
  const { parameter, layer } = first!
  if (others.length > 0 || layer !== undefined) return symbol('\\theta')
  return variableSymbol(provenance.name(parameter.node) ?? parameter.name) ?? symbol('\\theta')
}

/** The name, or the first with an index that no other group has. */
function free(wanted: NamedSymbol, taken: Set<string>): NamedSymbol {
  for (let index = wanted.index; ; index = typeof index === 'number' ? index + 1 : 2) {
    const candidate = index === undefined ? wanted : { ...wanted, index }
    const key = JSON.stringify(candidate)
    if (taken.has(key)) continue
    taken.add(key)
    return candidate
  }
}

/** What a layer is called by its author, or else by the framework. */
const layerText = ({ name, variable }: NonNullable<Moved['layer']>): string =>
  isGeneratedName(name) ? (variable ?? name) : name

/** `kernel, bias of hidden; kernel of output`. */
export function contents(members: readonly Moved[]): string {
  const byLayer = new Map<string, string[]>()
  for (const { parameter, layer } of members) {
    const name = layer ? layerText(layer) : ''
    byLayer.set(name, [...(byLayer.get(name) ?? []), parameter.name.replaceAll('_', ' ')])
  }
  const parts = [...byLayer].map(([layer, names]) =>
    layer === '' ? names.map(name => `variable ${name}`).join(', ') : `${names.join(', ')} of ${layer}`,
  )
  const rest = parts.length - mostListed
  const shown = rest > 0 ? [...parts.slice(0, mostListed), `${rest} more layers`] : parts
  return shown.join('; ')
}
