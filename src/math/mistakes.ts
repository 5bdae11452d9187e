import type { SyntaxError as GrammarError } from './grammar.generated.js'

/** Why a text is not an equation: a sentence in lower case, and the place that it is about. */
export interface SyntaxProblem {
  readonly problem: string
  readonly offset: number
  /** Where the place ends, if it is more than one character. */
  readonly end?: number
  /** What to write instead. */
  readonly help?: string
  /** The macro without its backslash, where the problem is that it has no meaning. */
  readonly unknownMacro?: string
}

/** Signs that papers use for several things, and what to write in their place. */
const severalMeanings: Readonly<Record<string, string>> = {
  det: 'is not known of a matrix: write what it comes to, as `\\prod_i A_{ii}` of a triangular one',
  approx: 'is no equation: write `=`',
}

/** What stands in papers and programs and not in an equation here, and what to write in its place. */
const otherSpellings: Readonly<Record<string, string>> = {
  $: 'write the equation without dollar signs',
  '@': 'write the product of matrices as `A B`',
  '**': 'write a power as `x^2`',
  '==': 'write `=`',
  '= =': 'write `=` once',
  '—': 'write a minus as `-`',
  '<': 'write an inner product as `⟨x, y⟩` or `x^⊤ y`',
  '^': 'write two powers as `x^{a^b}` or `(x^a)^b`',
  '.': 'write a product as `x y`, and a decimal number with digits on both sides of the point, as `2.0`',
  if: 'write a choice as `where(c, a, b)`, or in `\\begin{cases} … \\end{cases}`',
  else: 'write a choice as `where(c, a, b)`, or in `\\begin{cases} … \\end{cases}`',
  for: 'write a range as `for i = 1..n`',
}

/** The whole of what a macro of the grammar takes, by the macro. */
const forms: Readonly<Record<string, string>> = {
  frac: '\\frac{a}{b}',
  tfrac: '\\tfrac{a}{b}',
  dfrac: '\\dfrac{a}{b}',
  cfrac: '\\cfrac{a}{b}',
  sqrt: '\\sqrt{a}',
  sum: '\\sum_{i=1}^{n} x_i',
  prod: '\\prod_{i=1}^{n} x_i',
  max: '\\max(a, b)` or `\\max_i x_i',
  min: '\\min(a, b)` or `\\min_i x_i',
  nabla: '\\nabla_x L',
  over: '\\frac{a}{b}',
}

/** Where an equation that the grammar refuses goes wrong, and how. */
export function explain(error: GrammarError, text: string): SyntaxProblem {
  const refused = signOfSeveralMeanings(text)
  if (refused) return refused
  const { offset } = error.location.start
  // A message of the grammar's own has no list of what could follow.
  if (!error.expected) return { problem: error.message, offset }
  // The grammar reads macros letter by letter; a reader sees one sign.
  const macro = macroAround(text, offset)
  if (macro) return unknown(macro)
  const bar = openBar(text)
  if (bar) return bar
  const end = endOf(text)
  const found = offset >= end ? undefined : signAt(text, offset)
  const problem = `expected ${wanted(error)}, found ${found === undefined ? 'the end of the equation' : `\`${found}\``}`
  const help = adviceOn(text, offset, found)
  if (found === undefined) return { problem, offset: end, ...(help && { help }) }
  return { problem, offset, end: offset + found.length, ...(help && { help }) }
}

/** What may follow, in words. */
function wanted({ expected }: GrammarError): string {
  const literals = new Set(expected.flatMap(item => (item.type === 'literal' ? [item.text] : [])))
  const own = expected.flatMap(item =>
    item.type === 'other' && item.description !== 'space' ? [item.description] : [],
  )
  if (own[0] !== undefined) return own[0]
  const isTerm = literals.has('\\frac')
  if (literals.has('\\cdot')) return isTerm ? 'an operator or a term' : 'an operator'
  if (isTerm) return 'a term'
  if (literals.has('{')) return '`{`'
  if (literals.has('}')) return '`}`'
  const isDigit = expected.every(item => item.type === 'class' && item.parts.every(part => part[0] === '0'))
  return isDigit ? 'a digit' : 'an operator or the end of the equation'
}

/** What to write in place of what is found, or the whole of what is left unfinished before it. */
function adviceOn(text: string, offset: number, found: string | undefined): string | undefined {
  const spelled = Object.keys(otherSpellings).find(spelling =>
    /^[a-z]+$/.test(spelling)
      ? spelling === found
      : [...spelling].some((_, before) => text.startsWith(spelling, offset - before)),
  )
  if (spelled !== undefined) return otherSpellings[spelled]
  const before = text.slice(0, offset)
  // Up to one argument behind the macro, or bounds of which nothing follows.
  const [, macro = ''] = /\\?([A-Za-z]+)\s*(?:[_^]?\s*(?:\{[^{}]*\}|[A-Za-z0-9])\s*)*$/.exec(before) ?? []
  return Object.hasOwn(forms, macro) ? `write \`${forms[macro]}\`` : undefined
}

function unknown({ text, offset }: { text: string; offset: number }): SyntaxProblem {
  const name = text.slice(1)
  const end = offset + text.length
  if (Object.hasOwn(forms, name))
    return {
      problem: `\`${text}\` cannot stand like this`,
      offset,
      end,
      help: `write \`${forms[name]}\``,
    }
  const problem = `\`${text}\` has no meaning here; words are written \`\\mathrm{${name}}\``
  return { problem, offset, end, unknownMacro: name }
}

function signOfSeveralMeanings(text: string): SyntaxProblem | undefined {
  const found = [...text.matchAll(/\\([A-Za-z]+)/g)].find(([, name]) => Object.hasOwn(severalMeanings, name!))
  if (!found) return undefined
  const [sign, name] = found
  const end = found.index + sign.length
  return { problem: `\`${sign}\` ${severalMeanings[name!]}`, offset: found.index, end }
}

/** A bar, or a double one, of which there is no other one; within brackets it may divide arguments. */
function openBar(text: string): SyntaxProblem | undefined {
  const bars = [...text.matchAll(/\\\||\|\||‖|\|/g)]
  const [only, ...others] = bars
  if (!only || others.length > 0 || /[({]/.test(text.slice(0, only.index))) return undefined
  const [sign] = only
  return { problem: `\`${sign}\` is never closed`, offset: only.index, end: only.index + sign.length }
}

/** The macro in the middle of which a place is. */
function macroAround(text: string, place: number): { text: string; offset: number } | undefined {
  let offset = place - 1
  while (/[A-Za-z]/.test(text[offset] ?? '')) offset--
  return text[offset] === '\\' && offset < place - 1 ? { text: signAt(text, offset), offset } : undefined
}

/** A macro or a word as a whole, else one character. */
function signAt(text: string, offset: number): string {
  const [sign] = /^(?:\\[A-Za-z]+|\p{L}+|.)/su.exec(text.slice(offset)) ?? ['']
  return sign
}

/** Where the text ends, without empty lines behind it. */
function endOf(text: string): number {
  return text.length - (/\s*\n\s*$/.exec(text)?.[0].length ?? 0)
}
