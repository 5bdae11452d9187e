import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { declareBody, lowerBody, lowerFunction } from './lower-functions.js'
import { keyName, lowerKey } from './lower-properties.js'
import { lowerStatements } from './lower-statements.js'
import { hasModifier, isAmbient, type Lowering } from './names.js'
import type { ClassCode, ClassMember, Expression, FunctionCode, Statement } from './program.js'

const { SyntaxKind } = ts

export function lowerClass(lowering: Lowering, node: ts.ClassLikeDeclaration, name: string): ClassCode {
  const parent = node.heritageClauses?.find(({ token }) => token === SyntaxKind.ExtendsKeyword)?.types[0]
  const written = node.members.find(member => ts.isConstructorDeclaration(member) && member.body)
  const constructorNode = written && ts.isConstructorDeclaration(written) ? written : undefined
  const { result } = lowering.inScope(() => {
    const binding = node.name && lowering.declare(node.name.text, node.name, 'constant')
    const inner = lowering.withPrivateNames(privateKeys(node, name, parent !== undefined), () =>
      lowerMembers(lowering, node, constructorNode, parent !== undefined),
    )
    return { ...(binding && { binding }), ...inner }
  })
  return {
    name: node.name?.text ?? name,
    ...(parent && { parent: lowerExpression(lowering, parent.expression) }),
    ...result,
    span: lowering.span(node),
  }
}

/**
 * A private name belongs to one class, and a class and its parent may both have one of the same spelling. Those of
 * a class with a parent therefore carry the name of the class.
 */
function privateKeys(
  node: ts.ClassLikeDeclaration,
  name: string,
  hasParent: boolean,
): ReadonlyMap<string, string> {
  const names = node.members.flatMap(member =>
    member.name && ts.isPrivateIdentifier(member.name) ? [member.name.text] : [],
  )
  const owner = node.name?.text ?? name
  return new Map(names.map(text => [text, hasParent ? `${text} of ${owner}` : text]))
}

function lowerMembers(
  lowering: Lowering,
  node: ts.ClassLikeDeclaration,
  constructorNode: ts.ConstructorDeclaration | undefined,
  hasParent: boolean,
): Pick<ClassCode, 'constructor_' | 'members'> {
  const hasProperties = constructorNode?.parameters.some(isParameterProperty) ?? false
  const members = node.members.flatMap(member =>
    lowering.documenting(member, () => lowerMember(lowering, member, hasParent)),
  )
  if (!constructorNode) return { members }
  if (!hasProperties)
    return { constructor_: lowerFunction(lowering, constructorNode, 'constructor'), members }
  // Fields may read parameter properties, which are assigned first; so the constructor assigns both, as TypeScript does.
  const fields = members.filter(member => member.kind === 'field' && !member.static)
  const assignments = fields.flatMap(fieldAssignment)
  const constructor_ = lowerFunction(lowering, constructorNode, 'constructor', () =>
    constructorBody(lowering, constructorNode, assignments),
  )
  return { constructor_, members: members.filter(member => !fields.includes(member)) }
}

function isParameterProperty(parameter: ts.ParameterDeclaration): boolean {
  return [
    SyntaxKind.PublicKeyword,
    SyntaxKind.PrivateKeyword,
    SyntaxKind.ProtectedKeyword,
    SyntaxKind.ReadonlyKeyword,
    SyntaxKind.OverrideKeyword,
  ].some(kind => hasModifier(parameter, kind))
}

/** The body of a constructor with `constructor(private units: number)` and fields, assigned after `super(…)`. */
function constructorBody(
  lowering: Lowering,
  node: ts.ConstructorDeclaration,
  fields: readonly Statement[],
): readonly Statement[] {
  const { body } = node
  if (!body) return []
  declareBody(lowering, body)
  const properties = node.parameters.filter(isParameterProperty).flatMap(({ name }): Statement[] => {
    if (!ts.isIdentifier(name)) return []
    const span = lowering.span(name)
    const value: Expression = { kind: 'variable', binding: lowering.resolve(name.text, name), span }
    return [assignToThis({ kind: 'literal', value: name.text, span }, value)]
  })
  const after = body.statements.findIndex(isSuperCall) + 1
  return [
    ...lowerStatements(lowering, body.statements.slice(0, after)),
    ...properties,
    ...fields,
    ...lowerStatements(lowering, body.statements.slice(after)),
  ]
}

function isSuperCall(node: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(node) &&
    ts.isCallExpression(node.expression) &&
    node.expression.expression.kind === SyntaxKind.SuperKeyword
  )
}

function fieldAssignment({ key, function: { body } }: ClassMember): readonly Statement[] {
  const [statement] = body
  return statement?.kind === 'return' && statement.value ? [assignToThis(key, statement.value)] : []
}

function assignToThis(key: Expression, value: Expression): Statement {
  const { span } = value
  const target = { kind: 'member', object: { kind: 'this', span }, key, span } as const
  return { kind: 'expression', expression: { kind: 'assign', target, value, span }, span }
}

function lowerMember(
  lowering: Lowering,
  member: ts.ClassElement,
  hasParent: boolean,
): readonly ClassMember[] {
  const span = lowering.span(member)
  const isStatic = hasModifier(member, SyntaxKind.StaticKeyword)
  if (ts.isClassStaticBlockDeclaration(member)) {
    const { result, scope } = lowering.inScope(() => lowerBody(lowering, member.body))
    const key: Expression = { kind: 'literal', value: '', span }
    return [{ kind: 'initializer', static: true, key, function: initializer(result, scope, span), span }]
  }
  if (ts.isPropertyDeclaration(member)) {
    if (isAmbient(member) || hasModifier(member, SyntaxKind.AbstractKeyword)) return []
    if (!member.initializer && hasParent && !isStatic && isOnlyTyped(member)) return []
    const key = lowerKey(lowering, member.name)
    const { result, scope } = lowering.inScope((): readonly Statement[] => {
      const value: Expression = member.initializer
        ? lowerExpression(lowering, member.initializer, keyName(member.name))
        : { kind: 'literal', value: undefined, span }
      return [{ kind: 'return', value, span: value.span }]
    })
    return [{ kind: 'field', static: isStatic, key, function: initializer(result, scope, span), span }]
  }
  if (!ts.isMethodDeclaration(member) && !ts.isAccessor(member)) return []
  // Abstract members and overload signatures have no body.
  if (!member.body) return []
  const kind = ts.isMethodDeclaration(member) ? 'method' : ts.isGetAccessor(member) ? 'getter' : 'setter'
  const code = lowerFunction(lowering, member, keyName(member.name))
  return [{ kind, static: isStatic, key: lowerKey(lowering, member.name), function: code, span }]
}

/** `units: number` without a value: whether it resets what the parent has set depends on compiler options; in code that compiles under all of them it does not. */
function isOnlyTyped({ type, exclamationToken }: ts.PropertyDeclaration): boolean {
  return type !== undefined || exclamationToken !== undefined
}

function initializer(
  body: readonly Statement[],
  scope: FunctionCode['scope'],
  span: FunctionCode['span'],
): FunctionCode {
  return { name: '', parameters: [], scope, body, async: false, generator: false, arrow: false, span }
}
