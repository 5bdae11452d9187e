import {
  type CallExpression,
  type Expression,
  type NameExpression,
  partsOf,
  replaceParts,
} from '../math/expression.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { isFunctionOfTheLanguage } from '../ops/vocabulary.js'
import { indicesUsed, lettersOf, plainNames } from './names.js'
import { normalised } from './proportions.js'
import { type Convention, renamed, withRight } from './rewriting.js'
import { setsAsConditions } from './sets.js'
import { type Fail, nameIn, type Statement } from './statements.js'
import { wholeAxes } from './whole-axes.js'
import { joinedParts, statedEnds, wholeFamilies } from './whole-values.js'

/** In the order in which they are read. */
const conventions: readonly Convention[] = [
  setsAsConditions,
  withoutIdleArguments,
  placesInBrackets,
  changesAsNames,
  labelsApart,
  countedFunctions,
  cutBetween,
  normalised,
  wholeAxes,
  joinedParts,
  statedEnds,
  wholeFamilies,
]

/** Statements with what papers write by convention in the words of the language. */
export function byConvention(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  fail: Fail,
): readonly Statement[] {
  return conventions.reduce((all, convention) => convention(all, declared, fail), statements)
}

/**
 * `\hat{C}(r) = …` where nothing is called r and the right side does not read it only says what the value is about, also in
 * calls that say the same.
 */
function withoutIdleArguments(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const known = new Set([
    ...declared,
    ...statements.flatMap(({ left }) => (left.kind === 'call' ? [] : (nameIn(left)?.name ?? []))),
  ])
  const all = statements.flatMap(({ left, right }) => [...callsIn(left), ...callsIn(right)])
  const idle = new Map<string, ReadonlySet<number>>()
  for (const { left, right } of statements) {
    if (left.kind !== 'call') continue
    const places = left.arguments.flatMap((argument, place) => {
      const name = nameIn(argument)?.name
      if (name === undefined || known.has(name) || isMentioned(name, right)) return []
      const calls = all.filter(call => call.name === left.name)
      return calls.every(call => nameIn(call.arguments[place] ?? call)?.name === name) ? [place] : []
    })
    const isOnly = statements.every(other => other.left === left || callNameOf(other.left) !== left.name)
    if (isOnly && places.length > 0) idle.set(left.name, new Set(places))
  }
  if (idle.size === 0) return statements
  const shorter = (part: Expression): Expression | undefined => {
    const places = part.kind === 'call' ? idle.get(part.name) : undefined
    if (part.kind !== 'call' || !places) return undefined
    const { name, stem, subscripts, range } = part
    const args = part.arguments.filter((_, place) => !places.has(place))
    if (args.length > 0) return { ...part, arguments: args.map(arg => replaceParts(arg, shorter)) }
    return { kind: 'name', name, ...(stem && subscripts && { stem, subscripts }), range }
  }
  return statements.map(statement => ({
    ...withRight(statement, shorter),
    left: replaceParts(statement.left, shorter),
  }))
}

/** `\sum_i w(i)` of a value w is of its places, where i counts in the equation and nothing is called so. */
function placesInBrackets(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  fail: Fail,
): readonly Statement[] {
  const lefts = statements.map(({ left }) => left)
  const functions = new Set(lefts.flatMap(left => (left.kind === 'call' ? [left.name, left.stem] : [])))
  const stated = lefts.flatMap(left => (left.kind === 'call' ? [] : (nameIn(left)?.name ?? [])))
  const values = new Set([...declared, ...stated])
  return statements.map(statement => {
    const { left } = statement
    const parameters = new Set(
      left.kind === 'call' ? left.arguments.flatMap(arg => nameIn(arg)?.name ?? []) : [],
    )
    const counting = new Set([
      ...reducedIndices(statement.right),
      ...(lettersOf((nameIn(left)?.subscripts ?? []).flat()) ?? []),
      ...(statement.family ? [statement.family.index] : []),
    ])
    const isIndex = (item: Expression) =>
      item.kind === 'name' &&
      counting.has(item.name) &&
      !item.subscripts &&
      !values.has(item.name) &&
      !parameters.has(item.name)
    return withRight(statement, part => {
      if (part.kind !== 'call' || part.attributes.length > 0 || part.arguments.length === 0) return undefined
      const stem = part.stem ?? part.name
      const isFunction = functions.has(part.name) || functions.has(stem)
      if (isFunction || !part.arguments.every(isIndex)) return undefined
      const { name, range } = part
      if (declared.has(name)) return renamed({ kind: 'name', name, range }, name, [part.arguments])
      if (!declared.has(stem)) return undefined
      const axes = 'which axes these places are along is not said'
      return fail(axes, range, `write them in the order of the axes of \`${stem}\`, as \`${stem}_{ijc}\``)
    })
  })
}

