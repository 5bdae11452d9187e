import { type Child, e } from './elements.js'
import { ownMathematics } from './mathematics.js'

/**
 * The derivation of a bound, which the table of problems holds as Markdown: paragraphs with words between asterisks and TeX between
 * dollars.
 */
export function derivationOf(text: string): readonly Child[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .map(paragraph => e('p', {}, ...partsOf(paragraph)))
}

/** What stands out of the words of a paragraph, by how it begins. */
const parts: readonly (readonly [string, (inner: string) => Child])[] = [
  ['$$', latex => e('span', { className: ['math'], tabIndex: 0 }, ownMathematics(latex, { display: true }))],
  ['$', latex => ownMathematics(latex)],
  ['*', words => e('em', {}, words)],
]

function partsOf(paragraph: string): readonly Child[] {
  return paragraph.split(/(\$\$[^$]+\$\$|\$[^$]+\$|\*[^*]+\*)/).map(text => {
    const part = parts.find(([mark]) => text.startsWith(mark) && text.endsWith(mark) && text.length > 2)
    return part ? part[1](text.slice(part[0].length, -part[0].length)) : text
  })
}
