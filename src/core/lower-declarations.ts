import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerStatement, lowerStatements, unsupported } from './lower-statements.js'
import {
  declareBlockNames,
  declareFunctionNames,
  hasModifier,
  identifiersOf,
  isAmbient,
  type Lowering,
} from './names.js'
import type { Binding, Expression, Statement, Target } from './program.js'

/**
 * An enum is an object from names to values, and back for members that are not texts. Members are variables of a
 * block first, because later members may refer to earlier ones by name.
 */
export function lowerEnum(lowering: Lowering, node: ts.EnumDeclaration): readonly Statement[] {
  const span = lowering.span(node)
  const place = objectPlace(lowering, node.name)
  const { result, scope } = lowering.inScope(() => {
    const body: Statement[] = []
    let previous: Binding | undefined
    let next: number | undefined = 0
    for (const member of node.members) {
      const name = ts.isComputedPropertyName(member.name) ? undefined : member.name.text
      if (name === undefined) return [unsupported(lowering, node, 'an enum with a computed name')]
      const memberSpan = lowering.span(member)
      const value = memberValue(lowering, member, next, previous)
      const binding = lowering.declare(name, member.name)
      const target: Target = { kind: 'variable', binding, span: lowering.span(member.name) }
      body.push({ kind: 'declare', target, value, span: memberSpan })
      const key: Expression = { kind: 'literal', value: name, span: lowering.span(member.name) }
      const variable: Expression = { kind: 'variable', binding, span: value.span }
      body.push(place.assign(key, variable))
      if (!isText(member.initializer)) body.push(place.assign(variable, key))
      next = value.kind === 'literal' && typeof value.value === 'number' ? value.value + 1 : undefined
      previous = binding
    }
    return body
  })
  return [...place.create, { kind: 'block', scope, body: result, span }]
}

function memberValue(
  lowering: Lowering,
  member: ts.EnumMember,
  next: number | undefined,
  previous: Binding | undefined,
): Expression {
  if (member.initializer) return lowerExpression(lowering, member.initializer)
  const span = lowering.span(member)
  if (next !== undefined || !previous) return { kind: 'literal', value: next ?? 0, span }
  const before: Expression = { kind: 'variable', binding: previous, span }
  const operands: readonly Expression[] = [before, { kind: 'literal', value: 1, span }]
  return { kind: 'operator', operator: '+', operands, span }
}

function isText(initializer: ts.Expression | undefined): boolean {
  return (
    initializer !== undefined && (ts.isStringLiteralLike(initializer) || ts.isTemplateExpression(initializer))
  )
}

/** A namespace is an object whose fields are set where the block that it is declares what it exports. */
export function lowerNamespace(lowering: Lowering, node: ts.ModuleDeclaration): readonly Statement[] {
  const { body, name } = node
  if (!body || !ts.isIdentifier(name)) return []
  const place = objectPlace(lowering, name)
  const { result, scope } = lowering.inScope((): readonly Statement[] => {
    if (ts.isModuleDeclaration(body)) {
      declareBlockNames(lowering, [body])
      return [...lowerStatement(lowering, body), ...exported(lowering, place, body, true)]
    }
    if (!ts.isModuleBlock(body)) return []
    const { statements } = body
    declareBlockNames(lowering, statements)
    declareFunctionNames(lowering, body)
    const functions = statements.filter(ts.isFunctionDeclaration)
    const rest = statements.filter(statement => !ts.isFunctionDeclaration(statement))
    return [
      ...lowerStatements(lowering, functions),
      ...functions.flatMap(statement => exported(lowering, place, statement)),
      ...rest.flatMap(statement => [
        ...lowerStatement(lowering, statement),
        ...exported(lowering, place, statement),
      ]),
    ]
  })
  return [...place.create, { kind: 'block', scope, body: result, span: lowering.span(node) }]
}

/** Sets the fields for what a statement of a namespace exports. */
function exported(
  lowering: Lowering,
  place: ObjectPlace,
  node: ts.Statement,
  always = hasModifier(node, ts.SyntaxKind.ExportKeyword),
): readonly Statement[] {
  if (!always || isAmbient(node)) return []
  const set = (name: ts.Identifier, changes = false): Statement => {
    const span = lowering.span(name)
    const value: Expression = changes
      ? { kind: 'unsupported', what: 'a variable of a namespace', span }
      : { kind: 'variable', binding: lowering.resolve(name.text, name), span }
    return place.assign({ kind: 'literal', value: name.text, span }, value)
  }
  if (ts.isVariableStatement(node)) {
    const { declarations, flags } = node.declarationList
    const changes = !(flags & ts.NodeFlags.Const)
    return declarations.flatMap(({ name }) => identifiersOf(name).map(inner => set(inner, changes)))
  }
  const isNamed =
    (ts.isFunctionDeclaration(node) && node.body !== undefined) ||
    ts.isClassDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node)
  return isNamed && node.name && ts.isIdentifier(node.name) ? [set(node.name)] : []
}

interface ObjectPlace {
  /** Declares the object, unless an earlier declaration of the same name has. */
  readonly create: readonly Statement[]
  readonly assign: (key: Expression, value: Expression) => Statement
}

function objectPlace(lowering: Lowering, name: ts.Identifier): ObjectPlace {
  const span = lowering.span(name)
  const binding = lowering.resolve(name.text, name)
  const target: Target = { kind: 'variable', binding, span }
  const empty: Expression = { kind: 'object', entries: [], span }
  const isFirst = binding.span.start === span.start
  return {
    create: isFirst ? [{ kind: 'declare', target, value: empty, span }] : [],
    assign: (key, value) => {
      const object: Expression = { kind: 'variable', binding, span }
      const member: Target = { kind: 'member', object, key, span: value.span }
      const expression: Expression = { kind: 'assign', target: member, value, span: value.span }
      return { kind: 'expression', expression, span: value.span }
    },
  }
}
