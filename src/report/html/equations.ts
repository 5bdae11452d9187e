import type { Comparison } from '../../compare/verdict.js'
import { equationsOf } from '../../equations/equations.js'
import { totalsText } from '../../equations/terminal.js'
import type { ModelGraph } from '../../graph/model.js'
import { alignedEquations } from './aligned.js'
import type { CodeListing } from './code.js'
import { type Child, e } from './elements.js'
import { itemsOf, symbolTable } from './items.js'
import { statedEquations } from './stated.js'

/** The equations of the paper and of the code side by side, row by row, with what differs marked in both. */
export function equationsSection(comparison: Comparison, code: CodeListing): Child {
  const { specified, partners, matches } = comparison
  return specified && partners.size > 0 && !matches
    ? alignedEquations(comparison, specified, code)
    : statedEquations(comparison, code)
}

/** What the symbols mean, and how many numbers are learned. */
export function symbolsSection(code: ModelGraph): Child {
  const { explanations, parameters, training } = equationsOf(code)
  return [
    training.length > 0 ? [e('h4', {}, 'Trained by'), itemsOf(training)] : undefined,
    symbolTable(explanations, `${totalsText(parameters)}.`),
  ]
}
