/** What to undo: in each map, what stood under a key. */
interface Entry {
  readonly map: Map<string, unknown>
  readonly key: string
  readonly before: unknown
}

/** How to undo what was written since some point in time. */
export class Journal {
  readonly #entries: Entry[] = []
  #open = 0

  /** Begins an action that may have to be undone. */
  begin(): number {
    this.#open++
    return this.#entries.length
  }

  /** Ends the action that began at a mark, and undoes it unless it is kept. */
  end(mark: number, isKept: boolean): void {
    this.#open--
    while (!isKept && this.#entries.length > mark) {
      const { map, key, before } = this.#entries.pop()!
      if (before === undefined) map.delete(key)
      else map.set(key, before)
    }
    if (this.#open === 0) this.#entries.length = 0
  }

  note(map: Map<string, unknown>, key: string): void {
    if (this.#open > 0) this.#entries.push({ map, key, before: map.get(key) })
  }
}

/** A map of whose writes a journal is kept: they can be undone at the cost of what was written. */
export class JournaledMap<Value> {
  readonly #map = new Map<string, Value>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get(key: string): Value | undefined {
    return this.#map.get(key)
  }

  set(key: string, value: Value): void {
    this.#journal.note(this.#map, key)
    this.#map.set(key, value)
  }

  delete(key: string): void {
    this.#journal.note(this.#map, key)
    this.#map.delete(key)
  }
}
