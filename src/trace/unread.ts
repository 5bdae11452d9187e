import type {
  Binding,
  Entry,
  Expression,
  FunctionCode,
  Module,
  PatternElement,
  Target,
} from '../core/program.js'
import { type CodeNode, nodesOf } from '../core/walk.js'
import { type Diagnostic, diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../text/source.js'
import { isObject, type Value } from './value.js'

/** A place where the program says a number, text or truth value that no code reads. */
export interface UnreadSetting {
  readonly name: string
  /** The function or object that it belongs to: `createModel`, `config`. */
  readonly owner: string
  readonly span: Span
}

export const unreadSetting = ({ name, owner, span }: UnreadSetting): Diagnostic =>
  diagnostic('unread-setting', { name, owner }, { span })

type Call = Extract<Expression, { kind: 'call' }>

/** What a function that was called declares, or was given by an object that is written as an argument, and does not read. */
export function unreadIn(callee: Value, call?: Call): readonly UnreadSetting[] {
  const called = calledCode(callee)
  if (!called || called.code.argumentsBinding) return []
  return [...unreadDefaults(called), ...(call ? unreadKeys(call, called) : [])]
}

/** Parameters that have a literal as default, in a pattern or alone, and that the function does not mention again. */
function unreadDefaults({ code, name: owner }: Called): readonly UnreadSetting[] {
  const { mentions } = usesIn(code)
  return code.parameters.flatMap(parameter =>
    placesOf(parameter).flatMap(({ target, default: fallback }) => {
      const isUnread = target.kind === 'variable' && mentions.get(target.binding) === 1
      if (!isUnread || !isPlain(fallback) || isIgnored(target.binding.name)) return []
      return [{ name: target.binding.name, owner, span: target.span }]
    }),
  )
}

/** A parameter, or what its pattern takes out of it, each with its own default or with that in the default of the whole. */
function placesOf({ target, default: whole }: PatternElement): readonly PatternElement[] {
  if (target.kind !== 'objectPattern' || target.rest) return [{ target, ...(whole && { default: whole }) }]
  const defaults = whole?.kind === 'object' ? propertiesOf(whole.entries) : []
  return target.entries.map(({ key, element }) => {
    const fallback = element.default ?? defaults.find(({ name }) => name === literalOf(key))?.value
    return { target: element.target, ...(fallback && { default: fallback }) }
  })
}

/** Keys of an object that is written as an argument, and of which the function reads others only. */
function unreadKeys(call: Call, { code, name: owner }: Called): readonly UnreadSetting[] {
  // Under another name it may stand for one of several functions.
  if (nameOf(call.callee) !== owner) return []
  return call.arguments.flatMap((argument, i) => {
    if (argument.kind !== 'item' || argument.value.kind !== 'object') return []
    const keys = readableKeys(code, i)
    return keys ? unreadOf(argument.value.entries, keys, owner) : []
  })
}

/** Keys of objects that a module reads by name only, from objects of which the walk has read another key. */
export function unreadFields(module: Module, visited: ReadonlySet<CodeNode>): readonly UnreadSetting[] {
  const { mentions, members } = usesIn(module.body)
  const exported = new Set(exportedBy(module))
  return nodesOf(module.body).flatMap(node => {
    if (node.kind !== 'declare' || node.target.kind !== 'variable' || node.value?.kind !== 'object') return []
    const { binding } = node.target
    const reads = members.get(binding) ?? []
    const isWhole = exported.has(binding) || mentions.get(binding) !== reads.length + 1
    if (isWhole || !reads.some(read => visited.has(read))) return []
    return unreadOf(node.value.entries, new Set(reads.map(keyOf)), binding.name)
  })
}

/**
 * Variables with the name of a setting that hold a literal, and that no code of a module mentions again. What a script of a page
 * declares at its top, others of the page can read.
 */
export function unreadVariables(
  module: Module,
  isSetting: (name: string) => boolean,
): readonly UnreadSetting[] {
  const { mentions } = usesIn(module.body)
  const hidden = new Set([...sharedNames(module), ...exportedBy(module)])
  const owner = module.path.split('/').at(-1)!
  return nodesOf(module.body).flatMap(node => {
    if (node.kind !== 'declare' || node.target.kind !== 'variable' || !isPlain(node.value)) return []
    const { binding } = node.target
    if (mentions.get(binding) !== 1 || hidden.has(binding) || isIgnored(binding.name)) return []
    if (!isSetting(binding.name)) return []
    return [{ name: binding.name, owner, span: node.target.span }]
  })
}

/** Whether a variable is one that no code mentions but its declaration, and that no other file can read. */
export function isUnread(
  target: Target,
  modules: readonly Module[],
): target is Extract<Target, { kind: 'variable' }> {
  if (target.kind !== 'variable' || isIgnored(target.binding.name)) return false
  const { binding, span } = target
  const module = modules.find(({ path }) => path === span.file.path)
  if (!module || usesIn(module.body).mentions.get(binding) !== 1) return false
  return ![...sharedNames(module), ...exportedBy(module)].includes(binding)
}

/** What is declared at the top of a file that imports and exports nothing. */
function sharedNames({ scope, imports, exports, globals }: Module): readonly Binding[] {
  const isOwn =
    exports.length > 0 ||
    imports.some(({ imported }) => imported !== '') ||
    globals.some(({ name }) => ['require', 'module', 'exports'].includes(name))
  return isOwn ? [] : scope
}

const exportedBy = (module: Module): readonly Binding[] =>
  module.exports.flatMap(entry => (entry.kind === 'local' ? [entry.binding] : []))

interface Uses {
  /** How often a variable is read or assigned, its declaration included. */
  readonly mentions: ReadonlyMap<Binding, number>
  /** Where a field with a known name is read or assigned, by the variable with the object. */
  readonly members: ReadonlyMap<Binding, readonly Extract<CodeNode, { kind: 'member' }>[]>
}

const usesIn = once((code: object): Uses => {
  const mentions = new Map<Binding, number>()
  const members = new Map<Binding, Extract<CodeNode, { kind: 'member' }>[]>()
  for (const node of nodesOf(code)) {
    if (node.kind === 'variable') mentions.set(node.binding, (mentions.get(node.binding) ?? 0) + 1)
    if (node.kind !== 'member' || node.object.kind !== 'variable' || node.key.kind !== 'literal') continue
    const { binding } = node.object
    members.set(binding, [...(members.get(binding) ?? []), node])
  }
  return { mentions, members }
})

/** The keys that a function can read of one of its parameters; undefined where it may read any. */
function readableKeys(code: FunctionCode, i: number): ReadonlySet<string> | undefined {
  const target = code.parameters[i]?.target
  if (target?.kind === 'objectPattern') {
    const keys = target.entries.map(({ key }) => (key.kind === 'literal' ? String(key.value) : undefined))
    const isKnown = !target.rest && keys.every(key => key !== undefined)
    return isKnown ? new Set(keys) : undefined
  }
  if (target?.kind !== 'variable') return undefined
  const { mentions, members } = usesIn(code)
  const reads = members.get(target.binding) ?? []
  if (reads.length === 0 || mentions.get(target.binding) !== reads.length + 1) return undefined
  return new Set(reads.map(keyOf))
}

function unreadOf(
  entries: readonly Entry[],
  read: ReadonlySet<string>,
  owner: string,
): readonly UnreadSetting[] {
  return propertiesOf(entries).flatMap(({ name, value, span }) =>
    !isPlain(value) || read.has(name) || isIgnored(name) ? [] : [{ name, owner, span }],
  )
}

/** What an object that is written down says under names that are written down. */
function propertiesOf(
  entries: readonly Entry[],
): readonly { readonly name: string; readonly value: Expression; readonly span: Span }[] {
  return entries.flatMap(entry => {
    const name = entry.kind === 'property' ? literalOf(entry.key) : undefined
    return name !== undefined && entry.kind === 'property'
      ? [{ name, value: entry.value, span: entry.span }]
      : []
  })
}

const literalOf = (key: Expression): string | undefined =>
  key.kind === 'literal' ? String(key.value) : undefined

const keyOf = ({ key }: Extract<CodeNode, { kind: 'member' }>): string =>
  key.kind === 'literal' ? String(key.value) : ''

/** By convention such a name says that the value is not meant to be read. */
const isIgnored = (name: string): boolean => name.startsWith('_')

function isPlain(value: Expression | undefined): boolean {
  if (value?.kind === 'operator' && value.operator === 'negate') return isPlain(value.operands[0])
  return value?.kind === 'literal' && value.value !== null && value.value !== undefined
}

function nameOf(callee: Expression): string | undefined {
  if (callee.kind === 'variable') return callee.binding.name
  return callee.kind === 'member' && callee.key.kind === 'literal' ? String(callee.key.value) : undefined
}

interface Called {
  readonly code: FunctionCode
  readonly name: string
}

/** The function that a call runs; methods stand for others of their name, which may read more. */
function calledCode(callee: Value): Called | undefined {
  if (!isObject(callee)) return undefined
  if (callee.kind === 'closure')
    return callee.home || callee.code.name === '' ? undefined : { code: callee.code, name: callee.code.name }
  const code = callee.kind === 'class' ? callee.code.constructor_ : undefined
  return callee.kind === 'class' && code ? { code, name: callee.code.name } : undefined
}

function once<Key extends object, Result>(compute: (key: Key) => Result): (key: Key) => Result {
  const known = new WeakMap<Key, Result>()
  return key => {
    const before = known.get(key)
    if (before !== undefined) return before
    const result = compute(key)
    known.set(key, result)
    return result
  }
}
