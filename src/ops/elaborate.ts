import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { Attribute, Attributes, Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Expression, Range } from '../math/expression.js'
import { isSyntaxProblem, parseEquation } from '../math/parse.js'
import { Elaborator } from './elaborator.js'
import { Misfit } from './misfit.js'
import type { Op, OpMeaning } from './op.js'
import { opTable } from './table.js'

/** What the names of an equation stand for. */
export interface Environment {
  readonly value: (name: string) => Node | Attribute | undefined
  /** Functions beside the ops: `activation(x)` of a layer. Undefined leaves the name to the op table. */
  readonly apply?: (name: string, args: readonly Node[], attributes: Attributes) => Node | Problem | undefined
  /** How a paper's equation is read: for one example of the batch. Without it, axes are those of the tensors. */
  readonly example?: ExampleReading
}

/** What is known of the equations of a paper beside the values. */
export interface ExampleReading {
  /** Whether the first axis of a value counts the examples of a batch. */
  readonly hasBatch: (node: Node) => boolean
  readonly definition: (name: string) => Definition | undefined
  /** Is told each value that a definition has, and of what. */
  readonly onApplied?: (name: string, value: Node, given: readonly Node[]) => void
  /** Is told what else a value of a definition is said to be. */
  readonly onClaimed?: (value: Node, claimed: Node, part: Expression) => void
  /** Is told each value that a part of an equation has. */
  readonly onValue?: (part: Expression, value: Node) => void
  /** Indices that stand for one number at a time: those of `for i = 1..h`. */
  readonly numbers?: ReadonlyMap<string, number>
  /** Whether any index of the equations starts at 0. */
  readonly countsFromZero?: boolean
  /** A size that the paper names. */
  readonly size?: (name: string) => Attribute | undefined
  /** The size of the batch, while shapes are inferred: values without a shape take that of the others. */
  readonly inferring?: Dimension
}

/** A function that an equation defines: `f(x, y) = …`. */
export interface Definition {
  readonly parameters: readonly string[]
  readonly body: Expression
  /** What else it is said to be. */
  readonly also?: readonly Expression[]
  readonly numbers?: ReadonlyMap<string, number>
}

/** Why an expression has no value, and the part that it is about. */
export interface ElaborationProblem extends Problem {
  readonly range?: Range
  /** The function that does not exist, where that is the problem. */
  readonly unknownFunction?: string
}

export type Mode = 'inference' | 'training'

/** Builds the graph of an expression. Numbers and sizes become scalars where a tensor is needed. */
export function elaborate(
  expression: Expression,
  environment: Environment,
  builder: GraphBuilder,
): Node | ElaborationProblem {
  try {
    return new Elaborator(environment, builder).tensor(expression).node
  } catch (problem) {
    return problemOf(problem)
  }
}

/** What is thrown for a reason of the equation's, as a problem; a defect goes on. */
export function problemOf(thrown: unknown): ElaborationProblem {
  if (!(thrown instanceof Misfit)) throw thrown
  const { message, range, unknownFunction } = thrown
  return {
    problem: message,
    ...(range && { range }),
    ...(unknownFunction !== undefined && { unknownFunction }),
  }
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

/** Whether an op means one thing in training and another in inference. */
export function dependsOnMode({ op, attributes: { mode } }: Node): boolean {
  const definition = opTable[op]
  const isFixed = mode === 'training' || mode === 'inference'
  return definition?.kind === 'derived' && typeof definition.means === 'object' && !isFixed
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
