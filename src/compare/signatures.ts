import { isDraw } from '../evaluate/concrete.js'
import { domainOf, drawTensor } from '../evaluate/domain.js'
import { evaluate } from '../evaluate/evaluate.js'
import { randomSource } from '../evaluate/random.js'
import type { GraphBuilder } from '../graph/builder.js'
import { type Dimension, substitute } from '../graph/dimension.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import { nodesBelow } from '../graph/walk.js'
import type { Sides } from './evidence.js'
import { type Form, formsOf, joinedForms, overlap, partsOfForm, type Taken } from './forms.js'
import { batch, fixedSizes, smallSizes } from './sizes.js'

/** Learned tensors that belong together: those of a family are parts of one, in the order of their numbers. */
export interface LearnedGroup {
  /** Their names and their nodes where they are no parameters of the code. */
  readonly members: readonly { readonly name: string; readonly node: Node }[]
}

/** What of the code a group may be, with what stands for each member. */
export interface Candidate extends Taken {
  readonly forms: ReadonlyMap<string, Node>
}

/** How the members of a group lie in one tensor. */
interface Reading {
  /** The shape of the whole, for members of a shape. */
  readonly whole: (member: readonly number[], count: number) => readonly number[] | undefined
  /** The part of a whole that is a member, as a node and as numbers. */
  readonly part: (whole: Node, place: number, count: number, builder: GraphBuilder) => Node | undefined
}

const made = (node: ReturnType<GraphBuilder['node']>): Node | undefined =>
  isProblem(node) ? undefined : node

/** One of so many equal parts along an axis: one behind the other, or each position in turn. */
function along(axisOf: (rank: number) => number, isInTurn: boolean): Reading {
  return {
    whole: (member, count) => {
      const axis = axisOf(member.length)
      return member.length === 0 || count === 1
        ? undefined
        : member.map((size, i) => (i === axis ? size * count : size))
    },
    part: (whole, place, count, builder) => {
      const shape = whole.type.shape!
      const axis = axisOf(shape.length)
      const size = Number(shape[axis]) / count
      const attributes = isInTurn
        ? { axis, start: place, size, step: count }
        : { axis, start: place * size, size, step: 1 }
      return made(builder.node('slice', [whole], attributes))
    },
  }
}

/** A tensor by itself, or the parts of one as columns or as rows. */
const readings: readonly Reading[] = [
  {
    whole: (member, count) => (count === 1 ? member : undefined),
    part: whole => whole,
  },
  along(rank => rank - 1, false),
  along(() => 0, false),
  along(rank => rank - 1, true),
]

/** What all parameters are that are not looked at. */
const usual = 0.1

/** How many examples are looked at. */
const batchSize = 2

/** Multiplications and additions of one evaluation. */
const budget = 20_000_000

/** How many nodes may be computed in all: what has one candidate is looked for again and again. */
const mostComputed = 4_000_000

/** Numbers that differ by no more than this part of the largest are the same. */
const tolerance = 1e-7

/**
 * Which parameters of the code may be which learned tensors of equations, by numbers: with all others equal, a change of
 * one changes the outputs in some way, its *signature*, and what corresponds has the same one. Groups come with all
 * candidates whose signature is theirs; undefined where the numbers cannot be had, or a group has none.
 */
