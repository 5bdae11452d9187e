import { isPolynomial } from '../graph/dimension.js'
import {
  type Expression,
  type NameExpression,
  partsOf,
  type Range,
  replaceParts,
} from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { printExpression } from '../math/print.js'
import { dot, nameOf, subscriptText } from '../ops/spelled-names.js'
import type { SpecContext } from './context.js'
import { distributionNamed, isGaussian, varianceOfEach } from './draws.js'
import { indicesUsed, lettersOf, plainNames } from './names.js'

/** A statement before its names are read. */
export interface Statement {
  readonly left: Expression
  readonly right: Expression
  readonly isDraw: boolean
  /** Whether the right side leaves a factor open, by which its sum becomes 1. */
  readonly isProportional?: true
  /** Whether it has to hold for a value that another statement defines. */
  readonly isClaim?: true
  readonly family?: Family
  /** The numbers that an index of its left side takes, where the equation states one value for all of them. */
  readonly counts?: Family
  /** What counts its steps, and their number, where this is a size: `for t = 1..T`. */
  readonly steps?: Counted
  readonly range: Range
  readonly text: string
  /** The whole of it, before anything is written out. */
  readonly written: Expression
  /** The function of which this is the value for its own arguments. */
  readonly applies?: string
}

/** The numbers from `first` to `last`, each of which stands for the index in an equation of its own. */
export interface Family {
  readonly index: string
  readonly first: number
  readonly last: number
}

/** Steps from the first one on, by the letter that counts them. */
export interface Counted {
  readonly index: string
  readonly count: Expression
  /** Tells that these are no steps, since nothing is read at the one before. */
  readonly refuse: () => undefined
}

/** Tells a problem at its place in a passage. */
export type Fail = (problem: string, range: Range, help?: string) => undefined

/** Families of more equations are refused. */
const mostOfAFamily = 1000

/** Letters of papers for all parameters together, which say what a value depends on: `L(\theta) = …`. */
const parameterLetters: ReadonlySet<string> = new Set(['θ', 'φ', 'ψ', 'ω'])

/** What one line of a passage states; with `becomes`, an update, of which the result is called so. */
export function readStatement(
  context: SpecContext,
  tree: Expression,
  text: string,
  fail: Fail,
  becomes: string | undefined,
): Statement | undefined {
  if (becomes !== undefined) return readUpdate(tree, text, fail, becomes)
  const equation = tree.kind === 'family' ? tree.equation : tree
  const help = 'name the value on the left: `h = tanh(x W + b)`'
  if (equation.kind !== 'binary' || !['=', '~', '<-', '∝'].includes(equation.operator))
    return fail('it has no `=`', equation.range, help)
  if (equation.operator === '<-' && isReadIn(equation.left, equation.right))
    return fail('what a value becomes is stated as a step of `training`: `update: θ ← …`', equation.range)
  const isDraw = equation.operator === '~'
  const { left: written, right } = withoutLogarithm(equation)
  const left = asFunctionOfNames(written)
  const isName =
    left.kind === 'name' ||
    left.kind === 'call' ||
    // `|S| = n` says how many members a set has.
    left.kind === 'absolute' ||
    // `\sum_j p_j = 1` says over what numbers are normalised.
    left.kind === 'reduce' ||
    (left.kind === 'binary' && ['^', 'product'].includes(left.operator))
  if (!isName) return fail('the left side is not a name', left.range, help)
  const statement = {
    left,
    right: isDraw ? asCall(right) : right,
    isDraw,
    ...(equation.operator === '∝' && { isProportional: true as const }),
    range: tree.range,
    text: textOf(tree, text),
    written: tree,
  }
  if (tree.kind !== 'family') return statement
  const range = rangeOf(tree, context, fail)
  return range && { ...statement, ...range }
}

