import { add, type Dimension, product, symbol as symbolDimension, symbolsOf } from '../graph/dimension.js'
import type { AxisMeaning } from '../graph/meaning.js'
import {
  innerLayersOf,
  type Model,
  type OwnedParameter,
  parametersOf,
  type ShapeStatement,
} from '../graph/model.js'
import type { Node } from '../graph/node.js'
import type { Shape } from '../graph/type.js'
import { meaningsOf } from '../meanings/meanings.js'
import { formatPlace } from '../text/source.js'
import { dimensionFormula, spaceFormula } from './attributes.js'
import { type Formula, glyph, separated } from './formula.js'
import { isRecurrence } from './lines.js'
import type { Names } from './names.js'
import type { Explanation } from './system.js'

/** Explains a parameter, also one that only its parts stand for; anything else has no explanation. */
export type ParameterExplainer = (
  node: Node,
  parts: readonly Node[] | undefined,
  name: (node: Node) => Formula | undefined,
) => Explanation | undefined

export function parameterExplainer(model: Model): ParameterExplainer {
  const known = new Map<Node, OwnedParameter & { readonly isUnlisted?: true }>([
    ...innerLayersOf(model).flatMap(layer =>
      layer.parameters.map(
        parameter =>
          [parameter.node, { layer, parameter, trainable: parameter.trainable, isUnlisted: true }] as const,
      ),
    ),
    ...parametersOf(model).map(entry => [entry.parameter.node, entry] as const),
  ])
  return (node, parts, name) => {
    const entry = known.get(node)
    const symbols = (parts ?? [node]).flatMap(part => name(part) ?? [])
    if (!entry || symbols.length === 0) return undefined
    const { layer, parameter, trainable, isUnlisted } = entry
    const remark = isUnlisted ? 'not listed by TensorFlow.js' : trainable ? undefined : 'not trained'
    const shape = parts?.[0]?.type.shape ?? parameter.shape
    return {
      symbol: separated(symbols, glyph(',\\,', ', ')),
      meaning: layer ? parameter.name.replaceAll('_', ' ') : 'variable',
      ...(remark && { remark }),
      ...(layer && { owner: layer.name }),
      space: spaceFormula(shape),
      ...(!isUnlisted && { count: product(parameter.shape) }),
    }
  }
}

/** What the axes of an input count, where all of it is known and it is more than a batch of features. */
function axesText(meanings: readonly (AxisMeaning | undefined)[]): string | undefined {
  const isPlain = meanings.every(meaning => meaning === 'batch' || meaning === 'feature')
  return isPlain || meanings.includes(undefined) ? undefined : meanings.join(' × ')
}

/** Who says what shape an input has: `by the type at model.ts:3:9`. */
export function statementText(
  name: string,
  { by, input, parameter, calledAt, isForced, span }: ShapeStatement,
): string {
  if (isForced) return `by the ${by} at ${formatPlace(span)} and by what the code does with it`
  if (parameter !== undefined) return `by its name, as ${parameter} of the spec`
  if (by === 'loop') return `as the list that a loop fills for ${formatPlace(span)}, which is not compared`
  if (by === 'use') return `by its use at ${formatPlace(span)}`
  if (by !== 'spec') return `by the ${by} at ${formatPlace(span)}`
  const called = calledAt ? `, for one example as it is called at ${formatPlace(calledAt)}` : ''
  return `${input === name ? 'by the spec' : `by position, as ${input} of the spec`}${called}`
}

export function explainInputs(model: Model, names: Names): readonly Explanation[] {
  const { axes } = meaningsOf(model)
  return model.inputs.flatMap(({ node, name, stated }) => {
    const own = names.symbol(node)
    if (!own) return []
    const { shape } = node.type
    const remarks = [axesText(axes(node)), stated && `shape ${statementText(name, stated)}`]
    const remark = remarks.filter(text => text !== undefined).join(', ')
    return [
      {
        symbol: own,
        meaning: 'input',
        owner: name,
        ...(remark && { remark }),
        ...(shape && { space: spaceFormula(shape) }),
      },
    ]
  })
}

/** Neighbours that belong to the same layers and live in the same space share an entry: scale and shift. */
export function grouped(explanations: readonly Explanation[]): readonly Explanation[] {
  const groups: Explanation[] = []
  for (const explanation of explanations) {
    const last = groups.at(-1)
    if (last && isAlike(last, explanation)) {
      groups[groups.length - 1] = {
        ...last,
        symbol: separated([last.symbol, explanation.symbol], glyph(',\\,', ', ')),
        meaning: `${last.meaning}, ${explanation.meaning}`,
        count: add(last.count ?? 0, explanation.count ?? 0),
      }
    } else groups.push(explanation)
  }
  return groups
}

function isAlike(a: Explanation, b: Explanation): boolean {
  const key = ({ owner, remark, space }: Explanation) => JSON.stringify([owner, remark, space])
  return a.owner !== undefined && a.count !== undefined && b.count !== undefined && key(a) === key(b)
}

/** The symbols in the sizes of a model. */
export function explainSymbols(model: Model, lines: readonly Node[]): readonly Explanation[] {
  const found = new Set<string>()
  const note = (shape: Shape | null) => {
    for (const dimension of shape ?? []) symbolsOf(dimension, found)
  }
  for (const { node } of model.inputs) note(node.type.shape)
  for (const { parameter } of parametersOf(model)) note(parameter.shape)
  for (const line of lines) note(line.type.shape)
  const sizes = new Set(found)
  for (const line of lines) {
    const { steps = null } = line.attributes
    if (isRecurrence(line) && steps !== null) note([steps as Dimension])
  }
  return [...found].map(name => ({
    symbol: dimensionFormula(symbolDimension(name)),
    meaning:
      name === 'N' ? 'batch size' : sizes.has(name) ? 'size that is left open' : 'number that is left open',
  }))
}
