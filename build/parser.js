import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { transformSync } from 'esbuild'
import ts from 'typescript'

const require = createRequire(import.meta.url)

/** The TypeScript that ts-morph carries: one file, a single function with every module of the compiler in it. */
const compilerPath = join(
  dirname(createRequire(require.resolve('ts-morph')).resolve('@ts-morph/common')),
  'typescript.js',
)

/** The values that the sources of a folder take from ts-morph's `ts`. */
export function compilerNames(folder) {
  const names = readdirSync(folder, { recursive: true })
    .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
    .map(path => readFileSync(join(folder, path), 'utf8'))
    .filter(text => text.includes("from 'ts-morph'"))
    .map(text => transformSync(text, { loader: 'ts', target: 'node20' }).code)
    .flatMap(code => [
      ...[...code.matchAll(/\bts\.(\w+)/g)].map(([, name]) => name),
      ...[...code.matchAll(/\{([^{}]*)\} = ts\b/g)].flatMap(([, list]) => list.trim().split(/,\s*/)),
    ])
  return [...new Set(names)].sort()
}

/** Nodes are of the classes that ts-morph gives them, with `text` and `getStart`, not of those of the bare parser. */
const nodeClasses = {
  Node: 'NodeObject',
  Token: 'TokenObject',
  Identifier: 'IdentifierObject',
  PrivateIdentifier: 'PrivateIdentifierObject',
  SourceFile: 'SourceFileObject',
}

/**
 * The part of ts-morph's TypeScript that some of its exports need, as the text of an ES module.
 *
 * The compiler is nine megabytes, and reading it takes longer than everything else that the command line does. A parser
 * needs a twentieth of it, but no bundler can leave the rest out, because the compiler is one CommonJS function. So its
 * statements are followed by name from the exports on: a declaration is kept if anything kept mentions its name, wherever
 * and in whatever sense, a property of a table if anything kept reads it, and a statement that fills a variable if the
 * variable is kept. Names are all that is looked at, so the result holds too much rather than too little, with one
 * exception: other statements, which register services of an editor, go. `test/bundle.test.ts` compares the trees.
 */
export function parserModule(exports) {
  const text = readFileSync(compilerPath, 'utf8')
  const statements = statementsOfCompiler(ts.createSourceFile('typescript.js', text, ts.ScriptTarget.ESNext))
  const units = unitsByName(statements)
  const locals = localNames(statements)
  const unknown = exports.filter(name => !locals.has(name))
  if (unknown.length > 0) throw new Error(`ts-morph's TypeScript does not export ${unknown.join(', ')}`)
  const kept = reachable(
    [...exports.map(name => locals.get(name)), 'setObjectAllocator', ...Object.values(nodeClasses)],
    units,
  )
  const code = statements
    .filter(statement => kept.has(statement))
    .map(statement => write(statement, kept, text))
  const list = exports.map(name => `${locals.get(name)} as ${name}`)
  const license = text.slice(0, text.indexOf('*/') + 2)
  const classes = Object.entries(nodeClasses).map(([kind, name]) => `get${kind}Constructor: () => ${name}`)
  const install = `setObjectAllocator({ ${classes.join(', ')} })`
  return `${license}\n${code.join('')}\n${install}\nexport { ${list.join(', ')} }\n`
}

function statementsOfCompiler(file) {
  for (const statement of file.statements) {
    let callee = ts.isExpressionStatement(statement) ? statement.expression.expression : undefined
    while (callee && ts.isParenthesizedExpression(callee)) callee = callee.expression
    if (callee && ts.isArrowFunction(callee)) return callee.body.statements
  }
  throw new Error("ts-morph's TypeScript is not written as expected")
}

/** The statements that belong to each name at the top, and to each property of a table as `table.property`. */
function unitsByName(statements) {
  const units = new Map()
  const add = (name, unit) => units.set(name, [...(units.get(name) ?? []), unit])
  for (const statement of statements) {
    for (const name of namesOf(statement)) add(name, statement)
    const table = tableOf(statement)
    if (!table) continue
    for (const property of table.properties) add(`${table.name}.${property.name.text}`, property)
  }
  return units
}

function namesOf(statement) {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name.text]
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name))
  }
  const filled = ts.isExpressionStatement(statement) && filledVariable(statement.expression)
  return filled ? [filled] : []
}

function boundNames(name) {
  return ts.isIdentifier(name) ? [name.text] : name.elements.flatMap(element => boundNames(element.name))
}

/** `X` of `(X2 => …)(X || (X = {}))`, `__export(X, …)` and `X.y = …`. */
function filledVariable(expression) {
  if (ts.isCallExpression(expression)) {
    const [first] = expression.arguments
    if (first && ts.isBinaryExpression(first) && ts.isIdentifier(first.left)) return first.left.text
    return expression.expression.text === '__export' ? first.text : undefined
  }
  let target = ts.isBinaryExpression(expression) ? expression.left : undefined
  while (target && ts.isPropertyAccessExpression(target)) target = target.expression
  return target?.text
}

/** `var X = { a: …, b: … }`, such as the table of messages. */
function tableOf(statement) {
  if (!ts.isVariableStatement(statement)) return undefined
  const [{ name, initializer }, ...others] = statement.declarationList.declarations
  if (others.length > 0 || !initializer || !ts.isObjectLiteralExpression(initializer)) return undefined
  const { properties } = initializer
  const isPlain = properties.every(
    property => ts.isPropertyAssignment(property) && ts.isIdentifier(property.name),
  )
  return isPlain && ts.isIdentifier(name) ? { name: name.text, properties } : undefined
}

/** The names by which the compiler's own modules know what it exports. */
function localNames(statements) {
  const call = statements.find(
    statement =>
      ts.isExpressionStatement(statement) &&
      statement.expression.arguments?.[0]?.text === 'typescript_exports',
  )
  return new Map(
    call.expression.arguments[1].properties.map(({ name, initializer }) => [
      name.text,
      initializer.body.text,
    ]),
  )
}

/** All statements and properties of tables that names lead to. */
function reachable(names, units) {
  const kept = new Set()
  const open = [...names]
  const keep = name => {
    for (const unit of units.get(name) ?? []) {
      if (kept.has(unit)) continue
      kept.add(unit)
      if (tableOf(unit)) continue
      visit(unit)
    }
  }
  const keepAll = name => {
    keep(name)
    for (const unit of units.get(name) ?? []) {
      const table = tableOf(unit)
      for (const property of table?.properties ?? []) keep(`${table.name}.${property.name.text}`)
    }
  }
  const visit = node => {
    if (ts.isIdentifier(node)) open.push(node.text)
    else if (ts.isPropertyAccessExpression(node)) {
      const property = ts.isIdentifier(node.expression) ? `${node.expression.text}.${node.name.text}` : ''
      if (units.has(property)) {
        keep(node.expression.text)
        open.push(property)
      } else visit(node.expression)
    } else if (ts.isPropertyAssignment(node) && !ts.isComputedPropertyName(node.name)) visit(node.initializer)
    else ts.forEachChild(node, visit)
  }
  while (open.length > 0) keepAll(open.pop())
  return kept
}

function write(statement, kept, text) {
  const table = tableOf(statement)
  if (!table) return text.slice(statement.pos, statement.end)
  const properties = table.properties.filter(property => kept.has(property))
  return `\nvar ${table.name} = {${properties.map(({ pos, end }) => text.slice(pos, end)).join(',')}\n};`
}
