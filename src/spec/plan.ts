import type { ConfigEntry } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { LayerDefinition } from '../library/layer.js'
import type { Expression } from '../math/expression.js'
import type { Span } from '../text/source.js'
import type { Citation } from './spec.js'

/** A layer that a spec states: it may be applied in several places. */
export interface PlannedLayer {
  readonly id: number
  readonly name: string
  /** Whether the author gave the name. */
  readonly named: boolean
  readonly definition: LayerDefinition
  readonly config: Readonly<Record<string, ConfigEntry>>
  readonly span: Span
  readonly statement: string
  readonly citation?: Citation
}

/** One application: which layer reads which values. A value is the name of an input or of a step. */
export interface PlannedApplication {
  readonly layer: PlannedLayer
  readonly inputs: readonly string[]
  readonly output: string
  readonly span: Span
}

/** A learned tensor of an equation, by its name; a name stands for one tensor throughout the spec. */
export interface PlannedParameter {
  readonly name: string
  readonly shape: readonly Attribute[]
}

/** A step that is stated as an equation: its left side names the value. */
export interface PlannedEquation {
  readonly output: string
  readonly expression: Expression
  /** All parameters whose names it may use, its own and those of equations before it. */
  readonly parameters: readonly PlannedParameter[]
  /** As it is written. */
  readonly statement: string
  /** The place of a range of characters of the equation. */
  readonly at: (start: number, end: number) => Span
  readonly span: Span
  readonly citation?: Citation
}

export type PlannedStep = PlannedApplication | PlannedEquation

export function isEquation(step: PlannedStep): step is PlannedEquation {
  return 'expression' in step
}

/** An input as the spec states it. */
export interface PlannedInput {
  readonly name: string
  readonly shape: readonly Attribute[]
  readonly dtype: string
  readonly span: Span
  readonly citation?: Citation
}

/** A model's structure as the spec states it, without tensors. */
export interface Plan {
  readonly inputs: readonly PlannedInput[]
  readonly steps: readonly PlannedStep[]
  /** Output name → value. */
  readonly outputs: readonly { readonly name: string; readonly value: string; readonly span: Span }[]
}
