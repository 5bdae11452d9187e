import type { Binding, Expression, FunctionCode, Module, Target } from '../core/program.js'
import { isFunctionCode, nodesOf, ownNodesOf } from '../core/walk.js'
import { positionAt, type Span } from '../text/source.js'

/** What code assigns: a variable, or a field by its name, whichever object it is of. */
export type Assigned = { readonly binding: Binding } | { readonly key: string }

/** An assignment, and what it is called: by the function that it is in, or by its line. */
export interface Assignment {
  readonly by: string
  readonly span: Span
}

/** Where a function other than `own`, and not inside of it, assigns a variable or field more than nothing. */
export function assignedElsewhere(
  modules: readonly Module[],
  own: FunctionCode,
  assigned: Assigned,
): Assignment | undefined {
  const inside = new Set<object>(nodesOf(own))
  for (const { body } of modules) {
    for (const code of functionsIn(body)) {
      if (inside.has(code)) continue
      for (const node of ownNodesOf(code.body)) {
        if (node.kind !== 'assign' || isNothing(node.value) || !assigns(node.target, assigned)) continue
        const { span } = node
        const by = code.name === '' ? `line ${positionAt(span.file, span.start).line}` : `\`${code.name}\``
        return { by, span }
      }
    }
  }
  return undefined
}

function assigns(target: Target, assigned: Assigned): boolean {
  switch (target.kind) {
    case 'variable':
      return 'binding' in assigned && target.binding === assigned.binding
    case 'member':
      return 'key' in assigned && target.key.kind === 'literal' && target.key.value === assigned.key
    case 'arrayPattern':
      return [...target.elements.map(element => element?.target), target.rest].some(
        inner => inner && assigns(inner, assigned),
      )
    case 'objectPattern':
      return [...target.entries.map(({ element }) => element.target), target.rest].some(
        inner => inner && assigns(inner, assigned),
      )
  }
}

const isNothing = (value: Expression): boolean =>
  (value.kind === 'literal' && (value.value === null || value.value === undefined)) ||
  (value.kind === 'operator' && value.operator === 'void')

const functionsIn = (code: unknown): readonly FunctionCode[] =>
  nodesOf(code).flatMap((node: object) => (isFunctionCode(node) ? [node] : []))
