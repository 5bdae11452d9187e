/** The table of the dynamic programme has at most this many cells; longer lists correspond only at their ends. */
const mostCells = 4_000_000

/** The longest common subsequence of two lists, as pairs of places. What is equal at both ends is paired at once. */
export function commonSubsequence<Item>(
  first: readonly Item[],
  second: readonly Item[],
): readonly (readonly [first: number, second: number])[] {
  let start = 0
  const shorter = Math.min(first.length, second.length)
  while (start < shorter && first[start] === second[start]) start++
  let end = 0
  while (end < shorter - start && first.at(-1 - end) === second.at(-1 - end)) end++
  const inOrder = (from: number, to: number, offset: number) =>
    Array.from({ length: to - from }, (_, i): readonly [number, number] => [from + i, from + i + offset])
  const middle = longest(first.slice(start, first.length - end), second.slice(start, second.length - end))
  return [
    ...inOrder(0, start, 0),
    ...middle.map(([a, b]): readonly [number, number] => [a + start, b + start]),
    ...inOrder(first.length - end, first.length, second.length - first.length),
  ]
}

function longest<Item>(a: readonly Item[], b: readonly Item[]): readonly (readonly [number, number])[] {
  if (a.length * b.length > mostCells) return []
  const width = b.length + 1
  const lengths = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] =
        a[i] === b[j]
          ? 1 + lengths[(i + 1) * width + j + 1]!
          : Math.max(lengths[(i + 1) * width + j]!, lengths[i * width + j + 1]!)
  const pairs: (readonly [number, number])[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (lengths[(i + 1) * width + j]! >= lengths[i * width + j + 1]!) i++
    else j++
  }
  return pairs
}
