import type { Dimension } from '../graph/dimension.js'
import type { ConfigEntry } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { LayerDefinition } from '../library/layer.js'
import type { Expression, Range } from '../math/expression.js'
import type { Span } from '../text/source.js'
import type { StatedNetwork } from './algorithm.js'
import type { Namespace } from './namespace.js'
import type { Citation } from './spec.js'
import type { Family } from './statements.js'
import type { Direction } from './times.js'

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

/** A learned tensor of an equation, by the name that it has in the whole of the spec. */
export interface PlannedParameter {
  readonly name: string
  readonly shape: readonly Attribute[]
  /** What the tensors of one family are together: `W_i` for `W_1`, `W_2`, …. */
  readonly family: string
}

/** One line of a passage. */
export interface PlannedLine {
  /**
   * A value that it defines, a function, what is drawn, the next state of a recurrence or its first one, or cells of a grid.
   */
  readonly kind: 'value' | 'function' | 'draw' | 'step' | 'initial' | 'cell'
  /** The name of what it defines; of a recurrence, without the index. */
  readonly output: string
  /**
   * The places of the left side: `y_{ij}` has i and j, `y_{:,j}` a colon and j; a step of a recurrence has its time first.
   */
  readonly indices: readonly string[]
  /** The numbers that one of them takes, where the equation says so. */
  readonly counts?: Family
  /** Of which step a first state is, and of which cells of a grid. */
  readonly places?: readonly Expression[]
  /** How many steps there are, where a recurrence says so. */
  readonly steps?: Expression
  /** What it is defined as. */
  readonly expression: Expression
  /** The arguments of a function. */
  readonly parameters: readonly string[]
  /** What the indices of `for i = 1..h` stand for in this line. */
  readonly numbers: ReadonlyMap<string, number>
  /** Where it stands in the passage. */
  readonly range: Range
  /** As it is written, and the same read by what is declared. */
  readonly statement: string
  readonly equation: Expression
  /** What its clause is called, if it has one; lines that one statement gives share it. */
  readonly clause?: string
  /** Whether it is the value of a function that the passage defines and does not use. */
  readonly isApplied?: true
}

/** Equations that belong together: each may use names that a later one defines. */
export interface PlannedPassage {
  readonly lines: readonly PlannedLine[]
  /** What has to be equal to what a line defines: `a = b = c`. */
  readonly claims: readonly PlannedLine[]
  /** What counts steps, and which way. */
  readonly times: ReadonlyMap<string, Direction>
  /** What the names that it uses stand for; those that it defines have its prefix. */
  readonly scope: Namespace
  /** All parameters whose names it may use, its own and those of passages before it. */
  readonly parameters: readonly PlannedParameter[]
  /** Shapes of what is drawn, without the batch axis. */
  readonly draws: ReadonlyMap<string, readonly Attribute[]>
  /** The place of a range of characters of the passage. */
  readonly at: (start: number, end: number) => Span
  readonly span: Span
  readonly citation?: Citation
}

export type PlannedStep = PlannedApplication | PlannedPassage

export function isPassage(step: PlannedStep): step is PlannedPassage {
  return 'lines' in step
}

/** What passages draw, by the names that it has in the whole of the spec. */
export function drawnIn(passages: readonly PlannedPassage[]): readonly string[] {
  return passages.flatMap(({ lines, scope }) =>
    lines.flatMap(line => (line.kind === 'draw' ? [`${scope.prefix}${line.output}`] : [])),
  )
}

/** An input as the spec states it. */
export interface PlannedInput {
  readonly name: string
  readonly shape: readonly Attribute[]
  readonly dtype: string
  /** Of indices: they are whole numbers from 0, less than this. */
  readonly below?: Dimension
  /** What its numbers along the last axis add up to. */
  readonly sums?: number
  /** Whether an axis that counts examples stands in front. */
  readonly hasBatch: boolean
  readonly span: Span
  readonly citation?: Citation
}

/** A model's structure as the spec states it, without tensors. */
export interface Plan {
  readonly inputs: readonly PlannedInput[]
  /** Networks that equations apply. */
  readonly networks?: readonly StatedNetwork[]
  readonly steps: readonly PlannedStep[]
  /** Output name → value. */
  readonly outputs: readonly { readonly name: string; readonly value: string; readonly span: Span }[]
}
