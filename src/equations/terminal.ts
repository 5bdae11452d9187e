import { type Dimension, dimensionText } from '../graph/dimension.js'
import { widthOf } from '../text/width.js'
import type { Listing } from './algorithm.js'
import { printable, withoutControls } from './formula.js'
import {
  type Equation,
  type EquationSystem,
  type Explanation,
  failureText,
  type Item,
  meaningText,
  type Repetition,
} from './system.js'
import { toText } from './unicode.js'

/** A cell longer than this does not push the column beside it away. */
const widestCell = 64

/** A system of equations as Unicode lines in columns, for a terminal; no colour. */
export function renderEquations(system: EquationSystem): string {
  const { title, items, definitions, training, explanations, parameters, failures, parts } = system
  const blocks = [printable(title), itemBlocks(items, '  ')]
  if (definitions.length > 0) blocks.push(`with\n${itemBlocks(definitions, '  ')}`)
  if (training.length > 0) blocks.push(`trained by\n${itemBlocks(training, '  ')}`)
  if (explanations.length > 0) blocks.push(`where\n${columns(explanations.map(explanationCells), 3)}`)
  blocks.push(totalsText(parameters), ...failures.map(failureText))
  return [...blocks, ...parts.map(renderEquations)].join('\n\n')
}

/** An algorithm as Unicode lines: numbered steps, indented in the blocks that they belong to. */
export function renderAlgorithm({ title, lines, rules, explanations }: Listing): string {
  const blocks = [printable(title), algorithmBlocks(lines, '  ')]
  for (const { head, items, explanations: settings } of rules) {
    blocks.push(`${toText(head)}(θ, g)\n${itemBlocks(items, '  ')}`)
    if (settings.length > 0) blocks.push(columns(settings.map(explanationCells), 3))
  }
  if (explanations.length > 0) blocks.push(`where\n${columns(explanations.map(explanationCells), 3)}`)
  return blocks.join('\n\n')
}

function algorithmBlocks(lines: Listing['lines'], indent: string): string {
  return lines
    .map(line => {
      if (line.kind === 'block')
        return `${indent}${withoutControls(line.heading)}:\n\n${algorithmBlocks(line.lines, `${indent}  `)}`
      const number = `${line.number}. `
      const rest = `${indent}${' '.repeat(number.length)}`
      const [first = '', ...remarks] = line.remarks.map(withoutControls)
      const body = line.items.length > 0 ? [itemBlocks(line.items, rest)] : []
      return [`${indent}${number}${first}`, ...body, ...remarks.map(text => `${rest}${text}`)].join('\n')
    })
    .join('\n\n')
}

/** `61,706 parameters`, and how many are trained where that is not all of them. */
export function totalsText({ total, trainable }: EquationSystem['parameters']): string {
  if (total === 0) return 'no parameters'
  const all = `${countText(total)} ${total === 1 ? 'parameter' : 'parameters'}`
  const isAll = dimensionText(total) === dimensionText(trainable)
  return isAll ? `${all}, all trained` : `${all}, ${countText(trainable)} of them trained`
}

/** A number with its thousands apart. */
export function countText(count: Dimension): string {
  return typeof count === 'number'
    ? String(count).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
    : dimensionText(count).replaceAll('*', ' ')
}

/** Equations in columns; a repetition is a block of its own under its range. */
function itemBlocks(items: readonly Item[], indent: string): string {
  const blocks: string[] = []
  let group: Equation[] = []
  const flush = () => {
    if (group.length > 0) blocks.push(columns(group.map(equation => equationCells(equation, indent))))
    group = []
  }
  for (const item of items) {
    if (item.kind === 'equation') group.push(item)
    else {
      flush()
      blocks.push(`${indent}for ${rangeText(item)}\n${itemBlocks(item.items, `${indent}  `)}`)
    }
  }
  flush()
  return blocks.join('\n\n')
}

/** `l = 1, …, 12`. */
function rangeText({ variable, first, last }: Repetition): string {
  return `${variable} = ${toText(first)}, …, ${toText(last)}`
}

function equationCells({ left, sign, right, space }: Equation, indent: string): readonly string[] {
  return [`${indent}${toText(left)}`, `${sign} ${toText(right)}`, space ? `∈ ${toText(space)}` : '']
}

function explanationCells(explanation: Explanation): readonly string[] {
  const { symbol, space, values, count } = explanation
  return [
    `  ${toText(symbol)}`,
    values ? `= ${toText(values)}` : space ? `∈ ${toText(space)}` : '',
    meaningText(explanation),
    count === undefined ? '' : countText(count),
  ]
}

/** Pads cells to columns; the column `right` is aligned to the right. */
export function columns(rows: readonly (readonly string[])[], right = -1): string {
  const fits = (cell: string) => widthOf(cell) <= widestCell
  const widths = (rows[0] ?? []).map((_, i) =>
    Math.max(0, ...rows.flatMap(row => (fits(row[i] ?? '') ? [widthOf(row[i] ?? '')] : []))),
  )
  return rows
    .map(row =>
      row
        .map((cell, i) => {
          const padding = ' '.repeat(Math.max(0, (widths[i] ?? 0) - widthOf(cell)))
          return i === right ? padding + cell : cell + padding
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
