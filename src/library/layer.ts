import type { Dimension } from '../graph/dimension.js'
import type { Initializer } from '../graph/model.js'
import type { Attribute } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Shape, TensorType } from '../graph/type.js'
import type { LayerAxes } from './axes.js'

/** What a config key may hold, for checking and for messages. */
export type ConfigKind =
  | 'positiveInteger'
  | 'nonNegativeInteger'
  | 'integer'
  | 'number'
  /** A number in [0, 1]. */
  | 'fraction'
  | 'boolean'
  | 'text'
  /** The text that the layer is called by. Where it is not known, the layer is one whose name is not known. */
  | 'name'
  /** A key of the activation table, or null for none. */
  | 'activation'
  | 'initializer'
  | 'regularizer'
  | 'constraint'
  /** A list of dimensions; null stands for an unknown one. */
  | 'shape'
  /** One size, or a list of them. A parameter stands for one. */
  | 'sizes'
  | 'axis'
  | 'axes'
  /** One integer, or one per spatial axis. A single number stands for all of them. */
  | 'perAxis'
  /** Exactly two integers. */
  | 'pair'
  /** Rows above and below, columns left and right; shorter forms stand for equal ones. */
  | 'border'
  | 'padding'
  /** A key of the layer table, or `model`; the settings of the inner layer follow as `layer.units`, `layer.activation`, … */
  | 'layer'
  /** Several of them: the settings of the first follow as `cells.1.units`; those of an only one as `cells.units`. */
  | 'layers'
  /** Anything: it is not read. */
  | 'value'
  | { readonly oneOf: readonly string[] }

/** What a difference in a key changes; it decides how a spec that leaves the key out is read. */
export type ConfigEffect =
  /** The function that the layer computes: units, strides, activation, epsilon. */
  | 'function'
  /** Where training starts: initializers. */
  | 'start'
  /** What training adds or constrains: regularizers, constraints, dropout rate, momentum of moving statistics. */
  | 'training'
  /** Nothing mathematical: name, dtype hints. */
  | 'none'

/** One key of a layer's configuration. */
export interface ConfigKey {
  readonly kind: ConfigKind
  readonly effect: ConfigEffect
  /** TF.js's default. Without it the key is required. */
  readonly tfjs?: Attribute
  /**
   * What a paper means when it does not say: a value, or `silent` (nothing is claimed and nothing checked).
   * Without it: `silent`.
   */
  readonly paper?: Attribute | 'silent'
  /** The key whose value it takes when it is left out, on either side. */
  readonly like?: string
  /** TF.js does not miss the key in a configuration without it, and does then what nobody asks for. */
  readonly unset?: { readonly value: Attribute; readonly effect: string }
  /** How many spatial axes it has one size for, where that is not told by the layer that has the key. */
  readonly axes?: number
  /** What TF.js makes of `null`, where that is not the default. */
  readonly whenNull?: Attribute
  /** TF.js takes the key and does not use it. It then acts as the default, or as the value of `use`. */
  readonly ignored?: { readonly because: string; readonly use?: string }
  /** Why TF.js throws when the layer is applied, whatever the value. */
  readonly throws?: string
  readonly summary: string
}

/** A config with every key present. */
export type LayerConfig = Readonly<Record<string, Attribute>>

export interface ParameterDeclaration {
  readonly name: string
  readonly shape: Shape
  /** The config key that holds the initializer, or an initializer that cannot be changed. */
  readonly initializer: { readonly key: string } | { readonly fixed: Initializer }
  readonly trainable: boolean
}

/** TF.js accepts it, and what it then computes is not modelled. */
export interface Unmodelled extends Problem {
  readonly unmodelled: true
}

export const unmodelled = (problem: string): Unmodelled => ({ problem, unmodelled: true })

export const isUnmodelled = (problem: Problem): problem is Unmodelled => 'unmodelled' in problem

/**
 * What a layer computes, as text in the equation language; a list where it has several results. Names: the inputs
 * (`x`, or `x_1`, `x_2`, … for several), the parameters by name, the config keys (`strides_1` is the first element
 * of a list), `batch` for the size of the first axis, `dim_1` for that of the next one of the first
 * input, and `site` for the place of random draws. `activation(…)` applies
 * the configured activation. Around another layer, `y_1`, `y_2`, … are the results of its uses.
 */
export type Meaning = string | readonly string[] | RecurrentMeaning

/** A recurrence over the time axis of the first input; the inputs behind it are the initial states. */
export interface RecurrentMeaning {
  /** What computes a step: each cell reads what the one before it yields. */
  readonly cells: readonly CellUse[]
  readonly reverse: boolean
  /** All states of the first kind, over time; or only the last. */
  readonly sequences: boolean
  /** Whether the last states follow as results, those of the last cell first. */
  readonly states: boolean
}

export interface CellUse {
  readonly definition: LayerDefinition
  readonly config: LayerConfig
  /** What the names of its parameters start with. */
  readonly prefix: string
}

