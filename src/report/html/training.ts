import type { Element } from 'hast'
import type { ClauseVerdict, Comparison, MatchedStep } from '../../compare/verdict.js'
import { type AlgorithmLine, type AlgorithmStep, algorithmOf } from '../../equations/algorithm.js'
import { glyph, row } from '../../equations/formula.js'
import { statedFormula } from '../../equations/stated.js'
import type { Item } from '../../equations/system.js'
import type { TrainingGraph } from '../../graph/training.js'
import { nodesBelow } from '../../graph/walk.js'
import { clausesOfStep } from '../../spec/clauses.js'
import type { Clause, ClauseEquation } from '../../spec/spec.js'
import { statementText } from '../facts.js'
import { visible } from '../frame.js'
import { citations, clauseSign, sideTitles } from './clauses.js'
import { type Child, e, prose, table } from './elements.js'
import { display, itemsOf, symbolTable } from './items.js'
import { isPart, type Marks, markedItem, nodesOf } from './marks.js'
import { mathematics } from './mathematics.js'

/** A step of the code, with the loops and conditions that it stands in. */
interface Placed {
  readonly line: AlgorithmStep
  readonly within: readonly string[]
}

/** Stated steps with the one of the code that they were compared with. */
interface Row {
  readonly stated: readonly MatchedStep['stated'][]
  readonly code?: Placed
}

/** The training that a spec states beside the steps of the code, with what differs marked in both. */
export function trainingSection(comparison: Comparison, training: TrainingGraph, title: string): Child {
  const { lines, rules, explanations } = algorithmOf(training, title, { terms: true })
  const placed = placedIn(lines)
  const rows = rowsOf(comparison.steps ?? [], placed)
  const left = placed.filter(own => !rows.some(({ code }) => code === own))
  const marks = marksOf(comparison, placed)
  return [
    rows.length > 0
      ? table(
          'equations',
          sideTitles,
          rows.map(entry => rowOf(entry, comparison, marks)),
        )
      : undefined,
    left.length > 0
      ? [
          rows.length > 0 ? e('h4', {}, 'Steps that are in no clause') : undefined,
          ...left.map(own => stepOf(own, marks)),
        ]
      : undefined,
    ...rules.flatMap(({ head, items, explanations: settings }) => [
      e('h4', {}, 'with ', mathematics(row(head, glyph('(\\theta,\\,g)', '(θ, g)')))),
      itemsOf(items),
      settings.length > 0 ? symbolTable(settings) : undefined,
    ]),
    explanations.length > 0 ? [e('h4', {}, 'Symbols'), symbolTable(explanations)] : undefined,
  ]
}

function placedIn(lines: readonly AlgorithmLine[], within: readonly string[] = []): readonly Placed[] {
  return lines.flatMap(line =>
    line.kind === 'block' ? placedIn(line.lines, [...within, line.heading]) : [{ line, within }],
  )
}

function rowsOf(steps: readonly MatchedStep[], placed: readonly Placed[]): readonly Row[] {
  const rows: Row[] = []
  for (const { stated, implemented } of steps) {
    const span = implemented?.origin.span
    const code = placed.find(({ line }) => span && 'origin' in line.step && line.step.origin.span === span)
    const last = rows.at(-1)
    // One call may be several stated steps.
    if (last && code && last.code === code)
      rows[rows.length - 1] = { ...last, stated: [...last.stated, stated] }
    else rows.push({ stated: [stated], ...(code && { code }) })
  }
  return rows
}

function marksOf({ findings, steps = [] }: Comparison, placed: readonly Placed[]): Marks {
  const whole = steps.flatMap(({ stated, implemented }) => {
    const losses = implemented?.kind === 'descent' ? (implemented.loss?.outputs ?? []) : []
    const outputs = losses.map(({ node }) => node)
    const isOwn = new Set(nodesBelow(outputs))
    // What gradients are stopped in may be compared in another form than it is shown in.
    return findings.some(
      ({ clause, implemented: node }) => clause === firstClause(stated) && node && !isOwn.has(node),
    )
      ? outputs
      : []
  })
  const own = findings.flatMap(({ implemented }) => implemented ?? [])
  return {
    implemented: new Set([...own, ...whole].map(({ id }) => id)),
    lines: new Set(placed.flatMap(({ line }) => line.items.flatMap(nodesOf))),
  }
}

const firstClause = (step: MatchedStep['stated']): Clause | undefined => clausesOfStep(step)[0]

function rowOf({ stated, code }: Row, { clauses }: Comparison, marks: Marks): Element {
  return e(
    'tr',
    {},
    e('td', { dataLabel: sideTitles[0] }, ...stated.map(step => statedStep(step, clauses))),
    e(
      'td',
      { dataLabel: sideTitles[1] },
      code
        ? stepOf(code, marks)
        : e('p', { className: ['remark'] }, 'nothing of the code is known to be this'),
    ),
  )
}

function statedStep(step: MatchedStep['stated'], all: readonly ClauseVerdict[]): Child {
  const own = clausesOfStep(step).flatMap(clause => all.find(entry => entry.clause === clause) ?? [])
  const [first, ...others] = own
  if (!first) return undefined
  const { equation } = first.clause
  const equations = step.kind === 'descent' ? step.equations : equation ? [equation] : []
  const words = step.kind === 'descent' ? `${equation?.lead ?? ''}${step.name}` : ''
  return [
    e('p', {}, clauseSign(first), words ? ` ${visible(words)}` : ''),
    ...equations.map(stated => display(statedFormula(stated.tree, markOf(first, stated)))),
    ...others.map(entry => e('p', {}, clauseSign(entry), ` ${visible(statementText(entry, all))}`)),
    citations(own),
  ]
}

/** What of an equation differs: the parts that have the differing value, else all of what the clause itself says. */
function markOf({ clause, findings }: ClauseVerdict, stated: ClauseEquation) {
  const parts = findings.flatMap(finding => finding.parts ?? [])
  const isOwn = clause.equation?.read === stated.read
  return isPart(parts.length === 0 && findings.length > 0 && isOwn ? [stated.read] : parts, stated.read)
}

function stepOf({ line, within }: Placed, marks: Marks): Element {
  const remarks = [...within, ...line.remarks].join('; ')
  const items: readonly Item[] = line.items.map(item => markedItem(item, marks))
  return e(
    'div',
    { className: ['step'] },
    e('p', {}, e('b', {}, `${line.number}. `), prose(remarks)),
    items.length > 0 ? itemsOf(items, { lit: true }) : undefined,
  )
}
