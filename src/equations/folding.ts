import { add } from '../graph/dimension.js'
import { type Formula, glyph, type Index, separated, symbol } from './formula.js'
import type { Explanation, Item, Repetition } from './system.js'

/** Longest block of equations that is tried as the body of a repetition. */
const longestPeriod = 24

/** Letters for sizes that change from round to round. */
const sizeLetters = ['d', 'c', 'm', 'q', 'r', 's']

/** How often a block has to come before it is folded: short ones are easier to read written out. */
function fewestRounds(period: number): number {
  return period < 4 ? 3 : 2
}

/**
 * Folds repeated blocks: equations that follow one another with a period, whose indices advance evenly, become one
 * block over a running index. Sizes that change on the way become letters with the list of their values.
 */
export function fold(items: readonly Item[], variable = 'l'): readonly Item[] {
  const skeletons = items.map(skeletonOf)
  const folded: Item[] = []
  let used = 0
  const nextLetter = () => sizeLetters[used++] ?? `s${used}`
  for (let at = 0; at < items.length; ) {
    const best = bestRepetition(skeletons, at)
    if (best) {
      folded.push(...items.slice(at, best.at))
      folded.push(repetition(items, skeletons, { ...best, variable, nextLetter }))
      at = best.at + best.period * best.rounds
    } else {
      folded.push(items[at]!)
      at++
    }
  }
  return folded
}

interface Skeleton {
  /** The item with its indices and sizes left out. */
  readonly text: string
  readonly indices: readonly number[]
  readonly sizes: readonly number[]
  /** Which of the sizes are those of the space that the item's value lives in. */
  readonly spaceFrom: number
  readonly spaceTo: number
}

/** The numbers that may change from round to round, and what stays. */
interface Visitor {
  readonly index: (index: number) => Index
  readonly size: (value: number) => Formula
}

/** How many numbers there are, whose they are, and which nodes are meant: equations are alike whatever these are. */
const apart: ReadonlySet<string> = new Set(['count', 'owner', 'node', 'nodes'])

/** Rebuilds a formula, an equation or a list of them with its numbers replaced, always in the same order. */
function replaceNumbers(value: unknown, visitor: Visitor): unknown {
  if (Array.isArray(value)) return value.map(item => replaceNumbers(item, visitor))
  if (typeof value !== 'object' || value === null) return value
  const record = value as Readonly<Record<string, unknown>>
  if (record.kind === 'size') return visitor.size(record.value as number)
  const result: Record<string, unknown> = {}
  for (const [key, inner] of Object.entries(record)) {
    const isIndex = (key === 'index' || key === 'layer') && typeof inner === 'number'
    if (apart.has(key)) result[key] = inner
    else result[key] = isIndex ? visitor.index(inner) : replaceNumbers(inner, visitor)
  }
  return result
}

function skeletonOf(item: Item): Skeleton {
  const indices: number[] = []
  const sizes: number[] = []
  const blank = replaceNumbers(item, {
    index: index => {
      indices.push(index)
      return 0
    },
    size: value => {
      sizes.push(value)
      return { kind: 'size', value: 0 }
    },
  })
  const text = JSON.stringify(blank, (key, value: unknown) => (apart.has(key) ? undefined : value))
  const [spaceFrom, spaceTo] = spaceRange(item)
  return { text, indices, sizes, spaceFrom, spaceTo }
}

function spaceRange(item: Item): readonly [number, number] {
  if (item.kind !== 'equation' || !item.space) return [0, 0]
  const keys = Object.keys(item)
  const before = Object.fromEntries(Object.entries(item).slice(0, keys.indexOf('space')))
  const from = countSizes(before)
  return [from, from + countSizes(item.space)]
}

function countSizes(value: unknown): number {
  let count = 0
  replaceNumbers(value, {
    index: index => index,
    size: size => {
      count++
      return { kind: 'size', value: size }
    },
  })
  return count
}

interface Found {
  readonly at: number
  readonly period: number
  readonly rounds: number
}

/**
 * The repetition that saves most from a place on. The same rounds can begin at any line of a block; they begin where
 * the fewest sizes change independently, and then where the fewest change inside a round: there a block begins.
 */
