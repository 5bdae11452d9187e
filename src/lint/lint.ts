import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { ModelGraph } from '../graph/model.js'
import type { Node } from '../graph/node.js'
import { nodesBelow } from '../graph/walk.js'
import { type Meanings, meaningsOf } from '../meanings/meanings.js'
import { alignmentFailures } from './alignment.js'
import { choiceFailures } from './choices.js'
import { collapsedMaps } from './collapse.js'
import { constantWeights } from './initial-weights.js'
import { lossFailures } from './losses.js'
import { noiseFailures } from './noise.js'
import { outputFailures } from './outputs.js'
import { scrambledAxes } from './reshapes.js'
import { trainingFailures } from './training.js'
import { weightFailures } from './weights.js'

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
  choiceFailures,
  alignmentFailures,
  weightFailures,
  collapsedMaps,
  scrambledAxes,
  noiseFailures,
  constantWeights,
  trainingFailures,
]

/** Soft failures of a model: what is suspicious without a spec. Each rule says something only where it is sure. */
export function lint(graph: ModelGraph): readonly Diagnostic[] {
  const { model } = graph
  const losses = model.compilation?.losses.flatMap(({ function: own }) => own?.value ?? []) ?? []
  const nodes = nodesBelow([...model.outputs.map(({ node }) => node), ...losses])
  const context: LintContext = { ...graph, meanings: meaningsOf(model), nodes }
  const found = rules.flatMap(rule => rule(context))
  const keyOf = ({ code, message, span }: Diagnostic) =>
    [code, message, span?.file.path, span?.start, span?.end].join('\n')
  return [...new Map(found.map(entry => [keyOf(entry), entry])).values()]
}
