import type { Node } from '../../graph/node.js'
import { opTable } from '../../ops/table.js'
import { type Edit, isScalar, type Kind, kind, numberOf, type Place } from './kind.js'

/** A value and what it is multiplied with or divided by. */
interface Factor {
  readonly rest: Node
  readonly factor: Node
  readonly text: string
}

function factorsOf({ node: { op, inputs }, text }: Place): readonly Factor[] {
  const [a, b] = inputs
  if (!a || !b) return []
  if (op === 'divide') return [{ rest: a, factor: b, text: `1 / ${text(b)}` }]
  if (op !== 'multiply') return []
  return [
    { rest: a, factor: b, text: text(b) },
    { rest: b, factor: a, text: text(a) },
  ]
}

/** Factors that a value may have too much: sizes of its axes and those that it was made from, and numbers beside it. */
function* likelyFactors({ node, numbers, make, number, text }: Place): Generator<readonly [Node, string]> {
  const sizes = new Set([node, ...node.inputs].flatMap(({ type }) => [...(type.shape ?? [])]))
  for (const size of sizes) {
    if (size === 1) continue
    const n = number(size)
    const root = make('sqrt', [n])
    const one = number(1)
    for (const factor of [n, make('divide', [one, n]), root, root && make('divide', [one, root])])
      if (factor) yield [factor, text(factor)]
  }
  for (const value of new Set([2, 0.5, ...numbers.flatMap(x => [x, 1 / x])]))
    if (Number.isFinite(value) && value !== 0 && Math.abs(value) !== 1)
      yield [number(value), shortText(value)]
}

/** Whether an attribute is a number that is computed with, and no axis or size. */
const isNumber = (op: string, key: string): boolean => opTable[op]?.attributes[key]?.kind === 'number'

const shortText = (value: number): string => String(Number(value.toPrecision(6)))

const isSmall = (value: number) => value > 0 && value <= 0.01

/** A number that stands in a value by itself or as an attribute, and the value with another one. */
function numbersChanged({ node, numbers, make, number }: Place) {
  const own = numberOf(node)
  const found: { from: number; to: number; edited: Node | undefined }[] = []
  for (const to of numbers) {
    if (own !== undefined && own !== to) found.push({ from: own, to, edited: number(to) })
    for (const [key, from] of Object.entries(node.attributes))
      if (node.op !== 'scalar' && isNumber(node.op, key) && typeof from === 'number' && from !== to)
        found.push({ from, to, edited: make(node.op, node.inputs, { ...node.attributes, [key]: to }) })
  }
  return found
}

const changedNumber =
  (
    areSmall: boolean,
  ): ((place: Place) => readonly (Edit & { values: { expected: string; actual: string } })[]) =>
  place =>
    numbersChanged(place)
      .filter(({ from, to }) => (isSmall(from) && isSmall(to)) === areSmall)
      .map(({ from, to, edited }) => ({
        to: edited,
        values: { expected: shortText(from), actual: shortText(to) },
      }))

/** Differences of numbers, factors, terms and signs. */
export const factorKinds: readonly Kind[] = [
  kind('scale-missing', place =>
    factorsOf(place)
      .filter(({ factor, rest }) => isScalar(factor) && !isScalar(rest))
      .map(({ rest, text }) => ({ to: rest, values: { factor: text, value: place.text(rest) } })),
  ),
  kind('factor-missing', place =>
    factorsOf(place)
      .filter(({ factor, rest }) => !isScalar(factor) || isScalar(rest))
      .map(({ rest, text }) => ({ to: rest, values: { factor: text, value: place.text(rest) } })),
  ),
  kind('epsilon-different', changedNumber(true), { ofNumbers: true }),
  kind('epsilon-misplaced', ({ node, make, text }) => {
    const [inner, outer] = node.inputs
    const smallOf = (sum: Node | undefined) => {
      const at = sum?.op === 'add' ? sum.inputs.findIndex(input => isSmall(numberOf(input) ?? 0)) : -1
      return sum && at >= 0 ? ([sum.inputs[1 - at]!, sum.inputs[at]!] as const) : undefined
    }
    const under = node.op === 'sqrt' ? smallOf(inner) : undefined
    const beside = node.op === 'add' ? smallOf(node) : undefined
    const roots: Edit['to'][] = []
    if (under) {
      const root = make('sqrt', [under[0]])
      roots.push(root && make('add', [root, under[1]]))
    }
    if (beside?.[0].op === 'sqrt' && outer) {
      const sum = make('add', [beside[0].inputs[0]!, beside[1]])
      roots.push(sum && make('sqrt', [sum]))
    }
    return roots.flatMap(to => (to ? [{ to, values: { expected: text(node), actual: text(to) } }] : []))
  }),
  kind('sign-different', ({ node, make, text }) => {
    const [a, b] = node.inputs
    const other = { add: 'subtract', subtract: 'add' }[node.op]
    const values = { value: text(node) }
    return [
      ...(node.op === 'negate' ? [{ to: a, values }] : [{ to: make('negate', [node]), values }]),
      ...(other && a && b ? [{ to: make(other, [a, b]), values }] : []),
      ...(other === 'subtract' && a && b ? [{ to: make('subtract', [b, a]), values }] : []),
    ]
  }),
  kind('complement-taken', ({ node, make, number, text }) => {
    const [a, b] = node.inputs
    const to =
      node.op === 'subtract' && a && b && numberOf(a) === 1
        ? b
        : node.type.dtype === 'bool'
          ? make('logicalNot', [node])
          : make('subtract', [number(1), node])
    return to ? [{ to, values: { expected: text(node), actual: text(to) } }] : []
  }),
  kind('number-different', changedNumber(false), { ofNumbers: true }),
  kind('scale-different', place =>
    [...likelyFactors(place)].map(([factor, text]) => ({
      to: place.make('multiply', [factor, place.node]),
      values: { value: place.text(place.node), factor: text },
    })),
  ),
]
