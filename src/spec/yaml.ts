import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  parseDocument,
  type YAMLMap,
  type Node as YamlNode,
} from 'yaml'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { SourceFile, Span } from '../text/source.js'

/** Larger specs are refused. */
const largest = 256_000

/** Deeper nesting is refused, so that recursive readers cannot run out of stack. */
const deepest = 32

/** More open brackets than any text of such nesting has, those in texts included. */
const mostBrackets = 200

const noAliases = 'aliases are not accepted'

export type { YamlNode }

export interface YamlEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: YamlNode | null
  readonly span: Span
}

/**
 * A YAML document as nodes with spans; aliases and tags of other kinds are refused. There is a root also where the only
 * problems are texts in the wrong quotes.
 */
export function readYaml(file: SourceFile): {
  readonly root?: YamlNode
  readonly diagnostics: readonly Diagnostic[]
} {
  const at = (start: number, end: number): Span => ({ file, start, end })
  if (file.text.length > largest) {
    return {
      diagnostics: [
        diagnostic(
          'input-too-large',
          { path: file.path, size: String(file.text.length), limit: String(largest) },
          { span: at(0, 0) },
        ),
      ],
    }
  }
  const deep = nestingOf(file.text)
  if (deep !== undefined) {
    const limit = String(deepest)
    return { diagnostics: [diagnostic('nesting-too-deep', { limit }, { span: at(deep, deep + 1) })] }
  }
  const document = parseDocument(file.text, { schema: 'core', merge: false, strict: true, uniqueKeys: true })
  const diagnostics: Diagnostic[] = document.errors.slice(0, 5).map(error => {
    const [start, end] = error.pos
    if (error.code === 'BAD_DQ_ESCAPE') {
      const [sequence] = /^\\[A-Za-z]*/.exec(file.text.slice(start, start + 40)) ?? ['\\']
      return quotedLatex(at(start, start + sequence.length), sequence)
    }
    const problem = lowerFirst(error.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''))
    return diagnostic('spec-syntax', { problem }, { span: at(start, end) })
  })
  if (diagnostics.length > 0) return { diagnostics }
  const root = document.contents as YamlNode | null
  if (!root || (isScalar(root) && root.value === null))
    return { diagnostics: [diagnostic('spec-syntax', { problem: 'it is empty' }, { span: at(0, 0) })] }
  check(root, file, 0, diagnostics)
  const isMeant = diagnostics.every(({ code }) => code === 'spec-latex-double-quoted')
  return isMeant ? { root, diagnostics } : { diagnostics }
}

/** Where brackets or indentation are nested too deeply for the parser, which recurses; undefined where nowhere. */
function nestingOf(text: string): number | undefined {
  let brackets = 0
  for (const { index, 0: found } of text.matchAll(/[[{\]}]|(?:[-?:][ \t]+){33}|^ {999}/gm)) {
    if (found === '[' || found === '{') brackets++
    else if (found === ']' || found === '}') brackets = Math.max(0, brackets - 1)
    else return index
    if (brackets > mostBrackets) return index
  }
  return undefined
}

