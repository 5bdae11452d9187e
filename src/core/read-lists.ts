/** What printed text is made of: words, texts in quotes, and lists of them. */
export type Item = string | Quoted | List

export interface Quoted {
  readonly text: string
}

export interface List {
  readonly open: '(' | '['
  readonly items: readonly Item[]
}

export function isList(item: Item | undefined): item is List {
  return typeof item === 'object' && 'items' in item
}

/** The items of a text, one after the other. Throws where brackets do not match. */
export function readItems(text: string): readonly Item[] {
  const outer: Item[] = []
  const open: { readonly open: '(' | '['; readonly items: Item[] }[] = []
  const token = /\s+|([([])|([)\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+)/y
  while (token.lastIndex < text.length) {
    const at = token.lastIndex
    const match = token.exec(text)
    if (!match) throw new Error(`unreadable text at ${at}`)
    const [, opening, closing, quoted, word] = match
    const items = open.at(-1)?.items ?? outer
    if (opening === '(' || opening === '[') {
      const inner: (typeof open)[number] = { open: opening, items: [] }
      items.push(inner)
      open.push(inner)
    } else if (closing) {
      const inner = open.pop()
      if (!inner || (inner.open === '(') !== (closing === ')'))
        throw new Error(`unmatched ${closing} at ${at}`)
    } else if (quoted) items.push({ text: String(JSON.parse(quoted)) })
    else if (word) items.push(word)
  }
  if (open.length > 0) throw new Error('a list is not closed')
  return outer
}

/** Takes the items of a list one by one. */
export class Items {
  readonly #items: readonly Item[]
  #at = 0

  constructor(items: readonly Item[]) {
    this.#items = items
  }

  get isEmpty(): boolean {
    return this.#at >= this.#items.length
  }

  next(): Item {
    const item = this.#items[this.#at++]
    if (item === undefined) throw new Error('a list is too short')
    return item
  }

  word(): string {
    const item = this.next()
    if (typeof item !== 'string') throw new Error(`a word is missing before ${JSON.stringify(item)}`)
    return item
  }

  text(): string {
    const item = this.next()
    if (typeof item === 'string' || isList(item)) throw new Error('a text in quotes is missing')
    return item.text
  }

  /** Whether the next item is this word; takes it if so. */
  flag(word: string): boolean {
    if (this.#items[this.#at] !== word) return false
    this.#at++
    return true
  }

  /** The rest of the next item if it is a list that starts with this word; takes it if so. */
  part(word: string): Items | undefined {
    const item = this.#items[this.#at]
    if (!isList(item) || item.open !== '(' || item.items[0] !== word) return undefined
    this.#at++
    return new Items(item.items.slice(1))
  }

  /** What is left, each item read. */
  all<Result>(read: (item: Item) => Result): Result[] {
    const results: Result[] = []
    while (!this.isEmpty) results.push(read(this.next()))
    return results
  }
}
