/** Letters and signs that Unicode has below the line, by what they are on it. */
const below = pairs('ₐa ₑe ₕh ᵢi ⱼj ₖk ₗl ₘm ₙn ₒo ₚp ᵣr ₛs ₜt ᵤu ᵥv ₓx ₀0 ₁1 ₂2 ₃3 ₄4 ₅5 ₆6 ₇7 ₈8 ₉9 ₊+ ₋-')

/** Those above the line. A sign by itself is a mark of a name, and `²`, `³` and `ᵀ` are read as they are. */
const above = pairs('ⁱi ⁿn ᵏk ᵗt ⁰0 ¹1 ²2 ³3 ⁴4 ⁵5 ⁶6 ⁷7 ⁸8 ⁹9 ⁺+ ⁻-')

const runs = new RegExp(`[${[...below.keys()].join('')}]+|[⁺⁻]?[ⁱⁿᵏᵗ⁰¹²³⁴⁵⁶⁷⁸⁹]+`, 'gu')

/** A text whose subscripts and superscripts of Unicode are written with `_` and `^`, and where each place was before. */
export interface OnTheLine {
  readonly text: string
  /** The offset in the text that was given. */
  readonly before: (offset: number) => number
}

/** `xᵢ` as `x_{i}`, `hₜ₋₁` as `h_{t-1}`, `x⁻¹` as `x^{-1}`. */
export function onTheLine(given: string): OnTheLine {
  const places: number[] = []
  let text = ''
  const write = (part: string, at: number, isOneToOne: boolean) => {
    for (let i = 0; i < part.length; i++) places.push(isOneToOne ? at + i : at)
    text += part
  }
  let end = 0
  for (const { 0: run, index } of given.matchAll(runs)) {
    write(given.slice(end, index), end, true)
    end = index + run.length
    const isKept = run === '²' || run === '³'
    const table = below.has(run[0]!) ? below : above
    if (isKept) write(run, index, true)
    else {
      write(table === below ? '_{' : '^{', index, false)
      write([...run].map(sign => table.get(sign)!).join(''), index, true)
      write('}', end - 1, false)
    }
  }
  write(given.slice(end), end, true)
  return { text, before: offset => places[offset] ?? given.length }
}

function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(text.split(' ').map(([sign, plain]) => [sign!, plain!]))
}
