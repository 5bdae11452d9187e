import { variablesOf } from '../core/walk.js'
import type { Node } from '../graph/node.js'
import { isObject, type ObjectValue, type Property, type Value } from './value.js'

/**
 * What can be got at from some values: through fields, elements, variables that functions read, and what library
 * objects hold. Whatever is outside can no longer matter to a program that has only these values.
 */
export class Reach {
  readonly #seen = new Set<object>()
  /** The nodes that tensors in reach were computed from. */
  readonly nodes = new Set<Node>()

  has(object: ObjectValue): boolean {
    return this.#seen.has(object)
  }

  /** Adds values, records of a library, or lists of them, with all that they lead to. */
  add(...items: readonly unknown[]): void {
    const pending: unknown[] = [...items]
    while (pending.length > 0) {
      const item = pending.pop()
      if (typeof item !== 'object' || item === null || this.#seen.has(item)) continue
      this.#seen.add(item)
      if (Array.isArray(item) || item instanceof Set) for (const inner of item) pending.push(inner)
      else if (item instanceof Map) for (const [key, inner] of item) pending.push(key, inner)
      else if (isNode(item)) {
        this.nodes.add(item)
        pending.push(item.inputs, item.attributes)
      } else if (isTraced(item)) this.#open(item, pending)
      else if (isPlain(item) && !('file' in item))
        for (const inner of Object.values(item)) pending.push(inner)
    }
  }

  #open(object: ObjectValue, pending: unknown[]): void {
    pending.push(object.prototype)
    for (const property of object.properties.values()) pushProperty(property, pending)
    switch (object.kind) {
      case 'array':
        for (const element of object.elements) pushProperty(element, pending)
        break
      case 'closure':
        pending.push(object.thisValue, object.home)
        for (const binding of variablesOf(object.code)) pending.push(object.scope.find(binding)?.value)
        break
      case 'class':
        pending.push(object.parent, object.instancePrototype)
        for (const binding of variablesOf(object.code)) pending.push(object.scope.find(binding)?.value)
        break
      case 'hostFunction':
        for (const value of object.holds ?? []) pending.push(value)
        break
      case 'host':
        pending.push(object.type.shows ? object.type.shows(object.state) : object.state)
    }
  }
}

function pushProperty({ value, getter, setter }: Property, pending: unknown[]): void {
  if (typeof value === 'object') pending.push(value)
  if (getter !== undefined) pending.push(getter)
  if (setter !== undefined) pending.push(setter)
}

const isNode = (item: object): item is Node => 'op' in item && 'inputs' in item

const isTraced = (item: object): item is ObjectValue =>
  'properties' in item && item.properties instanceof Map && isObject(item as Value)

/** Objects of classes, such as counters, lead nowhere. */
function isPlain(item: object): boolean {
  const prototype = Object.getPrototypeOf(item) as object | null
  return prototype === Object.prototype || prototype === null
}
