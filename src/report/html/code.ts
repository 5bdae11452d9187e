import type { Element } from 'hast'
import type { ModelGraph } from '../../graph/model.js'
import { parametersOf } from '../../graph/model.js'
import { nodesBelow } from '../../graph/walk.js'
import { lineText, positionAt, type SourceFile, type Span } from '../../text/source.js'
import { visible } from '../frame.js'
import { type Child, e } from './elements.js'

/** Longer files are shown around what is spoken of. */
const mostLines = 800

/** So many lines around a place. */
const around = 12

/** A stretch of code that computes values, by their ids. */
interface Stretch {
  readonly start: number
  readonly end: number
  readonly nodes: Set<number>
}

/** The code that a check is about, with what computes what, and anchors for its lines. */
export class CodeListing {
  readonly #scope: string
  readonly #stretches = new Map<SourceFile, Map<string, Stretch>>()
  readonly #notable = new Map<SourceFile, Span[]>()

  constructor(scope: string, graph: ModelGraph | undefined) {
    this.#scope = scope
    if (graph) this.#addGraph(graph)
  }

  #addGraph({ model, provenance }: ModelGraph): void {
    for (const node of nodesBelow(model.outputs.map(output => output.node)))
      for (const { span } of provenance.origins(node)) this.#add(span, node.id)
    for (const { layer, parameter } of parametersOf(model)) {
      const span = provenance.origins(parameter.node)[0]?.span ?? layer?.origin.span
      if (span) this.#add(span, parameter.node.id)
    }
    for (const { node, origin } of model.inputs) this.#add(origin.span, node.id)
  }

  #add({ file, start, end }: Span, node: number): void {
    const stretches = this.#stretches.get(file) ?? new Map<string, Stretch>()
    this.#stretches.set(file, stretches)
    const key = `${start}-${end}`
    const known = stretches.get(key)
    if (known) known.nodes.add(node)
    else stretches.set(key, { start, end, nodes: new Set([node]) })
  }

  /** A place with something to say about it, as a link; its line is marked. */
  note(span: Span, text: string): Element {
    this.#notable.set(span.file, [...(this.#notable.get(span.file) ?? []), span])
    return this.link(span, text)
  }

  /** A place as a link to its line. */
  link(span: Span, text: string, className?: string): Element {
    const { file, start } = span
    if (!this.#stretches.has(file)) this.#stretches.set(file, new Map())
    const { line } = positionAt(file, start)
    return e(
      'a',
      { href: `#${this.#anchor(file, line)}`, ...(className && { className: [className] }) },
      visible(text),
    )
  }

  #anchor(file: SourceFile, line: number): string {
    return `${this.#scope}-f${[...this.#stretches.keys()].indexOf(file)}-L${line}`
  }

  render(): Child {
    const files = [...this.#stretches.keys()]
    if (files.length === 0) return undefined
    return files.map(file => {
      const lines = this.#shownLines(file)
      return e(
        'section',
        { className: ['file'] },
        e('h4', {}, visible(file.path)),
        e(
          'div',
          { className: ['listing'], tabIndex: 0, role: 'region', ariaLabel: `Code of ${visible(file.path)}` },
          e(
            'ol',
            {},
            ...lines.map(line =>
              line === undefined ? e('li', { className: ['gap'] }, '…') : this.#line(file, line),
            ),
          ),
        ),
      )
    })
  }

  /** The numbers of the lines to show; undefined where some are left out. */
  #shownLines(file: SourceFile): readonly (number | undefined)[] {
    const count = file.lineStarts.length
    const all = Array.from({ length: count }, (_, i) => i + 1)
    const last = lineText(file, count) === '' ? count - 1 : count
    if (count <= mostLines) return all.slice(0, last)
    const near = new Set<number>()
    const spans = [...this.#stretches.get(file)!.values(), ...(this.#notable.get(file) ?? [])]
    for (const { start } of spans) {
      const { line } = positionAt(file, start)
      for (let i = Math.max(1, line - around); i <= Math.min(count, line + around); i++) near.add(i)
    }
    const shown = all.filter(line => near.has(line)).slice(0, mostLines)
    return shown.flatMap((line, i) =>
      (i === 0 ? line > 1 : shown[i - 1] !== line - 1) ? [undefined, line] : [line],
    )
  }

  #line(file: SourceFile, line: number): Element {
    const start = file.lineStarts[line - 1]!
    const text = lineText(file, line)
    const end = start + text.length
    const stretches = [...this.#stretches.get(file)!.values()].filter(s => s.start < end && s.end > start)
    const begun = stretches.filter(stretch => stretch.start >= start)
    const notes = (this.#notable.get(file) ?? []).some(span => span.start >= start && span.start <= end)
    const nodes = [...new Set(begun.flatMap(stretch => [...stretch.nodes]))]
    return e(
      'li',
      { id: this.#anchor(file, line), value: line, className: notes ? ['notable'] : [] },
      e(
        'a',
        {
          className: ['number'],
          href: `#${this.#anchor(file, line)}`,
          ...(nodes.length > 0 && { dataN: nodes.join(' ') }),
          ariaLabel: `Line ${line}`,
        },
        String(line),
      ),
      e('code', {}, ...nested(text, start, stretches)),
    )
  }
}

/** A line as text with an element for each stretch; stretches of syntax trees lie in each other or apart. */
function nested(text: string, offset: number, stretches: readonly Stretch[]): readonly Child[] {
  const cut = stretches
    .map(({ start, end, nodes }) => ({
      start: Math.max(0, start - offset),
      end: Math.min(text.length, end - offset),
      nodes: [...nodes],
    }))
    .filter(({ start, end }) => start < end)
    .sort((a, b) => a.start - b.start || b.end - a.end)
  let at = 0
  const write = (from: number, until: number): Child[] => {
    const children: Child[] = []
    let position = from
    while (at < cut.length && cut[at]!.start < until) {
      const stretch = cut[at++]!
      const end = Math.min(stretch.end, until)
      if (stretch.start > position) children.push(codeText(text.slice(position, stretch.start)))
      children.push(
        e(
          'span',
          { className: ['stretch'], dataN: stretch.nodes.join(' ') },
          ...write(Math.max(position, stretch.start), end),
        ),
      )
      position = Math.max(position, end)
    }
    if (position < until) children.push(codeText(text.slice(position, until)))
    return children
  }
  return write(0, text.length)
}

/** Text of a file, with tabs as spaces. */
export const codeText = (text: string): string => visible(text.replaceAll('\t', '  '))
