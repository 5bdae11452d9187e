import type { Element } from 'hast'
import type { ClauseVerdict, Comparison, StatedMatch } from '../../compare/verdict.js'
import { equationsOf, expressionIn, namedLines } from '../../equations/equations.js'
import { statedFormula } from '../../equations/stated.js'
import type { Item } from '../../equations/system.js'
import type { Node } from '../../graph/node.js'
import { nodesBelow } from '../../graph/walk.js'
import { statementText } from '../facts.js'
import { visible } from '../frame.js'
import { citations, clauseSign, lineLink, sideTitles } from './clauses.js'
import type { CodeListing } from './code.js'
import { type Child, e, table } from './elements.js'
import { display, itemsOf } from './items.js'
import { isPart, type Marks, marked, markedItem, nodesOf } from './marks.js'

/** Clauses with the code that they were compared with. */
interface Row {
  readonly clauses: readonly { readonly entry: ClauseVerdict; readonly match: StatedMatch }[]
  readonly items: readonly Item[]
  /** Values of the code that have no equation of their own. */
  readonly values: readonly Node[]
}

/** So many values without an equation of their own are shown of a clause. */
const mostValues = 3

/**
 * What a spec states in equations, clause by clause, beside the equations of the code that compute it. Clauses that the code
 * computes in no place of their own stand with the next one that it does. What the code computes besides stands below.
 */
export function statedEquations(comparison: Comparison, code: CodeListing): Child {
  const { items } = equationsOf(comparison.code, { terms: true })
  const { rows, left } = rowsOf(comparison, items)
  const marks = marksOf(comparison, items)
  const placeOf = places(comparison, code)
  return [
    rows.length > 0
      ? table(
          'equations',
          sideTitles,
          rows.map(entry => rowOf(entry, comparison, marks, placeOf)),
        )
      : undefined,
    left.length > 0
      ? [
          rows.length > 0 ? e('h4', {}, 'Code that is in no clause') : undefined,
          itemsOf(left, { lit: true, beside: placeOf }),
        ]
      : undefined,
  ]
}

function rowsOf(
  { matches = () => [], clauses, code }: Comparison,
  items: readonly Item[],
): { readonly rows: readonly Row[]; readonly left: readonly Item[] } {
  const entryOf = new Map(clauses.map(entry => [entry.clause, entry]))
  const stated = matches().flatMap(match => {
    const entry = entryOf.get(match.clause)
    return entry ? [{ entry, match }] : []
  })
  const own = new Map(stated.map(({ match }) => [match, new Set<Item>()]))
  const left = new Set(items)
  for (const [match, nodes] of ownNodes(stated.map(({ match }) => match)))
    for (const item of left)
      if (nodesOf(item).some(id => nodes.has(id))) {
        own.get(match)!.add(item)
        left.delete(item)
      }
  const isWritten = new Set(namedLines(code).lines)
  const rows: Row[] = []
  let open: Row['clauses'] = []
  for (const one of stated) {
    const { values } = one.match
    const implemented = new Set(values.flatMap(value => value.implemented ?? []))
    open = [...open, one]
    const ownItems = items.filter(item => own.get(one.match)!.has(item))
    if (implemented.size === 0) continue
    const inner = [...implemented].filter(node => !isWritten.has(node) && node.inputs.length > 0)
    for (const node of inner) isWritten.add(node)
    rows.push({ clauses: open, items: ownItems, values: inner.slice(0, mostValues) })
    open = []
  }
  if (open.length === 0) return { rows, left: [...left] }
  const last = rows.pop()
  return last
    ? { rows: [...rows, { ...last, clauses: [...last.clauses, ...open] }], left: [...left] }
    : { rows: [{ clauses: open, items, values: [] }], left: [] }
}

/** For each clause, the values that the code computes for it alone: down to those of other clauses, and to what it is given. */
function* ownNodes(matches: readonly StatedMatch[]): Generator<readonly [StatedMatch, ReadonlySet<number>]> {
  const found = new Set(
    matches.flatMap(({ values }) => values.flatMap(({ implemented }) => implemented ?? [])),
  )
  for (const match of [...matches].sort((a, b) => Number(isFunction(b)) - Number(isFunction(a)))) {
    const own = new Set<number>()
    for (const { implemented, given } of match.values) {
      const ends = new Set([...found, ...given])
      const pending = implemented ? [implemented] : []
      for (let node = pending.pop(); node; node = pending.pop()) {
        if (own.has(node.id) || (ends.has(node) && node !== implemented)) continue
        own.add(node.id)
        pending.push(...node.inputs)
      }
    }
    yield [match, own]
  }
}

const isFunction = ({ values }: StatedMatch): boolean => values.some(({ given }) => given.length > 0)

/** The same with what is marked of the spec. */
interface BothMarks extends Marks {
  readonly specified: ReadonlySet<Node>
}

function marksOf({ findings, matches = () => [] }: Comparison, items: readonly Item[]): BothMarks {
  const specified = new Set(findings.flatMap(finding => finding.specified ?? []))
  const alike = matches().flatMap(({ parts }) =>
    [...specified].flatMap(node => (parts.get(node) ?? []).flatMap(({ implemented }) => implemented)),
  )
  const shown = findings.flatMap(({ implemented, shownAt }) => shownAt ?? implemented ?? [])
  const implemented = new Set([...shown, ...alike].map(({ id }) => id))
  return { specified, implemented, lines: new Set(items.flatMap(nodesOf)) }
}

type PlaceOf = (node: number) => Child

function places({ code: { model, provenance } }: Comparison, code: CodeListing): PlaceOf {
  const nodes = new Map(nodesBelow(model.outputs.map(({ node }) => node)).map(node => [node.id, node]))
  return id => {
    const node = nodes.get(id)
    const origin = node && provenance.origins(node)[0]
    return origin ? e('p', { className: ['clauses'] }, lineLink(origin.span, code)) : undefined
  }
}

function rowOf(
  { clauses, items, values }: Row,
  comparison: Comparison,
  marks: BothMarks,
  placeOf: PlaceOf,
): Element {
  const shown = items.map(item => markedItem(item, marks))
  const paper = clauses.map(({ entry, match }) => [
    statement(entry, match, comparison, marks),
    e('p', { className: ['clauses'] }, clauseSign(entry)),
    citations([entry]),
  ])
  const written = (node: Node) => expressionIn(comparison.code, node, [node], () => undefined, true)
  const code: readonly Child[] = [
    shown.length > 0 ? itemsOf(shown, { lit: true, beside: placeOf }) : undefined,
    ...values.map(node =>
      e(
        'div',
        { className: ['item'], dataN: String(node.id) },
        display(marked(written(node), marks, node.id)),
        placeOf(node.id),
      ),
    ),
  ]
  const isEmpty = shown.length === 0 && values.length === 0
  return e(
    'tr',
    {},
    e('td', { dataLabel: sideTitles[0] }, ...paper),
    e(
      'td',
      { dataLabel: sideTitles[1] },
      isEmpty ? e('p', { className: ['remark'] }, 'in the lines of another clause') : code,
    ),
  )
}

function statement(
  entry: ClauseVerdict,
  match: StatedMatch,
  { clauses }: Comparison,
  { specified }: BothMarks,
): Child {
  const { equation } = entry.clause
  if (!equation) return e('p', {}, visible(statementText(entry, clauses)))
  const parts = [...specified]
    .flatMap(node => match.parts.get(node) ?? [])
    .map(({ expression }) => expression)
  const differing = entry.findings.length > 0 && parts.length === 0 ? [equation.read] : parts
  return display(statedFormula(equation.tree, isPart(differing, equation.read)))
}
