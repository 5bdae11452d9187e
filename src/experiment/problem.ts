import type { Tensor } from '../graph/tensor.js'
import type { Loss } from '../library/losses.js'
import type { Random } from './random.js'

/** A tensor that a model takes or gives, without the batch axis. */
export interface Port {
  /** `null` where any size will do. */
  readonly shape: readonly (number | null)[]
  /** It takes whole numbers from 0 up to here, as an embedding does. */
  readonly below?: number
}

/** What the numbers of an output stand for, in the words of the loss table: `real` is any number, also a logit. */
export type Standing = Loss['expects']

export interface OutputPort extends Port {
  readonly stands: Standing
}

/** What of a model decides which problems it can be put to. */
export interface Signature {
  readonly inputs: readonly Port[]
  readonly outputs: readonly OutputPort[]
}

/** Examples: inputs in the order of the model's, and what the objective reads beside the outputs. Axis 0 is the batch. */
export interface Batch {
  readonly inputs: readonly Tensor[]
  readonly targets: readonly Tensor[]
}

/**
 * What training minimises: the mean of all elements of an equation, whose axes are those of tensors with the batch in
 * front. It reads the inputs `x_1`, `x_2`, …, the targets `y_1`, … and the outputs `p_1`, …; the first of each
 * is also `x`, `y` and `p`.
 */
export interface Objective {
  /** What the field calls it: `mean squared error`. */
  readonly name: string
  readonly equation: string
}

/** What is measured on a batch that training has not seen, where it is not the objective itself. Smaller is better. */
export interface Measure {
  readonly name: string
  readonly of: (outputs: readonly Tensor[], batch: Batch) => number
}

/** A loss with what has it. */
export interface Level {
  readonly loss: number
  /** What has this loss, in words that go on after "the loss of": `the network without its activations`. */
  readonly of: string
}

/** What a small right model needs to come near the bound, from initial weights that frameworks use. */
export interface Training {
  readonly steps: number
  /** Examples of one step; each step draws new ones. */
  readonly examples: number
  readonly optimizer: 'adam' | 'sgd'
  readonly learningRate: number
  /** Examples on which the result is measured. */
  readonly measuredOn: number
}

/** A problem at the sizes of a model. */
export interface Instance {
  /** The sizes in words: `8 steps of 2 numbers`. */
  readonly sizes: string
  readonly objective: Objective
  /** Without it, the objective is measured. */
  readonly measure?: Measure
  /** The least loss that any model of this kind has on the distribution that is drawn from. */
  readonly bound: Level
  /** The loss of what ignores the point of the problem; what stays near it has not understood. */
  readonly baseline: Level
  /** What it means if a loss is below the bound: what the model sees that it should not. */
  readonly below?: string
  readonly training: Training
  /** The same examples for the same random source on every machine. */
  readonly batch: (random: Random, examples: number) => Batch
}

/** Why a model cannot be put to a problem. */
export interface Misfit {
  /** What is wrong about the signature. */
  readonly misfit: string
  /** Which sizes or outputs would do. */
  readonly would: string
}

/** Another network of the same signature, whose outputs are to be learned. */
export type Teacher = (inputs: readonly Tensor[]) => readonly Tensor[]

/** A port that fits. A size is a number, or a letter that stands for the same number wherever it is. */
export interface PortPattern {
  readonly shape: readonly (number | string)[]
  /** The letter of the number of tokens; without it, the port takes any numbers. */
  readonly below?: string
}

export interface OutputPattern extends PortPattern {
  readonly stands: readonly Standing[]
}

/** A signature that fits, up to sizes. */
export interface Pattern {
  readonly inputs: readonly PortPattern[]
  readonly outputs: readonly OutputPattern[]
  /** What letters may be, and what an open size becomes. */
  readonly sizes?: Readonly<Record<string, SizeRange>>
}

export interface SizeRange {
  readonly least?: number
  readonly most?: number
  /** What the size becomes where the model leaves it open; without it, the least. */
  readonly open?: number
}

/** A signature with a number for every size. */
export interface Fit {
  readonly inputs: readonly SizedPort[]
  readonly outputs: readonly (SizedPort & Pick<OutputPort, 'stands'>)[]
  /** The letters of the pattern that fits. */
  readonly sizes: Readonly<Record<string, number>>
  /** Which of the patterns it is. */
  readonly pattern: number
}

export interface SizedPort {
  readonly shape: readonly number[]
  readonly below?: number
}

export interface Problem {
  readonly title: string
  /** What a model must do, in one sentence. */
  readonly asks: string
  /** The signatures that fit, in words where letters do not say what they count. */
  readonly letters?: Readonly<Record<string, string>>
  /** The first that fits is taken; `any` signature fits where another network makes the targets. */
  readonly accepts: readonly Pattern[] | 'any'
  /** Where bound and baseline come from, as Markdown with TeX between dollars. */
  readonly derivation: string
  /** One linear map solves it, so that it is the one for models that are no more. */
  readonly forLinear?: true
  /** What the problem is known from; without it, it was made for this table. */
  readonly source?: string
  /** The teacher is asked for by problems that accept any signature. */
  readonly instance: (fit: Fit, teacher: Teacher | undefined) => Instance | Misfit
}

export const isMisfit = (value: object): value is Misfit => 'misfit' in value

/** The part of the way from the bound to the baseline that a model may keep and still reaches the bound. */
const share = 0.1

/** The largest loss that reaches the bound. */
export function reach({ bound, baseline }: Pick<Instance, 'bound' | 'baseline'>): number {
  return bound.loss + share * (baseline.loss - bound.loss)
}
