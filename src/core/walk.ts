import type { Binding, ClassCode, Expression, FunctionCode, Statement, Target } from './program.js'

/** A part of a program; those without a kind group others. */
export type CodeNode = Expression | Statement | Target | { readonly kind?: undefined }

/** Fields of nodes in which there is no code. */
const plain: ReadonlySet<string> = new Set(['span', 'binding', 'scope', 'argumentsBinding', 'remarks'])

/** Every node inside some code, that of inner functions and classes included, in no particular order. */
export const nodesOf = (code: unknown): readonly CodeNode[] => collect(code, () => true)

/** The nodes inside some code, without those of functions inside. */
export const ownNodesOf = (code: unknown): readonly CodeNode[] => collect(code, item => !isFunctionCode(item))

export const isFunctionCode = (item: object): item is FunctionCode => 'generator' in item

const isClassCode = (item: object): item is ClassCode => 'members' in item

/** The functions and classes inside some code, methods included, without those that are inside of these functions. */
export function innerCodeOf(code: unknown): readonly (FunctionCode | ClassCode)[] {
  const found: (FunctionCode | ClassCode)[] = []
  collect(code, item => {
    const isFunction = isFunctionCode(item)
    if (isFunction || isClassCode(item)) found.push(item)
    return !isFunction
  })
  return found
}

function collect(code: unknown, enters: (item: object) => boolean): readonly CodeNode[] {
  const found: CodeNode[] = []
  const pending: unknown[] = [code]
  while (pending.length > 0) {
    const item = pending.pop()
    if (Array.isArray(item)) {
      for (const inner of item) pending.push(inner)
      continue
    }
    if (typeof item !== 'object' || item === null || !enters(item)) continue
    found.push(item as CodeNode)
    for (const [key, inner] of Object.entries(item))
      if (!plain.has(key) && typeof inner === 'object') pending.push(inner)
  }
  return found
}

const names = new WeakMap<FunctionCode | ClassCode, ReadonlySet<Binding>>()

/** The variables that a function or class reads or assigns, its own and those of inner functions included. */
export function variablesOf(code: FunctionCode | ClassCode): ReadonlySet<Binding> {
  const known = names.get(code)
  if (known) return known
  const found = new Set<Binding>()
  for (const node of nodesOf(code)) if (node.kind === 'variable') found.add(node.binding)
  names.set(code, found)
  return found
}
