import { sameAttribute } from '../graph/attribute.js'
import { type Dimension, isPolynomial, termsForPrinting } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Expression, NameExpression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { printExpression, type SpellingName } from '../math/print.js'
import { opTable } from './table.js'
import { isFunctionOfTheLanguage } from './vocabulary.js'

/** The sign of a binary op, where the language has one that always means that op. */
const signs: Readonly<Record<string, '+' | '-' | '*' | '/'>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
}

/** What is called as a function may be one of values only as a label: `mean` is `m_mean`. */
export function valueName(wanted: string): string {
  const [word = ''] = wanted.split('_')
  return isFunctionOfTheLanguage(word) ? `${word[0]}_${wanted}` : wanted
}

/** The name of a size that the trace calls by a path, as `options.units` or `x.shape[1]`, or counts, as `T (2)`. */
export function plainSizeName(symbol: string): string {
  const words = symbol.replace(/\bshape\b/g, '').match(/[A-Za-z0-9\u0370-\u03ff]+/g)
  return valueName(identifier.test(symbol) ? symbol : (words?.join('_') ?? ''))
}

/** A name that the language reads as one, and as nothing else. */
const identifier = /^[A-Za-z\u0370-\u03ff][A-Za-z0-9\u0370-\u03ff]*(_[A-Za-z0-9]+)*$/
const reserved = new Set(['true', 'false', 'null', 'infinity', 'T'])

/** What values and sizes are called in the text. */
export interface PlainNames {
  /** What stands for a value where it is read, mostly its name; undefined writes out what computes it. */
  readonly value: (node: Node) => string | Expression | undefined
  /** The name of a symbol; without this, its own. */
  readonly size?: (symbol: string) => string
}

/** Whether a name stands for a value in the plain spelling. */
export function isPlainName(name: string): boolean {
  return identifier.test(name) && !reserved.has(name)
}

/**
 * A graph in the equation language, in the plain spelling or that of LaTeX: reading it in the same builder gives the same node, if
 * `name` names values by plain names. A problem says what the language has no words for.
 */
export function plainText(
  node: Node,
  name: (node: Node) => string | undefined,
  spelling: SpellingName = 'plain',
): string | Problem {
  const expression = plainExpression(node, { value: name })
  return isProblem(expression) ? expression : printExpression(expression, spelling)
}

const range = [0, 0] as const

/** The same as a tree. */
export function plainExpression(node: Node, names: PlainNames): Expression | Problem {
  const done = new Map<Node, Expression>()
  const pending = [node]
  for (let current = pending.at(-1); current; current = pending.at(-1)) {
    const own = current === node ? undefined : names.value(current)
    const missing = own === undefined ? current.inputs.filter(input => !done.has(input)) : []
    if (missing.length > 0) {
      pending.push(...missing)
      continue
    }
    pending.pop()
    const written =
      own === undefined
        ? write(
            current,
            current.inputs.map(input => done.get(input)!),
            names.size,
          )
        : typeof own === 'string'
          ? plainName(own)
          : own
    if (isProblem(written)) return written
    done.set(current, written)
  }
  return done.get(node)!
}

/** A name of a value, also at a place or a step: `W_1`, `h_{t-1}`. */
export function plainName(name: string): NameExpression | Problem {
  const tree = parseEquation(name)
  const isName = !isSyntaxProblem(tree) && tree.kind === 'name' && isPlainName(tree.stem ?? tree.name)
  return isName ? tree : { problem: `\`${name}\` is no name of the equation language` }
}

function write(
  { op, inputs, attributes }: Node,
  operands: readonly Expression[],
  size: PlainNames['size'],
): Expression | Problem {
  if (op === 'scalar') return attributeExpression(attributes.value ?? null, size)
  const definition = opTable[op]
  const [left, right] = operands
  // Numbers alone would be computed where they are read.
  const hasTensor = inputs.some(input => input.op !== 'scalar')
  const sign = signs[op]
  if (sign && left && right && hasTensor) return { kind: 'binary', operator: sign, left, right, range }
  if (op === 'matMul' && left && right?.kind === 'name' && isProduct(inputs))
    return { kind: 'binary', operator: 'product', left, right, range }
  if (op === 'negate' && left && hasTensor) return { kind: 'negate', operand: left, range }
  const given: { name: string; value: Expression }[] = []
  // Of several axes, a reader of papers takes those of one example, unless it is told.
  const isOverAll = definition?.attributes.keepDims !== undefined && attributes.axes === null
  const isTold = isOverAll && (inputs[0]?.type.shape?.length ?? 0) > 1
  for (const [key, value] of Object.entries(attributes)) {
    const declaration = definition?.attributes[key]
    const goesWithoutSaying = declaration && sameAttribute(declaration.default, value)
    if (goesWithoutSaying && !(isTold && key === 'axes')) continue
    const written = attributeExpression(value, size)
    if (isProblem(written)) return written
    given.push({ name: key, value: written })
  }
  return { kind: 'call', name: op, attributes: given, arguments: operands, range }
}

