import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { GraphBuilder } from '../graph/builder.js'
import type { Dimension } from '../graph/dimension.js'
import type { ModelGraph, Parameter } from '../graph/model.js'
import type { Attribute, Attributes, Node } from '../graph/node.js'
import type { Provenance } from '../graph/provenance.js'
import type { Shape } from '../graph/type.js'
import type { Expression } from '../math/expression.js'
import type { Span } from '../text/source.js'
import type { ApplyNetwork, StatedAlgorithm } from './algorithm.js'

/** Where in the paper something is stated. */
export interface Citation {
  readonly text: string
  /** False where nobody has opened the paper to check the section number. */
  readonly checked: boolean
  readonly span: Span
}

/** An equation as it is written, and as it is read. */
export interface ClauseEquation {
  /** The words before it. */
  readonly lead: string
  readonly tree: Expression
  /** Its right side, with what papers leave to their readers written out; parts have the ranges of parts of `tree`. */
  readonly read: Expression
}

/** One checkable statement of a spec. */
export interface Clause {
  /** Stable within the spec: `model.conv1.filters`. */
  readonly id: string
  readonly kind:
    | 'input'
    | 'layer'
    | 'config'
    | 'equation'
    | 'connection'
    | 'sharing'
    | 'output'
    | 'loss'
    | 'optimizer'
    | 'parameters'
    | 'network'
    | 'update'
  /** In the words of the spec: `dense 120, tanh`. */
  readonly statement: string
  /** The equation that the statement ends with, if it does. */
  readonly equation?: ClauseEquation
  readonly citation?: Citation
  readonly span: Span
}

/** A difference that the spec's author accepts, with the reason. */
export interface AcceptedDeviation {
  /** The clause it concerns, or a prefix of its id; absent: any, and what concerns no clause, such as a layer too many. */
  readonly clause?: string
  /** The finding code it accepts; absent: any. */
  readonly code?: string
  /** The value the code may have instead; absent: any. */
  readonly value?: Attribute
  readonly reason: string
  readonly span: Span
}

/** A paper's loss or optimizer statement: a kind with the settings that the paper gives. */
export interface TrainingStatement {
  readonly kind: string
  readonly settings: Readonly<Record<string, { readonly value: Attribute; readonly clause: Clause }>>
  /** For losses: the output it applies to, by name, and its weight. */
  readonly output?: string
  readonly weight?: Attribute
  readonly clause: Clause
}

/** Draws from a distribution without parameters of its own, by an op that gives them in the shape of its input. */
export interface StandardDraw {
  readonly op: string
  readonly attributes: Attributes
  /** Standard draws from draws `x` of the op with other attributes, in the equation language. */
  readonly from: string
  /** Other draws of the same distribution, from standard draws `x`. */
  readonly mirrored: string
}

/** Is told a value of a part of an equation: of what `Clause.equation` has as `read`. */
export type OnValue = (part: Expression, value: Node) => void

/** What a spec's graph is built with. */
export interface Instantiation {
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  /** The value of a key on which the spec is silent. `layer` is the id of the spec's layer. */
  readonly adopt?: (layer: number, key: string) => Attribute | undefined
  /** An existing parameter to use for a layer's parameter, if its shape is the stated one. */
  readonly parameter?: (layer: number, name: string) => Parameter | undefined
  /** The place of random draws to use for an application, by its position in the spec. */
  readonly site?: (application: number) => number | undefined
  /** An existing parameter to use for the learned tensor of an equation. */
  readonly equationParameter?: (name: string) => Node | undefined
  /** Existing draws to use for those of a name, in a shape. */
  readonly draw?: (draw: StandardDraw, name: string, shape: Shape) => Node | undefined
  /** What an open symbol of the spec stands for. */
  readonly symbol?: (name: string) => Dimension | undefined
  /** An existing node to use for an input. */
  readonly input?: (name: string, index: number) => Node | undefined
  /** What networks compute whose inside the spec does not state; without it, any network of their shapes. */
  readonly network?: ApplyNetwork
  /** Is told each value that a part of an equation has. */
  readonly onValue?: OnValue
  /** Whether equations over time are written out step by step, where it is known how many steps there are. */
  readonly isWrittenOut?: boolean
  /** Whether a node stands for what a network computes, so that no gradient goes through it. */
  readonly isOpaque?: (node: Node) => boolean
}

/** A learned tensor of equations. */
export interface EquationParameter {
  readonly name: string
  readonly shape: Shape
  /** What the tensors of one family are together. */
  readonly family: string
}

/** The structure of a model as a paper states it, ready to be compared. */
export interface StatedModel {
  readonly title: string
  /** Sizes and hyper-parameters: a number, or undefined where the spec leaves it open. */
  readonly symbols: ReadonlyMap<
    string,
    { readonly value: Attribute | undefined; readonly meaning?: string; readonly span: Span }
  >
  /**
   * Builds the stated model as a graph with layers, in the same form as traced code. Keys on which the spec is
   * silent take the value that `adopt` gives, else the framework's default; they are marked `silent` either way.
   * Built with the code's builder, inputs and parameters, equal mathematics gives identical nodes.
   */
  readonly instantiate: (request: Instantiation) => {
    readonly graph?: ModelGraph
    readonly diagnostics: readonly Diagnostic[]
  }
  /** The learned tensors of equations, which no layer owns. */
  readonly equationParameters: readonly EquationParameter[]
  /** What its equations draw, by name. */
  readonly draws: readonly string[]
  readonly inputs: readonly {
    readonly name: string
    readonly shape: Shape
    readonly dtype: string
    /** Of indices: they are whole numbers from 0, less than this. */
    readonly below?: Dimension
    /** What its numbers along the last axis add up to, as those of labels do to 1. */
    readonly sums?: number
    readonly clause: Clause
  }[]
  readonly clauses: readonly Clause[]
  /**
   * The clause of a layer (by layer id), of one of its config keys (`id.key`), of an equation (`equation:name`),
   * of an output (`output:name`).
   */
  readonly clauseOf: ReadonlyMap<string, Clause>
  /**
   * The same where only some inputs have an axis that counts examples: one example without any, or what all examples
   * share. Absent where layers or networks, which are applied to batches, state a part.
   */
  readonly withBatch?: (has: (input: string) => boolean) => StatedModel
}

/** What a paper says of a model and of its training. */
export interface Spec extends StatedModel {
  readonly citation?: Citation
  readonly path: string
  readonly losses: readonly TrainingStatement[]
  readonly optimizer?: TrainingStatement
  readonly parameterCounts?: { readonly trainable?: number; readonly total?: number; readonly clause: Clause }
  /** What a step of training does, where the spec says it under `training:`. */
  readonly algorithm?: StatedAlgorithm
  readonly accepted: readonly AcceptedDeviation[]
}
