import type { Cell } from './scope.js'
import type { ArrayObject, HostObject, ObjectValue } from './value.js'

/** Something that can change: a variable, a field, an array's elements, a library object's state. */
export type Slot =
  | { readonly kind: 'cell'; readonly cell: Cell }
  | { readonly kind: 'property'; readonly object: ObjectValue; readonly key: string }
  | { readonly kind: 'elements'; readonly object: ArrayObject }
  | { readonly kind: 'state'; readonly object: HostObject }

/** What is known of slots; two records of one slot are one. */
export class SlotMap<Entry> {
  readonly #owners = new Map<object, Map<string, Entry>>()

  get(slot: Slot): Entry | undefined {
    return this.#owners.get(ownerOf(slot))?.get(keyOf(slot))
  }

  set(slot: Slot, entry: Entry): void {
    const owner = ownerOf(slot)
    let entries = this.#owners.get(owner)
    if (!entries) {
      entries = new Map()
      this.#owners.set(owner, entries)
    }
    entries.set(keyOf(slot), entry)
  }

  values(): readonly Entry[] {
    const all: Entry[] = []
    for (const entries of this.#owners.values()) for (const entry of entries.values()) all.push(entry)
    return all
  }
}

function ownerOf(slot: Slot): object {
  return slot.kind === 'cell' ? slot.cell : slot.object
}

/** An object may have a field that is called as what else can change of it. */
function keyOf(slot: Slot): string {
  return slot.kind === 'property' ? `.${slot.key}` : slot.kind
}
