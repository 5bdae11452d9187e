import { type ModelGraph, parametersOf } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { shapeText } from '../graph/type.js'
import type { SpellingName } from '../math/print.js'
import { isPlainName, plainName, plainText } from '../ops/plain.js'
import type { NamedSymbol } from './formula.js'
import { indexText } from './latex.js'
import { letterText } from './letters.js'
import { chooseLines } from './lines.js'
import { nameModel } from './names.js'

/** One line of the language: a name and what it stands for, or why there are no words for it. */
export interface PlainEquation {
  readonly node: Node
  readonly name: string
  readonly right: string | { readonly problem: string }
}

/** A model in the equation language: what it takes, and its equations in order. */
export interface PlainModel {
  /** Inputs and parameters by name. */
  readonly leaves: ReadonlyMap<string, Node>
  readonly equations: readonly PlainEquation[]
}

/**
 * The equations of a model in a spelling of the equation language. Read in order in the model's own builder, with the leaves by their
 * names, they give the model's own nodes.
 */
export function plainEquations(
  { model, provenance }: ModelGraph,
  spelling: SpellingName = 'plain',
): PlainModel {
  const lines = chooseLines(model, provenance, node => node.inputs)
  const symbols = nameModel(model, lines, provenance)
  const names = new Map<Node, string>()
  const taken = new Set<string>()
  const give = (node: Node): string => {
    const own = symbols.symbol(node)
    const wanted = own ? spelled(own) : 'v'
    let name = isPlainName(wanted) ? wanted : 'v'
    for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`
    taken.add(name)
    names.set(node, name)
    return name
  }
  const leaves = new Map<string, Node>()
  for (const { node } of model.inputs) leaves.set(give(node), node)
  for (const { parameter } of parametersOf(model)) leaves.set(give(parameter.node), parameter.node)
  const equations = lines.map((node): PlainEquation => {
    const right = plainText(node, inner => names.get(inner), spelling)
    return { node, right, name: give(node) }
  })
  return { leaves, equations }
}

/** What a comment begins with. */
const comments: Readonly<Record<SpellingName, string>> = { plain: '#', latex: '%' }

/** One equation a line; what has no spelling is a comment, so that the other lines can be read. */
export function renderPlain(graph: ModelGraph, spelling: SpellingName = 'plain'): string {
  const { leaves, equations } = plainEquations(graph, spelling)
  const mark = comments[spelling]
  const written = (name: string) => plainName(name, spelling)
  return [
    ...[...leaves].map(([name, { type }]) => `${mark} ${written(name)}: ${shapeText(type.shape)}`),
    ...equations.map(({ name, right }) =>
      typeof right === 'string'
        ? `${written(name)} = ${right}`
        : `${mark} ${written(name)}: ${right.problem}`,
    ),
  ].join('\n')
}

/** `\hat{y}_2` is `y_hat_2`. */
export function spelled({ base, accent, label, index, power }: NamedSymbol): string {
  const parts = [
    letterText(base),
    accent,
    label,
    index === undefined ? undefined : indexText(index),
    power === undefined ? undefined : `to${power}`,
  ]
  return parts.flatMap(part => part?.match(/[A-Za-z0-9\u0370-\u03ff]+/g) ?? []).join('_')
}
