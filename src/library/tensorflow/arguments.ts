import { isPolynomial, symbol } from '../../graph/dimension.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { DataType } from '../../graph/type.js'
import { widest } from '../../ops/shape.js'
import type { Span } from '../../text/source.js'
import type { Tracer } from '../../trace/host.js'
import { lastKeyOf } from '../../trace/unknowns.js'
import {
  isObject,
  isUnknown,
  type Property,
  type UnknownValue,
  unknownKey,
  type Value,
} from '../../trace/value.js'
import { constantOf, isConstantFailure } from './constants.js'
import type { ArgumentDeclaration, ArgumentKind, NumberRange } from './functions/function.js'
import { givenData, type Layout } from './given-data.js'
import { isSeries, type Series } from './series.js'
import { nodeOnTape } from './tape.js'
import { isTensor } from './types.js'
import { unboundNumber } from './unbound-numbers.js'

/** Why an argument could not be read: it is not known, or TF.js does not take it. */
export type ArgumentFailure =
  | { readonly problem: string }
  | { readonly unknown: UnknownValue }
  /** Nothing was given for it, and a tensor may be of any shape. */
  | { readonly unbound: string }

export type ReadArgument =
  | Node
  | readonly Node[]
  | { readonly series: Series }
  | { readonly value: Attribute }
  | ArgumentFailure
  | undefined

interface ReadRequest {
  readonly trace: Tracer
  readonly span: Span
  readonly property: Property | undefined
  readonly declaration: ArgumentDeclaration
  readonly dtype: DataType | undefined
  /** How numbers are arranged that are not known. */
  readonly layout?: Layout | undefined
}

/** How each kind of argument is read. */
const kinds: Readonly<Record<ArgumentKind, (request: ReadRequest) => ReadArgument>> = {
  tensor: ({ trace, span, property, declaration, dtype, layout }) => {
    const known = tensorOf(trace, property?.value, dtype)
    const given =
      'op' in known || !layout ? undefined : givenData(trace, property?.value, layout, { dtype, span })
    const node = given ?? known
    const { takes } = declaration
    if (!('op' in node) || !takes || node.type.dtype === takes) return node
    return { problem: `\`${declaration.name}\` must be of type ${takes}, not ${node.type.dtype}` }
  },
  tensors: ({ trace, property, declaration }) => {
    const value = property?.value
    const whole = trace.whole(value)
    if (isSeries(whole)) return { series: whole.state }
    const items = isTensor(value) ? [{ value }] : trace.elements(value)
    const open = isObject(value) ? value.properties.get(unknownKey)?.value : undefined
    if (!items && isUnknown(open)) return { unknown: open }
    if (!items) return isUnknown(value) ? { unknown: value } : { problem: 'a list of tensors was expected' }
    const nodes: Node[] = []
    for (const item of items) {
      const node = tensorOf(trace, item.value, undefined)
      if (!('op' in node)) return node
      nodes.push(node)
    }
    const other = nodes.find(({ type }) => !accepts(declaration, nodes[0]!.type.dtype, type.dtype))
    if (other) return { problem: `their types are ${nodes[0]!.type.dtype} and ${other.type.dtype}` }
    return nodes.length > 0 ? nodes : { problem: 'the list of tensors is empty' }
  },
  number: request => plain(request, value => typeof value === 'number' || isPolynomial(value), 'a number'),
  boolean: ({ property, trace }) => {
    const value = property?.value
    if (isUnknown(value)) return { unknown: value }
    return { value: isObject(value) || isPolynomial(value) || Boolean(value) || trace === undefined }
  },
  text: request => plain(request, value => typeof value === 'string', 'a text'),
  axes: request => plain(request, isNumbers, 'an axis or a list of axes'),
  shape: request => plain(request, isFlat, 'a list of sizes'),
  pairs: request => plain(request, isNumbers, 'a list of pairs of sizes'),
  value: request => plain(request, () => true, 'a number or a text'),
}