function check(node: YamlNode | null, file: SourceFile, depth: number, diagnostics: Diagnostic[]): void {
  if (!node) return
  const span = spanOf(node, file)
  if (isAlias(node)) {
    const help = 'write the value out where it is used'
    if (!diagnostics.some(({ values }) => values.problem === noAliases))
      diagnostics.push(diagnostic('spec-syntax', { problem: noAliases }, { span, help }))
    return
  }
  if (depth > deepest) {
    if (!diagnostics.some(({ code }) => code === 'nesting-too-deep'))
      diagnostics.push(diagnostic('nesting-too-deep', { limit: String(deepest) }, { span }))
    return
  }
  if (isScalar(node)) {
    const sequence =
      node.type === 'QUOTE_DOUBLE' ? /\\[A-Za-z_]+/.exec(file.text.slice(span.start, span.end)) : null
    if (sequence && !/^\\[nt"\\]$/.test(sequence[0])) {
      const start = span.start + sequence.index
      const text = file.text.slice(span.start + 1, span.end - 1)
      // What was meant, so that the rest of the document can be checked as well.
      node.value = text
      diagnostics.push(quotedLatex({ file, start, end: start + sequence[0].length }, sequence[0], text))
    }
    return
  }
  if (isSeq(node)) for (const item of node.items) check(item as YamlNode, file, depth + 1, diagnostics)
  if (isMap(node)) {
    for (const { key, value } of node.items as Pair<YamlNode, YamlNode | null>[]) {
      check(key, file, depth + 1, diagnostics)
      check(value, file, depth + 1, diagnostics)
    }
  }
}

/** `text` is what stands between the quotes, where it is short enough to show how to write it. */
function quotedLatex(span: Span, sequence: string, text = ''): Diagnostic {
  const shown = text && text.length <= 60 && !/['\n]/.test(text) ? `: '${text}'` : ''
  const help = `write the text in single quotes${shown}, or as a block after \`|\``
  return diagnostic('spec-latex-double-quoted', { escape: sequence }, { span, help })
}

export function spanOf(node: YamlNode, file: SourceFile): Span {
  const [start, end] = node.range ?? [0, 0]
  return { file, start, end }
}

/**
 * The place of a range of characters of a scalar's text. Where the text is not written in one piece (folded lines,
 * escapes), the whole scalar.
 */
export function placeWithin(
  node: YamlNode,
  file: SourceFile,
  text: string,
  start: number,
  end: number,
): Span {
  const whole = spanOf(node, file)
  const offset = file.text.slice(whole.start, whole.end).indexOf(text)
  const place = offset < 0 ? placeInBlock(file.text.slice(whole.start, whole.end), text) : undefined
  if (offset < 0 && !place) return whole
  const placed = (at: number) => whole.start + (place ? place(at) : offset + at)
  const from = placed(Math.min(start, text.length))
  return { file, start: from, end: Math.max(from, placed(Math.min(end, text.length))) }
}

/** Where the characters of a block after `|` stand, whose lines are indented in the file. */
function placeInBlock(source: string, text: string): ((at: number) => number) | undefined {
  const lines = text.split('\n')
  const places: number[] = []
  let from = source.indexOf('\n') + 1
  if (from === 0) return undefined
  for (const line of lines) {
    const end = source.indexOf('\n', from)
    const written = source.slice(from, end < 0 ? undefined : end)
    if (!written.endsWith(line)) return undefined
    places.push(from + written.length - line.length)
    if (end < 0) break
    from = end + 1
  }
  const placeAt = (at: number): number => {
    let rest = at
    for (const [i, line] of lines.entries()) {
      const place = places[i]
      if (place === undefined) break
      if (rest <= line.length) return place + rest
      rest -= line.length + 1
    }
    return source.length
  }
  return placeAt
}

/** The entries of a map in order, or undefined for another kind of node. */
export function entriesOf(
  node: YamlNode | null | undefined,
  file: SourceFile,
): readonly YamlEntry[] | undefined {
  if (!node || !isMap(node)) return undefined
  return ((node as YAMLMap).items as Pair<YamlNode, YamlNode | null>[]).map(({ key, value }) => {
    const keySpan = spanOf(key, file)
    const text = isScalar(key) ? String(key.value) : ''
    const own = value ? spanOf(value, file) : keySpan
    // A value that is left out has no place but its key's.
    return { key: text, keySpan, value, span: own.end > own.start ? own : keySpan }
  })
}

export function itemsOf(node: YamlNode | null | undefined): readonly YamlNode[] | undefined {
  return node && isSeq(node) ? (node.items as YamlNode[]) : undefined
}

/** A scalar's value; undefined for maps and lists. */
export function scalarOf(node: YamlNode | null | undefined): string | number | boolean | null | undefined {
  if (node === null) return null
  if (!node || !isScalar(node)) return undefined
  const { value } = node
  return typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    value === null
    ? value
    : undefined
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