/** The letters that sums, products and the like in an expression count by. */
function reducedIndices(part: Expression): readonly string[] {
  const own = part.kind === 'reduce' ? part.indices.map(({ index }) => index) : []
  return [...own, ...partsOf(part).flatMap(reducedIndices)]
}

const callNameOf = (part: Expression): string | undefined => (part.kind === 'call' ? part.name : undefined)

const callsIn = (part: Expression): readonly CallExpression[] => [
  ...(part.kind === 'call' ? [part] : []),
  ...partsOf(part).flatMap(callsIn),
]

/** Whether a name stands in an expression, also within a word that may be a product. */
function isMentioned(name: string, part: Expression): boolean {
  const own =
    part.kind === 'name' ||
    (part.kind === 'call' && !isFunctionOfTheLanguage(part.name)) ||
    (part.kind === 'reduce' && part.indices.some(({ index }) => index === name))
  const text = part.kind === 'name' || part.kind === 'call' ? part.name : name
  return (own && text.includes(name)) || partsOf(part).some(inner => isMentioned(name, inner))
}

/** `\Delta W = …` and `\delta_t V = …` state one value, which others read as `\Delta W x`. */
function changesAsNames(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const asOne = (first: Expression, second: Expression): NameExpression | undefined => {
    if (first.kind !== 'name' || second.kind !== 'name') return undefined
    const sign = first.stem ?? first.name
    if (!['Δ', 'δ'].includes(sign) || declared.has(sign) || declared.has(first.name)) return undefined
    const name = renamed(second, `${sign}${second.stem ?? second.name}`, [
      ...(first.subscripts ?? []),
      ...(second.subscripts ?? []),
    ])
    return { ...name, range: [first.range[0], second.range[1]] }
  }
  const stated = new Set<string>()
  const named = statements.map(statement => {
    const { left } = statement
    const name = isProduct(left) ? asOne(left.left, left.right) : undefined
    if (name) stated.add(name.stem ?? name.name)
    return name ? { ...statement, left: name } : statement
  })
  if (stated.size === 0) return statements
  const joined = (part: Expression): Expression | undefined => {
    if (!isProduct(part)) return undefined
    const factors = factorsOf(part).map(factor => replaceParts(factor, joined))
    const whole: Expression[] = []
    for (const factor of factors) {
      const last = whole.at(-1)
      const one = last && asOne(last, factor)
      if (one && stated.has(one.stem ?? one.name)) whole.splice(-1, 1, one)
      else whole.push(factor)
    }
    return whole.reduce((left, right) => ({
      kind: 'binary',
      operator: 'product',
      left,
      right,
      range: [left.range[0], right.range[1]],
    }))
  }
  return named.map(statement => withRight(statement, joined))
}

type Binary = Extract<Expression, { kind: 'binary' }>

const isProduct = (part: Expression): part is Binary => part.kind === 'binary' && part.operator === 'product'

const factorsOf = (part: Expression): readonly Expression[] =>
  isProduct(part) ? [...factorsOf(part.left), part.right] : [part]

/** `l_{old,t}` is the place t of l_old, where that has a value, and `F_{avg,c} = …` states F_avg where c counts and a, v and g do not. */
function labelsApart(statements: readonly Statement[], declared: ReadonlySet<string>): readonly Statement[] {
  const names = new Set([
    ...declared,
    ...statements.flatMap(({ left, right }) => {
      const name = nameIn(left)
      return [...(name ? [name.name] : []), ...(name ? labelledPart(name, right, declared) : [])]
    }),
  ])
  const apart = (part: Expression): Expression | undefined => {
    if ((part.kind !== 'name' && part.kind !== 'call') || !part.stem) return undefined
    const [[label, ...places] = [], ...others] = part.subscripts!
    if (!label || places.length === 0 || (declared.has(part.name) && part.kind === 'name')) return undefined
    if (!names.has(nameOf(part.stem, [[subscriptText(label)]]))) return undefined
    const { stem, subscripts, name, range } = part
    const plain: NameExpression = { kind: 'name', stem, subscripts: subscripts!, name, range }
    const own = renamed(part.kind === 'name' ? part : plain, stem, [[label], places, ...others])
    if (part.kind === 'name') return own
    // Before brackets, a value is a factor.
    const [factor, ...more] = part.arguments
    if (!factor || more.length > 0 || part.attributes.length > 0) return undefined
    return { kind: 'binary', operator: 'product', left: own, right: replaceParts(factor, apart), range }
  }
  return statements.map(statement => ({
    ...withRight(statement, apart),
    left: statement.left.kind === 'call' ? statement.left : replaceParts(statement.left, apart),
  }))
}