/** Side by side, a tensor and a matrix are a matrix product. */
function isProduct([left, right]: readonly Node[]): boolean {
  return (left?.type.shape?.length ?? 0) > 0 && (right?.type.shape?.length ?? 0) > 1
}

function attributeExpression(value: Attribute, size: PlainNames['size']): Expression | Problem {
  if (typeof value === 'number') return numberExpression(value)
  if (typeof value === 'boolean' || value === null) return { kind: 'name', name: String(value), range }
  if (typeof value === 'string')
    return /['\n]/.test(value)
      ? { problem: 'a text with quotes has no spelling' }
      : { kind: 'text', value, range }
  if (isPolynomial(value)) return plainSize(value, size)
  if (!Array.isArray(value)) return { problem: 'a loop has no spelling' }
  const items: Expression[] = []
  for (const item of value as readonly Attribute[]) {
    if (Array.isArray(item)) return { problem: 'a list of lists has no spelling' }
    const written = attributeExpression(item, size)
    if (isProblem(written)) return written
    items.push(written)
  }
  return { kind: 'list', items, range }
}

function numberExpression(value: number): Expression | Problem {
  if (Number.isNaN(value)) return { problem: 'what is not a number has no spelling' }
  const size = Math.abs(value)
  const text = Number.isFinite(size) ? String(size) : 'infinity'
  const operand: Expression = Number.isFinite(size)
    ? { kind: 'number', value: size, text, range }
    : { kind: 'name', name: text, range }
  return value < 0 || Object.is(value, -0) ? { kind: 'negate', operand, range } : operand
}

/** The name of a size, of which some are no names of values. */
function sizeName(name: string): Expression | Problem {
  const tree = identifier.test(name) ? parseEquation(name) : undefined
  return tree && !isSyntaxProblem(tree) && tree.kind === 'name'
    ? tree
    : { problem: `\`${name}\` is no name of the equation language` }
}

/** A size, of symbols with plain names. */
export function plainSize(
  dimension: Dimension,
  nameOf: PlainNames['size'] = own => own,
): Expression | Problem {
  if (typeof dimension === 'number') return numberExpression(dimension)
  let sum: Expression | undefined
  for (const { coefficient, factors } of termsForPrinting(dimension)) {
    const { numerator, denominator } = coefficient
    const size = numerator < 0n ? -numerator : numerator
    // A factor of 1 goes without saying where another one can stand first.
    const isSilent = size === 1n && denominator === 1n && (factors[0]?.power ?? 0) > 0
    let product: Expression | undefined = isSilent ? undefined : whole(size)
    if (product && denominator !== 1n) product = binary('/', product, whole(denominator))
    for (const { atom, power } of factors) {
      if (atom.kind !== 'symbol') return { problem: `\`${atom.name}\` of a size has no spelling` }
      const factor = sizeName(nameOf(atom.name))
      if (isProblem(factor)) return factor
      for (let i = 0; i < Math.abs(power); i++)
        product = product ? binary(power > 0 ? '*' : '/', product, factor) : factor
    }
    product ??= whole(1n)
    if (sum === undefined) sum = numerator < 0n ? { kind: 'negate', operand: product, range } : product
    else sum = binary(numerator < 0n ? '-' : '+', sum, product)
  }
  return sum ?? { kind: 'number', value: 0, text: '0', range }
}

const whole = (value: bigint): Expression => ({
  kind: 'number',
  value: Number(value),
  text: String(value),
  range,
})

function binary(operator: '+' | '-' | '*' | '/', left: Expression, right: Expression): Expression {
  return { kind: 'binary', operator, left, right, range }
}
