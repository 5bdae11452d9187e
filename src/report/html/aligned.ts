import type { Element } from 'hast'
import type { ClauseVerdict, Comparison } from '../../compare/verdict.js'
import { markDifference } from '../../equations/difference.js'
import { expressionIn, namedLines } from '../../equations/equations.js'
import { type Formula, glyph, row } from '../../equations/formula.js'
import { toText } from '../../equations/unicode.js'
import type { ModelGraph } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import { alignedLines } from '../aligned-lines.js'
import { isFine } from '../facts.js'
import { citations, clauseSign, lineLink, sideTitles } from './clauses.js'
import type { CodeListing } from './code.js'
import { type Child, e, table } from './elements.js'
import { display } from './items.js'

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

/** Each line of the code beside what is specified in its place, in the names of the code: layers were compared with layers. */
export function alignedEquations(comparison: Comparison, specified: ModelGraph, code: CodeListing): Child {
  const all = rowsOf(comparison, specified)
  let room = mostRows - all.filter(entry => !entry.isAlike).length
  const shown = all.filter(entry => !entry.isAlike || room-- > 0)
  const cut = all.length - shown.length
  return [
    ...folded(shown, run =>
      table(
        'equations',
        sideTitles,
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
  const equation = (right: Formula): Child => display(left ? row(left, glyph(' = '), right) : right)
  const citation = citations(clauses)
  const signs = e(
    'p',
    { className: ['clauses'] },
    ...clauses.flatMap(entry => [clauseSign(entry), ' ']),
    origin && lineLink(origin.span, listing),
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
