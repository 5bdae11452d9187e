import { type Expression, type NameExpression, partsOf, replaceParts } from '../math/expression.js'
import { accents } from '../math/spelling.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { lettersOf } from './names.js'
import { nameIn, type Statement } from './statements.js'

/** From the first step to the last, as `h_t` from `h_{t-1}`, or backwards, as `A_t` from `A_{t+1}`. */
export type Direction = 1 | -1

/** What counts steps in the equations of a passage. */
export interface Times {
  /** The equations, with what is read at a step in a subscript of its own: `α_{t,j}` is `α_t` at j. */
  readonly statements: readonly Statement[]
  readonly directions: ReadonlyMap<string, Direction>
  /** What is computed cell by cell, since it depends on neighbours along several axes: `r_{i,j}` on `r_{i-1,j}` and `r_{i,j-1}`. */
  readonly grids: ReadonlySet<string>
}

/** Finds the indices of a passage that are times: those at which what comes before, or after, is read. */
export function timesOf(given: readonly Statement[], declared: ReadonlySet<string>): Times {
  const statements = countedFromLeft(placesAsSubscripts(given, declared), declared)
  const directions = new Map<string, Direction>()
  const grids = new Set<string>()
  for (const { left, family } of statements) {
    const name = family ? undefined : nameIn(left)
    if (!name?.stem) continue
    const own = itemsOf(name)
    const reads = statements.flatMap(({ right }) => [...shiftsIn(right, name, own, declared)])
    const moved = own.flatMap((_, place) => (reads.some(shifts => shifts[place] !== 0) ? [place] : []))
    if (moved.length === 0) continue
    const [place] = moved
    const [shift] = new Set(reads.map(shifts => shifts[place!]))
    const isOneTime = moved.length === 1 && reads.every(shifts => shifts[place!] === shift)
    if (isOneTime && (shift === -1 || shift === 1)) directions.set(own[place!]!.text, shift === -1 ? 1 : -1)
    else if (moved.length > 1) grids.add(stemOf(name))
  }
  addReaders(statements, grids)
  const split = (part: Expression) => (part.kind === 'name' ? atTime(part, directions, declared) : undefined)
  const inOrder = statements.map(statement =>
    grids.has(stemOf(nameIn(statement.left)))
      ? { ...statement, right: oneByOne(statement.right, nameIn(statement.left)!) }
      : {
          ...statement,
          left: replaceParts(statement.left, split),
          right: replaceParts(statement.right, split),
        },
  )
  return { statements: inOrder, directions, grids }
}

/**
 * Families that are recurrences, as `h_t = f(h_{t-1})` for t = 1..4 from `h_0`, with the steps counted: a number at the start
 * stands for a state of the shape of the others. A family stays one if its members have tensors of their own, or are read one by one.
 */
export function countedSteps(
  statements: readonly Statement[],
  keys: readonly Expression[],
): readonly Statement[] {
  const textsOf = (expression: Expression) => itemsOf(nameIn(expression) ?? unnamed).map(({ text }) => text)
  const ofMembers = new Set(keys.flatMap(textsOf))
  const counters = new Set(
    statements.flatMap(({ left, right, family }) => {
      const name = family ? nameIn(left) : undefined
      if (!name?.stem || family?.first !== 1 || ofMembers.has(family.index)) return []
      const isOfStem = (other: Expression) => stemOf(nameIn(other)) === name.stem
      const hasFirst = statements.some(other => isOfStem(other.left) && textsOf(other.left).at(-1) === '0')
      const reads = [...shiftsIn(right, name, itemsOf(name), new Set())]
      const isReadAlone = (part: Expression): boolean =>
        (isOfStem(part) &&
          /^\d+$/.test(textsOf(part).at(-1) ?? '') &&
          textsOf(part).at(-1) !== String(family.last)) ||
        partsOf(part).some(isReadAlone)
      const isLoop = hasFirst && reads.some(shifts => shifts.at(-1) === -1)
      return isLoop && !statements.some(other => isReadAlone(other.right)) ? [family.index] : []
    }),
  )
  return statements.map(statement => {
    const { family, ...rest } = statement
    if (!family || !counters.has(family.index) || statement.left.kind === 'call') return statement
    const { index, last } = family
    const count: Expression = { kind: 'number', value: last, text: String(last), range: statement.range }
    return { ...rest, steps: { index, count, refuse: () => undefined } }
  })
}

const unnamed: NameExpression = { kind: 'name', name: '', range: [0, 0] }

/** What is read at the step before or after, without its step: `h` of `h_{t-1}`. */
export function* movedIn(expression: Expression, times: ReadonlyMap<string, Direction>): Generator<string> {
  const name = nameIn(expression)
  const groups = name?.subscripts ?? []
  for (const [i, [item, ...others]] of groups.entries())
    if (item && others.length === 0 && [...times.keys()].some(time => shiftOf(item, time) !== 0))
      yield nameOf(
        name!.stem!,
        groups.slice(0, i).map(items => items.map(subscriptText)),
        name!.label,
      )
  for (const part of partsOf(expression)) yield* movedIn(part, times)
}

