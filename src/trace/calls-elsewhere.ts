import type { Expression, FunctionCode, Module } from '../core/program.js'
import { type CodeNode, isFunctionCode, nodesOf, ownNodesOf } from '../core/walk.js'
import { positionAt, type Span } from '../text/source.js'
import { declaredAs } from './assigned-elsewhere.js'

/** A call of a method in a function of the program that a walk did not come to. */
export interface CallElsewhere {
  readonly method: string
  /** What the method is called on, by its last name: `target` of `this.target.setWeights(…)`. */
  readonly receiver: string | undefined
  /** The function that it is in, or its line. */
  readonly by: string
  readonly span: Span
}

interface MethodCall extends CallElsewhere {
  readonly callee: CodeNode
}

const callsByModule = new WeakMap<Module, readonly MethodCall[]>()

/** The calls of methods of these names in functions of some modules, apart from those that a walk has visited. */
export const callsElsewhere = (
  modules: readonly Module[],
  methods: ReadonlySet<string>,
  visited: ReadonlySet<CodeNode>,
): readonly CallElsewhere[] =>
  modules.flatMap(module =>
    methodCalls(module).filter(({ method, callee }) => methods.has(method) && !visited.has(callee)),
  )

function methodCalls(module: Module): readonly MethodCall[] {
  const known = callsByModule.get(module)
  if (known) return known
  const found: MethodCall[] = []
  for (const code of nodesOf(module.body)) {
    if (!isFunctionCode(code) || !isCallable(code, module)) continue
    for (const node of ownNodesOf(code.body)) {
      if (node.kind !== 'call' || node.callee.kind !== 'member') continue
      const { callee, span } = node
      const method = nameOf(callee)
      if (method === undefined) continue
      const by = code.name === '' ? `line ${positionAt(span.file, span.start).line}` : `\`${code.name}\``
      found.push({ method, receiver: nameOf(callee.object), by, span, callee })
    }
  }
  callsByModule.set(module, found)
  return found
}

/** The last name of what an expression reads. */
function nameOf(expression: Expression | { readonly kind: 'super' }): string | undefined {
  if (expression.kind === 'variable') return expression.binding.name
  if (expression.kind !== 'member' || expression.key.kind !== 'literal') return undefined
  return String(expression.key.value)
}

/** Whether other code may call a function: one that a module declares for itself, and never names, runs for nobody. */
function isCallable(code: FunctionCode, { body, exports }: Module): boolean {
  const binding = declaredAs(code, body)
  if (!binding || exports.some(entry => entry.kind === 'local' && entry.binding === binding)) return true
  const inside = new Set<object>(nodesOf(code))
  return nodesOf(body).some(node => node.kind === 'variable' && node.binding === binding && !inside.has(node))
}
