import { type Expression, type NameExpression, partsOf } from '../math/expression.js'
import { subscriptText } from '../ops/spelled-names.js'
import { namesIn } from './names.js'
import { renamed, withRight } from './rewriting.js'
import { type Fail, nameIn, type Statement } from './statements.js'

/** `y_{1:d} = …` and `y_{d+1:D} = …` state y, by its parts one behind the other. */
export function joinedParts(
  statements: readonly Statement[],
  _declared: ReadonlySet<string>,
  fail: Fail,
): readonly Statement[] {
  const partOf = ({ left, family, isDraw }: Statement) => {
    const [items, ...others] = left.kind === 'name' && left.stem && !family && !isDraw ? left.subscripts! : []
    const [only] = items ?? []
    const isPart = items?.length === 1 && others.length === 0 && only?.kind === 'slice'
    return isPart && left.kind === 'name' ? left : undefined
  }
  const stems = [...new Set(statements.flatMap(statement => partOf(statement)?.stem ?? []))]
  const whole = stems.map((stem): Statement => {
    const own = statements.filter(statement => partOf(statement)?.stem === stem)
    const last = own.at(-1)!
    const items = own.map(({ left }) => left)
    const gap = items.find((item, i) => !isBehind(item, items[i - 1]))
    if (gap)
      fail(
        `the parts of \`${stem}\` do not stand one behind the other`,
        gap.range,
        `begin at 1 and go on where the part before ends: \`${stem}_{1:d}\`, then \`${stem}_{d+1:D}\``,
      )
    const right: Expression = {
      kind: 'call',
      name: 'concat',
      attributes: [],
      arguments: items,
      range: last.left.range,
    }
    const left: NameExpression = { kind: 'name', name: stem, range: last.left.range }
    const equation: Expression = { kind: 'binary', operator: '=', left, right, range: last.range }
    return { left, right, isDraw: false, range: last.range, text: `${stem} = …`, written: equation }
  })
  return [...statements, ...whole]
}

/**
 * `V_{T+1} = 0`, of a sequence that is no recurrence, says what is read at `V_{t+1}` in the last step: that is the place t of
 * the sequence one step on.
 */
export function statedEnds(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const names = new Set([...declared, ...statements.flatMap(({ left }) => nameIn(left)?.stem ?? [])])
  const ends = statements.flatMap(statement => {
    const name = statement.family || statement.isDraw ? undefined : nameIn(statement.left)
    const last = name?.stem && !name.label ? stepBefore(name) : undefined
    if (!name?.stem || !last || !declared.has(last.name)) return []
    const isOwn = ({ left }: Statement) => left !== statement.left && nameIn(left)?.stem === name.stem
    const isStated = statements.some(other => isOwn(other) && !readsNext(other.right, name.stem!))
    return names.has(name.stem) && (declared.has(name.stem) || isStated)
      ? [{ statement, stem: name.stem, last }]
      : []
  })
  if (ends.length === 0) return statements
  const stems = new Set(ends.map(({ stem }) => stem))
  const next = (part: Expression): Expression | undefined => {
    if (part.kind !== 'name' || !part.stem || !stems.has(part.stem)) return undefined
    const step = stepBefore(part)
    return step && renamed(part, oneStepOn(part.stem), [[step]])
  }
  const others = statements.filter(statement => ends.every(end => end.statement !== statement))
  const moved = ends.map(({ statement, stem, last }): Statement => {
    const { range } = statement
    const sequence: NameExpression = { kind: 'name', name: stem, range }
    const args = [sequence, statement.right, last]
    const right: Expression = { kind: 'call', name: 'withEnd', attributes: [], arguments: args, range }
    return { ...statement, left: { ...sequence, name: oneStepOn(stem) }, right }
  })
  return [...moved, ...others.map(statement => withRight(statement, next))]
}

/** The name of a sequence one step on. */
const oneStepOn = (stem: string): string => `${stem}₊₁`

/** `t` of `V_{t+1}`. */
function stepBefore({ subscripts }: NameExpression): NameExpression | undefined {
  const [[item, ...others] = [], ...more] = subscripts ?? []
  const isNext = item?.kind === 'binary' && item.operator === '+' && item.right.kind === 'number'
  if (!isNext || item.right.kind !== 'number' || item.right.value !== 1) return undefined
  return item.left.kind === 'name' && others.length === 0 && more.length === 0 ? item.left : undefined
}

const readsNext = (part: Expression, stem: string): boolean =>
  (part.kind === 'name' && part.stem === stem && stepBefore(part) !== undefined) ||
  partsOf(part).some(inner => readsNext(inner, stem))

/** `y_i = … for i = 1, …, n` states y as well, where that is read, or where nothing reads the members. */
export function wholeFamilies(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const read = statements.flatMap(({ right }) => [...namesIn(right)])
  const whole = statements.flatMap((statement): readonly Statement[] => {
    const { left, family, range, isDraw } = statement
    const [[index, ...others] = [], ...more] = (left.kind === 'name' && left.subscripts) || []
    const isOfFamily = index?.kind === 'name' && index.name === family?.index && others.length === 0
    if (left.kind !== 'name' || !left.stem || !family || family.first !== 1 || isDraw) return []
    const { stem, label } = left
    const name: NameExpression = { kind: 'name', name: stem, range }
    const isTaken =
      declared.has(stem) || statements.some(other => other.left !== left && nameIn(other.left)?.name === stem)
    if (!isOfFamily || more.length > 0 || label || isTaken) return []
    const own = read.filter(part => (part.stem ?? part.name) === stem)
    if (own.length > 0 && own.every(part => part.subscripts)) return []
    const members = Array.from({ length: family.last }, (_, k): Expression => {
      const value = k + 1
      return renamed(left, stem, [[{ kind: 'number', value, text: String(value), range }]])
    })
    const right: Expression = { kind: 'call', name: 'members', attributes: [], arguments: members, range }
    const written: Expression = { kind: 'binary', operator: '=', left: name, right, range }
    return [{ left: name, right, isDraw: false, range, text: `${stem} = …`, written }]
  })
  return [...statements, ...whole]
}

/** Whether a part starts where the one before it ends; the first one starts at 1. */
function isBehind(part: Expression, before: Expression | undefined): boolean {
  const [first, end] = [sliceOf(part)?.first, before && sliceOf(before)?.last]
  if (!before) return first === undefined || (first.kind === 'number' && first.value === 1)
  if (!first || !end) return false
  if (first.kind === 'number' && end.kind === 'number') return first.value === end.value + 1
  return subscriptText(first) === `${subscriptText(end)}+1`
}

function sliceOf(part: Expression): Extract<Expression, { kind: 'slice' }> | undefined {
  const [only] = part.kind === 'name' ? (part.subscripts?.at(-1) ?? []) : []
  return only?.kind === 'slice' ? only : undefined
}
