import type { Binding, Expression, FunctionCode, Statement, Target } from './program.js'

/** A part of a program; those without a kind group others. */
export type CodeNode = Expression | Statement | Target | { readonly kind?: undefined }

/** Fields of nodes in which there is no code. */
const plain: ReadonlySet<string> = new Set(['span', 'binding', 'scope', 'argumentsBinding'])

/** Every node inside some code, that of inner functions and classes included, in no particular order. */
export function nodesOf(code: unknown): readonly CodeNode[] {
  const found: CodeNode[] = []
  const pending: unknown[] = [code]
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (Array.isArray(item)) {
      for (const inner of item) pending.push(inner)
      continue
    }
    if (typeof item !== 'object' || item === null) continue
    found.push(item as CodeNode)
    for (const [key, inner] of Object.entries(item))
      if (!plain.has(key) && typeof inner === 'object') pending.push(inner)
  }
  return found
}

const names = new WeakMap<FunctionCode, ReadonlySet<Binding>>()

/** The variables that a function reads or assigns, its own and those of inner functions included. */
export function variablesOf(code: FunctionCode): ReadonlySet<Binding> {
  const known = names.get(code)
  if (known) return known
  const found = new Set<Binding>()
  for (const node of nodesOf([code.parameters, code.rest, code.body]))
    if (node.kind === 'variable') found.add(node.binding)
  names.set(code, found)
  return found
}
