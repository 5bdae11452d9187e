import { ts } from 'ts-morph'
import type { Expression } from './program.js'

type Operators<Name> = ReadonlyMap<ts.SyntaxKind, Name>
type Logical = Extract<Expression, { kind: 'logical' }>['operator']
const { SyntaxKind } = ts

/** Strict operators of two operands; they keep their spelling. */
export const binaryOperators: Operators<string> = new Map([
  [SyntaxKind.PlusToken, '+'],
  [SyntaxKind.MinusToken, '-'],
  [SyntaxKind.AsteriskToken, '*'],
  [SyntaxKind.SlashToken, '/'],
  [SyntaxKind.PercentToken, '%'],
  [SyntaxKind.AsteriskAsteriskToken, '**'],
  [SyntaxKind.EqualsEqualsToken, '=='],
  [SyntaxKind.EqualsEqualsEqualsToken, '==='],
  [SyntaxKind.ExclamationEqualsToken, '!='],
  [SyntaxKind.ExclamationEqualsEqualsToken, '!=='],
  [SyntaxKind.LessThanToken, '<'],
  [SyntaxKind.LessThanEqualsToken, '<='],
  [SyntaxKind.GreaterThanToken, '>'],
  [SyntaxKind.GreaterThanEqualsToken, '>='],
  [SyntaxKind.AmpersandToken, '&'],
  [SyntaxKind.BarToken, '|'],
  [SyntaxKind.CaretToken, '^'],
  [SyntaxKind.LessThanLessThanToken, '<<'],
  [SyntaxKind.GreaterThanGreaterThanToken, '>>'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanToken, '>>>'],
  [SyntaxKind.InKeyword, 'in'],
  [SyntaxKind.InstanceOfKeyword, 'instanceof'],
])

export const logicalOperators: Operators<Logical> = new Map([
  [SyntaxKind.AmpersandAmpersandToken, 'and'],
  [SyntaxKind.BarBarToken, 'or'],
  [SyntaxKind.QuestionQuestionToken, 'coalesce'],
])

/** What a compound assignment computes before it assigns. */
export const compoundOperators: Operators<string> = new Map([
  [SyntaxKind.PlusEqualsToken, '+'],
  [SyntaxKind.MinusEqualsToken, '-'],
  [SyntaxKind.AsteriskEqualsToken, '*'],
  [SyntaxKind.SlashEqualsToken, '/'],
  [SyntaxKind.PercentEqualsToken, '%'],
  [SyntaxKind.AsteriskAsteriskEqualsToken, '**'],
  [SyntaxKind.AmpersandEqualsToken, '&'],
  [SyntaxKind.BarEqualsToken, '|'],
  [SyntaxKind.CaretEqualsToken, '^'],
  [SyntaxKind.LessThanLessThanEqualsToken, '<<'],
  [SyntaxKind.GreaterThanGreaterThanEqualsToken, '>>'],
  [SyntaxKind.GreaterThanGreaterThanGreaterThanEqualsToken, '>>>'],
])

/** When a logical assignment assigns. */
export const logicalAssignments: Operators<Logical> = new Map([
  [SyntaxKind.AmpersandAmpersandEqualsToken, 'and'],
  [SyntaxKind.BarBarEqualsToken, 'or'],
  [SyntaxKind.QuestionQuestionEqualsToken, 'coalesce'],
])

export const prefixOperators: Operators<string> = new Map([
  [SyntaxKind.MinusToken, 'negate'],
  [SyntaxKind.PlusToken, 'number'],
  [SyntaxKind.ExclamationToken, 'not'],
  [SyntaxKind.TildeToken, 'bitnot'],
])

export const incrementOperators: Operators<string> = new Map([
  [SyntaxKind.PlusPlusToken, '+'],
  [SyntaxKind.MinusMinusToken, '-'],
])

/** Literals and other expressions that the core language has no word for. */
export const unsupportedExpressions: Operators<string> = new Map([
  [SyntaxKind.RegularExpressionLiteral, 'a regular expression'],
  [SyntaxKind.BigIntLiteral, 'a big integer'],
  [SyntaxKind.MetaProperty, 'a meta property'],
])