/** The members of a family, which is written out one by one, or the steps of a recurrence. */
function rangeOf(
  { index, first: from, last: to }: Extract<Expression, { kind: 'family' }>,
  context: SpecContext,
  fail: Fail,
): Pick<Statement, 'family' | 'steps'> | undefined {
  const [first, last] = [from, to].map(bound => context.sizeOf(bound))
  const refuse = (problem: string, help: string) =>
    fail(`the range of \`${index}\` ${problem}`, [from.range[0], to.range[1]], help)
  const isCount = (size: unknown): size is number => Number.isSafeInteger(size)
  const unknown = () => refuse('is not known as numbers', 'give the size a value under `symbols:`')
  if (first === 1 && isPolynomial(last)) return { steps: { index, count: to, refuse: unknown } }
  if (!isCount(first) || !isCount(last)) return unknown()
  if (last < first) return refuse('is empty', `it goes from ${first} to ${last}`)
  if (last - first >= mostOfAFamily)
    return refuse(
      `has ${last - first + 1} members, and a family can have ${mostOfAFamily}`,
      'give the size a smaller value under `symbols:` and build the model with it: the equations are the same',
    )
  return { family: { index, first, last } }
}

/** Whether an assignment such as `θ ← θ − η g` changes what it reads; any other is a definition. */
function isReadIn(left: Expression, right: Expression): boolean {
  const written = printExpression(left)
  const isRead = (part: Expression): boolean =>
    (part.kind === left.kind && printExpression(part) === written) || partsOf(part).some(isRead)
  return isRead(right)
}

const textOf = ({ range }: Expression, text: string): string =>
  text
    .slice(...range)
    .trim()
    .replace(/\s+/g, ' ')

/** `θ ← …`: a value under another name. */
function readUpdate(tree: Expression, text: string, fail: Fail, becomes: string): Statement | undefined {
  if (tree.kind !== 'binary' || tree.operator !== '<-' || !nameIn(tree.left))
    return fail('an update says what a name becomes: `\\theta \\leftarrow …`', tree.range)
  const left: NameExpression = { kind: 'name', name: becomes, range: tree.left.range }
  return {
    left,
    right: tree.right,
    isDraw: false,
    range: tree.range,
    text: textOf(tree, text),
    written: tree,
  }
}

/** `\log σ^2 = …` states σ^2. */
function withoutLogarithm({ left, right, range }: Extract<Expression, { kind: 'binary' }>): {
  readonly left: Expression
  readonly right: Expression
} {
  const [value] = left.kind === 'call' && ['log', 'ln'].includes(left.name) ? left.arguments : []
  return value && nameIn(value)
    ? { left: value, right: { kind: 'call', name: 'exp', attributes: [], arguments: [right], range } }
    : { left, right }
}

/** `U[0, 1]`, as intervals are written, is `U(0, 1)`. */
function asCall(expression: Expression): Expression {
  if (expression.kind !== 'element' || expression.operand.kind !== 'name' || expression.from !== 0)
    return expression
  const { operand, at, range } = expression
  return { kind: 'call', name: operand.name, attributes: [], arguments: at, range }
}

/** `K[u, v] = …`, as some papers write functions, is `K(u, v) = …`; `a · b = …` says what the sign means. */
function asFunctionOfNames(left: Expression): Expression {
  if (left.kind === 'binary' && left.isDot && nameIn(left.left) && nameIn(left.right))
    return { kind: 'call', name: dot, attributes: [], arguments: [left.left, left.right], range: left.range }
  const call = asCall(left)
  return call.kind === 'call' && call.arguments.every(argument => nameIn(argument)) ? call : left
}

/** A name, also one with a label: `W_i^Q`. */
export function nameIn(tree: Expression | { readonly problem: string }): NameExpression | undefined {
  if ('problem' in tree) return undefined
  if (tree.kind === 'name') return tree
  if (tree.kind !== 'binary' || tree.operator !== '^' || tree.left.kind !== 'name') return undefined
  const label = printExpression(tree.right)
  const { left } = tree
  return { ...left, name: `${left.name}^${label}`, stem: left.stem ?? left.name, label }
}