function bestRepetition(skeletons: readonly Skeleton[], at: number): Found | undefined {
  let best: Found | undefined
  const saved = ({ period, rounds }: Found) => period * (rounds - 1)
  for (let period = 1; period <= longestPeriod && at + 2 * period <= skeletons.length; period++) {
    const rounds = roundsFrom(skeletons, at, period)
    if (rounds < fewestRounds(period)) continue
    if (!best || saved({ at, period, rounds }) > saved(best)) best = { at, period, rounds }
  }
  if (!best) return undefined
  const { period, rounds } = best
  const starts = Array.from({ length: period }, (_, i) => at + i).filter(
    start => roundsFrom(skeletons, start, period) >= rounds,
  )
  const changing = new Map(
    starts.map(start => [start, changingSizes(skeletons, { at: start, period, rounds })]),
  )
  const start = starts.reduce((a, b) => (compare(changing.get(b)!, changing.get(a)!) < 0 ? b : a), at)
  return { at: start, period, rounds: roundsFrom(skeletons, start, period) }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, i) => value !== b[i])
  return at < 0 ? 0 : a[at]! - b[at]!
}

/**
 * How many sequences of sizes a repetition needs letters for; how many the last axes of its values have, which are
 * their channels; and how many all axes have.
 */
function changingSizes(skeletons: readonly Skeleton[], { at, period, rounds }: Found): readonly number[] {
  let count = 0
  const letters = new SizeLetters('l', 1, () => `s${count++}`)
  const channels = new Set<string>()
  const axes = new Set<string>()
  for (let i = at; i < at + period; i++) {
    for (const [k, value] of skeletons[i]!.sizes.entries()) {
      const values = Array.from({ length: rounds }, (_, round) => skeletons[i + round * period]!.sizes[k]!)
      if (values.every(other => other === value)) continue
      letters.formula(values)
      const { spaceFrom, spaceTo } = skeletons[i]!
      if (k < spaceFrom || k >= spaceTo) continue
      axes.add(values.join())
      if (k === spaceTo - 1) channels.add(values.join())
    }
  }
  return [count, channels.size, axes.size]
}

function roundsFrom(skeletons: readonly Skeleton[], at: number, period: number): number {
  let steps: readonly number[] | undefined
  let rounds = 1
  for (; at + (rounds + 1) * period <= skeletons.length; rounds++) {
    const next = advance(skeletons, at + (rounds - 1) * period, period)
    if (!next || (steps && next.some((step, i) => step !== steps![i]))) break
    steps = next
  }
  // Equations in which nothing advances would define the same thing twice.
  return steps?.some(step => step > 0) ? rounds : 1
}

/** By how much each index advances from one block to the next; undefined if the blocks are not alike. */
function advance(
  skeletons: readonly Skeleton[],
  first: number,
  period: number,
): readonly number[] | undefined {
  const steps: number[] = []
  for (let i = first; i < first + period; i++) {
    const here = skeletons[i]!
    const there = skeletons[i + period]!
    if (here.text !== there.text) return undefined
    here.indices.forEach((index, k) => {
      steps.push(there.indices[k]! - index)
    })
  }
  return steps
}

function repetition(
  items: readonly Item[],
  skeletons: readonly Skeleton[],
  {
    at,
    period,
    rounds,
    variable,
    nextLetter,
  }: Found & {
    readonly at: number
    readonly variable: string
    readonly nextLetter: () => string
  },
): Repetition {
  const moving = skeletons
    .slice(at, at + period)
    .flatMap(({ indices }, i) =>
      indices.map((index, k) => ({ index, step: skeletons[at + i + period]!.indices[k]! - index })),
    )
  const lead = moving.find(({ step }) => step !== 0)
  const from = lead?.step === 1 ? lead.index : 1
  const letters = new SizeLetters(variable, from, nextLetter)
  const body = items.slice(at, at + period).map((item, i) => {
    const round = (k: number) => skeletons[at + i + k * period]!
    let index = 0
    let size = 0
    const general = replaceNumbers(item, {
      index: value => {
        const step = round(1).indices[index++]! - value
        return step === 0 ? value : { step, offset: value - step * from, variable }
      },
      size: value => {
        const values = Array.from({ length: rounds }, (_, k) => round(k).sizes[size]!)
        size++
        return values.every(other => other === value) ? { kind: 'size', value } : letters.formula(values)
      },
    }) as Item
    const others = Array.from({ length: rounds }, (_, k) => items[at + i + k * period]!)
    return merged(general, others)
  })
  return {
    kind: 'repetition',
    variable,
    first: { kind: 'size', value: from },
    last: { kind: 'size', value: from + rounds - 1 },
    items: body,
    explanations: letters.explanations(),
  }
}

