import { ts } from 'ts-morph'
import { lowerClass } from './lower-classes.js'
import { lowerEnum, lowerNamespace } from './lower-declarations.js'
import { lowerExpression } from './lower-expressions.js'
import { lowerFunction } from './lower-functions.js'
import { lowerFor, lowerForEach, lowerLabeled, lowerWhile } from './lower-loops.js'
import { lowerExportAssignment, lowerImportEquals } from './lower-modules.js'
import { lowerBindingName } from './lower-patterns.js'
import { declareBlockNames, declarePattern, isAmbient, type Lowering } from './names.js'
import type { Expression, Statement, Target } from './program.js'

/** Statements of one scope, whose names are declared already. Functions come first, as they are hoisted. */
export function lowerStatements(
  lowering: Lowering,
  statements: readonly ts.Statement[],
): readonly Statement[] {
  const functions = statements.filter(ts.isFunctionDeclaration)
  const rest = statements.filter(statement => !ts.isFunctionDeclaration(statement))
  return [...functions, ...rest].flatMap(statement => lowerStatement(lowering, statement))
}

/** A statement that stands where a block can: a branch, the body of a loop. */
export function lowerBlock(lowering: Lowering, node: ts.Statement | undefined): readonly Statement[] {
  if (!node) return []
  const statements = ts.isBlock(node) ? node.statements : [node]
  const { result, scope } = lowering.inScope(() => {
    declareBlockNames(lowering, statements)
    return lowerStatements(lowering, statements)
  })
  return [{ kind: 'block', scope, body: result, span: lowering.span(node) }]
}

export function lowerStatement(lowering: Lowering, node: ts.Statement, label?: string): readonly Statement[] {
  return lowering.deeper(
    () => lowering.documenting(node, () => lowerNode(lowering, node, label)),
    () => [unsupported(lowering, node, 'code that is nested this deep')],
  )
}

/** Stands for a statement that the core language cannot express. */
export function unsupported(lowering: Lowering, node: ts.Node, what: string): Statement {
  const span = lowering.span(node)
  return { kind: 'expression', expression: { kind: 'unsupported', what, span }, span }
}

function lowerNode(lowering: Lowering, node: ts.Statement, label: string | undefined): readonly Statement[] {
  const span = lowering.span(node)
  if (isAmbient(node) || isErased(node)) return []
  if (ts.isExpressionStatement(node))
    return [{ kind: 'expression', expression: lowerExpression(lowering, node.expression), span }]
  if (ts.isVariableStatement(node)) return lowerDeclarations(lowering, node.declarationList)
  if (ts.isReturnStatement(node)) {
    const value = node.expression && lowerExpression(lowering, node.expression)
    return [{ kind: 'return', ...(value && { value }), span }]
  }
  if (ts.isIfStatement(node)) return [lowerIf(lowering, node)]
  if (ts.isBlock(node)) return lowerBlock(lowering, node)
  if (ts.isFunctionDeclaration(node)) return lowerFunctionDeclaration(lowering, node)
  if (ts.isClassDeclaration(node)) {
    const name = node.name?.text ?? 'default'
    const value: Expression = { kind: 'class', class: lowerClass(lowering, node, name), span }
    return [{ kind: 'declare', target: ownName(lowering, node, name), value, span }]
  }
  if (ts.isForStatement(node)) return [lowerFor(lowering, node, label)]
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) return [lowerWhile(lowering, node, label)]
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [lowerForEach(lowering, node, label)]
  if (ts.isSwitchStatement(node)) return [lowerSwitch(lowering, node, label)]
  if (ts.isBreakStatement(node) || ts.isContinueStatement(node)) {
    const written = node.label?.text
    const target = written === undefined ? undefined : (lowering.labels.get(written) ?? written)
    const kind = ts.isBreakStatement(node) ? 'break' : 'continue'
    return [{ kind, ...(target !== undefined && { label: target }), span }]
  }
  if (ts.isThrowStatement(node))
    return [{ kind: 'throw', value: lowerExpression(lowering, node.expression), span }]
  if (ts.isTryStatement(node)) return [lowerTry(lowering, node)]
  if (ts.isLabeledStatement(node)) return lowerLabeled(lowering, node)
  if (ts.isEnumDeclaration(node)) return lowerEnum(lowering, node)
  if (ts.isModuleDeclaration(node)) return lowerNamespace(lowering, node)
  if (ts.isExportAssignment(node)) return [lowerExportAssignment(lowering, node)]
  if (ts.isImportEqualsDeclaration(node)) return [lowerImportEquals(lowering, node)]
  const what = ts.isWithStatement(node) ? 'a `with` statement' : `a ${ts.SyntaxKind[node.kind]}`
  return [unsupported(lowering, node, what)]
}

