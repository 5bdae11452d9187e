import type { Attribute } from '../graph/node.js'
import type { Problem } from '../graph/op.js'
import type { Shape, TensorType } from '../graph/type.js'

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
  /** A key of the activation table, or null for none. */
  | 'activation'
  | 'initializer'
  | 'regularizer'
  | 'constraint'
  /** A list of dimensions; null stands for an unknown one. */
  | 'shape'
  | 'axis'
  | 'axes'
  /** One integer, or one per spatial axis. A single number stands for all of them. */
  | 'perAxis'
  | 'padding'
  | 'layer'
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
  readonly summary: string
}

/** A config with every key present. */
export type LayerConfig = Readonly<Record<string, Attribute>>

export interface ParameterDeclaration {
  readonly name: string
  readonly shape: Shape
  /** The config key that holds the initializer, or an initializer that cannot be changed. */
  readonly initializer: { readonly key: string } | { readonly fixed: string }
  readonly trainable: boolean
}

/**
 * What a layer computes, as text in the equation language. Names: the inputs (`x`, or `x_1`, `x_2`, … for several),
 * the parameters by name, the config keys. `activation(…)` applies the configured activation.
 */
export type Meaning = string | RecurrentMeaning

/** A recurrence over the time axis of the input. */
export interface RecurrentMeaning {
  /** Names of the state tensors; the first is the output. Their initial value is zero unless it is passed in. */
  readonly state: readonly string[]
  /** The state's size on its last axis. */
  readonly units: Attribute
  /** One step, in order: name → expression over `x`, the states, the parameters, and names defined before. */
  readonly step: readonly (readonly [name: string, expression: string])[]
  /** The new value of each state, as a name of `step`. */
  readonly next: readonly string[]
  readonly reverse: boolean
  /** All states of the first kind, over time; or only the last. */
  readonly sequences: boolean
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
  /** How many tensors one application takes. */
  readonly inputs: 'one' | 'many'
  /** Rank that the input must have, if it is fixed. */
  readonly rank?: number
  readonly config: Readonly<Record<string, ConfigKey>>
  /** The parameters, in the framework's order; the builder calls it at the first application. */
  readonly parameters: (
    config: LayerConfig,
    inputs: readonly TensorType[],
  ) => readonly ParameterDeclaration[] | Problem
  /** The formula; it may depend on the config, for instance on `useBias`. */
  readonly means: (config: LayerConfig, inputs: readonly TensorType[]) => Meaning | Problem
  /** One line for the layer level of the equations, in LaTeX: `\mathrm{Conv}_{3\times3}`; without it the formula shows. */
  readonly short?: (config: LayerConfig) => string
}
