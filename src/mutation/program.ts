import { ts } from 'ts-morph'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { parseSource } from '../syntax/parse.js'
import type { SourceFile } from '../text/source.js'
import { nodesOf } from './edits.js'

/** A call of a function over tensors, as a function or as a method: both have the same operands. */
export interface Call {
  readonly node: ts.CallExpression
  /** The last part of what is called: `softmax`, `dense`. */
  readonly name: string
  /** What is called behind the library: `layers.dense`. A method has its name only. */
  readonly path: string
  /** The arguments; those of a method come behind what it is a method of. */
  readonly operands: readonly ts.Expression[]
  readonly isMethod: boolean
}

/**
 * The source of a model as operators see it: by its syntax and by names. What an expression is when the code runs is not
 * known here, so an operator may apply to what is no tensor; what becomes of it is told by those who read the mutant.
 */
export interface Program {
  readonly file: SourceFile
  readonly tree: ts.SourceFile
  readonly nodes: readonly ts.Node[]
  /** What the program calls TensorFlow.js. */
  readonly library: string
  /** Calls of functions and methods, which the library or the program may declare. */
  readonly calls: readonly Call[]
  /** Calls that make a layer: `tf.layers.dense(…)`. */
  readonly layers: readonly Call[]
}

/** Reads a program; one with syntax errors is none. */
export function readProgram(file: SourceFile): Program | { readonly diagnostics: readonly Diagnostic[] } {
  const { tree, diagnostics } = parseSource(file, { withParents: true })
  if (diagnostics.length > 0) return { diagnostics }
  const nodes = nodesOf(tree)
  const names = libraryNames(nodes)
  const calls = nodes.filter(ts.isCallExpression).flatMap(node => callAt(node, names))
  const library = [...names].find(([, path]) => path === '')?.[0] ?? 'tf'
  const layers = calls.filter(({ path }) => path.startsWith('layers.'))
  return { file, tree, nodes, library, calls, layers }
}

