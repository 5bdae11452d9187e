/** How to undo what was written since some point in time, the last write first. */
export class Journal {
  readonly #undo: (() => void)[] = []
  #open = 0

  /** Begins an action that may have to be undone. */
  begin(): number {
    this.#open++
    return this.#undo.length
  }

  /** Ends the action that began at a mark, and undoes it unless it is kept. */
  end(mark: number, isKept: boolean): void {
    this.#open--
    while (!isKept && this.#undo.length > mark) this.#undo.pop()!()
    if (this.#open === 0) this.#undo.length = 0
  }

  note(undo: () => void): void {
    if (this.#open > 0) this.#undo.push(undo)
  }
}

/** A map whose writes can be undone, at the cost of what was written only. */
export class JournaledMap<Entry> {
  readonly #map = new Map<string, Entry>()
  readonly #journal: Journal

  constructor(journal: Journal) {
    this.#journal = journal
  }

  get(key: string): Entry | undefined {
    return this.#map.get(key)
  }

  set(key: string, entry: Entry): void {
    const before = this.#map.get(key)
    this.#journal.note(() => {
      if (before === undefined) this.#map.delete(key)
      else this.#map.set(key, before)
    })
    this.#map.set(key, entry)
  }

  delete(key: string): void {
    const before = this.#map.get(key)
    if (before === undefined) return
    this.#journal.note(() => this.#map.set(key, before))
    this.#map.delete(key)
  }
}
