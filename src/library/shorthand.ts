import { dimensionText, isPolynomial } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'

/** A value that is named, with settings: an initializer, a regularizer, a constraint. */
export interface Named {
  readonly kind: string
  readonly settings: Readonly<Record<string, Attribute>>
}

/** What a name of the framework is short for. */
export interface Shorthand extends Named {
  /** Settings that the user can give; the others are fixed by the name. */
  readonly open: readonly string[]
  /** Settings without which the framework throws. */
  readonly required?: readonly string[]
  /** Settings for which the framework takes 0 as left out. */
  readonly zeroIsLeftOut?: readonly string[]
  /** Set for an initializer that gives the same numbers each time. */
  readonly isFixed?: true
  /** Whether the framework also accepts the bare name as a text. */
  readonly asText: boolean
}

export type Shorthands = Readonly<Record<string, Shorthand>>

/** A shorthand with the settings that are given; undefined where one that is required is missing. */
export function complete(
  shorthand: Shorthand,
  given: Readonly<Record<string, Attribute>>,
): Named | undefined {
  const { kind, open, required = [] } = shorthand
  const settings: Record<string, Attribute> = { ...shorthand.settings }
  for (const name of open) {
    const value = given[name]
    if (value !== undefined && value !== null) settings[name] = value
  }
  return required.some(name => given[name] === undefined) ? undefined : { kind, settings }
}

/** What the framework makes of a call such as `tf.initializers.randomUniform({ minval: 0 })`. */
export function completeCall(
  shorthand: Shorthand,
  given: Readonly<Record<string, Attribute>>,
): Named | undefined {
  const { zeroIsLeftOut = [] } = shorthand
  const read = Object.entries(given).filter(([name, value]) => value !== 0 || !zeroIsLeftOut.includes(name))
  return complete(shorthand, Object.fromEntries(read))
}

/** The one text of a named value: equal texts, equal values. Where random numbers start is left out. */
export function namedText({ kind, settings }: Named): string {
  const values = Object.entries(settings)
    .filter(([name]) => name !== 'seed')
    .map(([name, value]) => `${name} ${isPolynomial(value) ? dimensionText(value) : String(value)}`)
  return `${kind}(${values.join(', ')})`
}

/** A text such as `heNormal`, `randomNormal(stddev 0.02)` or one that `namedText` gave. */
export function readNamed(table: Shorthands, text: string): Named | undefined {
  const [, name, list] = /^(\w+)(?:\((.*)\))?$/.exec(text) ?? []
  // TF.js knows the classes by their names too: `GlorotNormal`.
  const key = name && name.charAt(0).toLowerCase() + name.slice(1)
  const shorthand = key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined
  if (!shorthand || (list === undefined && !shorthand.asText)) return undefined
  const given: Record<string, Attribute> = {}
  for (const item of list ? list.split(', ') : []) {
    const at = item.indexOf(' ')
    const value = item.slice(at + 1)
    if (at > 0 && shorthand.open.includes(item.slice(0, at)))
      given[item.slice(0, at)] = Number.isNaN(Number(value)) ? value : Number(value)
    else return undefined
  }
  return complete(shorthand, given)
}
