import { ts } from 'ts-morph'
import { lowerExpression } from './lower-expressions.js'
import { lowerBindingElement, lowerBindingName } from './lower-patterns.js'
import { lowerStatements } from './lower-statements.js'
import {
  declareBlockNames,
  declareFunctionNames,
  declarePattern,
  hasModifier,
  type Lowering,
} from './names.js'
import type { FunctionCode, PatternElement, Statement } from './program.js'
import { Remarks } from './remarks.js'

export type FunctionNode =
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration

/** A function with its parameters and body; `body` says how to lower the latter where that is special. */
export function lowerFunction(
  lowering: Lowering,
  node: FunctionNode,
  name: string,
  body: () => readonly Statement[] = () => lowerBody(lowering, node.body),
): FunctionCode {
  const arrow = ts.isArrowFunction(node)
  const { result, scope, argumentsBinding } = lowering.inScope(() => {
    // TypeScript writes the type of `this` as a parameter.
    const all = node.parameters.filter(
      parameter => !(ts.isIdentifier(parameter.name) && parameter.name.text === 'this'),
    )
    for (const parameter of all) declarePattern(lowering, parameter.name, 'lexical')
    const last = all.at(-1)
    const rest = last?.dotDotDotToken ? last : undefined
    const remarks = new Remarks(lowering, node)
    const parameters = all
      .filter(parameter => parameter !== rest)
      .map((parameter): PatternElement => {
        const said = remarks.on(parameter, all)
        return { ...lowerBindingElement(lowering, parameter), ...(said.length > 0 && { remarks: said }) }
      })
    const lowered = { parameters, ...(rest && { rest: lowerBindingName(lowering, rest.name) }) }
    return { ...lowered, body: body() }
  }, !arrow)
  return {
    name,
    ...result,
    scope,
    async: hasModifier(node, ts.SyntaxKind.AsyncKeyword),
    generator: 'asteriskToken' in node && node.asteriskToken !== undefined,
    arrow,
    ...(argumentsBinding && { argumentsBinding }),
    span: lowering.span(node),
  }
}

/** The body of a function, whose names are declared in the scope at hand. */
export function lowerBody(lowering: Lowering, body: ts.ConciseBody | undefined): readonly Statement[] {
  if (!body) return []
  if (!ts.isBlock(body)) {
    const value = lowerExpression(lowering, body)
    return [{ kind: 'return', value, span: value.span }]
  }
  declareBody(lowering, body)
  return lowerStatements(lowering, body.statements)
}

export function declareBody(lowering: Lowering, body: ts.Block): void {
  declareFunctionNames(lowering, body)
  declareBlockNames(lowering, body.statements)
}
