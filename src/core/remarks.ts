import { ts } from 'ts-morph'
import type { Lowering } from './names.js'
import type { Remark } from './program.js'

/** A piece of a comment and where it begins; marks of comments are blanks in it. */
interface Piece {
  readonly text: string
  readonly start: number
}

/** What a comment says of a name. */
interface Found {
  readonly type?: string
  readonly words: string
  readonly field?: string
  readonly start: number
}

type Declared = ts.ParameterDeclaration | ts.BindingElement

/**
 * What the source says of the parameters of a function beside the code. The parser skips comments, so they are read from
 * the text between its nodes.
 */
export class Remarks {
  readonly #lowering: Lowering
  /** Comments before the function and at the start of its body, which have to say what they are about. */
  readonly #comments: readonly Piece[]

  constructor(lowering: Lowering, node: ts.Node & { readonly body?: ts.Node | undefined }) {
    this.#lowering = lowering
    const { body } = node
    const { text } = lowering.tree
    this.#comments = this.#pieces([
      ...[lowering.documented, node.pos].flatMap(at => ts.getLeadingCommentRanges(text, at) ?? []),
      ...(body && ts.isBlock(body) ? commentsAt(text, body.statements.pos) : []),
    ])
  }

  on(parameter: ts.ParameterDeclaration, all: readonly ts.ParameterDeclaration[]): readonly Remark[] {
    const { name, type, questionToken } = parameter
    const { types } = this.#lowering
    const fields = ts.isObjectBindingPattern(name)
      ? name.elements.flatMap(element => this.#onField(element, name.elements))
      : []
    const found = ts.isIdentifier(name)
      ? this.#comments.flatMap(piece =>
          about(piece, name.text, ({ head, field }) => head === name.text && { field }),
        )
      : []
    const typed = type && {
      by: 'type' as const,
      type: questionToken ? `${types.write(type)} | undefined` : types.write(type),
      span: this.#lowering.span(type),
    }
    return [...this.#beside(parameter, all), ...fields, ...found.map(this.#remark), ...(typed ? [typed] : [])]
  }

  #onField(element: ts.BindingElement, all: readonly ts.BindingElement[]): readonly Remark[] {
    const key = element.propertyName ?? element.name
    if (!ts.isIdentifier(key)) return []
    const field = key.text
    const found = this.#comments.flatMap(piece =>
      about(piece, field, tag => (tag.field ?? tag.head) === field && { field }),
    )
    const named = found.map(remark => this.#remark({ ...remark, field }))
    return [...this.#beside(element, all).map(remark => ({ ...remark, field })), ...named]
  }

  /** The comments that stand next to a parameter, on its side of the commas. */
  #beside(node: Declared, all: readonly Declared[]): readonly Remark[] {
    const { text } = this.#lowering.tree
    const at = all.indexOf(node)
    const next = all[at + 1]
    const isBehind = (list: Declared, range: ts.CommentRange) =>
      !text.slice(list.pos, range.pos).includes('\n') &&
      text.slice(range.pos, list.getStart(this.#lowering.tree)).includes('\n')
    const before = commentsAt(text, node.pos).filter(range => at === 0 || !isBehind(node, range))
    const after = [node.name.end, node.end].flatMap(end => ts.getTrailingCommentRanges(text, end) ?? [])
    const behind = next ? commentsAt(text, next.pos).filter(range => isBehind(next, range)) : []
    return this.#pieces([...before, ...after, ...behind]).map(({ text: words, start }) =>
      this.#remark({ words, start }),
    )
  }

  readonly #remark = ({ start, ...found }: Found): Remark => {
    const end = start + found.words.length
    return { by: 'comment', ...found, span: { file: this.#lowering.file, start, end } }
  }

  #pieces(ranges: readonly ts.CommentRange[]): readonly Piece[] {
    const { text } = this.#lowering.tree
    const byStart = new Map(ranges.map(range => [range.pos, range]))
    return [...byStart.values()].map(({ pos, end }) => ({
      text: text
        .slice(pos, end)
        .replace(/^\/[*/]+|(?<!\*)\*+\/$|^[ \t]*\*+/gm, marks => ' '.repeat(marks.length)),
      start: pos,
    }))
  }
}

/** The comments from a place on, up to the next word. */
function commentsAt(text: string, at: number): readonly ts.CommentRange[] {
  return [...(ts.getTrailingCommentRanges(text, at) ?? []), ...(ts.getLeadingCommentRanges(text, at) ?? [])]
}

/** A name of a tag, `x` or `options.x`. */
interface TagName {
  readonly head: string
  readonly field?: string | undefined
}

/** What a comment says of a parameter: in a tag for it, or in a line that goes on with a shape after its name. */
function about(
  { text, start }: Piece,
  name: string,
  isMeant: (tag: TagName) => { readonly field?: string | undefined } | false,
): readonly Found[] {
  const tagged = tagsOf(text).flatMap(({ head, field, at, type, words }): readonly Found[] => {
    const meant = isMeant({ head, field })
    if (!meant) return []
    return [
      {
        words,
        start: start + at,
        ...(type !== undefined && { type }),
        ...(meant.field && { field: meant.field }),
      },
    ]
  })
  if (tagged.length > 0) return tagged
  const line = new RegExp(
    `(?<![\\w$.])${name.replaceAll('$', '\\$')}(?: *[:–—-] *| +)((?:(?:is|has|of|shape)[ :]+)*[[(].*)`,
    'g',
  )
  return [...untagged(text).matchAll(line)].map(match => ({
    words: match[1]!,
    start: start + match.index + match[0].length - match[1]!.length,
  }))
}

/** The text before the first tag. */
const untagged = (text: string): string => text.slice(0, tagStarts(text)[0])

/** Where tags begin: at the start of a line. */
const tagStarts = (text: string): readonly number[] =>
  [...text.matchAll(/^[^\S\n]*@/gm)].map(({ index }) => index)

interface Tag extends TagName {
  readonly type?: string
  readonly words: string
  readonly at: number
}

/** `@param {type} name - words`, also with `[name]` and `[name=default]` for what may be left out. */
function tagsOf(text: string): readonly Tag[] {
  const starts = tagStarts(text)
  return starts.flatMap((start, i): readonly Tag[] => {
    const tag = text.slice(start, starts[i + 1])
    const [word] = /^\s*@(?:param|arg|argument)\s+/.exec(tag) ?? []
    if (word === undefined) return []
    const type = tag[word.length] === '{' ? tag.slice(word.length + 1, closing(tag, word.length)) : undefined
    const before = type === undefined ? word.length : word.length + type.length + 2
    const rest = tag.slice(before)
    const [name, optional, head, field] =
      /^\s*(\[)?([\w$]+)(?:\.([\w$]+))?(?:\s*=[^\]\n]*)?\]?/.exec(rest) ?? []
    if (name === undefined || head === undefined) return []
    const own = optional ? `${type ?? 'unknown'} | undefined` : type
    return [
      {
        head,
        ...(field !== undefined && { field }),
        ...(own !== undefined && { type: own.trim() }),
        words: rest.slice(name.length).trimEnd(),
        at: start + before + name.length,
      },
    ]
  })
}

/** Where the brace at a place is closed again; the end of the text if it is not. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}
