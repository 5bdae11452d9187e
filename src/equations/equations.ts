import { GraphBuilder } from '../graph/builder.js'
import { add, type Dimension, product, symbol, symbolsOf } from '../graph/dimension.js'
import { type LayerApplication, type Model, type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import { expand } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { dimensionFormula, expressionOf } from './expression.js'
import { type Equation, fold } from './folding.js'
import { type Formula, glyph, parenthesized, row, separated, word } from './formula.js'
import { chooseLines } from './lines.js'
import { type Names, nameModel } from './names.js'
import { toText } from './unicode.js'

/** How far formulas are written out: in the layers' terms, with the functions they use defined, or in primitives. */
export type Expansion = 'layer' | 'definition' | 'primitive'

/** An entry of the list under the equations. */
export interface Explanation {
  readonly symbol: Formula
  /** `input`, `kernel of conv1`, `unbound parameter`. */
  readonly meaning: string
  /** The space it lives in; absent for numbers. */
  readonly space?: Formula
  /** How many numbers a parameter has. */
  readonly size?: Dimension
}

/** A model as equations: what a paper would print in its model section. */
export interface EquationSystem {
  readonly title: string
  readonly equations: readonly Equation[]
  /** Definitions of the functions used, for the expansion `definition`. */
  readonly definitions: readonly Equation[]
  readonly where: readonly Explanation[]
  readonly parameters: { readonly trainable: Dimension; readonly total: Dimension }
  /** Models that this one uses as layers. */
  readonly parts: readonly EquationSystem[]
}

export interface EquationOptions {
  readonly expand?: Expansion
}

/** The equations of a model, named after the user's own names where there are any. */
export function equationsOf(
  { model, builder, provenance }: ModelGraph,
  options: EquationOptions = {},
): EquationSystem {
  const expansion = options.expand ?? 'layer'
  const calls = new Map<Node, LayerApplication>()
  for (const application of model.applications) {
    if (application.layer.model && application.outputs[0]) calls.set(application.outputs[0], application)
  }
  const lines = chooseLines(model)
  const names = nameModel(model, lines, provenance)
  const style = {
    name: (node: Node) => names.symbol(node),
    replace: (node: Node) => (expansion === 'primitive' ? primitive(node, builder) : node),
  }
  const equations = lines.flatMap((line): Equation[] => {
    const left = names.symbol(line)
    if (!left) return []
    const call = calls.get(line)
    const right = call ? modelCall(call, names) : expressionOf(line, style)
    return [{ left, right, remark: line.type.shape ? toText(space(line.type.shape)) : '' }]
  })
  return {
    title: model.name,
    equations: fold(equations),
    definitions: expansion === 'definition' ? definitions(lines) : [],
    where: explain(model, names),
    parameters: countParameters(model),
    parts: nestedModels(model).map(part => equationsOf({ model: part, builder, provenance }, options)),
  }
}

/**
 * The expression of one value in a model's names, for a finding. `isMarked` says which signs differ; the values in
 * `written` are written out even if they have names.
 */
export function expressionIn(
  { model, provenance }: Pick<ModelGraph, 'model' | 'provenance'>,
  node: Node,
  written: readonly Node[],
  isMarked: (node: Node) => boolean,
): Formula {
  const names = nameModel(model, chooseLines(model), provenance)
  return expressionOf(node, {
    name: inner => (written.includes(inner) ? undefined : names.symbol(inner)),
    isMarked,
  })
}

/** How many numbers the model's parameters have; symbolic where sizes are. */
export function countParameters(model: Model): { readonly trainable: Dimension; readonly total: Dimension } {
  let trainable: Dimension = 0
  let total: Dimension = 0
  for (const entry of parametersOf(model)) {
    const size = product(entry.parameter.shape)
    total = add(total, size)
    if (entry.trainable) trainable = add(trainable, size)
  }
  return { trainable, total }
}

function primitive(node: Node, builder: GraphBuilder): Node {
  let current = node
  while (opTable[current.op]?.kind === 'derived') {
    const next = expand(current, builder, 'inference')
    if (isProblem(next) || next === current) return current
    current = next
  }
  return current
}

function modelCall({ layer, inputs }: LayerApplication, names: Names): Formula {
  return row(
    word(layer.variable ?? layer.name),
    parenthesized(
      separated(
        inputs.map(input => names.symbol(input) ?? expressionOf(input, { name: node => names.symbol(node) })),
        glyph(',\\,', ', '),
      ),
    ),
  )
}

function nestedModels(model: Model): readonly Model[] {
  const found = new Set<Model>()
  for (const { layer } of model.applications) if (layer.model) found.add(layer.model)
  return [...found]
}

/** One definition for each derived op in the lines and in the definitions themselves. */
function definitions(lines: readonly Node[]): readonly Equation[] {
  const found = new Map<string, Equation>()
  const pending = [...lines]
  const seen = new Set(pending)
  for (let node = pending.pop(); node; node = pending.pop()) {
    for (const input of node.inputs) {
      if (seen.has(input)) continue
      seen.add(input)
      pending.push(input)
    }
    if (found.has(node.op)) continue
    const defined = define(node)
    if (defined) found.set(node.op, defined)
  }
  return [...found.values()].reverse()
}

/** `softmax(x) = …`, with the op's own names for its inputs. */
function define(node: Node): Equation | undefined {
  const op = opTable[node.op]
  if (op?.kind !== 'derived') return undefined
  const builder = new GraphBuilder(opTable)
  const inputs: Node[] = []
  const names = new Map<Node, Formula>()
  for (const [i, { type }] of node.inputs.entries()) {
    const name = op.inputs[Math.min(i, op.inputs.length - 1)] ?? 'x'
    const input = builder.node('input', [], { name, index: i, shape: type.shape ?? [], dtype: type.dtype })
    if (isProblem(input)) return undefined
    names.set(input, [...name].length === 1 ? { kind: 'symbol', base: name } : word(name))
    inputs.push(input)
  }
  const whole = builder.node(node.op, inputs, node.attributes)
  if (isProblem(whole)) return undefined
  const meaning = expand(whole, builder, 'inference')
  if (isProblem(meaning)) return undefined
  const style = { name: (inner: Node) => names.get(inner) }
  return { left: expressionOf(whole, style), right: expressionOf(meaning, style), remark: '' }
}

function space(shape: Shape): Formula {
  const body = separated(shape.map(dimensionFormula), glyph(' \\times ', '×'))
  return { kind: 'script', base: glyph('\\mathbb{R}', 'ℝ'), upper: shape.length === 0 ? glyph('') : body }
}

function explain(model: Model, names: Names): readonly Explanation[] {
  const entries: Explanation[] = []
  const symbols = new Set<string>()
  const note = (shape: Shape | null) => {
    for (const dimension of shape ?? []) symbolsOf(dimension, symbols)
  }
  for (const { node, name } of model.inputs) {
    const own = names.symbol(node)
    if (!own) continue
    note(node.type.shape)
    entries.push({
      symbol: own,
      meaning: `input ${name}`,
      ...(node.type.shape && { space: space(node.type.shape) }),
    })
  }
  for (const { layer, parameter, trainable } of parametersOf(model)) {
    const own = names.symbol(parameter.node)
    if (!own) continue
    note(parameter.shape)
    entries.push({
      symbol: own,
      meaning: `${layer ? `${parameter.name} of ${layer.name}` : 'variable'}${trainable ? '' : ', not trained'}`,
      space: space(parameter.shape),
      size: product(parameter.shape),
    })
  }
  for (const name of symbols) {
    entries.push({
      symbol: dimensionFormula(symbol(name)),
      meaning: name === 'N' ? 'batch size' : 'unbound parameter',
    })
  }
  return entries
}
