import type { GraphBuilder } from '../graph/builder.js'
import { add, apply, type Dimension, divide, isPolynomial, multiply, subtract } from '../graph/dimension.js'
import type { Attribute, Attributes, Node } from '../graph/node.js'
import { isProblem, type Problem } from '../graph/op.js'
import type { Expression } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import type { Op, OpMeaning } from './op.js'
import { resolveAxis } from './shape.js'
import { opTable } from './table.js'

/** What the names of an equation stand for. */
export interface Environment {
  readonly value: (name: string) => Node | Attribute | undefined
  /** Functions beside the ops: `activation(x)` of a layer. Undefined leaves the name to the op table. */
  readonly apply?: (name: string, args: readonly Node[], attributes: Attributes) => Node | Problem | undefined
}

export type Mode = 'inference' | 'training'

/** The op behind each binary sign; juxtaposition depends on the ranks. */
const signs: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '^': 'power',
  '<': 'less',
  '>': 'greater',
  '<=': 'lessEqual',
  '>=': 'greaterEqual',
  '=': 'equal',
  '!=': 'notEqual',
}

const arithmetic: Readonly<Record<string, (a: Dimension, b: Dimension) => Dimension>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  product: multiply,
  '/': divide,
  '^': (a, b) => apply('power', [a, b]),
}

/** Names with a fixed value, unless the environment says otherwise. */
const constants: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['infinity', Number.POSITIVE_INFINITY],
])

/** Names of functions of papers that are spelled otherwise in the op table. */
const synonyms: Readonly<Record<string, string>> = { σ: 'sigmoid', ln: 'log', ReLU: 'relu', abs: 'absolute' }

/** Functions whose value is a size or a list of sizes, for use in attributes: `reshape[shape(x)](y)`. */
const measures: Readonly<Record<string, (of: Node, attributes: readonly Value[]) => Value>> = {
  /** The sizes of all axes. */
  shape: ({ type }) => type.shape ?? { problem: 'the shape is not known' },
  /** `extent[axis](x)`: the size of one axis. */
  extent: ({ type }, [axis]) => {
    if (!type.shape) return { problem: 'the shape is not known' }
    const at = resolveAxis(typeof axis === 'number' ? axis : undefined, type.shape.length)
    return typeof at === 'number' ? type.shape[at]! : at
  },
}

/** Builds the graph of an expression. Numbers and sizes become scalars where a tensor is needed. */
export function elaborate(
  expression: Expression,
  environment: Environment,
  builder: GraphBuilder,
): Node | Problem {
  const value = evaluate(expression, environment, builder)
  return isNode(value) || isFailure(value) ? value : scalar(value, builder)
}

/** Reads and builds in one step, for equations of our own tables. */
export function elaborateText(text: string, environment: Environment, builder: GraphBuilder): Node | Problem {
  const expression = parseEquation(text)
  if (isSyntaxProblem(expression)) return { problem: `${expression.problem} in \`${text}\`` }
  return elaborate(expression, environment, builder)
}

/** One step of a derived op into its meaning; a primitive op is itself. A mode that the node fixes comes first. */
export function expand(node: Node, builder: GraphBuilder, mode: Mode): Node | Problem {
  const op = opTable[node.op]
  if (op?.kind !== 'derived') return node
  const fixed = node.attributes.mode
  const own = fixed === 'training' || fixed === 'inference' ? fixed : mode
  return build(node, op, typeof op.means === 'object' ? op.means[own] : op.means, builder)
}

/** One step of a derived op into the equation that numbers are computed by. */
export function expandToCompute(node: Node, builder: GraphBuilder, mode: Mode): Node | Problem {
  const op = opTable[node.op]
  return op?.kind === 'derived' && op.computed
    ? build(node, op, op.computed, builder)
    : expand(node, builder, mode)
}

function build(node: Node, op: Op, meaning: OpMeaning, builder: GraphBuilder): Node | Problem {
  const types = node.inputs.map(input => input.type)
  const text = typeof meaning === 'function' ? meaning(node.attributes, types) : meaning
  return elaborateText(text, { value: name => inputNamed(op, node, name) ?? node.attributes[name] }, builder)
}

