import { add, type Dimension, product } from '../graph/dimension.js'
import { type Model, type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { lint } from '../lint/lint.js'
import type { Mode } from '../ops/elaborate.js'
import { spaceFormula } from './attributes.js'
import { type LayerCall, layerCalls, modelCalls, styleOf } from './calls.js'
import { definitionsOf } from './definitions.js'
import { expandGraph } from './expanded.js'
import { explainInputs, explainSymbols, grouped, parameterExplainer } from './explanations.js'
import { expressionOf } from './expression.js'
import { fold } from './folding.js'
import { type Formula, type NamedSymbol, replaceSymbol } from './formula.js'
import { chooseLines, isLeaf, type Reads, reachable } from './lines.js'
import { type Names, nameModel } from './names.js'
import { nameRecurrences, type Run, recurrenceItems } from './recurrence.js'
import { type Equation, type EquationSystem, explanationsOf, type Item } from './system.js'
import { trainingItems } from './training.js'

/** How far formulas are written out: in the layers' terms, with the functions they use defined, or in primitives. */
export type Expansion = 'layer' | 'definition' | 'primitive'

export interface EquationOptions {
  readonly expand?: Expansion
  /** Writes out what training or inference does; without it, what differs between them stands by name. */
  readonly mode?: Mode
  /** Whether the parts of equations say which values they stand for. */
  readonly terms?: boolean
  /** What values are called, whatever the author calls them. */
  readonly named?: ReadonlyMap<Node, NamedSymbol>
}

/** The equations of a model, named after the author's own names where there are any. */
export function equationsOf(original: ModelGraph, options: EquationOptions = {}): EquationSystem {
  const { expand = 'layer', mode, terms = false } = options
  const graph = expandGraph(original, { primitive: expand === 'primitive', ...(mode && { mode }) })
  const { model, builder, provenance } = graph
  const calls = expand === 'primitive' || mode ? new Map<Node, LayerCall>() : layerCalls(model)
  const models = modelCalls(model)
  const reads: Reads = node => models.get(node)?.inputs ?? calls.get(node)?.inputs ?? node.inputs
  const lines = chooseLines(model, provenance, reads)
  const names = nameModel(model, lines, provenance, options.named)
  const runs = nameRecurrences(lines, { builder, provenance, names })
  const style = { ...styleOf(names, calls, models), ...(terms && { idOf: (node: Node) => node.id }) }
  const explain = parameterExplainer(model)
  const runOf = new Map(runs.flatMap(run => run.results.map(node => [node, run] as const)))
  const isLine = new Set(lines)
  const explained = new Set<Node>()
  const written = new Set<Run>()
  const items = lines.flatMap((line): readonly Item[] => {
    const run = runOf.get(line)
    if (run) {
      if (written.has(run)) return []
      written.add(run)
      return recurrenceItems(run, names, explain).map(item => ({ ...item, node: line.id }))
    }
    const left = names.symbol(line)
    if (!left) return []
    const introduced = reachable([line], node => (node !== line && isLine.has(node) ? [] : reads(node)))
      .filter(node => node === line || !isLine.has(node))
      .flatMap(node => calls.get(node)?.application.layer.parameters.map(parameter => parameter.node) ?? node)
      .filter(node => isLeaf(node) && !explained.has(node))
    for (const node of introduced) explained.add(node)
    return [
      {
        kind: 'equation',
        node: line.id,
        left,
        sign: '=',
        right: expressionOf(line, { ...style, name: node => (node === line ? undefined : style.name(node)) }),
        ...(line.type.shape && { space: spaceFormula(line.type.shape) }),
        explanations: introduced.flatMap(node => explain(node, undefined, style.name) ?? []),
      },
    ]
  })
  const folded = foldFrom(items, names, model)
  const training = trainingItems(graph, names)
  // What is wrong with a part shows in the whole.
  const parts = nestedModels(model).map(part => ({
    ...equationsOf({ model: part, builder, provenance }, options),
    failures: [],
  }))
  return {
    title: model.name,
    items: folded,
    definitions: expand === 'definition' ? definitionsOf({ lines, runs, calls, style, builder }) : [],
    training: training.items,
    explanations: [
      ...explainInputs(original.model, names),
      ...grouped(explanationsOf(folded)),
      ...training.explanations,
      ...explainSymbols(model, lines),
    ],
    parameters: countParameters(model),
    failures: lint(original),
    parts,
  }
}

/** The values of a model that have an equation of their own, in order, and what all of its values are called. */
export interface NamedLines {
  readonly lines: readonly Node[]
  readonly names: Names
}

/** A report asks for the names of one model once for every finding. */
const knownLines = new WeakMap<Model, NamedLines>()

export function namedLines({ model, provenance }: Pick<ModelGraph, 'model' | 'provenance'>): NamedLines {
  const known = knownLines.get(model)
  if (known) return known
  const lines = chooseLines(model, provenance, node => node.inputs)
  const named = { lines, names: nameModel(model, lines, provenance) }
  knownLines.set(model, named)
  return named
}

/**
 * The expression of one value in a model's names, for a finding. `partner` gives the value whose name a value has that
 * is not the model's own; the values in `written` are written out even if they have names. With `terms`, parts say which
 * values of the model they stand for.
 */
export function expressionIn(
  graph: Pick<ModelGraph, 'model' | 'provenance'>,
  node: Node,
  written: readonly Node[],
  partner: (node: Node) => Node | undefined,
  terms = false,
): Formula {
  const { names } = namedLines(graph)
  return expressionOf(node, {
    name: inner => (written.includes(inner) ? undefined : names.symbol(partner(inner) ?? inner)),
    ...(terms && { idOf: inner => (partner(inner) ?? inner).id }),
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

/** How many of the values before a sequence are tried as the value that it starts from. */
const mostStarts = 4

/**
 * Folds the equations `h_1 = …`, `h_2 = …`. The value that such a sequence starts from becomes `h_0`, and the output the
 * one after the last, if that lets more of them fold.
 */
function foldFrom(items: readonly Item[], names: Names, model: Model): readonly Item[] {
  const plain = fold(items)
  const at = items.findIndex(isFirstOfSequence)
  if (at < 0) return plain
  const left = (items[at] as Equation).left as NamedSymbol
  // A layer may be called `0`: then the name before the first is taken.
  const isFree = !items.some(
    item => item.kind === 'equation' && isNext(left, item.left) && item.left.index === 0,
  )
  const [input, output] = [onlySymbol(model.inputs, names), onlySymbol(model.outputs, names)]
  const [before, last] = items.slice(-2)
  const end =
    output &&
    last?.kind === 'equation' &&
    last.left === output &&
    before?.kind === 'equation' &&
    isNext(left, before.left)
      ? { from: output, to: { ...left, index: Number(before.left.index) + 1 } }
      : undefined
  const given = input?.index === undefined ? input : undefined
  const computed = items.slice(0, at).flatMap(item => (isLabelled(item) ? [item.left] : []))
  const starts = isFree ? [...(given ? [given] : []), ...computed.slice(-mostStarts)] : []
  let best = plain
  for (const start of [undefined, ...starts]) {
    const head = start && { from: start, to: { ...left, index: 0 } }
    for (const tail of end ? [undefined, end] : [undefined]) {
      let renamed: readonly Item[] = items
      for (const change of [head, tail])
        if (change) renamed = renamed.map(item => replaceSymbol(item, change.from, change.to))
      const candidate = [
        ...(head && start === given ? [alias(head.to, head.from)] : []),
        ...fold(renamed),
        ...(tail ? [alias(tail.from, tail.to)] : []),
      ]
      if (isShorter(candidate, best)) best = candidate
    }
  }
  return best
}

function isFirstOfSequence(item: Item): boolean {
  return (
    item.kind === 'equation' &&
    item.left.kind === 'symbol' &&
    item.left.index === 1 &&
    item.left.label === undefined
  )
}

function isLabelled(item: Item): item is Equation & { readonly left: NamedSymbol } {
  return item.kind === 'equation' && item.left.kind === 'symbol' && item.left.label !== undefined
}

function onlySymbol(ports: Model['inputs'], names: Names): NamedSymbol | undefined {
  return ports.length === 1 ? names.symbol(ports[0]!.node) : undefined
}

/** Whether it is a later value of the same sequence. */
function isNext(first: NamedSymbol, later: Formula): later is NamedSymbol & { readonly index: number } {
  return (
    later.kind === 'symbol' &&
    later.base === first.base &&
    typeof later.index === 'number' &&
    later.label === undefined
  )
}

function alias(left: NamedSymbol, right: NamedSymbol): Equation {
  return { kind: 'equation', left, sign: '=', right, explanations: [] }
}

/** Fewer lines, or as many of which fewer compute something outside of a repetition. */
function isShorter(a: readonly Item[], b: readonly Item[]): boolean {
  const single = (items: readonly Item[]) =>
    items.filter(item => item.kind === 'equation' && item.right.kind !== 'symbol').length
  const [linesA, linesB] = [countLines(a), countLines(b)]
  return linesA < linesB || (linesA === linesB && single(a) < single(b))
}

function countLines(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + (item.kind === 'equation' ? 1 : countLines(item.items)), 0)
}

function nestedModels(model: Model): readonly Model[] {
  const found = new Set<Model>()
  for (const { layer } of model.applications) if (layer.model) found.add(layer.model)
  return [...found]
}
