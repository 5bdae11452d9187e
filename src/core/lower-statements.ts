import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerClass, lowerFunction } from './lower-functions.js'
import { lowerAssignmentTarget, lowerBindingName } from './lower-patterns.js'
import { declareBlockNames, declareList, type Lowering } from './names.js'
import type { Binding, Entry, Expression, Statement, Target } from './program.js'

/** Statements of one scope, whose names are declared already. Functions come first, as they are hoisted. */
export function lowerStatements(
  lowering: Lowering,
  statements: readonly ts.Statement[],
): readonly Statement[] {
  const functions = statements.filter(statement => ts.isFunctionDeclaration(statement))
  const rest = statements.filter(statement => !ts.isFunctionDeclaration(statement))
  return [...functions, ...rest].flatMap(statement => lowerStatement(lowering, statement))
}

/** A function or class declaration as a declaration of a variable. */
export function declareStatement(
  lowering: Lowering,
  node: ts.FunctionDeclaration | ts.ClassDeclaration,
  binding: Binding,
): readonly Statement[] {
  const span = lowering.span(node)
  const target: Target = { kind: 'variable', binding, span }
  if (ts.isFunctionDeclaration(node)) {
    if (!node.body) return []
    return [
      {
        kind: 'declare',
        target,
        value: {
          kind: 'function',
          function: lowerFunction(lowering, node, node.name?.text ?? binding.name),
          span,
        },
        span,
      },
    ]
  }
  return [
    { kind: 'declare', target, value: { kind: 'class', class: lowerClass(lowering, node), span }, span },
  ]
}

function lowerBlock(lowering: Lowering, node: ts.Statement | undefined): readonly Statement[] {
  if (!node) return []
  return [blockOf(lowering, ts.isBlock(node) ? node.statements : [node], lowering.span(node))]
}

function blockOf(
  lowering: Lowering,
  statements: readonly ts.Statement[],
  span: Statement['span'],
): Statement {
  const { result, scope } = lowering.inScope(() => {
    declareBlockNames(lowering, statements)
    return lowerStatements(lowering, statements)
  })
  return { kind: 'block', scope, body: result, span }
}

function lowerStatement(lowering: Lowering, node: ts.Statement, label?: string): readonly Statement[] {
  const span = lowering.span(node)
  const labelled = label === undefined ? {} : { label }
  if (ts.isExpressionStatement(node))
    return [{ kind: 'expression', expression: lowerExpression(lowering, node.expression), span }]
  if (ts.isVariableStatement(node)) return lowerDeclarations(lowering, node.declarationList)
  if (ts.isReturnStatement(node)) {
    return [
      { kind: 'return', ...(node.expression && { value: lowerExpression(lowering, node.expression) }), span },
    ]
  }
  if (ts.isIfStatement(node)) {
    const condition = lowerExpression(lowering, node.expression)
    return [
      {
        kind: 'if',
        condition,
        consequent: lowerBlock(lowering, node.thenStatement),
        otherwise: lowerBlock(lowering, node.elseStatement),
        span,
      },
    ]
  }
  if (ts.isBlock(node)) return [blockOf(lowering, node.statements, span)]
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    return node.name ? declareStatement(lowering, node, lowering.resolve(node.name.text, node.name)) : []
  }
  if (ts.isForStatement(node)) return [lowerFor(lowering, node, label)]
  if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
    return [
      {
        kind: 'loop',
        ...labelled,
        scope: [],
        initial: [],
        condition: lowerExpression(lowering, node.expression),
        testLast: ts.isDoStatement(node),
        body: lowerBlock(lowering, node.statement),
        span,
      },
    ]
  }
  if (ts.isForOfStatement(node) || ts.isForInStatement(node)) return [lowerForEach(lowering, node, label)]
  if (ts.isSwitchStatement(node)) {
    const subject = lowerExpression(lowering, node.expression)
    const { result: cases, scope } = lowering.inScope(() => {
      const { clauses } = node.caseBlock
      declareBlockNames(
        lowering,
        clauses.flatMap(({ statements }) => [...statements]),
      )
      return clauses.map(clause => ({
        ...(ts.isCaseClause(clause) && { test: lowerExpression(lowering, clause.expression) }),
        body: lowerStatements(lowering, clause.statements),
      }))
    })
    return [{ kind: 'switch', ...labelled, subject, scope, cases, span }]
  }
  if (ts.isBreakStatement(node))
    return [{ kind: 'break', ...(node.label && { label: node.label.text }), span }]
  if (ts.isContinueStatement(node))
    return [{ kind: 'continue', ...(node.label && { label: node.label.text }), span }]
  if (ts.isThrowStatement(node))
    return [{ kind: 'throw', value: lowerExpression(lowering, node.expression), span }]
  if (ts.isTryStatement(node)) return [lowerTry(lowering, node)]
  if (ts.isLabeledStatement(node)) return lowerStatement(lowering, node.statement, node.label.text)
  if (ts.isEnumDeclaration(node)) return [lowerEnum(lowering, node)]
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    const callee: Expression = { kind: 'variable', binding: lowering.resolve('require', node), span }
    const argument = {
      kind: 'item',
      value: lowerExpression(lowering, node.moduleReference.expression),
    } as const
    const value: Expression = {
      kind: 'call',
      callee,
      arguments: [argument],
      optional: false,
      construct: false,
      span,
    }
    const target: Target = { kind: 'variable', binding: lowering.declare(node.name.text, node.name), span }
    return [{ kind: 'declare', target, value, span }]
  }
  if (
    ts.isModuleDeclaration(node) &&
    node.body &&
    ts.isModuleBlock(node.body) &&
    ts.isIdentifier(node.name)
  ) {
    const target: Target = { kind: 'variable', binding: lowering.resolve(node.name.text, node.name), span }
    return [{ kind: 'declare', target, value: { kind: 'unsupported', what: 'a namespace', span }, span }]
  }
  return []
}

