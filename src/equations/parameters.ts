import { product } from '../graph/dimension.js'
import { type Initializer, type ModelGraph, type OwnedParameter, parametersOf } from '../graph/model.js'
import { shapeText } from '../graph/type.js'
import { initializers, initializerText } from '../library/initializers.js'
import { formatPlace } from '../text/source.js'
import { countParameters } from './equations.js'
import { printable, withoutControls } from './formula.js'
import { columns, countText, totalsText } from './terminal.js'

/** The parameters of a model as a table: what they are called, their shapes, how they start, and where they are made. */
export function renderParameters(graph: ModelGraph): string {
  const { model, provenance } = graph
  const rows = parametersOf(model).map(entry => cells(entry, provenance))
  const head = ['parameter', 'of', 'shape', 'numbers', 'starts as', 'trains', 'made at']
  const title = printable(model.name)
  const totals = totalsText(countParameters(model))
  return [title, ...(rows.length > 0 ? [columns([head, ...rows], 3)] : []), totals].join('\n\n')
}

function cells(
  { layer, parameter, trainable }: OwnedParameter,
  provenance: ModelGraph['provenance'],
): readonly string[] {
  const { name, node, shape, initializer } = parameter
  // A weight of a layer of the table is made where the layer is.
  const span = provenance.origins(node)[0]?.span ?? layer?.origin.span
  return [
    printable(layer ? name : (provenance.name(node) ?? name)),
    printable(layer?.name ?? 'variable'),
    shapeText(shape),
    countText(product(shape)),
    startText(initializer),
    trainable ? 'yes' : 'no',
    span ? withoutControls(formatPlace(span)) : '',
  ]
}

/** An initializer by the shortest name that the framework has for it. */
function startText(initializer: Initializer): string {
  if (initializer.kind === 'value') return 'a value'
  const text = initializerText(initializer)
  const short = Object.entries(initializers).find(([, entry]) => initializerText(entry) === text)
  return short?.[0] ?? text.replace('()', '')
}
