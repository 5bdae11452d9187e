import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ts } from 'ts-morph'

type Parser = Pick<typeof ts, 'createSourceFile' | 'forEachChild' | 'isIdentifier'>

interface Build {
  readonly compilerNames: (folder: string) => readonly string[]
  readonly parserModule: (names: readonly string[]) => string
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.([cm]?[jt]sx?)$/.test(name))
    .map(name => join(folder, name))

const broken: readonly (readonly [path: string, text: string])[] = [
  ['broken.ts', 'const x: number = 1 + ;\nclass { #a = ; }'],
  ['broken.js', 'const s = `a ${b}`; function (\n`'],
  ['page.jsx', '#!/usr/bin/env node\nconst a = /[/]+/g, b = <div a="1">{a}</div> /* end */'],
  ['data.json', '{ "a": [1, 2.5e3, true, null], }'],
]

test('the parser in the bundle reads source text as ts-morph does', async () => {
  const { compilerNames, parserModule }: Build = await import('../build/parser.js' as string)
  const code = parserModule(compilerNames('src'))
  const bundled: Parser = await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)
  const files = [...filesBelow('src'), ...filesBelow('test')].map(
    path => [path, readFileSync(path, 'utf8')] as const,
  )
  for (const [path, text] of [...files, ...broken]) {
    expect(describe(bundled, path, text)).toBe(describe(ts, path, text))
  }
})

/** Every node with what the sources read of it, and every syntax error. */
function describe(
  { createSourceFile, forEachChild, isIdentifier }: Parser,
  path: string,
  text: string,
): string {
  const tree = createSourceFile(path, text, ts.ScriptTarget.ESNext, false)
  const lines: string[] = []
  const visit = (node: ts.Node): void => {
    const name = isIdentifier(node) ? node.text : ''
    lines.push([node.kind, node.flags, node.pos, node.getStart(tree), node.end, name].join(' '))
    forEachChild(node, visit)
  }
  visit(tree)
  const { parseDiagnostics } = tree as ts.SourceFile & { readonly parseDiagnostics: readonly ts.Diagnostic[] }
  return [...lines, ...parseDiagnostics.map(({ start, messageText }) => `${start} ${messageText}`)].join('\n')
}
