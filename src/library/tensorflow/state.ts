import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Dimension } from '../../graph/dimension.js'
import type { ConfigEntry, LossTerm, Parameter } from '../../graph/model.js'
import type { Node } from '../../graph/node.js'
import type { Origin } from '../../graph/provenance.js'
import type { Shape } from '../../graph/type.js'
import type { Span } from '../../text/source.js'
import type { HostObject, UnknownValue, Value } from '../../trace/value.js'
import type { LayerDefinition } from '../layer.js'
import type { Counters } from './counters.js'

/** A tensor: a node, and the application of a layer that made it. */
export interface TensorState {
  /** Stands for the data of a model that is being built, and has no value while the code runs. */
  readonly symbolic: boolean
  /** Absent where it could not be followed. */
  readonly node?: Node
  readonly reason?: Diagnostic
  readonly producer?: Application
  /** What it holds has a name already, whatever it is passed on as. */
  readonly isLent?: true
  /** Which of its steps count; without it all do. */
  readonly mask?: Node
  /** For inputs of models: the name of the input layer. */
  readonly inputName?: string
  readonly inputLayer?: HostObject<LayerState>
  /** For `tf.variable`: the parameter that it is for code that runs later. */
  readonly variable?: Parameter
  /** What it starts with, where the call that is walked made it. */
  readonly initial?: Node
  /** When the program assigned what it holds: the number of an object that was made then. */
  readonly assignedAt?: number
  /** Why its parameter stands for what it holds now, and no longer for what it held when the target was called. */
  readonly renewed?: { readonly reason: Diagnostic; readonly at: number }
  /** The weight of a layer that it is, which holds what training leaves in it. */
  readonly live?: { readonly layer: HostObject<LayerState>; readonly parameter: Parameter }
  /** What TF.js knows of its shape while the model is built, where that is less than what follows from the inputs. */
  readonly declared?: Shape
  readonly origin: Origin
}

/** One use of a layer or of a model as a layer. */
export interface Application {
  readonly layer: LayerObject
  readonly inputs: readonly HostObject<TensorState>[]
  readonly outputs: readonly Node[]
  readonly beforeActivation?: Node
  readonly site?: number
  /** Whether one of the inputs has a mask. */
  readonly masked?: true
  /** Whether it reads a mask, and its input has none of its own. */
  readonly wantsMask?: true
  /** Whether it is run over time, and whether initial states were passed to it. */
  readonly recurrent?: 'fromZero' | 'fromStates'
  readonly reason?: Diagnostic
  readonly origin: Origin
}

/** What can be a layer of a model. */
export type LayerObject = HostObject<LayerState> | HostObject<ModelState>

/** A layer of the layer table with its configuration. */
export interface LayerState {
  readonly id: number
  readonly counters: Counters
  /** Absent for a layer that is not modelled. */
  readonly definition?: LayerDefinition
  readonly reason?: Diagnostic
  readonly config: Readonly<Record<string, ConfigEntry>>
  /** The layers or models that it was configured with. */
  readonly inner?: readonly LayerObject[]
  /** How many alike layers it stands for, which a loop of unknown length makes. */
  readonly count?: Dimension
  readonly name: string
  /** What it is called in the program, where that is not known; `name` is then what it would be called without a name. */
  readonly unknownName?: UnknownValue
  readonly variable?: string
  /** An object of a class of the program, with `build` and `call` of its own. */
  readonly custom?: true
  readonly className?: string
  /** Whether `build` was called. */
  readonly built?: boolean
  /** What a layer of the program says itself is the list of its weights that train. */
  readonly listed?: Value
  /** `weights` of the configuration: what these hold at first, in the order of `getWeights`. */
  readonly firstWeights?: Value
  /** Filled at the first application. */
  readonly parameters?: readonly Parameter[]
  readonly trainable: boolean
  /** Whether the weights that it had at some time were then said not to train. */
  readonly frozen?: boolean
  /** What it reads and gives in models, at each of its applications to symbolic tensors (`Layer.inboundNodes`). */
  readonly ports?: readonly LayerPorts[]
  readonly origin: Origin
}

export interface LayerPorts {
  readonly inputs: readonly HostObject<TensorState>[]
  readonly outputs: readonly HostObject<TensorState>[]
}

/** The layers of a sequential model, newest first, so that adding one copies nothing. */
export interface Chain {
  readonly layer: LayerObject
  readonly before: Chain | null
}

export interface ModelState {
  readonly id: number
  readonly counters: Counters
  readonly kind: 'sequential' | 'functional'
  readonly name: string
  /** What it is called in the program, where that is not known. */
  readonly unknownName?: UnknownValue
  readonly variable?: string
  readonly inputs: readonly HostObject<TensorState>[]
  readonly outputs: readonly HostObject<TensorState>[]
  /** It was loaded, and waits for a description that has the name of its variable, or for a name to be asked for by. */
  readonly awaits?: 'description' | 'name'
  /** Only its shapes are known: it stands for any model that has them. */
  readonly isAny?: true
  /** For sequential models. */
  readonly chain: Chain | null
  /**
   * For sequential models: whether there is a model inside of it, and whether that is of the layers that there are now;
   * a reason where that is not known.
   */
  readonly built?: 'now' | 'before' | { readonly reason: Diagnostic }
  readonly trainable: boolean
  readonly compilation?: {
    readonly fields: ReadonlyMap<string, { readonly value: Value; readonly span?: Span }>
    readonly losses: readonly LossTerm[]
    /** The parameters that trained when it was called. */
    readonly trained: ReadonlySet<Node>
    readonly origin: Origin
  }
  readonly reason?: Diagnostic
  readonly origin: Origin
}

/** An optimizer, a loss function, an initializer or another piece of configuration. */
export interface SettingState {
  readonly role: 'optimizer' | 'loss' | 'initializer' | 'regularizer' | 'constraint'
  /** A key of the table of that role. */
  readonly kind: string
  /** For a loss, which is a function as well: its path below `tf`. */
  readonly calledAs?: string
  readonly settings: Readonly<Record<string, ConfigEntry>>
  /** What fields hold that TF.js does not read when it computes, where the program assigned them. */
  readonly unread?: Readonly<Record<string, ConfigEntry>>
  /** Why its settings are not known. */
  readonly reason?: Diagnostic
}
