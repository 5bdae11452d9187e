import { substituteIn } from '../../graph/attribute.js'
import { GraphBuilder } from '../../graph/builder.js'
import {
  type Dimension,
  divide,
  equals,
  isPolynomial,
  product,
  substitute,
  symbol,
  symbolsOf,
} from '../../graph/dimension.js'
import type { Attribute, Node } from '../../graph/node.js'
import { isProblem } from '../../graph/op.js'
import type { Shape } from '../../graph/type.js'
import { opTable } from '../../ops/table.js'

/** A size that no call needs by itself, and one that nearly every size divides. */
const anySizes: readonly Dimension[] = [7919, 55440]

/** What a call is tried with: a builder of its own, and what stands for its tensors and attributes. */
export interface Trial {
  readonly builder: GraphBuilder
  readonly node: (node: Node) => Node
  readonly attribute: (value: Attribute) => Attribute
}

/** A call of the library that was not possible: what it was given, and whether it is possible as tried. */
export interface ImpossibleCall {
  readonly inputs: readonly Node[]
  readonly attributes: readonly Attribute[]
  readonly isPossible: (trial: Trial) => boolean
}

/**
 * The sizes that open ones must have for a call to be possible. A size is found where just one of those that the call
 * speaks of makes it possible; where 1, which is repeated, or any size would do as well, the call does not say which it is.
 * Lists of examples that a call puts together are of one length: none is a single example that is repeated.
 */
export function sizesThatFit(
  call: ImpossibleCall,
  isOpen: (symbol: string) => boolean,
  isCount: (symbol: string) => boolean,
): ReadonlyMap<string, Dimension> {
  const shapes = call.inputs.flatMap(({ type }) => (type.shape ? [type.shape] : []))
  const symbols = [...new Set(shapes.flat().flatMap(size => [...symbolsOf(size)]))].filter(isOpen)
  for (const name of symbols) {
    const sizes = sizesSpokenOf(name, shapes, call.attributes)
    const fitting = [1, ...anySizes, ...sizes].filter(size =>
      call.isPossible(trialWith(new Map([[name, size]]))),
    )
    const [only, ...others] = isCount(name) ? fitting.filter(size => size !== 1) : fitting
    const isRepeated = fitting.length > 1 && !(only !== undefined && [...symbolsOf(only)].every(isCount))
    if (others.length === 0 && !isRepeated && sizes.includes(only!)) return new Map([[name, only!]])
  }
  return new Map()
}

/**
 * The sizes that open ones usually have where a call combines tensors position by position: those that lie beside them, from the
 * last axis on, but for 1, beside which any size does, unless it is needed too. Others are possible where one is repeated, so
 * nothing is known by it. Empty where the call is impossible with them.
 */
export function sizesBeside(
  call: ImpossibleCall,
  isOpen: (symbol: string) => boolean,
): ReadonlyMap<string, Dimension> {
  const shapes = call.inputs.flatMap(({ type }) => (type.shape ? [type.shape] : []))
  const isFitting = (sizes: ReadonlyMap<string, Dimension>) =>
    sizes.size > 0 && call.isPossible(trialWith(sizes))
  return [false, true].map(withOnes => alignedSizes(shapes, isOpen, withOnes)).find(isFitting) ?? new Map()
}

function alignedSizes(
  shapes: readonly Shape[],
  isOpen: (symbol: string) => boolean,
  withOnes: boolean,
): ReadonlyMap<string, Dimension> {
  const sizes = new Map<string, Dimension>()
  const known = (size: Dimension) => substitute(size, name => sizes.get(name))
  const pairs = shapes.flatMap((shape, i) =>
    shapes.slice(0, i).flatMap(other => {
      const axes = Math.min(shape.length, other.length)
      return Array.from({ length: axes }, (_, axis) => [shape.at(-axis - 1)!, other.at(-axis - 1)!] as const)
    }),
  )
  for (const pair of pairs) {
    const [own, beside] = [known(pair[0]), known(pair[1])]
    if (equals(own, beside) || (!withOnes && [own, beside].includes(1))) continue
    const [open, size] = symbolOf(own, isOpen) === undefined ? [beside, own] : [own, beside]
    const name = symbolOf(open, isOpen)
    if (name === undefined || symbolsOf(size).has(name)) return new Map()
    for (const [earlier, found] of sizes)
      sizes.set(
        earlier,
        substitute(found, other => (other === name ? size : undefined)),
      )
    sizes.set(name, size)
  }
  return sizes
}

/** The name of a size that is one open symbol and nothing else. */
function symbolOf(size: Dimension, isOpen: (symbol: string) => boolean): string | undefined {
  const [name, ...others] = symbolsOf(size)
  return name !== undefined && others.length === 0 && isOpen(name) && equals(size, symbol(name, true))
    ? name
    : undefined
}

/** The sizes that a size may have to be: those beside it, and what makes two numbers of elements equal. */
function sizesSpokenOf(
  name: string,
  shapes: readonly Shape[],
  attributes: readonly Attribute[],
): readonly Dimension[] {
  const lists = attributes.flatMap(value => (Array.isArray(value) ? [value.filter(isSize)] : []))
  const quotients = shapes.flatMap(shape => {
    const others = shape.filter(size => !symbolsOf(size).has(name))
    if (others.length !== shape.length - 1) return []
    return lists.map(list => divide(product(list), product(others)))
  })
  const all = [...shapes.flat(), ...lists.flat(), ...quotients].filter(
    size =>
      !symbolsOf(size).has(name) && !(typeof size === 'number' && (size <= 1 || !Number.isInteger(size))),
  )
  return all.filter((size, i) => all.findIndex(other => equals(other, size)) === i)
}

const isSize = (value: Attribute): value is Dimension => typeof value === 'number' || isPolynomial(value)

function trialWith(sizes: ReadonlyMap<string, Dimension>): Trial {
  const builder = new GraphBuilder(opTable)
  const replacement = (symbol: string) => sizes.get(symbol)
  const stands = new Map<Node, Node>()
  const standIn = (node: Node): Node => {
    const shape = substituteIn(node.type.shape ?? null, replacement) as Shape
    const made = builder.node('input', [], {
      name: 'tried',
      index: stands.size,
      shape,
      dtype: node.type.dtype,
    })
    return isProblem(made) ? node : made
  }
  return {
    builder,
    node: node => {
      const known = stands.get(node) ?? standIn(node)
      stands.set(node, known)
      return known
    },
    attribute: value => substituteIn(value, replacement),
  }
}
