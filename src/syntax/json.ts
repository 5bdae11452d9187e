import type { SourceFile, Span } from '../text/source.js'

/** A JSON text with places. */
export type Json =
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null; readonly span: Span }
  | { readonly kind: 'list'; readonly items: readonly Json[]; readonly span: Span }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Json>; readonly span: Span }

export interface JsonProblem {
  readonly problem: string
  readonly span: Span
}

/** Deeper files are refused; models nest a few levels. */
const deepest = 200

/** Reads a JSON text (RFC 8259), or says where it is none. */
export function readJson(file: SourceFile): Json | JsonProblem {
  const reader = new JsonReader(file)
  try {
    return reader.document()
  } catch (error) {
    if (error instanceof JsonError) return { problem: error.message, span: reader.place() }
    throw error
  }
}

export const isJsonProblem = (value: Json | JsonProblem): value is JsonProblem => 'problem' in value

class JsonError extends Error {}

const token = /[{}[\],:]|"(?:[^"\\]|\\.)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
const space = /[ \t\r\n\ufeff]*/y

class JsonReader {
  readonly #file: SourceFile
  #at = 0
  /** Where the last token starts. */
  #start = 0

  constructor(file: SourceFile) {
    this.#file = file
  }

  place(): Span {
    const { length } = this.#file.text
    return { file: this.#file, start: Math.min(this.#at, length), end: Math.min(this.#at + 1, length) }
  }

  document(): Json {
    const value = this.#value(0)
    this.#skip()
    if (this.#at < this.#file.text.length) throw new JsonError('expected the end of the file')
    return value
  }

  #value(depth: number): Json {
    if (depth > deepest) throw new JsonError(`more than ${deepest} levels are nested`)
    this.#skip()
    const start = this.#at
    const text = this.#next('a value')
    const span = (): Span => ({ file: this.#file, start, end: this.#at })
    if (text === '[') {
      const items: Json[] = []
      this.#each(']', () => {
        items.push(this.#value(depth + 1))
      })
      return { kind: 'list', items, span: span() }
    }
    if (text === '{') {
      const fields = new Map<string, Json>()
      this.#each('}', () => {
        const key = this.#next('a key')
        if (!key.startsWith('"')) this.#refuse('expected a key in quotes')
        if (this.#next('a colon') !== ':') this.#refuse('expected a colon')
        fields.set(this.#scalar(key) as string, this.#value(depth + 1))
      })
      return { kind: 'record', fields, span: span() }
    }
    if (/^[\]},:]/.test(text)) this.#refuse('expected a value')
    return { kind: 'scalar', value: this.#scalar(text), span: span() }
  }

  /** Reads entries up to the closing mark. */
  #each(end: string, read: () => void): void {
    if (this.#peek() === end) {
      this.#next(end)
      return
    }
    for (;;) {
      read()
      const mark = this.#next(`a comma or ${end}`)
      if (mark === end) return
      if (mark !== ',') this.#refuse(`expected a comma or ${end}`)
    }
  }

  #peek(): string | undefined {
    this.#skip()
    return this.#file.text[this.#at]
  }

  #next(expected: string): string {
    this.#skip()
    token.lastIndex = this.#at
    const [text] = token.exec(this.#file.text) ?? []
    if (text === undefined) throw new JsonError(`expected ${expected}`)
    this.#start = this.#at
    this.#at += text.length
    return text
  }

  #scalar(text: string): string | number | boolean | null {
    try {
      return JSON.parse(text) as string | number | boolean | null
    } catch {
      return this.#refuse('a text holds a character that must be escaped')
    }
  }

  /** The last token is wrong. */
  #refuse(problem: string): never {
    this.#at = this.#start
    throw new JsonError(problem)
  }

  #skip(): void {
    space.lastIndex = this.#at
    this.#at += space.exec(this.#file.text)![0].length
  }
}
