import { symbolsOf } from '../graph/dimension.js'
import { type GivenTensor, givenTensors, type Model } from '../graph/model.js'
import { optionOf, shapeAsked } from '../trace/stated-inputs.js'

/**
 * The inputs of a model of which a type or a comment in the code says what shape they have, where the code would run with
 * others as well.
 */
export function remarkedInputs(model: Model): readonly GivenTensor[] {
  return givenTensors(model).filter(({ stated }) => stated && stated.by !== 'spec' && !stated.isForced)
}

/** The options that would state the shapes of those inputs, with a mark for each size that is open. */
export function optionsFor(model: Model): string {
  return remarkedInputs(model)
    .map(({ name, node }) => `--input ${name}:${shapeAsked(node.type.shape ?? [])}`)
    .join(' ')
}

/** How to give a value to a symbol of a model: to a size by the shapes of the inputs, else to a parameter. */
export function optionFor(symbol: string, model: Model): string {
  const isSize = remarkedInputs(model).some(({ node }) =>
    (node.type.shape ?? []).some(size => symbolsOf(size).has(symbol)),
  )
  return isSize ? optionsFor(model) : optionOf(symbol)
}