/** Names that stand for the library (an empty path) or for something in it. */
function libraryNames(nodes: readonly ts.Node[]): ReadonlyMap<string, string> {
  const names = new Map([['tf', '']])
  const isLibrary = (node: ts.Node | undefined) =>
    node !== undefined && /^(await )?(require|import)\(['"`]@?tensorflow/.test(node.getText())
  const bind = (name: ts.BindingName, path: string): void => {
    if (ts.isIdentifier(name)) names.set(name.text, path)
    else if (ts.isObjectBindingPattern(name))
      for (const element of name.elements) {
        const key = (element.propertyName ?? element.name).getText()
        bind(element.name, path === '' ? key : `${path}.${key}`)
      }
  }
  for (const node of nodes) {
    if (ts.isImportDeclaration(node) && /^['"]@tensorflow\//.test(node.moduleSpecifier.getText())) {
      const clause = node.importClause
      if (clause?.name) names.set(clause.name.text, '')
      const bound = clause?.namedBindings
      if (bound && ts.isNamespaceImport(bound)) names.set(bound.name.text, '')
      if (bound && ts.isNamedImports(bound))
        for (const { name, propertyName } of bound.elements)
          names.set(name.text, (propertyName ?? name).getText())
    }
    if (ts.isVariableDeclaration(node) && node.initializer) {
      const path = isLibrary(node.initializer) ? '' : pathOf(node.initializer, names)
      if (path !== undefined && (path === '' || !ts.isIdentifier(node.name))) bind(node.name, path)
    }
  }
  return names
}

/** `layers.dense` for `tf.layers.dense`; nothing where an expression does not start with a name of the library. */
function pathOf(node: ts.Expression, names: ReadonlyMap<string, string>): string | undefined {
  if (ts.isIdentifier(node)) return names.get(node.text)
  if (!ts.isPropertyAccessExpression(node)) return undefined
  const owner = pathOf(node.expression, names)
  return owner === undefined ? undefined : owner === '' ? node.name.text : `${owner}.${node.name.text}`
}

/** Objects of the language, whose methods are none of tensors. */
const ofTheLanguage = /^(Math|Number|Object|Array|JSON|console|String|Promise|Date|process|window|document)$/

function callAt(node: ts.CallExpression, names: ReadonlyMap<string, string>): readonly Call[] {
  const { expression, arguments: given } = node
  if (given.some(ts.isSpreadElement)) return []
  const path = pathOf(expression, names)
  if (path) {
    const name = path.slice(path.lastIndexOf('.') + 1)
    return [{ node, name, path, operands: [...given], isMethod: false }]
  }
  // A function of the program is taken to do what its name says.
  if (ts.isIdentifier(expression))
    return [{ node, name: expression.text, path: expression.text, operands: [...given], isMethod: false }]
  if (!ts.isPropertyAccessExpression(expression) || ofTheLanguage.test(expression.expression.getText()))
    return []
  const name = expression.name.text
  return [{ node, name, path: name, operands: [expression.expression, ...given], isMethod: true }]
}

/** The calls of functions over tensors with one of these names. */
export const callsOf = ({ calls }: Program, ...names: readonly string[]): readonly Call[] =>
  calls.filter(call => names.includes(call.name) && !call.path.startsWith('layers.') && !isAddedLayer(call))

/** `model.add(layer)`, which is no sum. */
export const isAddedLayer = ({ node, name, isMethod }: Call): boolean =>
  isMethod && name === 'add' && ts.isExpressionStatement(node.parent)

/** Calls of the language's own mathematics: `Math.sqrt(…)`. */
export const mathCalls = ({ nodes }: Program, name: string): readonly ts.CallExpression[] =>
  nodes
    .filter(ts.isCallExpression)
    .filter(({ expression, arguments: given }) => expression.getText() === `Math.${name}` && given.length > 0)

/** Entries `key: value` of object literals, with the layer call that they are settings of, if any. */
export const entriesOf = ({ nodes }: Program, ...keys: readonly string[]): readonly ts.PropertyAssignment[] =>
  nodes.filter(ts.isPropertyAssignment).filter(({ name }) => keys.includes(name.getText()))

/** Entries `key` of the settings of layers, which take the value of the variable. */
export const shorthandsOf = (
  { nodes, layers }: Program,
  ...keys: readonly string[]
): readonly ts.ShorthandPropertyAssignment[] =>
  nodes
    .filter(ts.isShorthandPropertyAssignment)
    .filter(node => keys.includes(node.name.getText()) && layerAround(node, layers) !== undefined)

/** What the program writes in front of the name of a layer: `tf.layers`. */
export function layerPrefix({ layers, library }: Program): string {
  const callee = layers.map(({ node }) => node.expression).find(ts.isPropertyAccessExpression)
  return callee ? callee.expression.getText() : `${library}.layers`
}

/** The layer call that a node stands in. */
export function layerAround(node: ts.Node, layers: readonly Call[]): Call | undefined {
  for (let at: ts.Node = node; at; at = at.parent) {
    const found = layers.find(call => call.node === at)
    if (found) return found
  }
  return undefined
}

/** The settings of a layer where they are written out. */
export const settingsOf = ({ operands: [config] }: Call): ts.ObjectLiteralExpression | undefined =>
  config && ts.isObjectLiteralExpression(config) ? config : undefined

/** The entry of a layer's settings with a name, however it is written. */
export const settingOf = (call: Call, name: string): ts.ObjectLiteralElementLike | undefined =>
  settingsOf(call)?.properties.find(property => property.name?.getText() === name)

/** An expression as an operand, or with a method behind it, without a change of what belongs together. */
export const operandText = (node: ts.Expression): string =>
  /^[\w.]+$/.test(node.getText()) || ts.isCallExpression(node) || ts.isElementAccessExpression(node)
    ? node.getText()
    : `(${node.getText()})`

/** A call as text with other operands, or of another function. */
export function callText(call: Call, operands: readonly string[], name = call.name): string {
  const callee = call.node.expression
  const isOther = name !== call.name
  // A function that is imported by its name has no neighbours in scope, but tensors have it as a method.
  if (!call.isMethod && !(isOther && ts.isIdentifier(callee))) {
    const own = ts.isPropertyAccessExpression(callee) ? `${callee.expression.getText()}.` : ''
    return `${isOther ? own + name : callee.getText()}(${operands.join(', ')})`
  }
  const [subject = '', ...others] = operands
  return `${call.isMethod ? subject : `(${subject})`}.${name}(${others.join(', ')})`
}

export const operandTexts = ({ operands, isMethod }: Call): readonly string[] =>
  operands.map((operand, i) => (isMethod && i === 0 ? operandText(operand) : operand.getText()))

/** Whether an expression is a number that is written out. */
export const isNumber = (node: ts.Node | undefined): boolean =>
  node !== undefined && /^-?\d[\d.]*(e-?\d+)?$/i.test(node.getText())

/** The statement that a node stands in. */
export function statementAround(node: ts.Node): ts.Node {
  let at = node
  while (at.parent && !ts.isBlock(at.parent) && !ts.isSourceFile(at.parent)) at = at.parent
  return at
}
