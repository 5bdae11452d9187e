import { ts } from 'ts-morph'
import { sourceFile } from '../text/source.js'
import { parseSource } from './parse.js'

/** What a tsconfig says about specifiers. */
export interface PathAliases {
  /** The folder of the tsconfig, which its paths are relative to. */
  readonly folder: readonly string[]
  readonly baseUrl?: string
  readonly paths: readonly { readonly pattern: string; readonly targets: readonly string[] }[]
}

/** Reads `baseUrl` and `paths`. A tsconfig is JSON with comments and trailing commas; a broken one says nothing. */
export function readAliases(path: string, text: string): PathAliases {
  const folder = path.split('/').slice(0, -1)
  const { tree } = parseSource(sourceFile(path, text))
  const [statement] = tree.statements
  const content = statement && ts.isExpressionStatement(statement) ? statement.expression : undefined
  const options = field(content, 'compilerOptions')
  const baseUrl = field(options, 'baseUrl')
  const paths = field(options, 'paths')
  return {
    folder,
    ...(baseUrl && ts.isStringLiteral(baseUrl) && { baseUrl: baseUrl.text }),
    paths: fields(paths).flatMap(({ name, initializer }) =>
      ts.isStringLiteral(name) && ts.isArrayLiteralExpression(initializer)
        ? [
            {
              pattern: name.text,
              targets: initializer.elements.filter(ts.isStringLiteral).map(({ text }) => text),
            },
          ]
        : [],
    ),
  }
}

function fields(node: ts.Expression | undefined): readonly ts.PropertyAssignment[] {
  return node && ts.isObjectLiteralExpression(node) ? node.properties.filter(ts.isPropertyAssignment) : []
}

function field(node: ts.Expression | undefined, key: string): ts.Expression | undefined {
  return fields(node).findLast(({ name }) => ts.isStringLiteral(name) && name.text === key)?.initializer
}
