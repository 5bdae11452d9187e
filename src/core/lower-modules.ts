import { ts } from 'ts-morph'
import { inlineScripts, isPage } from '../syntax/scripts.js'
import { lowerExpression } from './lower-expressions.js'
import { hasModifier, identifiersOf, isAmbient, type Lowering } from './names.js'
import type { Binding, Export, Expression, Import, Statement, Target } from './program.js'

/** Declares the names that a module imports. An import for its effects has a binding without a name. */
export function declareImports(lowering: Lowering, statements: readonly ts.Statement[]): readonly Import[] {
  return statements.flatMap((statement): readonly Import[] => {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return []
    const { importClause: clause, moduleSpecifier } = statement
    const specifier = moduleSpecifier.text
    if (!clause) {
      const span = lowering.span(statement)
      return [{ binding: lowering.temporary(statement), specifier, imported: '*', span }]
    }
    if (clause.isTypeOnly) return []
    const entry = (name: ts.Identifier, imported: string): Import => ({
      binding: lowering.declare(name.text, name),
      specifier,
      imported,
      span: lowering.span(name),
    })
    const { name, namedBindings } = clause
    const named =
      namedBindings && ts.isNamespaceImport(namedBindings)
        ? [entry(namedBindings.name, '*')]
        : (namedBindings?.elements ?? [])
            .filter(({ isTypeOnly }) => !isTypeOnly)
            .map(element => entry(element.name, (element.propertyName ?? element.name).text))
    return name ? [entry(name, 'default'), ...named] : named
  })
}

/** The scripts that a page runs before its own code, as imports for their effects. */
export function declareScripts(lowering: Lowering): readonly Import[] {
  const { file, tree } = lowering
  if (!isPage(file.path)) return []
  const span = { file, start: 0, end: 0 }
  return inlineScripts(file.text).before.map(specifier => ({
    binding: lowering.temporary(tree),
    specifier,
    imported: '',
    span,
  }))
}

/** What a module exports; its names are declared already, and default exports without a name are declared here. */
export function declareExports(lowering: Lowering, statements: readonly ts.Statement[]): readonly Export[] {
  return statements.flatMap(statement => {
    if (ts.isExportDeclaration(statement)) return exportsOfDeclaration(lowering, statement)
    if (ts.isExportAssignment(statement)) {
      if (statement.isExportEquals) return []
      return [local(lowering, 'default', lowering.declare('default', statement), statement)]
    }
    if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword) || isAmbient(statement)) return []
    if (ts.isVariableStatement(statement)) {
      const names = statement.declarationList.declarations.flatMap(({ name }) => identifiersOf(name))
      return names.map(name => local(lowering, name.text, lowering.resolve(name.text, name), name))
    }
    const isDefault = hasModifier(statement, ts.SyntaxKind.DefaultKeyword)
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
      // An overload signature exports nothing by itself.
      if (ts.isFunctionDeclaration(statement) && !statement.body) return []
      const { name } = statement
      const binding = name ? lowering.resolve(name.text, name) : lowering.declare('default', statement)
      return [local(lowering, isDefault ? 'default' : binding.name, binding, name ?? statement)]
    }
    if (
      ts.isEnumDeclaration(statement) ||
      ts.isModuleDeclaration(statement) ||
      ts.isImportEqualsDeclaration(statement)
    ) {
      const { name } = statement
      return [local(lowering, name.text, lowering.resolve(name.text, name), name)]
    }
    return []
  })
}

function local(lowering: Lowering, exported: string, binding: Binding, node: ts.Node): Export {
  return { kind: 'local', exported, binding, span: lowering.span(node) }
}

function exportsOfDeclaration(lowering: Lowering, node: ts.ExportDeclaration): readonly Export[] {
  const { exportClause: clause, moduleSpecifier, isTypeOnly } = node
  if (isTypeOnly) return []
  const specifier = moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined
  if (!clause || ts.isNamespaceExport(clause)) {
    if (specifier === undefined) return []
    const exported = clause ? clause.name.text : '*'
    return [{ kind: 'from', exported, imported: '*', specifier, span: lowering.span(node) }]
  }
  return clause.elements.flatMap((element): readonly Export[] => {
    if (element.isTypeOnly) return []
    const { name, propertyName } = element
    const imported = (propertyName ?? name).text
    const span = lowering.span(element)
    if (specifier !== undefined) return [{ kind: 'from', exported: name.text, imported, specifier, span }]
    // A name that is not declared is a type.
    const binding = lowering.declared(imported)
    return binding ? [{ kind: 'local', exported: name.text, binding, span }] : []
  })
}

/** `export default …` fills a variable that nothing else can name; `export = …` is CommonJS. */
export function lowerExportAssignment(lowering: Lowering, node: ts.ExportAssignment): Statement {
  const span = lowering.span(node)
  if (node.isExportEquals) return exportCommonJs(lowering, node, node.expression)
  const binding = lowering.resolve('default', node)
  const target: Target = { kind: 'variable', binding, span }
  const value = lowerExpression(lowering, node.expression, 'default')
  return { kind: 'declare', target, value, span }
}

/** `module.exports = …` */
export function exportCommonJs(lowering: Lowering, node: ts.Node, value: ts.Expression): Statement {
  const span = lowering.span(node)
  const object: Expression = { kind: 'variable', binding: lowering.resolve('module', node), span }
  const key: Expression = { kind: 'literal', value: 'exports', span }
  const target: Target = { kind: 'member', object, key, span }
  const expression: Expression = { kind: 'assign', target, value: lowerExpression(lowering, value), span }
  return { kind: 'expression', expression, span }
}

/** `import x = require('./x')` and `import x = namespace.member`. */
export function lowerImportEquals(lowering: Lowering, node: ts.ImportEqualsDeclaration): Statement {
  const span = lowering.span(node)
  const { moduleReference: reference } = node
  const binding = lowering.resolve(node.name.text, node.name)
  const target: Target = { kind: 'variable', binding, span: lowering.span(node.name) }
  if (!ts.isExternalModuleReference(reference))
    return { kind: 'declare', target, value: lowerEntityName(lowering, reference), span }
  const callee: Expression = { kind: 'variable', binding: lowering.resolve('require', node), span }
  const argument = { kind: 'item', value: lowerExpression(lowering, reference.expression) } as const
  const call = { callee, arguments: [argument], optional: false, construct: false }
  return { kind: 'declare', target, value: { kind: 'call', ...call, span: lowering.span(reference) }, span }
}

function lowerEntityName(lowering: Lowering, name: ts.EntityName): Expression {
  const span = lowering.span(name)
  if (ts.isIdentifier(name)) return { kind: 'variable', binding: lowering.resolve(name.text, name), span }
  const key: Expression = { kind: 'literal', value: name.right.text, span: lowering.span(name.right) }
  return { kind: 'member', object: lowerEntityName(lowering, name.left), key, optional: false, span }
}
