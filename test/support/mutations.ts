import ts from 'typescript'
import { type Edit, edited, nodesOf, replaced as replace } from './edits.js'

/** One change to the source of a model, and what a check has to say about it. */
export interface Mutation {
  readonly operator: string
  readonly source: string
  /** Lines, from 1, that may be named as the place. */
  readonly lines: readonly number[]
  /** Codes of which at least one must be found there. */
  readonly codes: readonly string[]
  /** The key of a layer, `loss`, `optimizer` or `optimizer.learningRate`: what has to be stated for the spec to notice. */
  readonly states?: string
}

interface Change {
  readonly edits: readonly Edit[]
  /** Nodes or positions whose lines may be named. */
  readonly places: readonly number[]
  readonly codes: readonly string[]
  readonly states?: string
}

/** A mutation operator: all the ways in which it applies to a source. */
type Operator = (file: ts.SourceFile) => readonly Change[]

/** Entries `key: value` of object literals. */
function properties(file: ts.SourceFile, names: readonly string[]): readonly ts.PropertyAssignment[] {
  return nodesOf(file)
    .filter(ts.isPropertyAssignment)
    .filter(({ name }) => names.includes(name.getText()))
}

/** Entries `key` of object literals, which take the value of the variable. */
function shorthands(
  file: ts.SourceFile,
  names: readonly string[],
): readonly ts.ShorthandPropertyAssignment[] {
  return nodesOf(file)
    .filter(ts.isShorthandPropertyAssignment)
    .filter(({ name, parent }) => names.includes(name.getText()) && ts.isObjectLiteralExpression(parent))
    .filter(node => layerCallAround(node) !== undefined)
}

/** Calls of layer factories: `tf.layers.dense(…)`. */
function layerCalls(file: ts.SourceFile): readonly ts.CallExpression[] {
  return nodesOf(file).filter(ts.isCallExpression).filter(isLayerCall)
}

const isLayerCall = ({ expression }: ts.CallExpression): boolean =>
  ts.isPropertyAccessExpression(expression) && /(^|\.)layers$/.test(expression.expression.getText())

function layerCallAround(node: ts.Node): ts.CallExpression | undefined {
  for (let at: ts.Node | undefined = node; at; at = at.parent)
    if (ts.isCallExpression(at) && isLayerCall(at)) return at
  return undefined
}

