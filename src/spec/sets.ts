import { type Expression, type NameExpression, replaceParts } from '../math/expression.js'
import { both } from '../ops/reduce.js'
import { nameOf, subscriptText } from '../ops/spelled-names.js'
import { lettersOf, namesIn } from './names.js'
import { renamed, withRight } from './rewriting.js'
import { type Fail, nameIn, type Statement } from './statements.js'
import { itemsOf } from './times.js'

type SetExpression = Extract<Expression, { kind: 'set' }>

/** What a passage says of a set: its members, of the places that it is given, or how many it has. */
interface StatedSet {
  readonly parameters: readonly string[]
  readonly members?: SetExpression
  readonly size?: Expression
}

/** Which values an index takes: those of a range or of what has a name, where conditions hold. */
interface Members {
  readonly first?: Expression
  readonly last?: Expression
  readonly set?: Expression
  readonly conditions: readonly Expression[]
}

/** Definitions of sets by each other deeper than this are refused. */
const deepestSets = 20

/**
 * `\sum_{u \in \mathcal{N}(v)}` is the sum over u where the condition of `\mathcal{N}(v) = \{ u : A_{vu} = 1 \}` holds, and
 * `|\mathcal{N}(v)|` counts how often it does. What states a set states no value.
 */
export function setsAsConditions(
  statements: readonly Statement[],
  declared: ReadonlySet<string>,
  fail: Fail,
): readonly Statement[] {
  const sets = new Map<string, StatedSet>()
  const values = statements.filter(({ left, right }) => {
    const isSize = left.kind === 'absolute'
    if (!isSize && right.kind !== 'set') return true
    const stated = referenceIn(isSize ? left.operand : left)
    if (!stated) return fail('the left side is not a name', left.range) ?? false
    const parameters = stated.places.flatMap(place => nameIn(place)?.name ?? [])
    if (parameters.length < stated.places.length || sets.has(stated.name))
      return fail(`the set \`${stated.name}\` is stated once, for all its places`, left.range) ?? false
    sets.set(stated.name, { parameters, ...(right.kind === 'set' ? { members: right } : { size: right }) })
    return false
  })
  const reader = new SetReader(sets, declared, fail)
  return values.map(statement => withRight(statement, part => reader.read(part)))
}

/** `\mathcal{N}(v)` and `\mathcal{N}_v`: what a set is called, and the places that it is of. */
function referenceIn(
  part: Expression,
): { readonly name: string; readonly places: readonly Expression[] } | undefined {
  if (part.kind === 'call')
    return {
      name: nameOf(part.stem ?? part.name, []),
      places: [...places(part.subscripts), ...part.arguments],
    }
  const name = nameIn(part)
  return name && { name: nameOf(name.stem ?? name.name, [], name.label), places: places(name.subscripts) }
}

const places = (subscripts: NameExpression['subscripts'] = []): readonly Expression[] =>
  itemsOf({ kind: 'name', name: '', subscripts, range: [0, 0] }).map(({ expression }) => expression)

/** Puts what is said of sets in the place of their names. */
class SetReader {
  readonly #sets: ReadonlyMap<string, StatedSet>
  readonly #declared: ReadonlySet<string>
  readonly #fail: Fail

  constructor(sets: ReadonlyMap<string, StatedSet>, declared: ReadonlySet<string>, fail: Fail) {
    this.#sets = sets
    this.#declared = declared
    this.#fail = fail
  }

  /** A part of an equation without sets; undefined for one that is read part by part. */
  read(part: Expression): Expression | undefined {
    if (part.kind === 'absolute') return this.#size(part)
    if (part.kind !== 'reduce' || !part.indices.some(({ set }) => set)) return undefined
    const members = part.indices.map(({ index, set, ...range }) =>
      set ? this.#members(set, index) : { ...range, conditions: [] },
    )
    const conditions = [
      ...members.flatMap(entry => entry.conditions),
      ...(part.condition ? [part.condition] : []),
    ].map(condition => replaceParts(condition, inner => this.read(inner)))
    const condition = conditions.length > 0 ? conditions.reduce(both) : undefined
    return {
      ...part,
      indices: members.map(({ conditions: _, ...range }, i) => ({ index: part.indices[i]!.index, ...range })),
      ...(condition && { condition }),
      body: replaceParts(part.body, inner => this.read(inner)),
    }
  }

