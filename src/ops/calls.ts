import type { Attribute } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { CallExpression, Expression } from '../math/expression.js'
import { printExpression } from '../math/print.js'
import { type Elaborator, isPlaced, type Value } from './elaborator.js'
import type { BoundIndex } from './indices.js'
import { concatenated } from './joined.js'
import { Misfit } from './misfit.js'
import { batchAxis, ownRank, type Placed } from './named-axes.js'
import { nameOf, outerSubscripts } from './spelled-names.js'
import { opTable } from './table.js'
import { measures, ofOneVector, ofPlaces, ofSeveral, opNamed } from './vocabulary.js'

/** Definitions that call one another deeper than this are refused. */
const deepestCalls = 60

/** More values between two are refused. */
const mostBetween = 1000

/** The value of a call: of a function of the paper's, a measure, or an op. */
export function callOf(elaborator: Elaborator, call: CallExpression): Value {
  const args = argumentsOf(elaborator, call.arguments)
  const definition = definitionOf(elaborator, call)
  if (definition) return applyDefinition(elaborator, call, definition.name, args)
  const inputs = args.map(arg => elaborator.placed(arg))
  const measure = Object.hasOwn(measures, call.name) ? measures[call.name] : undefined
  if (measure && inputs[0] && inputs.length === 1) {
    const own = elaborator.environment.apply?.(call.name, [inputs[0].node], {})
    if (own === undefined) {
      const given = call.attributes.map(({ value }) => elaborator.value(value))
      return measure(inputs[0].node, given)
    }
    if (isProblem(own)) throw new Misfit(own.problem)
    return elaborator.given(own)
  }
  const ofPlaced = Object.hasOwn(ofPlaces, call.name) ? ofPlaces[call.name] : undefined
  return ofPlaced ? ofPlaced(elaborator.axes, inputs) : operationOf(elaborator, call, inputs)
}

/** The arguments, with what `…` stands for between two numbered values. */
function argumentsOf(elaborator: Elaborator, items: readonly Expression[]): readonly Value[] {
  return items.flatMap((item, i): readonly Value[] => {
    if (items[i - 1]?.kind === 'ellipsis') return []
    return item.kind === 'ellipsis'
      ? valuesBetween(elaborator, item, items[i - 1], items[i + 1])
      : [elaborator.value(item)]
  })
}

/** The values from behind one numbered value up to another. */
function valuesBetween(
  elaborator: Elaborator,
  item: Expression,
  before: Expression | undefined,
  after: Expression | undefined,
): readonly Value[] {
  if (before?.kind !== 'name' || after?.kind !== 'name' || !before.stem) return [elaborator.value(item)]
  const [from, to] = [before, after].map(({ subscripts }) => {
    const last = subscripts?.at(-1)?.[0]
    return last && elaborator.size(last)
  })
  if (typeof from !== 'number' || typeof to !== 'number' || to - from > mostBetween)
    throw new Misfit('how many values `…` stands for is not known as a number', item.range)
  return Array.from({ length: Math.max(0, to - from) }, (_, k) => {
    const name = nameOf(before.stem!, [...outerSubscripts(before), [String(from + 1 + k)]], before.label)
    const value = elaborator.defined(name)
    if (value === undefined) throw new Misfit(`\`${name}\` is not defined`, item.range)
    return value
  })
}

/** The function of the paper's that a call names, numbers in its subscripts filled in. */
function definitionOf(elaborator: Elaborator, call: CallExpression) {
  const example = elaborator.environment.example
  if (!example) return undefined
  const { stem, subscripts } = call
  const name =
    stem && subscripts
      ? nameOf(
          stem,
          subscripts.map(items => items.map(item => elaborator.numbered(item))),
        )
      : call.name
  return example.definition(name) ? { name } : undefined
}

