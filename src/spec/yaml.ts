import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
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

export type { YamlNode }

export interface YamlEntry {
  readonly key: string
  readonly keySpan: Span
  readonly value: YamlNode | null
  readonly span: Span
}

/** A YAML document as nodes with spans; aliases and tags of other kinds are refused. */
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
  const document = parseDocument(file.text, {
    lineCounter: new LineCounter(),
    schema: 'core',
    merge: false,
    strict: true,
  })
  const diagnostics: Diagnostic[] = document.errors
    .slice(0, 5)
    .map(error =>
      error.code === 'BAD_DQ_ESCAPE'
        ? quotedLatex(at(error.pos[0], error.pos[1]), file.text.slice(error.pos[0], error.pos[0] + 2))
        : diagnostic(
            'spec-syntax',
            { problem: lowerFirst(error.message.split('\n')[0]!.replace(/ at line \d+.*$/, '')) },
            { span: at(error.pos[0], error.pos[1]) },
          ),
    )
  if (diagnostics.length > 0 || !document.contents) {
    if (diagnostics.length === 0)
      diagnostics.push(diagnostic('spec-syntax', { problem: 'it is empty' }, { span: at(0, 0) }))
    return { diagnostics }
  }
  check(document.contents as YamlNode, file, 0, diagnostics)
  return diagnostics.length > 0 ? { diagnostics } : { root: document.contents as YamlNode, diagnostics }
}

function check(node: YamlNode | null, file: SourceFile, depth: number, diagnostics: Diagnostic[]): void {
  if (!node) return
  const span = spanOf(node, file)
  if (isAlias(node)) {
    diagnostics.push(diagnostic('spec-syntax', { problem: 'aliases are not accepted' }, { span }))
    return
  }
  if (depth > deepest) {
    diagnostics.push(diagnostic('nesting-too-deep', { limit: String(deepest) }, { span }))
    return
  }
  if (isScalar(node)) {
    const sequence =
      node.type === 'QUOTE_DOUBLE' ? /\\[A-Za-z_]+/.exec(file.text.slice(span.start, span.end)) : null
    if (sequence && !/^\\[nt"\\]$/.test(sequence[0])) diagnostics.push(quotedLatex(span, sequence[0]))
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

function quotedLatex(span: Span, sequence: string): Diagnostic {
  return diagnostic(
    'spec-latex-double-quoted',
    { escape: sequence },
    { span, help: 'write it in single quotes, or as a block after `|`' },
  )
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
  if (offset < 0) return whole
  const from = whole.start + offset + Math.min(start, text.length)
  return { file, start: from, end: Math.max(from, whole.start + offset + Math.min(end, text.length)) }
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
    return { key: text, keySpan, value, span: value ? spanOf(value, file) : keySpan }
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
