import type { Code } from '../diagnostics/catalogue.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { type Meanings, meaningsOf } from '../meanings/meanings.js'
import { alignmentFailures } from './alignment.js'
import { choiceFailures } from './choices.js'
import { collapsedMaps } from './collapse.js'
import { outsideDomain } from './domains.js'
import { constantWeights } from './initial-weights.js'
import { lossFailures } from './losses.js'
import { noiseFailures } from './noise.js'
import { outputFailures } from './outputs.js'
import { reductionFailures } from './reductions.js'
import { scrambledAxes } from './reshapes.js'
import { toldOnce } from './same-failure.js'
import { trainingFailures } from './training.js'
import { weightFailures } from './weights.js'
import { zeroGradients } from './zero-gradients.js'

/** What a rule looks at. */
export interface LintContext extends ModelGraph {
  readonly meanings: Meanings
  /** What the outputs, and losses of the program, are computed from, inputs first. */
  readonly nodes: readonly Node[]
}

/** One kind of failure: where a model has it. */
export type LintRule = (context: LintContext) => readonly Diagnostic[]

const rules: readonly LintRule[] = [
  outputFailures,
  lossFailures,
  weightFailures,
  collapsedMaps,
  constantWeights,
  outsideDomain,
  trainingFailures,
]

/** Rules that go by shapes, and say nothing where those of inputs are supposed. */
const rulesOfShapes: readonly LintRule[] = [
  choiceFailures,
  alignmentFailures,
  scrambledAxes,
  noiseFailures,
  reductionFailures,
]

/** Rules that are off unless their code is asked for: what they find is true, and mostly harmless. */
export const rulesOnRequest: Partial<Readonly<Record<Code, LintRule>>> = {
  'zero-gradient': zeroGradients,
}

/**
 * Soft failures of a model: what is suspicious without a spec. Each rule says something only where it is sure. `asked`
 * are codes of rules that are off by default.
 */
export function lint(graph: ModelGraph, asked: readonly Code[] = []): readonly Diagnostic[] {
  const { model } = graph
  const losses = model.compilation?.losses.flatMap(({ function: own }) => own?.value ?? []) ?? []
  const nodes = nodesBelow([...model.outputs.map(({ node }) => node), ...losses])
  const context: LintContext = { ...graph, meanings: meaningsOf(model), nodes }
  const sure = [...rules, ...(graph.isSupposed ? [] : rulesOfShapes)]
  const found = [...sure, ...asked.flatMap(code => rulesOnRequest[code] ?? [])].flatMap(rule => rule(context))
  return toldOnce(found)
}
