import type { Cut } from './values.js'

/** The same for equal cuts. */
export function keyOf(cut: Cut): string {
  return `${cut.at} ${cut.strict}`
}

function compareCuts(a: Cut, b: Cut): number {
  return a.at - b.at || Number(a.strict) - Number(b.strict)
}

/** The cuts of several lists, in order, each once. */
export function mergeCuts(lists: readonly (readonly Cut[])[]): readonly Cut[] {
  const all = lists.flat().sort(compareCuts)
  return all.filter((cut, i) => i === 0 || compareCuts(all[i - 1]!, cut) !== 0)
}

/** One cell below the first cut, and one above each; a cell is named by its lower cut. */
export function cellsOf(cuts: readonly Cut[]): readonly (Cut | undefined)[] {
  return [undefined, ...cuts]
}

/** Which of the parts between cuts a cell lies in. */
export function indexOf(cuts: readonly Cut[], cell: Cut | undefined): number {
  return cell ? cuts.filter(cut => compareCuts(cut, cell) <= 0).length : 0
}
