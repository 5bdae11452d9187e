import { commonSubsequence } from '../text/subsequence.js'
import { bodyOf, type Formula, row, withoutTerms } from './formula.js'

/** Two formulas with what differs between them marked on each side: what a reader has to look at, and no more. */
export function markDifference(left: Formula, right: Formula): readonly [left: Formula, right: Formula] {
  if (left.kind === 'term' || right.kind === 'term') {
    const [first, second] = markDifference(bodyOf(left), bodyOf(right))
    return [within(left, first), within(right, second)]
  }
  if (keyOf(left) === keyOf(right)) return [left, right]
  if (left.kind === 'row' || right.kind === 'row') return markRows(itemsOf(left), itemsOf(right))
  if (left.kind === 'fence' && right.kind === 'fence') {
    const isSame = left.open.text === right.open.text && left.close.text === right.close.text
    if (isSame) return inside(left, right, ['body'])
  }
  if (left.kind === 'fraction' && right.kind === 'fraction') return inside(left, right, ['top', 'bottom'])
  if (left.kind === 'root' && right.kind === 'root') return inside(left, right, ['body'])
  if (left.kind === 'script' && right.kind === 'script') {
    const isSame = keyOf({ ...left, base: right.base }) === keyOf(right)
    if (isSame) return inside(left, right, ['base'])
  }
  return [marked(left), marked(right)]
}

/** The difference within parts that both have. */
function inside<Whole extends Formula, Part extends keyof Whole>(
  left: Whole,
  right: Whole,
  parts: readonly Part[],
): readonly [Formula, Formula] {
  const pairs = parts.map(part => markDifference(left[part] as Formula, right[part] as Formula))
  const [first, second] = [0, 1].map(side =>
    Object.fromEntries(parts.map((part, i) => [part, pairs[i]![side]])),
  )
  return [
    { ...left, ...first },
    { ...right, ...second },
  ]
}

/** Items that both rows have in the same order stay as they are; between them, item is compared with item. */
function markRows(left: readonly Formula[], right: readonly Formula[]): readonly [Formula, Formula] {
  const [first, second]: [Formula[], Formula[]] = [[], []]
  for (const [a, b] of gaps(left, right)) {
    const [x, y] = markStretches(a, b)
    first.push(...x)
    second.push(...y)
  }
  return [row(...first), row(...second)]
}

type Stretches = readonly [left: readonly Formula[], right: readonly Formula[]]

function markStretches(left: readonly Formula[], right: readonly Formula[]): Stretches {
  const [around, within] = [placeWithin(left, right), placeWithin(right, left)]
  if (around !== undefined) return [left.map((item, i) => (i === around ? item : marked(item))), right]
  if (within !== undefined) return [left, right.map((item, i) => (i === within ? item : marked(item)))]
  if (left.length !== right.length) return [left.map(marked), right.map(marked)]
  const pairs = left.map((item, i) => markDifference(item, right[i]!))
  return [pairs.map(([item]) => item), pairs.map(([, item]) => item)]
}

/** Which item of a stretch is the other one in brackets: what stands around it is all that differs. */
function placeWithin(outer: readonly Formula[], inner: readonly Formula[]): number | undefined {
  const key = keyOf(row(...inner))
  const at = outer.findIndex(item => {
    const body = bodyOf(item)
    return body.kind === 'fence' && keyOf(body.body) === key
  })
  return at < 0 || inner.length === 0 ? undefined : at
}

/** Both rows in stretches: what they have in common, item by item, and what stands between. */
function gaps(left: readonly Formula[], right: readonly Formula[]): readonly Stretches[] {
  const found: Stretches[] = []
  let [i, j] = [0, 0]
  const common = commonSubsequence(left.map(keyOf), right.map(keyOf))
  for (const [a, b] of [...common, [left.length, right.length] as const]) {
    if (a > i || b > j) found.push([left.slice(i, a), right.slice(j, b)])
    if (a < left.length) found.push([[left[a]!], [right[b]!]])
    ;[i, j] = [a + 1, b + 1]
  }
  return found
}

const itemsOf = (formula: Formula): readonly Formula[] => {
  const body = bodyOf(formula)
  return body.kind === 'row' ? body.items : [formula]
}

const within = (whole: Formula, body: Formula): Formula => (whole.kind === 'term' ? { ...whole, body } : body)

/** The formula without what its parts stand for, which is another on each side. */
const keyOf = (formula: Formula): string => JSON.stringify(withoutTerms(formula))

const marked = (formula: Formula): Formula => ({ kind: 'mark', body: formula })
