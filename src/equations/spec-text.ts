import { type Dimension, dimensionText } from '../graph/dimension.js'
import type { ModelGraph } from '../graph/model.js'
import type { Attribute, Node } from '../graph/node.js'
import { isProblem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import { layers } from '../library/layers/table.js'
import { batchName } from '../library/open-sizes.js'
import { type Expression, partsOf } from '../math/expression.js'
import { printExpression, type SpellingName } from '../math/print.js'
import { plainSize } from '../ops/plain.js'
import { countsExamples, linesOf, type PlainModel, plainModel } from './plain.js'
import type { Statement } from './statement.js'

/** The longest line of names and shapes in braces. */
const widest = 100

/** A spec that states what a model computes: what its author would write, or begin with. */
export function specText(graph: ModelGraph, spelling: SpellingName = 'plain'): string {
  const plain = plainModel(graph)
  const shape = shapeWriter(plain)
  const open = plain.statements.filter(statement => statement.kind === 'open')
  return [
    ...(plain.inputs.size > 0 ? [] : ['# a spec has inputs, and this computes on none']),
    ...open.map(({ name, problem }) => `# \`${name}\` is not stated: ${problem}`),
    `title: ${quoted(graph.model.name)}`,
    ...symbols(plain),
    'inputs:',
    ...[...plain.inputs].map(([name, node]) => `  ${name}: ${inputText(node, shape)}`),
    'model:',
    ...steps(plain, shape, spelling),
    `outputs: ${plain.outputs.length === 1 ? plain.outputs[0] : `[${plain.outputs.join(', ')}]`}`,
  ].join('\n')
}

type ShapeWriter = (node: Node) => string

function shapeWriter({ sizes }: PlainModel): ShapeWriter {
  return node =>
    `[${ownShape(node)
      .map(size => sizeText(size, sizes))
      .join(', ')}]`
}

/** The shape for one example. */
const ownShape = (node: Node): Shape =>
  countsExamples(node) && node.op !== 'parameter' ? node.type.shape!.slice(1) : node.type.shape!

/** Whether the equations of a statement read a name. */
function readsName(statement: Statement, name: string): boolean {
  const isIn = (expression: Expression): boolean =>
    (expression.kind === 'name' && expression.name === name) || partsOf(expression).some(isIn)
  if (statement.kind === 'loop') return statement.lines.some(isIn)
  return statement.kind === 'value' && isIn(statement.right)
}

function sizeText(size: Dimension, sizes: ReadonlyMap<string, string>): string {
  const expression = plainSize(size, symbol => sizes.get(symbol) ?? symbol)
  return isProblem(expression) ? String(size) : printExpression(expression)
}

function symbols({ sizes, derivedSizes, inputs, learned, statements }: PlainModel): readonly string[] {
  // The size of the batch goes without saying, but where an equation speaks of it.
  const isSilent = !statements.some(statement => readsName(statement, batchName))
  const shapes = [...inputs, ...learned].flatMap(([, node]) => ownShape(node))
  const isOpen = (name: string) =>
    name !== batchName || !isSilent || shapes.some(size => dimensionText(size) === batchName)
  const entries = [
    ...[...sizes.values()].flatMap(name => (isOpen(name) ? [`${name}: null`] : [])),
    ...[...derivedSizes].map(([name, size]) => `${name}: ${sizeText(size, sizes)}`),
  ]
  return entries.length > 0 ? [`symbols: { ${entries.join(', ')} }`] : []
}

function inputText(node: Node, shape: ShapeWriter): string {
  const { dtype } = node.type
  const settings = [
    ...(dtype === 'float32' ? [] : [`dtype: ${dtype}`]),
    ...(countsExamples(node) ? [] : ['batch: false']),
  ]
  return settings.length > 0 ? `{ shape: ${[shape(node), ...settings].join(', ')} }` : shape(node)
}

/** Equations that follow one another are one step; a loop is a step of its own. */
function steps(plain: PlainModel, shape: ShapeWriter, spelling: SpellingName): readonly string[] {
  const groups: Statement[][] = []
  for (const statement of plain.statements) {
    if (statement.kind === 'open') continue
    const last = groups.at(-1)
    const isJoined = (kind: Statement['kind']) => kind === 'value' || kind === 'draw'
    if (last && isJoined(last[0]!.kind) && isJoined(statement.kind)) last.push(statement)
    else groups.push([statement])
  }
  const declared = new Set<string>()
  return groups.flatMap(group => {
    const [first] = group as [Statement]
    if (first.kind === 'layer') return [layerText(first)]
    const fresh = [...new Set(group.flatMap(({ reads }) => [...reads]))].filter(
      name => plain.learned.has(name) && !declared.has(name),
    )
    for (const name of fresh) declared.add(name)
    const where = [
      ...fresh.map(name => `${name}: ${shape(plain.learned.get(name)!)}`),
      ...group.flatMap(each => (each.kind === 'draw' ? [`${each.name}: ${shape(each.node)}`] : [])),
    ]
    const lines = group.flatMap(statement => linesOf(statement, spelling))
    return ['  - equations: |', ...lines.map(line => `      ${line}`), ...whereText(where)]
  })
}

/** Names with shapes, as many in a line as fit. */
function whereText(entries: readonly string[]): readonly string[] {
  if (entries.length === 0) return []
  const lines: string[] = []
  for (const entry of entries) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + entry.length < widest)
      lines[lines.length - 1] = `${last}, ${entry}`
    else lines.push(entry)
  }
  if (lines.length === 1) return [`    where: { ${lines[0]} }`]
  return ['    where: {', ...lines.map(line => `      ${line},`), '    }']
}

/** A layer with what its author set. */
function layerText({ name, application, from }: Extract<Statement, { kind: 'layer' }>): string {
  const settings = Object.entries(application.layer.config).flatMap(([key, { value, from: by }]) =>
    (by === 'given' || isMeant(application.layer.kind, key)) && key !== 'name' && isWritten(value)
      ? [`${key}: ${settingText(value)}`]
      : [],
  )
  const source = from.length === 1 ? from[0] : `[${from.join(', ')}]`
  return `  - { ${application.layer.kind}: { ${settings.join(', ')} }, from: ${source}, name: ${name} }`
}

/** Whether a setting says what the layer computes. */
function isMeant(kind: string, key: string): boolean {
  const effect = layers[kind]?.config[key]?.effect
  return effect === 'function' || effect === 'training'
}

const isWritten = (value: Attribute): boolean =>
  Array.isArray(value) ? value.length > 0 : ['number', 'boolean', 'string'].includes(typeof value)

const settingText = (value: Attribute): string =>
  Array.isArray(value) ? `[${value.map(settingText).join(', ')}]` : String(value)

const quoted = (text: string): string => (/^[A-Za-z][\w -]*$/.test(text) ? text : JSON.stringify(text))
