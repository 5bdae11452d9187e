import type { Span } from '../text/source.js'
import type { GraphBuilder } from './builder.js'
import type { Dimension } from './dimension.js'
import type { Layer, Model, Optimizer, Parameter } from './model.js'
import type { Attribute, Node } from './node.js'
import type { Origin, Provenance } from './provenance.js'

/** A parameter that training changes, with the layer that owns it, if one does. */
export interface Moved {
  readonly parameter: Parameter
  readonly layer?: Pick<Layer, 'name' | 'variable'>
}

/** How the parameters were chosen that an optimizer is given. */
export type Choice =
  /** Those that trained when the model was compiled, without those that were frozen since. */
  | 'compiled'
  /** The code lists them. */
  | 'listed'
  /** None are listed: all variables of the program that train and that the loss depends on. */
  | 'all'

/** A model that the function of a loss applies to values. */
export interface Applied {
  readonly model: Model
  /** Absent where it is not known. */
  readonly mode?: 'training' | 'inference'
  readonly origin: Origin
}

/** One step of an optimizer on a loss. */
export interface Descent {
  readonly kind: 'descent'
  /** As the code spells it: `optimizer.minimize`. */
  readonly call: string
  /** Its only output is the loss; for a compiled model, the model, whose compilation says what is minimised. */
  readonly loss?: Model
  /** Why the loss is not known. */
  readonly reason?: string
  /** The models that the function of the loss applies, also where the loss is not known. */
  readonly applied?: readonly Applied[]
  /** The number of the first node that the function of the loss makes, where the step is given one. */
  readonly since?: number
  readonly optimizer: Optimizer
  /** Hyper-parameters that are not the same in all rounds of the loop around the step: what they are in each. */
  readonly changing?: Readonly<Record<string, readonly Attribute[]>>
  readonly choice: Choice
  /** What the step changes; where `open` is set, all that it can change. */
  readonly moved: readonly Moved[]
  /** The variables that the optimizer is given, in their order; absent where it finds them itself. */
  readonly given?: readonly Node[]
  /** Those of them that train, and that the loss does not depend on. */
  readonly idle?: readonly Moved[]
  /** Why it is not known which of them change, or whether others do. */
  readonly open?: string
  /** The gradients of the loss that the program has, by the parameters. */
  readonly derivatives?: ReadonlyMap<Node, Node>
  /** Why what the optimizer is given are not the gradients of the loss. */
  readonly changed?: string
  /** What the optimizer is given for each parameter, where the program changes the gradients first. */
  readonly gradients?: readonly Write[]
  /** Statistics of the batch that layers keep, and that change besides. */
  readonly statistics: readonly Moved[]
  /** Why the loss of a compiled model is not what the step makes small for any data: the code makes some of them itself. */
  readonly made?: string
  /** What a compiled model is trained to give, output by output, where the step is given tensors that are known. */
  readonly labels?: readonly Node[]
  /** What `fit` was told, with its defaults. */
  readonly schedule?: {
    readonly epochs: Attribute
    readonly batchSize: Attribute
    /** Callbacks may end it before the last epoch. */
    readonly mayStop?: true
  }
  readonly origin: Origin
}

/** A derivative that a program has, as the framework takes it. */
export interface Slope {
  readonly node: Node
  readonly loss: Model
  readonly parameter: Node
}

/** A value that the program writes into a parameter. */
export interface Write {
  readonly moved: Moved
  readonly value?: Node
  readonly reason?: string
  /** What it is in the first round of a loop, where variables have a known value there that the same call makes. */
  readonly atFirst?: Node
  /** The derivatives that it is made of: by which parameter, and of what. */
  readonly slopes?: readonly Slope[]
  /** Where it is what gradient descent makes of the parameter: down which loss, and the learning rate. */
  readonly down?: { readonly loss: Model; readonly rate: Dimension }
}

/** Parameters that the program gives values of its own. */
export interface Assignment {
  readonly kind: 'assignment'
  readonly call: string
  readonly writes: readonly Write[]
  /** The same for steps that follow each other and of which all values are what they were before the first of them. */
  readonly group: object
  readonly origin: Origin
}

/** A call that may train, on something that is not known. */
export interface Unfollowed {
  readonly kind: 'unfollowed'
  readonly call: string
  readonly reason: string
  readonly origin: Origin
}

/** Steps that are repeated. */
export interface Rounds {
  readonly kind: 'rounds'
  readonly steps: readonly Step[]
  /** How often, where that is known. */
  readonly count?: Dimension
  /** The condition or list of the loop; absent where equal steps follow each other. */
  readonly condition?: Span
  /** The number of the first node that the rounds make. */
  readonly since?: number
  /** The number of the first object that they make. */
  readonly firstObject?: number
}

/** Steps of which a condition that is not known decides. */
export interface Alternatives {
  readonly kind: 'alternatives'
  readonly condition: Span
  /** Where it holds, and where it does not. */
  readonly ways: readonly (readonly Step[])[]
}

/** How often a condition holds: one of its ways, the first or the second, is taken once in so many times. */
export interface Period {
  readonly every: Dimension
  readonly way: 0 | 1
}

export type Step = Descent | Assignment | Unfollowed | Rounds | Alternatives

/** Models by what they are called, with the parameters that they own. */
export interface Owner {
  readonly name: string
  readonly parameters: readonly Node[]
}

/** What a symbol counts: epochs from 0, rounds of a loop from 0, or the calls of the target before this one. */
export type Counter = 'epoch' | 'round' | 'call'

/** A call that trains, or writes weights, in a function that the target does not call. */
export interface StepElsewhere {
  readonly kind: 'descent' | 'assignment'
  /** What it is called on, by its last name. */
  readonly receiver: string | undefined
  /** The function that it is in, or its line. */
  readonly by: string
  readonly span: Span
}

/** What the training code of a target does, in order. */
export interface Training {
  readonly steps: readonly Step[]
  /** The symbols that count how far training has come. */
  readonly counters: ReadonlyMap<string, Counter>
  readonly owners: readonly Owner[]
  readonly elsewhere: readonly StepElsewhere[]
  /** How often conditions of steps hold that count calls or rounds, by their places. */
  readonly periods: ReadonlyMap<Span, Period>
  /** The number of the first node that it makes, where it is a call of which there may be others. */
  readonly since?: number
}

/** A training together with what its nodes were built with. */
export interface TrainingGraph {
  readonly training: Training
  readonly builder: GraphBuilder
  readonly provenance: Provenance
  /** Whether shapes of what it is given follow from how the code uses them alone, and could be others. */
  readonly isSupposed?: true
}

/** All steps among some, also those in loops and under conditions. */
export function allSteps(steps: readonly Step[]): readonly Step[] {
  return steps.flatMap(step => {
    if (step.kind === 'rounds') return [step, ...allSteps(step.steps)]
    if (step.kind === 'alternatives') return [step, ...step.ways.flatMap(allSteps)]
    return [step]
  })
}

/** The steps of optimizers among some. */
export const descentsAmong = (steps: readonly Step[]): readonly Descent[] =>
  allSteps(steps).filter(step => step.kind === 'descent')
