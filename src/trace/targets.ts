import type { ClassCode, Expression, FunctionCode, Module, Statement, Target } from '../core/program.js'
import { nodesOf } from '../core/walk.js'
import type { Span } from '../text/source.js'

/** A function or method that may build a model: `createModel`, `Network.build`. */
export interface Candidate {
  readonly name: string
  readonly span: Span
}

/**
 * Functions and methods of a module whose own code, functions inside included, calls something that makes a model.
 * Only functions that can be named from outside are listed; a helper inside one belongs to it.
 */
export function candidates(module: Module, modelCalls: ReadonlySet<string>): readonly Candidate[] {
  return functionsOf(module)
    .filter(({ code }) => mentions(code, modelCalls))
    .map(({ name, code }) => ({ name, span: code.span }))
}

/** Every function and method of a module that can be named from outside. */
export function namedFunctions(module: Module): readonly Candidate[] {
  return functionsOf(module).map(({ name, code }) => ({ name, span: code.span }))
}

/** Functions and methods that have a parameter of each name. */
export function functionsTaking(module: Module, names: readonly string[]): readonly Candidate[] {
  return functionsOf(module)
    .filter(({ code }) => names.every(name => code.parameters.some(({ target }) => isNamed(target, name))))
    .map(({ name, code }) => ({ name, span: code.span }))
}

/** Whether a parameter, or a part that it takes out of what it is given, has a name. */
function isNamed(target: Target, name: string): boolean {
  if (target.kind === 'variable') return target.binding.name === name
  if (target.kind === 'arrayPattern') return target.elements.some(part => part && isNamed(part.target, name))
  return (
    target.kind === 'objectPattern' && target.entries.some(({ element }) => isNamed(element.target, name))
  )
}

/** Where a function that a target names is written. */
export function placeOf(module: Module, target: string): Span | undefined {
  return functionsOf(module).find(({ name }) => name === target)?.code.span
}

/** The functions of the top level and the methods of its classes and objects, by the name of their target. */
function functionsOf(module: Module): readonly { readonly name: string; readonly code: FunctionCode }[] {
  return declarations(module.body).flatMap(({ name, value }) => {
    if (value.kind === 'function') return [{ name, code: value.function }]
    const found: { readonly name: string; readonly code: FunctionCode }[] = []
    if (value.kind === 'class')
      methodsOf(value.class, (method, code) => found.push({ name: `${name}.${method}`, code }))
    if (value.kind !== 'object') return found
    for (const entry of value.entries) {
      if (entry.kind === 'property' && entry.value.kind === 'function' && entry.key.kind === 'literal')
        found.push({ name: `${name}.${String(entry.key.value)}`, code: entry.value.function })
    }
    return found
  })
}

/** What a target can be, by its name: a variable, a function, a method, or an exported field of CommonJS. */
export interface TargetPlace {
  readonly name: string
  readonly span: Span
}

export function targetPlaces(module: Module): readonly TargetPlace[] {
  return declarations(module.body).flatMap(({ name, value }) => {
    const methods: TargetPlace[] = []
    if (value.kind === 'class')
      methodsOf(value.class, (method, { span }) => methods.push({ name: `${name}.${method}`, span }))
    return [{ name, span: value.span }, ...methods]
  })
}

/** All names that a target can have. */
export function targetNames(module: Module): readonly string[] {
  return targetPlaces(module).map(({ name }) => name)
}

function methodsOf(code: ClassCode, visit: (name: string, code: FunctionCode) => void): void {
  if (code.constructor_) visit('constructor', code.constructor_)
  for (const { kind, key, function: body } of code.members) {
    if (kind === 'method' && key.kind === 'literal') visit(String(key.value), body)
  }
}

interface Declaration {
  readonly name: string
  readonly value: Expression
}

/** Top-level variables with their values, and what is assigned to `exports` or a prototype. */
function declarations(body: readonly Statement[]): readonly Declaration[] {
  return body.flatMap((statement): readonly Declaration[] => {
    if (statement.kind === 'block') return declarations(statement.body)
    if (statement.kind === 'declare' && statement.target.kind === 'variable') {
      return statement.value ? [{ name: statement.target.binding.name, value: statement.value }] : []
    }
    if (statement.kind !== 'expression' || statement.expression.kind !== 'assign') return []
    const { target, value } = statement.expression
    if (target.kind === 'variable') return [{ name: target.binding.name, value }]
    if (target.kind !== 'member' || target.key.kind !== 'literal') return []
    const name = String(target.key.value)
    const { object } = target
    const isExports =
      (object.kind === 'variable' && object.binding.name === 'exports') ||
      (object.kind === 'member' && object.key.kind === 'literal' && object.key.value === 'exports')
    return isExports ? [{ name, value }] : []
  })
}

/** Whether code contains a call of, or a reference to, a member with one of the names. */
export function mentions(
  code: Pick<FunctionCode, 'body' | 'parameters'> | Module,
  names: ReadonlySet<string>,
): boolean {
  for (const node of nodesOf('parameters' in code ? [code.body, code.parameters] : [code.body])) {
    if (node.kind !== 'call') continue
    const { callee } = node
    if (callee.kind === 'variable' && names.has(callee.binding.name)) return true
    if (callee.kind === 'member' && callee.key.kind === 'literal' && names.has(String(callee.key.value)))
      return true
  }
  return false
}
