import { ts } from 'ts-morph'

const { SyntaxKind } = ts

const opening = new Set<ts.SyntaxKind>([
  SyntaxKind.OpenParenToken,
  SyntaxKind.OpenBracketToken,
  SyntaxKind.OpenBraceToken,
  SyntaxKind.TemplateHead,
])

const closing = new Set<ts.SyntaxKind>([
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.TemplateTail,
])

/** Tokens after which a slash divides; after any other it starts a regular expression. */
const operandEnds = new Set<ts.SyntaxKind>([
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.TemplateTail,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.Identifier,
  SyntaxKind.PrivateIdentifier,
  SyntaxKind.ThisKeyword,
  SyntaxKind.SuperKeyword,
  SyntaxKind.TrueKeyword,
  SyntaxKind.FalseKeyword,
  SyntaxKind.NullKeyword,
  SyntaxKind.PlusPlusToken,
  SyntaxKind.MinusMinusToken,
])

/**
 * The offset at which brackets first nest deeper than a limit, in one pass over the tokens. Brackets in texts, comments and
 * regular expressions do not count.
 */
export function tooDeepAt(text: string, limit: number, variant: ts.LanguageVariant): number | undefined {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, variant, text, () => undefined)
  /** Depths at which the code inside a template began. */
  const templates: number[] = []
  let depth = 0
  let previous: ts.SyntaxKind = SyntaxKind.Unknown
  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (token === SyntaxKind.SlashToken || token === SyntaxKind.SlashEqualsToken) {
      if (!operandEnds.has(previous)) token = scanner.reScanSlashToken()
    } else if (token === SyntaxKind.CloseBraceToken && templates.at(-1) === depth) {
      token = scanner.reScanTemplateToken(false)
    }
    if (opening.has(token)) {
      if (++depth > limit) return scanner.getTokenStart()
      if (token === SyntaxKind.TemplateHead) templates.push(depth)
    } else if (closing.has(token)) {
      if (token === SyntaxKind.TemplateTail) templates.pop()
      depth = Math.max(0, depth - 1)
    }
    previous = token
  }
  return undefined
}