/** All names of an expression, each also without its last subscripts, and with its label. */
export function* prefixesIn(expression: Expression): Generator<string> {
  const named = nameIn(expression)
  if (named) {
    yield named.name
    const groups = named.subscripts?.map(items => items.map(subscriptText)) ?? []
    for (let count = groups.length; count >= 0; count--)
      yield nameOf(named.stem ?? named.name, groups.slice(0, count), named.label)
  }
  if (expression.kind === 'call') yield expression.name
  for (const part of partsOf(expression)) yield* prefixesIn(part)
}

/** How a name that a spec declares is spelled in equations: `\hat{A}` is `A_hat`. */
export function declaredName(key: string): string {
  if (!/[\\{ϵϕϑϱϖϰµ]|_[+*]|\^[-−+*∗]/.test(key)) return key
  const tree = parseEquation(key)
  return isSyntaxProblem(tree) ? key : (nameIn(tree)?.name ?? key)
}

/** Statements with what papers leave to their readers written out. */
export function writtenOut(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const stated = new Set(statements.flatMap(({ left }) => nameIn(left)?.name ?? []))
  const isDependence = (part: Expression): boolean =>
    part.kind === 'name' &&
    parameterLetters.has(part.name) &&
    !declared.has(part.name) &&
    !stated.has(part.name)
  const names = new Set([...declared, ...statements.flatMap(({ left }) => namesOnLeft(left))])
  // `\hat{A}_t = A_t - V_t` says what each \hat{A} is.
  const placed = new Set(
    statements.flatMap(({ left, right }) => {
      const letters = left.kind === 'name' ? lettersOf(left.subscripts?.at(-1) ?? []) : undefined
      return letters?.length && letters.every(letter => indicesUsed(right, names).has(letter))
        ? (nameIn(left)?.name ?? [])
        : []
    }),
  )
  const labelled = new Set([...names].filter(name => !placed.has(name)))
  const plain = statements.map(
    (statement): Statement => ({
      ...statement,
      left: valueOnLeft(statement.left, isDependence),
      right: replaceParts(
        overExamples(
          replaceParts(statement.right, part => withoutDependence(part, isDependence)),
          labelled,
        ),
        part => closedForm(part, names),
      ),
    }),
  )
  return countedByPlace(plain, declared, placed)
}

/** `r_t(\theta)` is r_t where nothing else is called θ. */
function withoutDependence(
  part: Expression,
  isDependence: (part: Expression) => boolean,
): Expression | undefined {
  if (part.kind !== 'call' || part.attributes.length > 0) return undefined
  const { name, stem, subscripts, arguments: args, range } = part
  if (args.length === 0 || !args.every(isDependence)) return undefined
  return { kind: 'name', name, ...(stem && { stem }), ...(subscripts && { subscripts }), range }
}

/** `L^{CLIP}(\theta) = …` states L^CLIP. */
function valueOnLeft(left: Expression, isDependence: (part: Expression) => boolean): Expression {
  if (left.kind === 'binary' && left.operator === 'product' && isDependence(left.right)) return left.left
  return withoutDependence(left, isDependence) ?? left
}

/** `\mathbb{E}_t[r_t A_t]` is over examples, and t counts them: the values are those of one example anyway. */
function overExamples(expression: Expression, declared: ReadonlySet<string>): Expression {
  return replaceParts(expression, part => {
    if (part.kind !== 'call' || part.name !== 'expectation') return undefined
    const [of, ...over] = part.arguments
    const counters = over.flatMap(item =>
      item.kind === 'name' && !declared.has(item.name) ? [item.name] : [],
    )
    const ofOne = replaceParts(of!, inner => {
      if (inner.kind !== 'name' || !inner.stem || declared.has(inner.name)) return undefined
      const last = inner.subscripts!.at(-1)!
      const [only] = last
      if (last.length > 1 || only?.kind !== 'name' || !counters.includes(only.name)) return undefined
      const groups = inner.subscripts!.slice(0, -1)
      const name = nameOf(
        inner.stem,
        groups.map(items => items.map(subscriptText)),
        inner.label,
      )
      const { subscripts: _, stem, ...rest } = inner
      return groups.length > 0 || inner.label
        ? { ...rest, name, stem, subscripts: groups }
        : { ...rest, name }
    })
    const isCounter = (item: Expression) => item.kind === 'name' && counters.includes(item.name)
    return { ...part, arguments: [ofOne, ...over.filter(item => !isCounter(item))] }
  })
}

/** Signs of papers that stand for an expression, unless they have another meaning. */
function closedForm(part: Expression, declared: ReadonlySet<string>): Expression | undefined {
  return divergence(part) ?? logDensity(part) ?? squaredNorm(part) ?? kronecker(part, declared)
}

/** `‖x‖_2^2` is a sum of squares. */
function squaredNorm(part: Expression): Expression | undefined {
  if (
    part.kind !== 'binary' ||
    part.operator !== '^' ||
    part.right.kind !== 'number' ||
    part.right.value !== 2
  )
    return undefined
  const { left } = part
  if (left.kind !== 'call' || left.name !== 'norm' || left.attributes.length === 0) return undefined
  if (left.attributes.some(({ name }) => name === 'order')) return undefined
  const square: Expression = { ...left, name: 'square', attributes: [] }
  return { ...left, name: 'sum', arguments: [square] }
}

/** `\delta_{ij}` is 1 where both are the same, else 0. */
function kronecker(part: Expression, declared: ReadonlySet<string>): Expression | undefined {
  if (
    part.kind !== 'name' ||
    part.stem !== 'δ' ||
    part.label ||
    [...declared].some(name => /^δ(_|$)/.test(name))
  )
    return undefined
  const { range } = part
  const items = part.subscripts!.flat().flatMap((item): readonly Expression[] => {
    const letters = lettersOf([item])
    return letters ? letters.map(name => ({ kind: 'name', name, range })) : [item]
  })
  const [left, right, ...others] = items
  if (!left || !right || others.length > 0) return undefined
  const number = (value: number): Expression => ({ kind: 'number', value, text: String(value), range })
  const condition: Expression = { kind: 'binary', operator: '=', left, right, range }
  return { kind: 'call', name: 'where', attributes: [], arguments: [condition, number(1), number(0)], range }
}

/** `\log \mathcal{N}(x; μ, σ^2)`: the logarithm of a normal density. */
function logDensity(part: Expression): Expression | undefined {
  if (part.kind !== 'call' || !['log', 'ln'].includes(part.name)) return undefined
  const [density] = part.arguments
  if (density?.kind !== 'call' || density.arguments.length !== 3) return undefined
  const [x, mean, variance] = density.arguments as readonly [Expression, Expression, Expression]
  return isGaussian({ ...density, arguments: [mean, variance] })
    ? { ...part, name: 'gaussianLogDensity', arguments: [x, mean, varianceOfEach(variance)] }
    : undefined
}

/** The divergence of Kullback and Leibler between two normal distributions, which has a closed form. */
function divergence(part: Expression): Expression | undefined {
  if (part.kind !== 'call' || !['KL', 'D_KL'].includes(part.name) || !part.arguments.every(isGaussian))
    return undefined
  const parameters = part.arguments.flatMap(each => {
    const [mean, variance] = each.kind === 'call' ? each.arguments : []
    return mean && variance ? [mean, varianceOfEach(variance)] : []
  })
  return parameters.length === 4 ? { ...part, name: 'gaussianDivergence', arguments: parameters } : undefined
}

/**
 * `q_k = 1[k = y]` says for each k what q_k is, and not how many there are: where q_k is used, it stands for the right side.
 */
function countedByPlace(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  placed: ReadonlySet<string>,
): readonly Statement[] {
  const stated = statements.flatMap(({ left }) => namesOnLeft(left)).filter(name => !placed.has(name))
  const names = new Set([...declared, ...stated])
  const read = new Set(statements.flatMap(({ right }) => [...stemsIn(right)]))
  const whole = new Set(statements.flatMap(({ right }) => plainNames(right)))
  const parametersOf = new Map<string, readonly string[]>()
  const turned = statements.map((statement): Statement => {
    const { left, right, family, isDraw } = statement
    const name = left.kind === 'call' ? undefined : nameIn(left)
    const letters = name?.stem && !family && !isDraw ? lettersOf(name.subscripts?.flat() ?? []) : undefined
    if (!name || !letters || letters.length === 0) return statement
    const places = indicesUsed(withoutBounds(right), names)
    const plain = new Set(plainNames(right))
    const isByValue = letters.some(letter => !places.has(letter))
    if (!isByValue || !letters.every(letter => plain.has(letter) && !names.has(letter))) return statement
    const called = nameOf(name.stem!, [], name.label)
    if (!read.has(called) || whole.has(called)) return statement
    parametersOf.set(called, letters)
    const { range } = left
    const args = letters.map((letter): Expression => ({ kind: 'name', name: letter, range }))
    return { ...statement, left: { kind: 'call', name: called, attributes: [], arguments: args, range } }
  })
  if (parametersOf.size === 0) return statements
  const used = turned.map(statement => ({
    ...statement,
    right: replaceParts(statement.right, part => placeOfFunction(part, parametersOf)),
  }))
  // What reads a place of such a value may count by it alone as well.
  return countedByPlace(used, declared, placed)
}

/** What names and calls of an expression are called without their subscripts. */
function* stemsIn(expression: Expression): Generator<string> {
  const named = expression.kind === 'call' ? expression : nameIn(expression)
  if (named?.stem) yield nameOf(named.stem, [], named.kind === 'name' ? named.label : undefined)
  for (const part of partsOf(expression)) yield* stemsIn(part)
}

/**
 * What counts places, without the bounds of sums, which only say how far it goes; that of `\prod_{s=1}^{t}` counts along the
 * axis of s.
 */
const withoutBounds = (expression: Expression): Expression =>
  replaceParts(expression, part =>
    part.kind === 'reduce'
      ? {
          ...part,
          indices: part.indices.map(({ index, last }) => ({
            index,
            ...(last?.kind === 'name' && { last }),
          })),
          ...(part.condition && { condition: withoutBounds(part.condition) }),
          body: withoutBounds(part.body),
        }
      : undefined,
  )

/** `M_{ij}` as a call, where M is read by the values of its indices; what stands behind them are places of the result. */
function placeOfFunction(
  part: Expression,
  parametersOf: ReadonlyMap<string, readonly string[]>,
): Expression | undefined {
  const name = part.kind === 'call' ? part : nameIn(part)
  const called = name?.stem && nameOf(name.stem, [], name.kind === 'name' ? name.label : undefined)
  const parameters = called ? parametersOf.get(called) : undefined
  if (!name || !called || !parameters) return undefined
  const { range } = part
  const items = (name.subscripts ?? []).flat().flatMap((item): readonly Expression[] => {
    const letters = lettersOf([item])
    return letters ? letters.map(name => ({ kind: 'name', name, range: item.range })) : [item]
  })
  if (items.length < parameters.length) return undefined
  const args = items.slice(0, parameters.length)
  const rest = items.slice(parameters.length)
  const value: Expression = { kind: 'call', name: called, attributes: [], arguments: args, range }
  const place: Expression = rest.length > 0 ? { kind: 'element', operand: value, at: rest, range } : value
  if (part.kind !== 'call') return place
  // Before brackets, a value is a factor.
  const [factor, ...others] = part.arguments
  if (!factor || others.length > 0 || part.attributes.length > 0) return undefined
  const right = replaceParts(factor, inner => placeOfFunction(inner, parametersOf))
  return { kind: 'binary', operator: 'product', left: place, right, range }
}

/** What a left side may define, with and without its subscripts. */
function namesOnLeft(left: Expression): readonly string[] {
  const name = nameIn(left)
  if (!name) return []
  const groups = name.subscripts?.slice(0, -1).map(items => items.map(subscriptText)) ?? []
  return [name.name, ...(name.stem ? [nameOf(name.stem, groups, name.label)] : [])]
}

/** The arguments of the distribution that something is drawn from; undefined where it is none that is known. */
export function drawnFrom(right: Expression): Extract<Expression, { kind: 'call' }> | undefined {
  return right.kind === 'call' && distributionNamed(right.name) ? right : undefined
}
