import { ts } from 'ts-morph'
import type { SourceFile, Span } from '../text/source.js'
import { parseSource } from './parse.js'

/** A comment that begins with a word. */
export interface MarkedComment {
  /** What stands behind the word. */
  readonly text: string
  /** From the mark of the comment to its end. */
  readonly span: Span
}

/** The comments of a program that begin with a word, of letters and `-`, in order. Texts that look like comments are none. */
export function markedComments(file: SourceFile, word: string): readonly MarkedComment[] {
  if (!file.text.includes(word)) return []
  const { tree } = parseSource(file)
  const pattern = new RegExp(`(?://|/\\*+)[ \\t]*${word}(?![\\w-])`, 'g')
  return [...tree.text.matchAll(pattern)].flatMap(({ index, 0: found }) => {
    if (isInLiteral(tree, index)) return []
    const rest = tree.text.slice(index + found.length)
    const end = rest.search(found.startsWith('//') ? /\r?\n|$/ : /\*+\/|$/)
    return [
      {
        text: rest.slice(0, end).replace(/\s+/g, ' ').trim(),
        span: { file, start: index, end: index + found.length + end },
      },
    ]
  })
}

/** Whether a place is inside of a text, a pattern or the words of a page. */
function isInLiteral(tree: ts.SourceFile, at: number): boolean {
  let node: ts.Node = tree
  for (let inner: ts.Node | undefined = tree; inner; inner = childAt(node, at)) node = inner
  const isLiteral = ts.isLiteralExpression(node) || ts.isTemplateMiddleOrTemplateTail(node)
  return (isLiteral || ts.isTemplateHead(node) || ts.isJsxText(node)) && at >= node.getStart(tree)
}

function childAt(node: ts.Node, at: number): ts.Node | undefined {
  return ts.forEachChild(node, child => (child.pos <= at && at < child.end ? child : undefined))
}