export function candidatesBySignature(
  sides: Sides,
  groups: readonly LearnedGroup[],
  free: readonly Node[],
): readonly (readonly Candidate[])[] | undefined {
  const { builder } = sides
  const symbol = smallSizes(
    new Map([[batch, batchSize], ...sides.assumed]),
    fixedSizes([...sides.specified, ...sides.implemented]),
  )
  const open = new Set([...free, ...groups.flatMap(({ members }) => members.map(({ node }) => node))])
  const numbers = new Numbers(open, symbol)
  const whole = free.flatMap(parameter =>
    formsOf(parameter, builder).flatMap((form): readonly Form[] => {
      const shape = numbers.shapeOf(form)
      return shape ? [{ parameters: [parameter], form, shape }] : []
    }),
  )
  // Only where there are more of them than parameters do several share one.
  const contents = {
    counts: new Set(groups.map(({ members }) => members.length).filter(count => count > 1)),
    sizes: new Set(
      groups.flatMap(({ members }) => members.flatMap(({ node }) => numbers.shapeOf(node) ?? [])),
    ),
  }
  const isShared = groups.length > free.length
  const wanted = new Set(
    groups.flatMap(({ members: [first] }) => (first && numbers.shapeOf(first.node)?.join()) ?? []),
  )
  const forms = isShared
    ? [...whole, ...whole.flatMap(form => partsOfForm(form, contents, builder))]
    : groups.length < free.length
      ? [...whole, ...(joinedForms(whole, shape => wanted.has(shape.join()), builder) ?? [])]
      : whole
  const candidates = new Map<LearnedGroup, readonly Fitting[]>()
  const isOpen = (group: LearnedGroup) => candidates.get(group)?.length !== 1
  // What has one candidate gets numbers of its own, which may tell the candidates of others apart.
  for (let before = groups.length + 1, left = groups.length; left > 0 && left < before; ) {
    const taken = [...candidates.values()].flatMap(all => (all.length === 1 ? [all[0]!] : []))
    const fitting = fittingForms(
      sides,
      groups.filter(isOpen),
      forms.filter(form => !taken.some(other => overlap(form, other))),
      numbers,
    )
    if (!fitting) return undefined
    for (const [group, all] of fitting) {
      candidates.set(group, all)
      const [only, ...others] = all
      if (only && others.length === 0) numbers.fix(only)
    }
    before = left
    left = groups.filter(isOpen).length
  }
  const found = groups.map(group => candidates.get(group) ?? [])
  return found.every(all => all.length > 0) ? found : undefined
}

/** A candidate with changes of the same numbers on both sides. */
interface Fitting extends Candidate {
  readonly changes: readonly (readonly [node: Node, change: readonly number[]])[]
}

/** By how much parameters change. */
type Changes = ReadonlyMap<Node, readonly number[]>

/** For each group the forms whose change changes the outputs as its own does; undefined where the outputs are not the same. */
function fittingForms(
  sides: Sides,
  groups: readonly LearnedGroup[],
  forms: readonly Form[],
  numbers: Numbers,
): ReadonlyMap<LearnedGroup, readonly Fitting[]> | undefined {
  const { builder } = sides
  const [stated, actual] = [numbers.outputs(sides.specified), numbers.outputs(sides.implemented)]
  if (!stated || !actual || !isClose(stated, actual)) return undefined
  const signatures = new Map<Form, readonly number[] | undefined>()
  const signatureOf = (form: Form, change: Changes) => {
    if (!signatures.has(form)) signatures.set(form, numbers.change(sides.implemented, actual, change))
    return signatures.get(form)
  }
  const found = new Map<LearnedGroup, readonly Fitting[]>()
  for (const group of groups) {
    const { members } = group
    const shape = members[0] && numbers.shapeOf(members[0].node)
    if (!shape) return undefined
    const fitting = readings.flatMap((reading): readonly Fitting[] => {
      const whole = reading.whole(shape, members.length)
      const alike = forms.filter(form => whole && form.shape.join() === whole.join())
      const parts = whole && alike.length > 0 ? numbers.parts(whole, members, reading, builder) : undefined
      const own = parts && numbers.change(sides.specified, stated, parts)
      if (!whole || !own) return []
      return alike.flatMap(form => {
        const change = numbers.spread(form, changeOf(whole))
        const other = change && signatureOf(form, change)
        if (!change || !other || !isClose(own, other)) return []
        const nodes = members.flatMap(({ name }, i) => {
          const part = reading.part(form.form, i, members.length, builder)
          return part ? [[name, part] as const] : []
        })
        const changes = [...parts, ...change]
        return nodes.length === members.length
          ? [
              {
                parameters: form.parameters,
                ...(form.parts && { parts: form.parts }),
                forms: new Map(nodes),
                changes,
              },
            ]
          : []
      })
    })
    found.set(group, fitting)
  }
  return found
}

/** Values of outputs where parameters are one number but for changes of some. */
class Numbers {
  readonly #open: ReadonlySet<Node>
  readonly #symbol: (name: string) => number
  readonly #known = new Map<Node, Tensor>()
  readonly #fixed = new Map<Node, readonly number[]>()
  readonly #sizes = new Map<readonly Node[], number>()
  #left = mostComputed

  constructor(open: ReadonlySet<Node>, symbol: (name: string) => number) {
    this.#open = open
    this.#symbol = symbol
  }

