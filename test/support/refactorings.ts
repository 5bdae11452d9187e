import { ts } from 'ts-morph'
import { type Edit, edited, nodesOf, replaced } from '../../src/mutation/edits.js'

/** A way to write the same differently. What it yields stands on the lines on which the old text stood. */
type Refactoring = (file: ts.SourceFile) => readonly (readonly Edit[])[]

/** The places where an expression is a value: nothing is assigned to it, and nothing depends on how it is written. */
const isValue = (node: ts.Node): node is ts.Expression => {
  const { parent } = node
  if (!parent || !ts.isExpression(node) || /\b(await|yield)\b/.test(node.getText())) return false
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isParameter(parent))
    return parent.initializer === node
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
    return parent.arguments?.includes(node) === true && !ts.isSpreadElement(node)
  if (ts.isArrayLiteralExpression(parent)) return !ts.isSpreadElement(node) && !isPattern(parent)
  if (ts.isReturnStatement(parent) || ts.isConditionalExpression(parent) || ts.isTemplateSpan(parent))
    return true
  if (ts.isArrowFunction(parent)) return parent.body === node
  if (ts.isElementAccessExpression(parent)) return parent.argumentExpression === node
  return ts.isBinaryExpression(parent) && (parent.right === node || !isAssignment(parent))
}

const isAssignment = ({ operatorToken: { kind } }: ts.BinaryExpression): boolean =>
  kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment

/** `[a, b] = …` */
const isPattern = ({ parent }: ts.ArrayLiteralExpression): boolean =>
  ts.isBinaryExpression(parent) && isAssignment(parent)

const rewritten =
  <T extends ts.Node>(
    isMeant: (node: ts.Node) => node is T,
    text: (source: string, node: T) => string,
  ): Refactoring =>
  file =>
    nodesOf(file)
      .filter(isMeant)
      .map(node => [replaced(node, text(node.getText(), node))])

const value = (text: (source: string) => string): Refactoring => rewritten(isValue, text)

const written = <T extends ts.Node>(
  is: (node: ts.Node) => node is T,
  text: (source: string, node: T) => string,
) => rewritten((node): node is T => is(node) && isValue(node), text)

/** A value that is the same in a function with a `this` of its own. */
const isWithoutThis = (node: ts.Node): node is ts.Expression =>
  ts.isExpression(node) && !/\b(this|super)\b/.test(node.getText())

const isWhole = (node: ts.Node): node is ts.NumericLiteral =>
  ts.isNumericLiteral(node) && /^\d{1,6}$/.test(node.text)

/** A plain text in quotes that is not a directive or a key. */
const isWord = (node: ts.Node): node is ts.StringLiteral =>
  ts.isStringLiteral(node) && /^\w{2,}$/.test(node.text)

const isBoolean = (node: ts.Node): node is ts.BooleanLiteral =>
  node.kind === ts.SyntaxKind.TrueKeyword || node.kind === ts.SyntaxKind.FalseKeyword

/** Reads of members, also those that are called; nothing is assigned to them. */
const isRead = (node: ts.Node): node is ts.PropertyAccessExpression =>
  ts.isPropertyAccessExpression(node) &&
  node.expression.kind !== ts.SyntaxKind.SuperKeyword &&
  !ts.isNewExpression(node.parent) &&
  !(ts.isBinaryExpression(node.parent) && isAssignment(node.parent) && node.parent.left === node)

/** Statements without declarations, which may stand in a block. */
const isAction = (node: ts.Node): node is ts.ExpressionStatement =>
  ts.isExpressionStatement(node) && !ts.isStringLiteral(node.expression) && !/\bawait\b/.test(node.getText())

/** A statement with others before and after it. */
const isLine = (node: ts.Node): node is ts.ExpressionStatement =>
  isAction(node) && (ts.isBlock(node.parent) || ts.isSourceFile(node.parent))

/** `const name = value`, one name that is not exported. */
const isConstant = (node: ts.Node): node is ts.VariableStatement => {
  if (!ts.isVariableStatement(node) || node.modifiers) return false
  const [declaration, ...others] = node.declarationList.declarations
  return (
    others.length === 0 &&
    ts.isIdentifier(declaration!.name) &&
    !declaration!.type &&
    !!declaration!.initializer
  )
}

/** A function of one expression that does not use what only arrows keep. */
const isArrow = (node: ts.Node): node is ts.ArrowFunction =>
  ts.isArrowFunction(node) && !ts.isBlock(node.body) && !/\b(this|arguments|async)\b/.test(node.getText())

const halves = (word: string) => [word.slice(0, word.length >> 1), word.slice(word.length >> 1)] as const

/** What separates a member from what has it, without the dot: it may begin a line. */
const beforeMember = ({ expression, name }: ts.PropertyAccessExpression): string =>
  name
    .getSourceFile()
    .text.slice(expression.getEnd(), name.getStart())
    .replace(/\?\.|\./, '')