/** What a cell computes at one step. */
export interface CellStep {
  /** Names of the state tensors; the first is the output. Their initial value is zero unless it is passed in. */
  readonly state: readonly string[]
  /** The shape of each of them, without the batch axis. */
  readonly size: Shape
  /** In order: name → expression over `x`, the states, the parameters, and names defined before. */
  readonly step: readonly (readonly [name: string, expression: string])[]
  /** The new value of each state, as a name of `step`. */
  readonly next: readonly string[]
}

/** How a layer around others uses them. */
export interface Wrapping {
  /** The key that holds them. */
  readonly key: string
  /** The kinds that it takes; without it, every kind, and models. */
  readonly kinds?: readonly string[]
  /**
   * One entry for each time that the inner layer is applied, each with parameters of its own. Without it, the meaning
   * of the outer layer says what becomes of the inner ones.
   */
  readonly uses?: (inner: LayerConfig) => readonly {
    /** What the names of its parameters start with. */
    readonly prefix: string
    readonly config: LayerConfig
  }[]
  /** Whether the inner layer is given one step of the time axis after the other, in place of the whole input. */
  readonly perStep?: true
  /** Where a list of layers is expected, it stands for the ones inside of it. */
  readonly isList?: true
}

/** Everything known about one kind of layer. */
export interface LayerDefinition {
  /** As TF.js's factory is called: `conv2d`. */
  readonly kind: string
  /** As `toJSON` writes it: `Conv2D`. */
  readonly className: string
  readonly summary: string
  /** The framework file where defaults and formula were read. */
  readonly source: string
  /** Other names of the same factory: `maxPool2d`. */
  readonly aliases?: readonly string[]
  /** How many tensors one application takes; `sequence`: one, and initial states behind it if there are any. */
  readonly inputs: 'one' | 'many' | 'sequence'
  /** What the axes of its inputs and results count, beside what follows from the ops that it computes with. */
  readonly axes: LayerAxes | ((config: LayerConfig) => LayerAxes)
  /** How many axes a key has one size for, where its default does not tell and it is not two less than the rank. */
  readonly spatialAxes?: number
  /** Rank that the input must have, if it is fixed. */
  readonly rank?: number
  /** The smallest and the largest rank that the input may have, if it is not fixed. */
  readonly ranks?: readonly [smallest: number, largest: number]
  /** All positions of all axes but the last are treated alike, so that it can be applied to all steps at once. */
  readonly positionwise?: true
  /** Draws random numbers in training: how many independent draws one application makes. */
  readonly draws?: number
  /** For a layer around another layer. */
  readonly wraps?: Wrapping
  /** For what computes a step of a recurrence, given the type of one step of the input. */
  readonly cell?: (config: LayerConfig, x: TensorType) => CellStep | Problem
  /**
   * The mask of the results, [batch, time] with 1 where a step counts, as an equation over the inputs and their masks
   * `mask`, or `mask_1`, `mask_2`, …; null where there is none. `masked` says which inputs have one. Without it, a
   * mask ends here, and what follows is computed as if there had been none (`computeMask` of the layer).
   */
  readonly masks?: (
    config: LayerConfig,
    inputs: readonly TensorType[],
    masked: readonly boolean[],
  ) => string | null | Problem
  /** What it reads of the second argument of `apply` beside masks, and what is not modelled. */
  readonly unmodelledArguments?: readonly string[]
  /** Whether what it computes depends on the mask of its input. */
  readonly readsMask?: true
  /**
   * What TF.js declares of the shape of the result while a model is built, null for what is open. Without it, that is
   * the shape of what is computed.
   */
  readonly declares?: (
    config: LayerConfig,
    inputs: readonly TensorType[],
  ) => readonly (Dimension | null)[] | undefined
  /** Whether TF.js refuses an input of which sizes behind the batch are open. */
  readonly needsSizes?: true
  /** The setting that the constructor reads without looking whether it is given a configuration: it throws without one. */
  readonly reads?: string
  /** Why TF.js computes it for tensors only, and in no model. */
  readonly eagerOnly?: string
  /** `call` begins with `inputs[0].clone()`, which throws for a tensor that was freed. */
  readonly clonesFirst?: true
  /** TF.js overwrites the declared shape of the tensor that it is applied to. */
  readonly overwritesShape?: true
  /** Parameters that hold statistics of the batches, which a run in training mode writes down. */
  readonly statistics?: readonly string[]
  /** Why `fit` throws under this configuration although `predict` does not; undefined where it works. */
  readonly untrainable?: (config: LayerConfig) => string | undefined
  readonly config: Readonly<Record<string, ConfigKey>>
  /** The parameters, in the framework's order; the builder calls it at the first application. */
  readonly parameters: (
    config: LayerConfig,
    inputs: readonly TensorType[],
  ) => readonly ParameterDeclaration[] | Problem
  /** The formula; it may depend on the config, for instance on `useBias`. */
  readonly means: (config: LayerConfig, inputs: readonly TensorType[]) => Meaning | Problem
  /**
   * The layer as a function of its input, for equations that do not write it out: `BN(x)`. It stands for the formula
   * only where that contains the op.
   */
  readonly short?: { readonly name: string; readonly op: string }
}
