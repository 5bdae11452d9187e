import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerAssignmentTarget, lowerBindingName } from './lower-patterns.js'
import { lowerBlock, lowerDeclarations, lowerStatement, unsupported } from './lower-statements.js'
import { declareList, type Lowering } from './names.js'
import type { Statement, Target } from './program.js'

export function lowerWhile(
  lowering: Lowering,
  node: ts.WhileStatement | ts.DoStatement,
  label: string | undefined,
): Statement {
  return {
    kind: 'loop',
    ...(label !== undefined && { label }),
    scope: [],
    initial: [],
    condition: lowerExpression(lowering, node.expression),
    testLast: ts.isDoStatement(node),
    body: lowerBlock(lowering, node.statement),
    span: lowering.span(node),
  }
}

export function lowerFor(lowering: Lowering, node: ts.ForStatement, label: string | undefined): Statement {
  const { result, scope } = lowering.inScope(() => {
    const initial = lowerInitial(lowering, node.initializer)
    const condition = node.condition && lowerExpression(lowering, node.condition)
    const update = node.incrementor && lowerExpression(lowering, node.incrementor)
    const body = lowerBlock(lowering, node.statement)
    return { initial, ...(condition && { condition }), ...(update && { update }), body }
  })
  const span = lowering.span(node)
  return { kind: 'loop', ...(label !== undefined && { label }), scope, testLast: false, ...result, span }
}

function lowerInitial(lowering: Lowering, start: ts.ForInitializer | undefined): readonly Statement[] {
  if (!start) return []
  if (ts.isVariableDeclarationList(start)) {
    if (start.flags & ts.NodeFlags.BlockScoped) declareList(lowering, start)
    return lowerDeclarations(lowering, start)
  }
  const expression = lowerExpression(lowering, start)
  return [{ kind: 'expression', expression, span: expression.span }]
}

export function lowerForEach(
  lowering: Lowering,
  node: ts.ForOfStatement | ts.ForInStatement,
  label: string | undefined,
): Statement {
  const collection = lowerExpression(lowering, node.expression)
  const { result, scope } = lowering.inScope(() => {
    const target = lowerLoopVariable(lowering, node.initializer)
    return { target, body: lowerBlock(lowering, node.statement) }
  })
  return {
    kind: 'foreach',
    ...(label !== undefined && { label }),
    over: ts.isForOfStatement(node) ? 'values' : 'keys',
    scope,
    collection,
    ...result,
    span: lowering.span(node),
  }
}

function lowerLoopVariable(lowering: Lowering, start: ts.ForInitializer): Target {
  if (!ts.isVariableDeclarationList(start)) return lowerAssignmentTarget(lowering, start)
  if (start.flags & ts.NodeFlags.BlockScoped) declareList(lowering, start)
  const [declaration] = start.declarations
  if (declaration) return lowerBindingName(lowering, declaration.name)
  const span = lowering.span(start)
  return { kind: 'variable', binding: lowering.temporary(start), span }
}

/** A label belongs to a loop or a switch. Before another statement it only gives `break` a place to go. */
export function lowerLabeled(lowering: Lowering, node: ts.LabeledStatement): readonly Statement[] {
  const names = [node.label.text]
  let inner = node.statement
  for (; ts.isLabeledStatement(inner); inner = inner.statement) names.push(inner.label.text)
  const label = names.at(-1) ?? ''
  for (const name of names) lowering.labels.set(name, label)
  if (ts.isIterationStatement(inner, false) || ts.isSwitchStatement(inner))
    return lowerStatement(lowering, inner, label)
  if (hasOwnJump(inner)) return [unsupported(lowering, node, 'a label before this statement')]
  const span = lowering.span(node)
  const condition = { kind: 'literal', value: false, span } as const
  const body = lowerBlock(lowering, inner)
  return [{ kind: 'loop', label, scope: [], initial: [], condition, testLast: true, body, span }]
}

/** Whether a `break` or `continue` without a label leads out of a statement. */
function hasOwnJump(root: ts.Statement): boolean {
  const visit = (node: ts.Node, canBreak: boolean): boolean => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isExpression(node)) return false
    if (ts.isBreakStatement(node)) return !node.label && !canBreak
    if (ts.isContinueStatement(node)) return !node.label
    if (ts.isIterationStatement(node, false)) return false
    const inside = canBreak || ts.isSwitchStatement(node)
    return ts.forEachChild(node, child => visit(child, inside) || undefined) ?? false
  }
  return visit(root, false)
}
