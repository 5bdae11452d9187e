import { ts } from 'ts-morph'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { SourceFile } from '../text/source.js'
import { tooDeepAt } from './nesting.js'
import { inlineScripts } from './scripts.js'

/** Larger files are refused: model code is written by hand. */
const mostCharacters = 1_000_000

/** Deeper brackets are refused, because the parser recurses. */
const mostBrackets = 200

/** How many syntax errors of one file are reported. */
const mostErrors = 3

/**
 * Every file counts as a module, whether or not it imports anything: only there is `await` a word at the top. What stands
 * in comments is not parsed: TypeScript 6.0 never comes to the end of `/** a-1 ` where the comment is not closed.
 */
const asModule: ts.CreateSourceFileOptions = {
  languageVersion: ts.ScriptTarget.ESNext,
  jsDocParsingMode: ts.JSDocParsingMode.ParseNone,
  setExternalModuleIndicator: tree => {
    Object.assign(tree, { externalModuleIndicator: true })
  },
}

export interface ParseResult {
  /** Empty where the diagnostics say that the file was refused. */
  readonly tree: ts.SourceFile
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Parses TypeScript, JavaScript, JSON, or the inline scripts of a page. Offsets are those of the file. Never throws:
 * files that are too large or nested too deeply are refused with a diagnostic. Nodes know their parents where that is
 * asked for.
 */
export function parseSource(
  file: SourceFile,
  { withParents = false }: { readonly withParents?: boolean } = {},
): ParseResult {
  if (file.text.length > mostCharacters) {
    const values = { path: file.path, size: String(file.text.length), limit: String(mostCharacters) }
    return refuse(file, diagnostic('input-too-large', values, { span: { file, start: 0, end: 0 } }))
  }
  const { text, kind } = codeOf(file)
  const variant = kind === ts.ScriptKind.TS ? ts.LanguageVariant.Standard : ts.LanguageVariant.JSX
  const deep = tooDeepAt(text, mostBrackets, variant)
  if (deep !== undefined) return refuse(file, tooDeep(file, deep, `${mostBrackets} brackets`))
  try {
    const tree = ts.createSourceFile(file.path, text, asModule, withParents, kind)
    return { tree, diagnostics: syntaxErrors(tree, file) }
  } catch (error) {
    // Some things nest without brackets, such as a chain of arrows; the parser recurses into them as well.
    if (!(error instanceof RangeError)) throw error
    return refuse(file, tooDeep(file, 0, 'the parser can follow'))
  }
}

function refuse(file: SourceFile, problem: Diagnostic): ParseResult {
  const tree = ts.createSourceFile(file.path, '', ts.ScriptTarget.ESNext, false, ts.ScriptKind.JS)
  return { tree, diagnostics: [problem] }
}

function tooDeep(file: SourceFile, start: number, limit: string): Diagnostic {
  return diagnostic('nesting-too-deep', { limit }, { span: { file, start, end: start + 1 } })
}

function codeOf(file: SourceFile): { readonly text: string; readonly kind: ts.ScriptKind } {
  if (!/\.(html?|xhtml|vue|svelte)$/i.test(file.path)) return { text: file.text, kind: scriptKind(file.path) }
  const { text, typescript } = inlineScripts(file.text)
  return { text, kind: typescript ? ts.ScriptKind.TS : ts.ScriptKind.JSX }
}

/** JavaScript may hold JSX under any extension; TypeScript only where it says so, because `<T>x` is a cast. */
function scriptKind(path: string): ts.ScriptKind {
  if (/\.[cm]?ts$/i.test(path)) return ts.ScriptKind.TS
  if (/\.tsx$/i.test(path)) return ts.ScriptKind.TSX
  return /\.json$/i.test(path) ? ts.ScriptKind.JSON : ts.ScriptKind.JSX
}

function syntaxErrors(tree: ts.SourceFile, file: SourceFile): readonly Diagnostic[] {
  // The compiler keeps these under a name that its types do not declare.
  const { parseDiagnostics = [] } = tree as ts.SourceFile & {
    readonly parseDiagnostics?: readonly ts.DiagnosticWithLocation[]
  }
  return parseDiagnostics.slice(0, mostErrors).map(({ messageText, start, length }) => {
    const problem = ts.flattenDiagnosticMessageText(messageText, ' ').replace(/\.$/, '')
    const values = { problem: problem.charAt(0).toLowerCase() + problem.slice(1) }
    return diagnostic('syntax-error', values, { span: { file, start, end: start + Math.max(1, length) } })
  })
}