/** Whether a list of tensors may hold one of a type behind a first one of another. */
function accepts({ types }: ArgumentDeclaration, first: DataType, other: DataType): boolean {
  if (types === undefined || first === other) return true
  return types === 'first' && widest([first, other]) === first
}

export function readArgument(request: ReadRequest): ReadArgument {
  const { property, declaration } = request
  const value = property?.value
  if (
    value === undefined ||
    (value === null && (declaration.optional || declaration.default !== undefined))
  ) {
    if (declaration.default !== undefined) return { value: declaration.default }
    return declaration.optional ? undefined : { problem: `\`${declaration.name}\` is missing` }
  }
  return kinds[declaration.kind](request)
}

function tensorOf(trace: Tracer, value: Value, dtype: DataType | undefined): Node | ArgumentFailure {
  if (isTensor(value)) {
    const { reason, symbolic, inputName } = value.state
    const node = nodeOnTape(trace, value)
    if (symbolic)
      return { problem: 'it is a symbolic tensor, which only layers and models can be applied to' }
    if (node) return node
    return { unknown: trace.fresh(inputName ?? 'tensor', reason) }
  }
  // No tensor is the length of something.
  const isLength = isUnknown(value) && !value.reason && lastKeyOf(value) === 'length'
  if (isUnknown(value) && !value.reason && !isLength) return { unbound: value.path }
  const node = constantOf(trace, isLength ? symbol(value.path, true) : value, dtype)
  if (!isConstantFailure(node)) return node
  if (isProblem(node)) return node
  return node.unknown.reason ? node : { unbound: node.unknown.path }
}

const isNumbers = (value: Attribute): boolean =>
  typeof value === 'number' ||
  value === null ||
  isPolynomial(value) ||
  (Array.isArray(value) && value.every(isNumbers))

/** Numbers, and no lists inside of lists. */
const isFlat = (value: Attribute): boolean =>
  isNumbers(value) && !(Array.isArray(value) && value.some(Array.isArray))

function plain(
  { trace, property, declaration }: ReadRequest,
  accepts: (value: Attribute) => boolean,
  expected: string,
): ReadArgument {
  const value = attributeOf(trace, property?.value)
  if (value === undefined) return { problem: `\`${declaration.name}\` is not ${expected}` }
  if (typeof value === 'object' && value !== null && 'unknown' in value) return value
  if (!accepts(value)) return { problem: `\`${declaration.name}\` is not ${expected}` }
  const outside = declaration.within && misfit([value].flat(1), declaration.within)
  return outside === undefined ? { value } : { problem: `\`${declaration.name}\` ${outside}` }
}

/** What is wrong with numbers that are not in a range. */
function misfit(values: readonly Attribute[], { whole, least, below }: NumberRange): string | undefined {
  for (const value of values) {
    if (typeof value !== 'number') continue
    if (whole && !Number.isInteger(value)) return `takes whole numbers, not ${value}`
    if (least !== undefined && value < least) return `must be ${least} or more, not ${value}`
    if (below !== undefined && value >= below) return `must be below ${below}, not ${value}`
  }
  return undefined
}

/** A value as data. An unbound parameter is its symbol, which stands for a whole number where it is a size. */
export function attributeOf(
  trace: Tracer,
  value: Value,
): Attribute | { readonly unknown: UnknownValue } | undefined {
  if (isUnknown(value)) return value.reason ? { unknown: value } : unboundNumber(trace, value, true)
  if (value === undefined) return undefined
  if (!isObject(value)) return value
  const items = trace.elements(value)
  if (!items) return undefined
  const list: Attribute[] = []
  for (const item of items) {
    const read = attributeOf(trace, item.value)
    if (read === undefined) return undefined
    if (typeof read === 'object' && read !== null && 'unknown' in read) return read
    list.push(read)
  }
  return list
}
