import { ts } from 'ts-morph'
import type { SourceFile } from '../text/source.js'
import { lowerExpression } from './lower-expressions.js'
import { declareStatement, lowerStatements } from './lower-statements.js'
import { declareBlockNames, declareFunctionNames, Lowering } from './names.js'
import type { Binding, Export, Import, Module, Statement } from './program.js'

/** Lowers a syntax tree of TypeScript or JavaScript to the core language. Types vanish; nothing is evaluated. */
export function lower(tree: ts.SourceFile, file: SourceFile): Module {
  const lowering = new Lowering(tree, file)
  const imports: Import[] = []
  const exports: Export[] = []
  for (const statement of tree.statements)
    if (ts.isImportDeclaration(statement)) importNames(lowering, statement, imports)
  declareBlockNames(lowering, tree.statements)
  declareFunctionNames(lowering, tree)
  const extra = new Map<ts.Statement, Statement[]>()
  for (const statement of tree.statements) exportNames(lowering, statement, exports, extra)
  const body = lowerStatements(
    lowering,
    tree.statements.filter(statement => !extra.has(statement) || extra.get(statement)!.length === 0),
  )
  const added = [...extra.values()].flat()
  return {
    path: file.path,
    scope: [...lowering.scope.names.values()],
    body: [...body, ...added],
    imports,
    exports,
    globals: [...lowering.globals.values()],
  }
}

function importNames(lowering: Lowering, declaration: ts.ImportDeclaration, into: Import[]): void {
  const { importClause: clause, moduleSpecifier } = declaration
  if (!clause || clause.isTypeOnly || !ts.isStringLiteral(moduleSpecifier)) return
  const specifier = moduleSpecifier.text
  const add = (name: ts.Identifier, imported: string) =>
    into.push({ binding: lowering.declare(name.text, name), specifier, imported, span: lowering.span(name) })
  if (clause.name) add(clause.name, 'default')
  const { namedBindings } = clause
  if (!namedBindings) return
  if (ts.isNamespaceImport(namedBindings)) add(namedBindings.name, '*')
  else {
    for (const { name, propertyName, isTypeOnly } of namedBindings.elements) {
      if (!isTypeOnly) add(name, (propertyName ?? name).text)
    }
  }
}

/** Collects what a statement exports. A statement that is nothing but an export gets an entry in `extra`. */
function exportNames(
  lowering: Lowering,
  statement: ts.Statement,
  into: Export[],
  extra: Map<ts.Statement, Statement[]>,
): void {
  const local = (exported: string, binding: Binding, node: ts.Node) =>
    into.push({ kind: 'local', exported, binding, span: lowering.span(node) })
  if (ts.isExportDeclaration(statement)) {
    const { exportClause, moduleSpecifier, isTypeOnly } = statement
    if (isTypeOnly) return
    const specifier =
      moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : undefined
    if (!exportClause) {
      if (specifier !== undefined)
        into.push({ kind: 'from', exported: '*', imported: '*', specifier, span: lowering.span(statement) })
    } else if (ts.isNamespaceExport(exportClause)) {
      into.push({
        kind: 'from',
        exported: exportClause.name.text,
        imported: '*',
        specifier: specifier ?? '',
        span: lowering.span(statement),
      })
    } else {
      for (const { name, propertyName } of exportClause.elements) {
        const imported = (propertyName ?? name).text
        if (specifier === undefined) local(name.text, lowering.resolve(imported, name), name)
        else into.push({ kind: 'from', exported: name.text, imported, specifier, span: lowering.span(name) })
      }
    }
    return
  }
  if (ts.isExportAssignment(statement)) {
    const binding = lowering.declare('default', statement)
    const span = lowering.span(statement)
    const value = lowerExpression(lowering, statement.expression)
    extra.set(statement, [{ kind: 'declare', target: { kind: 'variable', binding, span }, value, span }])
    local('default', binding, statement)
    return
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return
  const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  if (ts.isVariableStatement(statement)) {
    for (const { name } of statement.declarationList.declarations) {
      for (const identifier of identifiersOf(name))
        local(identifier.text, lowering.resolve(identifier.text, identifier), identifier)
    }
  } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    if (statement.name) {
      local(
        isDefault ? 'default' : statement.name.text,
        lowering.resolve(statement.name.text, statement.name),
        statement,
      )
    } else {
      const binding = lowering.declare('default', statement)
      extra.set(statement, [...declareStatement(lowering, statement, binding)])
      local('default', binding, statement)
    }
  } else if (
    (ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement)) &&
    ts.isIdentifier(statement.name)
  ) {
    local(statement.name.text, lowering.resolve(statement.name.text, statement), statement)
  }
}

function identifiersOf(name: ts.BindingName): readonly ts.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap(element => (ts.isBindingElement(element) ? identifiersOf(element.name) : []))
}
