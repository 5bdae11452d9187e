import {
  boundsOf,
  type Expression,
  type NameExpression,
  partsOf,
  type Range,
  replaceParts,
} from '../math/expression.js'
import { isOnes } from '../ops/ones.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { isIdentity } from '../ops/square.js'
import { languageConstants } from '../ops/vocabulary.js'

/** What may be used at some place of an equation. */
export interface Scope {
  readonly declared: ReadonlySet<string>
  /** Indices that something around binds. */
  readonly bound: ReadonlySet<string>
}

/** Names that nothing defines, in the order of the text. */
export function undefinedNames(
  expression: Expression,
  scope: Scope,
): readonly { readonly name: string; readonly range: Range }[] {
  if (expression.kind === 'name') {
    if (isDefined(expression, scope)) return []
    return [{ name: expression.name, range: expression.range }]
  }
  if (expression.kind === 'call') {
    const args = expression.arguments.flatMap((arg, i) =>
      // The last of several values has its number by a size, which is all that can be told here.
      expression.arguments[i - 1]?.kind === 'ellipsis' && arg.kind === 'name' && arg.subscripts
        ? arg.subscripts.at(-1)!
        : [arg],
    )
    const values = [...expression.attributes.map(({ value }) => value), ...args]
    return values.flatMap(part => undefinedNames(part, scope))
  }
  if (expression.kind !== 'reduce') return partsOf(expression).flatMap(part => undefinedNames(part, scope))
  const bounds = expression.indices.flatMap(boundsOf)
  const bound = new Set([...scope.bound, ...expression.indices.map(({ index }) => index)])
  const inside = [...(expression.condition ? [expression.condition] : []), expression.body]
  return [
    ...bounds.flatMap(part => undefinedNames(part, scope)),
    ...inside.flatMap(part => undefinedNames(part, { ...scope, bound })),
  ]
}

function isDefined(name: NameExpression, scope: Scope): boolean {
  if (scope.bound.has(name.name) || languageConstants.has(name.name)) return true
  const split = splitName(name, scope.declared)
  if (!split && (isIdentity(name) || isOnes(name)))
    return (name.subscripts ?? []).flat().every(item => isPlace(item, scope))
  return split?.rest.every(item => isPlace(item, scope)) ?? false
}

/** A subscript that is an index, letters that are indices, a range, or an expression of defined names. */
function isPlace(item: Expression, scope: Scope): boolean {
  if (item.kind === 'name' && !item.subscripts && !scope.declared.has(item.name)) {
    const letters = lettersOf([item])
    return scope.bound.has(item.name) || (letters?.every(letter => scope.bound.has(letter)) ?? false)
  }
  return undefinedNames(item, scope).length === 0
}

/** The longest part of a name that is declared, and the subscripts that are left. */
function splitName(
  { name, stem, subscripts = [], label }: NameExpression,
  declared: ReadonlySet<string>,
): { readonly rest: readonly Expression[] } | undefined {
  if (declared.has(name)) return { rest: [] }
  if (!stem) return undefined
  const groups = subscripts.map(items => items.map(subscriptText))
  for (let count = groups.length; count >= 0; count--)
    if (declared.has(nameOf(stem, groups.slice(0, count), label)))
      return { rest: subscripts.slice(count).flat() }
  return undefined
}

