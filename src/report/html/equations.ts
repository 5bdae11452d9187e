import type { Element } from 'hast'
import type { ClauseVerdict, Comparison } from '../../compare/verdict.js'
import { algorithmOf, type Listing } from '../../equations/algorithm.js'
import { markDifference } from '../../equations/difference.js'
import { equationsOf, expressionIn, namedLines } from '../../equations/equations.js'
import { type Formula, glyph, row } from '../../equations/formula.js'
import { variableSymbol } from '../../equations/names.js'
import type { EquationSystem, Explanation, Item } from '../../equations/system.js'
import { meaningText } from '../../equations/system.js'
import { countText, totalsText } from '../../equations/terminal.js'
import { toText } from '../../equations/unicode.js'
import { GraphBuilder } from '../../graph/builder.js'
import type { ModelGraph } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { Provenance } from '../../graph/provenance.js'
import type { TrainingGraph } from '../../graph/training.js'
import { opTable } from '../../ops/table.js'
import type { Clause } from '../../spec/spec.js'
import { positionAt } from '../../text/source.js'
import { alignedLines, linesByValue } from '../aligned-lines.js'
import { citationText, isFine, toldVerdict } from '../facts.js'
import { visible } from '../frame.js'
import type { CodeListing } from './code.js'
import { type Child, e, prose, table } from './elements.js'
import { mathematics } from './mathematics.js'

/** Of longer models, lines that are alike are left out from here on; the page says how many. */
const mostRows = 200

/** So many lines in a row that are alike are folded away. */
const foldFrom = 8

/** One line of the code beside what the paper has in its place. */
interface Row {
  readonly node: Node
  readonly code: Formula
  readonly paper?: Formula
  readonly clauses: readonly ClauseVerdict[]
  /** The same equation on both sides, with nothing to say of its clauses. */
  readonly isAlike: boolean
}

/**
 * The equations of the paper and of the code. Where layers were compared with layers, each line of the code stands beside
 * what is specified in its place, in the names of the code; else both models stand side by side in their own names.
 */
export function equationsSection(comparison: Comparison, code: CodeListing): Child {
  const { specified } = comparison
  if (!specified || comparison.partners.size === 0) return sideBySide(comparison)
  const all = rowsOf(comparison, specified)
  let room = mostRows - all.filter(entry => !entry.isAlike).length
  const shown = all.filter(entry => !entry.isAlike || room-- > 0)
  const cut = all.length - shown.length
  return [
    ...folded(shown, run =>
      table(
        'equations',
        ['The paper', 'The code'],
        run.map(entry => rowOf(entry, comparison, code)),
      ),
    ),
    ...(cut > 0
      ? [e('p', { className: ['remark'] }, `${cut} more equations that are alike are left out.`)]
      : []),
  ]
}

/** Runs of lines, with those that are alike behind a summary. */
function folded(rows: readonly Row[], render: (run: readonly Row[]) => Element): readonly Child[] {
  const runs: Row[][] = []
  for (const entry of rows) {
    const last = runs.at(-1)
    if (last && last[0]!.isAlike === entry.isAlike) last.push(entry)
    else runs.push([entry])
  }
  const isFolded = (run: readonly Row[]) => runs.length > 1 && run[0]!.isAlike && run.length >= foldFrom
  const joined: Row[][] = []
  for (const [i, run] of runs.entries()) {
    const before = runs[i - 1]
    if (before && !isFolded(before) && !isFolded(run)) joined.at(-1)!.push(...run)
    else joined.push([...run])
  }
  return joined.map(run =>
    isFolded(run)
      ? e('details', {}, e('summary', {}, `${run.length} equations that are alike`), render(run))
      : render(run),
  )
}

function rowOf(
  { code, paper, clauses, node, isAlike }: Row,
  { code: graph }: Comparison,
  listing: CodeListing,
): Element {
  const left = namedLines(graph).names.symbol(node)
  const origin = graph.provenance.origins(node)[0]
  const equation = (right: Formula): Child => {
    const whole = left ? row(left, glyph(' = '), right) : right
    return e('div', { className: ['math'], tabIndex: 0 }, mathematics(whole, { display: true }))
  }
  const cited = [
    ...new Set(clauses.flatMap(({ clause }) => (clause.citation ? [citationText(clause.citation)] : []))),
  ]
  const citation = cited.length > 0 ? e('p', { className: ['cited'] }, visible(cited.join('; '))) : undefined
  const place = origin
    ? listing.link(origin.span, `line ${positionAt(origin.span.file, origin.span.start).line}`, 'quiet')
    : undefined
  const signs = e(
    'p',
    { className: ['clauses'] },
    ...clauses.flatMap(entry => [clauseSign(entry), ' ']),
    place,
  )
  const cells = isAlike
    ? [e('td', { colSpan: 2, dataLabel: 'The paper and the code' }, equation(code), citation, signs)]
    : [
        e(
          'td',
          { dataLabel: 'The paper' },
          paper
            ? equation(paper)
            : e('p', { className: ['remark'] }, 'nothing of the spec is known to stand here'),
          citation,
        ),
        e('td', { dataLabel: 'The code' }, equation(code), signs),
      ]
  return e('tr', { dataN: String(node.id) }, ...cells)
}

