import { ts } from 'ts-morph'
import { type Edit, inserted, nodesOf, replaced } from './edits.js'
import type { Change } from './operator.js'
import type { Call, Program } from './program.js'

/** A layer with where it is put: `model.add(layer)`, an entry of a list of layers, or `layer.apply(x)`. */
export interface PlacedLayer {
  readonly layer: Call
  /** All of it, with the layer. */
  readonly node: ts.Node
  readonly kind: 'statement' | 'entry' | 'application'
  readonly text: string
}

/** All layers that are put somewhere, in the order of the text. */
export const placedLayers = (program: Program): readonly PlacedLayer[] =>
  program.layers.flatMap(layer => placeOf(layer) ?? [])

function placeOf(layer: Call): PlacedLayer | undefined {
  const { node } = layer
  const { parent } = node
  if (ts.isArrayLiteralExpression(parent)) return { layer, node, kind: 'entry', text: node.getText() }
  if (isMethodCall(parent, 'add') && ts.isExpressionStatement(parent.parent))
    return { layer, node: parent.parent, kind: 'statement', text: parent.parent.getText() }
  if (ts.isPropertyAccessExpression(parent) && isMethodCall(parent.parent, 'apply'))
    return { layer, node: parent.parent, kind: 'application', text: parent.parent.getText() }
  return undefined
}

const isMethodCall = (node: ts.Node, name: string): node is ts.CallExpression =>
  ts.isCallExpression(node) &&
  ts.isPropertyAccessExpression(node.expression) &&
  node.expression.name.text === name

/** What a layer is applied to, where it is not a list. */
export function appliedTo({ node, kind }: PlacedLayer): ts.Expression | undefined {
  if (kind !== 'application' || !ts.isCallExpression(node)) return undefined
  const [argument] = node.arguments
  return argument && !ts.isArrayLiteralExpression(argument) ? argument : undefined
}

/** The first layer of a stack says what its input is, and cannot be left out. */
const statesInput = (text: string): boolean => /inputShape|inputLength|inputDim|batchInputShape/.test(text)

/** Without layers, one at a time. The fault stands there, at the layer before, or where what is left is used. */
export function withoutLayer(program: Program, isMeant: (layer: Call) => boolean): readonly Change[] {
  const placed = placedLayers(program)
  return placed.flatMap((own, i): readonly Change[] => {
    const { node, kind, text } = own
    if (!isMeant(own.layer)) return []
    const argument = appliedTo(own)
    if (kind === 'application') {
      const places = program.layers.map(call => call.node.getStart())
      return argument ? [{ edits: [replaced(node, argument.getText())], places }] : []
    }
    if (statesInput(text)) return []
    const around = [placed[i - 1], placed[i + 1]].flatMap(other => (other ? placesOf(other) : []))
    const edit = kind === 'statement' ? replaced(node, ';') : withoutElement(node)
    return [{ edits: [edit], places: [...around, ...placesOf(own)] }]
  })
}

/** Where a layer that is put somewhere is told: at all of it, and at the layer. */
const placesOf = ({ node, layer }: PlacedLayer): readonly number[] => [node.getStart(), layer.node.getStart()]

/** An entry of a list, with the comma behind it or the one in front. */
function withoutElement(node: ts.Node): Edit {
  const { text } = node.getSourceFile()
  let end = node.getEnd()
  while (/\s/.test(text[end] ?? '')) end++
  if (text[end] === ',') return { start: node.getStart(), end: end + 1, text: '' }
  const start = node.getFullStart() - 1
  return { start: text[start] === ',' ? start : node.getStart(), end: node.getEnd(), text: '' }
}

/** Puts a layer behind layers that are added or listed, on the line on which they end. */
export const afterLayers = (
  program: Program,
  text: string,
  isMeant: (placed: PlacedLayer) => boolean = () => true,
): readonly Change[] =>
  placedLayers(program).flatMap((placed): readonly Change[] => {
    const { node, kind, layer } = placed
    if (kind === 'application' || !isMeant(placed)) return []
    const end = node.getEnd()
    const [model] = node.getText().split('.add(')
    const added = kind === 'statement' ? `; ${model}.add(${text})` : `, ${text}`
    return [{ edits: [inserted(end, added)], places: [end - 1, layer.node.getStart()] }]
  })

/** Exchanges two layers that follow each other in a model. */
export function exchangedLayers(program: Program): readonly Change[] {
  const placed = placedLayers(program)
  return placed.flatMap((own, i): readonly Change[] => {
    const next = placed[i + 1]
    if (!next || own.kind === 'application' || own.kind !== next.kind || own.node.parent !== next.node.parent)
      return []
    if (statesInput(own.text) || own.text === next.text) return []
    const places = [own, next].flatMap(({ node }) => nodesOf(node).map(part => part.getStart()))
    // The semicolon stays where it is.
    const [first, second] = [own.node, next.node].map(node =>
      ts.isExpressionStatement(node) ? node.expression : node,
    ) as [ts.Node, ts.Node]
    const edits = [replaced(first, second.getText()), replaced(second, first.getText())]
    return [{ edits, places }]
  })
}
