import { ts } from 'ts-morph'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { SourceFile } from '../text/source.js'

/** Larger files are refused: model code is written by hand. */
const largest = 1_000_000

/** Deeper nesting is refused, because parsers recurse. */
const deepest = 200

/** How many syntax errors of one file are reported. */
const mostErrors = 3

export interface ParseResult {
  /** Absent where the file was refused before it was parsed. */
  readonly tree?: ts.SourceFile
  readonly diagnostics: readonly Diagnostic[]
}

/** Parses TypeScript, JavaScript, or the inline scripts of an HTML file. Offsets are those of the file. */
export function parseSource(file: SourceFile): ParseResult {
  const end = { file, start: 0, end: 0 }
  if (file.text.length > largest) {
    const values = { path: file.path, size: String(file.text.length), limit: String(largest) }
    return { diagnostics: [diagnostic('input-too-large', values, { span: end })] }
  }
  const isHtml = /\.(html?|vue|svelte)$/i.test(file.path)
  const text = isHtml ? scriptsOf(file.text) : file.text
  const deep = findDeepNesting(text)
  if (deep !== undefined) {
    const span = { file, start: deep, end: deep + 1 }
    return { diagnostics: [diagnostic('nesting-too-deep', { limit: String(deepest) }, { span })] }
  }
  const name = isHtml ? `${file.path}.js` : file.path
  const tree = ts.createSourceFile(name, text, ts.ScriptTarget.ESNext, false, scriptKind(name))
  return { tree, diagnostics: syntaxErrors(tree, file) }
}

function scriptKind(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/i.test(path)) return ts.ScriptKind.TS
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX
  return /\.json$/i.test(path) ? ts.ScriptKind.JSON : ts.ScriptKind.JSX
}

function syntaxErrors(tree: ts.SourceFile, file: SourceFile): readonly Diagnostic[] {
  const { parseDiagnostics = [] } = tree as ts.SourceFile & {
    parseDiagnostics?: readonly ts.DiagnosticWithLocation[]
  }
  return parseDiagnostics.slice(0, mostErrors).map(({ messageText, start, length }) => {
    const problem = ts.flattenDiagnosticMessageText(messageText, ' ').replace(/\.$/, '')
    const values = { problem: problem.charAt(0).toLowerCase() + problem.slice(1) }
    return diagnostic('syntax-error', values, { span: { file, start, end: start + Math.max(1, length) } })
  })
}

/** The text with everything outside of inline scripts as spaces, so that offsets and lines stay. */
function scriptsOf(html: string): string {
  const blank = (text: string) => text.replace(/[^\n\r]/g, ' ')
  let result = ''
  let at = 0
  for (const match of html.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script\s*>/gi)) {
    const [whole, attributes = '', body = ''] = match
    const type = /\btype\s*=\s*["']?([^"'\s>]*)/i.exec(attributes)?.[1] ?? ''
    if (!/^$|javascript|module|babel|typescript|jsx/i.test(type)) continue
    const start = match.index + whole.indexOf('>') + 1
    result += blank(html.slice(at, start)) + body
    at = start + body.length
  }
  return result + blank(html.slice(at))
}

/** The offset at which brackets nest too deeply; strings and comments are passed over roughly, which errs on neither side by much. */
function findDeepNesting(text: string): number | undefined {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!
    if (character === '(' || character === '[' || character === '{') {
      if (++depth > deepest) return at
    } else if (character === ')' || character === ']' || character === '}') depth = Math.max(0, depth - 1)
    else if (character === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at)
      if (end < 0) return undefined
      at = end
    } else if (character === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at)
      if (end < 0) return undefined
      at = end + 1
    } else if (character === '"' || character === "'") {
      for (at++; at < text.length && text[at] !== character && text[at] !== '\n'; at++)
        if (text[at] === '\\') at++
    }
  }
  return undefined
}
