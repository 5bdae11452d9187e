import { GraphBuilder } from '../graph/builder.js'
import type { LossTerm, ModelGraph, Optimizer } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import { nodesBelow } from '../graph/walk.js'
import { labelsOf, namedLoss, objectiveOf, penaltiesOf } from '../library/objective.js'
import { optimizers } from '../library/optimizers.js'
import { elaborateText } from '../ops/elaborate.js'
import { opTable } from '../ops/table.js'
import { attributeFormula } from './attributes.js'
import { expressionOf } from './expression.js'
import { type Formula, glyph, type NamedSymbol, number, row, separated, symbol } from './formula.js'
import { type Names, variableSymbol } from './names.js'
import type { Equation, Explanation, Item } from './system.js'

interface Training {
  readonly items: readonly Item[]
  readonly explanations: readonly Explanation[]
}

export const lossLetter = '\\mathcal{L}'

/** The loss that `compile` fixes, and the steps of its optimizer. */
export function trainingItems(graph: ModelGraph, names: Names): Training {
  const { compilation } = graph.model
  if (!compilation) return { items: [], explanations: [] }
  const objective = lossItems(graph, compilation.losses, names)
  const steps = compilation.optimizer
    ? optimizerItems(compilation.optimizer, names)
    : { items: [], explanations: [] }
  return {
    items: [...objective.items, ...steps.items],
    explanations: [...objective.explanations, ...steps.explanations],
  }
}

/** `∇_θ ℒ`. */
export function gradientFormula(parameters: Formula, loss: Formula): Formula {
  return row({ kind: 'script', base: glyph('\\nabla', '∇'), lower: parameters }, loss)
}

export function equation(left: Formula, right: Formula, sign: Equation['sign'] = '='): Equation {
  return { kind: 'equation', left, sign, right, explanations: [] }
}

/** What `compile` makes of the outputs and the penalties. */
export function lossItems(graph: ModelGraph, terms: readonly LossTerm[], names: Names): Training {
  const explanations: Explanation[] = []
  const written = terms.map(term => {
    const output = graph.model.outputs[term.output]?.node
    const prediction = output && names.symbol(output)
    const target = targetSymbol(prediction, terms.length)
    const own = symbol(lossLetter, terms.length > 1 ? labelOfTarget(target) : {})
    const variables = variablesIn(graph, term, names)
    const right = output && lossFormula(graph, term, output, { target, variables }, names)
    for (const variable of right ? variables.values() : [])
      explanations.push({ symbol: variable, meaning: 'variable of the loss, which `fit` does not train' })
    if (output && right)
      explanations.push({
        symbol: target,
        meaning: 'target of',
        owner: graph.model.outputs[term.output]!.name,
      })
    else explanations.push({ symbol: own, meaning: `loss that is not known: ${term.reason ?? term.kind}` })
    return { term, own, right }
  })
  const penalties = penaltyFormulas(graph, names)
  const plus = glyph(' + ')
  if (written.length === 1 && written[0]?.right && penalties.length === 0)
    return { items: [equation(written[0].own, written[0].right)], explanations }
  if (written.length === 0) return { items: [], explanations }
  const own = (entry: (typeof written)[number]) =>
    written.length > 1 ? entry.own : symbol(lossLetter, { label: 'data' })
  const parts = written.map(entry =>
    entry.term.weight === 1
      ? own(entry)
      : row(attributeFormula(entry.term.weight), glyph('\\,', ' '), own(entry)),
  )
  return {
    items: [
      equation(symbol(lossLetter), separated([...parts, ...penalties], plus)),
      ...written.flatMap(entry => (entry.right ? [equation(own(entry), entry.right)] : [])),
    ],
    explanations,
  }
}

function targetSymbol(prediction: NamedSymbol | undefined, count: number): NamedSymbol {
  if (!prediction) return symbol('y')
  const { base, accent, label, index } = prediction
  if (base === 'y' && accent === 'hat')
    return symbol('y', { ...(label !== undefined && { label }), ...(index !== undefined && { index }) })
  return symbol('y', count > 1 ? { label: base.replace('\\', '') } : {})
}

function labelOfTarget({ label, index }: NamedSymbol): Pick<NamedSymbol, 'label' | 'index'> {
  return { ...(label !== undefined && { label }), ...(index !== undefined && { index }) }
}