/** A name without its subscripts. */
export const stemOf = (name: NameExpression | undefined): string => name?.stem ?? name?.name ?? ''

/** One subscript, as text, and what is added to the letter that it is. */
interface Item {
  readonly text: string
  readonly expression: Expression
}

/** The subscripts of a name one by one: `ij` are two. */
export function itemsOf({ subscripts = [] }: NameExpression): readonly Item[] {
  return subscripts.flat().flatMap((expression): readonly Item[] => {
    const letters = lettersOf([expression])
    return letters && letters.length > 1 && !accents.has(letters.join(''))
      ? letters.map(name => ({
          text: name,
          expression: { kind: 'name', name, range: expression.range } as const,
        }))
      : [{ text: subscriptText(expression), expression }]
  })
}

/** For each read of a name: how far from the places on the left it is, along each of its subscripts. */
function* shiftsIn(
  expression: Expression,
  name: NameExpression,
  own: readonly Item[],
  declared: ReadonlySet<string>,
): Generator<readonly number[]> {
  const read = nameIn(expression)
  if (read && read.stem === name.stem && read.label === name.label && !declared.has(read.name)) {
    const items = itemsOf(read)
    if (items.length === own.length) {
      const shifts = items.map(({ expression: item }, i) => shiftOf(item, own[i]!.text))
      const isOther = items.some(({ text }, i) => !isLetter(own[i]!.text) && text !== own[i]!.text)
      if (!isOther && shifts.some(shift => shift !== 0)) yield shifts
    }
  }
  for (const part of partsOf(expression)) yield* shiftsIn(part, name, own, declared)
}

const isLetter = (text: string) => /^\p{L}'*$/u.test(text)

/** How far `t - 1` is from t; 0 for what is not counted from it. */
export function shiftOf(item: Expression, letter: string): number {
  if (item.kind !== 'binary' || item.left.kind !== 'name' || item.left.name !== letter) return 0
  if (item.right.kind !== 'number') return 0
  return item.operator === '-' ? -item.right.value : item.operator === '+' ? item.right.value : 0
}

/** What reads a cell of a grid at letters of its own is one as well. */
function addReaders(statements: readonly Statement[], grids: Set<string>): void {
  const isRead = ({ right }: Statement) => [...stemsReadIn(right)].some(stem => grids.has(stem))
  for (let before = -1; before !== grids.size; ) {
    before = grids.size
    for (const statement of statements) {
      const name = nameIn(statement.left)
      const isOfPlaces = name?.stem && itemsOf(name).some(({ text }) => isLetter(text))
      if (isOfPlaces && !statement.family && before > 0 && isRead(statement)) grids.add(stemOf(name))
    }
  }
}

function* stemsReadIn(expression: Expression): Generator<string> {
  const name = nameIn(expression)
  if (
    name?.stem &&
    itemsOf(name).some(({ expression: item }) => item.kind === 'binary' || isLetter(subscriptText(item)))
  )
    yield name.stem
  for (const part of partsOf(expression)) yield* stemsReadIn(part)
}

/** A name of which the first subscript that is not a label is a time, with that in a group of its own. */
function atTime(
  name: NameExpression,
  times: ReadonlyMap<string, Direction>,
  declared: ReadonlySet<string>,
): NameExpression | undefined {
  if (!name.stem) return undefined
  const texts = name.subscripts!.map(group => group.map(subscriptText))
  const groups = name.subscripts!.flatMap((group, i) => {
    // `x_{target}` is a name, although it begins like a time.
    if (declared.has(nameOf(name.stem!, texts.slice(0, i + 1), name.label))) return [group]
    const [first, ...others] = itemsOf({ ...name, subscripts: [group] }).map(({ expression }) => expression)
    const isTime = first && [...times.keys()].some(time => isCountedFrom(first, time))
    return isTime && others.length > 0 ? [[first], others] : [group]
  })
  if (groups.length === name.subscripts!.length) return undefined
  const spelled = groups.map(group => group.map(subscriptText))
  return { ...name, name: nameOf(name.stem, spelled, name.label), subscripts: groups }
}

/** `D_{ij}` as `D_{i,j}` where both letters stand on the left. */
function oneByOne(expression: Expression, left: NameExpression): Expression {
  const letters = new Set(itemsOf(left).map(({ text }) => text))
  return replaceParts(expression, part => {
    if (part.kind !== 'name' || !part.stem) return undefined
    const items = itemsOf(part)
    if (items.length === part.subscripts!.flat().length || !items.every(({ text }) => letters.has(text)))
      return undefined
    const name = nameOf(part.stem, [items.map(({ text }) => text)], part.label)
    return { ...part, name, subscripts: [items.map(item => item.expression)] }
  })
}

const isCountedFrom = (item: Expression, time: string): boolean =>
  (item.kind === 'name' && item.name === time) || shiftOf(item, time) !== 0

type Call = Extract<Expression, { kind: 'call' }>