function inputNamed(op: Op, node: Node, name: string): Node | undefined {
  const at = op.inputs.indexOf(name)
  if (at >= 0) return node.inputs[at]
  // The inputs of a variadic op are numbered: x_1, x_2, …
  const [, stem, index] = /^(.*)_(\d+)$/.exec(name) ?? []
  return op.variadic && stem === op.inputs.at(-1)
    ? node.inputs[op.inputs.length - 2 + Number(index)]
    : undefined
}

type Value = Node | Attribute | Problem

function isNode(value: Value): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value
}

function isFailure(value: Value): value is Problem {
  return typeof value === 'object' && value !== null && isProblem(value)
}

function isDimension(value: Value): value is Dimension {
  return typeof value === 'number' || isPolynomial(value)
}

function scalar(value: Attribute, builder: GraphBuilder): Node | Problem {
  if (isDimension(value)) return builder.node('scalar', [], { value })
  return { problem: 'expected a tensor or a number' }
}

function evaluate(expression: Expression, environment: Environment, builder: GraphBuilder): Value {
  const recur = (inner: Expression) => evaluate(inner, environment, builder)
  const node = (op: string, operands: readonly Value[], attributes: Attributes = {}): Value => {
    const inputs: Node[] = []
    for (const operand of operands) {
      const input = isNode(operand) || isFailure(operand) ? operand : scalar(operand, builder)
      if (isProblem(input)) return input
      inputs.push(input)
    }
    return builder.node(op, inputs, attributes)
  }
  switch (expression.kind) {
    case 'number':
      return expression.value
    case 'text':
      return expression.value
    case 'name': {
      const given = environment.value(expression.name)
      const value = given === undefined ? constants.get(expression.name) : given
      return value === undefined ? { problem: `\`${expression.name}\` is not defined` } : value
    }
    case 'list': {
      const items = expression.items.map(recur)
      const failure = items.find(isFailure)
      if (failure) return failure
      return items.some(isNode) ? { problem: 'a list may hold numbers only' } : (items as Attribute[]).flat()
    }
    case 'negate': {
      const value = recur(expression.operand)
      if (isDimension(value)) return multiply(-1, value)
      return node('negate', [value])
    }
    case 'transpose':
      return node('transpose', [recur(expression.operand)])
    case 'absolute':
      return node('absolute', [recur(expression.operand)])
    case 'binary': {
      const left = recur(expression.left)
      const right = recur(expression.right)
      const exact = arithmetic[expression.operator]
      if (exact && isDimension(left) && isDimension(right)) return exact(left, right)
      if (expression.operator !== 'product') return node(signs[expression.operator]!, [left, right])
      const isMatrix = isNode(right) && (right.type.shape?.length ?? 2) >= 2
      const isScalar = !isNode(left) || left.type.shape?.length === 0
      return node(isMatrix && !isScalar ? 'matMul' : 'multiply', [left, right])
    }
    case 'call':
      return call(expression, recur, environment, builder)
  }
}

function call(
  { name, attributes, arguments: args }: Extract<Expression, { kind: 'call' }>,
  recur: (inner: Expression) => Value,
  environment: Environment,
  builder: GraphBuilder,
): Value {
  const inputs: Node[] = []
  for (const argument of args) {
    const value = recur(argument)
    const input = isNode(value) || isFailure(value) ? value : scalar(value, builder)
    if (isProblem(input)) return input
    inputs.push(input)
  }
  const measure = Object.hasOwn(measures, name) ? measures[name] : undefined
  if (measure && inputs[0] && inputs.length === 1) {
    const own = environment.apply?.(name, inputs, {})
    return (
      own ??
      measure(
        inputs[0],
        attributes.map(({ value }) => recur(value)),
      )
    )
  }
  const opName = Object.hasOwn(opTable, name) ? name : synonyms[name]
  const op = opName === undefined ? undefined : opTable[opName]
  const positions = op ? Object.keys(op.attributes) : []
  const given: Record<string, Attribute> = {}
  for (const [i, attribute] of attributes.entries()) {
    const key = attribute.name ?? positions[i]
    if (key === undefined) return { problem: `\`${name}\` takes ${positions.length} attributes` }
    const value = recur(attribute.value)
    if (isFailure(value)) return value
    if (isNode(value))
      return { problem: `the attribute \`${key}\` of \`${name}\` must be a number, not a tensor` }
    given[key] = value
  }
  const own = environment.apply?.(name, inputs, given)
  if (own !== undefined) return own
  if (opName === undefined) return { problem: `there is no function \`${name}\`` }
  return builder.node(opName, inputs, given)
}