/** `F_avg` of `F_{avg,c} = …`, where the letters of the word do not all count on the right side. */
function labelledPart(
  { stem, subscripts = [] }: NameExpression,
  right: Expression,
  declared: ReadonlySet<string>,
): readonly string[] {
  const [[label, ...places] = []] = subscripts
  const letters = label ? lettersOf([label]) : undefined
  if (!stem || !letters || letters.length < 2 || places.length === 0) return []
  const used = indicesUsed(right, declared)
  return letters.every(letter => used.has(letter)) ? [] : [nameOf(stem, [[subscriptText(label!)]])]
}

/** `E_i(x) = x W_i`, where i counts on the right, is a function of i and x. */
function countedFunctions(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
): readonly Statement[] {
  const counts = new Map<string, number>()
  const placesOf = ({ stem, subscripts = [] }: CallExpression): readonly Expression[] | undefined => {
    const items = subscripts.flat().flatMap((item): readonly Expression[] => {
      const letters = lettersOf([item])
      return letters ? letters.map(name => ({ kind: 'name', name, range: item.range })) : [item]
    })
    return stem && items.length > 0 ? items : undefined
  }
  for (const { left, right, family } of statements) {
    if (left.kind !== 'call' || family || !left.stem) continue
    const letters = lettersOf(left.subscripts!.flat())
    const used = new Set([...indicesUsed(right, declared), ...plainNames(right)])
    const args = left.arguments.flatMap(arg => nameIn(arg)?.name ?? [])
    if (!letters?.every(letter => used.has(letter) && !declared.has(letter))) continue
    // `r_t(θ) = …` only says what r depends on.
    if (!args.some(arg => used.has(arg))) continue
    // What is defined for one of its places as well is not the same for all.
    const isOther = (other: Statement) =>
      other.left !== left && other.left.kind === 'call' && other.left.stem === left.stem
    if (!statements.some(isOther)) counts.set(left.stem, letters.length)
  }
  if (counts.size === 0) return statements
  const asArguments = (part: Expression): Expression | undefined => {
    if (part.kind !== 'call' || !part.stem) return undefined
    const places = placesOf(part)
    if (!places || counts.get(part.stem) !== places.length) return undefined
    const { stem, subscripts: _, ...rest } = part
    const args = part.arguments.map(argument => replaceParts(argument, asArguments))
    return { ...rest, name: stem, arguments: [...places, ...args] }
  }
  return statements.map(statement => {
    const turned = withRight(statement, asArguments)
    const left = replaceParts(statement.left, asArguments)
    return left === statement.left || left.kind !== 'call'
      ? { ...turned, left }
      : { ...withRight(turned, part => oneByOne(part, left.arguments)), left }
  })
}

/** `B_{jk}` as `B_{j,k}` where both are arguments: one may be an index and the other a value. */
function oneByOne(part: Expression, args: readonly Expression[]): Expression | undefined {
  if (part.kind !== 'name' || !part.stem) return undefined
  const names = new Set(args.flatMap(arg => nameIn(arg)?.name ?? []))
  const subscripts = part.subscripts!.map(items =>
    items.flatMap((item): readonly Expression[] => {
      const letters = lettersOf([item]) ?? []
      return letters.length > 1 && letters.every(letter => names.has(letter))
        ? letters.map(name => ({ kind: 'name', name, range: item.range }))
        : [item]
    }),
  )
  return renamed(part, part.stem, subscripts)
}

/** `[x]_a^b` and `clip(x, a, b)` are x, but at least a and at most b. */
function cutBetween(statements: readonly Statement[]): readonly Statement[] {
  const between = (x: Expression, low: Expression, high: Expression): Expression => {
    const of = (name: string, args: readonly Expression[]): Expression => ({
      kind: 'call',
      name,
      attributes: [],
      arguments: args,
      range: x.range,
    })
    return of('min', [of('max', [replaceParts(x, cut), replaceParts(low, cut)]), replaceParts(high, cut)])
  }
  const cut = (part: Expression): Expression | undefined => {
    if (part.kind === 'call' && part.name === 'clip' && part.arguments.length === 3) {
      const [x, low, high] = part.arguments
      return between(x!, low!, high!)
    }
    if (part.kind !== 'binary' || part.operator !== '^' || part.left.kind !== 'element') return undefined
    const { operand, at, from } = part.left
    const [low] = at
    const isOne = operand.kind === 'list' && operand.items.length === 1 && at.length === 1 && from !== 0
    return isOne ? between(operand.items[0]!, low!, part.right) : undefined
  }
  return statements.map(statement => withRight(statement, cut))
}