function lowerDeclarations(lowering: Lowering, list: ts.VariableDeclarationList): readonly Statement[] {
  const isVar = !(list.flags & ts.NodeFlags.BlockScoped)
  return list.declarations.flatMap((declaration): Statement[] => {
    // `var x;` leaves a value that is there already.
    if (isVar && !declaration.initializer) return []
    const target = lowerBindingName(lowering, declaration.name)
    const value = declaration.initializer && lowerExpression(lowering, declaration.initializer)
    return [{ kind: 'declare', target, ...(value && { value }), span: lowering.span(declaration) }]
  })
}

function lowerFor(lowering: Lowering, node: ts.ForStatement, label?: string): Statement {
  const { result, scope } = lowering.inScope(() => {
    const { initializer: start } = node
    let initial: readonly Statement[] = []
    if (start && ts.isVariableDeclarationList(start)) {
      if (start.flags & ts.NodeFlags.BlockScoped) declareList(lowering, start)
      initial = lowerDeclarations(lowering, start)
    } else if (start) {
      const expression = lowerExpression(lowering, start)
      initial = [{ kind: 'expression', expression, span: expression.span }]
    }
    return {
      initial,
      ...(node.condition && { condition: lowerExpression(lowering, node.condition) }),
      ...(node.incrementor && { update: lowerExpression(lowering, node.incrementor) }),
      body: lowerBlock(lowering, node.statement),
    }
  })
  return {
    kind: 'loop',
    ...(label !== undefined && { label }),
    scope,
    testLast: false,
    ...result,
    span: lowering.span(node),
  }
}

function lowerForEach(
  lowering: Lowering,
  node: ts.ForOfStatement | ts.ForInStatement,
  label?: string,
): Statement {
  const collection = lowerExpression(lowering, node.expression)
  const { result, scope } = lowering.inScope(() => {
    const { initializer: start } = node
    if (ts.isVariableDeclarationList(start) && start.flags & ts.NodeFlags.BlockScoped)
      declareList(lowering, start)
    const target = ts.isVariableDeclarationList(start)
      ? lowerBindingName(lowering, start.declarations[0]!.name)
      : lowerAssignmentTarget(lowering, start)
    return { target, body: lowerBlock(lowering, node.statement) }
  })
  const over = ts.isForOfStatement(node) ? 'values' : 'keys'
  return {
    kind: 'foreach',
    ...(label !== undefined && { label }),
    over,
    scope,
    collection,
    ...result,
    span: lowering.span(node),
  }
}

function lowerTry(lowering: Lowering, node: ts.TryStatement): Statement {
  const { catchClause } = node
  const handler =
    catchClause &&
    lowering.inScope(() => {
      const declaration = catchClause.variableDeclaration
      if (declaration)
        declareList(lowering, { declarations: [declaration] } as unknown as ts.VariableDeclarationList)
      return {
        ...(declaration && { parameter: lowerBindingName(lowering, declaration.name) }),
        body: lowerBlock(lowering, catchClause.block),
      }
    })
  return {
    kind: 'try',
    body: lowerBlock(lowering, node.tryBlock),
    ...(handler && { handler: { scope: handler.scope, ...handler.result } }),
    finalizer: lowerBlock(lowering, node.finallyBlock),
    span: lowering.span(node),
  }
}

/** An enum is an object from names to values; numeric members count up. */
function lowerEnum(lowering: Lowering, node: ts.EnumDeclaration): Statement {
  let next = 0
  const span = lowering.span(node)
  const entries = node.members.map((member): Entry => {
    const place = lowering.span(member)
    const value: Expression = member.initializer
      ? lowerExpression(lowering, member.initializer)
      : { kind: 'literal', value: next, span: place }
    if (value.kind === 'literal' && typeof value.value === 'number') next = value.value + 1
    const key: Expression = { kind: 'literal', value: (member.name as ts.Identifier).text, span: place }
    return { kind: 'property', key, value, span: place }
  })
  const target: Target = { kind: 'variable', binding: lowering.resolve(node.name.text, node.name), span }
  return { kind: 'declare', target, value: { kind: 'object', entries, span }, span }
}