  shapeOf({ type: { shape } }: Node): readonly number[] | undefined {
    const sizes = shape?.map((size: Dimension) => substitute(size, this.#symbol))
    return sizes?.every(size => typeof size === 'number') ? (sizes as readonly number[]) : undefined
  }

  /** From here on, what corresponds differs from the usual numbers. */
  fix({ changes }: Fitting): void {
    for (const [node, change] of changes) {
      this.#fixed.set(node, sumOf(this.#fixed.get(node), change)!)
      this.#known.delete(node)
    }
  }

  outputs(
    nodes: readonly Node[],
    changes: ReadonlyMap<Node, readonly number[]> = new Map(),
  ): readonly number[] | undefined {
    const size = this.#sizes.get(nodes) ?? nodesBelow(nodes).length
    this.#sizes.set(nodes, size)
    this.#left -= size
    if (this.#left < 0) return undefined
    const leaf = (node: Node): Tensor | undefined => {
      const isGiven = node.op === 'input' || node.op === 'parameter'
      const shape = isGiven || isDraw(node) ? this.shapeOf(node) : undefined
      if (!shape) return undefined
      const change = sumOf(this.#fixed.get(node), changes.get(node))
      if (!changes.has(node) && this.#known.has(node)) return this.#known.get(node)
      const { dtype } = node.type
      const count = shape.reduce((a, b) => a * b, 1)
      const isUsual = this.#open.has(node) || isDraw(node)
      const value = isUsual
        ? { shape, dtype, data: Float64Array.from({ length: count }, (_, i) => usual + (change?.[i] ?? 0)) }
        : drawTensor(shape, dtype, domainOf(dtype), randomSource(node.id + 1))
      if (!changes.has(node)) this.#known.set(node, value)
      return value
    }
    const values = evaluate(nodes, { leaf, symbol: this.#symbol, budget })
    return isProblem(values) ? undefined : values.flatMap(({ data }) => [...data])
  }

  /** By how much outputs change; undefined where that is not known, or nothing changes. */
  change(
    nodes: readonly Node[],
    before: readonly number[],
    changes: ReadonlyMap<Node, readonly number[]>,
  ): readonly number[] | undefined {
    const after = this.outputs(nodes, changes)
    const difference = after?.map((value, i) => value - before[i]!)
    return difference?.some(value => Math.abs(value) > 1e-12) ? difference : undefined
  }

  /** The changes of parameters by which one of their forms changes so. */
  spread({ parameters, form }: Form, change: readonly number[]): Changes | undefined {
    const [only] = parameters
    if (only && form === only) return new Map([[only, change]])
    // Numbers for all their elements together say where each element of the form comes from.
    const places = new Map<Node, Tensor>()
    let count = 0
    for (const parameter of parameters) {
      const shape = this.shapeOf(parameter)
      if (!shape) return undefined
      const first = count
      count += shape.reduce((a, b) => a * b, 1)
      const data = Float64Array.from({ length: count - first }, (_, i) => first + i)
      places.set(parameter, { shape, dtype: 'float32', data })
    }
    const values = evaluate([form], { leaf: node => places.get(node) })
    if (isProblem(values)) return undefined
    const spread = new Array<number>(count).fill(0)
    values[0]!.data.forEach((place, i) => {
      spread[place] = change[i]!
    })
    return new Map(
      [...places].map(([parameter, { data }]) => [parameter, spread.slice(data[0], data[0]! + data.length)]),
    )
  }

  /** A change of a whole, by the members that are its parts. */
  parts(
    shape: readonly number[],
    members: LearnedGroup['members'],
    reading: Reading,
    builder: GraphBuilder,
  ): ReadonlyMap<Node, readonly number[]> | undefined {
    const whole = made(builder.node('input', [], { name: 'whole', index: -1, shape, dtype: 'float32' }))
    const parts = members.map((_, i) => whole && reading.part(whole, i, members.length, builder))
    if (!whole || parts.includes(undefined)) return undefined
    const value = { shape, dtype: 'float32' as const, data: Float64Array.from(changeOf(shape)) }
    const values = evaluate(parts as readonly Node[], { leaf: node => (node === whole ? value : undefined) })
    return isProblem(values)
      ? undefined
      : new Map(members.map(({ node }, i) => [node, [...values[i]!.data]] as const))
  }
}

/** The same change for the same shape. */
function changeOf(shape: readonly number[]): readonly number[] {
  return [...drawTensor(shape, 'float32', { kind: 'real' }, randomSource(shape.length + 11), usual).data]
}

function sumOf(
  a: readonly number[] | undefined,
  b: readonly number[] | undefined,
): readonly number[] | undefined {
  return a && b ? a.map((value, i) => value + b[i]!) : (a ?? b)
}

function isClose(a: readonly number[], b: readonly number[]): boolean {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return a.length === b.length && a.every((value, i) => Math.abs(value - b[i]!) <= tolerance * largest)
}
