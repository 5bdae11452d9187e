import type { AxisOrder } from '../graph/meaning.js'
import type { Attribute, Attributes, Body } from '../graph/node.js'
import type { OpSignature } from '../graph/op.js'
import type { Tensor } from '../graph/tensor.js'
import type { DataType, TensorType } from '../graph/type.js'
import type { AxisRule } from './axes.js'
import type { PositionRule } from './positions.js'
import type { RoleRule } from './roles.js'

/** What an attribute may hold, and what it means. */
export interface AttributeDeclaration {
  readonly kind:
    | 'number'
    | 'integer'
    | 'boolean'
    | 'text'
    | 'axis'
    | 'axes'
    | 'shape'
    | 'perAxis'
    | 'padding'
    | 'body'
  /** Without it the attribute is required. */
  readonly default?: Attribute
  readonly summary: string
}

/** An attribute that a notation shows as a subscript: by itself, or after a word. */
export interface ShownAttribute {
  readonly attribute: string
  /** `stride`, as in `stride 2`. Without it the value stands alone. */
  readonly label?: string
  /** The attribute whose value it has by convention; it then goes without saying. */
  readonly like?: string
}

/**
 * Attributes in the order in which they are shown; one that has its default is left out. A name by itself is shown
 * without a label where it comes first, else after its own name.
 */
export type Shown = readonly (string | ShownAttribute)[]

/** How a value of an op is written, in the paper's notation (LaTeX) and in plain text. Layout is the printer's. */
export type Notation =
  /** `f(x, y)`; attributes worth showing become a subscript. */
  | { readonly form: 'function'; readonly latex: string; readonly text: string; readonly shown?: Shown }
  /** A draw of a distribution, by what that is of: `N(0, σ²)`. What it reads gives its shape only. */
  | {
      readonly form: 'draw'
      readonly latex: string
      readonly text: string
      /** Numbers, and attributes as they are or squared. */
      readonly of: readonly (number | string | { readonly square: string })[]
    }
  /** `a ∘ b`; a larger precedence binds tighter. */
  | {
      readonly form: 'infix'
      readonly latex: string
      readonly text: string
      readonly precedence: number
      readonly associative: 'both' | 'left' | 'right' | 'none'
      readonly shown?: Shown
      /** Written without a sign where an operand is a number or a scalar: `2 x`. */
      readonly juxtaposedScalars?: true
    }
  | { readonly form: 'prefix'; readonly latex: string; readonly text: string; readonly precedence: number }
  /** With one input, one over it. */
  | { readonly form: 'fraction' }
  /** With one input, to a fixed exponent. */
  | { readonly form: 'power'; readonly exponent?: number }
  | { readonly form: 'root' }
  /** `x^⊤`, with the order of the axes where more than the last two change places. */
  | { readonly form: 'transpose' }
  /** Between bars or brackets: `|x|`, `⌊x⌋`, `[x; y]`. */
  | {
      readonly form: 'fence'
      readonly latex: readonly [string, string]
      readonly text: readonly [string, string]
      /** Between several inputs. */
      readonly separator?: string
      readonly shown?: Shown
    }
  /** Fixed signs around an input: `exp(x) − 1`. */
  | {
      readonly form: 'around'
      readonly latex: readonly [string, string]
      readonly text: readonly [string, string]
      readonly precedence: number
    }
  /** A big operator over axes, with an index for each: `\sum_{k} x_k`. */
  | {
      readonly form: 'reduction'
      readonly latex: string
      readonly text: string
      /** The attribute with the axes. */
      readonly over: string
      /** A factor of all elements is a factor of the result. */
      readonly linear?: true
      /** Divided by the number of elements. */
      readonly average?: true
      /** The range of each index is shown. */
      readonly limits?: true
    }
  /** `x` where the condition holds, else `y`; the inputs are condition, x, y, or the values of conditions in words. */
  | { readonly form: 'cases'; readonly conditions?: readonly string[] }
  /** `E[i]`: rows of the first input. */
  | { readonly form: 'lookup' }
  /** `x[:, 2:5]`: a range along one axis, from the attributes `axis`, `start`, `size`. */
  | { readonly form: 'range' }
  /** How many elements there are along axes, from the attribute `over`. */
  | { readonly form: 'count'; readonly over: string }
  /** A leaf, printed by name or value, or always by one sign. */
  | { readonly form: 'leaf'; readonly latex?: string; readonly text?: string }
  /** Something that readers need not see, such as a change of shape that the equation implies: prints its input. */
  | { readonly form: 'transparent' }
  /** A step repeated along the time axis; it is printed as equations of its own. */
  | { readonly form: 'recurrence'; readonly latex: string; readonly text: string }

/** Inputs on which the generic test tries an op: shapes, attributes, and the interval of the values. */
export interface Example {
  readonly shapes: readonly (readonly number[])[]
  readonly attributes?: Attributes
  /** Open interval from which values are drawn; the default is (-2, 2). */
  readonly range?: readonly [number, number]
  /** The data types of the inputs, `float32` where the list ends; whole numbers for `int32`, 0 and 1 for `bool`. */
  readonly dtypes?: readonly DataType[]
}