/** A clause by its sign and its id, as a link to its row. */
function clauseSign(entry: ClauseVerdict): Element {
  const { sign, word } = toldVerdict(entry)
  return e(
    'span',
    { className: ['sign', `is-${word.replace(' ', '-')}`], title: word },
    `${sign} ${visible(entry.clause.id)}`,
  )
}

function rowsOf(comparison: Comparison, specified: ModelGraph): readonly Row[] {
  const { code } = comparison
  const { lines, places, clausesOf } = alignedLines(comparison, specified)
  const own = new Map<Node, Node>()
  for (const [value, place] of places) own.set(place, value)
  return lines.map((node): Row => {
    const other = own.get(node)
    const clauses = clausesOf.get(node) ?? []
    const write = (value: Node) =>
      expressionIn(code, value, other ? [node, other] : [node], inner => places.get(inner), true)
    const implemented = write(node)
    if (!other) return { node, clauses, code: implemented, isAlike: false }
    const stated = other === node ? implemented : write(other)
    const isSame = toText(stated) === toText(implemented)
    const [paper, marked] = isSame ? [stated, implemented] : markDifference(stated, implemented)
    return { node, clauses, code: marked, paper, isAlike: isSame && clauses.every(isFine) }
  })
}

/** Both models in their own names. */
function sideBySide(comparison: Comparison): Child {
  const { spec, code } = comparison
  const { graph } = spec.instantiate({ builder: new GraphBuilder(opTable), provenance: new Provenance() })
  const named = new Map(
    (graph?.model.inputs ?? []).flatMap(({ node, name }) => {
      const own = variableSymbol(name)
      return own ? [[node, own] as const] : []
    }),
  )
  const paper = graph && equationsOf(graph, { named })
  const own = equationsOf(code, { terms: true })
  const stated = statedClauses(comparison, graph)
  const differing = differingLines(comparison)
  return e(
    'div',
    { className: ['systems'] },
    e(
      'section',
      {},
      e('h4', {}, 'The paper'),
      paper
        ? [
            systemOf(paper, { beside: node => clausesBeside(stated.byNode.get(node) ?? []) }),
            ...stated.others,
          ]
        : e('p', { className: ['remark'] }, 'The equations of the spec cannot be shown by themselves.'),
    ),
    e(
      'section',
      {},
      e('h4', {}, 'The code'),
      systemOf(own, { lit: true, beside: node => clausesBeside(differing.get(node) ?? []) }),
    ),
  )
}

/** The clauses of equations: by the value that one defines, and those that define functions as a list of their own. */
function statedClauses(
  { clauses, spec }: Comparison,
  graph: ModelGraph | undefined,
): { readonly byNode: ReadonlyMap<number, readonly ClauseVerdict[]>; readonly others: readonly Child[] } {
  const entryOf = new Map<Clause, ClauseVerdict>(clauses.map(entry => [entry.clause, entry]))
  const byNode = new Map<number, ClauseVerdict[]>()
  for (const { part, node, given } of graph?.statements ?? []) {
    const clause = spec.clauseOf.get(part)
    const entry = clause && entryOf.get(clause)
    const known = byNode.get(node.id) ?? []
    if (entry && !given && !known.includes(entry)) byNode.set(node.id, [...known, entry])
  }
  const shown = new Set([...byNode.values()].flat())
  const others = clauses.filter(entry => entry.clause.kind === 'equation' && !shown.has(entry))
  return {
    byNode,
    others: others.map(entry => [
      clausesBeside([entry]),
      e('p', {}, e('code', {}, visible(entry.clause.statement))),
    ]),
  }
}

/** The clauses that differ, by the line of the code in which they do. */
function differingLines({ clauses, code }: Comparison): ReadonlyMap<number, readonly ClauseVerdict[]> {
  const lineOf = linesByValue(namedLines(code).lines)
  const found = new Map<number, ClauseVerdict[]>()
  for (const entry of clauses)
    for (const { implemented } of entry.findings) {
      const line = implemented && lineOf.get(implemented)
      if (line) found.set(line.id, [...(found.get(line.id) ?? []), entry])
    }
  return found
}