/** `α_t(j)` and `g(i, j)` are places of α and g where `α_{t-1}(i)`, `g(i - 1, j)` or `g(0, 0)` is among them. */
function placesAsSubscripts(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const calls = statements.flatMap(({ left, family }) => (left.kind === 'call' && !family ? [left] : []))
  const isPlace = (item: Expression): boolean =>
    item.kind === 'number' ||
    (item.kind === 'name' && (isLetter(item.name) || declared.has(item.name))) ||
    (item.kind === 'binary' &&
      ['+', '-'].includes(item.operator) &&
      isPlace(item.left) &&
      isPlace(item.right))
  const all = statements.flatMap(({ left, right }) => [...callsIn(left), ...callsIn(right)])
  const stems = new Set(calls.map(stemOfCall))
  const isMoved = (item: Expression) => item.kind === 'binary' || item.kind === 'number'
  // Elsewhere, `d(h + l, t)` is of values.
  const definingCalls = (stem: string) =>
    statements.flatMap(({ left, right }) => {
      const isOwn = left.kind === 'call' && stemOfCall(left) === stem
      return isOwn ? [left, ...callsIn(right)].filter(call => stemOfCall(call) === stem) : []
    })
  const ofPlaces = new Set(
    [...stems].filter(stem => {
      const own = all.filter(call => stemOfCall(call) === stem)
      const places = own.map(placesIn)
      return (
        own.every(call => call.attributes.length === 0) &&
        places.every(items => items.length === places[0]!.length && items.every(isPlace)) &&
        calls.some(
          call => stemOfCall(call) === stem && call.arguments.some(arg => isFreeLetter(arg, declared)),
        ) &&
        definingCalls(stem).some(call => placesIn(call).some(isMoved))
      )
    }),
  )
  if (ofPlaces.size === 0) return statements
  const asName = (part: Expression): Expression | undefined => {
    if (part.kind !== 'call' || !ofPlaces.has(stemOfCall(part))) return undefined
    const stem = stemOfCall(part)
    const subscripts = [...(part.subscripts ?? []), part.arguments]
    const spelled = subscripts.map(items => items.map(subscriptText))
    return { kind: 'name', name: nameOf(stem, spelled), stem, subscripts, range: part.range }
  }
  return statements.map(statement => ({
    ...statement,
    left: replaceParts(statement.left, asName),
    right: replaceParts(statement.right, asName),
  }))
}

const isFreeLetter = (item: Expression, declared: ReadonlySet<string>) =>
  item.kind === 'name' && isLetter(item.name) && !declared.has(item.name)

const placesIn = ({ subscripts = [], arguments: args }: Call) => [...subscripts.flat(), ...args]

const stemOfCall = ({ stem, name }: Call): string => stem ?? name

function callsIn(expression: Expression): readonly Call[] {
  const inner = partsOf(expression).flatMap(callsIn)
  return expression.kind === 'call' ? [expression, ...inner] : inner
}

/** `α_{t+1} = f(α_t)` is `α_t = f(α_{t-1})`. */
function countedFromLeft(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  return statements.map(statement => {
    const name = statement.family || statement.isDraw ? undefined : nameIn(statement.left)
    if (!name?.stem) return statement
    const moved = itemsOf(name).flatMap(({ expression }) => {
      if (expression.kind !== 'binary' || expression.left.kind !== 'name') return []
      const letter = expression.left.name
      const shift = shiftOf(expression, letter)
      // One step of an algorithm, as `\theta_{t+1}` from a θ_t that is given, is no recurrence.
      const before = movedBy(name, letter, -shift)
      if (before?.kind === 'name' && declared.has(before.name)) return []
      return shift > 0 && isLetter(letter) && !declared.has(letter) ? [{ letter, shift }] : []
    })
    let { left, right } = statement
    for (const { letter, shift } of moved) {
      const move = (part: Expression) => movedBy(part, letter, -shift)
      left = replaceParts(left, move)
      right = replaceParts(right, move)
    }
    return { ...statement, left, right }
  })
}

/** A letter, by itself, in a sum or in a subscript, with a number added to it. */
function movedBy(part: Expression, letter: string, by: number): Expression | undefined {
  const { range } = part
  if (part.kind === 'name' && part.name === letter && !part.stem) return counted(letter, by, range)
  if (part.kind === 'binary' && part.left.kind === 'name' && part.left.name === letter) {
    const shift = shiftOf(part, letter)
    return shift === 0 ? undefined : counted(letter, shift + by, range)
  }
  if (part.kind !== 'name' || !part.stem) return undefined
  const subscripts = part.subscripts!.map(group =>
    itemsOf({ ...part, subscripts: [group] }).map(({ expression }) =>
      replaceParts(expression, inner => movedBy(inner, letter, by)),
    ),
  )
  const spelled = subscripts.map(items => items.map(subscriptText))
  return { ...part, name: nameOf(part.stem, spelled, part.label), subscripts }
}

function counted(letter: string, by: number, range: Expression['range']): Expression {
  const left: Expression = { kind: 'name', name: letter, range }
  if (by === 0) return left
  const value = Math.abs(by)
  const right: Expression = { kind: 'number', value, text: String(value), range }
  return { kind: 'binary', operator: by < 0 ? '-' : '+', left, right, range }
}