/** Every refactoring keeps what the program computes. */
export const refactorings: Readonly<Record<string, Refactoring>> = {
  'call of a function': value(source => `(() => (${source}))()`),
  'function that hands its argument back': value(source => `((same) => same)(${source})`),
  'default of a parameter': value(source => `((given = ${source}) => given)()`),
  'branch that is known': value(source => `(1 < 2 ? ${source} : undefined)`),
  'other branch that is known': value(source => `(typeof 0 === 'string' ? null : ${source})`),
  and: value(source => `(true && (${source}))`),
  'nothing, or': value(source => `(undefined ?? (${source}))`),
  comma: value(source => `(0, ${source})`),
  'element of a list': value(source => `[null, ${source}][1]`),
  'last element of a list': value(source => `[${source}].at(-1)`),
  'destructured list': value(source => `(([, second]) => second)([0, ${source}])`),
  'entry of an object': value(source => `({ entry: ${source} }).entry`),
  'destructured object': value(
    source => `(({ entry: { inner } }) => inner)({ entry: { inner: ${source} } })`,
  ),
  'computed key': value(source => `({ ['a' + 1]: ${source} })['a1']`),
  getter: written(isWithoutThis, source => `({ get entry() { return ${source} } }).entry`),
  method: written(isWithoutThis, source => `({ make() { return ${source} } }).make()`),
  'static of a class': written(isWithoutThis, source => `(class { static value = ${source} }).value`),
  'field of an instance': value(source => `new (class { constructor(v) { this.v = v } })(${source}).v`),
  reduce: value(source => `[${source}].reduce((_, next) => next, null)`),
  map: value(source => `[${source}].map(one => one)[0]`),
  closure: value(source => `((kept) => () => kept)(${source})()`),
  switch: value(
    source =>
      `((kept) => { switch ('b') { case 'a': return null; case 'b': return kept; default: return 0 } })(${source})`,
  ),
  loop: value(source => `((kept) => { for (let i = 0; ; i++) if (i === 2) return kept })(${source})`),
  finally: value(source => `((kept) => { try { return kept } finally { void 0 } })(${source})`),
  rest: value(source => `((...all) => all[0])(${source})`),
  'spread arguments': value(source => `((_, one) => one)(...[0, ${source}])`),
  Map: value(source => `new Map([['key', ${source}]]).get('key')`),
  JSON: written(isWhole, source => `JSON.parse('{"n":${source}}').n`),
  sum: written(isWhole, source => `(${source} + 1 - 1)`),
  product: written(isWhole, source => `(2 * ${source} / 2)`),
  parseInt: written(isWhole, source => `parseInt('${source}', 10)`),
  Math: written(isWhole, source => `Math.max(${source}, Math.floor(${source} / 2))`),
  length: written(isWhole, source => (Number(source) <= 64 ? `new Array(${source}).fill(0).length` : source)),
  template: written(isWord, (_, { text }) => `\`${halves(text)[0]}\${'${halves(text)[1]}'}\``),
  joined: written(isWord, (_, { text }) => `['${halves(text).join("', '")}'].join('')`),
  concatenated: written(isWord, (_, { text }) => `('${halves(text).join("' + '")}')`),
  negation: written(isBoolean, source => `!${source === 'true' ? 'false' : 'true'}`),
  'spread of an object': written(ts.isObjectLiteralExpression, source => `({ ...${source} })`),
  'Object.assign': written(ts.isObjectLiteralExpression, source => `Object.assign({}, ${source})`),
  'entries of an object': written(
    ts.isObjectLiteralExpression,
    source => `Object.fromEntries(Object.entries(${source}))`,
  ),
  'assigned key by key': written(
    ts.isObjectLiteralExpression,
    source =>
      `((from) => { const to = {}; for (const key in from) to[key] = from[key]; return to })(${source})`,
  ),
  'spread of a list': written(ts.isArrayLiteralExpression, source => `[...${source}]`),
  concat: written(ts.isArrayLiteralExpression, source => `[].concat(${source})`),
  slice: written(ts.isArrayLiteralExpression, source => `[0].concat(${source}).slice(1)`),
  'pushed one by one': written(
    ts.isArrayLiteralExpression,
    source => `((from) => { const to = []; for (const one of from) to.push(one); return to })(${source})`,
  ),
  'Array.from': written(ts.isArrayLiteralExpression, source => `Array.from(${source}, one => one)`),
  'member by its text': rewritten(
    isRead,
    (_, node) => `${node.expression.getText()}${beforeMember(node)}['${node.name.text}']`,
  ),
  'optional member': rewritten(
    isRead,
    (_, node) => `${node.expression.getText()}${beforeMember(node)}?.${node.name.text}`,
  ),
  'function for an arrow': written(
    isArrow,
    (_, node) =>
      `function (${node.parameters.map(parameter => parameter.getText()).join(', ')}) { return ${node.body.getText()} }`,
  ),
  block: rewritten(isAction, source => `{ ${source}; }`),
  if: rewritten(isAction, source => `if (!false) { ${source}; } else { throw new Error('never') }`),
  'loop of one turn': rewritten(isAction, source => `for (const once of [0]) { ${source}; }`),
  while: rewritten(isAction, source => `do { ${source}; } while (false)`),
  try: rewritten(isAction, source => `try { ${source}; } finally { }`),
  forEach: rewritten(isLine, source => `;[0].forEach(() => { ${source}; });`),
  'assigned later': rewritten(isConstant, (_, node) => {
    const { name, initializer } = node.declarationList.declarations[0]!
    return `let ${name.getText()}; ${name.getText()} = ${initializer!.getText()};`
  }),
  'assigned in a block': rewritten(isConstant, (_, node) => {
    const { name, initializer } = node.declarationList.declarations[0]!
    return `let ${name.getText()}; { ${name.getText()} = ${initializer!.getText()}; }`
  }),
}

/** Which refactoring, and at which of its places: both count around. */
export type Choice = readonly [refactoring: number, place: number]

/** The source after refactorings, one after the other. */
export function refactor(source: string, fileName: string, choices: readonly Choice[]): string {
  const table = Object.values(refactorings)
  return choices.reduce((text, [which, where]) => {
    const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.ES2022, true)
    const places = table[which % table.length]!(file)
    return places.length === 0 ? text : edited(text, places[where % places.length]!)
  }, source)
}
