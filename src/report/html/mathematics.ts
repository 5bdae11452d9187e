import { h } from 'hastscript'
import katex from 'katex'
import { type Formula, markedParts } from '../../equations/formula.js'
import { toLatex } from '../../equations/latex.js'
import { toText } from '../../equations/unicode.js'
import { type Child, e } from './elements.js'

/** KaTeX makes some 160 characters of one, so a formula that is too long would take megabytes. */
const longest = 20_000

/** Deeper braces would take KaTeX's stack. */
const deepest = 60

/** In characters: what is read aloud of a part that differs, before the whole equation is. */
const longestSaid = 120

/**
 * A formula as HTML for the eye and MathML for screen readers. What differs is underlined, and said before the formula where
 * nobody sees it; a part that stands for values of the graph carries their ids. A formula that is too large for a page is written as text.
 */
export function mathematics(formula: Formula, { display = false } = {}): Child {
  const shown = shownMathematics(formula, display)
  const parts = markedParts(formula).map(part => cut(toText(part)))
  if (parts.length === 0) return shown
  return e('span', {}, e('span', { className: ['unseen'] }, `differs: ${parts.join('; ')}. `), shown)
}

const cut = (text: string): string => (text.length > longestSaid ? `${text.slice(0, longestSaid)}…` : text)

function shownMathematics(formula: Formula, display: boolean): Child {
  const latex = toLatex(formula, {
    mark: body => `\\htmlClass{differs}{${body}}`,
    term: (body, nodes) => `\\htmlData{n=${nodes.join(' ')}}{${body}}`,
  })
  const asText = () => h('code', { className: ['formula'] }, toText(formula))
  if (latex.length > longest || depthOf(latex) > deepest) return asText()
  try {
    const value = katex.renderToString(latex, {
      displayMode: display,
      output: 'htmlAndMathml',
      strict: 'ignore',
      // Both are written above, by us; whatever a name of the program's holds is escaped before.
      trust: ({ command }) => command === '\\htmlClass' || command === '\\htmlData',
      maxExpand: 100,
      maxSize: 20,
    })
    return { type: 'raw', value }
  } catch {
    // KaTeX has limits of its own, and exceeds the stack rather than saying so.
    return asText()
  }
}

/** TeX that the tool itself holds, such as the derivation of a bound, as HTML and MathML. Throws where it is no TeX. */
export function ownMathematics(latex: string, { display = false } = {}): Child {
  const value = katex.renderToString(latex, {
    displayMode: display,
    output: 'htmlAndMathml',
    strict: 'error',
  })
  return { type: 'raw', value }
}

function depthOf(latex: string): number {
  let [depth, most] = [0, 0]
  for (const character of latex) {
    if (character === '{') most = Math.max(most, ++depth)
    else if (character === '}') depth--
  }
  return most
}
