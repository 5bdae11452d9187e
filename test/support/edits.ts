import type ts from 'typescript'

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

/** The text after edits that do not overlap. */
export function edited(source: string, edits: readonly Edit[]): string {
  let text = source
  for (const { start, end, text: inserted } of [...edits].sort((a, b) => b.start - a.start))
    text = text.slice(0, start) + inserted + text.slice(end)
  return text
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
