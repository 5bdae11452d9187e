import { isPolynomial } from '../graph/dimension.js'
import type { Attribute } from '../graph/node.js'
import { activations } from './activations.js'
import { initializers } from './initializers.js'
import type { ConfigKind } from './layer.js'
import { layerNamed } from './layers/table.js'
import { constraints, regularizers } from './regularizers.js'
import { namedText, readNamed, type Shorthands } from './shorthand.js'

/** What a value of one kind may be, and the one form in which configurations hold it. */
interface Kind {
  /** As messages say what was expected. */
  readonly expected: string
  /** Whether a symbol can stand for it. */
  readonly symbolic?: true
  /** The value in its one form, or undefined where it is not of the kind. `axes` is how many spatial axes there are. */
  readonly normalize: (value: Attribute, axes: number) => Attribute | undefined
}

const isInteger = (value: Attribute): value is number => typeof value === 'number' && Number.isInteger(value)
const isSize = (value: Attribute): boolean => isPolynomial(value) || (isInteger(value) && value > 0)
const only =
  (accepts: (value: Attribute) => boolean): Kind['normalize'] =>
  value =>
    accepts(value) ? value : undefined

/** A value that is named, with settings, as its canonical text. */
function shorthand(table: Shorthands, what: string): Kind {
  return {
    expected: `${what}, such as ${Object.entries(table)
      .flatMap(([name, { asText }]) => (asText ? [name] : []))
      .slice(0, 3)
      .join(', ')}`,
    normalize: value => {
      const named = typeof value === 'string' ? readNamed(table, value) : undefined
      return named && namedText(named)
    },
  }
}

/** Sizes per axis: one number stands for all axes, and a list must have one for each. */
const perAxis: Kind['normalize'] = (value, axes) => {
  if (isSize(value)) return new Array<Attribute>(axes).fill(value)
  return Array.isArray(value) && value.length === axes && value.every(isSize) ? value : undefined
}

/** `1`, `[1, 2]` and `[[1, 1], [2, 2]]` as the last. */
const border: Kind['normalize'] = value => {
  const isWidth = (width: Attribute) => isPolynomial(width) || (isInteger(width) && width >= 0)
  const sides = Array.isArray(value) ? value : [value, value]
  const pairs = sides.map(side => (Array.isArray(side) ? side : [side, side]))
  return pairs.length === 2 && pairs.every(pair => pair.length === 2 && pair.every(isWidth))
    ? pairs
    : undefined
}

/** A model can stand in place of a layer. */
const isLayerKind = (value: Attribute): boolean =>
  typeof value === 'string' && (value === 'model' || layerNamed(value) !== undefined)

const kinds: Readonly<Record<Extract<ConfigKind, string>, Kind>> = {
  positiveInteger: {
    expected: 'a whole number above 0',
    symbolic: true,
    normalize: only(value => isInteger(value) && value > 0),
  },
  nonNegativeInteger: {
    expected: 'a whole number from 0 on',
    symbolic: true,
    normalize: only(value => isInteger(value) && value >= 0),
  },
  integer: { expected: 'a whole number', symbolic: true, normalize: only(isInteger) },
  number: { expected: 'a number', symbolic: true, normalize: only(value => typeof value === 'number') },
  fraction: {
    expected: 'a number from 0 to 1',
    symbolic: true,
    normalize: only(value => typeof value === 'number' && value >= 0 && value <= 1),
  },
  boolean: { expected: 'true or false', normalize: only(value => typeof value === 'boolean') },
  text: { expected: 'a text', normalize: only(value => typeof value === 'string') },
  name: { expected: 'a text', normalize: only(value => typeof value === 'string') },
  activation: {
    expected: `one of ${Object.keys(activations).join(', ')}`,
    normalize: only(value => typeof value === 'string' && Object.hasOwn(activations, value)),
  },
  initializer: { ...shorthand(initializers, 'an initializer'), symbolic: true },
  regularizer: shorthand(regularizers, 'a regularizer'),
  constraint: { ...shorthand(constraints, 'a constraint'), symbolic: true },
  shape: { expected: 'a list of sizes', symbolic: true, normalize: normalizeSizes },
  sizes: { expected: 'a size, or a list of sizes', symbolic: true, normalize: normalizeSizes },
  axis: { expected: 'an axis', symbolic: true, normalize: only(isInteger) },
  axes: {
    expected: 'one or several axes',
    symbolic: true,
    normalize: only(value => isInteger(value) || (Array.isArray(value) && value.every(isInteger))),
  },
  perAxis: { expected: 'a whole number above 0, or one per axis', symbolic: true, normalize: perAxis },
  pair: {
    expected: 'a list of two whole numbers above 0',
    normalize: only(value => Array.isArray(value) && value.length === 2 && value.every(isSize)),
  },
  border: {
    expected: 'a whole number, one per axis, or one per side',
    symbolic: true,
    normalize: border,
  },
  padding: { expected: 'valid or same', normalize: only(value => value === 'valid' || value === 'same') },
  layer: { expected: 'a layer', normalize: only(isLayerKind) },
  layers: {
    expected: 'a layer or a list of layers',
    normalize: value => {
      const list = Array.isArray(value) ? (value as readonly Attribute[]) : [value]
      return list.length > 0 && list.every(isLayerKind) ? list : undefined
    },
  },
  value: { expected: 'anything', normalize: value => value },
}

/** The value in its one form, or undefined where it is not of the kind. `axes`: how many spatial axes there are. */
export function normalizeValue(
  kind: ConfigKind,
  value: Attribute,
  axes: number | undefined,
): Attribute | undefined {
  if (value === null) return value
  if (typeof kind === 'object')
    return typeof value === 'string' && kind.oneOf.includes(value) ? value : undefined
  const { symbolic, normalize } = kinds[kind]
  const normalized = normalize(value, axes ?? 2)
  return normalized === undefined && symbolic && isPolynomial(value) ? value : normalized
}

/** What a value of the kind has to be, as messages say it. */
export function describeKind(kind: ConfigKind): string {
  return typeof kind === 'object' ? `one of ${kind.oneOf.join(', ')}` : kinds[kind].expected
}

function normalizeSizes(value: Attribute): Attribute | undefined {
  if (isSize(value)) return [value]
  const isOpen = (size: Attribute) => size === null || size === -1
  return Array.isArray(value) && value.every(size => isSize(size) || isOpen(size))
    ? value.map(size => (isOpen(size) ? null : size))
    : undefined
}
