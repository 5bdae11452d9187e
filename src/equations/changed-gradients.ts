import type { Node } from '../graph/node.js'
import type { Descent, Write } from '../graph/training.js'
import { expressionOf } from './expression.js'
import { type Formula, glyph, row, symbol } from './formula.js'
import type { Item } from './system.js'
import { equation, gradientFormula } from './training.js'

/** The gradients of all parameters, before and after the program changes them. */
export const gradientLetter = symbol('g')

/** What an optimizer is given where the program changes gradients first: `g = ∇_θ ℒ`, `g ← clip(g)`. */
export function changedGradients(
  { gradients = [], derivatives = new Map() }: Descent,
  parameters: Formula,
  loss: Formula,
): { readonly items: readonly Item[]; readonly remarks: readonly string[] } {
  const unknown = gradients.find(({ reason }) => reason !== undefined)
  const taken = equation(gradientLetter, gradientFormula(parameters, loss))
  const formulas = unknown ? [] : gradients.map(given => formulaOf(given, derivatives))
  const [first] = formulas
  const isAlike = formulas.every(formula => JSON.stringify(formula) === JSON.stringify(first))
  if (first && isAlike) return { items: [taken, equation(gradientLetter, first, '←')], remarks: [] }
  const reason = unknown?.reason ?? 'it is not the same for each parameter'
  return {
    items: [taken, equation(gradientLetter, glyph('\\cdots', '…'), '←')],
    remarks: [`what the program makes of the gradients is not shown: ${reason}`],
  }
}

/** In terms of the gradient of the parameter itself, and of the norm of all gradients together. */
function formulaOf({ moved, value }: Write, derivatives: ReadonlyMap<Node, Node>): Formula {
  const own = derivatives.get(moved.parameter.node)
  const all = new Set(derivatives.values())
  const name = (node: Node): Formula | undefined => {
    if (node === own) return gradientLetter
    if (node.op === 'sqrt' && isSquaredNorm(node.inputs[0]!, all)) return norm
    return isSquaredNorm(node, all) ? row(norm, glyph('^2', '²')) : undefined
  }
  return name(value!) ?? expressionOf(value!, { name })
}

const norm = row(glyph('\\|', '‖'), gradientLetter, glyph('\\|', '‖'))

/** Whether a value is the sum of the squares of all elements of all gradients, each of them once. */
function isSquaredNorm(node: Node, gradients: ReadonlySet<Node>): boolean {
  const found = termsOf(node).map(squaredIn)
  const distinct = new Set(found)
  return (
    distinct.size === found.length &&
    distinct.size === gradients.size &&
    found.every(gradient => gradient !== undefined && gradients.has(gradient))
  )
}

const termsOf = (node: Node): readonly Node[] => (node.op === 'add' ? node.inputs.flatMap(termsOf) : [node])

/** What is squared and summed over all of its axes. */
function squaredIn({ op, inputs: [squared], type: { shape } }: Node): Node | undefined {
  if (op !== 'sum' || shape?.length !== 0 || squared?.op !== 'square') return undefined
  return squared.inputs[0]
}
