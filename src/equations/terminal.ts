import { dimensionText } from '../graph/dimension.js'
import type { EquationSystem } from './equations.js'
import type { Equation } from './folding.js'
import { printable } from './formula.js'
import { toText } from './unicode.js'

/** A system of equations as aligned Unicode lines, for a terminal; no colour, no line longer than it must be. */
export function renderEquations(system: EquationSystem): string {
  const { title, equations, definitions, where, parameters, parts } = system
  const blocks = [printable(title), table(equations.map(equationCells))]
  if (definitions.length > 0) blocks.push(`with\n${table(definitions.map(equationCells))}`)
  const symbols = where.map(({ symbol, meaning, space, size }) => [
    `  ${toText(symbol)}`,
    space ? `∈ ${toText(space)}` : '',
    meaning === '' ? '' : printable(meaning),
    size === undefined ? '' : dimensionText(size),
  ])
  if (symbols.length > 0) blocks.push(`where\n${columns(symbols, 3)}`)
  blocks.push(
    `${dimensionText(parameters.total)} parameters, ${dimensionText(parameters.trainable)} trainable`,
  )
  return [...blocks, ...parts.map(renderEquations)].join('\n\n')
}

function equationCells({ left, right, remark, range }: Equation): readonly string[] {
  const suffix = range ? `for ${range.variable} = ${range.from}…${range.to}` : ''
  return [
    `  ${toText(left)}`,
    `= ${toText(right)}`,
    [remark && `∈ ${remark}`, suffix].filter(Boolean).join('   '),
  ]
}

function table(rows: readonly (readonly string[])[]): string {
  return columns(rows, -1)
}

/** Pads cells to columns; the column `right` is aligned to the right. */
function columns(rows: readonly (readonly string[])[], right: number): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map(row => width(row[i] ?? ''))))
  return rows
    .map(row =>
      row
        .map((cell, i) => {
          const padding = ' '.repeat((widths[i] ?? 0) - width(cell))
          return i === right ? padding + cell : cell + padding
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Characters as a terminal shows them: a combining hat takes no room. */
function width(text: string): number {
  return [...text.replace(/\p{M}/gu, '')].length
}
