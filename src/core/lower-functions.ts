import { ts } from 'ts-morph'
import { lowerExpression, lowerKey } from './lower-expressions.js'
import { lowerBindingElement, lowerBindingName } from './lower-patterns.js'
import { lowerStatements } from './lower-statements.js'
import { declareBlockNames, declareFunctionNames, declarePattern, type Lowering } from './names.js'
import type { ClassCode, ClassMember, FunctionCode, Statement } from './program.js'

type FunctionNode =
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration

/** A function with its parameters and body; `name` overrides what the place suggests. */
export function lowerFunction(lowering: Lowering, node: FunctionNode, name = nameOf(node)): FunctionCode {
  const arrow = ts.isArrowFunction(node)
  const { result, scope, names } = lowering.inScope(() => {
    if (ts.isFunctionExpression(node) && node.name) lowering.declare(node.name.text, node.name)
    const parameters = node.parameters.filter(parameter => !isThisParameter(parameter))
    for (const parameter of parameters) declarePattern(lowering, parameter.name)
    const rest = parameters.find(({ dotDotDotToken }) => dotDotDotToken)
    const lowered = {
      parameters: parameters
        .filter(parameter => parameter !== rest)
        .map(parameter => lowerBindingElement(lowering, parameter)),
      rest: rest && lowerBindingName(lowering, rest.name),
    }
    return { ...lowered, body: [...parameterProperties(lowering, node), ...lowerBody(lowering, node.body)] }
  }, !arrow)
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined
  return {
    name,
    parameters: result.parameters,
    ...(result.rest && { rest: result.rest }),
    scope,
    body: result.body,
    async: modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false,
    generator: 'asteriskToken' in node && node.asteriskToken !== undefined,
    arrow,
    ...(names.arguments && { argumentsBinding: names.arguments }),
    span: lowering.span(node),
  }
}

function lowerBody(lowering: Lowering, body: ts.ConciseBody | undefined): readonly Statement[] {
  if (!body) return []
  if (!ts.isBlock(body)) {
    const value = lowerExpression(lowering, body)
    return [{ kind: 'return', value, span: value.span }]
  }
  declareFunctionNames(lowering, body)
  declareBlockNames(lowering, body.statements)
  return lowerStatements(lowering, body.statements)
}

function isThisParameter({ name }: ts.ParameterDeclaration): boolean {
  return ts.isIdentifier(name) && name.text === 'this'
}

/** `constructor(private units: number)` assigns the field. */
function parameterProperties(lowering: Lowering, node: FunctionNode): readonly Statement[] {
  if (!ts.isConstructorDeclaration(node)) return []
  return node.parameters.flatMap((parameter): Statement[] => {
    if (!ts.isParameterPropertyDeclaration(parameter, node) || !ts.isIdentifier(parameter.name)) return []
    const span = lowering.span(parameter)
    const key = { kind: 'literal', value: parameter.name.text, span } as const
    const value = {
      kind: 'variable',
      binding: lowering.resolve(parameter.name.text, parameter),
      span,
    } as const
    const target = { kind: 'member', object: { kind: 'this', span }, key, span } as const
    return [{ kind: 'expression', expression: { kind: 'assign', target, value, span }, span }]
  })
}

/** The declared name, or the one of the variable or property that the function is assigned to. */
function nameOf(node: FunctionNode | ts.ClassLikeDeclaration): string {
  if (ts.isConstructorDeclaration(node)) return 'constructor'
  if (node.name)
    return ts.isIdentifier(node.name) || ts.isStringLiteral(node.name) || ts.isPrivateIdentifier(node.name)
      ? node.name.text
      : ''
  const { parent } = node as { parent?: ts.Node }
  if (
    parent &&
    (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) &&
    ts.isIdentifier(parent.name)
  )
    return parent.name.text
  return ''
}

export function lowerClass(
  lowering: Lowering,
  node: ts.ClassLikeDeclaration,
  name = nameOf(node),
): ClassCode {
  const parent = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
  const { result } = lowering.inScope(() => {
    const binding = node.name && lowering.declare(node.name.text, node.name)
    const constructor_ = node.members.find(
      (member): member is ts.ConstructorDeclaration =>
        ts.isConstructorDeclaration(member) && member.body !== undefined,
    )
    return {
      ...(binding && { binding }),
      ...(constructor_ && { constructor_: lowerFunction(lowering, constructor_) }),
      members: node.members.flatMap(member => lowerMember(lowering, member)),
    }
  })
  return {
    name,
    ...(parent && { parent: lowerExpression(lowering, parent.expression) }),
    ...result,
    span: lowering.span(node),
  }
}

function lowerMember(lowering: Lowering, member: ts.ClassElement): readonly ClassMember[] {
  const span = lowering.span(member)
  const modifiers = ts.canHaveModifiers(member) ? ts.getModifiers(member) : undefined
  const has = (kind: ts.SyntaxKind) => modifiers?.some(modifier => modifier.kind === kind) ?? false
  const common = { static: has(ts.SyntaxKind.StaticKeyword), span }
  if (ts.isClassStaticBlockDeclaration(member)) {
    const { result, scope } = lowering.inScope(() => lowerBody(lowering, member.body))
    const code = initializer(result, scope, span)
    return [
      {
        kind: 'initializer',
        ...common,
        static: true,
        key: { kind: 'literal', value: '', span },
        function: code,
      },
    ]
  }
  if (ts.isPropertyDeclaration(member)) {
    if (has(ts.SyntaxKind.DeclareKeyword) || has(ts.SyntaxKind.AbstractKeyword)) return []
    const { result, scope } = lowering.inScope((): readonly Statement[] => {
      const value = member.initializer
        ? lowerExpression(lowering, member.initializer)
        : ({ kind: 'literal', value: undefined, span } as const)
      return [{ kind: 'return', value, span: value.span }]
    })
    return [
      {
        kind: 'field',
        ...common,
        key: lowerKey(lowering, member.name),
        function: initializer(result, scope, span),
      },
    ]
  }
  if (ts.isMethodDeclaration(member) || ts.isAccessor(member)) {
    if (!member.body) return []
    const kind = ts.isMethodDeclaration(member) ? 'method' : ts.isGetAccessor(member) ? 'getter' : 'setter'
    return [
      { kind, ...common, key: lowerKey(lowering, member.name), function: lowerFunction(lowering, member) },
    ]
  }
  return []
}

function initializer(
  body: readonly Statement[],
  scope: FunctionCode['scope'],
  span: FunctionCode['span'],
): FunctionCode {
  return { name: '', parameters: [], scope, body, async: false, generator: false, arrow: false, span }
}