function applyDefinition(
  elaborator: Elaborator,
  call: CallExpression,
  name: string,
  args: readonly Value[],
): Value {
  const { parameters, body, numbers, also = [] } = elaborator.environment.example!.definition(name)!
  if (args.length !== parameters.length)
    throw new Misfit(`\`${name}\` takes ${parameters.length} arguments, not ${args.length}`)
  if (elaborator.depth >= deepestCalls) throw new Misfit(`\`${name}\` calls itself`)
  const locals = new Map(parameters.map((parameter, i) => [parameter, args[i]!] as const))
  // What counts goes on counting inside.
  const counters = parameters.flatMap((parameter, i) => {
    const given = call.arguments[i]
    const index = given?.kind === 'name' && !given.subscripts ? elaborator.index(given.name) : undefined
    return index ? [[parameter, index] as const] : []
  })
  const example = { ...elaborator.environment.example!, ...(numbers && { numbers }) }
  const inner = elaborator.inside(example, new Map(counters), locals)
  try {
    const value = inner.value(body)
    if (isPlaced(value))
      example.onApplied?.(
        name,
        value.node,
        args.filter(isPlaced).map(arg => arg.node),
      )
    for (const part of also) example.onClaimed?.(elaborator.placed(value).node, inner.tensor(part).node, part)
    return value
  } catch (problem) {
    if (problem instanceof Misfit)
      throw new Misfit(
        `${problem.message}, in \`${name}(${parameters.join(', ')}) = ${printExpression(body)}\``,
        call.range,
      )
    throw problem
  }
}

function operationOf(elaborator: Elaborator, call: CallExpression, inputs: readonly Placed[]): Placed {
  const over = indicesOver(elaborator, call)
  const name = over.length > 0 ? call.stem! : call.name
  const opName = opNamed(name)
  const several =
    inputs.length > 1 && opName !== undefined && Object.hasOwn(ofSeveral, opName)
      ? ofSeveral[opName]
      : undefined
  if (several)
    return inputs
      .slice(1)
      .reduce((left, right) => elaborator.axes.elementwise(several, [left, right]), inputs[0]!)
  const op = opName === undefined ? undefined : opTable[opName]
  const given = attributesOf(elaborator, call, op ? Object.keys(op.attributes) : [])
  const own = elaborator.environment.apply?.(
    name,
    inputs.map(({ node }) => node),
    given,
  )
  if (own !== undefined) {
    if (isProblem(own)) throw new Misfit(own.problem)
    if (inputs.some(({ axes }) => axes.some(axis => axis !== batchAxis)))
      throw new Misfit(`\`${name}\` of a value with indices is not known: take the places of the result`)
    return elaborator.given(own)
  }
  if (opName === undefined || !op) throw new Misfit(`there is no function \`${name}\``, undefined, name)
  const [only, ...others] = inputs
  if (only) requireRank(call, only)
  const isAlongOne = op.attributes.axis?.default === -1
  if (over.length > 0) {
    if (!only || others.length > 0 || over.length > 1 || !isAlongOne)
      throw new Misfit(`\`${name}\` is not taken over indices`)
    return alongIndex(elaborator, opName, only, over[0]!.name, given)
  }
  // `p_i = softmax(u^⊤ m_i)`: there is one axis that it can be along.
  const counted = only?.axes.filter(axis => axis !== batchAxis) ?? []
  if (
    isAlongOne &&
    only &&
    others.length === 0 &&
    given.axis === undefined &&
    ownRank(only) === 0 &&
    counted[0] !== undefined
  ) {
    if (counted.length > 1)
      throw new Misfit(
        `\`${name}\` may be along ${counted.map(index => `\`${index}\``).join(' or ')}: write \`${name}_${counted.at(-1)}(…)\``,
      )
    return alongIndex(elaborator, opName, only, counted[0], given)
  }
  if (op.elementwise) return elaborator.axes.elementwise(opName, inputs, given)
  if (opName === 'concat' && given.axis === undefined && elaborator.environment.example)
    return concatenated(elaborator.axes, inputs)
  const isCollective = op.attributes.axes?.default === null && op.attributes.keepDims !== undefined
  if (isCollective && given.axes === undefined && elaborator.environment.example && only)
    return overOwnAxes(elaborator, name, opName, only, given)
  return ofWholeTensors(elaborator, name, opName, inputs, given)
}

/** An op along the axis that an index counts: `softmax_j(S_{ij})`. */
function alongIndex(
  { axes }: Elaborator,
  opName: string,
  value: Placed,
  index: string,
  given: Record<string, Attribute>,
): Placed {
  const last = axes.asLast(value, index)
  const node = axes.node(opName, [last.node], { ...given, axis: -1 })
  const rank = node.type.shape!.length
  const permutation = [...last.axes.keys(), rank - 1, ...range(last.axes.length, rank - 1)]
  const isInPlace = permutation.every((axis, i) => axis === i)
  const moved = isInPlace ? node : axes.node('transpose', [node], { permutation })
  return { node: moved, axes: [...last.axes, index] }
}

/**
 * `sum(x)` and `norm(x)` without axes. The norm is the one that `‖x‖` is; the others are over all numbers of the value. Where
 * there are several for each example, those of one or of all examples may be meant.
 */
