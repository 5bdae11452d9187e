import type { FunctionCode, Module } from '../core/program.js'
import { type CodeNode, isFunctionCode, nodesOf, ownNodesOf } from '../core/walk.js'
import type { Model } from '../graph/model.js'
import type { Span } from '../text/source.js'
import type { Remains } from './host.js'
import type { Interpreter } from './interpreter.js'
import { Reach } from './reach.js'
import type { HostObject, Value } from './value.js'

/** The number of the first object of a walk, whether it was a call, what it gave, and what the code that asked for it still has. */
export interface Ended {
  readonly since: number
  readonly isCall: boolean
  readonly models: readonly Model[]
  readonly kept: readonly Value[]
}

/** What is left when a walk has come to its end. */
export function remainsOf(interpreter: Interpreter, { since, isCall, models, kept }: Ended): Remains {
  let reach: Reach | undefined
  let held: Reach | undefined
  return {
    since,
    isCall,
    models,
    get reach() {
      reach ??= reachOf(interpreter, models, kept)
      return reach
    },
    isHeld: object => {
      held ??= heldBy(interpreter, kept)
      return held.has(object)
    },
    isForgotten: (object, span) => isForgotten(interpreter, object, span),
    isWalked: span => isWalked(interpreter, span),
  }
}

function reachOf(interpreter: Interpreter, models: readonly Model[], kept: readonly Value[]): Reach {
  const reach = heldBy(interpreter, kept)
  reach.add(models, interpreter.calls.released)
  reach.add(interpreter.found.map(({ object }) => object))
  return reach
}

/** What code that comes later, or that is not followed, has or can find. */
function heldBy(interpreter: Interpreter, kept: readonly Value[]): Reach {
  const reach = new Reach()
  reach.add(kept, [...interpreter.modules.remaining()], interpreter.callbacks, interpreter.calls.lent)
  reach.add([...interpreter.written])
  return reach
}

/**
 * Whether the program has no code, in what was not walked this time, that may be about the object: all variables of
 * the function that made it were read or assigned, and so was whatever has a name that the object was given.
 */
function isForgotten(interpreter: Interpreter, object: HostObject, span: Span): boolean {
  const { visited, modules } = interpreter
  const names = interpreter.namesOf(object)
  const isVisited = modules.loaded.every(module => {
    const { places } = indexOf(module)
    return [...names].every(name => (places.get(name) ?? []).every(node => visited.has(node)))
  })
  return isVisited && isWalked(interpreter, span)
}

/** Whether all variables of the function that made something at a place were read or assigned, and no caller may give it. */
function isWalked({ visited, modules }: Interpreter, span: Span): boolean {
  const module = modules.loaded.find(({ path }) => path === span.file.path)
  if (!module) return true
  const maker = indexOf(module).functions.findLast(code => isInside(span, code.span))
  // What a parameter is without an argument, a call may give something else for.
  if (maker && ownNodesOf([maker.parameters]).some(node => 'span' in node && isInside(span, node.span)))
    return false
  const own = ownNodesOf(maker ? [maker.parameters, maker.rest, maker.body] : module.body)
  return own.every(node => node.kind !== 'variable' || visited.has(node))
}

interface Index {
  /** Where a variable or field of a name is read or assigned. */
  readonly places: ReadonlyMap<string, readonly CodeNode[]>
  /** Inner functions after those that they are in. */
  readonly functions: readonly FunctionCode[]
}

const indices = new WeakMap<Module, Index>()

function indexOf(module: Module): Index {
  const known = indices.get(module)
  if (known) return known
  const places = new Map<string, CodeNode[]>()
  const functions: FunctionCode[] = []
  for (const node of nodesOf(module.body)) {
    if (isFunctionCode(node)) functions.push(node)
    for (const name of namesIn(node)) {
      const list = places.get(name) ?? []
      places.set(name, list)
      list.push(node)
    }
  }
  functions.sort((a, b) => a.span.start - b.span.start || b.span.end - a.span.end)
  const index = { places, functions }
  indices.set(module, index)
  return index
}

/** The names of the variable or fields that a place is about. */
function namesIn(node: CodeNode): readonly string[] {
  if (node.kind === 'variable') return [node.binding.name]
  if (node.kind === 'member') return node.key.kind === 'literal' ? [String(node.key.value)] : []
  if (node.kind !== 'objectPattern') return []
  return node.entries.flatMap(({ key }) => (key.kind === 'literal' ? [String(key.value)] : []))
}

const isInside = (inner: Span, outer: Span): boolean =>
  inner.file.path === outer.file.path && inner.start >= outer.start && inner.end <= outer.end
