/** The least, the middle and the greatest of some numbers. */
export function spread(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2
  return { least: sorted[0], median, greatest: sorted.at(-1) }
}

/** `median [least … greatest]`. */
export function spreadText(numbers, digits = 2) {
  const { least, median, greatest } = spread(numbers)
  return `${median.toFixed(digits)} [${least.toFixed(digits)} … ${greatest.toFixed(digits)}]`
}

/** A Markdown table whose columns line up. */
export function table(head, rows) {
  const lines = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map(cells => cells[column].length)))
  const line = cells => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(head), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join(
    '\n',
  )
}
