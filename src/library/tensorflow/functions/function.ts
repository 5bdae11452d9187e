import { type Dimension, equals } from '../../../graph/dimension.js'
import type { Attribute } from '../../../graph/node.js'
import { isProblem, type Problem } from '../../../graph/op.js'
import type { DataType, Shape, TensorType } from '../../../graph/type.js'
import { broadcastAll } from '../../../ops/shape.js'
import type { Supposition } from '../../../trace/suppositions.js'

/** What an argument of a function of TensorFlow.js may be. */
export type ArgumentKind =
  /** A tensor, or a number, a list of numbers or a typed array that becomes one. */
  | 'tensor'
  /** A list of tensors. */
  | 'tensors'
  /** A number, which may depend on symbols. */
  | 'number'
  | 'boolean'
  | 'text'
  /** One axis or a list of axes. */
  | 'axes'
  /** A list of sizes, or of numbers. */
  | 'shape'
  /** Numbers before and after, a pair for each axis. */
  | 'pairs'
  /** A number or a text. */
  | 'value'

/** Which numbers an argument may be. */
export interface NumberRange {
  readonly whole?: true
  readonly least?: number
  /** The first number that is too large. */
  readonly below?: number
}

export interface ArgumentDeclaration {
  readonly name: string
  readonly kind: ArgumentKind
  /** What counts where the argument is left out; without it the argument is required. */
  readonly default?: Attribute
  /** For tensors: whether it may be left out. The equation must then not name it. */
  readonly optional?: boolean
  /**
   * For tensors: the type to which numbers and lists are converted. `of` names the argument that holds the type.
   * Without it, numbers are `float32` and truth values `bool`.
   */
  readonly dtype?: DataType | { readonly of: string }
  /**
   * For tensors that numbers are made: how many axes they have, and the argument that holds the shape that is asked for. So
   * numbers that the program is given are tensors of a known rank.
   */
  readonly data?: { readonly rank?: number; readonly shape?: string }
  /** For tensors: others are refused, since TF.js throws for them, or rounds the result to whole numbers. */
  readonly takes?: DataType
  /** For numbers, and each of a list of them: TF.js throws for others. */
  readonly within?: NumberRange
  /**
   * For lists of tensors: TF.js throws where they are not all of one type, or converts them to the type of the first,
   * which then must hold the others.
   */
  readonly types?: 'one' | 'first'
}

/** The arguments of one call: types for tensors (a list for several), values for everything else. */
export interface Arguments {
  readonly tensor: (name: string) => TensorType
  /** The type of a tensor that may be left out. */
  readonly optional: (name: string) => TensorType | undefined
  readonly tensors: (name: string) => readonly TensorType[]
  readonly value: (name: string) => Attribute
  readonly flag: (name: string) => boolean
  /** A list of numbers; a number counts as a list of one. */
  readonly list: (name: string) => readonly Dimension[]
  /** A name for a value that was computed, to be used in the equation. */
  readonly put: (value: Attribute) => string
}

/** What a call gives: one tensor, a list of them, or an object of them, each as an equation. */
export type Result = string | readonly string[] | Readonly<Record<string, string>> | Problem

/**
 * Equations over the arguments by name. The tensors of a list are `x_1`, `x_2`, …; `site` is the place of random
 * draws, new for each call; `seed` in the arguments ties it down.
 */
export type FunctionMeaning = string | ((given: Arguments) => Result)

/** What TF.js makes of a gradient that is not the gradient of the equation. */
export interface GradientLimit {
  /** It throws; else its numbers are others. */
  readonly throws: boolean
  /** In lower case, without a full stop. */
  readonly reason: string
}

/** A call for the test against TensorFlow.js. Tensors are given by shape. */
export type ExampleArgument =
  | {
      readonly shape: readonly number[]
      readonly dtype?: DataType
      readonly range?: readonly [number, number]
    }
  | { readonly shapes: readonly (readonly number[])[] }
  | Attribute
  | undefined

/** Which shape a tensor of a call has that goes with the others, where nothing is known of it. */
export interface Fit {
  /** `needed` where any other shape throws. */
  readonly ground: Extract<Supposition['ground'], 'needed' | 'usual'>
  /** For the argument of a name; undefined where the known ones say nothing of it. */
  readonly shape: (
    argument: string,
    known: (argument: string) => Shape | undefined,
  ) => Supposition['shape'] | undefined
}

