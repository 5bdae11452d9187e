import type { Hover, MarkupKind } from 'vscode-languageserver'
import type { ClauseVerdict, Comparison } from '../compare/verdict.js'
import { spaceFormula } from '../equations/attributes.js'
import { expressionIn, namedLines } from '../equations/equations.js'
import { parameterExplainer } from '../equations/explanations.js'
import { type Formula, glyph, row, withoutControls } from '../equations/formula.js'
import { toLatex } from '../equations/latex.js'
import { reachable } from '../equations/lines.js'
import { meaningText } from '../equations/system.js'
import { countText } from '../equations/terminal.js'
import { toText } from '../equations/unicode.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { citationText, groundText, toldStatement, toldVerdict } from '../report/facts.js'
import { code, fenced, prose } from '../report/markdown-text.js'
import { formatPlace } from '../text/source.js'
import type { ClausePlace, ValuePlace } from './places.js'
import { rangeOf } from './positions.js'

/** Words, and names that stand as they are. */
type Prose = readonly (string | { readonly name: string })[]

type Block =
  | { readonly kind: 'prose'; readonly prose: Prose }
  | { readonly kind: 'mathematics'; readonly formula: Formula }
  | { readonly kind: 'list'; readonly items: readonly Prose[] }

/** So many values of one expression are shown, such as those of a layer that a loop makes. */
const mostValues = 3

/** So many parameters of an equation are explained. */
const mostParameters = 8

/** So many clauses about one expression are shown. */
const mostClauses = 6

/** In characters: a longer formula is no help in a small window. */
const longestFormula = 2000

/** The equation of what the code at a place computes, and what the specs of its checks say of it. */
export function hoverOfValue(place: ValuePlace, kind: MarkupKind): Hover {
  const { graph, pointed, clauses } = place
  const { applications, values, span } = pointed
  const layers = [...new Set(applications.map(({ layer }) => layer))].slice(0, mostValues)
  const shown = values.slice(0, mostValues)
  const blocks: Block[] = [
    ...(layers.length > 0
      ? [sentence(...layers.flatMap(({ kind: own, name }, i) => [`${i > 0 ? ', ' : ''}${own} `, { name }]))]
      : []),
    ...shown.flatMap(value => equationBlocks(graph, value)),
    ...(values.length > shown.length ? [sentence(`${values.length - shown.length} more values`)] : []),
    ...clauses.slice(0, mostClauses).map(clauseBlock),
    ...(clauses.length > mostClauses ? [sentence(`${clauses.length - mostClauses} more clauses`)] : []),
  ]
  return { contents: { kind, value: write(blocks, kind) }, range: rangeOf(span) }
}

/** What a check found out about a clause, and the equation of the code that it is about. */
export function hoverOfClause({ comparison, entry, values }: ClausePlace, kind: MarkupKind): Hover {
  const { code } = comparison
  const ground = groundText(entry)
  const blocks: Block[] = [
    clauseBlock({ comparison, entry }),
    ...(ground ? [sentence(ground)] : []),
    ...values.slice(0, mostValues).flatMap(value => {
      const origin = code.provenance.origins(value)[0]
      return [
        ...equationBlocks(code, value),
        ...(origin ? [sentence('computed at ', { name: formatPlace(origin.span) })] : []),
      ]
    }),
  ]
  return { contents: { kind, value: write(blocks, kind) }, range: rangeOf(entry.clause.span) }
}

const sentence = (...prose: Prose): Block => ({ kind: 'prose', prose })

function clauseBlock({
  comparison,
  entry,
}: {
  readonly comparison: Comparison
  readonly entry: ClauseVerdict
}): Block {
  const { sign, word } = toldVerdict(entry)
  const { clause } = entry
  const { words, equation } = toldStatement(entry, comparison.clauses)
  const cited = clause.citation ?? comparison.spec.citation
  return sentence(
    `${sign} ${word}: clause `,
    { name: clause.id },
    ' at ',
    { name: formatPlace(clause.span) },
    `: ${words}`,
    ...(equation ? [{ name: toText(equation) }] : []),
    ...(cited ? [`. ${citationText(cited)}`] : []),
  )
}

/** The equation of a value with the space that it lives in, and the parameters in it. */
function equationBlocks(graph: ModelGraph, value: Node): readonly Block[] {
  const { names, lines } = namedLines(graph)
  const left = names.symbol(value)
  const isLeaf = value.inputs.length === 0
  const right = isLeaf ? undefined : expressionIn(graph, value, [value], () => undefined)
  const whole = left && right ? row(left, glyph(' = '), right) : (right ?? left)
  if (!whole) return []
  const { shape } = value.type
  const space = shape ? row(glyph(' \\quad\\in ', '  ∈ '), spaceFormula(shape)) : undefined
  const explain = parameterExplainer(graph.model)
  const isLine = new Set(lines)
  const below = reachable([value], node => (node !== value && isLine.has(node) ? [] : node.inputs))
  const items = below.flatMap(node => {
    const explained = explain(node, undefined, inner => names.symbol(inner))
    if (!explained) return []
    const { symbol, space: own, count } = explained
    const where = own ? ` ∈ ${toText(own)}` : ''
    const size = count === undefined ? '' : `, ${countText(count)} ${count === 1 ? 'number' : 'numbers'}`
    return [[{ name: `${toText(symbol)}${where}` }, `: ${meaningText(explained)}${size}`]]
  })
  const more = items.length > mostParameters ? [[`and ${items.length - mostParameters} more`]] : []
  return [
    { kind: 'mathematics', formula: space && !isLeaf ? row(whole, space) : whole },
    ...(items.length > 0
      ? [{ kind: 'list' as const, items: [...items.slice(0, mostParameters), ...more] }]
      : []),
  ]
}

/** Names and texts are the user's: in Markdown they act as text only. */
function write(blocks: readonly Block[], kind: MarkupKind): string {
  const writeBlock = kind === 'markdown' ? markdownOf : plainOf
  return blocks.map(writeBlock).join('\n\n')
}

function markdownOf(block: Block): string {
  if (block.kind === 'prose') return markdownProse(block.prose)
  if (block.kind === 'list') return block.items.map(item => `- ${markdownProse(item)}`).join('\n')
  const latex = toLatex(block.formula)
  const isShort = latex.length <= longestFormula
  return [fenced(cut(toText(block.formula)), 'text'), ...(isShort ? [fenced(latex, 'latex')] : [])].join(
    '\n\n',
  )
}

function plainOf(block: Block): string {
  if (block.kind === 'prose') return plainProse(block.prose)
  if (block.kind === 'list') return block.items.map(item => `- ${plainProse(item)}`).join('\n')
  return cut(toText(block.formula))
}

const markdownProse = (parts: Prose): string =>
  parts.map(part => (typeof part === 'string' ? prose(part) : code(part.name))).join('')

const plainProse = (parts: Prose): string =>
  withoutControls(parts.map(part => (typeof part === 'string' ? part : part.name)).join(''))

const cut = (text: string): string =>
  text.length > longestFormula ? `${text.slice(0, longestFormula)}…` : text