/** Where models are made, which is the place of their parameter count. */
const modelCalls = ({ text }: ts.SourceFile): readonly number[] =>
  [...text.matchAll(/(sequential|\.model)\(/g)].map(({ index }) => index)

/** Where a value that stands in no layer call may be used: all layer calls. */
const usesOf = (node: ts.Node): readonly number[] =>
  layerCallAround(node) ? [] : layerCalls(node.getSourceFile()).map(call => call.getStart())

/** Statements `model.add(layer)`. */
function additions(file: ts.SourceFile): readonly ts.ExpressionStatement[] {
  return nodesOf(file)
    .filter(ts.isExpressionStatement)
    .filter(({ expression }) => /^\w+\.add\(/.test(expression.getText()))
}

/** Applications `layer.apply(x)`. */
function applications(file: ts.SourceFile): readonly ts.CallExpression[] {
  return nodesOf(file)
    .filter(ts.isCallExpression)
    .filter(
      ({ expression }) =>
        ts.isPropertyAccessExpression(expression) &&
        expression.name.text === 'apply' &&
        ts.isCallExpression(expression.expression) &&
        isLayerCall(expression.expression),
    )
}

/** Without an entry of an object literal, and the comma after it. */
function withoutProperty(property: ts.ObjectLiteralElementLike): Edit {
  const text = property.getSourceFile().text
  let end = property.getEnd()
  while (/[\s]/.test(text[end] ?? '')) end++
  if (text[end] === ',') return { start: property.getStart(), end: end + 1, text: '' }
  let start = property.getFullStart()
  if (text[start - 1] === ',') start--
  return { start, end: property.getEnd(), text: '' }
}

const settingCodes = ['config-different', 'framework-default-differs']

/** Another value for a key: `change` gives the new text, or undefined where the operator does not apply. */
const changedKey =
  (names: readonly string[], change: (text: string) => string | undefined, codes = settingCodes): Operator =>
  file => [
    ...properties(file, names).flatMap((property): Change[] => {
      const text = change(property.initializer.getText())
      if (text === undefined) return []
      const states = property.name.getText()
      return [
        {
          edits: [replace(property.initializer, text)],
          places: [property.initializer.getStart(), ...usesOf(property)],
          codes,
          states,
        },
      ]
    }),
    ...shorthands(file, names).flatMap((property): Change[] => {
      const name = property.name.getText()
      const text = change(name)
      if (text === undefined) return []
      return [
        {
          edits: [replace(property, `${name}: ${text}`)],
          places: [property.getStart()],
          codes,
          states: name,
        },
      ]
    }),
  ]

const numberChanged =
  (f: (value: number) => number) =>
  (text: string): string | undefined =>
    /^[\d.e-]+$/.test(text)
      ? String(f(Number(text)))
      : /^\[[\d, ]+\]$/.test(text)
        ? `[${(JSON.parse(text) as number[]).map(f).join(', ')}]`
        : /^\w+$/.test(text)
          ? `${text} + 1`
          : undefined

const otherActivation: Readonly<Record<string, string>> = {
  relu: 'tanh',
  tanh: 'relu',
  sigmoid: 'softsign',
  softmax: 'sigmoid',
}
const otherLoss: Readonly<Record<string, string>> = {
  meanSquaredError: 'meanAbsoluteError',
  binaryCrossentropy: 'meanSquaredError',
  categoricalCrossentropy: 'kullbackLeiblerDivergence',
}
const quoted = (table: Readonly<Record<string, string>>) => (text: string) => {
  const [, name] = /^'(\w+)'/.exec(text) ?? []
  return name !== undefined && table[name] !== undefined ? `'${table[name]}'` : undefined
}

/** Inserts a layer after every `model.add`, except where it would change nothing. */
const inserted =
  (layer: string, codes: readonly string[], applies: (before: string) => boolean = () => true): Operator =>
  file =>
    additions(file).flatMap((statement): Change[] => {
      if (!applies(statement.getText())) return []
      const [model] = statement.getText().split('.add(')
      const end = statement.getEnd()
      // On the line of the statement before, so that lines stay the same.
      return [{ edits: [{ start: end, end, text: `; ${model}.add(${layer})` }], places: [end - 1], codes }]
    })

/** The mutation operators, by name. */
export const operators: Readonly<Record<string, Operator>> = {
  'drop activation': file =>
    properties(file, ['activation']).map(property => ({
      edits: [withoutProperty(property)],
      places: [
        layerCallAround(property)?.getStart() ?? property.getStart(),
        property.getStart(),
        ...usesOf(property),
      ],
      codes: ['activation-missing'],
    })),
  'change activation': changedKey(['activation'], quoted(otherActivation), ['activation-different']),
  'change units': changedKey(
    ['units', 'filters', 'outputDim'],
    numberChanged(value => value + 1),
  ),
  'change kernel size': changedKey(
    ['kernelSize'],
    numberChanged(value => (value === 3 ? 5 : 3)),
  ),
  'change strides': changedKey(
    ['strides'],
    numberChanged(value => value + 1),
  ),
  'change pool size': changedKey(
    ['poolSize'],
    numberChanged(value => value + 1),
  ),
  'change padding': changedKey(['padding'], quoted({ same: 'valid', valid: 'same' })),
  'change rate': changedKey(['rate'], text => (/^[\d.]+$/.test(text) ? '0.35' : undefined)),
  'change epsilon': changedKey(['epsilon'], () => '0.01'),
  'change axis': changedKey(
    ['axis', 'axes'],
    numberChanged(value => (value === -1 ? 1 : value + 1)),
  ),
  'change alpha': changedKey(
    ['alpha'],
    numberChanged(value => value / 2),
  ),
  'change momentum': changedKey(['momentum'], () => '0.5'),
  'change initializer': changedKey(['kernelInitializer'], () => "'zeros'", ['initializer-different']),
  'drop initializer': file =>
    properties(file, ['kernelInitializer']).map(property => ({
      edits: [withoutProperty(property)],
      places: [layerCallAround(property)?.arguments[0]?.getStart() ?? property.getStart()],
      codes: ['initializer-different'],
      states: 'kernelInitializer',
    })),
  'drop gate activation': file =>
    properties(file, ['recurrentActivation']).map(property => ({
      edits: [withoutProperty(property)],
      places: [layerCallAround(property)?.arguments[0]?.getStart() ?? property.getStart()],
      codes: ['framework-default-differs'],
    })),
  'toggle bias': file =>
    layerCalls(file).flatMap((call): Change[] => {
      const [config] = call.arguments
      if (
        !config ||
        !ts.isObjectLiteralExpression(config) ||
        !/^\w*\.?layers\.(dense|conv)/.test(call.expression.getText())
      )
        return []
      const stated = config.properties.find(property => property.name?.getText() === 'useBias')
      const start = config.getStart() + 1
      const edit = stated ? replace(stated, 'useBias: true') : { start, end: start, text: ' useBias: false,' }
      const codes = [...settingCodes, 'parameter-count-different']
      const places = [stated?.getStart() ?? config.getStart(), ...modelCalls(file)]
      return [{ edits: [edit], places, codes, states: stated ? 'useBias' : 'parameters' }]
    }),
  'drop layer': file => [
    ...additions(file).flatMap((statement): Change[] => {
      if (/inputShape|inputLength|inputDim/.test(statement.getText())) return []
      const around = additions(file).filter(
        other => other.getEnd() <= statement.getStart() || other === statement,
      )
      const places = around.slice(-2).map(other => other.getStart())
      return [
        {
          edits: [replace(statement, ';')],
          places: [...places, file.text.indexOf('.layers.', places[0])],
          codes: ['layer-missing', 'activation-missing'],
        },
      ]
    }),
    ...applications(file).flatMap((call): Change[] => {
      const [argument] = call.arguments
      if (!argument || ts.isArrayLiteralExpression(argument)) return []
      return [
        {
          edits: [replace(call, argument.getText())],
          places: layerCalls(file).map(other => other.getStart()),
          codes: ['layer-missing', 'activation-missing'],
        },
      ]
    }),
  ],
  'drop residual': file =>
    applications(file).flatMap((call): Change[] => {
      const [argument] = call.arguments
      if (!/layers\.add\(/.test(call.getText()) || !argument || !ts.isArrayLiteralExpression(argument))
        return []
      return [
        {
          edits: [replace(call, argument.elements[0]!.getText())],
          places: layerCalls(file).map(other => other.getStart()),
          codes: ['residual-missing', 'layer-missing'],
        },
      ]
    }),
  'swap branches of a merge': file =>
    applications(file).flatMap((call): Change[] => {
      const [argument] = call.arguments
      if (!argument || !ts.isArrayLiteralExpression(argument) || argument.elements.length !== 2) return []
      const [a, b] = argument.elements as unknown as readonly [ts.Node, ts.Node]
      return [
        {
          edits: [replace(argument, `[${b.getText()}, ${a.getText()}]`)],
          places: [call.getStart(), argument.getStart()],
          codes: ['connection-different'],
        },
      ]
    }),
  'swap layers': file =>
    additions(file).flatMap((statement, i, all): Change[] => {
      const next = all[i + 1]
      if (
        !next ||
        statement.parent !== next.parent ||
        /inputShape|inputLength|inputDim/.test(statement.getText())
      )
        return []
      return [
        {
          edits: [replace(statement, next.getText()), replace(next, statement.getText())],
          places: [statement, next].flatMap(other => nodesOf(other).map(node => node.getStart())),
          codes: ['layer-order', 'config-different', 'activation-different', 'layer-kind-different'],
        },
      ]
    }),
  'softmax twice': inserted('tf.layers.softmax()', ['activation-extra'], text => text.includes("'softmax'")),
  'add activation': inserted("tf.layers.activation({ activation: 'softplus' })", ['activation-extra']),
  'add dropout': inserted(
    'tf.layers.dropout({ rate: 0.5 })',
    ['layer-extra'],
    text => !/flatten|embedding/.test(text),
  ),
  'add layer': inserted('tf.layers.dense({ units: 7 })', ['layer-extra', 'config-different'], text =>
    /dense/.test(text),
  ),
  'swap loss': changedKey(['loss'], quoted(otherLoss), ['loss-different']),
  'change learning rate': file =>
    nodesOf(file)
      .filter(ts.isCallExpression)
      .filter(({ expression }) => /train\.\w+$/.test(expression.getText()))
      .flatMap((call): Change[] => {
        const [rate] = call.arguments
        if (!rate) return []
        return [
          {
            edits: [replace(rate, `${rate.getText()} / 3`)],
            places: [rate.getStart()],
            codes: ['optimizer-setting-different'],
            states: 'optimizer.learningRate',
          },
        ]
      }),
  'swap optimizer': changedKey(['optimizer'], () => "'adamax'", ['optimizer-different']),
  'change input': changedKey(['inputShape'], text => text.replace(/\d+/, size => String(Number(size) + 2)), [
    'input-shape-different',
  ]),
  'unshare layer': file =>
    nodesOf(file)
      .filter(ts.isVariableDeclaration)
      .filter(
        ({ initializer }) => initializer && ts.isCallExpression(initializer) && isLayerCall(initializer),
      )
      .flatMap(({ name, initializer }): Change[] => {
        const uses = nodesOf(file)
          .filter(ts.isIdentifier)
          .filter(node => node.text === name.getText() && ts.isPropertyAccessExpression(node.parent))
        if (uses.length < 2) return []
        return [
          {
            edits: [replace(uses.at(-1)!, initializer!.getText())],
            places: [uses.at(-1)!.getStart(), initializer!.getStart()],
            codes: ['sharing-lost'],
          },
        ]
      }),
}

/** All mutations of a source, operator by operator. */
export function mutationsOf(source: string, fileName: string): readonly Mutation[] {
  const file = ts.createSourceFile(fileName, source, ts.ScriptTarget.ES2022, true)
  return Object.entries(operators).flatMap(([operator, apply]) =>
    apply(file).map(({ edits, places, codes, states }): Mutation => {
      const lines = places.flatMap(place =>
        place < 0 ? [] : [file.getLineAndCharacterOfPosition(place).line + 1],
      )
      const isStated = states ?? { 'swap loss': 'loss', 'swap optimizer': 'optimizer' }[operator]
      return {
        operator,
        source: edited(source, edits),
        lines,
        codes,
        ...(isStated !== undefined && { states: isStated }),
      }
    }),
  )
}
