import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { CustomGradient } from '../../graph/custom-gradient.js'
import type { Model, ShapeStatement } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Tracer } from '../../trace/host.js'
import type { HostObject, UnknownValue, Value } from '../../trace/value.js'
import { batchName } from '../open-sizes.js'
import { Counters } from './counters.js'
import type { GivenInput } from './given-inputs.js'
import type { LimitedCall } from './gradient-limits.js'
import type { Differentiation } from './gradients.js'
import type { Application, LayerObject, LayerState, ModelState, SettingState, TensorState } from './state.js'
import type { Change, Tape } from './tape.js'
import { startRecord, type TrainingRecord } from './training-record.js'
import type { GradientSource } from './updates.js'

/** What TensorFlow.js keeps track of during one trace. */
export interface Context {
  readonly counters: Counters
  /** Every `tf.variable`, in order of creation. */
  readonly variables: HostObject<TensorState>[]
  /** Layers and variables that there are, within how many attempts they were made, and whether they are of a description. */
  readonly made: {
    readonly object: HostObject<LayerState> | HostObject<TensorState>
    readonly depth: number
    readonly isDescribed?: true
  }[]
  /** Layers of which the weights were read or computed with. */
  readonly computed: Set<LayerObject>
  /** Layers that were applied within attempts, of which other nodes may be left, and within how many. */
  readonly attempted: Map<LayerObject, number>
  /** The applications of layers that made a node. */
  readonly applications: Map<Node, Application[]>
  /** The applications that the layers of the program which run now have made, the innermost last. */
  readonly running: Set<Application>[]
  /** What a layer of the program applied while it ran. */
  readonly madeInside: Map<Application, ReadonlySet<Application>>
  /** How often training had been done when an application of a layer to values was made. */
  readonly trainingsBefore: Map<Application, number>
  /** Each call that trains, as the reason why what it trains has another value from there on. */
  readonly trainings: ((variable: string) => Diagnostic)[]
  /** The models that code told to stop training, once for each time. */
  readonly stops: HostObject<ModelState>[]
  /** The training steps of the code that runs now, by place. */
  readonly steps: Map<string, Model | UnknownValue>
  /** Parameters without a value that are optimizers by what is called of them, by their paths. */
  readonly handedOptimizers: Map<string, Value>
  /** The optimizers that were used, by their numbers. */
  readonly optimizers: Map<number, HostObject<SettingState>>
  /** Functions with gradients of their own, by place; undefined where one could not be followed. */
  readonly customGradients: Map<string, CustomGradient | undefined>
  /** What training code did so far. */
  readonly record: HostObject<TrainingRecord>
  /** Models in order of creation. */
  readonly models: HostObject<ModelState>[]
  /** The functions of which the gradient is taken now, the innermost last. */
  readonly tapes: Tape[]
  /** How many objects there were at each change of what is trained. */
  readonly changes: Change[]
  /** What gradients are of that an optimizer can be given. */
  readonly sources: WeakMap<object, GradientSource>
  /** By the values of gradients: where they are from. */
  readonly gradientSources: Map<Node, GradientSource>
  /** What gradients are that the program computes: of which loss, and its negative, and by which parameter. */
  readonly derivatives: Map<
    Node,
    { readonly loss: Model; readonly negative?: Model; readonly parameter: Node }
  >
  /** The differentiations that run now, the innermost last. */
  readonly differentiations: Differentiation[]
  /** Calls through which TF.js does not give the gradient of the equation. */
  readonly limitedCalls: LimitedCall[]
  /** The places of draws that a seed ties down. */
  readonly seeds: Map<string, number>
  /** Who says what shape a tensor has that the target is given. */
  readonly statements: Map<Node, ShapeStatement>
  /** The inputs that numbers are which the program is given, by what decides these and the axes that run over them. */
  readonly given: Map<string, GivenInput>
  /** The tensors that calls gave which the target makes of functions that it is given. */
  readonly givenByCalls: HostObject<TensorState>[]
  /** Names of sizes that remarks in the code give, each with a tensor that has it. */
  readonly remarkedSizes: Map<string, string>
  /** Those among them that say how many examples numbers are of that the program is given. */
  readonly exampleCounts: Set<string>
  /** Whether numbers were read out of tensors: what loops compute from then on may be made of them. */
  hasReadNumbers: boolean
  /** The number of the first node that the call of a target makes; undefined while none is called. */
  firstOfCall: number | undefined
}

const contexts = new WeakMap<Tracer, Context>()

export function contextOf(trace: Tracer): Context {
  const known = contexts.get(trace)
  if (known) return known
  const context: Context = {
    counters: new Counters(),
    variables: [],
    made: [],
    computed: new Set(),
    attempted: new Map(),
    applications: new Map(),
    running: [],
    madeInside: new Map(),
    trainingsBefore: new Map(),
    trainings: [],
    stops: [],
    steps: new Map(),
    record: startRecord(trace),
    models: [],
    tapes: [],
    changes: [],
    sources: new WeakMap(),
    gradientSources: new Map(),
    derivatives: new Map(),
    differentiations: [],
    customGradients: new Map(),
    handedOptimizers: new Map(),
    optimizers: new Map(),
    limitedCalls: [],
    seeds: new Map(),
    statements: new Map(),
    given: new Map(),
    givenByCalls: [],
    remarkedSizes: new Map(),
    exampleCounts: new Set([batchName]),
    hasReadNumbers: false,
    firstOfCall: undefined,
  }
  contexts.set(trace, context)
  return context
}
