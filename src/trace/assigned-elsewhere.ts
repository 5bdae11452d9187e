import type { Binding, ClassCode, Expression, FunctionCode, Module, Target } from '../core/program.js'
import { type CodeNode, isFunctionCode, nodesOf, ownNodesOf } from '../core/walk.js'
import { positionAt, type Span } from '../text/source.js'

/** What code assigns: a variable, or a field by its name, whichever object it is of. */
export type Assigned = { readonly binding: Binding } | { readonly key: string }

/** An assignment, and what it is called: by the function that it is in, or by its line. */
export interface Assignment {
  readonly by: string
  readonly span: Span
}

/** Where a function other than `own`, and not inside of it, assigns a variable or field more than nothing. */
export const assignedElsewhere = (
  modules: readonly Module[],
  own: FunctionCode,
  assigned: Assigned,
): Assignment | undefined =>
  foundElsewhere(
    modules,
    own,
    node => node.kind === 'assign' && !isNothing(node.value) && assigns(node.target, assigned),
  )

/** Where a function that is no constructor does so, which may be called between two calls of `own`. */
export const setElsewhere = (
  modules: readonly Module[],
  own: FunctionCode,
  assigned: Assigned,
): Assignment | undefined => {
  const constructors = new Set<FunctionCode | undefined>(
    modules.flatMap(({ body }) => nodesOf(body).flatMap(classesIn)).map(({ constructor_ }) => constructor_),
  )
  return foundElsewhere(
    modules,
    own,
    node => node.kind === 'assign' && assigns(node.target, assigned),
    code => !constructors.has(code),
  )
}

const classesIn = (node: CodeNode): readonly ClassCode[] => (node.kind === 'class' ? [node.class] : [])

/** Where such a function adds to the list that a variable or field holds: `filling` are the methods of lists that do. */
export const filledElsewhere = (
  modules: readonly Module[],
  own: FunctionCode,
  assigned: Assigned,
  filling: ReadonlySet<string>,
): Assignment | undefined =>
  foundElsewhere(modules, own, node => {
    if (node.kind === 'assign')
      return (
        (assigns(node.target, assigned) && !isEmptyList(node.value) && !isNothing(node.value)) ||
        (node.target.kind === 'member' && reads(node.target.object, assigned))
      )
    if (node.kind !== 'call' || node.callee.kind !== 'member') return false
    const { object, key } = node.callee
    return key.kind === 'literal' && filling.has(String(key.value)) && reads(object, assigned)
  })

/** Where such a function makes a number of what the variable or field holds, and puts it there: `x += 1`, `x = min(x, 9)`. */
export const changedElsewhere = (
  modules: readonly Module[],
  own: FunctionCode,
  assigned: Assigned,
): Assignment | undefined => {
  const readsIt = (code: unknown) => nodesOf(code).some(node => reads(node, assigned))
  const assignsIt = (code: unknown) =>
    nodesOf(code).some(node => node.kind === 'assign' && assigns(node.target, assigned))
  return foundElsewhere(
    modules,
    own,
    node =>
      (node.kind === 'assign' && assigns(node.target, assigned) && readsIt(node.value)) ||
      (node.kind === 'with' && readsIt(node.value) && assignsIt(node.body)),
  )
}

function foundElsewhere(
  modules: readonly Module[],
  own: FunctionCode,
  isMeant: (node: Placed) => boolean,
  isAmong: (code: FunctionCode) => boolean = () => true,
): Assignment | undefined {
  const inside = new Set<object>(nodesOf(own))
  for (const module of modules) {
    for (const code of functionsIn(module.body)) {
      if (inside.has(code) || !isAmong(code) || runsOnLoadOnly(code, module)) continue
      for (const node of ownNodesOf(code.body)) {
        if (!('span' in node) || !isMeant(node)) continue
        const { span } = node
        const by = code.name === '' ? `line ${positionAt(span.file, span.start).line}` : `\`${code.name}\``
        return { by, span }
      }
    }
  }
  return undefined
}

/** The variable that the top level of a module declares for a function; undefined where it declares none. */
export const declaredAs = (code: FunctionCode, body: Module['body']): Binding | undefined =>
  ownNodesOf(body).flatMap(node =>
    node.kind === 'declare' &&
    node.target.kind === 'variable' &&
    node.value?.kind === 'function' &&
    node.value.function === code
      ? [node.target.binding]
      : [],
  )[0]

/** Whether a function is called where its module is loaded, and nothing can call it after that. */
function runsOnLoadOnly(code: FunctionCode, { body, exports }: Module): boolean {
  const top = ownNodesOf(body)
  const binding = declaredAs(code, body)
  if (!binding || exports.some(entry => entry.kind === 'local' && entry.binding === binding)) return false
  const isIt = (node: CodeNode) => node.kind === 'variable' && node.binding === binding
  const calls = top.filter(node => node.kind === 'call' && isIt(node.callee)).length
  return calls > 0 && nodesOf(body).filter(isIt).length === calls + 1
}

/** A node of code that has a place. */
type Placed = Extract<CodeNode, { readonly span: Span }>

function reads(node: CodeNode, assigned: Assigned): boolean {
  if (node.kind === 'variable') return 'binding' in assigned && node.binding === assigned.binding
  if (node.kind !== 'member' || !('key' in assigned)) return false
  return node.key.kind === 'literal' && node.key.value === assigned.key
}

const isEmptyList = (value: Expression): boolean => value.kind === 'array' && value.elements.length === 0

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