/** Signs and citations of clauses, as they stand below an equation. */
function clausesBeside(entries: readonly ClauseVerdict[]): Child {
  if (entries.length === 0) return undefined
  const cited = entries.flatMap(({ clause }) => (clause.citation ? [citationText(clause.citation)] : []))
  return e(
    'p',
    { className: ['clauses'] },
    ...entries.flatMap(entry => [clauseSign(entry), ' ']),
    visible([...new Set(cited)].join('; ')),
  )
}

/** How the equations of one side are shown. */
interface Showing {
  /** Whether pointing at an equation lights the code that computes it. */
  readonly lit?: boolean
  /** What stands below the equation of a value. */
  readonly beside?: (node: number) => Child
}

function systemOf({ items, definitions, training }: EquationSystem, showing: Showing): Child {
  return [
    itemsOf(items, showing),
    definitions.length > 0
      ? [e('p', { className: ['remark'] }, 'with'), itemsOf(definitions, showing)]
      : undefined,
    training.length > 0
      ? [e('p', { className: ['remark'] }, 'trained by'), itemsOf(training, showing)]
      : undefined,
  ]
}

const signs = { '=': glyph(' = '), '←': glyph(' \\leftarrow ', ' ← '), '~': glyph(' \\sim ', ' ~ ') } as const

export function itemsOf(items: readonly Item[], showing: Showing = {}): Child {
  const { lit = false, beside = () => undefined } = showing
  return e(
    'ul',
    { className: ['items'] },
    ...items.map(item =>
      item.kind === 'equation'
        ? e(
            'li',
            { ...(lit && item.node !== undefined && { dataN: String(item.node) }) },
            e(
              'div',
              { className: ['math'], tabIndex: 0 },
              mathematics(row(item.left, signs[item.sign], item.right), { display: true }),
            ),
            item.node === undefined ? undefined : beside(item.node),
          )
        : e(
            'li',
            {},
            e(
              'p',
              { className: ['remark'] },
              'for ',
              mathematics(
                row(glyph(item.variable), glyph(' = '), item.first, glyph(', \\ldots, ', ', …, '), item.last),
              ),
              ':',
            ),
            itemsOf(item.items, showing),
          ),
    ),
  )
}

/** What a program does when it trains, step by step. */
export function algorithmSection(training: TrainingGraph, title: string): Child {
  const { lines, rules, explanations } = algorithmOf(training, title)
  return [
    steps(lines),
    ...rules.flatMap(({ head, items, explanations: settings }) => [
      e('h4', {}, 'with ', mathematics(row(head, glyph('(\\theta,\\,g)', '(θ, g)')))),
      itemsOf(items),
      settings.length > 0 ? symbolTable(settings) : undefined,
    ]),
    explanations.length > 0 ? symbolTable(explanations) : undefined,
  ]
}

function steps(lines: Listing['lines']): Element {
  return e(
    'ul',
    { className: ['steps'] },
    ...lines.map(line =>
      line.kind === 'block'
        ? e('li', {}, e('p', {}, prose(line.heading), ':'), steps(line.lines))
        : e(
            'li',
            {},
            e('p', {}, e('b', {}, `${line.number}. `), prose(line.remarks.join('; '))),
            line.items.length > 0 ? itemsOf(line.items) : undefined,
          ),
    ),
  )
}

/** What the symbols mean, and how many numbers are learned. */
export function symbolsSection(code: ModelGraph): Child {
  const { explanations, parameters, training } = equationsOf(code)
  return [
    training.length > 0 ? [e('h4', {}, 'Trained by'), itemsOf(training)] : undefined,
    symbolTable(explanations, `${totalsText(parameters)}.`),
  ]
}

function symbolTable(explanations: readonly Explanation[], caption?: string): Element {
  const headings = ['symbol', 'space or value', 'meaning', 'numbers']
  return table('symbols', headings, explanations.map(symbolRow), caption)
}

function symbolRow(explanation: Explanation): Element {
  const { symbol, space, values, count } = explanation
  const value = values ? row(glyph('= '), values) : space ? row(glyph('\\in ', '∈ '), space) : undefined
  return e(
    'tr',
    {},
    e('td', {}, mathematics(symbol)),
    e('td', {}, value ? mathematics(value) : ''),
    e('td', {}, visible(meaningText(explanation))),
    e('td', { className: ['count'] }, count === undefined ? '' : countText(count)),
  )
}
