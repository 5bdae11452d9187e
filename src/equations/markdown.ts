import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { formatPlace } from '../text/source.js'
import { equationsIn, type Listing } from './algorithm.js'
import { withoutControls, word } from './formula.js'
import { toLatex } from './latex.js'
import {
  type Equation,
  type EquationSystem,
  type Explanation,
  type Item,
  meaningText,
  type Repetition,
} from './system.js'
import { countText, totalsText } from './terminal.js'

/** A block of mathematics that is longer than this is one that GitHub may refuse to render. */
const mostLines = 24
const mostCharacters = 3000

/** One line as a display formula, without delimiters: for equations of repetitions with their ranges. */
export function latexLines(items: readonly Item[], ranges = ''): readonly string[] {
  return items.flatMap(item =>
    item.kind === 'equation'
      ? [`${toLatex(item.left)} ${signs[item.sign]} ${toLatex(item.right)}${ranges && ` \\qquad ${ranges}`}`]
      : latexLines(item.items, [ranges, rangeLatex(item)].filter(Boolean).join(',\\; ')),
  )
}

/** The steps of an algorithm and the rules of its optimizers, one display formula a line, each with its blocks. */
export function algorithmLatex({ lines, rules }: Listing): readonly string[] {
  const steps = equationsIn(lines).flatMap(({ item, within }) =>
    latexLines([item], within.map(heading => toLatex(word(heading.replaceAll('`', '')))).join(',\\; ')),
  )
  return [...steps, ...rules.flatMap(({ items }) => latexLines(items))]
}

const signs: Readonly<Record<Equation['sign'], string>> = { '=': '=', '←': '\\leftarrow', '~': '\\sim' }

/**
 * A system as Markdown: a heading, equations in `math` fences, and a table of the symbols. Only what GitHub renders
 * is used: display formulas in fences, inline ones between backticks, and no macros that it lacks.
 */
export function toMarkdown(system: EquationSystem, level = 2): string {
  const { title, items, definitions, training, explanations, parameters, failures, parts } = system
  const blocks = [
    `${'#'.repeat(level)} ${escapeMarkdown(title)}`,
    ...itemBlocks(items),
    ...(definitions.length > 0 ? ['with', ...itemBlocks(definitions)] : []),
    ...(training.length > 0 ? ['trained by', ...itemBlocks(training)] : []),
    ...(explanations.length > 0 ? [explanationTable(explanations)] : []),
    `${totalsText(parameters)}.`,
    ...(failures.length > 0 ? [failures.map(failureItem).join('\n')] : []),
    ...parts.map(part => toMarkdown(part, level + 1).trimEnd()),
  ]
  return `${blocks.join('\n\n')}\n`
}

/** An algorithm as Markdown: a list of steps, with lists inside for blocks of them. */
export function algorithmMarkdown({ title, lines, rules, explanations }: Listing, level = 2): string {
  const blocks = [
    `${'#'.repeat(level)} ${escapeMarkdown(title)}`,
    algorithmList(lines),
    ...rules.flatMap(({ head, items, explanations: settings }) => [
      inlineMath(`${toLatex(head)}(\\theta,\\,g)`),
      ...itemBlocks(items),
      ...(settings.length > 0 ? [explanationTable(settings)] : []),
    ]),
    ...(explanations.length > 0 ? [explanationTable(explanations)] : []),
  ]
  return `${blocks.join('\n\n')}\n`
}

function algorithmList(lines: Listing['lines']): string {
  return lines
    .map(line => {
      const [head, ...parts] =
        line.kind === 'block'
          ? [`- ${escapeMarkdown(line.heading)}:`, algorithmList(line.lines)]
          : [
              `- **${line.number}.** ${line.remarks.map(escapeMarkdown).join('; ')}`,
              ...(line.items.length > 0 ? itemBlocks(line.items) : []),
            ]
      return [head, ...parts.map(part => part.replace(/^(?=.)/gm, '  '))].join('\n\n')
    })
    .join('\n\n')
}

/** Equations in aligned blocks; a repetition is announced by its range. */
function itemBlocks(items: readonly Item[]): readonly string[] {
  const blocks: string[] = []
  let group: string[] = []
  const flush = () => {
    if (group.length > 0) blocks.push(mathFence(group))
    group = []
  }
  for (const [i, item] of items.entries()) {
    if (item.kind === 'repetition') {
      flush()
      blocks.push(`for ${inlineMath(rangeLatex(item))}:`, ...itemBlocks(item.items))
      if (items[i + 1]?.kind === 'equation') blocks.push('and then')
      continue
    }
    const line = alignedLine(item)
    if (group.length >= mostLines || group.join('').length + line.length > mostCharacters) flush()
    group.push(line)
  }
  flush()
  return blocks
}

function alignedLine({ left, sign, right, space }: Equation): string {
  const remark = space ? ` &&\\in ${toLatex(space)}` : ''
  return `${toLatex(left)} &${signs[sign]} ${toLatex(right)}${remark}`
}

function mathFence(lines: readonly string[]): string {
  return `\`\`\`math\n\\begin{aligned}\n${lines.join(' \\\\\n')}\n\\end{aligned}\n\`\`\``
}

function rangeLatex({ variable, first, last }: Repetition): string {
  return `${variable} = ${toLatex(first)}, \\ldots, ${toLatex(last)}`
}

function failureItem({ code, message, span }: Diagnostic): string {
  const place = span ? ` (${escapeMarkdown(formatPlace(span))})` : ''
  return `- **${code}**${place}: ${escapeMarkdown(message)}`
}

function explanationTable(explanations: readonly Explanation[]): string {
  return [
    '| symbol | space or value | meaning | numbers |',
    '|---|---|---|---:|',
    ...explanations.map(explanationRow),
  ].join('\n')
}

function explanationRow(explanation: Explanation): string {
  const { symbol, space, values, count } = explanation
  const value = values ? `= ${toLatex(values)}` : space ? `\\in ${toLatex(space)}` : ''
  const cells = [
    inCell(toLatex(symbol)),
    value && inCell(value),
    escapeMarkdown(meaningText(explanation)),
    count === undefined ? '' : countText(count),
  ]
  return `| ${cells.join(' | ')} |`
}

/** Mathematics in a table: a bar would end the cell. */
export function inCell(latex: string): string {
  return inlineMath(latex.replaceAll('\\|', '\\Vert ').replaceAll('|', '\\vert '))
}

function inlineMath(latex: string): string {
  return `$\`${latex}\`$`
}

/** Text of the user's that must not act as Markdown or HTML. */
export function escapeMarkdown(text: string): string {
  return withoutControls(text)
    .replace(/[\\`*_{}[\]()#+!|<>&$@~]/g, c => `\\${c}`)
    .replace(callers, found => `${found}&#8203;`)
}

/**
 * What calls somebody, or becomes a link, in a comment on a code host, since those look at the text that Markdown leaves: a
 * backslash does not help, a space of no width does.
 */
const callers = /@|#(?=\d)|\bGH-(?=\d)|\b(?:https?|ftp):|\bwww(?=\.)/gi