/** What an op may ask for while it is evaluated. */
export interface EvaluationContext {
  /** The values of a body's outputs for values of its inputs. */
  readonly body: (body: Body, inputs: readonly Tensor[]) => readonly Tensor[]
}

interface OpBase extends OpSignature {
  /** A few words, as a heading. */
  readonly title: string
  /** What it computes, with shapes; one or two sentences. */
  readonly summary: string
  /** Where the formula or the convention is from, if it is not common knowledge. */
  readonly source?: string
  readonly attributes: Readonly<Record<string, AttributeDeclaration>>
  readonly notation: Notation | ((attributes: Attributes, types: readonly TensorType[]) => Notation)
  /** Which axes of the result and of the inputs count the same thing. */
  readonly axes: AxisRule
  /** What axes count by the definition of the op: those of inputs by their name, and those of the `result`. */
  readonly axisOrder?: Readonly<Record<string, AxisOrder>>
  /** What the values of the result stand for, and what the inputs are taken for. */
  readonly role: RoleRule
  /** Positions compete along an axis, or that of an attribute, as in a softmax; the value where there is only one of them. */
  readonly selects?: { readonly axis: string | number; readonly alone: number }
  /**
   * The input whose last axis is the last axis of the result, where a range of columns of the result is the result
   * for that range of columns of the input.
   */
  readonly columns?: string
  /** Each element of the result depends only on the elements at its place, after broadcasting. */
  readonly elementwise?: true
  /** It only moves elements: a reshape, not a sum. Equations then join it to the expression that reads it. */
  readonly rearranges?: boolean
  /** Where a result of the shape of its input is the input itself, whose numbers TF.js then hands on. */
  readonly handsOn?: (attributes: Attributes) => boolean
  /** Each element of the result is an element of an input as it is, so that nothing is rounded. */
  readonly picks?: true
  /** The attributes that can be spelled in several ways, in one of them: axes counted from the front. */
  readonly canonical?: (attributes: Attributes, types: readonly TensorType[]) => Attributes
  /** Identities in the equation language that hold for all inputs: `relu(relu(x)) = relu(x)`. */
  readonly laws?: readonly string[]
  /** At least one. */
  readonly examples: readonly Example[]
}

/**
 * The gradient of one input: an expression over the inputs, the incoming gradient `g`, and the result `y` unless an
 * input has that name; `at` is the input's position, for variadic ops. Axes that were broadcast are summed over, and axes that went are repeated along, afterwards.
 */
export type Derivative =
  | string
  | ((attributes: Attributes, types: readonly TensorType[], at: number) => string | NoDerivative)
  | NoDerivative

/** Why there is no derivative: a reason in lower case, without a full stop. */
export interface NoDerivative {
  readonly none: string
  /** Whether the gradient is zero, as that of a step function; else it cannot be stated. */
  readonly zero?: true
  /** The code asks for it. */
  readonly isMeant?: true
}

export interface PrimitiveOp extends OpBase {
  readonly kind: 'primitive'
  /** Multiplications and additions of one evaluation, where they are many more than the elements of the result. */
  readonly cost?: (inputs: readonly TensorType[], attributes: Attributes, shape: readonly number[]) => number
  /** The value, in double precision. `type` has numbers for all sizes. */
  readonly evaluate: (
    inputs: readonly Tensor[],
    attributes: Attributes,
    type: TensorType,
    context: EvaluationContext,
  ) => Tensor
  /**
   * For each input, the vector–Jacobian product in the equation language, before it is summed over broadcast axes;
   * or why there is none. A variadic op states one entry that serves all its inputs.
   */
  readonly derivative: Readonly<Record<string, Derivative>>
  /** Which positions along the axes of inputs and result it treats alike. */
  readonly positions: PositionRule
  /**
   * Sets of inputs in which the result is affine together while the other inputs stay: what it gives for the mean of
   * several values is the mean of what it gives for each.
   */
  readonly affine: readonly (readonly string[])[]
}

/** What a derived op stands for: an equation over other ops, with its inputs and attributes as names. */
export type OpMeaning = string | ((attributes: Attributes, types: readonly TensorType[]) => string)

export interface DerivedOp extends OpBase {
  readonly kind: 'derived'
  /** Where training and inference differ, both are stated. */
  readonly means: OpMeaning | { readonly inference: OpMeaning; readonly training: OpMeaning }
  /** An equal equation to compute numbers by, where those in between of `means` leave double precision. */
  readonly computed?: OpMeaning
  /** Where the framework has a gradient of its own that is not that of the meaning: as for a primitive op. */
  readonly derivative?: Readonly<Record<string, Derivative>>
}

export type Op = PrimitiveOp | DerivedOp