/** The letters of subscripts, where they are nothing but letters: those of `_{ij}` and of `_{i,j}`. */
export function lettersOf(items: readonly Expression[]): readonly string[] | undefined {
  const letters = items.flatMap(item => {
    if (item.kind !== 'name' || item.subscripts) return [undefined]
    const each = item.name.match(/\p{L}'*/gu) ?? []
    return each.join('') === item.name ? each : [undefined]
  })
  return letters.every(letter => letter !== undefined) ? (letters as readonly string[]) : undefined
}

/** Letters in subscripts that are not part of a declared name, apart from those that a sum binds. */
export function indicesUsed(
  expression: Expression,
  declared: ReadonlySet<string>,
  bound: ReadonlySet<string> = new Set(),
): ReadonlySet<string> {
  const used = new Set<string>()
  const add = (inner: ReadonlySet<string>) => {
    for (const letter of inner) used.add(letter)
  }
  if (expression.kind === 'name') {
    const rest = splitName(expression, declared)?.rest ?? []
    for (const item of rest) {
      // A size of several letters, as in `h_{units}`, counts nothing.
      if (item.kind === 'name' && [...item.name].length > 1 && declared.has(item.name)) continue
      for (const letter of lettersOf([item]) ?? []) if (!bound.has(letter)) used.add(letter)
      for (const part of partsOf(item)) add(indicesIn(part, bound))
    }
    return used
  }
  if (expression.kind === 'element')
    for (const item of expression.at) {
      for (const letter of lettersOf([item]) ?? []) if (!bound.has(letter)) used.add(letter)
      for (const part of partsOf(item)) add(indicesIn(part, bound))
    }
  const own = expression.kind === 'reduce' ? expression.indices.map(({ index }) => index) : []
  if (expression.kind === 'reduce')
    for (const end of expression.indices.flatMap(boundsOf))
      for (const name of plainNames(end)) if (!bound.has(name) && !declared.has(name)) used.add(name)
  const inner = new Set([...bound, ...own])
  // What is declared by its whole name, as `a_{out}`, has no index.
  if (expression.kind === 'call' && expression.subscripts && !declared.has(expression.name))
    for (const letter of lettersOf(expression.subscripts.flat()) ?? [])
      if (!inner.has(letter)) used.add(letter)
  // `z(i)`, where z says for each i what it is.
  if (expression.kind === 'call' && declared.has(expression.name))
    for (const argument of expression.arguments)
      for (const letter of argument.kind === 'name' && !argument.subscripts
        ? (lettersOf([argument]) ?? [])
        : [])
        if (
          argument.kind === 'name' &&
          letter === argument.name &&
          !inner.has(letter) &&
          !declared.has(letter)
        )
          used.add(letter)
  for (const part of partsOf(expression)) add(indicesUsed(part, declared, inner))
  return used
}

/** Names that stand by themselves, without subscripts. */
export function plainNames(expression: Expression): readonly string[] {
  if (expression.kind === 'name') return expression.subscripts ? [] : [expression.name]
  return partsOf(expression).flatMap(plainNames)
}

/** `\\sum_{i < j}` is over both, where nothing else says what j is. */
export function bindFree(expression: Expression, scope: Scope): Expression {
  return replaceParts(expression, part => {
    if (part.kind !== 'reduce') return undefined
    const own = part.indices.map(({ index }) => index)
    const isKnown = (name: string) => own.includes(name) || scope.bound.has(name) || scope.declared.has(name)
    const free = part.condition
      ? [...new Set(comparedNames(part.condition))].filter(name => !isKnown(name))
      : []
    const indices = [...part.indices, ...free.map(index => ({ index }))]
    const bound = new Set([...scope.bound, ...own, ...free])
    return { ...part, indices, body: bindFree(part.body, { ...scope, bound }) }
  })
}

/** Single letters that an index is compared with. */
function comparedNames(condition: Expression): readonly string[] {
  if (condition.kind === 'call') return condition.arguments.flatMap(comparedNames)
  if (condition.kind !== 'binary') return []
  return plainNames(condition.right).filter(name => [...name.replace(/'+$/, '')].length === 1)
}

/** The letters of a shifted index: `i` of `i + 1`. */
function indicesIn(part: Expression, bound: ReadonlySet<string>): ReadonlySet<string> {
  const letters = part.kind === 'name' ? (lettersOf([part]) ?? []) : []
  return new Set(letters.length === 1 && !bound.has(letters[0]!) ? letters : [])
}

/** All names that an expression reads. */
export function* namesIn(tree: Expression): Generator<NameExpression> {
  if (tree.kind === 'name') yield tree
  for (const part of partsOf(tree)) yield* namesIn(part)
}