/** The mean of the loss over the batch, between the target and an output. */
function lossFormula(
  { builder }: ModelGraph,
  { kind, output, function: own }: LossTerm,
  prediction: Node,
  { target, variables }: { readonly target: NamedSymbol; readonly variables: ReadonlyMap<Node, NamedSymbol> },
  names: Names,
): Formula | undefined {
  const y = labelsOf(builder, output, prediction)
  if (isProblem(y)) return undefined
  const mean = objectiveOf(builder, own?.value ?? namedLoss(builder, kind, y, prediction))
  if (isProblem(mean)) return undefined
  return expressionOf(mean, {
    name: node => (node === y ? target : (names.symbol(node) ?? variables.get(node))),
  })
}

/** The variables that a loss of the program reads and the model does not, by the names that they have there. */
function variablesIn(
  { provenance }: ModelGraph,
  term: LossTerm,
  names: Names,
): ReadonlyMap<Node, NamedSymbol> {
  const found = new Map<Node, NamedSymbol>()
  for (const node of nodesBelow(term.function ? [term.function.value] : [])) {
    if (!('identity' in node.attributes) || names.symbol(node)) continue
    const own = variableSymbol(provenance.name(node) ?? String(node.attributes.name))
    if (own && !names.has(own)) found.set(node, own)
  }
  return found
}

/** What regularizers of parameters add to the loss. */
function penaltyFormulas({ model, builder }: ModelGraph, names: Names): readonly Formula[] {
  return penaltiesOf(model, builder).flatMap(({ parameter, node }) =>
    names.symbol(parameter) ? [expressionOf(node, { name: inner => names.symbol(inner) })] : [],
  )
}

/**
 * The update of every trainable parameter, with the hyper-parameters as they are resolved. The gradient is that of the
 * loss unless another one is given.
 */
export function optimizerItems({ kind, settings, reason }: Optimizer, names: Names): Training {
  const definition = Object.hasOwn(optimizers, kind) ? optimizers[kind] : undefined
  if (!definition) {
    const unknown = {
      symbol: symbol('\\theta'),
      meaning: `updated in a way that is not known: ${reason ?? kind}`,
    }
    return { items: [], explanations: [unknown] }
  }
  const value = (name: string) => settings[name]?.value
  const update = definition.update(value)
  const theta = symbol('\\theta')
  // A letter that the model has taken carries the θ that it is for.
  const letterOf = (name: string): NamedSymbol | undefined => {
    const own = variableSymbol(name)
    return own && names.has(own) ? { ...own, positions: [theta] } : own
  }
  const gradient = gradientFormula(theta, symbol(lossLetter))
  const items = [
    equation(letterOf('g') ?? symbol('g'), gradient),
    ...update.flatMap(([left, right]) => {
      const formula = scalarFormula(right, letterOf)
      const own = letterOf(left)
      const isStep = right.split(/[^\p{L}\p{N}_]+/u).includes(left)
      return formula && own ? [equation(own, formula, isStep ? '←' : '=')] : []
    }),
  ]
  const used = update.map(([, right]) => right).join(' ')
  const explanations = [
    { symbol: theta, meaning: 'all parameters that are trained, updated by', owner: kind },
    ...definition.settings.flatMap(({ name, letter }) => {
      const known = value(name)
      const own = letterOf(letter)
      if (!(used.includes(letter) || letter.endsWith('_0')) || known === undefined || !own) return []
      const meaning = name.replace(/([A-Z])/g, c => ` ${c.toLowerCase()}`)
      const reason = settings[name]?.reason
      const values = typeof known === 'number' ? number(known) : attributeFormula(known)
      const said = reason ? { remark: `not known: ${reason.message}` } : { values }
      return [{ symbol: own, meaning, ...said }]
    }),
  ]
  return { items, explanations }
}

/** A formula over names that stand for numbers, in the equation language. */
function scalarFormula(text: string, letterOf: (name: string) => Formula | undefined): Formula | undefined {
  const known = new Map<string, Node>()
  const builder = new GraphBuilder(opTable)
  const value = (name: string): Node | undefined => {
    const made = known.get(name) ?? builder.node('input', [], { name, index: known.size, shape: [] })
    if (isProblem(made)) return undefined
    known.set(name, made)
    return made
  }
  const node = elaborateText(text, { value }, builder)
  if (isProblem(node)) return undefined
  const names = new Map([...known].map(([name, inner]) => [inner, letterOf(name)]))
  return expressionOf(node, { name: inner => names.get(inner) })
}
