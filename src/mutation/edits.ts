import type { ts } from 'ts-morph'

/** A piece of source text to be replaced. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export const replaced = (node: ts.Node, text: string): Edit => ({
  start: node.getStart(),
  end: node.getEnd(),
  text,
})

export const inserted = (at: number, text: string): Edit => ({ start: at, end: at, text })

/** The text after edits that do not overlap; all between them stays as it is. */
export function edited(source: string, edits: readonly Edit[]): string {
  let text = source
  for (const { start, end, text: own } of [...edits].sort((a, b) => b.start - a.start))
    text = text.slice(0, start) + own + text.slice(end)
  return text
}

/** Where an offset of the text before edits is afterwards: inside of what is replaced, its beginning. */
export function movedOffset(offset: number, edits: readonly Edit[]): number {
  let moved = offset
  for (const { start, end, text } of edits) {
    if (start >= offset) continue
    moved += end <= offset ? text.length - (end - start) : start - offset
  }
  return moved
}

/** A node and everything in it. */
export function nodesOf(root: ts.Node): readonly ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node) => {
    found.push(node)
    node.forEachChild(visit)
  }
  visit(root)
  return found
}
