import type { Dimension } from '../graph/dimension.js'
import type { Attribute, Node } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Shape } from '../graph/type.js'
import type { Span } from '../text/source.js'
import type { Clipping } from './clippings.js'
import type {
  Clause,
  ClauseEquation,
  EquationParameter,
  Spec,
  StatedModel,
  TrainingStatement,
} from './spec.js'

/**
 * A function with learned parameters that a paper names, such as `D(x)` of a GAN. One without arguments is a learned tensor.
 */
export interface StatedNetwork {
  readonly name: string
  /** The shapes of its arguments, without the batch axis. */
  readonly from: readonly Shape[]
  /** What it gives, without the batch axis: one value under the name of the network, or several with names of their own. */
  readonly to: readonly { readonly name: string; readonly shape: Shape; readonly span: Span }[]
  /** What the paper calls its parameters: `θ_D`, where the spec does not say. */
  readonly parameters: string
  /** What it computes, where the spec says it. */
  readonly inside?: StatedModel
  readonly clause: Clause
}

/** Whether what a paper names is a learned tensor, and no function. */
export const isVariable = ({ from }: StatedNetwork): boolean => from.length === 0

/** Applies an output of a network to values. */
export type ApplyNetwork = (network: StatedNetwork, output: number, args: readonly Node[]) => Node | Problem

/** What training does, as a paper prints it. */
export interface StatedAlgorithm {
  readonly networks: readonly StatedNetwork[]
  readonly steps: readonly StatedStep[]
}

/** A value that equations state. Its graph has it as the only output. */
export interface StatedValue {
  readonly instantiate: Spec['instantiate']
  readonly equationParameters: readonly EquationParameter[]
  /** What the equations draw, by name. */
  readonly draws: readonly string[]
}

/** How often a step runs for each time that those outside of its repeats do, and what decides whether it runs. */
export interface Place {
  readonly times: Dimension
  /** The clause about how often, where the spec says it. */
  readonly timesClause?: Clause
  /** Every how many rounds it runs, where it does not in each. */
  readonly every?: { readonly count: Attribute; readonly clause: Clause }
}

/** A number of examples or of epochs. */
export interface StatedAmount {
  readonly of: 'batchSize' | 'epochs'
  readonly value: Attribute
  readonly clause: Clause
}

/** How gradients are bounded before the optimizer has them. */
export interface StatedClipping {
  readonly by: Clipping
  readonly bound: Dimension
  readonly clause: Clause
}

/** One step of an optimizer. */
export interface StatedDescent extends Place {
  readonly kind: 'descent'
  /** What the paper calls what is minimised, or maximised. */
  readonly name: string
  /** What is minimised: of what is to be maximised, the negative. */
  readonly objective: StatedValue
  /** As they are written: the equations of what is minimised, and those that it is made of. */
  readonly equations: readonly ClauseEquation[]
  /** The networks of which the parameters move. */
  readonly over: readonly StatedNetwork[]
  readonly optimizer?: TrainingStatement
  readonly clipping?: StatedClipping
  /** How many examples a step takes, and how often training goes through all of them, where the spec says it. */
  readonly amounts: readonly StatedAmount[]
  readonly clauses: { readonly objective: Clause; readonly over: Clause }
}

/** What the parameters of a network become, in terms of those of networks of the same shape. */
export interface StatedUpdate extends Place {
  readonly kind: 'update'
  readonly network: StatedNetwork
  /** The networks of which it reads the parameters, in the order of its inputs. */
  readonly reads: readonly StatedNetwork[]
  /** What one parameter becomes. */
  readonly value: StatedValue
  readonly clause: Clause
}

export type StatedStep = StatedDescent | StatedUpdate