function overOwnAxes(
  { axes }: Elaborator,
  name: string,
  opName: string,
  value: Placed,
  given: Record<string, Attribute>,
): Placed {
  const rank = ownRank(value)
  const over = (count: number, kept: readonly string[]): Placed => ({
    node: axes.node(opName, [value.node], {
      keepDims: false,
      ...given,
      axes: Array.from({ length: count }, (_, i) => i - count),
    }),
    axes: kept,
  })
  if (ofOneVector.has(opName)) {
    if (rank === 0) throw new Misfit(`\`${name}\` is of a vector, and this is a number: write \`|x|\``)
    return over(1, value.axes)
  }
  const isOfExamples = value.axes.length === 1 && value.axes[0] === batchAxis
  const isNumber = value.node.type.shape!.slice(value.axes.length).every(size => size === 1)
  if (isOfExamples && isNumber) return over(rank + 1, [])
  if (isOfExamples)
    throw new Misfit(
      `\`${name}\` may be over one example or over all of them: write an index, as \`\\sum_i x_i\`, or the axes with the batch, as \`${name}[[0, 1]](x)\``,
    )
  if (rank === 0 && value.axes.length > 0)
    throw new Misfit(`\`${name}\` of a value with indices is not known: take the places of the result`)
  return over(rank, value.axes)
}

/** `‖x‖` is of a vector and `‖X‖_F` of a matrix: of anything else papers mean all its numbers, or some. */
function requireRank({ rank }: CallExpression, value: Placed): void {
  if (rank === undefined || value.node.type.shape === null || ownRank(value) === rank) return
  const own = ownRank(value)
  if (own === 0) throw new Misfit('a norm is of several numbers, and this is one: write `|x|`')
  const is = rank === 1 ? '`‖x‖` is of a vector' : '`‖X‖_F` is of a matrix'
  const all = own === 2 ? '`‖X‖_F`' : '`\\sqrt{\\sum_{ij…} x_{ij…}^2}`'
  throw new Misfit(
    `${is}, and this has ${own} ${own === 1 ? 'axis' : 'axes'} for one example: write an index, as \`‖x_i‖\`${own === 1 ? '' : `, or ${all} for all its numbers`}`,
  )
}

/** An op that reads along axes: those of the tensors, or counted from the last where indices stand in front. */
function ofWholeTensors(
  elaborator: Elaborator,
  name: string,
  opName: string,
  inputs: readonly Placed[],
  given: Record<string, Attribute>,
): Placed {
  const op = opTable[opName]!
  const node = elaborator.axes.node(
    opName,
    inputs.map(input => input.node),
    given,
  )
  const axes = elaborator.axes.union(inputs)
  if (axes.every(axis => axis === batchAxis)) return elaborator.given(node)
  const [only, ...others] = inputs
  const kinds = Object.entries(op.attributes).filter(([, { kind }]) => kind === 'axis' || kind === 'axes')
  const places = kinds.flatMap(([key]) => node.attributes[key] as Attribute)
  const isWithin =
    only &&
    others.length === 0 &&
    places.length > 0 &&
    places.every(place => typeof place === 'number' && place < 0 && place >= -ownRank(only))
  if (!isWithin)
    throw new Misfit(`\`${name}\` of a value with indices is not known: take the places of the result`)
  return { node, axes }
}

/** The indices in the subscript of a function: `softmax_j(S_{ij})`. */
function indicesOver(elaborator: Elaborator, { stem, subscripts }: CallExpression): readonly BoundIndex[] {
  if (!stem || !subscripts) return []
  const all = subscripts.flat().map(item => (item.kind === 'name' ? elaborator.index(item.name) : undefined))
  return all.every(index => index !== undefined) ? (all as readonly BoundIndex[]) : []
}

function attributesOf(
  elaborator: Elaborator,
  call: CallExpression,
  positions: readonly string[],
): Record<string, Attribute> {
  const given: Record<string, Attribute> = {}
  for (const [i, attribute] of call.attributes.entries()) {
    const key = attribute.name ?? positions[i]
    if (key === undefined) throw new Misfit(`\`${call.name}\` takes ${positions.length} attributes`)
    const value = elaborator.value(attribute.value)
    if (isPlaced(value))
      throw new Misfit(
        `the attribute \`${key}\` of \`${call.name}\` must be a number, not a tensor`,
        attribute.value.range,
      )
    given[key] = value
  }
  return given
}

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from }, (_, i) => from + i)