/** Types, and what the module's imports and exports say already. */
function isErased(node: ts.Statement): boolean {
  return (
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEmptyStatement(node) ||
    ts.isDebuggerStatement(node) ||
    ts.isImportDeclaration(node) ||
    ts.isExportDeclaration(node) ||
    ts.isNamespaceExportDeclaration(node)
  )
}

/** The variable that a function or class declaration fills; `export default` may leave out the name. */
function ownName(
  lowering: Lowering,
  node: ts.FunctionDeclaration | ts.ClassDeclaration,
  name: string,
): Target {
  const place = node.name ?? node
  return { kind: 'variable', binding: lowering.resolve(name, place), span: lowering.span(place) }
}

function lowerFunctionDeclaration(lowering: Lowering, node: ts.FunctionDeclaration): readonly Statement[] {
  // An overload signature.
  if (!node.body) return []
  const span = lowering.span(node)
  const name = node.name?.text ?? 'default'
  const value: Expression = { kind: 'function', function: lowerFunction(lowering, node, name), span }
  return [{ kind: 'declare', target: ownName(lowering, node, name), value, span }]
}

export function lowerDeclarations(
  lowering: Lowering,
  list: ts.VariableDeclarationList,
): readonly Statement[] {
  const isVar = !(list.flags & ts.NodeFlags.BlockScoped)
  return list.declarations.flatMap((declaration): Statement[] => {
    // `var x;` leaves a value that is there already.
    if (isVar && !declaration.initializer) return []
    const target = lowerBindingName(lowering, declaration.name)
    const name = target.kind === 'variable' ? target.binding.name : ''
    const value = declaration.initializer && lowerExpression(lowering, declaration.initializer, name)
    return [{ kind: 'declare', target, ...(value && { value }), span: lowering.span(declaration) }]
  })
}

function lowerIf(lowering: Lowering, node: ts.IfStatement): Statement {
  const condition = lowerExpression(lowering, node.expression)
  const consequent = lowerBlock(lowering, node.thenStatement)
  const { elseStatement } = node
  const otherwise =
    elseStatement && ts.isIfStatement(elseStatement)
      ? lowerStatement(lowering, elseStatement)
      : lowerBlock(lowering, elseStatement)
  return { kind: 'if', condition, consequent, otherwise, span: lowering.span(node) }
}

function lowerSwitch(lowering: Lowering, node: ts.SwitchStatement, label: string | undefined): Statement {
  const subject = lowerExpression(lowering, node.expression)
  const { clauses } = node.caseBlock
  const { result: cases, scope } = lowering.inScope(() => {
    for (const { statements } of clauses) declareBlockNames(lowering, statements)
    return clauses.map(clause => ({
      ...(ts.isCaseClause(clause) && { test: lowerExpression(lowering, clause.expression) }),
      body: lowerStatements(lowering, clause.statements),
    }))
  })
  const span = lowering.span(node)
  return { kind: 'switch', ...(label !== undefined && { label }), subject, scope, cases, span }
}

function lowerTry(lowering: Lowering, node: ts.TryStatement): Statement {
  const body = lowerBlock(lowering, node.tryBlock)
  const { catchClause } = node
  const handler =
    catchClause &&
    lowering.inScope(() => {
      const name = catchClause.variableDeclaration?.name
      if (name) declarePattern(lowering, name)
      return {
        ...(name && { parameter: lowerBindingName(lowering, name) }),
        body: lowerBlock(lowering, catchClause.block),
      }
    })
  return {
    kind: 'try',
    body,
    ...(handler && { handler: { scope: handler.scope, ...handler.result } }),
    finalizer: lowerBlock(lowering, node.finallyBlock),
    span: lowering.span(node),
  }
}
