import { dimensionText } from '../graph/dimension.js'
import type { EquationSystem, Explanation } from './equations.js'
import type { Equation } from './folding.js'
import { toLatex } from './latex.js'

/** One equation as a display formula, without delimiters. */
export function equationToLatex({ left, right, range }: Equation): string {
  const body = `${toLatex(left)} = ${toLatex(right)}`
  return range ? `${body} \\qquad ${range.variable} = ${range.from}, \\ldots, ${range.to}` : body
}

/** A system as Markdown: a heading, display equations between `$$`, and a table of the symbols. */
export function toMarkdown(system: EquationSystem, level = 2): string {
  const { title, equations, definitions, where, parameters, parts } = system
  const blocks = [
    `${'#'.repeat(level)} ${escapeMarkdown(title)}`,
    ...equations.map(equation => `$$\n${equationToLatex(equation)}\n$$`),
    ...(definitions.length > 0
      ? ['with', ...definitions.map(equation => `$$\n${equationToLatex(equation)}\n$$`)]
      : []),
    ['| symbol | meaning | space | numbers |', '|---|---|---|---|', ...where.map(explanationRow)].join('\n'),
    `${dimensionText(parameters.total)} parameters, ${dimensionText(parameters.trainable)} of them trainable.`,
    ...parts.map(part => toMarkdown(part, level + 1)),
  ]
  return `${blocks.join('\n\n')}\n`
}

function explanationRow({ symbol, meaning, space, size }: Explanation): string {
  const cells = [
    `$${toLatex(symbol)}$`,
    escapeMarkdown(meaning),
    space ? `$${toLatex(space)}$` : '',
    size === undefined ? '' : escapeMarkdown(dimensionText(size)),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Text of the user's that must not act as Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '?').replace(/[\\`*_{}[\]()#+!|<>&$@~]/g, c => `\\${c}`)
}