/** A function of TensorFlow.js that computes tensors from tensors. */
export interface TensorFunction {
  /** Spellings as a method of tensors; `true` is the name of the function itself. */
  readonly method?: true | readonly string[]
  /** It exists as a method only. */
  readonly methodOnly?: true
  /** Which argument the tensor of a method call is, if not the first. */
  readonly receiver?: number
  /** In the order of the call; a method's own tensor is the first. */
  readonly arguments: readonly ArgumentDeclaration[]
  /** The arguments are the fields of one object. */
  readonly fields?: true
  /** The last argument takes all that follow, as `add(a, b)` of variadic calls does. */
  readonly variadic?: true
  readonly means: FunctionMeaning
  /** What is supposed of a tensor without a shape, where the code is read on nevertheless. */
  readonly fit?: Fit
  /** Where the gradient by one of the tensors, given by name, is not that of the equation. */
  readonly gradient?: (given: Arguments, by: string) => GradientLimit | undefined
  /**
   * The equation where the list of tensors is of unknown length: those that are known to come first are `x_1`, `x_2`, …
   * by the name of the argument, and `all` gives the name of all others along a new axis.
   */
  readonly series?: (given: Arguments, element: TensorType, all: (axis: number) => string) => Result
  /** At least one, unless the result is a random draw. */
  readonly examples: readonly (readonly ExampleArgument[])[]
  /** Where the default or the formula was read, if it is not `tfjs-core/src/ops/<name>.ts`. */
  readonly source?: string
}

export type TensorFunctions = Readonly<Record<string, TensorFunction>>

type Rest = Partial<ArgumentDeclaration>

export const tensor = (name: string, rest: Rest = {}): ArgumentDeclaration => ({
  name,
  kind: 'tensor',
  ...rest,
})
/** A tensor of which TF.js does not take whole numbers, or rounds the result to such. */
export const real = (name: string): ArgumentDeclaration => tensor(name, { takes: 'float32' })
/** Positions along axes. */
export const indices = (name: string): ArgumentDeclaration => tensor(name, { dtype: 'int32', takes: 'int32' })
export const tensors = (name: string, rest: Rest = {}): ArgumentDeclaration => ({
  name,
  kind: 'tensors',
  ...rest,
})
export const number = (name: string, usual?: number, within?: NumberRange): ArgumentDeclaration => ({
  ...argument(name, 'number', usual),
  ...(within && { within }),
})
/** A whole number, no less than the given one. */
export const whole = (name: string, least: number, usual?: number): ArgumentDeclaration =>
  number(name, usual, { whole: true, least })
/** The sizes of a new tensor. */
export const sizes = (name: string): ArgumentDeclaration => ({
  ...shape(name),
  within: { whole: true, least: 0 },
})
export const flag = (name: string, usual = false): ArgumentDeclaration => argument(name, 'boolean', usual)
export const text = (name: string, usual?: string): ArgumentDeclaration => argument(name, 'text', usual)
export const axes = (name: string, usual?: Attribute): ArgumentDeclaration => argument(name, 'axes', usual)
export const pairs = (name: string): ArgumentDeclaration => argument(name, 'pairs', undefined)
export const shape = (name: string, usual?: Attribute): ArgumentDeclaration => argument(name, 'shape', usual)
export const value = (name: string, usual?: Attribute): ArgumentDeclaration => argument(name, 'value', usual)

function argument(name: string, kind: ArgumentKind, usual: Attribute | undefined): ArgumentDeclaration {
  return { name, kind, ...(usual !== undefined && { default: usual }) }
}

const throwing = (reason: string): GradientLimit => ({ throws: true, reason })

/** For functions of which TF.js cannot take the gradient. */
export const noGradient = {
  gradient: (): GradientLimit => throwing('TensorFlow.js has no gradient for it'),
} as const

/** For functions of which TF.js cannot take the gradient in some cases. */
export const noGradientIf = (
  reason: string,
  isCase: (given: Arguments, by: string) => boolean,
): Required<Pick<TensorFunction, 'gradient'>> => ({
  gradient: (given, by) => (isCase(given, by) ? throwing(reason) : undefined),
})

/** For functions of positions, to which TF.js has no way back, or one of whole numbers, which it refuses. */
export const noGradientByPositions = (positions: string): Required<Pick<TensorFunction, 'gradient'>> =>
  noGradientIf(
    'TensorFlow.js has no gradient by positions, and these depend on what trains',
    (_, by) => by === positions,
  )

/** TF.js gives the gradient of a tensor that was broadcast in the shape of the result (tfjs-core/src/gradients). */
export const noGradientWhereBroadcast = noGradientIf(
  'the gradient that TensorFlow.js has for it does not fit a tensor that is broadcast',
  (given, by) => {
    const own = given.tensor(by).shape!
    const all = broadcastAll(['a', 'b'].map(name => given.tensor(name).shape!))
    return !isProblem(all) && (own.length < all.length || own.some((size, axis) => !equals(size, all[axis]!)))
  },
)

/** Tensors of one shape: that of the known one with the most axes, which is no number. */
export const alike = (ground: Fit['ground'], ...names: readonly string[]): Fit => ({
  ground,
  shape: (argument, known) => {
    if (!names.includes(argument)) return undefined
    const shapes = names.flatMap(name => (known(name)?.length ? [known(name)!] : []))
    return shapes.sort((a, b) => b.length - a.length)[0]
  },
})

/** `x_1, x_2`: the tensors of a list in an equation. */
export function listed(name: string, { length }: readonly unknown[]): string {
  return Array.from({ length }, (_, i) => `${name}_${i + 1}`).join(', ')
}