  /** The set that an expression names, where the passage says what is in it. */
  #stated(part: Expression): (StatedSet & { readonly places: readonly Expression[] }) | undefined {
    const reference = referenceIn(part)
    const stated = reference && this.#sets.get(reference.name)
    if (!reference || !stated) return undefined
    if (stated.parameters.length === reference.places.length) return { ...stated, places: reference.places }
    return this.#fail(
      `the set \`${reference.name}\` is stated for ${stated.parameters.length} places, not for ${reference.places.length}`,
      part.range,
    )
  }

  #members(set: Expression, index: string, depth = 0): Members {
    if (depth > deepestSets)
      return { conditions: this.#fail('this set is stated by itself', set.range) ?? [] }
    if (set.kind === 'set') {
      const { within, first, last, condition } = set
      const outer = within
        ? this.#members(within, index, depth + 1)
        : { ...(first && { first }), ...(last && { last }), conditions: [] }
      const own = new Map<string, Expression>([[set.index, { kind: 'name', name: index, range: set.range }]])
      const conditions = condition ? [this.#substituted(condition, own)] : []
      return { ...outer, conditions: [...outer.conditions, ...conditions] }
    }
    const stated = this.#stated(set)
    if (stated?.size) return { first: one(set), last: stated.size, conditions: [] }
    if (stated?.members) {
      const given = new Map(stated.parameters.map((name, i) => [name, stated.places[i]!] as const))
      // What counts the members may have the name of a place that the set is of.
      const { index: own } = stated.members
      const apart = new Map<string, Expression>([
        ...given,
        [own, { kind: 'name', name: index, range: set.range }],
      ])
      const members = this.#placed(stated.members, apart, index)
      return this.#members(members, index, depth + 1)
    }
    if (set.kind === 'call')
      this.#fail(
        'which places belong to this set is not said',
        set.range,
        `write a line such as \`${set.name}(v) = \\{ u : A_{vu} = 1 \\}\`, or a condition in place of the set`,
      )
    return { set, conditions: [] }
  }

  /** A set with other names in its condition, whose members are called `index`. */
  #placed(set: SetExpression, names: ReadonlyMap<string, Expression>, index: string): SetExpression {
    const each = (part: Expression) => this.#substituted(part, names)
    const { within, first, last, condition } = set
    return {
      ...set,
      index,
      ...(within && { within: each(within) }),
      ...(first && { first: each(first) }),
      ...(last && { last: each(last) }),
      ...(condition && { condition: each(condition) }),
    }
  }

  /** `|S|`: the number of all members, or how often a condition holds. */
  #size({ operand, range }: Extract<Expression, { kind: 'absolute' }>): Expression | undefined {
    const stated = this.#stated(operand)
    if (!stated) return undefined
    const taken = new Set(
      [...namesIn(operand)].flatMap(({ name, subscripts = [] }) => [
        name,
        ...(lettersOf(subscripts.flat()) ?? []),
      ]),
    )
    const index = ['u', 'v', 'w', 'p', 'q'].find(letter => !taken.has(letter) && !this.#declared.has(letter))
    const { conditions, ...bounds } = this.#members(operand, index ?? "u'")
    const isFromOne = bounds.first?.kind === 'number' && bounds.first.value === 1
    if (conditions.length === 0 && bounds.last && isFromOne) return bounds.last
    return {
      kind: 'reduce',
      operator: 'sum',
      indices: [{ index: index ?? "u'", ...bounds }],
      ...(conditions.length > 0 && { condition: conditions.reduce(both) }),
      body: one({ range }),
      range,
    }
  }

  /** An expression with others in place of some letters, also in subscripts: `A_{vu}` of u and v. */
  #substituted(expression: Expression, names: ReadonlyMap<string, Expression>): Expression {
    return replaceParts(expression, part => {
      if (part.kind !== 'name' && part.kind !== 'call') return undefined
      if (part.kind === 'name' && !part.stem) return names.get(part.name)
      if (!part.stem || this.#declared.has(part.name)) return undefined
      const subscripts = part.subscripts!.map(group =>
        itemsOf({ kind: 'name', name: '', subscripts: [group], range: part.range }).map(
          ({ expression: item }) => this.#substituted(item, names),
        ),
      )
      if (part.kind === 'name') return renamed(part, part.stem, subscripts)
      const spelled = subscripts.map(items => items.map(subscriptText))
      const args = part.arguments.map(argument => this.#substituted(argument, names))
      return { ...part, name: nameOf(part.stem, spelled), subscripts, arguments: args }
    })
  }
}

const one = ({ range }: Pick<Expression, 'range'>): Expression => ({
  kind: 'number',
  value: 1,
  text: '1',
  range,
})