/** The explanations of an equation, counted over all rounds. */
function merged(item: Item, rounds: readonly Item[]): Item {
  const explanations = item.explanations.map((explanation, i): Explanation => {
    const all = rounds.map(round => round.explanations[i]!)
    const counts = all.map(({ count }) => count)
    const owners = ownerRange(all[0]?.owner, all.at(-1)?.owner)
    return {
      ...explanation,
      ...(owners !== undefined && { owner: owners }),
      ...(counts.every(count => count !== undefined) && {
        count: counts.reduce((sum: NonNullable<(typeof counts)[number]>, count) => add(sum, count ?? 0), 0),
      }),
    }
  })
  if (item.kind === 'equation') return { ...item, explanations }
  const items = item.items.map((inner, i) =>
    merged(
      inner,
      rounds.map(round => (round as Repetition).items[i]!),
    ),
  )
  return { ...item, items, explanations }
}

/** The first and the last of several names: `conv4 … 14` where they differ in a number at the end. */
function ownerRange(first: string | undefined, last: string | undefined): string | undefined {
  if (first === undefined || last === undefined || first === last) return first
  const [, stem] = /^(.*?)\d+$/.exec(first) ?? []
  const [, other, number] = /^(.*?)(\d+)$/.exec(last) ?? []
  return `${first} … ${stem !== undefined && stem === other ? number : last}`
}

/** Names for sequences of sizes; one that is a round behind another is that one at `l − 1`, and so on. */
class SizeLetters {
  readonly #variable: string
  readonly #from: number
  readonly #nextLetter: () => string
  readonly #known: {
    readonly letter: string
    readonly values: readonly number[]
    before?: number
    after?: number
  }[] = []

  constructor(variable: string, from: number, nextLetter: () => string) {
    this.#variable = variable
    this.#from = from
    this.#nextLetter = nextLetter
  }

  formula(values: readonly number[]): Formula {
    const at = (letter: string, offset: number): Formula =>
      symbol(letter, { index: { step: 1, offset, variable: this.#variable } })
    const last = values.length - 1
    for (const known of this.#known) {
      const here = known.values
      if (here.every((value, i) => value === values[i])) return at(known.letter, 0)
      if (
        values.slice(1).every((value, i) => value === here[i]) &&
        (known.before ?? values[0]) === values[0]
      ) {
        known.before = values[0]!
        return at(known.letter, -1)
      }
      if (
        here.slice(1).every((value, i) => value === values[i]) &&
        (known.after ?? values[last]) === values[last]
      ) {
        known.after = values[last]!
        return at(known.letter, 1)
      }
    }
    const letter = this.#nextLetter()
    this.#known.push({ letter, values })
    return at(letter, 0)
  }

  explanations(): readonly Explanation[] {
    return this.#known.map(({ letter, values, before, after }) => {
      const all = [
        ...(before === undefined ? [] : [before]),
        ...values,
        ...(after === undefined ? [] : [after]),
      ]
      const first = this.#from - (before === undefined ? 0 : 1)
      const index = (i: number) => symbol(letter, { index: i })
      const shown = all.length <= 12 ? all : [...all.slice(0, 11)]
      return {
        symbol: separated(
          [index(first), glyph('\\ldots', '…'), index(first + all.length - 1)],
          glyph(',\\,', ', '),
        ),
        meaning: 'sizes',
        values: separated(
          [
            ...shown.map((value): Formula => ({ kind: 'size', value })),
            ...(shown.length < all.length ? [glyph('\\ldots', '…')] : []),
          ],
          glyph(',\\,', ', '),
        ),
      }
    })
  }
}
